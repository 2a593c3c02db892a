"""Names: the user's are kept where they are safe; none becomes code, shadows a module, or is given twice."""

import ast
import keyword
from pathlib import Path

import numpy as np
import pytest
from emitted_networks import IN_PYTHON, allowed_only, formatted
from hypothesis import given
from hypothesis import strategies as st

from chainrule import engines, ops
from chainrule.derive import backward
from chainrule.emit import emit, expression
from chainrule.emit.names import RESERVED, Names, valid
from chainrule.program import Line, Program, Run, Value
from chainrule.target import from_script
from chainrule.trace import trace

HOSTILE = [
    "np",
    "torch",
    "lambda",
    "x; import os",
    "__import__('os').system('true')",
    "a\nimport os\nb",
    "W 1",
    "1st",
    "",
    "__class__",
    "print",
    "loss_and_gradients",
    "x" * 500,
    "ŷ",
    "ﬁ",
    "σ'",
    "None",
    "\u202eevil",
    "options",
    "step",
    "gradients",
    "loss",
]


def summed(names, why=""):
    """loss = the sum of products of inputs with these names, and its gradients."""
    inputs = tuple(Value((2,), np.dtype(float), name or None) for name in names)
    numbers = {value: np.array([1.0, 2.0]) + i for i, value in enumerate(inputs)}
    lines = []
    total = inputs[0]
    for other in inputs[1:]:
        result = Value((2,), np.dtype(float))
        lines.append(Line(result, ops.CATALOGUE["multiply"], (total, other), why=why))
        numbers[result] = numbers[total] * numbers[other]
        total = result
    loss = Value((), np.dtype(float), "the loss")
    op = ops.CATALOGUE["sum"]
    lines.append(Line(loss, op, (total,), dict(op.params), why))
    numbers[loss] = np.sum(numbers[total])
    return Run(Program(inputs, tuple(lines), (loss,), "f"), numbers)


@given(st.text(max_size=40))
def test_every_text_becomes_an_identifier_that_shadows_nothing(text):
    name = valid(text)
    assert name.isidentifier()
    assert not keyword.iskeyword(name)
    assert name not in RESERVED
    assert not name.startswith("__")


@given(st.lists(st.text(max_size=8), max_size=30))
def test_no_name_is_given_twice(wishes):
    names = Names({"np"})
    given_out = [names.free(wish) for wish in wishes]
    assert len(set(given_out)) == len(given_out)
    assert "np" not in given_out


@pytest.mark.spread(4)
@pytest.mark.parametrize("part", ["forward", "backward", "step", "script"])
@pytest.mark.parametrize("dialect", IN_PYTHON)
def test_hostile_names_do_not_become_code(dialect, part):
    for names in (HOSTILE, HOSTILE[::-1], HOSTILE[:1] * 1 + HOSTILE[5:9]):
        derivation = backward(summed(names))
        text = emit(derivation, dialect=dialect, part=part)
        assert allowed_only(text, dialect)
        assert formatted(text) == text


def test_hostile_names_still_compute():
    derivation = backward(summed(HOSTILE))
    arrays = [derivation.run.numbers[value] for value in derivation.run.program.inputs]
    _, gradients = engines.load(emit(derivation))["loss_and_gradients"](*arrays)
    for value, gradient in zip(derivation.wrt, gradients, strict=True):
        np.testing.assert_allclose(gradient, derivation.gradient(value), rtol=1e-12)


@pytest.mark.parametrize(
    "why",
    [
        "a reason\nimport os",
        "a\rimport os",
        "a\x0cimport os",
        "a\u2028import os",
        "a\x00b",
        "# \u202e b",
        "x" * 300,
    ],
)
def test_a_reason_stays_a_comment(why):
    text = emit(summed(["x", "y"], why=why), part="forward")
    tree = ast.parse(text)
    assert len(tree.body) == 2
    assert all(len(line) <= 88 for line in text.splitlines())
    assert allowed_only(text, "numpy")


def test_the_user_s_names_are_kept():
    def loss(data, input, weight_sum, name, total):  # noqa: A002 - a name a user may choose
        weights = data * input
        return np.sum(weights * weight_sum + name) * np.sum(total)

    arrays = {
        key: np.ones(2) for key in ("data", "input", "weight_sum", "name", "total")
    }
    text = emit(backward(trace(loss, **arrays)), part="script")
    assert "def loss_and_gradients(data, input, weight_sum, name, total):" in text
    assert "weights = data * input" in text


def test_an_expression_speaks_of_a_nameless_value():
    run = trace(
        lambda W, x, b: np.maximum(0, W @ x + b),
        np.ones((2, 3)),
        np.ones(3),
        np.ones(2),
    )
    product, total, _ = (line.result for line in run.program.lines)
    assert expression(product, run.program) == "W @ x"
    assert expression(total, run.program) == "W @ x + b"
    assert expression(run.program.inputs[0], run.program) == "W"


def test_no_reason_gives_a_nameless_value_the_name_of_what_is_made_of_it():
    def loss(X, W1, b1, W2, b2):
        h = np.tanh(X @ W1 + b1)
        p = h @ W2 + b2
        return np.mean(p**2)

    shapes = {"X": (4, 2), "W1": (2, 3), "b1": (3,), "W2": (3, 1), "b2": (1,)}
    arrays = {name: np.ones(shape) for name, shape in shapes.items()}
    text = emit(backward(trace(loss, **arrays)))
    assert "# p was reached from W2 through h;" in text
    assert "# X @ W1 was reached from W1 through X;" in text


def test_names_do_not_hang_on_where_values_lie_in_memory():
    course = Path(__file__).parents[1] / "lesson/courses/course_captioning_rnn.py"
    found, texts, kept = from_script(course), set(), []
    for n in range(8):
        texts.add(emit(found.derived()))
        kept.append([[] for _ in range(37 * n)])
    assert len(texts) == 1
