"""Every rule of an op that says what it is made of, proven by SymPy from that definition, step by step."""

import numpy as np
import pytest
import sympy
from op_cases import MOVING, Case, derived
from op_symbols import is_zero, of, on_symbols, symbols

from chainrule import ops

UNPROVEN = {
    "erfcinv": "SymPy does not see that it is erfinv of 1 - x; held against differences",
    "standardize": "six symbols under roots; its rule is held against complex steps",
    "zscore": "the same, with a branch where a root is 0",
}


def smallest(name: str) -> Case:
    """The case of an op with the fewest entries, but with more than one to reduce."""
    cases = [case for case in MOVING if case.op.name == name]
    least = 1 if cases[0].op.elementwise else 2
    sized = [
        (max(a.size for a in case.arguments()), case.number, case) for case in cases
    ]
    return min(item for item in sized if item[0] >= least)[2]


PROVEN = [
    smallest(name)
    for name in dict.fromkeys(case.op.name for case in MOVING if case.op.definition)
    if name not in UNPROVEN
]
REGIONS = [-3.7, -1.6, -0.4, 0.3, 1.7, 3.9]


def places(case: Case) -> list[list[np.ndarray]]:
    """Numbers to decide the branches by: for one number, one in each region of the real line."""
    if len(case.sample.shapes) != 1 or not case.op.elementwise or case.op.analytic:
        return [case.arguments()]
    return [[np.full(case.sample.shapes[0], region)] for region in REGIONS]


def in_symbols(case: Case, arguments: list[np.ndarray]):
    positive = case.sample.domain[0] >= 0
    return symbols(arguments, positive=positive)


@pytest.mark.spread(4)
@pytest.mark.parametrize("case", PROVEN, ids=str)
def test_the_rule_is_proven_by_the_definition(case: Case):
    for arguments in places(case):
        made = in_symbols(case, arguments)
        value = of(case.op, made, arguments, case.params)
        weights = np.arange(2, 2 + value.size).reshape(value.shape)
        total = np.sum(value * weights)
        result = derived(case, arguments)
        program = result.run.program
        named = program.named()
        given = {
            named[f"x{i}"]: entries
            for i, entries in enumerate(made)
            if f"x{i}" in named
        }
        given[named["w"]] = weights.astype(object)
        found = on_symbols(
            program, {v: result.run.numbers[v] for v in program.inputs}, given
        )
        for wrt, position in zip(result.wrt, case.moving, strict=True):
            gradient = np.broadcast_to(
                found[result.gradients[wrt]], arguments[position].shape
            )
            for place in np.ndindex(*arguments[position].shape):
                true = sympy.diff(total, made[position][place])
                assert is_zero(true - gradient[place]), (true, gradient[place])


STEPS = [
    pytest.param(op, step, id=f"{op.name}-{number}")
    for op in ops.CATALOGUE.values()
    for number, step in enumerate(op.steps)
]


@pytest.mark.parametrize(("op", "step"), STEPS)
def test_every_step_on_the_way_is_equal_to_the_slope(op, step):
    numbers = [np.array(0.4)]
    made = symbols(numbers, positive=False)
    slope = sympy.diff(of(op, made, numbers, op.params).item(), made[0].item())
    assert is_zero(slope - of(step, made, numbers, {}).item())


def test_a_wrong_step_is_not_proven():
    numbers = [np.array(0.4)]
    made = symbols(numbers, positive=False)
    slope = sympy.diff(of(ops.sigmoid, made, numbers, {}).item(), made[0].item())
    wrong = of(lambda x: np.exp(-x) / (1 + np.exp(-x)), made, numbers, {}).item()
    assert not is_zero(slope - wrong)


def test_most_composite_ops_say_what_they_are_made_of():
    assert len(PROVEN) >= 45
    assert len(STEPS) >= 10
