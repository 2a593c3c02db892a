"""Source written at one sample holds for more, or says that it does not."""

from typing import Any

import numpy as np
import pytest

import chainrule

RNG = np.random.default_rng(0)


def centred(u, v):
    share = u.sum(axis=0, keepdims=True) * v
    return np.mean((share / (u**2 + 1.5)) ** 2)


def affine(x, W, b, y):
    return np.mean((np.tanh(x @ W + b) - y) ** 2)


def shifted(x, c):
    return np.sum(np.tanh(x + c) ** 3)


def columns(x, W, b):
    return np.sum(np.tanh(W @ x + b) ** 2)


def arrays(**shapes: tuple[int, ...]) -> dict[str, Any]:
    return {name: RNG.normal(size=shape) for name, shape in shapes.items()}


def run_source(text: str, inputs: dict[str, Any]) -> tuple[Any, ...]:
    space: dict[str, Any] = {}
    exec(text, space)
    return tuple(np.asarray(one) for one in space["loss_and_gradients"](**inputs)[1])


@pytest.mark.parametrize(
    ("loss", "one", "more"),
    [
        (
            centred,
            {"u": (1, 3), "v": (3,)},
            {"u": (4, 3), "v": (3,)},
        ),
        (
            affine,
            {"x": (1, 2), "W": (2, 3), "b": (1, 3), "y": (1, 3)},
            {"x": (4, 2), "W": (2, 3), "b": (1, 3), "y": (4, 3)},
        ),
        (
            columns,
            {"x": (2, 1), "W": (3, 2), "b": (3, 1)},
            {"x": (2, 4), "W": (3, 2), "b": (3, 1)},
        ),
    ],
)
def test_source_of_one_sample_holds_for_more(loss, one, more):
    wrt = [name for name in one if name not in "xy"]
    text = chainrule.emit(loss, wrt=wrt, **arrays(**one))
    for shapes in (one, more):
        inputs = arrays(**shapes)
        true = chainrule.gradients(loss, wrt=wrt, **inputs)
        for name, found in zip(wrt, run_source(text, inputs), strict=True):
            np.testing.assert_allclose(found, true[name], rtol=1e-12, err_msg=name)
    assert "raise" not in text


def halves(u):
    return np.mean(u.reshape(2, -1) ** 3)


def without_the_negative(u, v):
    return np.sum((u[u > 0] * 2) ** 2) + np.sum(u * v)


@pytest.mark.parametrize(
    ("loss", "few"),
    [(halves, {"u": (2, 2)}), (without_the_negative, {"u": (3, 3), "v": (3,)})],
)
def test_source_holds_for_more_where_lengths_are_the_same_by_chance(loss, few):
    text = chainrule.emit(loss, wrt=["u"], **arrays(**few))
    inputs = arrays(**{**few, "u": (6, few["u"][1])})
    (found,) = run_source(text, inputs)
    true = chainrule.gradients(loss, wrt=["u"], **inputs)["u"]
    np.testing.assert_allclose(found, true, rtol=1e-12)


def met_by_a_table(u, w):
    return np.sum((u + w) ** 2) + np.sum(u**3)


def test_a_row_that_may_be_a_table_is_asked_for():
    text = chainrule.emit(met_by_a_table, wrt=["w", "u"], **arrays(u=(1, 3), w=(4, 3)))
    run_source(text, arrays(u=(1, 3), w=(5, 3)))
    with pytest.raises(ValueError, match="length of u along axis 0 must be 1"):
        run_source(text, arrays(u=(4, 3), w=(4, 3)))


def a_column_that_is_full(u, x):
    return np.mean((np.maximum(u, 0.3).sum(axis=1) - x) ** 2)


def test_what_does_not_come_through_is_looked_at_on_the_way():
    # the entry of u is below 0.3, and its slope nothing whatever comes back
    one = {"u": np.array([[0.1, 0.2]]), "x": np.array([[0.5, 0.7]])}
    text = chainrule.emit(a_column_that_is_full, wrt=["u"], **one)
    more = {"u": np.ones((2, 2)), "x": np.array([[0.5, 0.7], [0.1, 0.9]])}
    with pytest.raises(ValueError, match="must be 1"):
        run_source(text, more)


def test_a_script_of_one_sample_keeps_its_numbers(monkeypatch):
    monkeypatch.setattr("sys.argv", ["script.py"])
    inputs = arrays(x=(1, 2), W=(2, 3), b=(1, 3), y=(1, 3))
    text = chainrule.emit(affine, wrt=["W", "b"], part="script", **inputs)
    space: dict[str, Any] = {}
    exec(text, space)
    assert space["x"].shape == (1, 2)
    assert "keepdims" in text


def test_what_may_be_a_sample_or_not_is_asked_for():
    text = chainrule.emit(shifted, wrt=["c"], **arrays(x=(1, 3), c=(1, 3)))
    run_source(text, arrays(x=(4, 3), c=(4, 3)))
    with pytest.raises(ValueError, match="length of c along axis 0 must be that of x"):
        run_source(text, arrays(x=(4, 3), c=(1, 3)))


@pytest.mark.frameworks
@pytest.mark.parametrize("dialect", ["numpy", "tensorflow", "torch", "jax"])
def test_every_dialect_refuses_other_lengths(dialect):
    pytest.importorskip(dialect)
    text = chainrule.emit(
        shifted, dialect=dialect, wrt=["c"], **arrays(x=(4, 3), c=(1, 3))
    )
    found = run_source(text, convert(dialect, arrays(x=(4, 3), c=(1, 3))))
    assert found[0].shape == (1, 3)
    with pytest.raises(ValueError, match="must be 1"):
        run_source(text, convert(dialect, arrays(x=(4, 3), c=(4, 3))))


def convert(dialect: str, inputs: dict[str, Any]) -> dict[str, Any]:
    make: Any = np.asarray
    if dialect == "torch":
        import torch

        make = torch.tensor
    elif dialect == "tensorflow":
        import tensorflow as tf

        make = tf.constant
    return {name: make(number) for name, number in inputs.items()}


def test_a_module_refuses_other_lengths():
    text = chainrule.emit(
        shifted, dialect="javascript", wrt=["c"], **arrays(x=(4, 3), c=(1, 3))
    )
    assert "if (c.shape[0] !== 1) {" in text
    assert "throw new RangeError(" in text


def test_nothing_is_asked_of_what_holds():
    inputs = arrays(x=(4, 2), W=(2, 3), b=(1, 3), y=(4, 3))
    assert "raise" not in chainrule.emit(affine, wrt=["W", "b"], **inputs)
