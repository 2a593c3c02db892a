"""A function called on its arguments: what is differentiated by, and how results are arranged as that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.transforms import following
from chainrule.transforms.structure import (
    TRACED,
    Builder,
    builder,
    leaves_of,
    put_together,
)
from chainrule.transforms.variant import as_leaf


@dataclass(frozen=True, slots=True, eq=False)
class Called:
    """A function called on its arguments.

    ``apply(extra)`` gives its values, in the structure in which it gave them, and what was derived, in the order of
    the floats in ``structures``, which are the arguments that are differentiated by. ``builders`` arrange what was
    derived as those arguments are.
    """

    apply: following.Apply
    structures: tuple[Any, ...]
    builders: tuple[Builder, ...]

    def floats(self) -> list[Any]:
        """The numbers that are differentiated by, in order."""
        found = (leaf for one in self.structures for leaf in leaves_of(one))
        return [leaf for leaf in found if is_float(leaf)]

    def in_structure(self, results: Sequence[Any]) -> list[Any]:
        """For each argument its results, arranged as it is; None where it holds no float."""
        ahead = iter(results)
        return [build(ahead) for build in self.builders]

    def blocks(self, results: Sequence[Any]) -> list[Any]:
        """The same for results that are not shaped as the argument."""
        ahead = iter(results)
        return [
            put_together(
                one, lambda leaf: next(ahead) if is_float(leaf) else None, None, TRACED
            )
            for one in self.structures
        ]

    @staticmethod
    def like_values(value: Any, found: Sequence[Any]) -> Any:
        """What was found for every value, in the structure of the values."""
        ahead = iter(found)
        return put_together(value, lambda _: next(ahead), leaves=TRACED)


def is_float(leaf: Any) -> bool:
    """Whether a leaf has a slope."""
    return isinstance(leaf, float) or leaf.dtype.kind == "f"


def builders_of(structures: Sequence[Any]) -> tuple[Builder, ...]:
    """How results are arranged as each of the arguments."""
    return tuple(builder(one, _result) for one in structures)


def _result(leaf: Any) -> Builder:
    """How the gradient of a leaf is taken: as what the leaf is."""
    if not is_float(leaf):
        return _none
    if isinstance(leaf, np.ndarray) and leaf.ndim:
        return next
    return lambda ahead: as_leaf(leaf, next(ahead))


def _none(_: Any) -> None:
    return None
