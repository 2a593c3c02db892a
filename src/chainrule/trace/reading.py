"""A reading: the notes that instrumented code has taken of it while it runs, for scripts and functions alike."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Iterable, Iterator, Sequence
from types import FrameType
from typing import Any

import numpy as np

from chainrule.program import Arg, Value
from chainrule.trace import containers, growing, replay, source
from chainrule.trace.events import Slot, SlotBound, TurnBegan
from chainrule.trace.instrument.hooks import CURRENT
from chainrule.trace.lender import Lender
from chainrule.trace.lengths import TracedInt
from chainrule.trace.limits import Limits
from chainrule.trace.pairs import pair_of
from chainrule.trace.replay import Chances, each_leaf
from chainrule.trace.slots import Owners, name_of_item
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer

LONGEST = 1000
"""A list with more numbers than this stays a list of plain numbers."""


class Reading:
    """One reading of a user's code.

    In a script every number that gets a name may be a parameter or a setting, and is followed; in a function the
    arguments are, and what the function makes by itself is written out where it is used (``is_script``).
    """

    def __init__(
        self, tracer: Tracer, *, is_script: bool, limits: Limits | None = None
    ) -> None:
        self.tracer = tracer
        self.is_script = is_script
        self.limits = limits or Limits()
        self.owners = Owners()
        self.lender = Lender(tracer, self.grown)
        self.held: dict[Slot, Arg] = {}
        self.loops: dict[tuple[int, int], list[int]] = {}
        self.n_loops = 0
        self.n_ticks = 0
        self.n_passed = 0
        self.called: dict[Value, str] = {}
        self.passed: dict[Value, tuple[int, int]] = {}
        self.adopted: dict[tuple[int, str], Any] = {}
        tracer.on_written = self.written

    @contextlib.contextmanager
    def going_on(self, chances: Chances) -> Iterator[None]:
        """The reading goes on in this thread; afterwards the user's objects hold plain numbers again."""
        self.lender.chances = chances
        self.limits.start()
        before, CURRENT.notes = CURRENT.notes, self
        try:
            yield
        finally:
            CURRENT.notes = before
            containers.give_back(self.owners.places())

    def tick(self) -> None:
        """Now and then ask whether there has been enough."""
        self.n_ticks += 1
        if not self.n_ticks % 64:
            self.limits.check(self.tracer.builder)

    # values that get names

    def bind(self, value: Any, names: Any) -> Any:
        """``name = value``: what is to be followed is, from here on, under its name."""
        self.tick()
        # the user's frame called the hook, which called this
        return self._passed(self._bound(sys._getframe(2), value, names))  # noqa: SLF001

    def _bound(self, frame: FrameType, value: Any, names: Any) -> Any:
        if type(names) is tuple:
            value = replay.taken(value, names)
            if type(value) not in containers.UNPACKED or len(value) != len(names):
                return value
            pairs = zip(value, names, strict=True)
            return tuple(self._bound(frame, one, name) for one, name in pairs)
        name = names.lstrip(".")
        if not name and type(value) in containers.ARRAYS:
            # an item whose key is computed: it is followed, and named, where it has been put
            return value
        followed = self.followed(value, name)
        if name == names:
            self._note(self._name_slot(frame, name), followed)
        return followed

    def _passed(self, value: Any) -> Any:
        """A value has passed a hook: where, so that it is found again when the same code runs once more."""
        self.n_passed += 1
        for place, leaf in enumerate(each_leaf(value)):
            if type(leaf) is Traced:
                self.passed.setdefault(leaf.value, (self.n_passed, place))
        return value

    def rebind(self, value: Any, name: str) -> Any:
        """``name += ...`` is done."""
        self.tick()
        followed = self.followed(value, name)
        self._note(self._name_slot(sys._getframe(2), name), followed)  # noqa: SLF001
        return self._passed(followed)

    def apart(self, value: Any, names: str) -> Any:
        """``a = name = 0.0``: a number of its own, though both names hold one object so far."""
        self.tick()
        name = names.lstrip(".")
        number = containers.given_number(value, self.tracer.builder.producer)
        if self.is_script and number is not None:
            value = self.followed(number, name)
        if name == names:
            self._note(self._name_slot(sys._getframe(2), name), value)  # noqa: SLF001
        return self._passed(value)

    def turned(self, value: Any, name: str) -> Any:
        """A loop's variable has its value: counts stay plain."""
        if type(value) is int or type(value) is TracedInt:
            return self._passed(value)
        followed = self.followed(value, name)
        self._note(self._name_slot(sys._getframe(2), name), followed)  # noqa: SLF001
        return self._passed(followed)

    def followed(self, value: Any, name: str, *, nested: bool = False) -> Any:
        """``value`` with every array in it, and in a script every number, followed under its name.

        ``nested`` is what stands in a dict under a key, by which it is called.
        """
        kind = type(value)
        if kind is Traced:
            self._call(value.value, name)
            return value
        if kind in containers.ARRAYS:
            return self._array(value, name, local=True)
        if isinstance(value, list | tuple | dict):
            return self._inside(value, name, nested=nested)
        if not self.is_script:
            return value
        if kind is float or isinstance(value, np.floating):
            return self.tracer.input(value, name or None)
        if kind is int:
            traced = self.tracer.input(np.asarray(value), name or None)
            return TracedInt(value, self.tracer, traced.value)
        return value

    def _call(self, value: Value, name: str) -> None:
        """Name a value, unless it has a name or gets none."""
        if name and value.name is None:
            self.called[value] = name
            self.tracer.builder.christen(value, name)

    def _array(self, array: Any, name: str, *, local: bool) -> Any:
        if array.dtype.kind == "c" and type(array) is np.ndarray:
            return pair_of(self.tracer, array, name)
        if array.dtype.kind not in "fiub":
            return array
        held = self.tracer.array_of(
            array, name or None, written_out=local and not self.is_script
        )
        if self.is_script:
            # whatever a script names may turn out to be learnt
            self.tracer.moved.add(held.value)
        return held

    def _inside(self, value: Any, name: str, *, nested: bool) -> Any:
        """A list, tuple or dict with what is in it followed; a list and a dict stay the same object."""
        if containers.n_leaves(value, LONGEST) > LONGEST:
            return value
        match value:
            case dict():
                for key, item in value.items():
                    called = name_of_item(name, key, nested=nested)
                    inner = self._inner(item, called, nested=isinstance(key, str))
                    if inner is not item:
                        value[key] = inner
                return value
            case list():
                for place, item in enumerate(value):
                    inner = self._inner(item, name_of_item(name, place))
                    if inner is not item:
                        value[place] = inner
                return value
            case tuple():
                parts = [
                    self._inner(item, name_of_item(name, place))
                    for place, item in enumerate(value)
                ]
                if all(one is other for one, other in zip(parts, value, strict=True)):
                    return value
                kind = type(value)
                return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
            case _:
                return value

    def _inner(self, item: Any, name: str, *, nested: bool = False) -> Any:
        """An item of a container: counts stay plain."""
        return item if type(item) is int else self.followed(item, name, nested=nested)

    # values that are read

    def load(self, value: Any, name: str) -> Any:
        """An array that was made elsewhere is followed from the moment it is read."""
        if type(value) not in containers.ARRAYS:
            return value
        return self._array(value, name, local=False)

    def attribute(self, owner: Any, name: str) -> Any:
        """``owner.name``; an array, and in a script a number, that was put there by other code is followed from here on."""
        if name == "__class__":
            return self.lender.callee(type)(owner)
        value = getattr(owner, name)
        kind = type(value)
        if kind in containers.ARRAYS:
            return self._adopted(owner, name, value)
        known = (id(owner), name) in self.adopted
        if kind in containers.ADOPTED and self.is_script and not known:
            self.adopted[id(owner), name] = owner
            return self._adopted(owner, name, value)
        return value

    def item(self, container: Any, key: Any) -> Any:
        """``container[key]``, of a plain array by traced places, too."""
        self.tick()
        found = self.lender.item(container, key)
        return self.load(found, "") if type(found) in containers.ARRAYS else found

    def callee(self, function: Any) -> Any:
        """What is called in the place of ``function``."""
        self.tick()
        return self.lender.callee(function)

    # places that are filled

    def followed_in(self, owner: Any, key: Any, is_item: bool) -> None:  # noqa: FBT001 - a constant in the code
        """What is written to in place is followed from here on, where it was put by code without hooks."""
        if not is_item:
            # elsewhere nothing could be put in its place, and a property would run for nothing
            if type(owner) is not Traced and key in getattr(owner, "__dict__", ()):
                self.attribute(owner, key)
        elif isinstance(owner, list | dict):
            with contextlib.suppress(LookupError, TypeError):
                if type(held := owner[key]) in containers.ARRAYS:
                    owner[key] = self.load(held, self.owners.item_slot(owner, key).name)
                    self.has_item(owner, key)

    def _adopted(self, owner: Any, name: str, value: Any) -> Any:
        """What code without hooks has put into an object, as a dataclass does: followed where it stands."""
        if type(owner) in containers.NO_OBJECTS or name not in getattr(
            owner, "__dict__", ()
        ):
            return self.load(value, name)
        followed = self.followed(value, name)
        if followed is not value:
            vars(owner)[name] = followed
        self.has_attribute(owner, name)
        return followed

    def has_attribute(self, owner: Any, name: str) -> None:
        """``owner.name = ...`` is done."""
        if type(owner) is Traced:
            return
        value = containers.held_by(owner, name)
        slot = Slot("attribute", self.owners.number(owner), name, name)
        self._note(slot, value)
        self.owners.filled(owner, name, is_item=False)

    def has_item(self, container: Any, key: Any) -> None:
        """``container[key] = ...`` is done."""
        if not isinstance(container, list | dict) or isinstance(key, slice):
            return
        try:
            value = growing.item(container, key)
        except (LookupError, TypeError):
            return
        slot = self.owners.item_slot(container, key)
        if type(value) in containers.ARRAYS:
            # the key was computed: ``params["W" + gate] = ...``
            value = self.followed(value, slot.name)
            growing.put(container, key, value)
        if type(value) is Traced:
            self._call(value.value, slot.name)
        self._note(slot, value)
        self.owners.filled(container, key, is_item=True)

    def grown(self, held: Any, keys: Iterable[Any], *, moved: bool) -> None:
        """A list or dict has new items at ``keys``; what has only ``moved`` there is no new value of the place."""
        for key in keys:
            item = growing.item(held, key)
            if type(item) is not int:
                name = self.owners.item_slot(held, key).name
                growing.put(held, key, self.followed(item, name))
            if not moved:
                self.has_item(held, key)

    def written(self, array: Traced, before: Value) -> None:
        """An array was written in place: every slot that holds it holds the new value."""
        name = self.called.get(before, before.name or "")
        self._call(array.value, name)
        slot = Slot("array", self.owners.number(array), None, name)
        self._note(slot, array, before=before)

    def _name_slot(self, frame: FrameType, name: str) -> Slot:
        code = frame.f_code
        owner: Any = frame
        if not code.co_flags & inspect.CO_OPTIMIZED:
            owner = frame.f_locals if frame.f_locals is frame.f_globals else frame
        elif name in code.co_freevars:
            token = self.owners.token((code.co_qualname, name))
            return Slot("name", token, name, name)
        elif name not in code.co_varnames and name not in code.co_cellvars:
            owner = frame.f_globals
        return Slot("name", self.owners.number(owner), name, name)

    def _note(self, slot: Slot, value: Any, before: Arg | None = None) -> None:
        """A slot holds ``value`` now; so do the places inside it."""
        match value:
            case _ if type(value) is Traced:
                arg: Arg = value.value
            case _ if type(value) is TracedInt:
                arg = value.ref
            case float() | int():
                arg = value
            case list() | tuple() | dict() if (
                containers.n_leaves(value, LONGEST) <= LONGEST
            ):
                if type(value) is not tuple:
                    self.owners.call(value, slot.name)
                for key, item in containers.items(value):
                    self._note(self.owners.inner_slot(slot, value, key), item)
                return
            case _:
                return
        earlier = self.held.get(slot) if before is None else before
        if earlier is arg:
            return
        self.held[slot] = arg
        builder = self.tracer.builder
        array = (
            self.owners.number(value)
            if type(value) is Traced and value.is_array
            else None
        )
        event = SlotBound(
            slot,
            arg,
            earlier,
            len(builder.lines),
            source.places(self.tracer.frames()),
            array,
        )
        self.tracer.events.append(event)
        if isinstance(arg, Value) and isinstance(earlier, Value):
            self.limits.moved(builder, earlier, arg, event.at)

    # loops

    def loop(self, items: Any, names: Sequence[str]) -> Iterator[Any]:
        """What a loop runs over, each turn noted."""
        self.n_loops += 1
        if type(items) is Traced:
            items.counted()
        return self._turns(items, self.n_loops, tuple(names))

    def _turns(self, items: Any, loop: int, names: tuple[str, ...]) -> Iterator[Any]:
        for number, item in enumerate(items):
            self.tick()
            self._turn(loop, number, names)
            yield item

    def enter(self, loop: int) -> None:
        """A ``while`` loop begins."""
        self.n_loops += 1
        frame = sys._getframe(2)  # noqa: SLF001
        self.loops[id(frame), loop] = [self.n_loops, 0]

    def turn(self, loop: int) -> None:
        """A ``while`` loop begins a turn."""
        self.tick()
        frame = sys._getframe(2)  # noqa: SLF001
        state = self.loops.setdefault((id(frame), loop), [0, 0])
        self._turn(state[0], state[1], ())
        state[1] += 1

    def _turn(self, loop: int, number: int, names: tuple[str, ...]) -> None:
        events, n_lines = self.tracer.events, len(self.tracer.builder.lines)
        last = events[-1] if events else None
        # a turn in which nothing happened is not kept: loops may run for ever
        if isinstance(last, TurnBegan) and last.is_empty(loop, n_lines):
            events.pop()
        spans = source.places(self.tracer.frames())
        events.append(TurnBegan(loop, number, names, n_lines, spans))
