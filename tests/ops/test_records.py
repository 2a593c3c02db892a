"""Every claim a record makes, held against NumPy at every sample of every op."""

import inspect
import string

import numpy as np
import pytest
from op_cases import CASES, Case, at_every, layouts, meaning

from chainrule import ops
from chainrule.formula.notation import holes
from chainrule.program import DTypeError, Op, ShapeError
from chainrule.program.op import shape_of
from chainrule.trace import Tracer

OPS = list(ops.CATALOGUE.values())
every_case = at_every(CASES)
every_op = pytest.mark.parametrize("op", OPS, ids=lambda op: op.name)


@every_op
def test_an_op_has_samples_a_notation_and_a_name_of_its_own(op: Op):
    assert op.samples
    assert op.notation
    assert op.name.isidentifier()
    assert ops.CATALOGUE[op.name] is op


@every_case
def test_the_shape_rule_agrees_with_numpy(case: Case):
    assert (
        shape_of(case.op, case.sample.shapes, case.params)
        == case.forward(case.arguments()).shape
    )


@every_case
def test_the_forward_agrees_with_the_meaning(case: Case):
    arguments = case.arguments()
    found = case.forward(arguments)
    true = np.asarray(meaning(case.op)(*arguments, **case.params))
    np.testing.assert_allclose(found, true, rtol=1e-12, atol=1e-14)


@every_case
def test_the_definition_agrees_with_the_forward(case: Case):
    if case.op.definition is None:
        return
    arguments = case.arguments()
    found = np.asarray(case.op.definition(*arguments, **case.params))
    np.testing.assert_allclose(found, case.forward(arguments), rtol=1e-12, atol=1e-14)


@every_case
def test_forms_agree_with_the_forward(case: Case):
    arguments = case.arguments()
    for form in case.op.forms:
        known = inspect.signature(form).parameters
        asked = {name: param for name, param in case.params.items() if name in known}
        if any(
            param != case.op.params[name]
            for name, param in case.params.items()
            if name not in known and name != "keepdims"
        ):
            continue
        if case.op.name == "softmax" and case.params["axis"] is None:
            continue  # its last form puts back the one axis it has summed over
        found = np.asarray(form(*arguments, **asked))
        if (
            "keepdims" in case.params
            and "keepdims" not in known
            and found.shape != case.forward(arguments).shape
        ):
            continue
        np.testing.assert_allclose(
            found, case.forward(arguments), rtol=1e-12, atol=1e-14
        )


@every_case
def test_float32_stays_float32(case: Case):
    arguments = case.arguments()
    narrow = [a.astype(np.float32) if a.dtype.kind == "f" else a for a in arguments]
    wide, found = case.forward(arguments), case.forward(narrow)
    if (
        wide.dtype.kind != "f"
        or "dtype" in case.params
        or not any(a.dtype.kind == "f" for a in arguments)
    ):
        assert found.dtype == wide.dtype
        return
    if case.op.elementwise and any(a.dtype.kind == "i" for a in arguments):
        return  # float32 with int64 is float64 in NumPy: the tracer names it, E111
    assert found.dtype == np.float32
    difference = np.linalg.norm((found - wide).ravel())
    assert difference <= 2e-6 * max(np.linalg.norm(wide.ravel()), 1.0)


@every_case
def test_inputs_are_never_written_and_results_never_alias_them(case: Case):
    arguments = case.arguments()
    before = [a.copy() for a in arguments]
    for a in arguments:
        a.flags.writeable = False
    result = case.forward(arguments)
    for a, old in zip(arguments, before, strict=True):
        np.testing.assert_array_equal(a, old)
        assert not np.shares_memory(result, a)


@pytest.mark.spread(4)
@every_case
def test_every_memory_layout_gives_the_same_numbers(case: Case):
    arguments = case.arguments()
    for ways in zip(*(layouts(a) for a in arguments), strict=True):
        laid_out = [a for _, a in ways]
        for old, new in zip(arguments, laid_out, strict=True):
            np.testing.assert_array_equal(old, new)
        np.testing.assert_allclose(
            case.forward(laid_out), case.forward(arguments), rtol=1e-13, atol=1e-15
        )


@every_op
def test_every_reason_is_one_clause_that_fills_its_braces(op: Op):
    n_arguments = max(len(sample.shapes) for sample in op.samples)
    for position in range(n_arguments):
        rule = op.rule(position)
        if rule is None:
            continue
        named = {
            name
            for _, name, _, _ in string.Formatter().parse(rule.why)
            if name is not None
        }
        assert named <= set(rule.words), (
            f"{op.name}: {named - set(rule.words)} in: {rule.why}"
        )
        assert rule.why.strip() == rule.why
        assert not rule.why.endswith(".")
        first = rule.why.split()[0]
        assert first == first.lower() or first.startswith("{")


@every_op
def test_every_notation_parses_and_asks_only_for_what_there_is(op: Op):
    sample = op.samples[0]
    allowed = {str(i + 1) for i in range(len(sample.shapes))} | set(op.params)
    assert holes(op.notation) <= allowed


@every_op
def test_the_parameters_are_those_of_the_forward_and_of_every_rule(op: Op):
    for function in (op.forward, op.definition):
        if function is None or isinstance(function, np.ufunc):
            continue
        try:
            known = inspect.signature(function).parameters
        except ValueError:
            continue
        open_ended = any(p.kind is p.VAR_KEYWORD for p in known.values())
        assert open_ended or set(op.params) <= set(known), op.name


@pytest.mark.parametrize(
    "name", ["mean", "max", "min", "argmax", "logsumexp", "var", "std"]
)
def test_nothing_has_no_mean_and_no_largest_entry(name: str):
    op = ops.CATALOGUE[name]
    tracer = Tracer(named=False)
    with pytest.raises(ShapeError, match="E103"):
        tracer.record(op, (tracer.input(np.zeros((0, 3)), "x"),), {"axis": 0})


def test_a_spread_needs_more_entries_than_ddof():
    tracer = Tracer(named=False)
    with pytest.raises(ShapeError, match="E103"):
        tracer.record(
            ops.var, (tracer.input(np.ones((1, 3)), "x"),), {"axis": 0, "ddof": 1}
        )


def test_an_array_of_float64_among_float32_is_named_as_drift():
    tracer = Tracer(named=False)
    x = tracer.input(np.ones(3, dtype=np.float32), "x")
    with pytest.raises(DTypeError, match="E111"):
        tracer.record(ops.add, (x, tracer.input(np.ones(3), "b")))
