"""One op, one record: everything the project knows about an operation."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np

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


def _nobody_knows(*_: Any, **__: Any) -> Any:
    raise NotImplementedError


UNKNOWN = Rule(_nobody_knows, "")
"""In the place of a rule: the result moves with this argument, and nobody has said how. E303 where it must pass."""
Rules = tuple[Rule | None, ...] | Callable[[int], Rule | None]
Kind = Literal[
    "sum",
    "arithmetic",
    "function",
    "activation",
    "comparison",
    "logic",
    "view",
    "arrangement",
    "indexing",
    "reduction",
    "scan",
    "order",
    "product",
    "loss",
    "creation",
]
"""What an op does. A sum adds, takes away or turns a sign, so that entries pass as they are; arithmetic is what
else is written with signs; a view shows the same memory otherwise, an arrangement copies entries to other places; a
scan is a reduction that keeps what it had on the way; a function is any other function."""


@dataclass(frozen=True, slots=True)
class Unit:
    """How a network in words uses an op behind its layers.

    ``text`` is what a person writes, with ``{z}`` for the input, ``{axis}`` for the axis of the units and ``{a}`` for a
    learned parameter, which starts at ``learned``; without a text it is the op's NumPy spelling. ``start`` is the
    initialiser of the weights before it, ``aliases`` are names that others have for it.
    """

    text: str = ""
    start: str = "glorot_uniform"
    learned: float | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Op:
    """An operation: its forward, its shape, its rules, how it is spelled and written, where to try it.

    ``forward(*args, **params)`` takes arrays, then parameters by keyword. ``rules`` has one entry an
    argument (None where no gradient passes by nature: a mask, an index; UNKNOWN where nobody knows it); for an op of any number of
    arguments it is a function from the argument's position to its rule. An op without rules, ``()``, is one
    whose gradient is not known: E303 where one must pass. ``params`` are the parameters with
    their defaults, in the order NumPy takes them. ``spelling`` maps a dialect to its text, ``notation`` is
    LaTeX with holes ``#1`` … and ``#axis``. ``definition`` says the op in simpler ops; ``forms`` are other
    ways users write it by hand, and ``stable`` what its own form spares them. ``numpy_functions`` are further functions under which tracing meets it, ``library_functions``
    those of libraries that may not be there, by their path: ``"scipy.special.expit"``.

    What it is: its ``kind``; whether it ``commutes``; the op of two that it ``folds`` over an axis, as a sum does an
    addition; the ``range`` its entries stay in. What it is called: ``title`` in a sentence, ``label`` on an arrow of a
    drawing, and ``result_name`` for what it gives: a pattern with its arguments' names, and a word where that is too
    long. ``unit`` says how networks in words use it.

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
    library_functions: tuple[str, ...] = ()
    caution: str = ""
    analytic: bool = True
    says: str = ""
    stable: str = ""
    kind: Kind = "function"
    commutes: bool = False
    folds: Op | None = None
    range: tuple[float, float] = (-math.inf, math.inf)
    title: str = ""
    label: str = ""
    result_name: tuple[str, str] = ("", "")
    unit: Unit | None = None

    def __post_init__(self) -> None:
        usual = {"name": self.name or self.forward.__name__}
        usual["title"] = self.title or usual["name"].replace("_", " ")
        usual["label"] = self.label or usual["title"]
        for field_name, text in usual.items():
            object.__setattr__(self, field_name, text)
        if not self.result_name[0]:
            pattern = (usual["name"] + "_{0}", usual["name"])
            object.__setattr__(self, "result_name", pattern)

    def rule(self, position: int) -> Rule | None:
        """The rule of the argument at ``position``; None where no gradient exists by nature."""
        if callable(self.rules):
            return self.rules(position)
        rule = self.rules[position] if position < len(self.rules) else None
        return None if rule is UNKNOWN else rule

    def constant_in(self, position: int) -> bool:
        """Whether the result, by nature, does not move with this argument: a mask's side, an index, a shape."""
        if callable(self.rules):
            return self.rules(position) is None
        return position < len(self.rules) and self.rules[position] is None

    @cached_property
    def elementwise(self) -> bool:
        """Whether the result's entries depend only on the arguments' entries at the same place."""
        return getattr(self.shape, "elementwise", False)

    @cached_property
    def ufunc(self) -> np.ufunc | None:
        """The function of NumPy that this op is entry by entry; None if it is none."""
        for function in (self.forward, *self.numpy_functions):
            if isinstance(function, np.ufunc):
                return function
        return None

    @cached_property
    def first_index(self) -> int:
        """Where the arguments begin of which there may be any number: index arrays, arrays to be joined."""
        positional = (
            inspect.Parameter.POSITIONAL_ONLY,
            inspect.Parameter.POSITIONAL_OR_KEYWORD,
        )
        known = inspect.signature(self.forward).parameters.values()
        return sum(one.kind in positional for one in known)

    def whole(self, position: int) -> bool:
        """Whether this argument holds whole numbers by nature: labels, index arrays, masks."""
        meant = [one for one in self.samples if position < len(one.shapes)]
        return bool(meant) and all(position in one.integers for one in meant)

    def truth(self, position: int) -> bool:
        """Whether this argument holds yes and no: a mask."""
        meant = [one for one in self.samples if position < len(one.shapes)]
        return self.whole(position) and all(
            one.integers[position] == 2 for one in meant
        )

    @property
    def unseen(self) -> bool:
        """Whether a formula does not show it: the same entries, perhaps copied or of another type."""
        return self.notation == "#1"

    @cached_property
    def unbounded(self) -> bool:
        """Whether the result may be infinite, or not a number, where the arguments are ordinary numbers."""
        if not self.elementwise:
            return False
        ordinary = np.array([-1e4, -2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 1e4])
        n_arguments = len(self.samples[0].shapes) if self.samples else 1
        grid = np.meshgrid(*[ordinary] * n_arguments)
        try:
            with np.errstate(all="ignore"):
                return not np.isfinite(self.forward(*grid, **self.params)).all()
        except (ArithmeticError, TypeError, ValueError):
            return True

    @cached_property
    def kinks(self) -> tuple[float, ...]:
        """Where the slope jumps, of an op of one argument."""
        return tuple(sorted({point for one in self.samples for point in one.away}))

    def slope(self, y: Any, *args: Any, position: int = 0, **params: Any) -> Any:
        """The local derivative of an elementwise op: what its rule makes of a gradient of 1.

        Raises:
            ValueError: where no gradient passes this argument.
        """
        rule = self.rule(position)
        if rule is None:
            message = f"no gradient is known through {self.name}"
            raise ValueError(message)
        return rule.vjp(np.ones_like(y), y, *args, **{**self.params, **params})

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


__all__ = [
    "UNKNOWN",
    "Array",
    "Kind",
    "Op",
    "Rule",
    "Rules",
    "Sample",
    "ShapeRule",
    "Unit",
    "shape_of",
]
