"""Losses of classes, sample by sample: one number for each row of probabilities or logits."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.creation import one_hot
from chainrule.ops.families import quietly
from chainrule.ops.softmaxes import log_softmax, softmax
from chainrule.ops.spelling import Site, Spelling, fixed, ndim
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


def picked(p: Any, labels: Any, axis: int) -> Any:
    """Each sample's entry for its true class, with the axis of classes kept."""
    return np.take_along_axis(p, np.expand_dims(labels, axis), axis=axis)


def marked(labels: Any, p: Any, axis: int) -> Any:
    """1 at the true class, 0 elsewhere, in the shape and type of the predictions."""
    return one_hot(labels, n=p.shape[axis], axis=axis, dtype=p.dtype.name)


PICKING = {
    "np": (
        "{0}[np.arange({1}.size), {1}]",
        "np.take_along_axis({0}, np.expand_dims({1}, <axis>), <axis>).squeeze(<axis>)",
    ),
    "jnp": (
        "{0}[jnp.arange({1}.size), {1}]",
        "jnp.take_along_axis({0}, jnp.expand_dims({1}, <axis>), <axis>).squeeze(<axis>)",
    ),
    "torch": (
        "{0}[torch.arange({1}.numel()), {1}]",
        "torch.take_along_dim({0}, {1}.unsqueeze(<axis>), <axis>).squeeze(<axis>)",
    ),
    "tf": (
        "tf.gather({0}, {1}, batch_dims=1)",
        "tf.squeeze(tf.experimental.numpy.take_along_axis({0}, tf.expand_dims({1}, <axis>), <axis>), <axis>)",
    ),
}
"""How each framework takes the entry of the true class: from rows of classes, and along any axis."""


def pick(module: str, frame: str) -> Spelling:
    """``frame`` around the entries of the true classes."""

    def template(site: Site) -> str:
        axis = site.params["axis"]
        in_rows = ndim(site) == 2 and axis in (-1, 1)
        picked = PICKING[module][0 if in_rows else 1]
        return frame.replace("<picked>", picked).replace("<axis>", str(axis))

    return template


categorical_cross_entropy = Op(
    lambda p, t, axis: -np.sum(t * np.log(p), axis=axis),
    same_rows,
    (
        Rule(
            lambda dy, y, p, t, axis: -np.expand_dims(dy, axis) * t / p,
            "only the true classes count: more {p} there costs less, by {t}/{p}",
        ),
        Rule(
            lambda dy, y, p, t, axis: -np.expand_dims(dy, axis) * np.log(p),
            "the loss is linear in the target",
        ),
    ),
    name="categorical_cross_entropy",
    params=CLASSES,
    spelling={
        "numpy": fixed("-np.sum({1} * np.log({0}), axis=<axis>)"),
        "torch": fixed("-torch.sum({1} * torch.log({0}), dim=<axis>)"),
        "tensorflow": fixed("-tf.reduce_sum({1} * tf.math.log({0}), axis=<axis>)"),
    },
    title="categorical cross-entropy",
    kind="loss",
    result_name=("losses", "losses"),
    label="cross-entropy",
    notation=r"-\sum_{k} #2 \log(#1)",
    definition=lambda p, t, axis: -np.sum(t * np.log(p), axis=axis),
    forms=(lambda p, t, axis: -np.sum(t * np.log(p), axis=axis),),
    caution="a probability of exactly 0 has no finite slope, and nothing is clamped: start from logits",
    samples=rows(0.1, 0.9),
)
categorical_cross_entropy_with_logits = Op(
    quietly(
        lambda z, t, axis: -np.sum(t * log_softmax(z, axis=axis), axis=axis),
    ),
    same_rows,
    (
        Rule(
            lambda dy, y, z, t, axis: (
                np.expand_dims(dy, axis)
                * (softmax(z, axis=axis) * np.sum(t, axis=axis, keepdims=True) - t)
            ),
            "the slopes of the softmax and of the logarithm cancel; the error softmax({z}) - {t} is left",
        ),
        Rule(
            lambda dy, y, z, t, axis: (
                -np.expand_dims(dy, axis) * log_softmax(z, axis=axis)
            ),
            "the loss is linear in the target",
        ),
    ),
    name="categorical_cross_entropy_with_logits",
    params=CLASSES,
    spelling={
        "numpy": fixed(
            "-np.sum({1} * ({0} - np.logaddexp.reduce({0}, axis=<axis>, keepdims=True)), axis=<axis>)"
        ),
        "torch": fixed(
            "-torch.sum({1} * torch.log_softmax({0}, dim=<axis>), dim=<axis>)"
        ),
        "tensorflow": fixed(
            "-tf.reduce_sum({1} * tf.nn.log_softmax({0}, axis=<axis>), axis=<axis>)"
        ),
        "jax": fixed(
            "-jnp.sum({1} * jax.nn.log_softmax({0}, axis=<axis>), axis=<axis>)"
        ),
    },
    kind="loss",
    result_name=("losses", "losses"),
    label="cross-entropy",
    notation=r"-\sum_{k} #2 \log \operatorname{softmax}(#1)",
    definition=lambda z, t, axis: (
        -np.sum(
            t * np.log(np.exp(z) / np.sum(np.exp(z), axis=axis, keepdims=True)),
            axis=axis,
        )
    ),
    forms=(
        lambda z, t, axis: -np.sum(t * log_softmax(z, axis=axis), axis=axis),
        lambda z, t, axis: -(t * log_softmax(z, axis=axis)).sum(axis=axis),
    ),
    samples=rows(-2.0, 2.0),
    stable="from the logits themselves: no exponential overflows, no logarithm meets 0",
)
nll = Op(
    lambda log_p, labels, axis: -np.squeeze(picked(log_p, labels, axis), axis=axis),
    label_rows,
    (
        Rule(
            lambda dy, y, log_p, labels, axis: (
                -np.expand_dims(dy, axis) * marked(labels, log_p, axis)
            ),
            "only the true class was read, with a minus",
        ),
        None,
    ),
    name="nll",
    params=CLASSES,
    spelling={
        "numpy": pick("np", "-<picked>"),
        "torch": pick("torch", "-<picked>"),
        "tensorflow": pick("tf", "-<picked>"),
    },
    kind="loss",
    result_name=("losses", "losses"),
    notation="-#1[#2]",
    samples=labelled(-2.0, 2.0),
)
sparse_categorical_cross_entropy = Op(
    lambda p, labels, axis: -np.log(np.squeeze(picked(p, labels, axis), axis=axis)),
    label_rows,
    (
        Rule(
            lambda dy, y, p, labels, axis: (
                -np.expand_dims(dy, axis)
                * marked(labels, p, axis)
                / picked(p, labels, axis)
            ),
            "only the true class counts: more {p} there costs less, by one over it",
        ),
        None,
    ),
    name="sparse_categorical_cross_entropy",
    params=CLASSES,
    spelling={
        "numpy": pick("np", "-np.log(<picked>)"),
        "torch": pick("torch", "-torch.log(<picked>)"),
        "tensorflow": pick("tf", "-tf.math.log(<picked>)"),
    },
    kind="loss",
    result_name=("losses", "losses"),
    label="cross-entropy",
    notation=r"-\log(#1[#2])",
    caution="a probability of exactly 0 has no finite slope, and nothing is clamped: start from logits",
    samples=labelled(0.1, 0.9),
)
sparse_categorical_cross_entropy_with_logits = Op(
    quietly(
        lambda z, labels, axis: (
            -np.squeeze(picked(log_softmax(z, axis=axis), labels, axis), axis=axis)
        ),
    ),
    label_rows,
    (
        Rule(
            lambda dy, y, z, labels, axis: (
                np.expand_dims(dy, axis)
                * (softmax(z, axis=axis) - marked(labels, z, axis))
            ),
            "the slopes of the softmax and of the logarithm cancel; the softmax is left, less 1 at the true class",
        ),
        None,
    ),
    name="sparse_categorical_cross_entropy_with_logits",
    params=CLASSES,
    spelling={
        "numpy": pick("np", "np.logaddexp.reduce({0}, axis=<axis>) - <picked>"),
        "torch": pick("torch", "torch.logsumexp({0}, dim=<axis>) - <picked>"),
        "tensorflow": pick("tf", "tf.reduce_logsumexp({0}, axis=<axis>) - <picked>"),
        "jax": pick("jnp", "jax.nn.logsumexp({0}, axis=<axis>) - <picked>"),
    },
    kind="loss",
    result_name=("losses", "losses"),
    label="cross-entropy",
    notation=r"-\log(\operatorname{softmax}(#1)[#2])",
    forms=(lambda z, labels, axis: nll(log_softmax(z, axis=axis), labels, axis=axis),),
    samples=labelled(-2.0, 2.0),
    stable="from the logits themselves: no exponential overflows, no logarithm meets 0",
)
