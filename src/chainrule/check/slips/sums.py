"""What is added up over the samples: a sum missing, needless, or along another axis."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from chainrule.check.slips.expressions import called, parsed
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import text_of
from chainrule.check.suspect import Suspect


@slip(
    "missing sum",
    "The sum over {axis} is missing: what is shared gets the gradients of all that use it.",
)
def missing_sum(suspect: Suspect) -> Iterator[Change]:
    """A gradient of something shared by all samples that is not added up over them."""
    for node in suspect.nodes:
        shape = suspect.shape(node)
        if shape is None or not shape:
            continue
        for axis in (*range(len(shape)), None, *_pairs(len(shape))):
            for keep in (False, True):
                options: dict[str, object] = {} if axis is None else {"axis": axis}
                if keep:
                    options["keepdims"] = True
                new = called(node, "sum", **options)
                yield Change(
                    node,
                    new,
                    {"axis": "everything" if axis is None else f"axis {axis}"},
                )


def _pairs(ndim: int) -> list[tuple[int, ...]]:
    return [
        axes for axes in ((0, 1), (0, 2), (0, 2, 3), (2, 3), (1, 2)) if max(axes) < ndim
    ]


@slip("wrong axis", "The wrong axis: {old} where {new} belongs.")
def wrong_axis(suspect: Suspect) -> Iterator[Change]:
    """A sum, mean or maximum along another axis."""
    for node in suspect.nodes:
        if not isinstance(node, ast.Call):
            continue
        axes = [keyword for keyword in node.keywords if keyword.arg == "axis"]
        for keyword in axes:
            for axis in (0, 1, -1, 2, None):
                for keep in _keeps(node):
                    yield Change(
                        node,
                        _with(node, axis, keep),
                        {
                            "old": f"axis={ast.unparse(keyword.value)}",
                            "new": f"axis={axis}",
                        },
                    )
        if (
            not axes
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("sum", "mean")
        ):
            for axis in (0, 1, -1):
                for keep in _keeps(node):
                    yield Change(
                        node,
                        _with(node, axis, keep),
                        {"old": "everything", "new": f"axis={axis}"},
                    )


def _keeps(node: ast.Call) -> tuple[bool, bool]:
    has = any(keyword.arg == "keepdims" for keyword in node.keywords)
    return (has, not has)


def _with(node: ast.Call, axis: int | None, keep: bool) -> ast.Call:  # noqa: FBT001 - NumPy's own option
    others = [
        keyword for keyword in node.keywords if keyword.arg not in ("axis", "keepdims")
    ]
    chosen = [] if axis is None else [ast.keyword("axis", parsed(str(axis)))]
    kept = [ast.keyword("keepdims", ast.Constant(True))] if keep else []
    return ast.Call(node.func, node.args, [*chosen, *kept, *others])


@slip(
    "needless sum",
    "There is nothing to sum here: each entry has its own gradient ({old}).",
)
def needless_sum(suspect: Suspect) -> Iterator[Change]:
    """A sum where every entry has its own gradient."""
    for node in suspect.nodes:
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr="sum" | "mean"),
                args=[inner, *_],
            ):
                yield Change(node, inner, {"old": text_of(node)})
            case ast.Call(func=ast.Attribute(value=inner, attr="sum" | "mean")):
                yield Change(node, inner, {"old": text_of(node)})
