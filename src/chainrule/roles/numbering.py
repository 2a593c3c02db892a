"""Names that count only what is told: of an array filled in four lines, of which the fourth is read, that one is X."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count

from chainrule.program import Program, Value
from chainrule.program.names import Taken, free_name


def renumber(
    program: Program,
    loss: Value,
    words: Mapping[Value, str],
    around: Iterable[Value] = (),
) -> None:
    """Give the values of ``program`` that were numbered the lowest numbers that are free in it.

    ``words`` says what the reader calls each value. The loss has its word for itself, and what it was before, as in
    ``loss += penalty``, is counted instead. What else there is ``around`` the program, and has one of the names, takes
    another.
    """
    told = [value for value in program.values() if value.name is not None]
    counted = [v for v in told if v in words and _is_counted(v, words[v])]
    own = words.get(loss)
    if loss in counted:
        # the last of its name is what the reader means by it
        before = [v for v in told if words.get(v) == own and v is not loss]
        rest = (v for v in counted if words[v] != own)
        counted = [loss, *before, *rest]
    free = Taken(value.name or "" for value in set(told).difference(counted))
    number = count(1)
    for value in counted:
        is_before = value is not loss and words[value] == own and loss in counted
        word = f"{own}_{next(number)}" if is_before else words[value]
        _call(value, free_name(word, free))
    mine, here = {value.name for value in told}, set(told)
    others = [v for v in around if v.name is not None and v not in here]
    free = Taken(value.name or "" for value in (*told, *others))
    for value in others:
        if value.name in mine:
            word = words.get(value, value.name or "")
            _call(value, free_name(word, free), word)


def _is_counted(value: Value, word: str) -> bool:
    return re.fullmatch(rf"{re.escape(word)}_\d+", value.name or "") is not None


def _call(value: Value, name: str, word: str | None = None) -> None:
    """Another name for a value, before anybody was told the first; its word is what it is called beside others."""
    object.__setattr__(value, "name", name)
    if word is not None and value.word is None:
        object.__setattr__(value, "word", word)
