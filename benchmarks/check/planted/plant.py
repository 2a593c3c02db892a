"""Mistakes planted in right backward passes by editing syntax trees; each is proved a mistake by running it."""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dense
import layers
import numpy as np
import sequences

NETWORKS: Mapping[str, str] = {
    name: source.lstrip()
    for family in (dense, layers, sequences)
    for name, source in family.NETWORKS.items()
}
SEEDS_TRIED = 3
BENDS = {"tanh": "tanh", "exp": "sigmoid", "maximum": "relu"}


@dataclass(frozen=True, slots=True)
class Planted:
    """A script with one mistake: in which network, of which kind, on which line."""

    network: str
    kind: str
    line: int
    source: str
    right: str


Edit = tuple[str, ast.expr, ast.expr]


@dataclass(frozen=True, slots=True)
class Known:
    """What a right script is known to hold: the shape of each name, and which activation is of which input."""

    shapes: Mapping[str, tuple[int, ...]]
    bends: Mapping[str, str]


def sources(seed: int) -> dict[str, str]:
    """Every network with its numbers drawn from ``seed``."""
    return {
        name: source.replace("SEED", str(seed)) for name, source in NETWORKS.items()
    }


def backward_lines(source: str) -> set[int]:
    """The lines between ``# backward`` and ``# update``."""
    inside, found = False, set()
    for number, line in enumerate(source.splitlines(), 1):
        if line.strip() == "# backward":
            inside = True
        elif line.strip() == "# update":
            inside = False
        elif inside and line.strip():
            found.add(number)
    return found


def mistakes(network: str, source: str) -> Iterator[Planted]:
    """Every change that may be a mistake, one at a time; ``is_mistake`` tells by running it."""
    tree = ast.parse(source)
    known = learn(source)
    lines = backward_lines(source)
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt) or statement.lineno not in lines:
            continue
        for kind, old, new in _edits(statement, known):
            text = _replaced(source, old, new)
            if text is not None:
                yield Planted(network, kind, statement.lineno, text, source)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
            text = _line_replaced(source, statement.lineno, "+=", "=")
            yield Planted(network, "overwritten", statement.lineno, text, source)
    yield from _early_updates(network, source)


def _edits(statement: ast.AST, known: Known) -> Iterator[Edit]:
    match statement:
        case (
            ast.Assign(value=value)
            | ast.AugAssign(value=value)
            | ast.Return(value=ast.expr() as value)
        ):
            for plant in PLANTS:
                yield from plant(value, known)


# the mistakes


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """Every part of an expression but its indices."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(node, ast.Subscript) and child is node.slice):
            yield from _walk(child)


def _sign(value: ast.expr, _: Known) -> Iterator[Edit]:
    for node in _walk(value):
        match node:
            case ast.BinOp(left=left, op=ast.Sub(), right=right) if not isinstance(
                left, ast.Constant
            ):
                yield "sign", node, ast.BinOp(right, ast.Sub(), left)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield "sign", node, ast.BinOp(left, ast.Sub(), right)
    yield "sign", value, ast.UnaryOp(ast.USub(), value)


def _factor(value: ast.expr, _: Known) -> Iterator[Edit]:
    yield "factor", value, ast.BinOp(ast.Constant(2), ast.Mult(), value)
    for node in _walk(value):
        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=ast.Name(id="n" | "m" | "N")):
                yield "factor", node, left
            case ast.BinOp(
                left=left, op=ast.Div(), right=ast.Subscript() | ast.Attribute()
            ):
                yield "factor", node, left
            case ast.BinOp(
                left=ast.Constant(value=2 | 0.5), op=ast.Mult(), right=right
            ):
                yield "factor", node, right
            case ast.Call(
                func=ast.Attribute(value=held, attr="sum"), args=args, keywords=keywords
            ):
                yield (
                    "factor",
                    node,
                    ast.Call(ast.Attribute(held, "mean", ast.Load()), args, keywords),
                )


def _slope(value: ast.expr, _: Known) -> Iterator[Edit]:
    for node in _walk(value):
        match node:
            case ast.BinOp(
                left=left,
                op=ast.Mult(),
                right=ast.Compare()
                | ast.BinOp(
                    left=ast.Constant(value=1),
                    op=ast.Sub(),
                    right=ast.BinOp(op=ast.Pow()),
                ),
            ):
                yield "missing derivative", node, left
            case ast.BinOp(
                left=ast.BinOp(left=left, op=ast.Mult(), right=ast.Name(id=name)),
                op=ast.Mult(),
                right=ast.BinOp(
                    left=ast.Constant(value=1), op=ast.Sub(), right=ast.Name(id=again)
                ),
            ) if name == again:
                yield "missing derivative", node, left
            case ast.BinOp(
                left=ast.Constant(value=1),
                op=ast.Sub(),
                right=ast.BinOp(left=base, op=ast.Pow()),
            ):
                yield "power", node, ast.BinOp(ast.Constant(1), ast.Sub(), base)


def _bend(value: ast.expr, known: Known) -> Iterator[Edit]:
    for node in _walk(value):
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Sub)
            and isinstance(node.left, ast.Constant)
        ):
            for leaf in ast.walk(node.right):
                if isinstance(leaf, ast.Name) and leaf.id in known.bends:
                    yield (
                        "activation for pre-activation",
                        leaf,
                        ast.Name(known.bends[leaf.id], ast.Load()),
                    )


def _operand(value: ast.expr, known: Known) -> Iterator[Edit]:
    for node in _walk(value):
        if isinstance(node, ast.Name) and known.shapes.get(node.id):
            for other, shape in known.shapes.items():
                if (
                    other != node.id
                    and shape == known.shapes[node.id]
                    and known.bends.get(node.id) != other
                ):
                    masked = any(
                        isinstance(one, ast.Compare) and node in ast.walk(one)
                        for one in ast.walk(value)
                    )
                    yield (
                        ("wrong mask" if masked else "wrong operand"),
                        node,
                        ast.Name(other, ast.Load()),
                    )


def _mask(value: ast.expr, _: Known) -> Iterator[Edit]:
    for node in _walk(value):
        match node:
            case ast.Compare(left=left, ops=[ast.Gt()], comparators=[right]):
                yield "mask inverted", node, ast.Compare(left, [ast.LtE()], [right])
            case ast.BinOp(left=left, op=ast.Mult(), right=ast.Name(id=name)) if (
                name.startswith("mask")
            ):
                yield (
                    "mask inverted",
                    node.right,
                    ast.BinOp(ast.Constant(1), ast.Sub(), node.right),
                )


def _term(value: ast.expr, _: Known) -> Iterator[Edit]:
    for node in _walk(value):
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                kind = (
                    "regulariser"
                    if any(
                        isinstance(one, ast.Name) and one.id in ("reg", "lam")
                        for one in ast.walk(right)
                    )
                    else "missing term"
                )
                yield kind, node, left
                yield "missing term", node, right
            case ast.BinOp(
                left=left, op=ast.Sub(), right=ast.Call() | ast.BinOp() | ast.Name()
            ) if not isinstance(left, ast.Constant):
                yield "missing term", node, left
            case ast.BinOp(
                left=ast.Name(id="reg" | "lam"), op=ast.Mult(), right=weight
            ):
                yield (
                    "regulariser",
                    node,
                    ast.BinOp(
                        ast.BinOp(ast.Constant(0.25), ast.Mult(), node.left),
                        ast.Mult(),
                        weight,
                    ),
                )


def _axis(value: ast.expr, _: Known) -> Iterator[Edit]:
    for node in _walk(value):
        match node:
            case ast.Call(keywords=keywords):
                for keyword in keywords:
                    if keyword.arg == "axis" and isinstance(
                        keyword.value, ast.Constant
                    ):
                        other = ast.Constant(0 if keyword.value.value else 1)
                        yield "wrong axis", keyword.value, other
    match value:
        case ast.Call(
            func=ast.Attribute(attr="sum", value=ast.Name(id="np")), args=[inner, *_]
        ):
            yield "missing sum", value, inner
        case ast.Call(func=ast.Attribute(attr="sum", value=inner)):
            yield "missing sum", value, inner


def _turned(value: ast.expr, _: Known) -> Iterator[Edit]:
    for node in _walk(value):
        match node:
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                for one in (left, right):
                    if isinstance(one, ast.Attribute) and one.attr == "T":
                        yield "transpose", one, one.value
                    elif isinstance(one, ast.Name):
                        yield "transpose", one, ast.Attribute(one, "T", ast.Load())
                yield (
                    "elementwise for matrix product",
                    node,
                    ast.BinOp(left, ast.Mult(), right),
                )


def _softmax(value: ast.expr, _: Known) -> Iterator[Edit]:
    match value:
        case ast.BinOp(
            left=ast.Name() as p,
            op=ast.Mult(),
            right=ast.BinOp(left=ast.Name() as dp, op=ast.Sub(), right=ast.Call()),
        ):
            slope = ast.BinOp(p, ast.Mult(), ast.BinOp(ast.Constant(1), ast.Sub(), p))
            yield "softmax as elementwise", value, ast.BinOp(dp, ast.Mult(), slope)


def _truncated(value: ast.expr, _: Known) -> Iterator[Edit]:
    for node in _walk(value):
        match node:
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                yield "truncation", node, ast.BinOp(left, ast.FloorDiv(), right)


PLANTS: tuple[Callable[[ast.expr, Known], Iterator[Edit]], ...] = (
    _sign, _factor, _slope, _bend, _operand, _mask, _term, _axis, _turned, _softmax, _truncated,
)  # fmt: skip


def _early_updates(network: str, source: str) -> Iterator[Planted]:
    """A weight updated as soon as its gradient is there, while its old value is still needed."""
    lines = source.splitlines(keepends=True)
    updates = [
        i
        for i, line in enumerate(lines)
        if line.startswith(("W", "U", "V")) and "lr *" in line and " d" in line
    ]
    inside = sorted(backward_lines(source))
    for i in updates:
        weight = lines[i].split()[0]
        use = [
            n
            for n in inside
            if f"{weight}.T" in lines[n - 1] or f"@ {weight}\n" in lines[n - 1]
        ]
        gradient = [
            n for n in inside if lines[n - 1].lstrip().startswith(f"d{weight} =")
        ]
        if (
            use
            and gradient
            and gradient[-1] < use[-1]
            and not lines[use[-1] - 1].startswith(" ")
        ):
            moved = [
                *lines[: gradient[-1]],
                lines[i],
                *lines[gradient[-1] : i],
                *lines[i + 1 :],
            ]
            yield Planted(
                network, "updated weight", use[-1] + 1, "".join(moved), source
            )


# editing and running


def _replaced(source: str, old: ast.expr, new: ast.expr) -> str | None:
    """The source with one expression written differently, in brackets where it needs them."""
    lines = source.splitlines(keepends=True)
    if old.lineno != old.end_lineno:
        return None
    line = lines[old.lineno - 1]
    for text in (ast.unparse(new), f"({ast.unparse(new)})"):
        changed = line[: old.col_offset] + text + line[old.end_col_offset :]
        whole = "".join([*lines[: old.lineno - 1], changed, *lines[old.lineno :]])
        if _reads_as(source, whole, old, new):
            return whole
    return None


def _reads_as(source: str, changed: str, old: ast.expr, new: ast.expr) -> bool:
    tree = ast.parse(source)
    place = (old.lineno, old.col_offset, old.end_col_offset)

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            here = (
                getattr(node, "lineno", 0),
                getattr(node, "col_offset", 0),
                getattr(node, "end_col_offset", 0),
            )
            if isinstance(node, type(old)) and here == place:
                return copy.deepcopy(new)
            return self.generic_visit(node)

    try:
        return ast.dump(Swap().visit(tree)) == ast.dump(ast.parse(changed))
    except SyntaxError:
        return False


def _line_replaced(source: str, number: int, old: str, new: str) -> str:
    lines = source.splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(old, new, 1)
    return "".join(lines)


def is_mistake(planted: Planted, seed: int) -> bool:
    """Whether a change runs and leaves other parameters behind, for some seed; ``seed`` is the script's own."""
    right, changed = planted.right, planted.source
    if changed == right:
        return False
    differs = False
    for other in range(SEEDS_TRIED):
        ending = f"default_rng({seed + other})"
        before = outcome(right.replace(f"default_rng({seed})", ending))
        after = outcome(changed.replace(f"default_rng({seed})", ending))
        if before is None or after is None:
            return False
        differs = differs or _differ(before, after)
    return differs


def _differ(one: list[Any], other: list[Any]) -> bool:
    if len(one) != len(other):
        return True
    return any(
        a.shape != b.shape or not np.allclose(a, b, rtol=1e-4, atol=1e-7)
        for a, b in zip(one, other, strict=True)
    )


def outcome(source: str) -> list[Any] | None:
    """The parameters that a script leaves behind; None if it fails."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            exec(compile(source, "<planted>", "exec"), scope)  # noqa: S102 - a script of this package
    except Exception:  # noqa: BLE001 - a mistake that Python itself reports need not be found
        return None
    names = [name for name in parameter_names(source) if name in scope]
    return [array for name in names for array in _arrays(scope[name])]


def parameter_names(source: str) -> list[str]:
    """The names that the updates of a script change."""
    found: dict[str, None] = {}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Sub()):
                found[name] = None
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.BinOp(left=ast.Name(id=again), op=ast.Sub()),
            ) if name == again:
                found[name] = None
            case ast.Assign(
                targets=[ast.Subscript(value=ast.Name(id="W" | "b" | "params" as name))]
            ):
                found[name] = None
            case ast.Assign(targets=[ast.Name(id="layers")]):
                found["layers"] = None
    return list(found)


def _arrays(item: Any) -> Iterator[Any]:
    match item:
        case np.ndarray() | float():
            yield np.asarray(item)
        case dict():
            for one in item.values():
                yield from _arrays(one)
        case list() | tuple():
            for one in item:
                yield from _arrays(one)
        case _ if hasattr(item, "__dict__"):
            for name in ("W", "b"):
                if hasattr(item, name):
                    yield np.asarray(getattr(item, name))


def learn(source: str) -> Known:
    """Shapes and activations of a script, by running it."""
    scope: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, "<planted>", "exec"), scope)  # noqa: S102 - a script of this package
    shapes = {
        name: np.shape(item)
        for name, item in scope.items()
        if isinstance(item, np.ndarray | float) and not name.startswith("_")
    }
    bends = {}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                text = ast.unparse(value)
                for function in BENDS:
                    start = f"np.{function}("
                    if text.startswith((start, "1 / (1 + np.exp(-")):
                        names = [
                            one.id
                            for one in ast.walk(value)
                            if isinstance(one, ast.Name) and one.id != "np"
                        ]
                        if len(names) == 1:
                            bends[name] = names[0]
    return Known(shapes, bends)
