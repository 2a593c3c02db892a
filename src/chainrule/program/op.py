"""One op, one record: everything the project knows about an operation."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from chainrule.program.values import Array, Shape

ShapeRule = Callable[..., Shape]
"""From the shapes of the arguments, and the parameters, to the shape of the result; complains in shapes."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one argument's gradient follows from the result's.

    ``vjp(dy, y, *args, **params)`` is plain NumPy. ``why`` is one clause, lower case, no full stop; names
    of ``vjp``'s parameters in braces stand for the user's names.

    >>> rule = Rule(
    ...     lambda dy, y, x: dy * y, "exp is its own slope, and {y} already is exp({x})"
    ... )
    >>> rule.words
    ('dy', 'y', 'x')
    """

    vjp: Callable[..., Any]
    why: str

    @property
    def words(self) -> tuple[str, ...]:
        """The names ``why`` may use, in the order of ``vjp``'s parameters."""
        return _parameters(self.vjp)


@cache
def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    return tuple(inspect.signature(function).parameters)


@dataclass(frozen=True, slots=True)
class Sample:
    """Arguments to try an op on: ``shapes`` filled with numbers from ``domain``, and ``params``.

    ``domain`` is (low, high); ``integers`` names argument positions that hold integers below ``high`` of
    theirs; ``away`` is a list of points (kinks) to keep a distance from.
    """

    shapes: tuple[Shape, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    domain: tuple[float, float] = (-2.0, 2.0)
    away: tuple[float, ...] = ()
    integers: Mapping[int, int] = field(default_factory=dict)


Rules = tuple[Rule | None, ...] | Callable[[int], Rule | None]


@dataclass(frozen=True, eq=False)
class Op:
    """An operation: its forward, its shape, its rules, how it is spelled and written, where to try it.

    ``forward(*args, **params)`` takes arrays, then parameters by keyword. ``rules`` has one entry an
    argument (None where no gradient passes by nature: a mask, an index); for an op of any number of
    arguments it is a function from the argument's position to its rule. An op without rules, ``()``, is one
    whose gradient is not known: E303 where one must pass. ``params`` are the parameters with
    their defaults, in the order NumPy takes them. ``spelling`` maps a dialect to its text, ``notation`` is
    LaTeX with holes ``#1`` … and ``#axis``. ``definition`` says the op in simpler ops; ``forms`` are other
    ways users write it by hand, and ``stable`` what its own form spares them. ``numpy_functions`` are further functions under which tracing meets it.

    >>> import numpy as np
    >>> from chainrule.ops import shapes
    >>> cube = Op(
    ...     lambda x: x**3,
    ...     shapes.broadcast,
    ...     (Rule(lambda dy, y, x: dy * 3 * x**2, "the power comes down"),),
    ...     name="cube",
    ...     spelling={"numpy": "{0} ** 3"},
    ... )
    >>> cube(np.array(2.0))
    np.float64(8.0)
    """

    forward: Callable[..., Any]
    shape: ShapeRule
    rules: Rules
    name: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    spelling: Mapping[str, Any] = field(default_factory=dict)
    notation: str = ""
    definition: Callable[..., Any] | None = None
    steps: tuple[Callable[..., Any], ...] = ()
    forms: tuple[Callable[..., Any], ...] = ()
    samples: tuple[Sample, ...] = ()
    numpy_functions: tuple[Callable[..., Any], ...] = ()
    caution: str = ""
    analytic: bool = True
    says: str = ""
    stable: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.forward.__name__)

    def rule(self, position: int) -> Rule | None:
        """The rule of the argument at ``position``; None where no gradient exists by nature."""
        if callable(self.rules):
            return self.rules(position)
        return self.rules[position] if position < len(self.rules) else None

    def constant_in(self, position: int) -> bool:
        """Whether the result, by nature, does not move with this argument: a mask's side, an index, a shape."""
        if callable(self.rules):
            return self.rules(position) is None
        return position < len(self.rules) and self.rules[position] is None

    @cached_property
    def elementwise(self) -> bool:
        """Whether the result's entries depend only on the arguments' entries at the same place."""
        return getattr(self.shape, "elementwise", False)

    def __call__(self, *args: Any, **params: Any) -> Any:
        """The op applied: to numbers it computes, to traced values it records."""
        for arg in (*args, *params.values()):
            record = getattr(arg, "__chainrule_record__", None)
            if record is not None:
                return record(self, args, params)
        return self.forward(*args, **{**self.params, **params})

    def __repr__(self) -> str:
        return f"<op {self.name}>"


def shape_of(op: Op, shapes: Sequence[Shape], params: Mapping[str, Any]) -> Shape:
    """The shape of ``op``'s result, by its own shape rule."""
    return tuple(op.shape(*shapes, **params))


__all__ = ["Array", "Op", "Rule", "Rules", "Sample", "ShapeRule", "shape_of"]
