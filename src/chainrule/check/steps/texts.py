"""What can be named at a place in the source, and what each name stood for there: the words a correction may use."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.keys import KeyedItem, keys
from chainrule.check.steps.neighbours import neighbours
from chainrule.check.steps.notes import Holding, Numbers
from chainrule.check.steps.sites import Ran, Sites, Statement
from chainrule.program import Arg, Size, Value
from chainrule.trace import Traced
from chainrule.trace.statements.watch import Execution

LONGEST, MOST_ITEMS = 40, 40
Container = list[Any] | tuple[Any, ...] | dict[Any, Any]
NAME = re.compile(r"\W")
NEARBY = {0: "", 1: " + 1", -1: " - 1"}


@dataclass(eq=False)
class Texts:
    """The names of a script's frames through time."""

    evidence: Evidence
    sites: Sites
    _kept: dict[tuple[int, int], dict[str, Arg]] = field(default_factory=dict)
    _written: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    _keys: dict[tuple[str, int, tuple[str, ...]], list[KeyedItem]] = field(
        default_factory=dict
    )

    def visible(self, ran: Ran, statement: Statement) -> dict[str, Arg]:
        """Every text that stood for an array or a number when ``ran`` began."""
        execution = self.sites.execution(ran, statement)
        start = self.evidence.moment(ran.lines[0])
        key = (ran.frame, -1 - execution.order if execution is not None else start)
        if key not in self._kept:
            # the function's own names first, and plain ones: a fix in their words can be moved with it
            counters = self.counters(ran)
            own = dict(self._read(ran.frame, start, execution, counters))
            around = dict(self._read(self._module, start, execution, counters))
            if ran.frame != self._module and self._is_module(self._module):
                # a function's words are its own and those around it; the module's where functions read them anyway
                known = self.sites.trees.module_names(statement.file)
                around = {t: a for t, a in around.items() if NAME.split(t)[0] in known}
            found = own | (around | own)
            names = self.sites.trees.names(statement.file)
            self._kept[key] = {
                text: found[text]
                for text in sorted(
                    found, key=lambda one: (one not in own, not one.isidentifier())
                )
                if len(text) <= LONGEST
                and "…" not in text
                # h_3 is what a recording calls the item of a list that has no name
                and (not text.isidentifier() or text in names)
            }
        return self._kept[key]

    def _read(
        self,
        frame: int,
        start: int,
        execution: Execution | None,
        counters: Mapping[str, int],
    ) -> Iterator[tuple[str, Arg]]:
        yield from self._of_frame(frame, start, counters)
        if execution is not None:
            yield from self._as_written(frame, execution.order)
            for seen in execution.seen:
                yield from neighbours(seen)

    def _is_module(self, frame: int) -> bool:
        frames = self.evidence.recording.notes._frames  # noqa: SLF001 - notes are ours
        return frame < len(frames) and frames[frame].f_code.co_name == "<module>"

    @cached_property
    def _module(self) -> int:
        notes = self.evidence.recording.notes
        return next(
            (
                i
                for i, frame in enumerate(notes._frames)  # noqa: SLF001 - notes are ours
                if frame.f_code.co_name == "<module>"
                and frame.f_code.co_filename == self.evidence.recording.file
            ),
            0,
        )

    def _of_frame(
        self, frame: int, start: int, counters: Mapping[str, int]
    ) -> Iterator[tuple[str, Arg]]:
        """A frame's names, the attributes and keyed items of what they hold, and the items near where loops are."""
        notes = self.evidence.recording.notes
        frames = notes._frames  # noqa: SLF001 - notes are ours
        if frame >= len(frames):
            return
        for name, held in frames[frame].f_locals.items():
            if name.startswith("__"):
                continue
            if isinstance(held, bool | int | float) and type(held) in (int, float):
                # the frame is at its end: a counter has gone on since
                yield name, counters.get(name, held)
            past = self._history.get(("name", frame, name))
            if past is not None:
                item = _before(past, start)
                if item is not None:
                    yield name, item
            elif isinstance(held, Traced):
                # an argument that the function does not read
                yield name, held.value
            elif hasattr(held, "__dict__") or isinstance(held, dict):
                yield from self._inside(name, held, start)
            if isinstance(held, list | dict):
                yield from self._counted(name, held, start, counters)
        for key, container, at in self.keyed(frame, start):
            with contextlib.suppress(LookupError, TypeError):
                item = self._array(container, at, container[at], start)
                if item is not None:
                    yield key.text, item

    def _array(
        self, container: Container, key: Any, item: object, start: int
    ) -> Value | None:
        """The array that was an item of a container when so many lines had been recorded."""
        places = self._items.get(id(container), {})
        seen = _before(places.get(key, []), start)
        if seen is not None or not isinstance(item, Traced):
            return seen
        # nobody looked at it: it is what it is, if it was there by then
        moment = self.evidence.recording.moment.get(item.value)
        return item.value if moment is not None and moment <= start else None

    def keyed(
        self, frame: int, start: int
    ) -> Iterator[tuple[KeyedItem, Container, Any]]:
        """The items that the function around reads by keys with numbers in them, and those beside: text, container, key."""
        held = self.evidence.recording.notes._frames[frame]  # noqa: SLF001 - notes are ours
        whole = self._numbers(frame, start)
        file, line = held.f_code.co_filename, held.f_code.co_firstlineno
        known = (file, line, tuple(whole))
        if known not in self._keys:
            nodes = self.sites.trees.subscripts(file, line)
            found = (key for node in nodes for key in keys(node, list(whole)))
            self._keys[known] = list({key.text: key for key in found}.values())
        for key in self._keys[known]:
            container, at = self._container(frame, key.base, start), key.at(whole)
            if at is not None and container is not None:
                yield key, container, at

    def containers(self, frame: int, start: int) -> Iterator[tuple[str, Container]]:
        """What names, and keys with numbers in them, stood for that is a list, tuple or dict."""
        held = self.evidence.recording.notes._frames[frame]  # noqa: SLF001 - notes are ours
        for name in held.f_locals:
            found = self._held_in(("name", frame, name), start)
            if found is not None:
                yield name, found
        for key, container, at in self.keyed(frame, start):
            with contextlib.suppress(LookupError, TypeError):
                if isinstance(container[at], list | tuple | dict):
                    yield key.text, container[at]

    def arrays_in(self, held: Container, start: int) -> Iterator[Value]:
        """The arrays in lists, tuples and dicts, in order, as they were when so many lines had been recorded."""
        pairs = held.items() if isinstance(held, dict) else enumerate(held)
        for key, item in pairs:
            if isinstance(item, Traced):
                found = self._array(held, key, item, start)
                if found is not None:
                    yield found
            elif isinstance(item, list | tuple | dict):
                yield from self.arrays_in(item, start)

    def objects(
        self, frame: int, start: int
    ) -> dict[str, tuple[type, tuple[Value, ...]]]:
        """What names stand for that has arrays in its attributes: its class, and these by the attributes' names."""
        found = {}
        held = self.evidence.recording.notes._frames[frame]  # noqa: SLF001 - notes are ours
        for name, item in {**held.f_globals, **held.f_locals}.items():
            inside = self._items.get(id(item), {})
            if inside and not isinstance(item, list | tuple | dict):
                keys = sorted(key for key in inside if isinstance(key, str))
                arrays = [_before(inside[key], start) for key in keys]
                known = tuple(one for one in arrays if one is not None)
                found[name] = (type(item), known)
        return found

    def _container(self, frame: int, node: ast.expr, start: int) -> Container | None:
        """The list, tuple or dict that a name, or an attribute of one, stood for."""
        match node:
            case ast.Name(id=name):
                return self._held_in(("name", frame, name), start)
            case ast.Attribute(value=ast.Name(id=name), attr=attr):
                frames = self.evidence.recording.notes._frames  # noqa: SLF001 - notes are ours
                owner = frames[frame].f_locals.get(name)
                return self._held_in(("item", id(owner), attr), start)
        return None

    def _held_in(self, slot: Hashable, start: int) -> Container | None:
        """The container in a slot: of several in turn the one to which something was last added before ``start``."""
        best, last = None, -1
        for container in self._containers.get(slot, ()):
            known = [one for one in self._filled(container) if one <= start]
            if max(known, default=-1) > last:
                best, last = container, max(known)
        return best

    def _filled(self, held: Container) -> Iterator[int]:
        """When each array in a list, tuple or dict was first seen there."""
        for past in self._items.get(id(held), {}).values():
            yield past[0].position
        for item in held.values() if isinstance(held, dict) else held:
            if isinstance(item, list | tuple | dict):
                yield from self._filled(item)

    @cached_property
    def _containers(self) -> dict[Hashable, list[Container]]:
        notes = self.evidence.recording.notes
        found: dict[Hashable, list[Container]] = {}
        for container in notes.alive:
            for slot in notes.homes.get(id(container), ()):
                found.setdefault(slot, []).append(container)
        return found

    def _inside(self, name: str, held: object, start: int) -> Iterator[tuple[str, Arg]]:
        for n, (key, past) in enumerate(self._items.get(id(held), {}).items()):
            item = _before(past, start)
            if n > MOST_ITEMS:
                return
            if item is not None and isinstance(key, str):
                is_dict = isinstance(held, dict)
                yield (f"{name}[{key!r}]" if is_dict else f"{name}.{key}"), item

    def _counted(
        self, name: str, held: object, start: int, counters: Mapping[str, int]
    ) -> Iterator[tuple[str, Arg]]:
        """The items of a list at a loop's counter, before it and after it: ``h[t + 1]``."""
        items = self._items.get(id(held), {})
        for counter, at in counters.items():
            for offset, index in NEARBY.items():
                item = _before(items.get(at + offset, []), start)
                if item is not None:
                    yield f"{name}[{counter}{index}]", item

    @cached_property
    def _history(self) -> dict[Hashable, list[Holding]]:
        found: dict[Hashable, list[Holding]] = {}
        for one in self.evidence.recording.notes.held:
            found.setdefault(one.slot, []).append(one)
        return found

    @cached_property
    def _items(self) -> dict[int, dict[Hashable, list[Holding]]]:
        found: dict[int, dict[Hashable, list[Holding]]] = {}
        for slot, past in self._history.items():
            if isinstance(slot, tuple) and slot[0] == "item":
                found.setdefault(slot[1], {})[slot[2]] = past
        return found

    def _as_written(self, frame: int, order: int) -> Iterator[tuple[str, Arg]]:
        """What the source itself wrote in this frame, as far as it still holds."""
        found: dict[str, Arg] = {}
        for when, text, item in self.evidence.recording.notes.known.get(frame, ()):
            if when > order:
                break
            if item is None:
                found.pop(text, None)
            else:
                found[text] = item
        yield from found.items()

    def lists(self, start: int) -> dict[str, tuple[Value, ...]]:
        """The lists that names and attributes held when so many lines had been recorded, item by item."""
        found: dict[Hashable, dict[int, Value]] = {}
        for slot, past in self.evidence.recording.history.items():
            if isinstance(slot, tuple) and slot[0] == "in" and isinstance(slot[2], int):
                item = _before(past, start)
                if item is not None and item in self.evidence.tape.at:
                    found.setdefault(slot[1], {})[slot[2]] = item
        return {
            str(root[-1]): tuple(items[i] for i in sorted(items))
            for root, items in found.items()
            if isinstance(root, tuple) and sorted(items) == list(range(len(items)))
        }

    def indexed(self, ran: Ran, statement: Statement) -> dict[str, tuple[Arg, object]]:
        """What the function around writes with its counters in brackets, and could be read here: ``x[i]``."""
        counters = self.counters(ran)
        if not counters:
            return {}
        visible = self.visible(ran, statement)
        found: dict[str, tuple[Arg, object]] = {}
        for text, base, index in self._subscripts(statement):
            held = visible.get(base)
            if text in visible or not isinstance(held, Value) or not held.ndim:
                continue
            with contextlib.suppress(Exception):
                # an index that does not fit names nothing
                key = eval(index, {"__builtins__": {}}, dict(counters))  # noqa: S307 - counters and arithmetic only, see _subscripts
                np.empty(held.shape, bool)[key]
                found[text] = (held, key)
        return found

    def counters(self, ran: Ran) -> dict[str, int]:
        """What the loops around were at when ``ran`` began."""
        past = self.evidence.recording.notes.counters
        return _at(past, ran.frame, self.evidence.moment(ran.lines[0]))

    def _numbers(self, frame: int, start: int) -> dict[str, int]:
        """The whole numbers that names of a frame stood for when so many lines had been recorded."""
        notes = self.evidence.recording.notes
        given = {
            name: int(item)
            for name, item in notes._frames[frame].f_locals.items()  # noqa: SLF001 - notes are ours
            if isinstance(item, int) and not isinstance(item, bool)
            # what was never bound is an argument, and stays
            if (frame, name) not in notes.numbers
        }
        return given | _at(notes.numbers, frame, start)

    def _subscripts(self, statement: Statement) -> list[tuple[str, str, str]]:
        """Every ``base[index]`` of a file whose index is made of names and numbers: text, base, index."""
        if statement.file not in self._written:
            found: dict[str, tuple[str, str, str]] = {}
            for node in ast.walk(self.sites.trees.tree(statement.file)):
                if isinstance(node, ast.Subscript) and _is_plain(node.slice):
                    text = ast.unparse(node)
                    index = ast.unparse(node.slice)
                    found[text] = (text, ast.unparse(node.value), index)
            self._written[statement.file] = list(found.values())
        return self._written[statement.file]


def _at(past: Numbers, frame: int, start: int) -> dict[str, int]:
    """What names of a frame were when so many lines had been recorded."""
    found = {}
    for (one, name), numbers in past.items():
        if one == frame:
            number = next((n for when, n in reversed(numbers) if when <= start), None)
            if number is not None:
                found[name] = number
    return found


def _is_plain(index: ast.expr) -> bool:
    allowed = (
        ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Load, ast.Tuple,
    )  # fmt: skip
    return all(isinstance(node, allowed) for node in ast.walk(index)) and any(
        isinstance(node, ast.Name) for node in ast.walk(index)
    )


def _before(past: list[Holding], start: int) -> Value | None:
    """What a slot held when so many lines had been recorded."""
    found = None
    for one in past:
        if one.position > start:
            break
        found = one.value
    return found


def common(found: list[Mapping[str, Arg]]) -> dict[str, tuple[Arg, ...]]:
    """The texts that stood for something of one kind every time."""
    if not found:
        return {}
    first, *others = found
    return {
        text: (item, *(other[text] for other in others))
        for text, item in first.items()
        if all(text in other and _alike(item, other[text]) for other in others)
    }


def _alike(one: Arg, other: Arg) -> bool:
    if isinstance(one, Value) and isinstance(other, Value):
        return True
    return isinstance(one, Size | int | float) and isinstance(other, Size | int | float)
