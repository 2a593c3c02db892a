"""Shaping: the same entries in another arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.program import Op, Rule, Sample


def untransposed(axes: Sequence[int] | None) -> tuple[int, ...] | None:
    """The order of axes that undoes ``axes``."""
    return (
        None if axes is None else tuple(int(position) for position in np.argsort(axes))
    )


def astype_forward(x: Any, dtype: str) -> Any:
    """``x`` as another element type."""
    return np.asarray(x).astype(dtype)


transpose = Op(
    np.transpose,
    shapes.transpose,
    (
        Rule(
            lambda dy, y, x, axes: np.transpose(dy, untransposed(axes)),
            "what was turned is turned back",
        ),
    ),
    params={"axes": None},
    spelling={
        "numpy": lambda site: "{0}.T" if site.params["axes"] is None else "{0}.transpose({axes})"
    },
    notation=r"{#1}^{\top}",
    samples=(
        Sample(((2, 3),)),
        Sample(((2, 3, 4),), {"axes": (1, 2, 0)}),
        Sample(((3,),)),
    ),
)
swapaxes = Op(
    np.swapaxes,
    lambda shape, axis1, axis2: np.swapaxes(np.empty(shape), axis1, axis2).shape,
    (
        Rule(
            lambda dy, y, x, axis1, axis2: np.swapaxes(dy, axis1, axis2),
            "what was turned is turned back",
        ),
    ),
    params={"axis1": None, "axis2": None},
    notation=r"{#1}^{\top}",
    samples=(Sample(((2, 3, 4),), {"axis1": -1, "axis2": -2}),),
)
reshape = Op(
    lambda x, shape: np.reshape(x, shape),
    shapes.reshape,
    (
        Rule(
            lambda dy, y, x, shape: np.reshape(dy, x.shape),
            "the entries go back to their places",
        ),
    ),
    name="reshape",
    params={"shape": None},
    met_as=(np.reshape,),
    spelling={"numpy": "{0}.reshape({shape})"},
    notation=r"\operatorname{reshape}(#1)",
    samples=(Sample(((2, 3),), {"shape": (3, 2)}), Sample(((2, 3),), {"shape": (-1,)})),
)
expand_dims = Op(
    np.expand_dims,
    shapes.expand,
    (
        Rule(
            lambda dy, y, x, axis: np.reshape(dy, x.shape),
            "the added axis goes away again",
        ),
    ),
    params={"axis": None},
    notation="#1",
    samples=(Sample(((2, 3),), {"axis": 1}), Sample(((3,),), {"axis": (0, 2)})),
)
broadcast_to = Op(
    np.broadcast_to,
    shapes.broadcast_to,
    (
        Rule(
            lambda dy, y, x, shape: dy,
            "each copy sends its gradient back, and they add up",
        ),
    ),
    params={"shape": None},
    notation="#1",
    samples=(Sample(((3,),), {"shape": (2, 3)}), Sample(((2, 1),), {"shape": (2, 3)})),
)
astype = Op(
    astype_forward,
    shapes.same,
    (
        Rule(
            lambda dy, y, x, dtype: dy.astype(x.dtype), "only the element type changes"
        ),
    ),
    name="astype",
    params={"dtype": None},
    spelling={"numpy": "{0}.astype(np.{dtype})"},
    notation="#1",
    samples=(Sample(((2, 3),), {"dtype": "float64"}),),
)
ones_like = Op(
    np.ones_like,
    shapes.same,
    (None,),
    notation="1",
    samples=(Sample(((2, 3),)),),
    says="1 at every place",
)
zeros_like = Op(
    np.zeros_like,
    shapes.same,
    (None,),
    notation="0",
    samples=(Sample(((2, 3),)),),
    says="0 at every place",
)
