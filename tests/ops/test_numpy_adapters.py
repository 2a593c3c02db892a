"""NumPy functions with calls of their own kind: what is recorded computes what NumPy computes, and derives."""

import math

import numpy as np
import pytest

from chainrule import gradients
from chainrule.derive import backward
from chainrule.program import CannotTrace, ShapeError
from chainrule.trace import trace

A = np.array([[0.3, -1.2, 0.8], [1.5, 0.4, -0.7]])
B = np.array([[1.1, 0.2, -0.5], [0.6, -0.9, 1.3]])
V = np.array([0.5, -1.5, 2.5])
C = np.arange(24.0).reshape(2, 3, 4) / 10 - 1.15
MASK = np.array([[True, False, True], [False, True, True]])

CALLS = {
    "concatenate": lambda a, b: np.concatenate([a, b]),
    "concatenate axis": lambda a, b: np.concatenate((a, b), axis=-1),
    "concatenate flat": lambda a, b: np.concatenate([a, b], axis=None),
    "concatenate with a constant": lambda a, b: np.concatenate([a, np.ones((1, 3)), b]),
    "tensordot with a number": lambda a, b: np.tensordot(np.tensordot(a, 0.3, 0), b),
    "tensordot of a number": lambda a, b: np.tensordot(2.0, a * b, axes=0),
    "tensordot over lists": lambda a, b: np.tensordot(a, b, axes=[[0, 1], [0, 1]]),
    "stack": lambda a, b: np.stack([a, b], axis=1),
    "vstack": lambda a, b: np.vstack([a, b[0]]),
    "vstack of vectors": lambda a, b: np.vstack([a[0], b[1]]),
    "hstack": lambda a, b: np.hstack([a, b]),
    "hstack of vectors": lambda a, b: np.hstack([a[0], b[1]]),
    "column_stack": lambda a, b: np.column_stack([a, b[:, 0]]),
    "column_stack of vectors": lambda a, b: np.column_stack([a[0], b[1]]),
    "append": lambda a, b: np.append(a, b),
    "split": lambda a, b: np.split(a, 3, axis=1)[1] * np.split(b, 2)[0],
    "split at": lambda a, b: np.split(a, [1, 2], axis=1)[2] * b[:, :1],
    "array_split": lambda a, b: (
        np.array_split(a, 2, axis=-1)[0] + np.array_split(b, 2, axis=1)[1]
    ),
    "hsplit": lambda a, b: np.hsplit(a, 3)[2],
    "vsplit": lambda a, b: np.vsplit(a, 2)[1],
    "tile": lambda a, b: np.tile(a, 2) * np.tile(b, (1, 2)),
    "repeat": lambda a, b: np.repeat(a, 2, axis=0) * np.repeat(b, 2).reshape(4, 3),
    "repeat as often": lambda a, b: np.repeat(a, [2, 1], axis=0),
    "pad": lambda a, b: np.pad(a, 1) * np.pad(b, ((1, 1), (0, 2)), constant_values=2.0),
    **{
        f"pad {mode}": lambda a, b, mode=mode: (
            np.pad(a, ((1, 1), (1, 1)), mode=mode)
            * np.pad(b, ((1, 1), (0, 2)), mode=mode)
        )
        for mode in ("edge", "reflect", "symmetric", "wrap")
    },
    "pad pair": lambda a, b: np.pad(a, (1, 0)),
    "ravel": lambda a, b: np.ravel(a) * b.ravel(),
    "flatten": lambda a, b: a.flatten() * b.reshape(-1),
    "atleast_2d": lambda a, b: np.atleast_2d(a[0]) * np.atleast_1d(b[0, 0]),
    "take": lambda a, b: np.take(a, [0, 2, 2], axis=1) * np.take(b, [1, 5, 0]),
    "take one": lambda a, b: np.take(a, 1, axis=0),
    "take method": lambda a, b: a.take(np.array([1, 1]), axis=0),
    "where": lambda a, b: np.where(a > 0, a * b, b),
    "diag": lambda a, b: np.diag(a[0]) + np.diag(b[:, :2])[0],
    "diag off": lambda a, b: np.diag(a, 1) + np.diag(b, k=-1)[0],
    "trace": lambda a, b: np.trace(a) * np.trace(b, offset=1),
    "sort": lambda a, b: np.sort(a) * np.sort(b, axis=0),
    "sort flat": lambda a, b: np.sort(a, axis=None),
    "argsort": lambda a, b: a[:, np.argsort(b[0])],
    "argmax": lambda a, b: a[np.arange(2), np.argmax(b, axis=1)],
    "diff": lambda a, b: np.diff(a) * np.diff(b, axis=1),
    "diff twice": lambda a, b: np.diff(a, n=2),
    "clip": lambda a, b: np.clip(a, -0.5, 1.0) + b.clip(0, 1),
    "clip below": lambda a, b: np.clip(a, 0.1, None) + np.clip(b, None, 0.5),
    "clip by arrays": lambda a, b: np.clip(a, b - 0.5, b + 0.5),
    "average": lambda a, b: np.average(a) * np.average(b, axis=0),
    "average weighted": lambda a, b: np.average(a, weights=b + 2.0),
    "average weighted rows": lambda a, b: np.average(a, axis=0, weights=b[:, 0] + 2.0),
    "ptp": lambda a, b: np.ptp(a, axis=1),
    "dot": lambda a, b: np.dot(a, b.T) * np.dot(a[0], b[0]),
    "dot number": lambda a, b: np.dot(2.0, a),
    "dot method": lambda a, b: a.T.dot(b),
    "inner": lambda a, b: np.inner(a, b) + np.inner(a[0], b[1]),
    "vdot": lambda a, b: np.vdot(a, b),
    "outer": lambda a, b: np.outer(a, b),
    "tensordot": lambda a, b: np.tensordot(a, b, axes=([1], [1])),
    "multi_dot": lambda a, b: np.linalg.multi_dot([a, b.T, a]),
    "matrix_transpose": lambda a, b: np.matrix_transpose(a) @ b,
    "einsum": lambda a, b: np.einsum("ij,kj->ik", a, b),
    "einsum no arrow": lambda a, b: np.einsum("ij,kj", a, b),
    "einsum dots": lambda a, b: np.einsum("...j,...j->...", a, b),
    "einsum dots no arrow": lambda a, b: np.einsum("...j,j", a, b[0]),
    "einsum axes": lambda a, b: np.einsum(a, [0, 1], b, [2, 1], [0, 2]),
    "einsum trace": lambda a, b: np.einsum("ii", a @ b.T),
    "norm": lambda a, b: np.linalg.norm(a) * np.linalg.norm(b, axis=1),
    "norm fro": lambda a, b: np.linalg.norm(a, "fro"),
    "norm axes": lambda a, b: np.linalg.norm(a, axis=(0, 1), keepdims=True),
    "norm 1": lambda a, b: np.linalg.norm(a, 1) + np.linalg.norm(b[0], 1),
    "norm inf": lambda a, b: np.linalg.norm(a, np.inf) + np.linalg.norm(b[0], np.inf),
    "norm -inf": lambda a, b: (
        np.linalg.norm(a, -np.inf) + np.linalg.norm(b[0], -np.inf)
    ),
    "norm 3": lambda a, b: np.linalg.norm(a, 3, axis=1),
    "norm 2 of vectors": lambda a, b: np.linalg.norm(a, 2, axis=0, keepdims=True),
    "norm 2 of a matrix": lambda a, b: np.linalg.norm(a, 2) * np.linalg.norm(b, -2),
    "nuclear norm": lambda a, b: np.linalg.norm(a, "nuc") + np.linalg.norm(b, "nuc"),
    "max over axes": lambda a, b: a.max(axis=(0, 1)) * b.min(),
    "std": lambda a, b: a.std(axis=0, ddof=1) * np.var(b, ddof=1),
    "cumsum": lambda a, b: np.cumsum(a) + np.cumsum(b, axis=1).ravel(),
    "prod": lambda a, b: np.prod(a, axis=1) * b.prod(),
    "swapaxes": lambda a, b: a.swapaxes(0, 1) @ b,
    "moveaxis": lambda a, b: np.moveaxis(a, 0, 1) @ b,
    "squeeze": lambda a, b: np.squeeze(a[None]) * b[..., None].squeeze(-1),
    "flip": lambda a, b: np.flip(a) * np.fliplr(b) * np.flipud(a),
    "roll": lambda a, b: np.roll(a, 1, axis=1) * np.roll(b, -2),
    "tril": lambda a, b: np.tril(a) + np.triu(b, 1),
    "logical": lambda a, b: np.where((a > 0) & ~(b > 0) | (a < -1), a, b),
    "mask": lambda a, b: a[MASK] * b[MASK],
    "traced mask": lambda a, b: (a * b)[a > 0],
    "mask of rows": lambda a, b: a[np.array([True, False])] * b[:1],
    "read by pairs": lambda a, b: a[[0, 1, 1], [2, 0, 0]],
    "full_like": lambda a, b: (
        a * np.full_like(b, 3.0) + np.zeros_like(a) - np.ones_like(b)
    ),
    "round where no gradient passes": lambda a, b: a * (np.round(b) > 0),
    "round to decimals": lambda a, b: a * (np.round(b, 1) == 0.6),
    "round to tens": lambda a, b: a * (np.round(b * 30, -1) == 30),
    "logaddexp": lambda a, b: np.logaddexp(a, b),
    "hypot": lambda a, b: np.hypot(a, b) + np.arctan2(a, b),
    "float_power": lambda a, b: np.float_power(a, 2.0) + np.abs(b) ** 1.5,
    "fabs": lambda a, b: np.fabs(a) + np.absolute(b) + abs(a) + np.positive(b),
    "copy": lambda a, b: np.copy(a) * b.copy(),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_recorded_is_what_numpy_computes(name: str):
    run = trace(CALLS[name], a=A, b=B)
    np.testing.assert_allclose(
        run[run.program.outputs[0]], CALLS[name](A, B), rtol=1e-13
    )


@pytest.mark.parametrize("name", CALLS)
def test_what_is_recorded_is_derived(name: str):
    call = CALLS[name]

    def loss(a, b):
        result = call(a, b)
        return np.sum(
            result * np.cos(np.arange(1.0, result.size + 1)).reshape(np.shape(result))
        )

    derived = backward(trace(loss, a=A, b=B))
    for at, value in zip((A, B), derived.wrt, strict=False):
        for place in np.ndindex(*at.shape):
            points = []
            for step in (-2e-3, -1e-3, 1e-3, 2e-3):
                moved = {"a": A.copy(), "b": B.copy()}
                moved[value.name][place] += step
                points.append(float(loss(**moved)))
            slope = (points[0] - 8 * points[1] + 8 * points[2] - points[3]) / 12e-3
            np.testing.assert_allclose(
                derived.gradient(value)[place], slope, rtol=1e-7, atol=1e-8
            )


REFUSED = {
    "padding with means": lambda a: np.pad(a, 1, mode="mean"),
    "padding by more than there is": lambda a: np.pad(a, 4, mode="reflect"),
    "another order": lambda a: np.ravel(a, order="A"),
    "wrapped indices": lambda a: np.take(a, [7], mode="wrap"),
    "a mean where": lambda a: np.mean(a, where=MASK),
    "a maximum where": lambda a: np.maximum.reduce(a, where=MASK, initial=0.0),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_be_silently_wrong_is_refused(name: str):
    with pytest.raises(CannotTrace, match="E301"):
        trace(REFUSED[name], a=A)


@pytest.mark.parametrize(
    ("call", "slope"),
    [
        (np.floor, 0.0),
        (np.ceil, 0.0),
        (np.rint, 0.0),
        (np.trunc, 0.0),
        (lambda x: x // 2, 0.0),
        (lambda x: x % 2, 1.0),
        (np.round, 0.0),
    ],
    ids=["floor", "ceil", "rint", "trunc", "//", "%", "round"],
)
def test_between_their_jumps_steps_are_flat(call, slope):
    found = gradients(lambda a: np.sum(call(a) * 3.0), a=A)["a"]
    assert np.array_equal(found, np.full(A.shape, 3.0 * slope))


WRONG = {
    "parts that do not fit": lambda: trace(
        lambda a, b: np.concatenate([a, b]), a=A, b=V
    ),
    "an axis that does not exist": lambda: trace(lambda a: np.swapaxes(a, 0, 5), a=A),
    "an index out of range": lambda: trace(lambda a: a[5], a=A),
    "letters of two lengths": lambda: trace(
        lambda a, b: np.einsum("ij,jk->ik", a, b), a=A, b=B
    ),
    "a triangle of a vector": lambda: trace(lambda a: np.tril(a), a=V),
    "the mean of nothing": lambda: trace(lambda a: np.mean(a), a=np.zeros((0, 3))),
    "axes to sum of two lengths": lambda: trace(
        lambda a, b: np.tensordot(a, b, axes=1), a=A, b=B
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_shapes_that_do_not_fit_are_named(name: str):
    with pytest.raises(ShapeError, match=r"E10[123]"):
        WRONG[name]()


def test_scipy_ufuncs_are_met_by_name():
    special = pytest.importorskip("scipy.special")
    run = trace(
        lambda a: np.sum(special.expit(a) + special.erf(a) + special.log_expit(a)), a=A
    )
    names = [line.op.name for line in run.program.lines]
    assert {"sigmoid", "erf", "log_sigmoid"} <= set(names)
    assert math.isfinite(float(run[run.program.outputs[0]]))


def test_a_length_is_read_again_when_the_program_runs_on_another_batch():
    from chainrule.program import run as rerun

    def loss(a, b):
        joined = np.concatenate([a, b, a], axis=0)
        halves = np.split(joined, 2)
        return (
            np.mean(np.var(halves[0] * halves[1], axis=0, ddof=1))
            + np.sum(np.prod(a, axis=0))
            + np.sum(np.diagonal(a @ b.T))
        )

    small = backward(trace(loss, a=A, b=B))
    wide = {"a": np.vstack([A, B]) + 0.1, "b": np.vstack([B, A]) - 0.2}
    again = rerun(small.run.program, wide)
    fresh = backward(trace(loss, **wide))
    for old, new in zip(small.wrt, fresh.wrt, strict=True):
        np.testing.assert_allclose(
            again[small.gradients[old]], fresh.gradient(new), rtol=1e-12
        )
