"""An axis that may be the wrong one: it is, if the backward pass is right for the other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from chainrule import ops
from chainrule.check.surroundings.finding import Finding, Severity
from chainrule.check.surroundings.means import is_averaged
from chainrule.check.surroundings.scene import Scene
from chainrule.check.surroundings.softmax import along, axis_of
from chainrule.program import Line, Value

REDUCTIONS = frozenset({"sum", "mean", "var", "std", "max", "min"})


@dataclass(frozen=True, slots=True)
class Suspected:
    """Findings that are ones if, with them corrected, every wrong line is right.

    ``likely`` ones are tried before a line of the backward pass is blamed, others only where no slip explains it.
    """

    findings: tuple[Finding, ...]
    likely: bool = False


def suspects(scene: Scene) -> list[Suspected]:
    """Reductions of two axes taken along the other one: those along one axis together, then each alone."""
    found: dict[ast.Call, tuple[Line, int]] = {}
    for line in scene.lines:
        source, node = line.args[0] if line.args else None, scene.node(line.at)
        axis = axis_of(line) if line.op.name in REDUCTIONS else None
        if (
            axis is not None
            and isinstance(source, Value)
            and source.ndim == 2
            and min(source.shape) > 1
            and line.result in scene.forward
            and line.result in scene.moved
            and isinstance(node, ast.Call)
        ):
            found.setdefault(node, (line, axis))
    each = {
        node: _finding(scene, node, line, axis) for node, (line, axis) in found.items()
    }
    together = [
        tuple(each[node] for node, (_, along_it) in found.items() if along_it == axis)
        for axis in (0, 1)
    ]
    return [
        *(
            Suspected((each[node],), likely=True)
            for node, (line, axis) in found.items()
            if axis == _sample_axis(scene, line) and is_averaged(scene, line.result)
        ),
        *(Suspected(group) for group in together if len(group) > 1),
        *(Suspected((one,)) for one in each.values()),
    ]


def _sample_axis(scene: Scene, line: Line) -> int | None:
    """The axis that an array shares with the data it was made from; None if that does not tell."""
    source = line.args[0]
    if line.op is not ops.sum or not isinstance(source, Value):
        return None
    shared = {
        axis
        for root in scene.data
        if root.ndim == 2 and root.shape != source.shape
        for axis in (0, 1)
        if root.shape[axis] == source.shape[axis]
    }
    return shared.pop() if len(shared) == 1 else None


def _finding(scene: Scene, node: ast.Call, line: Line, axis: int) -> Finding:
    return scene.finding(
        "mean over the wrong axis",
        Severity.MISTAKE,
        node,
        f"The {line.op.name} runs along axis {axis}, and the backward pass is right for axis {1 - axis}: one of the two "
        "has the wrong axis.",
        along(scene, node, 1 - axis, keep=_goes_back(scene, line)),
    )


def _goes_back(scene: Scene, line: Line) -> bool:
    """Whether a reduction meets its own array again, and so has to keep its axis."""
    return any(
        reader.result.shape == line.args[0].shape
        for reader in _ahead(scene, line.result)
        if isinstance(line.args[0], Value)
    )


def _ahead(scene: Scene, value: Value) -> Iterator[Line]:
    ahead, seen = [value], {value}
    while ahead:
        for line in scene.readers.get(ahead.pop(), ()):
            if line.op.elementwise and line.result not in seen:
                seen.add(line.result)
                ahead.append(line.result)
                yield line
