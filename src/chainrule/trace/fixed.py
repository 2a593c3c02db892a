"""What the lines that were recorded hold only as long as: branches, numbers, lengths and draws of the one run that was read."""

from __future__ import annotations

import ast
import linecache
import sys
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from chainrule.program import Arg, Item, Line, Loop, Program, Size, SourceSpan, Value
from chainrule.program.line import sizes_in
from chainrule.program.loop import values_of
from chainrule.program.sizes import as_long_as
from chainrule.program.source_places import place
from chainrule.trace.events import TEXT, Escape, Fixed, Guard
from chainrule.trace.recording import Recording
from chainrule.trace.source import characters

Looked = Guard | Escape | Fixed
Rows = tuple[int, int]
Spot = tuple[int, int]
"""A line, and a column in it."""
LONGEST = 60
"""An expression with more characters than this is told by its beginning."""


def what_is_fixed(
    recording: Recording,
    program: Program,
    inputs: Collection[Value],
    loss: Value | None,
) -> tuple[str, ...]:
    """What other numbers for ``inputs`` may change, and ``program`` does not know; each with its line, in order.

    ``program`` is what was made of the recording, its loops found again. After the ``loss`` of a script nothing matters;
    of a function, whose loss is what it returns, everything does.
    """
    study = _Fixing(recording, program, inputs)
    results = (line.result for line in recording.program.lines)
    until = next((n for n, one in enumerate(results) if one is loss), sys.maxsize)
    told: dict[str, list[str]] = {}
    for event in recording.events:
        if (
            isinstance(event, Looked)
            and event.n_lines <= until
            and study.matters(event)
        ):
            where = _where(event.places[0]) if event.places else "a line"
            told.setdefault(where, []).append(study.said(event))
    return tuple(f"{where}: {_together(said)}" for where, said in told.items())


class _Fixing:
    """A recording, and what was made of it."""

    def __init__(
        self, recording: Recording, program: Program, inputs: Collection[Value]
    ) -> None:
        self.numbers = recording.run.numbers
        self.producer = recording.program.producer()
        self.reached = set(inputs)
        self.lengths = {length for one in inputs for length in one.shape}
        for line in recording.program.lines:
            if not self.reached.isdisjoint(line.reads()):
                self.reached.add(line.result)
        self.made = program.producer()
        self.lines = list(_with_loops(program.items, ()))
        self.loops = {loop for _, loops in self.lines for loop in loops}

    def matters(self, event: Looked) -> bool:
        """Whether an event depends on the inputs, and no loop stands for it."""
        if not isinstance(event, Fixed):
            told = isinstance(event, Escape) and event.how == TEXT
            return event.value in self.reached and not told
        if isinstance(event.arg, int | float):
            return True
        if event.arg is None:
            written = (line for line, _ in self.lines if not line.args)
            return any(_meet(line.places, event.places) for line in written)
        if not self._is_of_an_input(event.arg, turns=event.turns):
            return False
        if not event.turns or not event.places:
            return True
        header = _header(event.places[0])
        if header is None:
            # a[range(len(a)), k] reads the length there itself
            read = (
                size
                for line, _ in self.lines
                if _meet(line.places, event.places[:1])
                for part in line.params.values()
                for size in sizes_in(part)
            )
            lengths = (*(loop.n for loop in self.loops), *read)
            return not any(self._is_length(one, event.arg) for one in lengths)
        return any(
            not any(self._is_length(loop.n, event.arg) for loop in loops)
            for line, loops in self.lines
            if any(_inside(at, event.places[0].file, header[1]) for at in line.places)
        )

    def _is_of_an_input(self, arg: Arg, *, turns: bool) -> bool:
        """Whether a length is one of the inputs, or of as many turns as one of theirs is long."""
        if not self.reached.isdisjoint(values_of(arg)):
            return True
        return turns and isinstance(arg, Size) and arg.number in self.lengths

    def _is_length(self, one: Arg, length: Arg) -> bool:
        """Whether what the program reads, as a loop its turns, is a length, whatever that is."""
        if not isinstance(length, Size) or not isinstance(one, Size):
            return False
        if length.value not in self.reached:
            return length.number == one.number
        theirs = as_long_as(self.made, one.value, one.axes)
        return not theirs.isdisjoint(as_long_as(self.producer, length.value, length.axes))  # fmt: skip

    def said(self, event: Looked) -> str:
        """What came out."""
        if isinstance(event, Guard):
            return str(event.outcome)
        arg = event.arg if isinstance(event, Fixed) else event.value
        if arg is None:
            return "drawn at random"
        if isinstance(arg, int | float):
            return f"drawn at random, {arg:.6g}"
        if isinstance(arg, Value):
            number = self.numbers[arg]
            return f"{number.item():.6g}" if number.size == 1 else "its numbers"
        return str(arg.number)


def _with_loops(
    items: Sequence[Item], around: tuple[Loop, ...]
) -> Iterator[tuple[Line, tuple[Loop, ...]]]:
    for item in items:
        if isinstance(item, Loop):
            yield from _with_loops(item.items, (*around, item))
        else:
            yield item, around


def _together(said: Sequence[str]) -> str:
    """What came out time after time, the same ones in a row counted."""
    if len(said) > 3:
        return ", ".join(
            f"{one} ({said.count(one)} times)" if said.count(one) > 1 else one
            for one in dict.fromkeys(said)
        )
    return ", ".join(said)


def _where(at: SourceSpan) -> str:
    """The line, and the expression there; of a loop, what it runs over."""
    header = _header(at)
    first, last = header[0] if header and header[0][0] == _start(at) else (_start(at), _end(at))  # fmt: skip
    named = place(at.file, at.line)
    if last <= first:
        return named
    lines = [linecache.getline(at.file, row) for row in range(first[0], last[0] + 1)]
    lines[-1] = lines[-1][: last[1]]
    lines[0] = lines[0][first[1] :]
    text = " ".join(" ".join(lines).split())
    # where a test is a call alone, Python says the statement's place
    word = next(
        (one for one in ("if ", "while ", "assert ") if text.startswith(one)), ""
    )
    text = text.removeprefix(word).partition(": ")[0] if word else text
    return f"{named}, `{text[:LONGEST]}{'...' if len(text) > LONGEST else ''}`"


def _meet(places: Sequence[SourceSpan], others: Sequence[SourceSpan]) -> bool:
    """Whether one of the places and one of the others are the same, or the one is a part of the other."""
    return any(
        one.file == other.file
        and _start(one) < _end(other)
        and _start(other) < _end(one)
        for one in places
        for other in others
    )


def _start(at: SourceSpan) -> Spot:
    return at.line, at.column


def _end(at: SourceSpan) -> Spot:
    return at.end_line, at.end_column


def _inside(at: SourceSpan, file: str, rows: Rows) -> bool:
    return at.file == file and rows[0] <= at.line <= rows[1]


def _header(at: SourceSpan) -> tuple[tuple[Spot, Spot], Rows] | None:
    """The header of a loop that a place is in, from where to where it stands, and the lines that it repeats."""
    found = None
    for header, body in _repeated(at.file, tuple(linecache.getlines(at.file))):
        if header[0] <= _start(at) and _end(at) <= header[1]:
            found = header, body
    return found


@lru_cache(maxsize=256)
def _repeated(
    file: str, lines: tuple[str, ...]
) -> tuple[tuple[tuple[Spot, Spot], Rows], ...]:
    """Every header of a loop and the lines that it repeats; the outer ones first."""
    try:
        tree = ast.parse("".join(lines), file)
    except SyntaxError:
        return ()
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.For(target=first, iter=last, body=body):
                rows = body[0].lineno, body[-1].end_lineno or 0
            case ast.While(test=first as last, body=body):
                rows = body[0].lineno, body[-1].end_lineno or 0
            case (
                ast.ListComp(generators=[part, *_])
                | ast.GeneratorExp(generators=[part, *_])
            ):
                first, last = part.target, part.iter
                rows = node.lineno, node.end_lineno or 0
            case _:
                continue
        end = last.end_lineno or 0
        span = (
            (first.lineno, characters(file, first.lineno, first.col_offset)),
            (end, characters(file, end, last.end_col_offset or 0)),
        )
        found.append((span, rows))
    return tuple(found)
