"""An op from outside the catalogue: everything works for it, and what its record lacks is told."""

import dataclasses
import math

import numpy as np
import pytest

import chainrule
from chainrule.ops import shapes
from chainrule.program import ProgramError

cube = chainrule.Op(
    lambda x: x * x * x,
    shapes.broadcast,
    (
        chainrule.Rule(
            lambda dy, y, x: dy * 3 * x**2,
            "the power of {x} comes down and leaves one less",
        ),
    ),
    name="cube",
    spelling={"numpy": "{0} ** 3", "torch": "{0} ** 3"},
    notation="{#1}^{3}",
)
bare = chainrule.Op(
    lambda x: np.array([math.tanh(one) / 2 for one in x]),
    shapes.broadcast,
    (
        chainrule.Rule(
            lambda dy, y, x: dy * (1 - np.tanh(x) ** 2) / 2, "half the slope of tanh"
        ),
    ),
    name="bare",
)
INPUTS = {"x": np.array([0.1, 0.2]), "W": np.array([[3.0, 4.0], [1.0, 2.0]])}


def cubes(x, W):
    z = x @ W
    h = cube(z)
    return np.sum(h)


def bares(x, W):
    return np.sum(bare(x @ W))


def test_its_gradient_is_derived():
    z = INPUTS["x"] @ INPUTS["W"]
    np.testing.assert_allclose(
        chainrule.gradients(cubes, **INPUTS)["W"],
        np.outer(INPUTS["x"], 3 * z**2),
        rtol=1e-14,
    )


def test_its_lesson_holds_its_notation_and_its_reason():
    text = chainrule.explain(cubes, **INPUTS).to_text()
    assert "z³" in text
    assert "the power of z comes down and leaves one less" in text


def test_its_source_is_its_spelling():
    assert "h = z**3" in chainrule.emit(cubes, **INPUTS)
    assert "h = z**3" in chainrule.emit(cubes, **INPUTS, dialect="torch")


def test_emitted_source_runs():
    scope = {}
    exec(chainrule.emit(cubes, **INPUTS), scope)
    loss, (gradient,) = scope["loss_and_gradients"](**INPUTS)
    assert loss == cubes(**INPUTS)
    np.testing.assert_allclose(gradient, chainrule.gradients(cubes, **INPUTS)["W"])


def test_without_a_spelling_the_source_is_what_its_forward_is_made_of():
    half = dataclasses.replace(bare, forward=lambda x: np.tanh(x) / 2, name="half")

    def halves(x, W):
        return np.sum(half(x @ W))

    for dialect in ("numpy", "torch"):
        text = chainrule.emit(halves, **INPUTS, dialect=dialect)
        assert ".tanh(pre_loss) / 2)" in text


@pytest.mark.parametrize("dialect", ["numpy", "torch"])
def test_what_cannot_be_read_is_refused_with_the_way_to_give_one(dialect):
    with pytest.raises(ProgramError) as caught:
        chainrule.emit(bares, **INPUTS, dialect=dialect)
    assert caught.value.code == "E305"
    assert "spelling" in caught.value.hint
    assert caught.value.where.file == __file__


def test_without_a_spelling_the_lesson_is_told_all_the_same():
    text = chainrule.explain(bares, **INPUTS).to_text()
    assert "half the slope of tanh" in text
    assert "nothing says how bare is written for numpy" in text
