"""How far entries lie from their middle or from zero: variance, standard deviation, norm."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.arithmetic import or_one
from chainrule.ops.families import AXES, REDUCED, count, kept, stays
from chainrule.ops.spelling import Site, axes_listed, tf_reduction, torch_reduction
from chainrule.program import Op, Rule, Sample


def deviation(x: Any, axis: Any) -> Any:
    """How far each entry is from the mean."""
    return x - np.mean(x, axis=axis, keepdims=stays(axis))


def divisor(x: Any, axis: Any, ddof: Any) -> Any:
    """What a variance divides by."""
    return count(x, axis) - ddof if ddof else count(x, axis)


SPREAD = (
    *(sample for sample in REDUCED if sample.shapes != ((),)),
    Sample(((4, 2),), {"axis": 0, "ddof": 1}),
    Sample(((2, 3),), {"ddof": 1, "keepdims": True}),
)


def _torch_spread(function: str) -> Any:
    """A variance or deviation in PyTorch, which calls ``ddof`` the correction."""

    def template(site: Site) -> str:
        call = torch_reduction(function)(site)
        return call.removesuffix(")") + f", correction={site.params['ddof']})"

    return template


def _tf_spread(root: str) -> Any:
    """A variance or deviation in TensorFlow, which knows no ``ddof``."""

    def template(site: Site) -> str:
        function = "tf.math.reduce_std" if root else "tf.math.reduce_variance"
        call = tf_reduction(function)(site)
        ddof = site.params["ddof"]
        if not ddof:
            return call
        lengths = [
            f"{{0}}.shape[{axis}]" for axis in axes_listed(site, site.params["axis"])
        ]
        n = " * ".join(lengths)
        return f"{call} * ({n} / ({n} - {ddof})){' ** 0.5' if root else ''}"

    return template


var = Op(
    np.var,
    shapes.reduce_spread,
    (
        Rule(
            lambda dy, y, x, axis, keepdims, ddof: (
                kept(dy, axis, keepdims)
                * 2
                * deviation(x, axis)
                / divisor(x, axis, ddof)
            ),
            "the variance grows with each entry by twice its distance from the mean, over their count",
        ),
    ),
    params={**AXES, "ddof": 0},
    spelling={
        "torch": _torch_spread("torch.var"),
        "tensorflow": _tf_spread(""),
    },
    kind="reduction",
    range=(0, np.inf),
    notation=r"\operatorname{var}_{#axis}(#1)",
    definition=lambda x, axis, keepdims, ddof: (
        np.sum(deviation(x, axis) ** 2, axis=axis, keepdims=keepdims)
        / divisor(x, axis, ddof)
    ),
    forms=(
        lambda x, axis, keepdims: np.mean(
            (x - np.mean(x, axis=axis, keepdims=True)) ** 2,
            axis=axis,
            keepdims=keepdims,
        ),
    ),
    samples=SPREAD,
)
std = Op(
    np.std,
    shapes.reduce_spread,
    (
        Rule(
            lambda dy, y, x, axis, keepdims, ddof: (
                kept(dy / or_one(y), axis, keepdims)
                * deviation(x, axis)
                / divisor(x, axis, ddof)
            ),
            "the deviation grows with each entry by its distance from the mean, measured in deviations, over their count",
        ),
    ),
    params={**AXES, "ddof": 0},
    spelling={
        "torch": _torch_spread("torch.std"),
        "tensorflow": _tf_spread("root"),
    },
    kind="reduction",
    range=(0, np.inf),
    notation=r"\operatorname{std}_{#axis}(#1)",
    definition=lambda x, axis, keepdims, ddof: np.sqrt(
        np.sum(deviation(x, axis) ** 2, axis=axis, keepdims=keepdims)
        / divisor(x, axis, ddof)
    ),
    forms=(lambda x, axis, keepdims: np.sqrt(np.var(x, axis=axis, keepdims=keepdims)),),
    samples=SPREAD,
    caution="where all entries are equal its slope is taken as 0",
)


def length(x: Any, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: FBT001, FBT002 - NumPy's own parameters
    """The Euclidean length, also where the squares of the entries leave the floats.

    >>> float(length(np.array([3e-200, 4e-200])))
    5e-200
    """
    with np.errstate(all="ignore"):
        plain = np.linalg.norm(x, axis=axis, keepdims=keepdims)
        if np.size(x) == 0 or np.all((plain > SQUARABLE) & (plain < 1 / SQUARABLE)):
            return plain
        # by a power of two, so that no digit changes
        _, exponent = np.frexp(np.max(np.abs(x)))
        near_one = np.ldexp(x, -exponent)
        return np.ldexp(np.linalg.norm(near_one, axis=axis, keepdims=keepdims), exponent)  # fmt: skip


SQUARABLE = 1e-140
"""Squares of shorter vectors, and of those longer than its reciprocal, are not trusted."""

norm = Op(
    length,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: kept(dy / or_one(y), axis, keepdims) * x,
            "the length of {x} grows along {x}, by each entry's share of it",
        ),
    ),
    name="norm",
    params=AXES,
    numpy_functions=(np.linalg.norm,),
    spelling={
        "numpy": lambda site: _numpy_norm(site),
        "torch": torch_reduction("torch.linalg.vector_norm"),
        "tensorflow": tf_reduction("tf.norm"),
    },
    kind="reduction",
    range=(0, np.inf),
    notation=r"\lVert #1 \rVert_{#axis}",
    definition=lambda x, axis, keepdims: np.sqrt(
        np.sum(x**2, axis=axis, keepdims=keepdims)
    ),
    forms=(
        lambda x, axis, keepdims: np.sqrt(np.sum(x**2, axis=axis, keepdims=keepdims)),
        lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims)),
    ),
    samples=(*REDUCED, Sample(((0, 3),)), Sample(((2, 3, 2),))),
    caution="at 0 its slope is taken as 0",
)


def _numpy_norm(site: Site) -> str:
    """NumPy's norm, which counts its arguments differently."""
    words = ["{0}"]
    if site.params["axis"] is not None:
        words.append("axis={axis}")
    if site.params["keepdims"]:
        words.append("keepdims=True")
    return f"np.linalg.norm({', '.join(words)})"
