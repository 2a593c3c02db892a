"""Numbers and factors in front: missing, once too often, another one, another power."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.place import known
from chainrule.check.slips.expressions import binary, called, parsed
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect
from chainrule.program import Arg, Size, Value


@slip("power", "{old} should be {new}.")
def wrong_power(suspect: Suspect) -> Iterator[Change]:
    """A square forgotten, or taken where none is."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=base, op=ast.Pow(), right=ast.Constant(value=power)):
                yield Change(node, base, {"old": text_of(node), "new": text_of(base)})
                for other in (2, 3, 1.5, -1, -2, -0.5, -1.5, 0.5):
                    if other != power:
                        new = binary(base, ast.Pow(), parsed(str(other)))
                        yield Change(
                            node, new, {"old": text_of(node), "new": text_of(new)}
                        )
    for node, _ in suspect.leaves:
        new = binary(node, ast.Pow(), ast.Constant(2))
        yield Change(node, new, {"old": text_of(node), "new": text_of(new)})
        root = called(node, "sqrt")
        yield Change(node, root, {"old": text_of(node), "new": text_of(root)})


@slip("factor", "The number {old} should be {new}.")
def wrong_constant(suspect: Suspect) -> Iterator[Change]:
    """Another number in front."""
    for node in suspect.nodes:
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
        ):
            for other in (1, 2, 0.5, 3, 4, 0):
                if other != node.value:
                    yield Change(
                        node,
                        ast.Constant(other),
                        {"old": text_of(node), "new": str(other)},
                    )


@slip(
    "written size", "{old} is {new} for these data only: another batch is not as long."
)
def written_size(suspect: Suspect) -> Iterator[Change]:
    """A length written as a number."""
    numbers = [
        node
        for node in suspect.nodes
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1
    ]
    for text, item in suspect.place.visible.items() if numbers else ():
        for node in numbers:
            for length in _lengths(text, item, node.value):
                words = {"old": text_of(node), "new": text_of(length)}
                yield Change(node, length, words)


def _lengths(text: str, item: Arg, number: object) -> Iterator[ast.expr]:
    """A visible thing as an expression for a length, if it is as long as ``number`` where it was traced."""
    if isinstance(item, Size) and item.number == number:
        yield known(text, item)
    if isinstance(item, Value):
        array = known(text, item)
        for axis, length in enumerate(item.shape):
            if length == number and axis == 0:
                yield ast.Call(ast.Name("len", ast.Load()), [array], [])
            elif length == number:
                shape = ast.Attribute(array, "shape", ast.Load())
                yield ast.Subscript(shape, ast.Constant(axis), ast.Load())


@slip("factor", "It is {done} by {number} once too often.")
def surplus_number(suspect: Suspect) -> Iterator[Change]:
    """A number multiplied or divided by once too often."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                for kept, dropped in ((left, right), (right, left)):
                    if suspect.shape(dropped) == ():
                        yield Change(
                            node,
                            kept,
                            {"number": text_of(dropped), "done": "multiplied"},
                        )
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                if suspect.shape(right) == ():
                    yield Change(
                        node, left, {"number": text_of(right), "done": "divided"}
                    )


@slip("factor", "The {old} should be a {new}.")
def mean_for_sum(suspect: Suspect) -> Iterator[Change]:
    """A mean where a sum belongs, or the reverse."""
    for node in suspect.nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=held, attr="mean" | "sum" as attr),
                args=args,
                keywords=keywords,
            ):
                other = "sum" if attr == "mean" else "mean"
                new = ast.Call(ast.Attribute(held, other, ast.Load()), args, keywords)
                yield Change(node, new, {"old": attr, "new": other})


@slip("surplus factor", "The factor {factor} does not belong here.")
def surplus_factor(suspect: Suspect) -> Iterator[Change]:
    """A factor, such as a slope, that does not belong here or is there already."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                yield Change(node, left, {"factor": text_of(right)})
                yield Change(node, right, {"factor": text_of(left)})
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                yield Change(node, left, {"factor": text_of(right)})


@slip("missing factor", "It should be {done} by {factor}.")
def forgotten_factor(suspect: Suspect) -> Iterator[Change]:
    """A value at hand that should be multiplied or divided by."""
    study = suspect.study
    for text, item in suspect.place.visible.items():
        if (
            not isinstance(item, Value)
            or not suspect.usable(item)
            or item.dtype.kind not in "fb"
        ):
            continue
        if item in study.moved or item in study.forward:
            for op, done in ((ast.Mult(), "multiplied"), (ast.Div(), "divided")):
                new = binary(suspect.root, op, known(text, item))
                yield Change(suspect.root, new, {"factor": text, "done": done})
            for part in _summands(suspect):
                new = binary(part, ast.Mult(), known(text, item))
                said = f"{text_of(part)} should be multiplied by {text}."
                yield Change(part, new, sentence=said)


def _summands(suspect: Suspect) -> Iterator[ast.expr]:
    """What sums in an expression are made of."""
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                yield left
                yield right


@slip("factor", "{old} is {done} by {number} in this sum.")
def uneven_summand(suspect: Suspect) -> Iterator[Change]:
    """One summand of several without the ``/ m`` that belongs to it."""
    counts = [
        known(text, item)
        for text, item in suspect.place.visible.items()
        if isinstance(item, Size | int) and not isinstance(item, bool)
    ]
    for node in suspect.nodes:
        match node:
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
                for part in (left, right):
                    for count in counts:
                        words = {"old": text_of(part), "number": count.id}
                        less = binary(part, ast.Div(), count)
                        yield Change(part, less, {**words, "done": "to be divided"})
                        more = binary(part, ast.Mult(), count)
                        yield Change(part, more, {**words, "done": "to be multiplied"})
