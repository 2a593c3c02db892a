"""A recording: what a program did, line by line, and what happened to its names, branches and numbers in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from chainrule.program import Arg, Program, Run, Value
from chainrule.trace.events import (
    Escape,
    Event,
    Guard,
    Slot,
    SlotBound,
    TurnBegan,
    ValuesShown,
)


@dataclass(frozen=True, slots=True)
class Recording:
    """One reading of a script or a function.

    ``run`` has every line, with its numbers; each line keeps the places of all user frames it was computed under
    (``line.places``, from the inside out). ``events`` stand in the order in which they happened; an event whose
    ``n_lines`` is n happened after line n - 1 and before line n. ``texts`` are the sources that were run, by file.
    ``ended`` says why the reading stopped: ``"end"`` of the program, a ``"limit"`` of lines or seconds, or an
    ``"error"``. ``met`` says after how many lines each input was met first; ``has_matrices`` whether there were matrices of NumPy's.

    On other data, a rerun of ``run.program`` is the program's own answer only where every guard turns out as it did:
    ``bool(numbers[guard.value]) == guard.outcome``. Where a value behind an escape enters again, it enters as a plain
    number, and a rerun does not know it.
    """

    run: Run
    events: tuple[Event, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    printed: str = ""
    ended: str = "end"
    met: Mapping[Value, int] = field(default_factory=dict)
    has_matrices: bool = False

    @property
    def program(self) -> Program:
        """The lines."""
        return self.run.program

    def bounds(self) -> Iterator[SlotBound]:
        """Every time that a slot was given a value."""
        return (event for event in self.events if isinstance(event, SlotBound))

    def guards(self) -> Iterator[Guard]:
        """Every branch taken on a traced value."""
        return (event for event in self.events if isinstance(event, Guard))

    def escapes(self) -> Iterator[Escape]:
        """Every traced value let go."""
        return (event for event in self.events if isinstance(event, Escape))

    def reports(self) -> Iterator[ValuesShown]:
        """Every time that values were shown to a person."""
        return (event for event in self.events if isinstance(event, ValuesShown))

    def turns(self) -> Iterator[TurnBegan]:
        """Every turn of a loop."""
        return (event for event in self.events if isinstance(event, TurnBegan))

    def versions(self) -> dict[Slot, list[Arg]]:
        """The values that each slot held, in order."""
        held: dict[Slot, list[Arg]] = {}
        for bound in self.bounds():
            versions = held.setdefault(bound.slot, [])
            if not versions or versions[-1] is not bound.value:
                versions.append(bound.value)
        return held
