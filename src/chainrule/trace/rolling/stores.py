"""Entries that were written are read as what was written: ``h[t - 1]`` is the h of the turn before, not a place in an array."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from chainrule import ops
from chainrule.program import Arg, Line, Value
from chainrule.program.rewritten import Stands, rewritten

Index = tuple[Any, ...]


def forwarded(lines: Iterable[Line]) -> tuple[list[Line], Stands]:
    """``lines`` without the detour through arrays that are being filled, and what stands for what was read so.

    What is read of such an array before it is written is read where the array is made: a loop that carries it on then
    finds it there, as it finds every other start.
    """
    lines = list(lines)
    stores = _Stores(frozenset(_filled(lines)))
    kept: list[Line] = []
    early: dict[Value, list[Line]] = {}
    for line in lines:
        read = rewritten(line, stores.new)
        if not isinstance(read, Line) or stores.read(read):
            continue
        stores.written(read)
        root = stores.untouched(read)
        if root is None:
            kept.append(read)
        else:
            early.setdefault(root, []).append(replace(read, args=(root,)))
    made = {line.result for line in kept}
    first = [x for root, reads in early.items() if root not in made for x in reads]
    placed = (one for line in kept for one in (line, *early.get(line.result, ())))
    return [*first, *placed], stores.new


@dataclass(slots=True)
class _Store:
    """An array while it is being filled: what was written where, and after how many writes.

    Writes are told apart where their indices differ in numbers only: at the same axes, with the same slices beside
    them. ``barriers`` counts the writes after which nothing is known of what was there.
    """

    root: Value
    pattern: Any = None
    n_writes: int = 0
    barrier: int = 0
    written: dict[Index, list[tuple[int, Arg]]] = field(default_factory=dict)


def _filled(lines: Iterable[Line]) -> Iterator[Value]:
    """The arrays that are written into, as they were made."""
    written: set[Value] = set()
    for line in lines:
        array = line.args[0] if line.op is ops.setitem else None
        if isinstance(array, Value):
            written.add(line.result)
            if array not in written:
                yield array


class _Stores:
    def __init__(self, roots: frozenset[Value]) -> None:
        self.roots = roots
        self.new: dict[Value, Arg] = {}
        self.place: dict[Value, tuple[_Store, int]] = {}

    def written(self, line: Line) -> None:
        """Take note of a write."""
        array = line.args[0] if line.op is ops.setitem else None
        if not isinstance(array, Value):
            return
        store, version = self.place.get(array, (None, 0))
        if store is None or version != store.n_writes:
            # a copy that goes its own way
            store = _Store(array)
        store.n_writes += 1
        index = plain(line, array) if len(line.args) == 2 else None
        if index is None or store.pattern not in (None, pattern(index)):
            store.barrier = store.n_writes
        else:
            store.pattern = pattern(index)
            store.written.setdefault(index, []).append((store.n_writes, line.args[1]))
        self.place[line.result] = store, store.n_writes

    def read(self, line: Line) -> bool:
        """Whether a line reads what was written, which then stands for its result."""
        found = self._found(line)
        if found is None or not isinstance(found[1], Value):
            return False
        value = found[1]
        same = value.shape == line.result.shape and value.dtype == line.result.dtype
        if same and not value.weak:
            self.new[line.result] = value
        return same and not value.weak

    def untouched(self, line: Line) -> Value | None:
        """The array as it was made, where a line reads an entry that nobody has written since."""
        array = line.args[0] if line.op is ops.getitem and len(line.args) == 1 else None
        if isinstance(array, Value) and array in self.roots:
            return array
        found = self._found(line)
        if found is None or found[1] is not None or found[0].barrier:
            return None
        return found[0].root

    def _found(self, line: Line) -> tuple[_Store, Arg | None] | None:
        """The store that a line reads an entry of, and what was written there before; None where that is not known."""
        array = line.args[0] if line.op is ops.getitem and len(line.args) == 1 else None
        if not isinstance(array, Value) or array not in self.place:
            return None
        store, version = self.place[array]
        index = plain(line, array)
        if index is None or pattern(index) != store.pattern:
            return None
        writes = reversed(store.written.get(index, ()))
        last, value = next((one for one in writes if one[0] <= version), (0, None))
        return None if last < store.barrier <= version else (store, value)


def plain(line: Line, array: Value) -> Index | None:
    """The index of a line as numbers from 0 and slices; None where arrays, dots or new axes stand in it."""
    index = line.params["index"]
    if not all(type(one) is int or isinstance(one, slice) for one in index):
        return None
    counted = [
        one + length if type(one) is int and one < 0 else one
        for one, length in zip(index, array.shape, strict=False)
    ]
    while counted and counted[-1] == slice(None):
        counted.pop()
    return tuple(
        (slice, one.start, one.stop, one.step) if isinstance(one, slice) else one
        for one in counted
    )


def pattern(index: Index) -> Index:
    """What two indices have in common that differ in their numbers only."""
    return tuple(None if type(one) is int else one for one in index)
