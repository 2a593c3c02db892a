"""Reductions: many entries become one."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import AXES, REDUCED, count, kept, spread
from chainrule.ops.making import eye
from chainrule.ops.spelling import Site, axes_listed, tf_reduction, torch_reduction
from chainrule.program import Op, Rule, Sample, Value

sum = Op(
    np.sum,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: spread(dy, x, axis, keepdims),
            "each entry of {x} enters its sum once, so each gets that sum's gradient",
        ),
    ),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.sum"),
        "tensorflow": tf_reduction("tf.reduce_sum"),
    },
    notation=r"\sum_{#axis} #1",
    samples=(*REDUCED, Sample(((0, 3),))),
)
mean = Op(
    np.mean,
    shapes.reduce_some,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: spread(
                dy / count(x, axis), x, axis, keepdims
            ),
            "each entry of {x} moves the mean by its share, one part in their count",
        ),
    ),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.mean"),
        "tensorflow": tf_reduction("tf.reduce_mean"),
    },
    notation=r"\operatorname{mean}_{#axis}(#1)",
    definition=lambda x, axis, keepdims: (
        np.sum(x, axis=axis, keepdims=keepdims) / count(x, axis)
    ),
    forms=(
        lambda x, axis, keepdims: (
            np.sum(x, axis=axis, keepdims=keepdims) / count(x, axis)
        ),
    ),
    samples=REDUCED,
)


def deviation(x: Any, axis: Any) -> Any:
    """How far each entry is from the mean."""
    return x - np.mean(x, axis=axis, keepdims=axis is not None)


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
                kept(dy / np.where(y > 0, y, 1), axis, keepdims)
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
    notation=r"\operatorname{std}_{#axis}(#1)",
    definition=lambda x, axis, keepdims, ddof: np.sqrt(
        np.sum(deviation(x, axis) ** 2, axis=axis, keepdims=keepdims)
        / divisor(x, axis, ddof)
    ),
    forms=(lambda x, axis, keepdims: np.sqrt(np.var(x, axis=axis, keepdims=keepdims)),),
    samples=SPREAD,
    caution="where all entries are equal its slope is taken as 0",
)
norm = Op(
    np.linalg.norm,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: (
                kept(dy / np.where(y > 0, y, 1), axis, keepdims) * x
            ),
            "the length of {x} grows along {x}, by each entry's share of it",
        ),
    ),
    params=AXES,
    met_as=(np.linalg.norm,),
    spelling={
        "numpy": lambda site: _numpy_norm(site),
        "torch": torch_reduction("torch.linalg.vector_norm"),
        "tensorflow": tf_reduction("tf.norm"),
    },
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


def pull_largest(dy: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:  # noqa: FBT001 - NumPy's own parameter
    """The gradient at the entries that are the largest (or smallest), in equal shares."""
    chosen = (x == kept(y, axis, keepdims)).astype(x.dtype)
    ties = np.sum(chosen, axis=axis, keepdims=axis is not None)
    return kept(dy, axis, keepdims) * chosen / ties


max = Op(
    np.max,
    shapes.reduce_some,
    (
        Rule(
            pull_largest,
            "only the largest entry moves {y}, so it gets the whole gradient",
        ),
    ),
    name="max",
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.amax"),
        "tensorflow": tf_reduction("tf.reduce_max"),
    },
    notation=r"\max_{#axis} #1",
    caution="equal largest entries share the gradient equally",
    samples=REDUCED,
    analytic=False,
)
min = Op(
    np.min,
    shapes.reduce_some,
    (
        Rule(
            pull_largest,
            "only the smallest entry moves {y}, so it gets the whole gradient",
        ),
    ),
    name="min",
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.amin"),
        "tensorflow": tf_reduction("tf.reduce_min"),
    },
    notation=r"\min_{#axis} #1",
    caution="equal smallest entries share the gradient equally",
    samples=REDUCED,
    analytic=False,
)


def others(x: Any, axis: Any) -> Any:
    """At each entry, the product of all the other entries along ``axis``; right where entries are 0, too.

    One axis is laid out as a square with ones on its diagonal, and each row multiplied: n² products for n
    entries, and no division.
    """
    axes = shapes.axes_of(axis, x.ndim)
    if axes == (x.ndim - 1,):
        square = np.where(eye(n=x.shape[-1], dtype="bool"), 1, np.expand_dims(x, -2))
        return np.prod(square, axis=-1)
    rest = tuple(one for one in range(x.ndim) if one not in axes)
    last = np.transpose(x, (*rest, *axes))
    flat = np.reshape(last, (*(x.shape[one] for one in rest), count(x, axes)))
    back = tuple(int(place) for place in np.argsort((*rest, *axes)))
    return np.transpose(np.reshape(others(flat, -1), last.shape), back)


prod = Op(
    np.prod,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: (
                kept(dy, axis, keepdims) * others(x, axis) if x.ndim else dy
            ),
            "in a product, the slope in each factor is the product of the others",
        ),
    ),
    params=AXES,
    spelling={
        "torch": lambda site: _torch_product(site),
        "tensorflow": tf_reduction("tf.reduce_prod"),
    },
    notation=r"\prod_{#axis} #1",
    samples=(
        *REDUCED,
        Sample(((0, 3),)),
        Sample(((4,),)),
    ),
)


def _torch_product(site: Site) -> str:
    """A product in PyTorch, which takes one axis at a time."""
    text = "{0}"
    keep = ", keepdim=True" if site.params["keepdims"] else ""
    if site.params["axis"] is None and not keep:
        return "torch.prod({0})"
    for axis in sorted(axes_listed(site, site.params["axis"]), reverse=True):
        text = f"torch.prod({text}, dim={axis}{keep})"
    return text


def cumsum_back(dy: Any, y: Any, x: Any, axis: int | None) -> Any:
    """Each entry is in every sum from its own on, so the gradients are summed from the end."""
    summed = np.flip(np.cumsum(np.flip(dy, axis), axis=axis or 0), axis)
    return np.reshape(summed, x.shape) if axis is None else summed


cumsum = Op(
    np.cumsum,
    lambda shape, axis: (
        (shapes.size(shape),) if axis is None else shapes.along(shape, axis=axis)
    ),
    (
        Rule(
            cumsum_back,
            "each entry of {x} is in every sum from its own on, so their gradients are summed from the end",
        ),
    ),
    params={"axis": None},
    spelling={
        "torch": lambda site: (
            "torch.cumsum({0}.reshape(-1), dim=0)"
            if site.params["axis"] is None
            else "torch.cumsum({0}, dim={axis})"
        ),
        "tensorflow": lambda site: (
            "tf.cumsum(tf.reshape({0}, (-1,)))"
            if site.params["axis"] is None
            else "tf.cumsum({0}, axis={axis})"
        ),
    },
    notation=r"\operatorname{cumsum}_{#axis}(#1)",
    samples=(
        Sample(((2, 3),), {"axis": 0}),
        Sample(((2, 3),), {"axis": -1}),
        Sample(((2, 3),)),
        Sample(((3,),)),
        Sample(((0, 2),), {"axis": 0}),
    ),
)


def _tf_truth(function: str) -> Any:
    """A question about truths, which TensorFlow does not take numbers for."""

    def template(site: Site) -> str:
        arg = site.args[0]
        call = tf_reduction(function)(site)
        plain = isinstance(arg, Value) and arg.dtype.kind == "b"
        return call if plain else call.replace("{0}", "tf.cast({0}, tf.bool)")

    return template


any = Op(
    np.any,
    shapes.reduce,
    (None,),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.any"),
        "tensorflow": _tf_truth("tf.reduce_any"),
    },
    notation=r"\operatorname{any}_{#axis}(#1)",
    samples=(Sample(((2, 3),), {"axis": 0}, integers={0: 2}),),
)
all = Op(
    np.all,
    shapes.reduce,
    (None,),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.all"),
        "tensorflow": _tf_truth("tf.reduce_all"),
    },
    notation=r"\operatorname{all}_{#axis}(#1)",
    samples=(Sample(((2, 3),), {"axis": 0}, integers={0: 2}),),
)
