"""Random programs: the reference, the emitted text and the complex step agree on every gradient."""

import numpy as np
import pytest
from emitted_networks import allowed_only
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chainrule import engines
from chainrule.derive import backward
from chainrule.emit import emit
from chainrule.trace import trace

ONE = {
    "tanh": np.tanh,
    "sin": np.sin,
    "exp": lambda a: np.exp(0.3 * a),
    "log": lambda a: np.log(1.5 + a * a),
    "root": lambda a: np.sqrt(a * a + 2.0),
    "cube": lambda a: a**3 / 8,
    "minus": lambda a: -a,
    "reciprocal": lambda a: 1 / (a * a + 1.5),
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
    "turned": lambda a: a.T,
    "row sums": lambda a: a.sum(axis=1, keepdims=True) * np.ones((1, 4)),
    "centered": lambda a: a - a.mean(axis=0),
    "shares": lambda a: np.exp(a) / np.exp(a).sum(axis=-1, keepdims=True),
    "cumsum": lambda a: np.cumsum(a, axis=0),
    "reversed": lambda a: a[::-1],
    "rolled": lambda a: np.concatenate([a[1:], a[:1]], axis=0),
    "reshaped": lambda a: a.reshape(2, 8).reshape(4, 4),
    "first column": lambda a: a[:, :1] + np.zeros((1, 4)),
    "picked": lambda a: a[np.array([0, 2, 2, 1])],
}
TWO = {
    "plus": lambda a, b: a + b,
    "minus": lambda a, b: a - b,
    "times": lambda a, b: a * b,
    "over": lambda a, b: a / (b * b + 1.5),
    "product": lambda a, b: a @ b / 2,
    "row added": lambda a, b: a + b[0],
    "column taken": lambda a, b: a * b[:, 1:2],
    "einsum": lambda a, b: np.einsum("ij,kj->ik", a, b) / 2,
}
STEPS = st.lists(
    st.tuples(st.sampled_from([*ONE, *TWO]), st.integers(0, 99), st.integers(0, 99)),
    min_size=1,
    max_size=12,
)


def built(steps):
    """A loss of three 4×4 arrays, put together from these steps; each reads any two values before it."""

    def loss(x, y, w):
        values = [x, y, w]
        for kind, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            one = kind in ONE and (kind not in TWO or i % 2)
            value = ONE[kind](a) if one else TWO[kind](a, b)
            value = value / (1 + 0.1 * value * value)  # keeps numbers in reach
            values.append(value)
        return np.mean(values[-1] * values[-1]) + np.sum(values[len(values) // 2]) / 16

    return loss


def check(steps, seed):
    rng = np.random.default_rng(seed)
    loss = built(steps)
    arrays = {name: rng.normal(size=(4, 4)) for name in ("x", "y", "w")}
    derived = backward(trace(loss, **arrays))
    text = emit(derived)
    assert allowed_only(text, "numpy")
    order = [value.name for value in derived.run.program.inputs]
    given_arrays = [derived.run.numbers[value] for value in derived.run.program.inputs]
    emitted_loss, emitted = engines.load(text)["loss_and_gradients"](*given_arrays)
    assert {"x", "y", "w"} >= {value.name for value in derived.wrt}, order
    np.testing.assert_allclose(emitted_loss, loss(**arrays), rtol=1e-12)
    for value, gradient in zip(derived.wrt, emitted, strict=True):
        reference = derived.gradient(value)
        scale = np.linalg.norm(reference) + 1e-12
        assert np.linalg.norm(gradient - reference) <= 1e-12 * scale
        for _ in range(2):
            direction = rng.normal(size=(4, 4))
            moved = {**arrays, value.name: arrays[value.name] + 1e-30j * direction}
            slope = loss(**moved).imag / 1e-30
            assert abs(np.sum(reference * direction) - slope) <= 1e-11 * max(
                scale * 4, abs(slope)
            )


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.integers(0, 9999))
def test_ten_random_programs_agree_with_reference_and_complex_step(steps, seed):
    check(steps, seed)


@pytest.mark.slow
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.integers(0, 9999))
def test_two_hundred_random_programs_agree_with_reference_and_complex_step(steps, seed):
    check(steps, seed)
