"""The derived gradients are the gradients: against complex step, for whole networks."""

import numpy as np
import pytest

from chainrule import trace
from chainrule.derive import backward, fuse, recognise
from chainrule.program import DTypeError, NoRuleError, ProgramError, run, verify

RNG = np.random.default_rng(7)


def normal(*shape):
    return RNG.normal(size=shape)


def article(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = np.tanh(z1)
    z2 = W2 @ h + b2
    y_pred = 1 / (1 + np.exp(-z2))
    return -(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))


def rows(X, Y, W1, b1, W2, b2):
    h = np.tanh(X @ W1 + b1)
    p = 1 / (1 + np.exp(-(h @ W2 + b2)))
    return -np.mean(Y * np.log(p) + (1 - Y) * np.log(1 - p))


def columns(X, Y, W1, b1):
    m = X.shape[1]
    z = W1 @ X + b1
    return np.sum((np.exp(z) - Y) ** 2) / (2 * m)


def residual(X, W1, W2):
    h = X + np.tanh(X @ W1)
    h = h + np.tanh(h @ W2)
    return np.mean(h * h)


def shared(X, W):
    h = np.tanh(X @ W)
    return np.sum(np.tanh(h @ W.T) ** 2)


def unrolled(xs, h0, Wx, Wh):
    h = h0
    total = 0.0
    for t in range(3):
        h = np.tanh(xs[t] @ Wx + h @ Wh)
        total = total + np.sum(h * h)
    return total


def used_many_ways(x):
    a = np.exp(x)
    return np.sum(a * a + a / (1 + a) - 3 * a) + np.mean(a)


def unused(x, w):
    return np.sum(x * x) + 0 * np.sum(np.zeros(3))


NETWORKS = [
    (article, {"x": normal(3, 1), "y": np.array([[1.0]]), "W1": normal(2, 3), "b1": normal(2, 1),
               "W2": normal(1, 2), "b2": normal(1, 1)}),
    (rows, {"X": normal(5, 3), "Y": (normal(5, 1) > 0) * 1.0, "W1": normal(3, 4), "b1": normal(4),
            "W2": normal(4, 1), "b2": normal(1)}),
    (columns, {"X": normal(3, 5), "Y": normal(2, 5), "W1": normal(2, 3), "b1": normal(2, 1)}),
    (residual, {"X": normal(4, 3), "W1": normal(3, 3), "W2": normal(3, 3)}),
    (shared, {"X": normal(4, 3), "W": normal(3, 2)}),
    (unrolled, {"xs": normal(3, 2), "h0": normal(4), "Wx": normal(2, 4), "Wh": normal(4, 4)}),
    (used_many_ways, {"x": normal(2, 3) / 2}),
]  # fmt: skip
IDS = [function.__name__ for function, _ in NETWORKS]


def complex_step(function, inputs, name):
    """∂f/∂input by the imaginary part: exact to rounding where the function is analytic."""
    gradient = np.zeros_like(inputs[name])
    for index in np.ndindex(gradient.shape):
        moved = {key: value.astype(complex) for key, value in inputs.items()}
        moved[name][index] += 1e-30j
        gradient[index] = np.squeeze(function(**moved)).imag / 1e-30
    return gradient


def assert_same_gradient(found, expected):
    scale = max(np.linalg.norm(expected), 1e-300)
    assert np.linalg.norm(found - expected) / scale < 1e-13
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize(("function", "inputs"), NETWORKS, ids=IDS)
@pytest.mark.parametrize("folded", [False, True], ids=["as written", "folded"])
def test_gradients_agree_with_complex_step(function, inputs, folded):
    recorded = trace(function, **inputs)
    if folded:
        recorded = fuse(recognise(recorded))
    derived = backward(recorded)
    verify(derived.run.program)
    for name in inputs:
        assert_same_gradient(
            derived.gradient(name), complex_step(function, inputs, name)
        )


@pytest.mark.parametrize(("function", "inputs"), NETWORKS, ids=IDS)
def test_the_backward_program_runs_again_on_other_numbers(function, inputs):
    derived = backward(fuse(recognise(trace(function, **inputs))))
    other = {name: value * 0.9 + 0.01 for name, value in inputs.items()}
    again = run(derived.run.program, other)
    for value in derived.wrt:
        found = again.numbers[derived.gradients[value]]
        assert_same_gradient(found, complex_step(function, other, value.name))


@pytest.mark.parametrize(("function", "inputs"), NETWORKS, ids=IDS)
def test_second_derivatives_are_derivatives_of_the_first(function, inputs):
    """The gradient of (gradient · direction), against complex step of the derived gradient."""
    derived = backward(trace(function, **inputs))
    target = derived.wrt[-1]
    direction = RNG.normal(size=target.shape)
    program = derived.run.program
    gradient = derived.gradients[target]

    def along(**numbers):
        return np.sum(run(program, numbers).numbers[gradient] * direction)

    once = trace(_program_as_function(program, gradient, direction), **inputs)
    twice = backward(once, wrt=[once.program.named()[target.name]])
    assert_same_gradient(
        twice.gradient(target.name), complex_step(along, inputs, target.name)
    )


def _program_as_function(program, output, direction):
    """A program as an ordinary function of its inputs, so that it can be traced again."""

    def function(**inputs):
        held = {value: inputs[value.name] for value in program.inputs}

        def lifted(arg):
            if isinstance(arg, int | float):
                return arg
            if hasattr(arg, "axes"):
                shape = held[arg.value].shape
                return held[arg.value].size if arg.axes is None else shape[arg.axes[0]]
            return held[arg]

        for line in program.lines:
            params = {key: _plain(param, held) for key, param in line.params.items()}
            held[line.result] = line.op(*(lifted(arg) for arg in line.args), **params)
        return np.sum(held[output] * direction)

    return function


def _plain(param, held):
    if isinstance(param, tuple):
        return tuple(_plain(item, held) for item in param)
    if hasattr(param, "axes"):
        return held[param.value].shape[param.axes[0]]
    return param


@pytest.mark.parametrize(("function", "inputs"), NETWORKS, ids=IDS)
def test_every_gradient_is_named_and_says_why(function, inputs):
    derived = backward(fuse(recognise(trace(function, **inputs))))
    producer = derived.run.program.producer()
    for step in derived.steps:
        if step.value.name is not None and step.gradient in producer:
            assert step.gradient.name == f"d{step.value.name}"
            assert producer[step.gradient].why, step.gradient.name


def test_a_parameter_the_loss_does_not_depend_on_has_gradient_zero():
    recorded = trace(unused, x=normal(3), w=normal(2, 2))
    derived = backward(recorded, wrt=recorded.program.inputs[:2])
    np.testing.assert_array_equal(derived.gradient("w"), np.zeros((2, 2)))


def test_float32_gradients_are_float32():
    inputs = {name: value.astype(np.float32) for name, value in NETWORKS[1][1].items()}
    derived = backward(fuse(recognise(trace(rows, **inputs))))
    for name in inputs:
        assert derived.gradient(name).dtype == np.float32


def test_a_python_float_among_float32_arrays_has_a_gradient_too():
    recorded = trace(
        lambda x, rate: np.sum(x * rate), x=np.ones(3, np.float32), rate=0.5
    )
    derived = backward(recorded)
    assert derived.gradient("x").dtype == np.float32
    assert derived.gradient("rate") == 3.0


def test_a_loss_that_is_no_single_number_is_refused():
    with pytest.raises(ProgramError) as caught:
        backward(trace(np.exp, normal(3)))
    assert caught.value.code == "E323"
    assert "np.mean" in caught.value.hint


def test_a_gradient_with_respect_to_integers_is_refused_with_the_cast():
    recorded = trace(lambda k, x: np.sum(k * x), k=np.array([1, 2]), x=normal(2))
    with pytest.raises(DTypeError) as caught:
        backward(recorded, wrt=[recorded.program.inputs[0]])
    assert caught.value.code == "E110"
    assert "astype(np.float64)" in caught.value.hint


def test_an_operation_without_a_rule_is_named_at_its_line():
    def net(x):
        return np.sum(np.nextafter(x, 9.0))

    with pytest.raises(NoRuleError) as caught:
        backward(trace(net, x=normal(3)))
    assert caught.value.code == "E303"
    assert "nextafter" in caught.value.message
    assert "chainrule.Op" in caught.value.hint
    assert caught.value.where.file == __file__


def test_the_article_folds_to_prediction_minus_truth():
    derived = backward(fuse(recognise(trace(article, **NETWORKS[0][1]))))
    line = next(line for line in derived.run.program.lines if line.result.name == "dz2")
    assert line.op.name == "subtract"
    assert [arg.name for arg in line.args] == ["y_pred", "y"]


def test_a_batch_folds_to_prediction_minus_truth_over_its_size():
    derived = backward(fuse(recognise(trace(rows, **NETWORKS[1][1]))))
    ops = [
        line.op.name
        for line in derived.run.program.lines
        if line.why or line.result.name
    ]
    assert "log" not in ops
    assert "ones_like" not in [line.op.name for line in derived.run.program.lines]


def test_a_product_that_is_turned_is_written_without_turning_it():
    def scores(x, Wq, Wk):
        q, k = x @ Wq, x @ Wk
        return np.sum(np.sin(q @ k.T))

    derived = backward(trace(scores, x=normal(4, 3), Wq=normal(3, 2), Wk=normal(3, 2)))
    made = derived.run.program.producer()
    dk = next(line for line in made.values() if line.result.name == "dk")
    assert [arg.name for arg in dk.args][1] == "q"
    assert dk.op.name == "matmul"


def test_the_nothing_that_a_sum_begins_with_is_left_out():
    def penalty(W, V):
        return 0.5 * sum(np.sum(one**2) for one in (W, V))

    recognised = recognise(trace(penalty, W=normal(3), V=normal(2)))
    added = [line for line in recognised.program.lines if line.op.name == "add"]
    assert len(added) == 1
    assert 0 not in added[0].args
