"""Fractions that are cut off on the way to the loss: ``//`` of labels, buffers of integers, ``astype(int)``."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.scene import Scene
from chainrule.program import Array, IndexSlot, Line, Value

WRITTEN_OUT = frozenset(
    {
        "array",
        "asarray",
        "arange",
        "linspace",
        "repeat",
        "tile",
        "reshape",
        "ravel",
        "T",
    }
)
COUNTED = frozenset({"equal", "not_equal", "less", "greater", "less_equal"})


def whole_division(scene: Scene) -> Iterator[Finding]:
    """``//`` on the way to the loss, where it cuts something off."""
    for line in scene.lines:
        node = scene.node(line.at)
        if (
            line.op.name != "floor_divide"
            or line.result not in scene.forward
            or _only_picks(scene, line.result)
            or node is None
        ):
            continue
        if line.result not in scene.moved and not _is_compared(scene, line.result):
            continue
        top, bottom = (
            scene.number(arg)
            if isinstance(arg, Value)
            else np.asarray(getattr(arg, "number", arg))
            for arg in line.args[:2]
        )
        moved = line.result in scene.moved
        yield from _divided(scene, node, top, bottom, moved=moved)
    yield from _literal_divisions(scene)


def _literal_divisions(scene: Scene) -> Iterator[Finding]:
    """``y = np.array([0, 1, 2]) // 2``: what is divided has no name, and is seen in the source alone."""
    inputs = {
        bound.name: bound.value
        for bound in scene.script.bound
        if bound.value in scene.forward and bound.value not in scene.producer
    }
    for statement in ast.walk(scene.tree):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                name in inputs
                and not _only_picks(scene, inputs[name])
                and _is_compared(scene, inputs[name])
            ):
                for node in ast.walk(value):
                    if isinstance(node, ast.BinOp) and isinstance(
                        node.op, ast.FloorDiv
                    ):
                        top, bottom = _literal(node.left), _literal(node.right)
                        if top is not None and bottom is not None:
                            yield from _divided(scene, node, top, bottom, moved=False)


def _divided(
    scene: Scene, node: ast.AST, top: Array, bottom: Array, *, moved: bool
) -> Iterator[Finding]:
    with np.errstate(all="ignore"):
        exact, cut = np.true_divide(top, bottom), np.floor_divide(top, bottom)
    if not moved and (not exact.size or np.array_equal(exact, cut)):
        return
    piece = (
        scene.operator(node, "//", "/")
        if isinstance(node, ast.BinOp | ast.AugAssign)
        else None
    )
    pieces = () if piece is None else (piece,)
    written = scene.written(node)
    if moved:
        yield scene.finding(
            "truncation",
            Severity.MISTAKE,
            node,
            f"{written} cuts off everything behind the point: its slope is 0, and no gradient passes.",
            pieces,
        )
        return
    first = int(np.argmax(np.abs(exact - cut)))
    example = f"{np.ravel(exact)[first]:.3g} becomes {np.ravel(cut)[first]:.3g}"
    scaled = bool(np.all(np.abs(top) <= np.abs(bottom)))
    said = f"{written} cuts off everything behind the point: {example}"
    if scaled:
        yield scene.finding(
            "truncation",
            Severity.MISTAKE,
            node,
            f"{said}, and nothing but the largest is left. The network learns other targets than were meant.",
            pieces,
        )
    else:
        yield scene.finding(
            "truncation",
            Severity.WARNING,
            node,
            f"{said}. If groups are meant, all is well; if a scale is meant, write /.",
            pieces,
        )


def integer_buffers(scene: Scene) -> Iterator[Finding]:
    """Floats written into an array of integers: NumPy cuts off what stands behind the point."""
    for line in scene.lines:
        if line.op.name != "setitem" or not isinstance(line.args[1], Value | float):
            continue
        buffer, written = line.args[0], line.args[1]
        if not isinstance(buffer, Value) or buffer.dtype.kind not in "iu":
            continue
        number = (
            scene.number(written) if isinstance(written, Value) else np.asarray(written)
        )
        if number.dtype.kind != "f" or not np.any(number != np.trunc(number)):
            continue
        node = scene.node(line.at)
        if node is None:
            continue
        worst = float(
            np.ravel(number)[int(np.argmax(np.abs(number - np.trunc(number))))]
        )
        name = scene.called(buffer) or "the array"
        made = _maker(scene, buffer)
        said = f"{name} holds whole numbers ({buffer.dtype}): {worst:.4g} is written and {int(worst)} is kept."
        if made is not None and made.func is not None:
            said += f" {scene.written(made)} made it so."
        target = made if made is not None else node
        yield scene.finding(
            "truncation",
            Severity.MISTAKE,
            target,
            said,
            () if made is None else (_as_float(scene, made),),
        )


def cast_to_integers(scene: Scene) -> Iterator[Finding]:
    """``astype(int)`` of what is no whole number, on the way to the loss."""
    for line in scene.lines:
        if (
            line.op.name != "astype"
            or line.result.dtype.kind not in "iu"
            or line.result not in scene.forward
            or not isinstance(line.args[0], Value)
            or _only_picks(scene, line.result)
        ):
            continue
        number, node = scene.number(line.args[0]), scene.node(line.at)
        if (
            number.dtype.kind != "f"
            or not np.any(number != np.trunc(number))
            or node is None
        ):
            continue
        moved = line.args[0] in scene.moved
        yield scene.finding(
            "truncation",
            Severity.MISTAKE if moved else Severity.WARNING,
            node,
            f"{scene.written(node)} cuts off everything behind the point on the way to the loss"
            + (": its slope is 0, and no gradient passes." if moved else "."),
        )


def _is_compared(scene: Scene, value: Value) -> bool:
    """Whether a prediction is held against it as a number, and not as one of two classes."""
    ahead, seen = [value], {value}
    while ahead:
        for line in scene.readers.get(ahead.pop(), ()):
            if line.result not in scene.forward or line.result in seen:
                continue
            if line.result not in scene.moved:
                seen.add(line.result)
                ahead.append(line.result)
            elif line.op.name in ("subtract", "matmul"):
                return True
    return False


def _only_picks(scene: Scene, value: Value) -> bool:
    """Whether a value only says which entries are taken, or is only compared: then whole numbers are meant."""
    readers = [
        line for line in scene.readers.get(value, ()) if line.result in scene.forward
    ]
    return bool(readers) and all(_picks(line, value) for line in readers)


def _picks(line: Line, value: Value) -> bool:
    if line.op.name in COUNTED:
        return True
    return (
        line.op.name in ("getitem", "setitem")
        and line.args[0] is not value
        and any(isinstance(one, IndexSlot) for one in line.params.get("index", ()))
    )


def _literal(node: ast.expr) -> Array | None:
    """The numbers of an array that is written out, as ``np.arange(4)[:, None]`` is."""
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) if name not in ("np", "numpy"):
                return None
            case ast.Attribute(attr=attr) if attr not in WRITTEN_OUT:
                return None
            case ast.Call(func=func) if not isinstance(func, ast.Attribute):
                return None
    code = compile(ast.Expression(node), "<literal>", "eval")
    try:
        number = np.asarray(eval(code, {"np": np, "numpy": np, "__builtins__": {}}))  # noqa: S307 - array makers only
    except Exception:  # noqa: BLE001 - what does not compute says nothing
        return None
    return number if number.dtype.kind in "fiu" else None


def _maker(scene: Scene, buffer: Value) -> ast.Call | None:
    """The call that made an array of integers."""
    value = buffer
    while True:
        line = scene.producer.get(value)
        if (
            line is None
            or line.op.name != "setitem"
            or not isinstance(line.args[0], Value)
        ):
            break
        value = line.args[0]
    at = line.at if line is not None else None
    if line is None:
        at = next(
            (bound.at for bound in scene.script.bound if bound.value is value), None
        )
    node = scene.node(at)
    return node if isinstance(node, ast.Call) else None


def _as_float(scene: Scene, call: ast.Call) -> Piece:
    for keyword in call.keywords:
        if keyword.arg == "dtype":
            return scene.replaced(keyword.value, "float")
    return scene.with_argument(call, "dtype=float")
