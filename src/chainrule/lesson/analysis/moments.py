"""The numbers of a program with loops in its first turn and in its last, and of the turn beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chainrule.program import Array, Item, Line, Loop, Program, Value, run
from chainrule.program.loop import loops_of
from chainrule.program.rewritten import results_of
from chainrule.program.values import Counter

Ahead = tuple[tuple[Counter, int], ...]
"""So many turns further on than the turn that is told, loop by loop."""
When = Mapping[tuple[Value, Ahead], Array]


class Seen:
    """What there was after the first two turns that a loop took, and after the last two."""

    def __init__(self) -> None:
        self.first: list[tuple[Mapping[Counter, int], Mapping[Value, Array]]] = []
        self.last = self.first

    def add(self, turns: Mapping[Counter, int], numbers: Mapping[Value, Array]) -> None:
        """One turn more."""
        now = (turns, dict(numbers))
        if len(self.first) < 2:
            self.first = [*self.first, now]
        self.last = [*self.last[-1:], now]


class Moments:
    """A program run once: ``late`` are the numbers of the last turn forward, ``early`` those of the first.

    Of a loop that goes back over the turns of one before it, the last turn forward is the one that it takes first.
    """

    def __init__(
        self,
        program: Program,
        numbers: Mapping[Value, Array],
        also: Sequence[Item] = (),
    ) -> None:
        self._around: dict[Value, tuple[Counter, ...]] = {}
        self._know((*also, *program.items), ())
        self.seen: dict[Loop, Seen] = {}
        given = {value: numbers[value] for value in program.inputs}
        done = run(program, given, self._watch).numbers
        self.loops = list(loops_of(program.items))
        back = self._goes_back()
        self.late: dict[tuple[Value, Ahead], Array] = {}
        self.early: dict[tuple[Value, Ahead], Array] = {}
        self.late_turns: dict[Counter, int] = {}
        self.early_turns: dict[Counter, int] = {}
        self.consistent = True
        for value, array in done.items():
            if not self.around(value):
                self.late[value, ()] = self.early[value, ()] = array
        for loop in self.loops:
            self._gather(loop, back=loop in back)

    def around(self, value: Value) -> tuple[Counter, ...]:
        """The counters of the loops that ``value`` is inside of, the outer ones first."""
        return self._around.get(value, ())

    def _know(self, items: Sequence[Item], around: tuple[Counter, ...]) -> None:
        for item in items:
            if around:
                self._around.update(dict.fromkeys(results_of(item), around))
            if isinstance(item, Loop):
                inner = (*around, item.counter)
                insides = (one.inside for one in item.carried)
                self._around.update(dict.fromkeys(insides, inner))
                self._know(item.items, inner)

    def _watch(
        self,
        loop: Loop,
        turns: Mapping[Counter, int],
        numbers: Mapping[Value, Array],
    ) -> None:
        self.seen.setdefault(loop, Seen()).add(turns, numbers)

    def _goes_back(self) -> set[Loop]:
        """The loops that go back over the turns of one before them."""
        first: set[Counter] = set()
        back = set()
        for loop in self.loops:
            if loop.counter in first:
                back.add(loop)
            first.add(loop.counter)
        return back

    def _gather(self, loop: Loop, *, back: bool) -> None:
        seen = self.seen.get(loop)
        if seen is None:
            self.consistent = False
            return
        taken_first, taken_last = seen.first, seen.last[::-1]
        late, early = (taken_first, taken_last) if back else (taken_last, taken_first)
        self._turns(self.late_turns, late[0][0])
        self._turns(self.early_turns, early[0][0])
        mine = [one.inside for one in loop.carried]
        for item in loop.items:
            mine += [item.result] if isinstance(item, Line) else item.results
        for value in mine:
            self.late[value, ()] = late[0][1][value]
            self.early[value, ()] = early[0][1][value]
            if len(early) > 1:
                self.early[value, ((loop.counter, 1),)] = early[1][1][value]

    def _turns(self, known: dict[Counter, int], turns: Mapping[Counter, int]) -> None:
        for counter, at in turns.items():
            self.consistent = self.consistent and known.setdefault(counter, at) == at
