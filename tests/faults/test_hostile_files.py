"""Files that are made to harm: that run code, that ask for all memory, that a table program would carry out (F28, F29, F40)."""

import csv
import io
import json
import pickle
import zipfile

import numpy as np
import pytest

from chainrule.program import (
    CorruptFileError,
    LimitError,
    UnsafeFileError,
    UsageError,
)
from chainrule.train import Network
from chainrule.train.data import archives
from chainrule.train.data.table import parse, read
from chainrule.train.data.write_predictions import as_csv
from chainrule.train.model.array_files import read_arrays

# F28: a file that runs code


class Bomb:
    def __reduce__(self):
        return exec, ("import builtins; builtins.bombed = True",)


@pytest.mark.parametrize("name", ["weights.safetensors", "model.pkl", "net.pt"])
def test_f28_a_pickle_is_refused_unopened(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(UnsafeFileError) as caught:
        read_arrays(path)
    assert caught.value.code == "E510"
    assert caught.value.exit_code == 4


def test_f28_a_table_of_objects_is_refused_unopened(tmp_path):
    import builtins

    np.savez(tmp_path / "a.npz", X=np.array([Bomb()], dtype=object))
    with pytest.raises(UnsafeFileError) as caught:
        read(tmp_path / "a.npz")
    assert caught.value.code == "E510"
    assert not hasattr(builtins, "bombed")


@pytest.mark.parametrize("layer", [{"kind": "Lambda", "code": "…"}, {"kind": "exec"}])
def test_f28_a_layer_that_would_be_code_is_refused(tmp_path, layer):
    network = Network((1,), "mse")
    network.fit(np.ones((4, 3)), np.ones((4, 1)), epochs=1).save(tmp_path)
    said = json.loads((tmp_path / "model.json").read_text())
    (tmp_path / "model.json").write_text(json.dumps({**said, "layers": [layer]}))
    with pytest.raises(UnsafeFileError) as caught:
        Network.load(tmp_path)
    assert caught.value.code == "E510"


def test_f28_control_opening_a_pickle_runs_it():
    import builtins

    pickle.loads(pickle.dumps(Bomb()))
    assert builtins.bombed
    del builtins.bombed


# F29: a small file that asks for much


def hungry(path, shape):
    """An archive whose one array says it has a shape, and holds next to nothing."""
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(10 + len(text) + 1) % 64) + "\n"
    header = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("X.npy", header + b"\0" * 80)
    return path


@pytest.mark.parametrize("shape", ["(1099511627776,)", "(2, 4503599627370496)"])
def test_f29_a_table_that_declares_too_much_is_refused_before_it_is_read(
    tmp_path, shape
):
    path = hungry(tmp_path / "a.npz", shape)
    with pytest.raises(LimitError) as caught:
        read(path)
    assert caught.value.code == "E601"
    assert caught.value.exit_code == 5


def test_f29_a_table_that_declares_more_than_it_holds_is_damaged(tmp_path):
    with pytest.raises(CorruptFileError, match="says it holds"):
        read(hungry(tmp_path / "a.npz", "(1000,)"))


def test_f29_a_file_larger_than_any_table_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST", 10)
    (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(LimitError):
        read(tmp_path / "t.csv")


def test_f29_control_numpy_asks_for_all_of_it_at_once(tmp_path):
    path = hungry(tmp_path / "a.npz", "(1152921504606846976,)")
    with pytest.raises((MemoryError, ValueError)), np.load(path) as archive:
        archive["X"]


# F40: malformed CSV, formulas


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a,b\n1,2\n3\n", "row 3"),
        ("a,b\n1,2\n3,4,5\n", "row 3"),
        ("a,a\n1,2\n", "row 1"),
        ("a,\n1,2\n", "row 1: column 2"),
        ('a,b\n1,2\n3,"4\n', "line 3"),
        ('a,b\n1,2\n3,"4"x\n', "line 3"),
    ],
)
def test_f40_malformed_csv_is_refused_at_its_place(text, place):
    with pytest.raises(UsageError, match=place) as caught:
        parse(text, "t.csv")
    assert caught.value.code == "E401"


FORMULA = "=HYPERLINK(1)"


def test_f40_a_class_that_is_a_formula_is_written_as_text():
    table = list(csv.reader(io.StringIO(as_csv({"kind": [FORMULA], "n": [-1.0]}))))
    assert table[1] == [f"'{FORMULA}", "-1.0"]


def test_f40_control_the_plain_writer_writes_the_formula():
    text = io.StringIO()
    csv.writer(text).writerow([FORMULA])
    assert text.getvalue().startswith("=")
