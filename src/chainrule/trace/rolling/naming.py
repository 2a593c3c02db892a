"""Names in a program that was rolled: what a loop leaves behind is called as it is inside, ``loss`` and not ``loss_41``."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import replace

from chainrule.program import Carried, Item, Line, Loop, Program, Stacked, Value
from chainrule.program.names import free_name
from chainrule.program.rewritten import put, rewritten


def named(
    program: Program,
    words: Mapping[Value, str],
    kept: Container[Value] = (),
    known: Container[str] = (),
) -> tuple[Program, dict[Value, Value]]:
    """``program`` with names for what its loops make, and what stands for each value now.

    ``words`` are what values are called that have no word of their own; values ``kept`` are not named anew, ``known``
    are the names that there were before there were loops.
    """
    new: dict[Value, Value] = {}
    loops = [item for item in program.items if isinstance(item, Loop)]
    made = {value for loop in loops for value in (*loop.inner(), *loop.results)}
    made |= {v for v in program.values() if v.name is None and v.word is not None}
    words = {**_numbered(program, made, kept, known), **words}
    made |= words.keys()
    taken = {
        value.name for value in program.values() if value not in made and value.name
    }
    for value in program.values():
        if value in made:
            word = value.word or words.get(value)
            name = free_name(word, taken) if word is not None else None
            new[value] = Value(value.shape, value.dtype, name, value.weak, word)
    items = tuple(renewed(item, new) for item in program.items)
    outputs = tuple(new.get(value, value) for value in program.outputs)
    inputs = tuple(new.get(value, value) for value in program.inputs)
    return Program(inputs, items, outputs, program.name), new


def _numbered(
    program: Program,
    made: Container[Value],
    kept: Container[Value],
    known: Container[str],
) -> dict[Value, str]:
    """The words of values whose names were counted while what is a loop now was many lines: loss of ``loss_41``.

    A name is counted where the plain one was taken; ``Ws_0`` of a list is not.
    """
    words = {}
    made_words = (value.word for value in program.values() if value in made)
    loops = {word for word in made_words if word in known}
    for value in program.values():
        counted = re.fullmatch(r"(.+)_\d+", value.name or "")
        if counted and counted[1] in loops and value not in made and value not in kept:
            words[value] = counted[1]
    return words


def renewed(item: Item, new: Mapping[Value, Value]) -> Item:
    """``item`` with other values, where it makes them and where it reads them."""
    if isinstance(item, Line):
        read = rewritten(item, new)
        return (
            read
            if isinstance(read, Loop)
            else replace(read, result=new.get(item.result, item.result))
        )
    return replace(
        item,
        n=put(item.n, new),
        items=tuple(renewed(one, new) for one in item.items),
        carried=tuple(
            Carried(
                new.get(one.inside, one.inside),
                put(one.start, new),
                put(one.next, new),
                None if one.end is None else new.get(one.end, one.end),
                None if one.kept is None else new.get(one.kept, one.kept),
            )
            for one in item.carried
        ),
        stacks=tuple(
            Stacked(put(one.inside, new), new.get(one.out, one.out))
            for one in item.stacks
        ),
    )
