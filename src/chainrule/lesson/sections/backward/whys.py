"""The proofs of the rules a step used, each once in a lesson."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule import ops
from chainrule.lesson.analysis.plot import Stop
from chainrule.lesson.parts import Part
from chainrule.lesson.proofs import pulled as pulled_apart
from chainrule.lesson.proofs.convolutions import convolution_proof
from chainrule.lesson.proofs.definition import provable
from chainrule.lesson.proofs.products import product_proof
from chainrule.lesson.proofs.proof import prove
from chainrule.lesson.sections.backward.given import StepTelling
from chainrule.program import Line, Op, Size, Value
from chainrule.program.conversions import as_float
from chainrule.program.line import concrete


def whys(given: StepTelling, stop: Stop, proved: set[tuple[Op, int]]) -> Iterator[Part]:
    """The proofs not told before; ``proved`` remembers them."""
    for way in stop.ways:
        for link in way.links:
            op, position = link.line.op, link.contribution.position
            if (op, position) in proved:
                continue
            if op is ops.matmul:
                proved.add((op, position))
                told = (op, 1 - position) in proved
                yield product_proof(position, other_told=told)
            elif op is ops.convolution:
                proved.add((op, position))
                yield convolution_proof(position, link.line.result.ndim - 2)
            elif pulled_apart.provable(op) and op.rule(position) is not None:
                proved.add((op, position))
                yield pulled_apart.prove(op, position, concrete(link.line.params))
            if not provable(op):
                continue
            proved.add((op, position))
            at = _point(given, link.line)
            if at is not None:
                yield prove(op, position, at, dict(link.line.params))


def _point(given: StepTelling, line: Line) -> list[float] | None:
    """The first entries of a line's arguments, to put into a proof."""
    points = []
    numbers = given.story.study.literal.run.numbers
    for arg in line.args:
        if isinstance(arg, Value) and arg not in numbers:
            return None
        array = numbers[arg] if isinstance(arg, Value) else None
        if array is not None and array.size == 0:
            return None
        plain = arg.number if isinstance(arg, Size) else arg
        points.append(as_float(plain if array is None else array))
    return points
