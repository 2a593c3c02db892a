"""Every rule of every op against complex steps or five points, at every sample, once and twice, in every entry."""

import numpy as np
import pytest
from op_cases import (
    CASES,
    FIRST,
    MOVING,
    Case,
    analytic_through,
    at_every,
    close,
    computed,
    derived,
    layouts,
    meaning,
    true_gradient,
    twice,
)

from chainrule.program import run

every_moving_case = at_every(MOVING)
the_first_case = at_every(FIRST)


def first_order(case: Case) -> int:
    """Hold every gradient of a case against the true one; how many entries were compared."""
    arguments = case.arguments()
    result = derived(case, arguments)
    weights = case.weights(case.forward(arguments).shape)
    analytic = case.op.analytic
    function = meaning(case.op) if analytic else case.op.forward
    count = 0
    for value, position in zip(result.wrt, case.moving, strict=True):

        def loss(moved: np.ndarray, position: int = position) -> np.ndarray:
            given = [
                a.astype(moved.dtype) if a.dtype.kind == "f" else a for a in arguments
            ]
            given[position] = moved
            return np.sum(function(*given, **case.params) * weights)

        true = true_gradient(loss, arguments[position], analytic=analytic)
        close(result.gradient(value), true, analytic=analytic)
        count += true.size
    return count


def second_order(case: Case) -> int:
    """Hold the gradients of the gradients against the true ones; how many entries were compared."""
    arguments = case.arguments()
    first = derived(case, arguments)
    second = twice(first)
    program = second.forward.program
    analytic = analytic_through(program)
    count = 0
    for value, position in zip(first.wrt, case.moving, strict=True):
        base = {v: second.run.numbers[v] for v in program.inputs}

        def total(moved: np.ndarray, value=value, base=base) -> np.ndarray:
            given = {
                v: n.astype(moved.dtype) if n.dtype.kind == "f" else n
                for v, n in base.items()
            }
            return computed(program, {**given, value: moved}, second.loss)

        true = true_gradient(total, arguments[position], analytic=analytic)
        scale = max(1.0, float(np.max(np.abs(true), initial=0.0)))
        close(second.gradient(value), true, analytic=analytic, scale=10 * scale)
        count += true.size
    return count


def dot_products(case: Case) -> int:
    """⟨Jv, w⟩ = ⟨v, Jᵀw⟩, with Jv by one step along v."""
    arguments = case.arguments()
    result = derived(case, arguments)
    weights = case.weights(case.forward(arguments).shape)
    directions = {
        p: np.cos(1.0 + np.arange(arguments[p].size)).reshape(arguments[p].shape)
        for p in case.moving
    }
    analytic = case.op.analytic
    function = meaning(case.op) if analytic else case.op.forward

    def along(step: np.ndarray) -> np.ndarray:
        given = [
            a + step * directions[p] if p in directions else a
            for p, a in enumerate(arguments)
        ]
        return np.sum(function(*given, **case.params) * weights)

    left = true_gradient(along, np.zeros(()), analytic=analytic)
    terms = [
        directions[p] * result.gradient(v)
        for v, p in zip(result.wrt, case.moving, strict=True)
    ]
    right = sum(float(np.sum(term)) for term in terms)
    size = max(1.0, sum(float(np.sum(np.abs(term))) for term in terms))
    assert abs(float(left) - right) <= (1e-13 if analytic else 1e-8) * size
    return 1


def in_every_layout(case: Case) -> int:
    """The derived program gives the same numbers for every memory layout, writes and aliases none."""
    arguments = case.arguments()
    result = derived(case, arguments)
    program = result.run.program
    values = program.named()
    count = 0
    for ways in zip(*(layouts(a) for a in arguments), strict=True):
        numbers = {value: result.run.numbers[value] for value in program.inputs}
        numbers |= {
            values[f"x{position}"]: laid_out
            for position, (_, laid_out) in enumerate(ways)
            if f"x{position}" in values
        }
        before = {value: np.array(number) for value, number in numbers.items()}
        again = run(program, numbers)
        for value in result.wrt:
            gradient = again[result.gradients[value]]
            np.testing.assert_allclose(
                gradient, result.gradient(value), rtol=1e-12, atol=1e-14
            )
            count += gradient.size
        for value, number in numbers.items():
            np.testing.assert_array_equal(number, before[value])
    return count


def with_stride_0(case: Case) -> int:
    """Arguments that are one row, repeated without being copied, give what their copies give."""
    arguments = case.arguments()
    flat = [
        np.broadcast_to(a[:1], a.shape)
        if a.ndim and a.size and a.dtype.kind == "f"
        else a
        for a in arguments
    ]
    try:
        result = derived(case, [np.array(a) for a in flat])
    except (np.linalg.LinAlgError, FloatingPointError):
        return 0  # a matrix of equal rows has no inverse, and equal eigenvalues
    program = result.run.program
    values = program.named()
    numbers = {value: result.run.numbers[value] for value in program.inputs}
    numbers |= {values[f"x{p}"]: a for p, a in enumerate(flat) if f"x{p}" in values}
    try:
        again = run(program, numbers)
    except FloatingPointError:
        return 0  # equal eigenvalues differ by rounding in one layout, by nothing in the other
    for value in result.wrt:
        np.testing.assert_allclose(
            again[result.gradients[value]],
            result.gradient(value),
            rtol=1e-12,
            atol=1e-14,
        )
    return sum(result.gradient(value).size for value in result.wrt)


def in_float32(case: Case) -> int:
    """Gradients keep the type, and agree with those of float64."""
    arguments = case.arguments()
    if "dtype" in case.params:
        return 0
    if case.op.elementwise and any(a.dtype.kind == "i" for a in arguments):
        return 0  # float32 with int64 is float64 in NumPy: the tracer names it, E111
    narrow = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arguments]
    wide = derived(
        case, [a.astype(np.float64) if a.dtype.kind == "f" else a for a in narrow]
    )
    found = derived(case, narrow)
    for value in found.run.program.values():
        assert value.dtype != np.float64
    for one, other in zip(found.wrt, wide.wrt, strict=True):
        true = wide.gradient(other)
        difference = np.linalg.norm((found.gradient(one) - true).ravel())
        assert difference <= 2e-6 * max(np.linalg.norm(true.ravel()), 1.0)
    return sum(wide.gradient(value).size for value in wide.wrt)


@every_moving_case
def test_every_rule_agrees_with_the_true_gradient(case: Case):
    first_order(case)


@pytest.mark.spread(4)
@at_every(MOVING[::3])
def test_a_rule_can_be_derived_again(case: Case):
    """Every third one every day; the twenty thousand checks derive all of them again."""
    second_order(case)


@pytest.mark.spread(4)
@the_first_case
def test_forwards_and_backwards_weigh_the_same(case: Case):
    dot_products(case)


@pytest.mark.spread(4)
@the_first_case
def test_gradients_are_the_same_in_every_layout(case: Case):
    in_every_layout(case)


@pytest.mark.spread(4)
@the_first_case
def test_gradients_of_repeated_rows_are_those_of_their_copies(case: Case):
    with_stride_0(case)


@pytest.mark.spread(4)
@the_first_case
def test_gradients_of_float32_are_float32(case: Case):
    in_float32(case)


def test_every_op_that_has_rules_is_tried():
    tried = {case.op.name for case in MOVING}
    claimed = {
        case.op.name
        for case in CASES
        if any(
            case.op.rule(position) is not None
            for position in range(len(case.sample.shapes))
        )
    }
    assert tried == claimed


@pytest.mark.slow
def test_there_are_twenty_thousand_checks():
    counts = {
        check.__name__: sum(check(case) for case in MOVING)
        for check in (
            first_order,
            second_order,
            dot_products,
            in_every_layout,
            with_stride_0,
            in_float32,
        )
    }
    print(counts)  # noqa: T201 - the figure is the point
    assert sum(counts.values()) >= 20_000
