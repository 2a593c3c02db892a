"""What is told of a program with loops: one turn of each, the turns shown in numbers, and that it comes to these numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from chainrule.derive import Contribution, Derived
from chainrule.derive.unbroadcast import fit
from chainrule.lesson.analysis.turn_writing import Untold
from chainrule.lesson.notation.slopes import pulled, tracer_of
from chainrule.lesson.notation.turns import LAST, OVER_TURNS, SIDE_BY_SIDE
from chainrule.program import Array, Line, Program, Run, Value
from chainrule.program.conversions import as_array
from chainrule.program.ledger import bare
from chainrule.program.line import substitute
from chainrule.program.run import measure, resolve


@dataclass(frozen=True, slots=True)
class View:
    """One turn in numbers; ``label`` is what stands before them, ``at`` which turn of every counter.

    Where no turn comes after this one, ``instead`` says of what it would hand back which gradient stands in its place,
    None for none.
    """

    run: Run
    label: str = "numbers"
    at: Mapping[str, int] = field(default_factory=dict)
    instead: Mapping[Value, Value | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A loop that is told in one turn: its letter, its turns in the order in which they are taken, its depth.

    ``hands_on`` says of what its turns find how the first of them finds it: what it is called there, and the value that
    stands before the loop, or a number.
    """

    letter: str
    order: range
    depth: int
    hands_on: tuple[tuple[str, Value | float | None], ...]


@dataclass(frozen=True, eq=False)
class Told(Derived):
    """A derivation without loops, as it is told; what stood in a loop stands there for one turn, t.

    ``also`` are named values besides those of the forward pass: what a turn finds of the turn before, what it
    gets from the turn after. ``views`` are the turns told in numbers, the first the one that ``run`` holds.
    """

    also: tuple[Value, ...] = ()
    repeated: tuple[Repeated, ...] = ()
    views: tuple[View, ...] = ()


def require_true(view: View, forward: Program) -> None:
    """Raise where a line that is told does not come to the number beside it.

    Raises:
        Untold: then one turn is not how this program can be told.
    """
    numbers = view.run.numbers
    if not {line.result for line in forward.lines} <= numbers.keys():
        raise Untold
    for line in view.run.program.lines:
        made = line.op in (OVER_TURNS, SIDE_BY_SIDE, LAST)
        if made or not numbers.keys() >= {line.result, *line.reads()}:
            continue
        # how a turn is told is a matter of its lines: other numbers are told in the same way
        found, known = bare(computed(line, numbers)), bare(numbers[line.result])
        if not np.allclose(found, known, 1e-6, 1e-12, equal_nan=True):
            raise Untold


def computed(line: Line, numbers: Mapping[Value, Array]) -> Array:
    """What a line comes to with the numbers of what it reads."""
    args = [resolve(arg, numbers) for arg in line.args]
    params = {
        key: substitute(param, lambda one: measure(one, numbers))
        for key, param in line.params.items()
    }
    return as_array(line.op.forward(*args, **params))


def pulled_back(
    one: Contribution, numbers: Mapping[Value, Array], gradients: Mapping[Value, Value]
) -> Array | None:
    """What one use of a value adds to its gradient, in numbers, where they are known."""
    line = one.line
    above = gradients.get(line.result)
    if above is None or above not in numbers:
        return None
    if not numbers.keys() >= {line.result, *line.reads()}:
        return None
    tracer = tracer_of(Run(Program((), (line,), ()), numbers))
    target = tracer.lift(line.args[one.position])
    upstream = tracer.input(numbers[above], None)
    fitted, _ = fit(pulled(tracer, line, one.position, upstream), target)
    return as_array(getattr(fitted, "number", fitted))
