"""The activations among the ops: what bends the lines between linear layers."""

from __future__ import annotations

from functools import cache

from chainrule import ops
from chainrule.program import Op

BENDING = frozenset({"activations", "smooth", "softmaxes"})
"""The families of the catalogue that hold activations."""


@cache
def bends() -> frozenset[Op]:
    """The activations: what bends the lines between linear layers."""
    families = [
        family
        for family in ops.FAMILIES
        if family.__name__.rpartition(".")[2] in BENDING
    ]
    return frozenset(
        {
            op
            for family in families
            for op in vars(family).values()
            if isinstance(op, Op)
        }
        | {ops.tanh}
    )
