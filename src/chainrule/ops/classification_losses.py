"""Losses of classes, sample by sample: one number for each row of probabilities or logits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.creation import one_hot
from chainrule.ops.families import quietly
from chainrule.ops.softmaxes import log_softmax, logsumexp, softmax
from chainrule.ops.spelling import Site, ndim
from chainrule.program import Op, Rule, Sample, Shape, ShapeError

CLASSES = {"axis": -1}


def rows(low: float, high: float) -> tuple[Sample, ...]:
    """Predictions and targets of the same shape, classes along one axis."""
    return (
        Sample(((2, 3), (2, 3)), {"axis": -1}, (low, high)),
        Sample(((3, 2), (3, 2)), {"axis": 0}, (low, high)),
        Sample(((3,), (3,)), {}, (low, high)),
        Sample(((2, 3, 2), (2, 3, 2)), {"axis": 1}, (low, high)),
        Sample(((0, 3), (0, 3)), {}, (low, high)),
    )


def labelled(low: float, high: float) -> tuple[Sample, ...]:
    """Predictions, and a whole number for the true class of each sample."""
    return (
        Sample(((2, 3), (2,)), {"axis": -1}, (low, high), integers={1: 3}),
        Sample(((3, 2), (2,)), {"axis": 0}, (low, high), integers={1: 3}),
        Sample(((3,), ()), {}, (low, high), integers={1: 3}),
        Sample(((2, 3, 2), (2, 2)), {"axis": 1}, (low, high), integers={1: 3}),
        Sample(((0, 3), (0,)), {}, (low, high), integers={1: 3}),
    )


def same_rows(p: Shape, t: Shape, *, axis: int) -> Shape:
    """One number a sample; predictions and targets have one shape, or F01 would broadcast them."""
    if p != t:
        message = f"predictions {p} and targets {t} must have the same shape"
        raise ShapeError(
            "E101", message, hint="whole-number labels go to the sparse form"
        )
    return shapes.reduce(p, axis=axis)


def label_rows(p: Shape, labels: Shape, *, axis: int) -> Shape:
    """One number a sample, and one label a sample."""
    samples = shapes.reduce(p, axis=axis)
    if samples != labels:
        message = (
            f"predictions {p} are of samples {samples}, and the labels are {labels}"
        )
        raise ShapeError("E101", message, hint="one whole number for each sample")
    return samples


def marked(labels: Any, p: Any, axis: int) -> Any:
    """1 at the true class, 0 elsewhere, in the shape and type of the predictions."""
    return one_hot(labels, n=p.shape[axis], axis=axis, dtype=p.dtype.name)


def entry_of_class(p: Any, labels: Any, axis: int) -> Any:
    """Each sample's entry for its true class."""
    places = np.expand_dims(labels, axis)
    return np.squeeze(np.take_along_axis(p, places, axis=axis), axis=axis)


def _picked(
    in_rows: str, along: str, in_columns: str | None = None
) -> Callable[[Site], str]:
    """The entries of rows and of columns of classes, which read best, and along any other axis."""

    def template(site: Site) -> str:
        if ndim(site) != 2:
            return along
        rows = site.params["axis"] in (-1, 1)
        return in_rows if rows else in_columns or along

    return template


picked = Op(
    entry_of_class,
    label_rows,
    (
        Rule(
            lambda dy, y, p, labels, axis: (
                np.expand_dims(dy, axis) * marked(labels, p, axis)
            ),
            "only the true class was read",
        ),
        None,
    ),
    name="picked",
    params=CLASSES,
    spelling={
        "numpy": _picked(
            "{0}[np.arange({1}.size), {1}]",
            "np.take_along_axis({0}, np.expand_dims({1}, {axis}), {axis}).squeeze({axis})",
            "{0}[{1}, np.arange({1}.size)]",
        ),
        "torch": _picked(
            "{0}[torch.arange({1}.numel()), {1}]",
            "torch.take_along_dim({0}, {1}.unsqueeze({axis}), {axis}).squeeze({axis})",
            "{0}[{1}, torch.arange({1}.numel())]",
        ),
        "tensorflow": _picked(
            "tf.gather({0}, {1}, batch_dims=1)",
            "tf.squeeze(tf.experimental.numpy.take_along_axis({0}, tf.expand_dims({1}, {axis}), {axis}), {axis})",
        ),
    },
    kind="indexing",
    notation="#1[#2]",
    samples=labelled(-2.0, 2.0),
)


def loss(
    forward: Callable[..., Any], shape: Any, *rules: Rule | None, **facts: Any
) -> Op:
    """A loss of classes, which languages write as ``forward`` does."""
    named = {
        "kind": "loss",
        "label": "cross-entropy",
        "result_name": ("losses", "losses"),
        "params": CLASSES,
    }
    return Op(quietly(forward), shape, rules, **{**named, **facts})


SURE = "a probability of exactly 0 has no finite slope: start from logits"
STABLE = "from the logits themselves: no exponential overflows, no logarithm meets 0"
LINEAR = "the loss is linear in the target"


def cross_entropies(p: Any, t: Any, axis: int) -> Any:
    """Minus the logarithms of the shares that the true classes get."""
    return -np.sum(t * np.log(p), axis=axis)


categorical_cross_entropy = loss(
    cross_entropies,
    same_rows,
    Rule(
        lambda dy, y, p, t, axis: -np.expand_dims(dy, axis) * t / p,
        "only the true classes count: more {p} there costs less, by {t}/{p}",
    ),
    Rule(lambda dy, y, p, t, axis: -np.expand_dims(dy, axis) * np.log(p), LINEAR),
    name="categorical_cross_entropy",
    title="categorical cross-entropy",
    notation=r"-\sum_{k} #2 \log(#1)",
    definition=cross_entropies,
    forms=(cross_entropies,),
    caution=SURE,
    samples=rows(0.1, 0.9),
)
categorical_cross_entropy_with_logits = loss(
    lambda z, t, axis: -np.sum(t * log_softmax(z, axis=axis), axis=axis),
    same_rows,
    Rule(
        lambda dy, y, z, t, axis: (
            np.expand_dims(dy, axis)
            * (softmax(z, axis=axis) * np.sum(t, axis=axis, keepdims=True) - t)
        ),
        "the slopes of the softmax and of the logarithm cancel; the error softmax({z}) - {t} is left",
    ),
    Rule(
        lambda dy, y, z, t, axis: -np.expand_dims(dy, axis) * log_softmax(z, axis=axis),
        LINEAR,
    ),
    name="categorical_cross_entropy_with_logits",
    notation=r"-\sum_{k} #2 \log \operatorname{softmax}(#1)",
    definition=lambda z, t, axis: (
        -np.sum(
            t * np.log(np.exp(z) / np.sum(np.exp(z), axis=axis, keepdims=True)),
            axis=axis,
        )
    ),
    forms=(lambda z, t, axis: -np.sum(t * log_softmax(z, axis=axis), axis=axis),),
    samples=rows(-2.0, 2.0),
    stable=STABLE,
)
nll = loss(
    lambda log_p, labels, axis: -picked(log_p, labels, axis=axis),
    label_rows,
    Rule(
        lambda dy, y, log_p, labels, axis: (
            -np.expand_dims(dy, axis) * marked(labels, log_p, axis)
        ),
        "only the true class was read, with a minus",
    ),
    None,
    name="nll",
    notation="-#1[#2]",
    samples=labelled(-2.0, 2.0),
)
sparse_categorical_cross_entropy = loss(
    lambda p, labels, axis: -np.log(picked(p, labels, axis=axis)),
    label_rows,
    Rule(
        lambda dy, y, p, labels, axis: (
            -np.expand_dims(dy, axis)
            * marked(labels, p, axis)
            / np.take_along_axis(p, np.expand_dims(labels, axis), axis=axis)
        ),
        "only the true class counts: more {p} there costs less, by one over it",
    ),
    None,
    name="sparse_categorical_cross_entropy",
    notation=r"-\log(#1[#2])",
    caution=SURE,
    samples=labelled(0.1, 0.9),
)
sparse_categorical_cross_entropy_with_logits = loss(
    lambda z, labels, axis: logsumexp(z, axis=axis) - picked(z, labels, axis=axis),
    label_rows,
    Rule(
        lambda dy, y, z, labels, axis: (
            np.expand_dims(dy, axis) * (softmax(z, axis=axis) - marked(labels, z, axis))
        ),
        "the slopes of the softmax and of the logarithm cancel; the softmax is left, less 1 at the true class",
    ),
    None,
    name="sparse_categorical_cross_entropy_with_logits",
    notation=r"-\log(\operatorname{softmax}(#1)[#2])",
    forms=(lambda z, labels, axis: nll(log_softmax(z, axis=axis), labels, axis=axis),),
    samples=labelled(-2.0, 2.0),
    stable=STABLE,
)
