"""A fact about an op stands in its record: nothing else keeps tables of op names, or asks an op for its name."""

import ast
import sys

import numpy as np
import pytest
from op_cases import CASES, Case, at_every
from test_operations_page import page

import chainrule
from chainrule import nn, ops
from chainrule.derive import recognise
from chainrule.lesson.analysis.saturation import FLAT
from chainrule.ops import shapes
from chainrule.program import Op, Rule, Sample, Unit
from chainrule.trace import trace
from chainrule.train.loop.health import units
from library_source import trees

NAMES_OF_OTHERS = {
    "formula/__init__.py": "the public names of a module",
    "formula/names.py": "the letters of the Greek",
    "formula/signs.py": "the commands of LaTeX",
    "emit/c/functions.py": "the functions of C",
    "emit/c/source.py": "the words that C has taken",
    "nn/losses.py": "the losses of networks, which are means of ops",
    "trace/statements/rewrite.py": "the functions of math again",
    "roles/names.py": "the words in the names that people give",
    "trace/lent.py": "the functions of math",
    "trace/written_out/distributions.py": "the distributions of SciPy",
}
"""Where names that happen to be those of ops are the names of something else."""
BEING_REBUILT = "check/"
"""``check`` is written anew; what is to go need not be mended, but may only become less."""
STILL_ASKED, STILL_LISTED = 29, 13
"""How often ``check`` tells an op apart by its name, and how many tables of names it keeps."""


def modules() -> dict[str, ast.Module]:
    return {name: tree for name, tree in trees().items() if not name.startswith("ops/")}


def listed(node: ast.AST) -> set[str]:
    """The strings that a literal table holds, as its items or keys."""
    match node:
        case ast.Dict(keys=items) | ast.List(elts=items):
            pass
        case ast.Set(elts=items) | ast.Tuple(elts=items):
            pass
        case _:
            return set()
    return {
        one.value
        for one in items
        if isinstance(one, ast.Constant) and one.value in ops.CATALOGUE
    }


def names_an_op(node: ast.AST) -> bool:
    """Whether an expression is ``line.op.name`` or ``op.name``."""
    if not (isinstance(node, ast.Attribute) and node.attr == "name"):
        return False
    of = node.value
    return (isinstance(of, ast.Name) and of.id == "op") or (
        isinstance(of, ast.Attribute) and of.attr == "op"
    )


def asked(node: ast.AST) -> bool:
    """Whether an op is told apart by its name: compared, matched, looked up, its letters asked for."""
    match node:
        case ast.Call(func=ast.Attribute(value=name)):
            return names_an_op(name)
        case ast.Compare(left=left, comparators=others):
            return any(map(names_an_op, [left, *others]))
        case ast.Match(subject=ast.Tuple(elts=subjects)):
            return any(map(names_an_op, subjects))
        case ast.Match(subject=subject) | ast.Subscript(slice=subject):
            return names_an_op(subject)
    return False


def apart(found: list[str]) -> tuple[list[str], int]:
    """What was found outside of ``check``, and how much in it."""
    others = [one for one in found if not one.startswith(BEING_REBUILT)]
    return others, len(found) - len(others)


def test_there_is_no_table_of_op_names_outside_the_catalogue():
    found, in_check = apart(
        [
            f"{name}, line {node.lineno}: {sorted(listed(node))}"
            for name, tree in modules().items()
            if name not in NAMES_OF_OTHERS
            for statement in tree.body
            if isinstance(statement, ast.Assign | ast.AnnAssign)
            for node in ast.walk(statement)
            if len(listed(node)) > 1
        ]
    )
    assert not found
    assert in_check <= STILL_LISTED


def test_no_op_is_told_apart_by_its_name():
    found, in_check = apart(
        [
            f"{name}, line {node.lineno}"
            for name, tree in modules().items()
            for node in ast.walk(tree)
            if asked(node)
        ]
    )
    assert not found
    assert in_check <= STILL_ASKED


@pytest.mark.parametrize("op", ops.CATALOGUE.values(), ids=str)
def test_an_op_of_two_commutes_if_its_record_says_so(op: Op):
    sample = op.samples[0]
    two = op.elementwise and len(sample.shapes) == 2
    if not two or op.kind == "loss" or (op.whole(0) and not op.truth(0)):
        return
    first, second = np.array([0.4, 0.7, 0.6]), np.array([0.9, 0.2, 0.6])
    if op.truth(0):
        first, second = first > 0.5, second > 0.5
    there = op.forward(first, second, **op.params)
    assert op.commutes == np.array_equal(there, op.forward(second, first, **op.params))


@at_every(CASES)
def test_every_entry_lies_in_the_range_of_its_op(case: Case):
    low, high = case.op.range
    result = case.forward(case.arguments())
    assert np.all((result >= low) & (result <= high))


@at_every([case for case in CASES if case.op.folds])
def test_what_folds_an_op_is_that_op_from_entry_to_entry(case: Case):
    (x,) = case.arguments()
    axis, inner = case.params["axis"], case.op.folds.ufunc
    flat = x.reshape(-1) if axis is None else x
    axis = 0 if axis is None else axis
    folded = inner.accumulate if case.op.kind == "scan" else inner.reduce
    if isinstance(axis, tuple) and inner is np.logaddexp:
        return
    true = folded(flat, axis=axis, dtype=None)
    np.testing.assert_allclose(case.forward([x]).ravel(), np.ravel(true), rtol=1e-12)


def gate(x):
    return x / (1 + x**2) ** 0.5


isru = Op(
    gate,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, x: dy / (1 + x**2) ** 1.5,
            "the slope of isru is one over √(1 + {x}²)³",
        ),
    ),
    name="isru",
    title="inverse square root unit",
    label="ISRU",
    kind="activation",
    range=(-1, 1),
    spelling={"numpy": "{0} / (1 + {0} ** 2) ** 0.5"},
    notation=r"\operatorname{isru}(#1)",
    forms=(gate,),
    samples=(Sample(((2, 3),)),),
    unit=Unit(aliases=("isr",)),
)


@pytest.fixture
def registered(monkeypatch):
    """The catalogue with one activation more, registered from this very module."""
    for registry in ("CATALOGUE", "BY_FUNCTION", "FAMILIES"):
        monkeypatch.setattr(ops, registry, getattr(ops, registry).copy())
    # what is met for the first time now would be forgotten with the copies
    waiting = {module: names.copy() for module, names in ops._WAITING.items()}
    monkeypatch.setattr(ops, "_WAITING", waiting)
    ops.register(sys.modules[__name__])


@pytest.mark.usefixtures("registered")
def test_an_activation_is_added_in_one_place_and_known_everywhere():
    # networks in words write it, under each of its names
    network = nn.describe("3,4,1", "ISR,identity", "mse", batch=30)
    assert "h1 = z1 / (1 + z1 ** 2) ** 0.5" in network.source
    # the lesson recognises it, draws it, knows its unit, and says where it is flat
    far = {**network.arrays, "W1": 1e3 * network.arrays["W1"]}
    told = chainrule.explain(network.function, **far).to_text()
    assert "this is the inverse square root unit, written out" in told
    assert "ISRU" in told
    assert "the output of the hidden units" in told
    assert f"saturated (slope below {FLAT:g}) in h1" in told
    # a training warns where it is stuck at its bounds
    (finding,) = units(recognise(trace(network.function, **far)))
    assert str(finding).startswith("h1: 100% of its units are saturated")
    # and it stands on the page of operations
    assert "| `isru` |" in page()
