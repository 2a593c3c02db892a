"""Softmax and its relatives: shares of a sum of exponentials, and the logarithm of that sum."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.exponential import logaddexp
from chainrule.ops.families import AXES, REDUCED, kept, quietly
from chainrule.ops.spelling import fixed, tf_reduction, torch_reduction
from chainrule.program import Op, Rule, Sample, Shape, ShapeError, Unit

ROWS = (
    Sample(((2, 3),), {"axis": -1}),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((3,),)),
    Sample(((2, 3, 2),), {"axis": 1}),
    Sample(((2, 3),), {"axis": None}),
    Sample(((0, 3),)),
    Sample(((4, 1),)),
)


def largest(x: Any, axis: Any) -> Any:
    """The largest entry of each row, by which exponents are shifted so that none overflows; of none, none."""
    if np.size(x):
        return np.max(x, axis=axis, keepdims=True)
    return np.max(x, axis=axis, keepdims=True, initial=-np.inf)


def softmax_forward(x: Any, axis: Any) -> Any:
    """eˣ over its sum along ``axis``, without overflow."""
    grown = np.exp(x - largest(x, axis))
    return grown / np.sum(grown, axis=axis, keepdims=True)


def logsumexp_forward(x: Any, axis: Any, keepdims: bool) -> Any:  # noqa: FBT001 - NumPy's own parameter
    """Log Σ eˣ along ``axis``, without overflow."""
    top = largest(x, axis)
    shifted = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return shifted if keepdims else np.squeeze(shifted, axis=axis)


def log_softmax_forward(x: Any, axis: Any) -> Any:
    """X - log Σ eˣ along ``axis``, without overflow and without a logarithm of 0."""
    shifted = x - largest(x, axis)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


softmax = Op(
    quietly(softmax_forward),
    shapes.along,
    (
        Rule(
            lambda dy, y, x, axis: y * (dy - np.sum(dy * y, axis=axis, keepdims=True)),
            "raising one entry raises its share and lowers all others: what counts is the gradient above its average, weighed by {y}",
        ),
    ),
    name="softmax",
    library_functions=("scipy.special.softmax",),
    params={"axis": -1},
    spelling={
        "numpy": fixed(
            "{result} = np.exp({0} - {0}.max(axis=<axis>, keepdims=True))\n"
            "{result} = {result} / {result}.sum(axis=<axis>, keepdims=True)"
        ),
        "torch": lambda site: (
            "torch.softmax({0}.reshape(-1), dim=0).reshape({0}.shape)"
            if site.params["axis"] is None
            else f"torch.softmax({{0}}, dim={site.params['axis']})"
        ),
        "tensorflow": lambda site: (
            "tf.exp({0} - tf.reduce_logsumexp({0}))"
            if site.params["axis"] is None
            else f"tf.nn.softmax({{0}}, axis={site.params['axis']})"
        ),
        "jax": fixed("jax.nn.softmax({0}, axis=<axis>)"),
    },
    kind="activation",
    range=(0, 1),
    unit=Unit("np.exp({z}) / np.sum(np.exp({z}), axis={axis}, keepdims=True)"),
    notation=r"\operatorname{softmax}(#1)",
    definition=lambda x, axis: np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True),
    forms=(
        lambda x, axis: np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True),
        lambda x, axis: np.exp(x) * np.sum(np.exp(x), axis=axis, keepdims=True) ** -1,
        lambda x, axis: np.exp(x) * (1 / np.sum(np.exp(x), axis=axis, keepdims=True)),
    ),
    samples=ROWS,
    stable="the largest entry is taken away first: the same shares, and no exponential overflows",
)
log_softmax = Op(
    quietly(log_softmax_forward),
    shapes.along,
    (
        Rule(
            lambda dy, y, x, axis: (
                dy - np.exp(y) * np.sum(dy, axis=axis, keepdims=True)
            ),
            "each entry raises itself and lowers all by its share, exp({y})",
        ),
    ),
    name="log_softmax",
    library_functions=("scipy.special.log_softmax",),
    params={"axis": -1},
    spelling={
        "numpy": fixed("{0} - np.logaddexp.reduce({0}, axis=<axis>, keepdims=True)"),
        "torch": lambda site: (
            "{0} - torch.logsumexp({0}.reshape(-1), dim=0)"
            if site.params["axis"] is None
            else f"torch.log_softmax({{0}}, dim={site.params['axis']})"
        ),
        "tensorflow": lambda site: (
            "{0} - tf.reduce_logsumexp({0})"
            if site.params["axis"] is None
            else f"tf.nn.log_softmax({{0}}, axis={site.params['axis']})"
        ),
        "jax": fixed("jax.nn.log_softmax({0}, axis=<axis>)"),
    },
    kind="activation",
    range=(-np.inf, 0),
    title="log-softmax",
    unit=Unit(
        "{z} - np.log(np.sum(np.exp({z}), axis={axis}, keepdims=True))",
        aliases=("logsoftmax",),
    ),
    notation=r"\log \operatorname{softmax}(#1)",
    definition=lambda x, axis: np.log(
        np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True)
    ),
    forms=(
        lambda x, axis: x - logsumexp(x, axis=axis, keepdims=True),
        lambda x, axis: (
            x
            - np.max(x, axis=axis, keepdims=True)
            - np.log(
                np.sum(
                    np.exp(x - np.max(x, axis=axis, keepdims=True)),
                    axis=axis,
                    keepdims=True,
                )
            )
        ),
    ),
    samples=ROWS,
    stable="the log-softmax in its stable form: no exponential overflows, no logarithm meets 0",
)
logsumexp: Op = Op(
    quietly(logsumexp_forward),
    shapes.reduce_some,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: (
                kept(dy, axis, keepdims) * np.exp(x - kept(y, axis, keepdims))
            ),
            "each entry moves {y} by its share of the sum of exponentials, its softmax",
        ),
    ),
    name="logsumexp",
    library_functions=("scipy.special.logsumexp",),
    params=AXES,
    spelling={
        "numpy": lambda site: (
            "np.logaddexp.reduce({0}, axis="
            + repr(site.params["axis"])
            + (", keepdims=True)" if site.params["keepdims"] else ")")
        ),
        "torch": lambda site: (
            torch_reduction("torch.logsumexp")(site)
            if site.params["axis"] is not None or site.params["keepdims"]
            else "torch.logsumexp({0}.reshape(-1), dim=0)"
        ),
        "tensorflow": tf_reduction("tf.reduce_logsumexp"),
        "jax": tf_reduction("jax.nn.logsumexp"),
    },
    kind="reduction",
    folds=logaddexp,
    notation=r"\log \sum_{#axis} e^{#1}",
    definition=lambda x, axis, keepdims: np.log(
        np.sum(np.exp(x), axis=axis, keepdims=keepdims)
    ),
    forms=(
        lambda x, axis, keepdims: np.log(
            np.sum(np.exp(x), axis=axis, keepdims=keepdims)
        ),
    ),
    samples=REDUCED,
    stable="the largest exponent is taken out first, so that no exponential overflows",
)


def weighted_logsumexp_forward(x: Any, w: Any, axis: Any, keepdims: bool) -> Any:  # noqa: FBT001 - NumPy's own parameter
    """Log Σ w eˣ along ``axis``: an exponent of weight 0 neither overflows nor shifts the others."""
    top = largest(np.where(w == 0, -np.inf, x), axis)
    top = np.where(top == -np.inf, 0, top)
    grown = np.where(w == 0, 0, w * np.exp(x - top))
    total = np.log(np.sum(grown, axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis=axis)


def pairs_to_reduce(x: Shape, w: Shape, *, axis: Any, keepdims: bool) -> Shape:
    """As ``reduce_some``, of exponents and a weight for each."""
    if x != w:
        message = f"exponents {x} and their weights {w} must have the same shape"
        raise ShapeError("E101", message, hint="np.broadcast_to makes them alike")
    return shapes.reduce_some(x, axis=axis, keepdims=keepdims)


weighted_logsumexp: Op = Op(
    quietly(weighted_logsumexp_forward),
    pairs_to_reduce,
    (
        Rule(
            lambda dy, y, x, w, axis, keepdims: (
                kept(dy, axis, keepdims)
                * np.where(w == 0, 0, w * np.exp(x - kept(y, axis, keepdims)))
            ),
            "each entry moves {y} by its share of the weighted sum of exponentials",
        ),
        Rule(
            lambda dy, y, x, w, axis, keepdims: (
                kept(dy, axis, keepdims) * np.exp(x - kept(y, axis, keepdims))
            ),
            "a weight counts as much as its exponential over the weighted sum",
        ),
    ),
    name="weighted_logsumexp",
    params=AXES,
    kind="reduction",
    notation=r"\log \sum_{#axis} #2 e^{#1}",
    definition=lambda x, w, axis, keepdims: np.log(
        np.sum(w * np.exp(x), axis=axis, keepdims=keepdims)
    ),
    forms=(
        lambda x, w, axis, keepdims: np.log(
            np.sum(w * np.exp(x), axis=axis, keepdims=keepdims)
        ),
    ),
    samples=tuple(
        replace(sample, shapes=sample.shapes * 2, domain=(0.3, 2.0))
        for sample in REDUCED
    ),
    stable="the largest exponent that counts is taken out first, so that no exponential overflows",
)
