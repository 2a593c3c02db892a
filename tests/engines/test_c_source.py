"""What ``emit --in c`` writes is read by people, compiles as it stands, and is the step."""

import ctypes
from pathlib import Path

import numpy as np
import pytest
from compiled_programs import functions

import chainrule
from chainrule.engines.c import compiler
from chainrule.program import UsageError
from chainrule.trace import trace

ARTICLE = Path(__file__).parents[2] / "examples" / "article.py"
LEARNED = ("W1", "b1", "W2")


def net(x, y, W1, b1, W2):
    h = np.tanh(x @ W1 + b1)
    return np.mean((h @ W2 - y) ** 2)


def arrays():
    rng = np.random.default_rng(0)
    shapes = {"x": (7, 5), "y": (7, 2), "W1": (5, 4), "b1": (4,), "W2": (4, 2)}
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


def test_the_articles_step_in_c(golden):
    golden("article/step.c", chainrule.emit(ARTICLE, dialect="c", part="step"))


def test_a_script_is_refused():
    with pytest.raises(UsageError, match="E410"):
        chainrule.emit(ARTICLE, dialect="c", part="script")


def test_what_is_written_compiles_as_it_stands_and_is_the_step():
    if isinstance(compiler.compiler(), compiler.Trouble):
        pytest.skip(compiler.compiler().message)
    given = arrays()
    text = chainrule.emit(net, **given, wrt=LEARNED, dialect="c", part="step")
    visible = "#pragma GCC visibility push(default)\n"
    step = compiler.require(compiler.library(visible + text)).step
    held = {name: array.copy() for name, array in given.items()}
    loss, outside, work = np.zeros(()), ctypes.c_int(0), np.zeros(1 << 16, np.uint8)
    step(
        *(ctypes.c_void_p(array.ctypes.data) for array in held.values()),
        ctypes.c_double(0.25),
        ctypes.c_void_p(loss.ctypes.data),
        ctypes.c_void_p(work.ctypes.data + -work.ctypes.data % 64),
        ctypes.byref(outside),
    )
    h = np.tanh(given["x"] @ given["W1"] + given["b1"])
    off = h @ given["W2"] - given["y"]
    back = 2 * off / off.size
    dz = back @ given["W2"].T * (1 - h**2)
    slopes = {"W1": given["x"].T @ dz, "b1": dz.sum(axis=0), "W2": h.T @ back}
    assert np.isclose(loss, np.mean(off**2), rtol=1e-13)
    for name, slope in slopes.items():
        true = given[name] - 0.25 * slope
        np.testing.assert_allclose(held[name], true, rtol=1e-12, atol=1e-14)


def test_a_state_that_begins_as_zeros_for_every_row_is_written_and_right():
    if isinstance(compiler.compiler(), compiler.Trouble):
        pytest.skip(compiler.compiler().message)

    def turns(x, W):
        state = np.zeros(len(x))
        for t in range(len(x)):
            state = np.tanh(x[t] + state @ W)
        return np.sum(state * state)

    rng = np.random.default_rng(3)
    given = {name: rng.normal(size=(4, 4)) for name in "xW"}
    text = chainrule.emit(turns, **given, wrt=["W"], dialect="c")
    visible = "#pragma GCC visibility push(default)\n"
    made = compiler.require(compiler.library(visible + text)).loss_and_gradients
    loss, slope, outside = np.zeros(()), np.zeros((4, 4)), ctypes.c_int(0)
    work = np.zeros(1 << 16, np.uint8)
    made(
        *(
            ctypes.c_void_p(array.ctypes.data)
            for array in (*given.values(), loss, slope)
        ),
        ctypes.c_void_p(work.ctypes.data + -work.ctypes.data % 64),
        ctypes.byref(outside),
    )
    assert np.isclose(loss, turns(**given), rtol=1e-13)
    expected = chainrule.gradients(turns, **given)["W"]
    assert np.allclose(slope, expected, rtol=1e-11, atol=1e-13)


def test_few_turns_are_written_out_and_what_a_loss_shares_with_its_sigmoid_is_computed_once():
    def loss(x, y, W1, W2):
        z = np.maximum(0, x @ W1) @ W2
        return np.mean(np.logaddexp(0, z) - z * y)

    shapes = {"x": (1, 3), "y": (1, 1), "W1": (3, 2), "W2": (2, 1)}
    given = {name: np.ones(shape) for name, shape in shapes.items()}
    text = chainrule.emit(loss, **given, wrt=("W1", "W2"), dialect="c", part="step")
    lines = text.splitlines()
    loops = [k for k, line in enumerate(lines) if line.lstrip().startswith("for (")]
    assert len(loops) > 4
    assert {lines[k - 1] for k in loops} == {"#pragma GCC unroll 8"}
    assert "softplus_f64(" in text
    assert "logaddexp_f64" not in text


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softplus_is_numpys_within_four_units_of_the_last_place(dtype):
    if isinstance(compiler.compiler(), compiler.Trouble):
        pytest.skip(compiler.compiler().message)
    ends = [-np.inf, -800, -100, -1e-30, 0, 1e-30, 700, np.inf, np.nan]
    z = np.concatenate([ends, np.linspace(-40, 40, 4001)]).astype(dtype)
    program = trace(lambda z: np.logaddexp(0, z), z=z).program
    (softplus,) = functions([program])
    (found,) = softplus(z)
    with np.errstate(all="ignore"):
        true = np.logaddexp(0, z.astype(np.longdouble))
        near = true.astype(dtype)
        units = np.abs(found - true) / np.spacing(np.abs(near))
    # what is no normal number has less digits
    normal = np.isfinite(near) & (near > np.finfo(dtype).tiny)
    assert units[normal].max() < 4
    np.testing.assert_allclose(
        found[~normal], near[~normal], rtol=0, atol=np.finfo(dtype).tiny
    )
