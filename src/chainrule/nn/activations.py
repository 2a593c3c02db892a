"""Activations as a user writes them in NumPy: the text, what it gives, and how weights before it start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from chainrule import ops
from chainrule.nn.names import find
from chainrule.program import Op, Unit

Range = Literal["real", "unit", "probabilities", "positive", "log-probabilities"]
"""What a unit gives: any real number, one inside (0, 1), shares that add up to 1, one above 0, logs of shares."""


@dataclass(frozen=True, slots=True)
class ActivationOp:
    """An op of the catalogue as an activation: how it is written, and what the layers around it need to know."""

    op: Op
    unit: Unit

    @property
    def name(self) -> str:
        """What it is called."""
        return self.op.name

    @property
    def start(self) -> str:
        """The initialiser of the weights before it."""
        return self.unit.start

    @property
    def slope(self) -> float | None:
        """The start of a learned parameter; None for an activation that learns nothing."""
        return self.unit.learned

    @property
    def gives(self) -> Range:
        """What its units give; an analytic function stays inside the bounds of its range."""
        low, high = self.op.range
        if not self.op.elementwise:
            return "probabilities" if low == 0 else "log-probabilities"
        if low != 0 or not self.op.analytic:
            return "real"
        return "unit" if high == 1 else "positive"

    def written(self, z: str, axis: int, a: str = "") -> str:
        """The expression, with its names filled in.

        >>> ACTIVATIONS["relu"].written("z1", axis=1)
        'np.maximum(0, z1)'
        """
        own = self.op.spelling.get("numpy")
        usual = own.replace("{0}", "{z}") if isinstance(own, str) else ""
        function = self.name if self.op.ufunc is None else f"np.{self.name}"
        text = self.unit.text or usual or f"{function}({{z}})"
        return text.format(z=z, axis=axis, a=a)


class Activations(Mapping[str, ActivationOp]):
    """The activations of the catalogue, and of the families registered since."""

    def __getitem__(self, name: str) -> ActivationOp:
        op = ops.CATALOGUE[name]
        if op.unit is None:
            raise KeyError(name)
        return ActivationOp(op, op.unit)

    def __iter__(self) -> Iterator[str]:
        return (name for name, op in ops.CATALOGUE.items() if op.unit is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


ACTIVATIONS = Activations()


def activation(name: str) -> ActivationOp:
    """The activation of that name.

    >>> activation("Swish").name
    'silu'
    """
    if name in ACTIVATIONS:
        # a search asks for it thousands of times
        return ACTIVATIONS[name]
    elsewhere = {
        alias: one.name for one in ACTIVATIONS.values() for alias in one.unit.aliases
    }
    return find("activation", name, ACTIVATIONS, elsewhere)
