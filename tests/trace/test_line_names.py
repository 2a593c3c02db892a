"""Every line has the user's name and place, however the assignment is written."""

from pathlib import Path

import numpy as np
import pytest

from chainrule import trace
from chainrule.target import from_script

X = np.array([[1.0, 2.0], [3.0, 4.0]])


def source_line(number):
    return Path(__file__).read_text(encoding="utf-8").splitlines()[number - 1]


def names(function, **inputs):
    return [line.result.name for line in trace(function, **inputs).program.lines]


def plain(x):
    a = np.exp(x)
    b = a * 2
    return np.sum(b)


def bound_twice(x):
    h = np.exp(x)
    h = np.tanh(h)
    return np.sum(h)


def in_a_loop(x):
    h = x
    for _ in range(3):
        h = np.tanh(h)
    return np.sum(h)


def unpacked(x):
    a, b = np.exp(x), np.tanh(x)
    return np.sum(a * b)


def through_a_call(x):
    def layer(z):
        return np.maximum(0, z)

    h = layer(x)
    return np.sum(h)


def through_a_lambda(x):
    bend = lambda z: 2 * np.tanh(z)  # noqa: E731
    h = bend(x)
    return np.sum(h)


def into_a_dict(x):
    cache = {"A1": np.exp(x)}
    cache["A2"] = np.tanh(cache["A1"])
    return np.sum(cache["A2"])


def by_index(x):
    h = [None] * 2
    for t in range(2):
        h[t] = np.exp(x[t])
    return np.sum(h[0] * h[1])


def augmented(x):
    total = np.sum(x)
    total += np.sum(x * x)
    return total


def walrus(x):
    return np.sum((h := np.exp(x)) * h)


def choice(x):
    h = np.exp(x) if x.ndim == 2 else np.tanh(x)
    return np.sum(h)


def attribute(x):
    class Box:
        pass

    box = Box()
    box.z = np.exp(x)
    return np.sum(box.z)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (plain, ["a", "b", "loss"]),
        (bound_twice, ["h", "h_2", "loss"]),
        (in_a_loop, ["h", "h_2", "h_3", "loss"]),
        (unpacked, ["a", "b", None, "loss"]),
        (through_a_call, ["h", "loss"]),
        (through_a_lambda, [None, "h", "loss"]),
        (into_a_dict, ["A1", "A2", "loss"]),
        (by_index, [None, "h_0", None, "h_1", None, "loss"]),
        (augmented, ["total", None, None, "total_2"]),
        (walrus, ["h", None, "loss"]),
        (choice, ["h", "loss"]),
        (attribute, ["z", "loss"]),
    ],
)
def test_lines_carry_the_names_of_the_source(function, expected):
    assert names(function, x=X) == expected


def test_a_line_knows_where_it_was_written():
    line = trace(plain, x=X).program.lines[0]
    assert line.at.file == __file__
    assert line.at.source == "a = np.exp(x)"
    source = source_line(line.at.line)
    assert source[line.at.column : line.at.end_column] == "np.exp(x)"


def test_columns_count_characters_not_bytes():
    def funny(x):
        ä, ö = x, np.exp(x)  # noqa: PLC2401
        return np.sum(ä * ö)

    line = trace(funny, x=X).program.lines[0]
    source = source_line(line.at.line)
    assert source[line.at.column : line.at.end_column] == "np.exp(x)"


def test_names_that_are_not_free_are_numbered_and_reserved_ones_changed():
    def shadowing(x, np_):
        z = x * np_
        return z.sum()

    run = trace(shadowing, x=X, np_=X)
    found = [value.name for value in run.program.values()]
    assert len(set(found)) == len(found)
    assert "np" not in found


def test_parameters_inside_containers_are_named_by_their_keys():
    def net(x, params):
        return np.sum(x @ params["W1"] + params["b"][0])

    run = trace(net, x=X, params={"W1": X, "b": [np.ones(2)]})
    assert [value.name for value in run.program.inputs] == ["x", "W1", "b_0"]


NESTED = """
import numpy as np
nets = {"encoder": {"w": np.ones((2, 3)), "b": np.zeros(3)}, "decoder": {"w": np.ones(3)}}
x = np.array([[1.0, 2.0]])
h = np.tanh(x @ nets["encoder"]["w"] + nets["encoder"]["b"])
loss = np.sum((h @ nets["decoder"]["w"]) ** 2)
"""


def test_parameters_of_nested_dicts_are_named_by_both_keys(tmp_path):
    def net(x, nets):
        return np.sum(x @ nets["encoder"]["w"] + nets["decoder"]["w"])

    given = {"encoder": {"w": X}, "decoder": {"w": np.ones(2)}}
    run = trace(net, x=X, nets=given)
    assert [one.name for one in run.program.inputs] == ["x", "encoder_w", "decoder_w"]
    script = tmp_path / "nested.py"
    script.write_text(NESTED)
    learnt = [one.name for one in from_script(script).parameters]
    assert learnt == ["encoder_w", "encoder_b", "decoder_w"]


def test_a_constant_of_the_surroundings_keeps_its_name():
    scale = np.array([1.0, 2.0])

    def net(x):
        return np.sum(x * scale)

    run = trace(net, x=X)
    assert [value.name for value in run.program.inputs] == ["x", "scale"]
