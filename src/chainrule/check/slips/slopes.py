"""An activation's derivative: forgotten, of another activation, or taken on the wrong side of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import reduce
from itertools import combinations

from chainrule.check.place import known
from chainrule.check.slips.expressions import binary, called, is_product, parents
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect
from chainrule.program import Value


@slip(
    "activation for pre-activation",
    "The derivative of {bend} is taken at {is} {old}; it is of {of} {new}.",
)
def other_side_of_the_bend(suspect: Suspect) -> Iterator[Change]:
    """An activation where its input belongs, or the reverse, inside a slope."""
    holders = parents(suspect)
    for node, item in suspect.leaves:
        nearest = [
            one
            for one in holders.get(node, [])
            if not (isinstance(one, ast.Attribute) and one.attr == "T")
        ]
        if nearest and is_product(nearest[0]):
            continue
        for bent in suspect.bent:
            pairs = (
                (bent.x, bent.y, "the pre-activation", "the activation"),
                (bent.y, bent.x, "the activation", "the pre-activation"),
            )
            for wrong, right, is_a, of_a in pairs:
                if item is wrong and right in suspect.texts:
                    new = known(suspect.texts[right], right)
                    words = {
                        "bend": bent.bend.name,
                        "old": text_of(node),
                        "is": is_a,
                        "new": new.id,
                        "of": of_a,
                    }
                    yield Change(node, new, words)


@slip("missing derivative", "The derivative of {bend} is missing: the factor {slope}.")
def missing_slope(suspect: Suspect) -> Iterator[Change]:
    """The derivative of an activation is forgotten."""
    for bent in suspect.bent:
        for slope in bent.bend.slopes:
            node = _slope(suspect, slope, bent.x, bent.y)
            if node is None:
                continue
            words = {"bend": bent.bend.name, "slope": text_of(node)}
            yield Change(suspect.root, binary(suspect.root, ast.Mult(), node), words)
            for part in suspect.nodes[1:]:
                if suspect.shape(part) == bent.x.shape:
                    yield Change(part, binary(part, ast.Mult(), node), words)


@slip(
    "surplus derivative",
    "The derivative {slope} does not belong here: {rest} has it already.",
)
def surplus_slope(suspect: Suspect) -> Iterator[Change]:
    """The slope of an activation in two factors, ``a * (1 - a)``, once too often."""
    for node in suspect.nodes:
        factors = _factors(node)
        for i, j in combinations(range(len(factors)), 2):
            rest = [one for k, one in enumerate(factors) if k not in (i, j)]
            if rest:
                new = reduce(lambda one, other: binary(one, ast.Mult(), other), rest)
                slope = binary(factors[i], ast.Mult(), factors[j])
                words = {"slope": text_of(slope), "rest": text_of(new)}
                yield Change(node, new, words)


def _factors(node: ast.expr) -> list[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return [*_factors(left), *_factors(right)]
        case _:
            return [node]


@slip("wrong derivative", "{old} is not the derivative of {bend}, which is {slope}.")
def wrong_slope(suspect: Suspect) -> Iterator[Change]:
    """The derivative of another activation."""
    for bent in suspect.bent:
        for slope in bent.bend.slopes:
            node = _slope(suspect, slope, bent.x, bent.y)
            if node is None:
                continue
            for part in suspect.nodes[1:] or suspect.nodes:
                if (
                    suspect.shape(part) in (bent.x.shape, ())
                    and part is not suspect.root
                ):
                    yield Change(
                        part,
                        node,
                        {
                            "bend": bent.bend.name,
                            "slope": text_of(node),
                            "old": text_of(part),
                        },
                    )


def _slope(suspect: Suspect, slope: str, x: Value, y: Value) -> ast.expr | None:
    wanted = {"x": x, "y": y}
    if any(
        "{" + key + "}" in slope and value not in suspect.texts
        for key, value in wanted.items()
    ):
        return None

    class Fill(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            value = wanted.get(node.id.removeprefix("hole_"))
            return (
                known(suspect.texts[value], value)
                if node.id.startswith("hole_") and value
                else node
            )

    tree = ast.parse(slope.format(x="hole_x", y="hole_y"), mode="eval").body
    for node in ast.walk(tree):
        for name in ("lineno", "col_offset", "end_lineno", "end_col_offset"):
            if hasattr(node, name):
                delattr(node, name)
    result: ast.expr = Fill().visit(tree)
    return result


@slip(
    "softmax as elementwise",
    "The softmax is treated as elementwise: every entry of {p} depends on every logit.",
)
def softmax_as_elementwise(suspect: Suspect) -> Iterator[Change]:
    """P * (1 - p), or p alone, for the whole Jacobian of a softmax."""
    for node in (suspect.root, *suspect.nodes[1:]):
        shape = suspect.shape(node)
        if shape is None or not shape:
            continue
        for _, p in suspect.leaves:
            if p.shape != shape or p not in suspect.study.forward:
                continue
            for _, dp in suspect.leaves:
                if (
                    dp.shape != shape
                    or dp is p
                    or dp not in suspect.texts
                    or p not in suspect.texts
                ):
                    continue
                for axis in (-1, 0):
                    one, other = (
                        known(suspect.texts[p], p),
                        known(suspect.texts[dp], dp),
                    )
                    inner = called(
                        binary(other, ast.Mult(), one), "sum", axis=axis, keepdims=True
                    )
                    new = binary(one, ast.Mult(), binary(other, ast.Sub(), inner))
                    yield Change(node, new, {"p": one.id})
