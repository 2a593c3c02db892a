"""Functions and frameworks' custom gradients: argument by argument, line by line where they can be followed."""

import numpy as np
import pytest

from chainrule.check.diagnose import diagnose
from chainrule.check.functions import WrongGradient, check

RNG = np.random.default_rng(0)
X, W, B = (
    RNG.standard_normal((4, 3)),
    RNG.standard_normal((3, 5)),
    RNG.standard_normal(5),
)


def forward(x, w, b):
    a = x @ w + b
    h = np.tanh(a)
    return h, (x, w, a, h)


def right(dh, cache):
    x, w, _, h = cache
    da = dh * (1 - h**2)
    return da @ w.T, x.T @ da, da.sum(axis=0)


def wrong(dh, cache):
    x, w, a, _ = cache
    da = dh * (1 - a**2)
    return da @ w.T, x.T @ da, da.sum(axis=0)


def by_name(dh, cache):
    x, w, _, h = cache
    da = dh * (1 - h**2)
    return {"dx": da @ w.T, "dw": x.T @ da, "db": -da.sum(axis=0)}


def test_a_right_backward_passes():
    assert check(forward, right, X, W, B)


def test_a_wrong_one_raises_with_the_line_and_the_cause():
    with pytest.raises(WrongGradient) as caught:
        check(forward, wrong, X, W, B)
    first = caught.value.report.first_wrong
    assert first.source.strip() == "da = dh * (1 - a**2)"
    assert first.kinds == ("activation for pre-activation",)
    assert isinstance(caught.value, AssertionError)


def test_raising_can_be_switched_off():
    assert not check(forward, wrong, X, W, B, raise_exception=False)


def test_gradients_may_come_by_name():
    report = check(forward, by_name, X, W, B, raise_exception=False)
    assert [line.gradient_of for line in report.lines if line.verdict == "WRONG"] == [
        "b"
    ]


def test_a_backward_without_a_cache_gets_the_inputs():
    def product(x, w):
        return x @ w

    def pull(dy, x, w):
        return dy @ w.T, x.T @ dy

    assert check(product, pull, X, W)


def test_functions_that_cannot_be_followed_are_compared_by_their_numbers():
    def cube(x):
        return np.asarray([float(str(float(v))) ** 3 for v in x.ravel()]).reshape(
            x.shape
        )

    def pull(dy, x):
        return 2 * dy * 3 * x**2

    report = check(cube, pull, X, raise_exception=False)
    assert report.first_wrong.cause == "dx is wrong: it is 2 times too large."
    assert any("by numbers only" in note for note in report.notes)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (lambda t: -t, "the sign is flipped"),
        (lambda t: t.T, "it is transposed"),
        (lambda t: 2 * t, "it is 2 times too large"),
        (lambda t: t / 3, "it is 3 times too small"),
        (lambda t: 0 * t, "it is 0 everywhere"),
        (lambda t: np.stack([t, t * 0]), "the sum over axis 0 is missing"),
        (
            lambda t: t * (np.arange(9).reshape(3, 3) != 4),
            "1 of 9 entries are 0 and should not be",
        ),
        (lambda t: t[:2], "its shape is (2, 3)"),
    ],
)
def test_a_slip_is_seen_in_the_numbers_alone(written, said):
    true = RNG.standard_normal((3, 3)) + 5
    assert said in diagnose("W", written(true), true)


def test_nothing_is_said_of_what_is_right():
    assert diagnose("W", W, W + 1e-12) is None
