"""What a script's statements saw: every bound expression, with the values its parts stood for."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import FrameType
from typing import Any

from chainrule import ops
from chainrule.program import Arg, Value
from chainrule.trace.lender import Lender
from chainrule.trace.lengths import TracedInt
from chainrule.trace.source import Span, span_of
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer

NOTE, AFTER, AFTER_ITEM, WROTE, HELD, OWNS, SEE, GET, ITEM, TURN = (
    "__chainrule_note__",
    "__chainrule_after__",
    "__chainrule_after_item__",
    "__chainrule_wrote__",
    "__chainrule_held__",
    "__chainrule_owns__",
    "__chainrule_see__",
    "__chainrule_get__",
    "__chainrule_item__",
    "__chainrule_turn__",
)
Part = tuple[Span, str, bool]
"""A part of an expression: where it stands, its text, whether it is a call."""
LONGEST = 100


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """An expression of the source whose value is bound, returned or appended; ``targets`` in its own words."""

    expression: ast.expr
    statement: ast.stmt
    targets: tuple[str | None, ...]
    augmented: ast.operator | None = None
    function: str | None = None

    @property
    def span(self) -> Span:
        """Where the expression stands: line, column, end line, end column (in UTF-8 bytes)."""
        return span_of(self.expression)


@dataclass(frozen=True, slots=True)
class Seen:
    """A part of an expression (a name, an attribute, an item, a call) and what it stood for.

    ``neighbours`` are the other items of the list or dict it was taken from, by their key.
    """

    span: Span
    text: str
    item: Arg | None
    is_call: bool = False
    key: Any = None
    neighbours: Mapping[Any, Arg] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Execution:
    """One time that a site ran: in which frame, when, what it saw, and what its targets became.

    ``n_lines`` is how many lines had been recorded by then. ``names`` are the targets as names: ``dW_1`` for
    ``dW[l]`` at l = 1, ``dW2`` for ``grads["dW" + str(l)]`` at l = 2. ``owner`` is the object whose attribute was
    set. ``written`` says that the target is an array that was written into.
    """

    site: Site
    frame: int
    order: int
    n_lines: int
    seen: tuple[Seen, ...]
    results: tuple[tuple[str | None, Arg], ...]
    names: tuple[str | None, ...] = ()
    owner: int | None = None
    written: bool = False


@dataclass(slots=True)
class Watch:
    """The notes taken while a script runs.

    Where ``distinct`` is true of a name, ``name = other`` is a line of its own, not a second name of one value.
    """

    tracer: Tracer
    lender: Lender
    distinct: Callable[[str], bool] = lambda _: False
    sites: list[Site] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    executions: list[Execution] = field(default_factory=list)
    known: dict[int, list[tuple[int, str, Arg | None]]] = field(default_factory=dict)
    owned: dict[tuple[int, str], list[Arg]] = field(default_factory=dict)
    scope: dict[str, Any] = field(default_factory=dict)
    _pending: dict[int, list[Seen]] = field(default_factory=dict)
    _open: dict[int, tuple[Seen, ...]] = field(default_factory=dict)
    _frames: list[FrameType] = field(default_factory=list)
    _keys: dict[int, int] = field(default_factory=dict)
    _last: dict[tuple[int, str], Arg | None] = field(default_factory=dict)
    _built_on: dict[tuple[int, str], dict[str, None]] = field(default_factory=dict)
    _owners: list[Any] = field(default_factory=list)

    def names(self) -> dict[str, Any]:
        """The functions that a watched script calls."""
        return {
            NOTE: self.note,
            AFTER: self.after,
            AFTER_ITEM: self.after_item,
            WROTE: self.wrote,
            HELD: self.holds,
            OWNS: self.owns,
            SEE: self.see,
            GET: self.get,
            ITEM: self.item,
            TURN: self.turn,
        }

    def forget(self, values: AbstractSet[Value]) -> None:
        """Drop what ran only to compute these values."""
        self.executions = [
            one
            for one in self.executions
            if not any(
                isinstance(arg, Value) and arg in values for _, arg in one.results
            )
        ]

    def _frame(self) -> int:
        frame = sys._getframe(2)  # noqa: SLF001 - the documented way to the caller's frame
        key = self._keys.get(id(frame))
        if key is None:
            # frames are kept alive, so that an id stays its own
            key = self._keys[id(frame)] = len(self._frames)
            self._frames.append(frame)
        return key

    def bound(self, name: str, value: Value, frames: Iterator[FrameType]) -> None:
        """A name was bound to an array that had not been met before, such as ``np.zeros(3)``."""
        frame = next(frames, None)
        key = None if frame is None else self._keys.get(id(frame))
        if key is not None:
            self._know(key, name, value)

    def _know(self, frame: int, text: str, item: Arg | None) -> None:
        if self._last.get((frame, text), self) is not item:
            self._last[frame, text] = item
            self.known.setdefault(frame, []).append((len(self.executions), text, item))
            if item is not None and not text.isidentifier():
                for word in _words(text):
                    self._built_on.setdefault((frame, word), {})[text] = None

    def see(self, value: Any, part: int, owner: Any = None) -> Any:
        """A part of a watched expression was read."""
        return self._saw(self._frame(), value, part, owner)

    def get(self, owner: Any, name: str, part: int) -> Any:
        """An attribute was read of what has no name itself: ``layers[i].W``."""
        return self._saw(self._frame(), getattr(owner, name), part, owner)

    def _saw(self, frame: int, value: Any, part: int, owner: Any) -> Any:
        span, text, is_call = self.parts[part]
        item = item_of(value)
        self._pending.setdefault(frame, []).append(Seen(span, text, item, is_call))
        if item is not None and not is_call:
            self._know(frame, text, item)
            if owner is not None:
                self._own(owner, text.rpartition(".")[2], item)
        return value

    def item(self, container: Any, key: Any, part: int) -> Any:
        """An item of a container was read."""
        frame = self._frame()
        value = self.lender.item(container, key)
        span, text, _ = self.parts[part]
        item = item_of(value)
        neighbours = None
        if isinstance(container, list | tuple | dict) and len(container) <= LONGEST:
            pairs = (
                container.items()
                if isinstance(container, dict)
                else enumerate(container)
            )
            neighbours = {k: one for k, v in pairs if (one := item_of(v)) is not None}
        self._pending.setdefault(frame, []).append(
            Seen(span, text, item, key=key, neighbours=neighbours)
        )
        if item is not None:
            self._know(frame, text, item)
        return value

    def after_item(self, held: Any, site: int, key: Any = None) -> None:
        """An augmented assignment to an index is done: of an array, or of an item in a list or dict."""
        seen = self._open.pop(site, ())
        frame, place = self._frame(), self.sites[site]
        if isinstance(held, Traced):
            self._finish(frame, place, seen, held, written=True)
        elif isinstance(held, list | dict) and key is not None:
            self._finish(frame, place, seen, held[key], key=key)

    def _own(self, owner: Any, name: str, item: Arg) -> None:
        held = self.owned.setdefault((id(owner), name), [])
        if not held:
            self._owners.append(owner)
        if not held or held[-1] is not item:
            held.append(item)

    def note(self, value: Any, site: int, key: Any = None) -> Any:
        """A watched expression has its value."""
        frame = self._frame()
        place = self.sites[site]
        value = self._own_value(value, place)
        seen = tuple(
            one for one in self._pending.pop(frame, ()) if within(one.span, place.span)
        )
        if place.augmented is not None:
            self._open[site] = seen
            return value
        self._finish(frame, place, seen, value, key=key)
        return value

    def owns(self, owner: Any, site: int) -> Any:
        """The owner of an attribute that is about to be set is known, after its value."""
        frame, place = self._frame(), self.sites[site]
        for at, one in reversed([*enumerate(self.executions)]):
            if one.site is place and one.frame == frame:
                self.executions[at] = replace(one, owner=id(owner))
                for text, item in one.results:
                    self._own(owner, (text or "").rpartition(".")[2], item)
                break
        return owner

    def _own_value(self, value: Any, site: Site) -> Any:
        """A value of its own for what is only another name, where ``distinct`` asks for it."""
        plain = isinstance(site.expression, ast.Name | ast.Attribute | ast.Subscript)
        (name, *more) = site.targets
        if not plain or more or not isinstance(value, Traced):
            return value
        whole = getattr(site.statement, "value", None) is site.expression
        if (name is not None or whole) and self.distinct(name or ""):
            made = self.tracer.record(ops.identity, (value,))
            # another name of a view shares its memory, too
            made.shares = None if value.shares is None else replace(value.shares)
            return made
        return value

    def after(self, value: Any, site: int, owner: Any = None) -> None:
        """An augmented assignment is done."""
        seen = self._open.pop(site, ())
        self._finish(self._frame(), self.sites[site], seen, value, owner=owner)

    def wrote(self, held: Any, site: int) -> None:
        """An assignment to an index is done: if it was an array's, the array is another value now."""
        if isinstance(held, Traced):
            frame = self._frame()
            before = self.executions.pop()
            self._finish(frame, self.sites[site], before.seen, held, written=True)

    def _finish(
        self,
        frame: int,
        site: Site,
        seen: tuple[Seen, ...],
        value: Any,
        *,
        owner: Any = None,
        key: Any = None,
        written: bool = False,
    ) -> None:
        targets = site.targets
        if written and targets[0] is not None:
            targets = (targets[0].partition("[")[0],)
        results = tuple(_results(targets, value))
        self.executions.append(
            Execution(
                site,
                frame,
                len(self.executions),
                len(self.tracer.builder.lines),
                seen,
                results,
                tuple(_name(text, key) for text, _ in results),
                id(owner) if owner is not None else None,
                written,
            )
        )
        for text, item in results:
            if text is not None:
                self._forget(frame, text)
                self._know(frame, text, item)
                if owner is not None:
                    self._own(owner, text.rpartition(".")[2], item)

    def holds(self, held: Any, key: Any) -> None:
        """An item among several targets has its value."""

    def turn(self, names: Sequence[str]) -> None:
        """A loop's variables have new values: what was read with the old ones is another thing."""
        frame = self._frame()
        for name in names:
            self._forget(frame, name)

    def _forget(self, frame: int, name: str) -> None:
        # not by a walk over all that is known, which a long script would take once a line
        for text in self._built_on.pop((frame, name), ()):
            if self._last[frame, text] is not None:
                self._know(frame, text, None)

    def visible(self, execution: Execution) -> dict[str, Arg]:
        """Every text that stood for an array or number where ``execution`` ran, just before it ended."""
        found: dict[str, Arg] = {}
        for frame in dict.fromkeys((0, execution.frame)):
            for order, text, item in self.known.get(frame, ()):
                if order > execution.order:
                    break
                if item is None:
                    found.pop(text, None)
                else:
                    found[text] = item
        return found


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return frozenset()
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))


def item_of(value: Any) -> Arg | None:
    """What a value is in a program: a value, a size, a plain number; None for anything else."""
    match value:
        case Traced():
            return value._value  # noqa: SLF001 - a view may be looked at after a write
        case TracedInt():
            return value.ref
        case bool() | int() | float():
            return value
        case _:
            return None


def _results(
    targets: Sequence[str | None], value: Any
) -> Iterator[tuple[str | None, Arg]]:
    values = [value]
    if len(targets) > 1:
        if not isinstance(value, tuple | list) or len(value) != len(targets):
            return
        values = list(value)
    for text, one in zip(targets, values, strict=True):
        item = item_of(one)
        if item is not None:
            yield text, item


def within(inner: Span, outer: Span) -> bool:
    """Whether one place lies inside of another."""
    return outer[:2] <= inner[:2] and inner[2:] <= outer[2:]


def _name(text: str | None, key: Any) -> str | None:
    """A target as a name: the key of a dict, a list's name and its index, an attribute."""
    if text is None or isinstance(key, str):
        return key if isinstance(key, str) else None
    match ast.parse(text.replace("…", "0"), mode="eval").body:
        case ast.Subscript(slice=ast.Constant(value=str() as constant)):
            return constant
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name)):
            return f"{name}_{key}" if isinstance(key, int) else name
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return None
