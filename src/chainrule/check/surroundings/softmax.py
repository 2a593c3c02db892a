"""A softmax over the samples instead of the classes: the labels tell which axis holds the classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.scene import Scene
from chainrule.program import IndexSlot, Line, Value

ON_THE_WAY = frozenset(
    {"log", "clip", "maximum", "minimum", "add", "subtract", "negative", "identity"}
)


@dataclass(frozen=True, slots=True)
class Softmax:
    """Where a softmax, or its logarithm, stands: what it gives, what it adds up, and what it was shifted by."""

    result: Value
    total: Line
    shift: Line | None


def softmax_over_samples(scene: Scene) -> Iterator[Finding]:
    """A softmax that adds up to 1 along the samples, where the labels lie along the other axis."""
    for one in _softmaxes(scene):
        classes = _class_axis(scene, one.result)
        if classes is None:
            continue
        is_over_samples = axis_of(one.total) != classes
        if is_over_samples:
            yield from _over_samples(scene, one, classes)
        if (
            one.shift is not None
            and axis_of(one.shift) not in (None, classes)
            and not (is_over_samples and scene.within(one.shift.at, one.total.at))
        ):
            yield from _shifted(scene, one.shift, classes, alone=not is_over_samples)


def _softmaxes(scene: Scene) -> Iterator[Softmax]:
    for line in scene.lines:
        if line.result not in scene.forward or line.result.ndim != 2:
            continue
        if line.op is ops.divide:
            top, total = scene.made_by(line.args[0]), scene.made_by(line.args[1])
        elif line.op is ops.subtract:
            log = scene.made_by(line.args[1])
            if log is None or log.op is not ops.log:
                continue
            total = scene.made_by(log.args[0])
            top = None if total is None else scene.made_by(total.args[0])
        else:
            continue
        if (
            top is None
            or total is None
            or top.op is not ops.exp
            or total.op is not ops.sum
            or scene.made_by(total.args[0]) is not top
        ):
            continue
        moved = scene.made_by(top.args[0])
        shift = None
        if moved is not None and moved.op is ops.subtract:
            shift = scene.made_by(moved.args[1])
            shift = shift if shift is not None and shift.op is ops.max else None
        yield Softmax(line.result, total, shift)


def axis_of(line: Line) -> int | None:
    """The one axis of a reduction of two; None if it is over both."""
    axis = line.params.get("axis")
    if isinstance(axis, tuple) and len(axis) == 1:
        (axis,) = axis
    return None if axis is None or isinstance(axis, tuple) else int(axis) % 2


def _class_axis(scene: Scene, result: Value) -> int | None:
    """The axis along which the labels that a softmax meets have their classes; None if they do not say."""
    if min(result.shape) < 2:
        return None
    ahead, seen = [result], {result}
    while ahead:
        for line in scene.readers.get(ahead.pop(), ()):
            found = label_axis(scene, line, result)
            if found is not None:
                return found
            if (
                line.op.name in ON_THE_WAY
                and line.result.shape == result.shape
                and line.result not in seen
            ):
                seen.add(line.result)
                ahead.append(line.result)
    return None


def label_axis(scene: Scene, line: Line, result: Value) -> int | None:
    """What the labels in one line say: one-hot rows or columns, or ``p[np.arange(n), labels]``."""
    if line.op.name == "getitem":
        index = line.params.get("index", ())
        if len(index) != 2 or not all(isinstance(one, IndexSlot) for one in index):
            return None
        picked = [scene.number(arg) for arg in line.args[1:] if isinstance(arg, Value)]
        counted = [
            one.ndim == 1 and np.array_equal(one, np.arange(length))
            for one, length in zip(picked, result.shape, strict=False)
        ]
        return counted.index(False) if counted.count(True) == 1 else None
    for arg in line.args:
        if (
            isinstance(arg, Value)
            and arg.shape == result.shape
            and arg not in scene.moved
        ):
            number = scene.number(arg)
            if set(np.unique(number)) <= {0, 1}:
                single = [bool(np.all(number.sum(axis=axis) == 1)) for axis in (0, 1)]
                if single.count(True) == 1:
                    return single.index(True)
    return None


def _over_samples(scene: Scene, one: Softmax, classes: int) -> Iterator[Finding]:
    node = scene.node(one.total.at)
    if node is None:
        return
    axis = axis_of(one.total)
    over = (
        "over all entries together"
        if axis is None
        else f"along axis {axis}, the samples"
    )
    length = one.result.shape[classes]
    pieces = along(scene, node, classes)
    if (
        one.shift is not None
        and axis_of(one.shift) not in (None, classes)
        and scene.within(one.shift.at, one.total.at)
    ):
        pieces += along(scene, scene.node(one.shift.at), classes)
    yield scene.finding(
        "softmax axis",
        Severity.MISTAKE,
        node,
        f"The softmax adds up {over}, but each sample's {length} classes lie along axis {classes}: no sample's "
        "probabilities add up to 1, the samples compete with each other, and p - y is not its gradient.",
        pieces,
        name=scene.called(one.result) or "",
    )


def _shifted(
    scene: Scene, shift: Line, classes: int, *, alone: bool
) -> Iterator[Finding]:
    node = scene.node(shift.at)
    if node is None:
        return
    pieces = along(scene, node, classes)
    if alone:
        sentence = (
            f"The maximum is taken along axis {axis_of(shift)} and the softmax along axis {classes}: what is subtracted "
            "differs from class to class, so the probabilities change, and p - y is not the gradient."
        )
    else:
        sentence = (
            f"The maximum belongs to each sample's classes, which lie along axis {classes}, "
            f"and is taken along axis {axis_of(shift)}."
        )
    yield scene.finding("softmax axis", Severity.MISTAKE, node, sentence, pieces)


def along(
    scene: Scene, call: ast.AST | None, axis: int, *, keep: bool = True
) -> tuple[Piece, ...]:
    """A reduction taken along another axis, which it keeps, unless it need not."""
    if not isinstance(call, ast.Call):
        return ()
    named = {one.arg: one.value for one in call.keywords}
    is_function = (
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in ("np", "numpy")
    )
    position = 1 if is_function else 0
    pieces = []
    more = []
    if "axis" in named:
        pieces.append(scene.replaced(named["axis"], str(axis)))
    elif len(call.args) > position:
        pieces.append(scene.replaced(call.args[position], str(axis)))
    else:
        more.append(f"axis={axis}")
    if keep and "keepdims" not in named:
        more.append("keepdims=True")
    if more:
        pieces.append(scene.with_argument(call, ", ".join(more)))
    return tuple(pieces)
