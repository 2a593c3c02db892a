"""What the values of a loop are called in a lesson: h[t] of a turn, h[t-1] of the turn before, out[i,j] of an entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chainrule import ops
from chainrule.program import Arg, Carried, Item, Line, Loop, Value
from chainrule.program.loop import lines_of, loops_of, values_of
from chainrule.program.rewritten import results_of
from chainrule.program.values import Counter

LETTERS = "tijknsm"


@dataclass(frozen=True, slots=True)
class Indexed:
    """A name with the turns that it stands for: h with t - 1."""

    base: str
    turns: tuple[tuple[Counter, int], ...]

    def moved(self, steps: Mapping[Counter, int]) -> Indexed:
        """The same so many steps of its counters on."""
        turns = tuple((one, at + steps.get(one, 0)) for one, at in self.turns)
        return Indexed(self.base, turns)

    def text(self, letters: Mapping[Counter, str]) -> str:
        """``h[t-1]``."""
        listed = (
            f"{letters[one]}{at:+d}" if at else letters[one] for one, at in self.turns
        )
        return f"{self.base}[{','.join(listed)}]"

    def at(self, turns: Mapping[Counter, int], letters: Mapping[Counter, str]) -> str:
        """``h[2]``, in turn 3 of all of ``turns``; other loops keep their letters."""
        listed = (
            str(turns[one] + at) if one in turns else f"{letters[one]}{at or ''}"
            for one, at in self.turns
        )
        return f"{self.base}[{','.join(listed)}]"


class TurnNames:
    """The names of everything in a program with loops, as a lesson tells them."""

    def __init__(
        self,
        items: Sequence[Item],
        letters: Mapping[Counter, str] | None = None,
    ) -> None:
        self.items = items
        self.known = set(_values(items))
        self.loops = list(loops_of(tuple(items)))
        own = [value for loop in self.loops for value in (*loop.inner(), *loop.results)]
        self.inside = set(own)
        self.taken = {
            value.name
            for value in self.known
            if value.name is not None and value not in self.inside
        }
        words = {value.word or value.name for value in self.known}
        self.letters: dict[Counter, str] = dict(letters or {})
        for loop in self.loops:
            self._letter(loop.counter, words)
        self._carried: dict[Value, tuple[Loop, Carried]] = {
            one.inside: (loop, one) for loop in self.loops for one in loop.carried
        }
        self._around: dict[Loop, tuple[Counter, ...]] = {}
        self._reads: dict[Value, int] = {}
        self._count(items)
        self.producer = {line.result: line for line in lines_of(tuple(items))}
        self.summed: set[Value] = set()
        self.scattered: set[Value] = set()
        self.inner_sums: set[Value] = set()
        self._summands: dict[Value, tuple[Arg, tuple[Counter, ...]]] = {}
        self.of: dict[Value, Indexed] = {}
        # in numbers the letters are gone: one name belongs to one loop
        self.bases: dict[str, tuple[Counter, ...]] = {}
        self.plain: dict[Value, str] = {}
        self._find_sums(items)
        self._call(items, ())
        self._call_results()

    def _letter(self, counter: Counter, words: set[str | None]) -> None:
        if counter in self.letters:
            return
        letter = counter.name
        taken = {*words, *self.letters.values(), "e"}
        if letter in taken:
            numbered = (f"{letter}{n}" for n in range(2, 1000))
            letter = next(one for one in (*LETTERS, *numbered) if one not in taken)
        self.letters[counter] = letter

    # asked by the telling

    def name(self, value: Value, ahead: Mapping[Counter, int]) -> str | None:
        """What ``value`` is called, so many turns ahead."""
        if value in self.of:
            steps = {one: by * self.direction(one) for one, by in ahead.items()}
            return self.of[value].moved(steps).text(self.letters)
        return self.plain.get(value, None if value in self.inside else value.name)

    def concrete(self, arg: Arg, turns: Mapping[Counter, int]) -> str:
        """What ``arg`` is called in one turn."""
        if isinstance(arg, Value) and arg in self.of:
            return self.of[arg].at(turns, self.letters)
        return ""

    def found(self, value: Value) -> tuple[Loop, Carried] | None:
        """The loop that hands ``value`` on from turn to turn."""
        return self._carried.get(value)

    def direction(self, counter: Counter) -> int:
        """Whether a counter goes up, turn by turn, or down."""
        return next(
            (-1 for one in self.loops if one.counter is counter and one.reverse), 1
        )

    def summand(
        self, loop: Loop, one: Carried
    ) -> tuple[Arg, tuple[Counter, ...]] | None:
        """What is added up over the turns of ``loop`` and of those in it, where that is all that happens to it."""
        found = self._summands.get(one.inside)
        return None if found is None else (found[0], (loop.counter, *found[1]))

    # how the names are found

    def _count(self, items: Sequence[Item], around: tuple[Counter, ...] = ()) -> None:
        """How often each value is read by lines, as what turns start from, hand on, or leave."""
        read: list[Value] = []
        for item in items:
            match item:
                case Line():
                    read += item.reads()
                case Loop():
                    self._around[item] = (*around, item.counter)
                    for one in item.carried:
                        read += [*values_of(one.start), *values_of(one.next)]
                        read += [one.inside] if one.kept is not None else []
                    for stacked in item.stacks:
                        read += values_of(stacked.inside)
                    self._count(item.items, self._around[item])
        for value in read:
            self._reads[value] = self._reads.get(value, 0) + 1

    def _find_sums(self, items: Sequence[Item]) -> None:
        """Inner loops first: a sum over two loops is one."""
        for item in items:
            if not isinstance(item, Loop):
                continue
            self._find_sums(item.items)
            for one in item.carried:
                found = self._adds(item, one)
                if found is not None:
                    self._summands[one.inside] = found

    def _adds(self, loop: Loop, one: Carried) -> tuple[Arg, tuple[Counter, ...]] | None:
        if self._reads.get(one.inside) != 1 or not isinstance(one.next, Value):
            return None
        if self._reads.get(one.next) != 1 or one.kept is not None:
            return None
        line = self.producer.get(one.next)
        if line is not None and line.op is ops.add_at and line in loop.items:
            if line.args[0] is one.inside:
                self.scattered.add(line.result)
                return line.result, ()
            return None
        if line is not None and line.op is ops.add and line in loop.items:
            left, right = line.args
            if one.inside in (left, right):
                self.summed.add(line.result)
                return (right if left is one.inside else left), ()
        for inner in loop.items:
            if not isinstance(inner, Loop):
                continue
            for its in inner.carried:
                if its.end is one.next and its.start is one.inside:
                    found = self._summands.get(its.inside)
                    if found is not None:
                        self.inner_sums.add(one.next)
                        return found[0], (inner.counter, *found[1])
        return None

    def _call(self, items: Sequence[Item], around: tuple[Counter, ...]) -> None:
        """Names of what is in loops: what is handed on has the word to itself, others are told apart."""
        for item in items:
            if isinstance(item, Loop):
                inner = (*around, item.counter)
                for one in item.carried:
                    if isinstance(one.next, Value):
                        self._name(one.next, inner)
                # the last of its name is what the reader means by it
                for line in reversed(item.items):
                    if isinstance(line, Line):
                        self._name(line.result, inner)
                    else:
                        for value in line.results:
                            self._name(value, inner)
                self._call(item.items, inner)
                for one in item.carried:
                    self._before(item, one, inner)
                for stacked in item.stacks:
                    self._entry(item, stacked.inside, stacked.out, inner)

    def _name(self, value: Value, around: tuple[Counter, ...]) -> None:
        word = value.word or value.name
        if value in self.of or value not in self.inside or value.name is None:
            return
        if value in self.summed or value in self.inner_sums or word is None:
            return
        if value in self._carried:
            return
        for base in (word, value.name, *(f"{word}_{n}" for n in range(2, 1000))):
            found = Indexed(base, tuple((one, 0) for one in around))
            free = found.text(self.letters) not in self.taken
            if free and self.bases.setdefault(base, around) == around:
                break
        self.taken.add(found.text(self.letters))
        self.of[value] = found

    def _before(self, loop: Loop, one: Carried, around: tuple[Counter, ...]) -> None:
        """What a turn finds is called as what the turn before makes."""
        if one.inside in self.of or one.inside in self._summands:
            return
        step = {loop.counter: -self.direction(loop.counter)}
        after = one.next if isinstance(one.next, Value) else None
        if after is not None and after in self._carried and after not in self.of:
            owner, its = self._carried[after]
            if owner is loop and its is not one:
                self._before(loop, its, around)
        if after is not None and after in self.of:
            found = self.of[after].moved(step)
        else:
            word = one.inside.word or one.inside.name or "u"
            found = Indexed(word, tuple((c, 0) for c in around)).moved(step)
        if found.text(self.letters) in self.taken:
            found = Indexed(f"{one.inside.name}", found.turns)
        self.taken.add(found.text(self.letters))
        self.of[one.inside] = found

    def _entry(
        self, loop: Loop, inside: Arg, out: Value, around: tuple[Counter, ...]
    ) -> None:
        """A nameless value that is put into a named array is an entry of it: out[i,j]."""
        if (
            not isinstance(inside, Value)
            or inside in self.of
            or inside not in self.inside
        ):
            return
        turns = tuple((one, 0) for one in around)
        name = self.of[out].base if out in self.of else out.word or out.name
        if name is None:
            return
        for item in loop.items:
            if isinstance(item, Loop):
                rows = [one for one in item.stacks if one.out is inside]
                if rows:
                    deeper = (*around, item.counter)
                    self._entry(item, rows[0].inside, out, deeper)
                    return
        found = Indexed(name, turns)
        if found.text(self.letters) in self.taken or inside in self._carried:
            return
        if self.bases.setdefault(name, around) == around:
            self.taken.add(found.text(self.letters))
            self.of[inside] = found

    def _call_results(self) -> None:
        """The last value of a word has it to itself after the loops, where nothing before has it."""
        for item in reversed(self.items):
            for value in results_of(item)[::-1]:
                if value.name is not None:
                    word = value.word or value.name
                    name = value.name if word in self.taken else word
                    self.taken.add(name)
                    self.plain[value] = name


def _values(items: Sequence[Item]) -> Iterator[Value]:
    for item in items:
        yield from item.reads()
        yield from results_of(item)
        if isinstance(item, Loop):
            yield from item.inner()
