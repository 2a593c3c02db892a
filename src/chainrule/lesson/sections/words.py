"""Small pieces of language: shapes, places, ops by the name a reader knows them by."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule import ops
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.parts import Code, Place, Spans
from chainrule.program import Line, Shape, SourceSpan, Value
from chainrule.program.source_places import cell_of


def shape_words(shape: Shape) -> str:
    """A shape after a number.

    >>> shape_words((2, 1)), shape_words(())
    ('shape (2, 1)', 'a single number')
    """
    return f"shape {shape}" if shape else "a single number"


def place(story: Story, name: str) -> Spans:
    """Where a value is computed in the reader's source."""
    found = place_of(story, name)
    if found is None:
        return ()
    return (Code(found.text), *((f"  line {found.line}",) if found.line else ()))


def place_of(story: Story, name: str) -> Place | None:
    """The reader's own line."""
    line = story.lines.get(name)
    own = story.written_values.get(name)
    at: SourceSpan | None = None
    if own is not None:
        made = story.as_written.producer.get(own)
        at = made.at if made is not None else None
    if at is None and line is not None:
        at = line.at
    if at is None or not at.source:
        return None
    if at.file.startswith("<"):
        return Place(at.source, None)
    cell, number = cell_of(at.file, at.line)
    return Place(at.source + ("" if cell is None else f"  # cell {cell}"), number)


def caution_of(line: Line) -> str:
    """The convention an op rests on, where it can matter: not for a power that is a plain number."""
    if line.op is ops.power and not isinstance(line.args[1], Value):
        return ""
    return line.op.caution


def joined(words: list[str]) -> str:
    """Words with commas and an ``and``.

    >>> joined(["a"]), joined(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return (
        " and ".join(words)
        if len(words) < 3
        else f"{', '.join(words[:-1])} and {words[-1]}"
    )


def in_one(*words: str) -> Spans:
    """Words in one piece; only a number that is remembered stands by itself.

    >>> in_one("lower by ", "0.5", ".")
    ('lower by 0.5.',)
    """
    found: list[str] = []
    for one in words:
        if found and type(one) is type(found[-1]) is str:
            found[-1] += one
        else:
            found.append(one)
    return tuple(found)


def listed(names: Sequence[str], most: int) -> str:
    """Names in a sentence, the first of them where they are many.

    >>> listed(["a", "b"], 3), listed(["a", "b", "c", "d", "e"], 3)
    ('a and b', 'a, b, c and 2 more')
    """
    few = [*names] if len(names) <= most + 1 else [*names[:most]]
    more = len(names) - len(few)
    return joined([*few, f"{more} more"] if more else few)


def times(count: int) -> str:
    """How often.

    >>> times(1), times(2), times(5)
    ('once', 'twice', '5 times')
    """
    return {1: "once", 2: "twice", 3: "three times"}.get(count, f"{count} times")
