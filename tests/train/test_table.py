"""Tables: read or refused with the row and column; features learnt on the training part alone."""

import csv
import io

import numpy as np
import pytest

from chainrule.program import (
    ChainruleError,
    CorruptFileError,
    UnsafeFileError,
    UsageError,
)
from chainrule.train.data.datasets import DATASETS, dataset
from chainrule.train.data.divide import divide
from chainrule.train.data.features import Features, learn
from chainrule.train.data.table import DataTable, parse, read
from chainrule.train.data.target_columns import infer, target_names
from chainrule.train.data.write_predictions import as_csv

TEXT = "size,colour,weight,kind\n1,red,2.5,a\n2,blue,3.5,b\n3,red,NA,a\n4,green,1.0,b\n"


def test_columns_are_numbers_or_words():
    table = parse(TEXT)
    assert table.columns["size"].dtype == np.float64
    assert table.columns["colour"].tolist() == ["red", "blue", "red", "green"]
    assert np.isnan(table.columns["weight"][2])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("a,a\n1,2\n", "two columns are called 'a'"),
        ("a,,c\n1,2,3\n", "column 2 has no name"),
        ("a,b\n1,2\n3\n", "row 3: 1 cell, where the first row has 2"),
        ("a,b\n1,2\n3,4,5\n", "row 3: 3 cells"),
        ('a,b\n1,"2\n', "is not CSV"),
        ("a,b\n1,\0\n", "zero byte"),
    ],
)
def test_malformed_csv_is_refused_with_its_row(text, said):
    with pytest.raises(UsageError, match=said) as caught:
        parse(text)
    assert caught.value.code == "E401"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator):
    table = parse(TEXT.replace(",", separator))
    assert list(table.columns) == ["size", "colour", "weight", "kind"]


def test_cells_that_a_spreadsheet_would_run_are_made_harmless():
    text = as_csv(
        {"who": ["=cmd()", "+1", "-x", "@a", "fine"], "n": [-1.5, 2.0, 3.0, 4.0, 5.0]}
    )
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows[1:]] == ["'=cmd()", "'+1", "'-x", "'@a", "fine"]
    assert rows[1][1] == "-1.5"


def test_an_archive_of_arrays_is_a_table_and_one_of_objects_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", X=np.ones((3, 2)), y=np.array([0, 1, 0]))
    assert list(read(tmp_path / "a.npz").columns) == ["X0", "X1", "y"]
    np.savez(tmp_path / "b.npz", X=np.array([{"a": 1}], dtype=object))
    with pytest.raises(UnsafeFileError, match="Python objects") as caught:
        read(tmp_path / "b.npz")
    assert caught.value.code == "E510"
    (tmp_path / "c.npz").write_bytes(b"not an archive")
    with pytest.raises(CorruptFileError, match="plain arrays"):
        read(tmp_path / "c.npz")


@pytest.mark.frameworks
def test_parquet_is_read_as_csv_is(tmp_path):
    import polars as pl

    pl.read_csv(io.StringIO(TEXT), null_values="NA").write_parquet(
        tmp_path / "a.parquet"
    )
    table = read(tmp_path / "a.parquet")
    for name, column in parse(TEXT).columns.items():
        assert np.array_equal(
            table.columns[name], column, equal_nan=column.dtype.kind == "f"
        )


@pytest.mark.parametrize("name", ["a.xlsx", "a"])
def test_a_file_that_is_no_table_is_refused(tmp_path, name):
    (tmp_path / name).write_text("x")
    with pytest.raises(ChainruleError, match="is not a table"):
        read(tmp_path / name)


def test_missing_values_are_refused_with_their_positions_or_filled_when_asked():
    table = parse(TEXT)
    with pytest.raises(UsageError, match="weight, row 4") as caught:
        learn(table, ("kind",), "classification", impute=False, where="t.csv")
    assert caught.value.code == "E420"
    features = learn(table, ("kind",), "classification", impute=True, where="t.csv")
    assert np.isfinite(features.inputs(table, "t.csv")).all()
    assert features.columns[2].fill == 2.5


def test_standardisation_is_learnt_on_the_training_part_alone():
    table = DataTable(
        {"x": np.array([0.0, 2.0, 100.0]), "y": np.array([0.0, 1.0, 1.0])}
    )
    features = learn(
        table.at([0, 1]), ("y",), "classification", impute=False, where="t"
    )
    assert features.inputs(table, "t")[:, 0].tolist() == [-1, 1, 99]


def test_features_come_back_from_json():
    import json

    table = parse(TEXT.replace("NA", "1"))
    features = learn(table, ("kind",), "classification", impute=True, where="t")
    back = Features.from_json(json.loads(json.dumps(features.to_json())))
    assert np.array_equal(back.inputs(table, "t"), features.inputs(table, "t"))
    assert back.target == features.target


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda t: t.replace("green", "pink"), "E422", "'pink' was not seen"),
        (
            lambda t: t.replace("4,green", "four,green"),
            "E424",
            "row 5: 'four' is not a number",
        ),
        (lambda t: t.replace("size", "sizes"), "E423", "did you mean sizes"),
        (lambda t: t.replace("1.0", "nan"), "E420", "row 5"),
    ],
)
def test_new_data_that_differs_from_training_is_refused_at_its_cell(change, code, said):
    text = TEXT.replace("NA", "1")
    features = learn(parse(text), ("kind",), "classification", impute=False, where="t")
    with pytest.raises(UsageError) as caught:
        features.inputs(parse(change(text)), "new.csv")
    assert caught.value.code == code
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("column", "task"),
    [
        (np.array(["a", "b"], dtype=object), "classification"),
        (np.array([0.0, 1.0, 2.0, 1.0]), "classification"),
        (np.array([0.5, 1.0]), "regression"),
        (np.arange(100.0), "regression"),
    ],
)
def test_the_task_follows_from_the_target(column, task):
    assert infer(DataTable({"y": column}), ("y",), None) == task
    assert infer(DataTable({"y": column}), ("y",), "regression") == "regression"


def test_several_columns_of_yes_or_no_are_labels():
    table = DataTable({"a": np.array([0.0, 1]), "b": np.array([1.0, 1])})
    assert infer(table, ("a", "b"), None) == "labels"


def test_a_target_that_is_not_there_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match="no column 'knd'") as caught:
        target_names(parse(TEXT), "knd", "t.csv")
    assert caught.value.code == "E421"
    assert "kind" in caught.value.hint


def test_one_class_only_is_refused():
    table = DataTable({"x": np.arange(4.0), "y": np.zeros(4)})
    with pytest.raises(UsageError, match="one class only"):
        learn(table, ("y",), "classification", impute=False, where="t")


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5])
def test_classes_are_divided_alike(share):
    labels = np.repeat(["a", "b", "c"], [100, 50, 10])
    train, held = divide(160, share, 3, labels)
    assert sorted([*train, *held]) == list(range(160))
    assert len(held) == round(share * 160)
    for kind, count in (("a", 100), ("b", 50), ("c", 10)):
        assert abs((labels[held] == kind).sum() - share * count) <= 1


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_is_a_table_with_a_target(name):
    table = dataset(name)
    assert table.target in table.columns
    assert len({len(column) for column in table.columns.values()}) == 1
    features = learn(
        table,
        (table.target,),
        infer(table, (table.target,), None),
        impute=False,
        where=name,
    )
    assert features.inputs(table, name).std() > 0


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("a;b\n1,5;x\n-2,25;y\n", [1.5, -2.25]),
        ("a;b\n1.234,5;x\n7;y\n", [1234.5, 7.0]),
        ('a,b\n"1,234.5",x\n"12",y\n', [1234.5, 12.0]),
        ('a,b\n"1,5",x\n"2,25",y\n', [1.5, 2.25]),
        ("a,b\n1970-01-02,x\n1970-01-03T06:00,y\n", [1.0, 2.25]),
        ("\ufeffa,b\r\n1e300,x\r\n-1E-300,y\r\n", [1e300, -1e-300]),
    ],
    ids=["decimal comma", "dots part thousands", "commas part thousands", "quoted", "days", "huge"],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(tmp_path, text, numbers):
    (tmp_path / "t.csv").write_bytes(text.encode())
    assert read(tmp_path / "t.csv").columns["a"].tolist() == numbers


@pytest.mark.parametrize("cell", ["1_000", "1,5,2", "2024-13-01", "12:30", "0x10"])
def test_what_only_looks_like_a_number_stays_a_word(cell):
    column = parse(f'a,b\n"{cell}",1\n').columns["a"]
    assert column.tolist() == [cell]


def test_how_a_column_was_read_is_noted():
    assert parse("a;b;c\n1,5;2,5;3\n").notes == ("a, b: its commas are decimal points",)


def test_text_in_another_encoding_is_refused_with_its_row(tmp_path):
    (tmp_path / "t.csv").write_bytes("a,b\n1,x\n2,größe\n".encode("cp1252"))
    with pytest.raises(UsageError, match="row 3: byte") as caught:
        read(tmp_path / "t.csv")
    assert "UTF-8" in caught.value.hint


def test_rows_keep_their_numbers_when_the_table_is_cut():
    table = parse("a,b\n1,x\n\n2,y\n3,z\n4,x\n").at([3, 1])
    assert [table.row(0), table.row(1)] == [6, 4]


def test_categories_are_those_of_the_whole_table():
    table = parse(TEXT.replace("NA", "1"))
    whole = learn(table.at([0, 1]), ("kind",), "classification", impute=False, where="t", whole=table)  # fmt: skip
    assert whole.columns[1].categories == ("blue", "green", "red")


def test_infinite_numbers_are_refused_at_their_cell():
    table = parse("a,kind\n1,x\ninf,y\n")
    with pytest.raises(
        UsageError, match="column a, row 3: inf is not a finite"
    ) as caught:
        learn(table, ("kind",), "classification", impute=False, where="t").inputs(
            table, "t"
        )
    assert caught.value.code == "E424"


def test_labels_may_be_words_for_no_and_yes():
    table = parse("a,dog,cat\n1,Yes,False\n2,No,True\n")
    assert infer(table, ("dog", "cat"), None) == "labels"
    features = learn(table, ("dog", "cat"), "labels", impute=False, where="t")
    assert features.target.encoded(table, "t").tolist() == [[1, 0], [0, 1]]
    said = features.target.decoded(np.array([[0.9, 0.1]]))
    assert (said["dog"], said["cat"]) == (["Yes"], ["False"])


def test_numbers_far_from_one_are_standardised():
    for size in (1e300, 1e-300):
        table = DataTable({"x": size * np.array([1.0, 2.0, 3.0]), "y": np.arange(3.0)})
        X = learn(table, ("y",), "regression", impute=False, where="t").inputs(
            table, "t"
        )
        assert np.allclose(X[:, 0], [-(1.5**0.5), 0, 1.5**0.5])


def test_a_class_of_one_row_stays_in_the_training_part():
    labels = np.array(["a"] * 10 + ["b"])
    train, held = divide(11, 0.3, 0, labels)
    assert "b" in labels[train]
    assert len(held) >= 2
    with pytest.raises(UsageError, match="holds out none"):
        divide(3, 0.3, 0, np.array(["a", "b", "c"]))


@pytest.mark.parametrize("ending", ["csv", "json", "npz"])
def test_predictions_come_back_from_every_form(tmp_path, ending):
    import json

    from chainrule.train.data import write_predictions

    columns = {"kind": ["a", "b"], "p(a)": [0.75, 0.1 + 0.2]}
    path = tmp_path / f"p.{ending}"
    write_predictions.write(path, columns)
    if ending == "json":
        rows = json.loads(path.read_text())
        back = {key: [row[key] for row in rows] for key in columns}
    else:
        back = {key: column.tolist() for key, column in read(path).columns.items()}
    assert back == columns
    with pytest.raises(UsageError, match="not written as"):
        write_predictions.form("p.xlsx")


@pytest.mark.frameworks
def test_predictions_in_parquet_are_read_by_others(tmp_path):
    import polars as pl

    from chainrule.train.data import write_predictions

    write_predictions.write(
        tmp_path / "p.parquet", {"kind": ["a", "b"], "p(a)": [0.75, 0.25]}
    )
    assert pl.read_parquet(tmp_path / "p.parquet")["p(a)"].to_list() == [0.75, 0.25]
