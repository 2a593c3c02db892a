"""The summands of a gradient: one missing, one too many, the regulariser's, one overwritten."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from chainrule.check.place import Known, known
from chainrule.check.slips.expressions import binary
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import CannotSpell, text_of
from chainrule.check.suspect import Suspect
from chainrule.program import Size, Value


@slip(
    "carry dropped",
    "What arrives from the turn before, {term}, is dropped: it should be added.",
)
def carry_dropped(suspect: Suspect) -> Iterator[Change]:
    """In a loop, what the turn before hands over is left out."""
    for change in (
        *missing_summand.changes(suspect),
        *missing_term.changes(suspect),
    ):
        term = change.new.right if isinstance(change.new, ast.BinOp) else change.new
        if any(
            isinstance(node, Known) and _is_handed_on(suspect, node)
            for node in ast.walk(term)
        ):
            yield change


def _is_handed_on(suspect: Suspect, node: Known) -> bool:
    """Whether a value was bound further down, in the turn before."""
    here, item = suspect.execution, suspect.place.visible.get(node.id)
    return any(
        one.order < here.order
        and one.site.statement.lineno > here.site.statement.lineno
        and any(result is item for _, result in one.results)
        for one in suspect.study.executions
    )


@slip("missing term", "The term {term} is missing.")
def missing_term(suspect: Suspect) -> Iterator[Change]:
    """One of several contributions to a gradient is left out."""
    derived = suspect.study.derived
    for step in derived.steps:
        if len(step.contributions) < 2:
            continue
        for part in step.contributions:
            for sign in (1, -1):
                yield from _completed(suspect, part.gradient, sign)


def _completed(suspect: Suspect, gradient: Value, sign: int) -> Iterator[Change]:
    try:
        term = suspect.words.expression(gradient)
    except CannotSpell:
        return
    bare = (
        term.operand
        if isinstance(term, ast.UnaryOp) and isinstance(term.op, ast.USub)
        else term
    )
    words = {"term": text_of(bare)}
    for node in suspect.nodes:
        if suspect.shape(node) == gradient.shape:
            yield Change(node, _added(node, term, sign), words)


def _added(node: ast.expr, term: ast.expr, sign: int = 1) -> ast.expr:
    if isinstance(term, ast.UnaryOp) and isinstance(term.op, ast.USub):
        return binary(node, ast.Sub() if sign > 0 else ast.Add(), term.operand)
    return binary(node, ast.Add() if sign > 0 else ast.Sub(), term)


@slip("missing term", "The term {term} is missing.")
def missing_summand(suspect: Suspect) -> Iterator[Change]:
    """A value at hand that should be added or taken away: a target, or what arrives from the next time step."""
    at_hand = [
        (text, item)
        for text, item in suspect.place.visible.items()
        if isinstance(item, Value) and item.dtype.kind in "fib" and suspect.usable(item)
    ]
    for node in suspect.nodes:
        shape = suspect.shape(node)
        for text, item in at_hand:
            if (
                _fits(item.shape, shape)
                and not isinstance(node, ast.Constant)
                and text not in _summands(node)
            ):
                term = known(text, item)
                yield Change(node, binary(node, ast.Add(), term), {"term": text})
                yield Change(node, binary(node, ast.Sub(), term), {"term": text})


def _summands(node: ast.expr) -> set[str]:
    """What is added up or taken away in an expression, as text."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _summands(left) | _summands(right)
        case _:
            return {text_of(node)}


def _fits(shape: tuple[int, ...], whole: tuple[int, ...] | None) -> bool:
    """Whether a value can be added without making the whole larger."""
    try:
        return whole is not None and np.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False


@slip("regulariser", "The regulariser's share {term} is missing.")
def regulariser(suspect: Suspect) -> Iterator[Change]:
    """The regulariser's share is missing, or has another factor."""
    parameters = set(suspect.study.script.parameters)
    visible = suspect.place.visible
    numbers = [
        known(text, item)
        for text, item in visible.items()
        if isinstance(item, Value)
        and item.shape == ()
        and item.dtype.kind == "f"
        and item in suspect.study.forward
    ] + [known(text, item) for text, item in visible.items() if type(item) is float]
    written = ast.unparse(suspect.root)
    numbers.sort(key=lambda number: number.id not in written)
    weights = [
        known(text, item)
        for text, item in visible.items()
        if isinstance(item, Value) and item in parameters and item is suspect.target
    ]
    counts = [
        known(text, item)
        for text, item in visible.items()
        if isinstance(item, Size | int) and not isinstance(item, bool)
    ]
    for weight in weights:
        for number in numbers:
            plain = binary(number, ast.Mult(), weight)
            shares: list[ast.expr] = [
                plain,
                binary(binary(ast.Constant(2), ast.Mult(), number), ast.Mult(), weight),
            ]
            shares += [binary(plain, ast.Div(), count) for count in counts]
            for share in shares:
                yield from _shared_otherwise(suspect, share)
            for share in shares:
                whole = binary(suspect.root, ast.Add(), share)
                yield Change(suspect.root, whole, {"term": text_of(share)})


def _shared_otherwise(suspect: Suspect, share: ast.expr) -> Iterator[Change]:
    """The share that is there, replaced."""
    sentence = "The regulariser's share {old} should be {term}."
    match suspect.root:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            for part in (right, left):
                words = {"term": text_of(share), "old": text_of(part)}
                yield Change(part, share, words, sentence)


@slip("surplus term", "The term {term} does not belong here.")
def surplus_term(suspect: Suspect) -> Iterator[Change]:
    """A summand that does not belong here."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield Change(node, left, {"term": text_of(right)})
                yield Change(node, right, {"term": text_of(left)})
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                yield Change(node, left, {"term": text_of(right)})


@slip(
    "overwritten",
    "{name} is overwritten; this should be added to what is already there.",
)
def overwritten(suspect: Suspect) -> Iterator[Change]:
    """Assigned where it should be added to what is there."""
    for text, _ in suspect.execution.results:
        held = suspect.place.visible.get(text or "")
        if (
            held is not None
            and isinstance(held, Value)
            and suspect.execution.site.augmented is None
        ):
            yield Change(
                suspect.root,
                binary(known(text or "", held), ast.Add(), suspect.root),
                {"name": text or ""},
            )
