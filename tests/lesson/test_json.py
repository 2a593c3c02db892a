import json

import numpy as np
import pytest
import told
import told_numbers

from chainrule.formula import identifier
from chainrule.lesson.parts import Heading, Numbers, Series, Table
from chainrule.lesson.printers.json import Outcome, from_json, to_json
from chainrule.lesson.printers.schema import json_schema
from chainrule.lesson.reading import Reading

OUTCOME = Outcome(
    float(told_numbers.loss),
    1.079203,
    {"x": told_numbers.x, "W1": told_numbers.W1, "mask": np.array([[True], [False]])},
    {"W1": told_numbers.dW1},
    {"W1": told_numbers.W1 - 0.1 * told_numbers.dW1},
)
TEXT = to_json(told.article(), OUTCOME)


def test_what_is_read_back_is_written_the_same():
    read = from_json(TEXT)
    assert to_json(read.parts, read.outcome) == TEXT


@pytest.mark.parametrize("part", told.article(), ids=lambda part: type(part).__name__)
def test_a_part_is_read_back_as_it_was(part):
    [read] = from_json(to_json([part], Outcome(0.0))).parts
    if isinstance(part, Numbers):
        np.testing.assert_array_equal(read.array, part.array)
        assert read.array.dtype == part.array.dtype
        assert (read.name, read.symbol, read.code) == (
            part.name,
            part.symbol,
            part.code,
        )
    else:
        assert read == part


@pytest.mark.parametrize("text", told.HOSTILE)
def test_a_readers_text_is_read_back_as_it_was(text):
    for part in told.hostile(text):
        if not isinstance(part, Numbers):
            assert from_json(to_json([part], Outcome(0.0))).parts == (part,)


def test_the_top_level_holds_the_numbers_in_full():
    document = json.loads(TEXT)
    assert document["schema"] == "chainrule.lesson/1"
    assert document["loss"] == told_numbers.loss
    assert document["values"]["W1"] == told_numbers.W1.tolist()
    assert document["gradients"]["W1"] == told_numbers.dW1.tolist()
    assert list(document) == [
        "schema",
        "loss",
        "loss_after",
        "values",
        "gradients",
        "updated",
        "roles",
        "loss_name",
        "implied_loss",
        "learning_rate",
        "optimizer",
        "confidence",
        "messages",
        "row",
        "parts",
    ]


def test_a_row_of_a_table_is_read_back_as_it_was():
    row = (("age", "31", "X[0, 0]", -0.5, 0.25), ("town", "Köln", "X[0, 2]", 1.0, 0.0))
    reading = Reading(row=row)
    read = from_json(to_json([], Outcome(0.5, reading=reading)))
    assert read.outcome.reading == reading


def test_what_is_not_finite_is_written_in_words():
    odd = np.array([np.nan, np.inf, -np.inf, 1.0])
    text = to_json(
        [Series("s", (1.0,), (np.nan,)), Table(("a",), ((np.inf,),))],
        Outcome(np.nan, -np.inf, {"odd": odd}),
    )
    document = json.loads(text, parse_constant=pytest.fail)
    assert document["values"]["odd"] == ["NaN", "Infinity", "-Infinity", 1.0]
    assert (document["loss"], document["loss_after"]) == ("NaN", "-Infinity")


def test_what_is_not_finite_is_read_back():
    odd = np.array([[np.nan, np.inf], [-np.inf, 1.0]])
    table = Table(("a",), ((-np.inf,),))
    read = from_json(
        to_json(
            [Numbers("odd", identifier("odd"), odd), table],
            Outcome(np.inf, None, {"odd": odd}),
        )
    )
    np.testing.assert_array_equal(read.parts[0].array, odd)
    np.testing.assert_array_equal(read.outcome.values["odd"], odd)
    assert read.parts[1] == table
    assert read.outcome.loss == np.inf
    assert read.outcome.loss_after is None


def test_a_word_in_a_cell_is_not_taken_for_a_number():
    table = Table(("a", "b"), (("NaN", 1), ("1.0", 1.0)))
    [read] = from_json(to_json([table], Outcome(0.0))).parts
    assert read == table
    assert [type(cell) for cell in read.rows[0] + read.rows[1]] == [
        str,
        int,
        str,
        float,
    ]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"schema": "chainrule.lesson/2"}, "schema"),
        ({"loss": "much"}, "loss"),
        ({"values": {"x": [[1.0], ["two"]]}}, "values"),
        ({"values": {"x": [[1.0], [2.0, 3.0]]}}, "values"),
        (
            {"parts": [{"is": "heading", "text": "a", "level": "1", "anchor": ""}]},
            "level",
        ),
        ({"parts": [{"is": "spell"}]}, "parts.0"),
        ({"more": 1}, "more"),
    ],
)
def test_what_does_not_fit_the_schema_is_named(change, place):
    document = json.loads(to_json([Heading("a", 1, "a")], Outcome(0.0))) | change
    with pytest.raises(ValueError, match=place):
        from_json(json.dumps(document))


def test_arrays_must_be_of_their_shape():
    document = json.loads(
        to_json([Numbers("x", identifier("x"), told_numbers.x)], Outcome(0.0))
    )
    document["parts"][0]["array"]["shape"] = [2, 2]
    with pytest.raises(ValueError, match="not \\[2, 2\\]"):
        from_json(json.dumps(document))


def test_the_schema_describes_every_part():
    names = set(json_schema()["$defs"])
    for part in told.article():
        assert any(type(part).__name__ in name for name in names)
