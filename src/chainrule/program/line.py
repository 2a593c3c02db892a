"""A line of a program, and what its parameters may hold: sizes and turns, however deep they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.program.op import Op
from chainrule.program.source_places import SourceSpan
from chainrule.program.values import MOVING, Arg, Shape, Size, Turn, Value

NESTING = (Size, tuple, slice)
"""In what a size may stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """``result = op(*args, **params)``, why it is there, and where it came from.

    ``places`` are where the user's frames stood, from the inside out: the expression itself, the call of the function
    it stands in, the call around that.
    """

    result: Value
    op: Op
    args: tuple[Arg, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    places: tuple[SourceSpan, ...] = ()
    _reads: tuple[Value, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # asked of every line many times, and never another
        entries = [arg for arg in self.args if isinstance(arg, Value)]
        if self.params or len(entries) < len(self.args):
            entries += self.measures()
        object.__setattr__(self, "_reads", tuple(entries))

    @property
    def at(self) -> SourceSpan | None:
        """Where the expression stands in the user's source."""
        return self.places[0] if self.places else None

    def reads(self) -> tuple[Value, ...]:
        """Every value whose entries or lengths this line needs."""
        return self._reads

    def measures(self) -> Iterator[Value]:
        """Every value whose lengths (not entries) this line needs."""
        for part in (*self.args, *self.params.values()):
            if isinstance(part, NESTING):
                yield from (one.value for one in sizes_in(part))


def moving_in(param: Any) -> Iterator[Size | Turn]:
    """The sizes and turns inside an argument or a parameter, however deep in tuples and slices they stand."""
    if isinstance(param, MOVING):
        yield param
    elif isinstance(param, tuple):
        for item in param:
            yield from moving_in(item)
    elif isinstance(param, slice):
        for item in (param.start, param.stop, param.step):
            yield from moving_in(item)


def sizes_in(param: Any) -> Iterator[Size]:
    """The sizes inside an argument or a parameter."""
    return (one for one in moving_in(param) if isinstance(one, Size))


def substitute(param: Any, number: Callable[[Any], Any]) -> Any:
    """``param`` with ``number(one)`` in place of every size and turn in it."""
    if isinstance(param, MOVING):
        return number(param)
    if isinstance(param, tuple):
        return tuple(substitute(item, number) for item in param)
    if isinstance(param, slice):
        parts = (
            substitute(item, number) for item in (param.start, param.stop, param.step)
        )
        return slice(*parts)
    return param


def concrete(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with every size replaced by its length at the numbers traced, every turn by the first."""
    return {
        key: substitute(param, lambda one: one.number) for key, param in params.items()
    }


def arg_shape(arg: Arg) -> Shape:
    """The shape of an argument; numbers, sizes and turns are 0-dimensional."""
    return arg.shape if isinstance(arg, Value) else ()
