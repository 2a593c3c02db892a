"""The user's own code once more, with nothing recorded: the same random numbers, some values moved by a little."""

from __future__ import annotations

import contextlib
import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np

from chainrule.trace.instrument.hooks import CURRENT, HookReader


@dataclass(slots=True)
class Chances:
    """The random numbers of a run: where each generator stood, and the seeds that were drawn for new ones."""

    numpy: Any
    python: Any
    seeds: list[int] = field(default_factory=list)
    generators: dict[int, tuple[Any, Any]] = field(default_factory=dict)
    n_taken: int = 0

    @classmethod
    def now(cls) -> Chances:
        """Where the generators of NumPy and of Python stand."""
        return cls(np.random.get_state(), random.getstate())  # noqa: NPY002 - the user may use it

    def met(self, generator: Any) -> None:
        """A generator is about to be used: remember where it stood first."""
        if id(generator) not in self.generators:
            self.generators[id(generator)] = (generator, _state(generator))

    def seed(self) -> int:
        """The seed of a new generator that was given none; the same one in a run that is done again."""
        if self.n_taken == len(self.seeds):
            self.seeds.append(secrets.randbits(63))
        self.n_taken += 1
        return self.seeds[self.n_taken - 1]

    @contextlib.contextmanager
    def again(self, notes: HookReader | None = None) -> Iterator[None]:
        """Everything drawn anew, from where it was; ``notes`` are taken meanwhile."""
        now = Chances.now()
        states = [(one, _state(one)) for one, _ in self.generators.values()]
        self.restore()
        before, CURRENT.notes = CURRENT.notes, notes or Replay(self)
        try:
            yield
        finally:
            CURRENT.notes = before
            now.restore()
            for one, state in states:
                _stand(one, state)

    def restore(self) -> None:
        """Put every generator where it stood."""
        self.n_taken = 0
        np.random.set_state(self.numpy)  # noqa: NPY002
        random.setstate(self.python)
        for generator, state in self.generators.values():
            _stand(generator, state)


def _state(generator: Any) -> Any:
    if isinstance(generator, np.random.RandomState):
        return generator.get_state()
    return generator.bit_generator.state


def _stand(generator: Any, state: Any) -> None:
    """Put a generator where it stood."""
    if isinstance(generator, np.random.RandomState):
        generator.set_state(state)
    else:
        generator.bit_generator.state = state


class ValueReached(BaseException):
    """Raised inside a script when the value that was asked for is there."""


class Replay:
    """Notes that record nothing. ``moves`` are steps added to values as they pass the hook of that number.

    Values are counted as they pass a hook: in the same program they pass in the same order. ``wanted`` is the place
    of the value to be seen; the run ends with it.
    """

    def __init__(
        self,
        chances: Chances,
        moves: Mapping[tuple[int, int], Any] | None = None,
        wanted: tuple[int, int] | None = None,
    ) -> None:
        self.chances = chances
        self.moves = dict(moves or {})
        self.numbers = {number for number, _ in self.moves}
        self.wanted = wanted
        self.seen: Any = None
        self.n_passed = 0

    def passed(self, value: Any) -> Any:
        """A value passes a hook."""
        self.n_passed += 1
        if self.n_passed in self.numbers:
            value = self._moved(value, iter(range(1_000_000)))
        if self.wanted is not None and self.n_passed == self.wanted[0]:
            leaves = list(each_leaf(value))
            self.seen = leaves[self.wanted[1]]
            raise ValueReached
        return value

    def _moved(self, value: Any, count: Iterator[int]) -> Any:
        match value:
            case dict():
                for key in value:
                    value[key] = self._moved(value[key], count)
                return value
            case list():
                value[:] = [self._moved(item, count) for item in value]
                return value
            case tuple():
                parts = [self._moved(item, count) for item in value]
                kind = type(value)
                return kind(*parts) if hasattr(kind, "_fields") else kind(parts)
        step = self.moves.get((self.n_passed, next(count)))
        if step is None:
            return value
        if isinstance(value, np.ndarray) and value.ndim and value.dtype.kind == "f":
            value += step
            return value
        return value + step

    def bind(self, value: Any, names: Any) -> Any:
        """``name = value``."""
        return self.passed(taken(value, names))

    def rebind(self, value: Any, _: str) -> Any:
        """``name += ...`` is done."""
        return self.passed(value)

    def apart(self, value: Any, _: str) -> Any:
        """``a = name = value``."""
        return self.passed(value)

    def turned(self, value: Any, _: str) -> Any:
        """A loop's variable."""
        return self.passed(value)

    def load(self, value: Any, _: str) -> Any:
        """A name is read."""
        return value

    def attribute(self, owner: Any, name: str) -> Any:
        """An attribute is read."""
        return getattr(owner, name)

    def item(self, container: Any, key: Any) -> Any:
        """An item is read."""
        return container[key]

    def callee(self, function: Any) -> Any:
        """What is called: a generator without a seed gets the one it had."""
        if function is np.random.default_rng:
            return self._generator
        return function

    def _generator(self, *args: Any, **kwargs: Any) -> Any:
        if args or kwargs:
            return np.random.default_rng(*args, **kwargs)
        return np.random.default_rng(self.chances.seed())

    def followed_in(self, owner: Any, key: Any, is_item: bool) -> None:  # noqa: FBT001 - a constant in the code
        """An attribute or an item is about to be written to in place."""

    def has_attribute(self, owner: Any, name: str) -> None:
        """An attribute was set."""

    def has_item(self, container: Any, key: Any) -> None:
        """An item was stored."""

    def loop(self, items: Any, _: Sequence[str]) -> Any:
        """What a loop runs over."""
        return items

    def enter(self, loop: int) -> None:
        """A loop begins."""

    def turn(self, loop: int) -> None:
        """A loop begins a turn."""


def taken(value: Any, names: Any) -> Any:
    """What several names are given: an iterator by the items that it gives to them."""
    if type(names) is not tuple or not isinstance(value, Iterator):
        return value
    # one more is taken, so that Python still finds that there are too many
    return tuple(islice(value, len(names) + 1))


def each_leaf(value: Any) -> Iterator[Any]:
    """The leaves of nested lists, tuples and dicts, in order."""
    match value:
        case dict():
            for item in value.values():
                yield from each_leaf(item)
        case list() | tuple():
            for item in value:
                yield from each_leaf(item)
        case _:
            yield value
