"""How an answer speaks of entries, lines and rows: in the reader's own names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chainrule.derive.display_names import SHORT, called, expression_of
from chainrule.emit import expression
from chainrule.program import Array, ChainruleError, Line, SourceSpan, Value
from chainrule.program.source_places import line_in
from chainrule.why.entries import Entry
from chainrule.why.unrolled_pass import UnrolledPass

MANY = 4
"""So many entries are listed one by one."""


def without_turn(name: str) -> str:
    """The name that was bound again and again: ``h`` of ``h_12``.

    >>> without_turn("h_12"), without_turn("W_h"), without_turn("W1")
    ('h', 'W_h', 'W1')
    """
    base, _, turn = name.rpartition("_")
    return base if base and turn.isdigit() else name


def plain(number: object) -> str:
    """A number in a sentence.

    >>> plain(0.1 + 0.2), plain(-0.0), plain(1e-30)
    ('0.3', '0', '1e-30')
    """
    found = np.asarray(number).reshape(-1)[0]
    if found.dtype.kind == "b":
        return str(bool(found))
    return f"{float(found) + 0.0:.4g}"


def index(entry: Entry) -> str:
    """``[0, 2]``; nothing for a number.

    >>> index((0, 2)), index(())
    ('[0, 2]', '')
    """
    return f"[{', '.join(map(str, entry))}]" if entry else ""


@dataclass(frozen=True)
class PassNames:
    """The names of one ledger."""

    ledger: UnrolledPass

    @cached_property
    def written(self) -> frozenset[str]:
        """The names that stand in the reader's own lines."""
        sources = {line.at.source for line in self.ledger.lines if line.at is not None}
        return frozenset(re.findall(r"[^\W\d]\w*", " ".join(sources)))

    @cached_property
    def batch(self) -> int:
        """How many rows the data have together, 0 where there is no batch."""
        run = self.ledger.run
        for value in run.program.inputs:
            role = self.ledger.roles.get(value.name or "")
            if role in ("data", "label") and value.shape and value.shape[0] > 1:
                return value.shape[0]
        return 0

    def value(self, value: Value) -> str:
        """A value's name, or the expression that it is."""
        own = value.word or value.name
        if own is not None:
            base = without_turn(own)
            return base if base in self.written and own not in self.written else own
        if value not in self.ledger.producer:
            return "a number"
        part = expression_of(value, self.ledger.producer)
        try:
            text = expression(value, part) if part is not None else ""
        except ChainruleError:
            text = ""
        if 0 < len(text) <= SHORT:
            return text
        return called(value, self.ledger.producer)

    def op(self, line: Line) -> str:
        """What a line computes, as it is written: ``np.maximum(0, z1)``; where that is long, the name of the op."""
        twin = Value(line.result.shape, line.result.dtype)
        made = {**self.ledger.producer, twin: replace(line, result=twin)}
        part = expression_of(twin, made)
        try:
            text = expression(twin, part) if part is not None else ""
        except ChainruleError:
            text = ""
        short = 0 < len(text) <= SHORT and without_turn(text) == text
        return text if short else f"the {line.op.title}"

    def entry(self, value: Value, entry: Entry) -> str:
        """An entry: ``z1[0, 2]``, ``(x @ W1)[0, 2]``."""
        text = self.value(value)
        if not entry:
            return text
        if not text.replace("_", "").replace(".", "").isalnum() and not text.startswith(
            "the "
        ):
            text = f"({text})"
        joined = f" at {index(entry)}" if text.startswith("the ") else index(entry)
        return f"{text}{joined}"

    def entries(self, value: Value, mask: Array) -> str:
        """Several entries: a whole column, or the first few."""
        places = np.argwhere(mask)
        if len(places) == 1:
            return self.entry(value, tuple(places[0].tolist()))
        parts = []
        for axis, length in enumerate(value.shape):
            there = np.unique(places[:, axis])
            listed = ", ".join(map(str, there[:MANY])) + (
                ", …" if len(there) > MANY else ""
            )
            several = ":" if len(there) == length else f"[{listed}]"
            parts.append(str(there[0]) if len(there) == 1 else several)
        text = self.value(value)
        bare = text.replace("_", "").isalnum()
        return f"{text if bare else f'({text})'}[{', '.join(parts)}]"

    def at(self, line: Line) -> str:
        """Where a line is: ``line 12``, and in which turn of a loop."""
        place = line.at
        if place is None:
            return "the program"
        said = line_in(place.file, place.line)
        turns = self.turns.get(line.result)
        return said if turns is None else f"{said}, turn {turns[0]} of {turns[1]}"

    @cached_property
    def turns(self) -> dict[Value, tuple[int, int]]:
        """Of the lines that stand in a loop, which turn it is of how many, from 1."""
        met: dict[tuple[SourceSpan, object, int], list[Value]] = {}
        for line in self.ledger.lines:
            if line.at is not None:
                # an expression that calls the same function twice on one line is told apart by where it stands
                met.setdefault((line.at, line.op, line.result.ndim), []).append(
                    line.result
                )
        return {
            value: (turn, len(values))
            for values in met.values()
            if len(values) > 1
            for turn, value in enumerate(values, 1)
        }

    def rows(self, mask: Array) -> tuple[int, ...]:
        """Which rows of the batch entries lie in, where their first axis is the batch."""
        if not self.batch or np.ndim(mask) == 0 or np.shape(mask)[0] != self.batch:
            return ()
        return tuple(
            int(row)
            for row in np.flatnonzero(
                np.asarray(mask).reshape(self.batch, -1).any(axis=1)
            )
        )

    def of_rows(self, rows: tuple[int, ...]) -> str:
        """``row 3 of the batch``, or nothing where all are meant or there is no batch."""
        if not rows:
            return ""
        if len(rows) == self.batch:
            return f"all {self.batch} rows of the batch"
        listed = ", ".join(map(str, rows[:MANY])) + (" …" if len(rows) > MANY else "")
        return f"row{'s' if len(rows) > 1 else ''} {listed} of the batch"
