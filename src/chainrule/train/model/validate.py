"""What a call asks of a network and its training, held against what can be: mistakes are told before anything runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np

from chainrule.nn import activation as activation_of
from chainrule.nn.constraints import number
from chainrule.nn.layer_registry import Layer
from chainrule.nn.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    LayerNorm,
    RMSNorm,
)
from chainrule.nn.names import unknown
from chainrule.program import Array, DTypeError, ShapeError, UsageError


def layers_of(asked: Any, activation: str) -> tuple[Layer, ...]:
    """Layers as they are; whole numbers as so many units with ``activation``.

    Raises:
        UsageError: E411 for what is no sequence of these, E410 for an unknown activation.
    """
    listed = isinstance(asked, Iterable) and not isinstance(asked, str | bytes)
    if not listed:
        raise UsageError(
            "E411",
            f"layers are a sequence of layers and whole numbers; got {asked!r}",
            hint=f"Network({_sequence(asked)})",
        )
    activation_of(activation)
    return tuple(_layer(place, one, activation) for place, one in enumerate(asked))


def _sequence(asked: Any) -> str:
    parts = [part.strip() for part in str(asked).split(",")]
    sizes = parts if all(part.isdecimal() for part in parts) else []
    if hasattr(asked, "write") or not sizes:
        return "[layer, ...]" if hasattr(asked, "write") else "(16, 16)"
    return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"


def _layer(place: int, one: Any, activation: str) -> Layer:
    if isinstance(one, int | np.integer) and not isinstance(one, bool) and one > 0:
        return Dense(int(one), activation)
    if hasattr(one, "write") and not isinstance(one, type):
        return cast("Layer", one)
    raise UsageError(
        "E411",
        f"layer {place + 1} is {one!r}; a layer has a whole number of units, at least 1, or is a layer object",
        hint=f"Activation({one!r}), from chainrule.nn.layers"
        if isinstance(one, str) and not one.strip().isdecimal()
        else "16, or Dense(16, 'relu') from chainrule.nn.layers",
    )


def takes_arrays(layers: Iterable[Layer]) -> bool:
    """Whether the first layer that minds takes each sample as an array: as an image, as a sequence, to reshape it.

    What takes rows and sequences alike goes by the layers after it.
    """
    for one in layers:
        inner = getattr(one, "layers", None)
        if inner is not None and takes_arrays(inner):
            return True
        if inner is None and not isinstance(one, EITHER):
            return getattr(one, "arrays", False)
    return False


EITHER = (Activation, BatchNorm, Dense, Dropout, LayerNorm, RMSNorm)
"""Layers that look at one sample's numbers, however many axes they stand on."""


def require_monitor(
    asked: str, measured: Mapping[str, Any], *, held: bool, train_metrics: bool
) -> None:
    """Refuse to watch what no epoch tells; ``val_loss`` without validation is the loss.

    Raises:
        UsageError: E410 with the nearest names, or with what makes epochs tell it; E411 for a function of which
            it is not known whether more or less of it is better.
    """
    metric = measured.get(asked.removeprefix("val_"))
    if metric is not None and not hasattr(metric, "better"):
        name = asked.removeprefix("val_")
        raise UsageError(
            "E411",
            f"whether more or less of {name!r} is better was not said, so it cannot be watched",
            hint=f'metrics={{{name!r}: Metric({getattr(metric, "__name__", "f")}, "less")}}, from chainrule.train',
        )
    trained = ["loss", *(measured if train_metrics else ())]
    unseen = ["val_loss", *(f"val_{name}" for name in measured if held)]
    if asked in (*trained, *unseen):
        return
    if asked in measured:
        hint = f"fit(..., train_metrics=True), or monitor='val_{asked}' with validation=0.2"
    elif asked in [f"val_{name}" for name in measured]:
        hint = "fit(..., validation=0.2)"
    else:
        raise unknown("monitor", str(asked), [*trained, *unseen])
    raise UsageError("E410", f"this training does not measure {asked!r}", hint=hint)


def require_class_weights(asked: Mapping[Any, Any], n_classes: int) -> None:
    """Refuse weights of classes that do not exist, and weights that cannot be.

    Raises:
        UsageError: E410 for an unknown class, E411 for what is no weight.
    """
    if not isinstance(asked, Mapping):
        raise UsageError(
            "E411",
            f"class_weight is 'balanced' or a mapping from classes to weights; got {asked!r}",
            hint="class_weight={0: 1.0, 1: 5.0}",
        )
    for name, weight in asked.items():
        if name not in range(n_classes):
            raise UsageError(
                "E410",
                f"class_weight: there is no class {name!r}",
                hint=f"the classes are the whole numbers from 0 to {n_classes - 1}",
            )
        try:
            number("[0, inf)")(weight)
        except ValueError as error:
            raise UsageError("E411", f"class_weight[{name!r}] {error}") from None


def require_weights(weights: Array, n: int) -> None:
    """Refuse sample weights that are not one a sample, or by which no mean can be taken.

    Raises:
        ShapeError: E101.
        DTypeError: E110.
        UsageError: E411 with the first weight that cannot be.
    """
    if weights.shape != (n,):
        raise ShapeError(
            "E101",
            f"there are {n} samples, and sample weights of the shape {weights.shape}",
            hint=f"one weight a sample, in the shape ({n},)",
        )
    if weights.dtype.kind not in "fiub":
        raise DTypeError(
            "E110", f"the sample weights are {weights.dtype}; numbers are needed"
        )
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        place = int(np.argmax(wrong))
        raise UsageError(
            "E411",
            f"sample {place} has the weight {weights[place]}; a weight is a number from 0 on",
        )
    if n and not weights.any():
        raise UsageError(
            "E411",
            "every sample has the weight 0, so there is nothing to learn from",
            hint="leave out sample_weight, and all samples count alike",
        )


def require_labels(labels: Array, n: int) -> None:
    """Refuse labels that are no numbers, or not as many as there are samples.

    Raises:
        UsageError: E414 for words.
        ShapeError: E101 for another number of them.
    """
    if labels.shape[:1] != (n,):
        got = f"{len(labels)} labels" if labels.ndim else f"{labels[()]!r} as labels"
        raise ShapeError(
            "E101",
            f"there are {n} samples and {got}",
            hint="X and Y have a row for each sample; look for rows left out of one of them",
        )
    if labels.dtype.kind not in "fiub":
        first = labels.ravel()[0] if labels.size else ""
        word = isinstance(first, str)
        raise UsageError(
            "E414",
            f"the labels are {'words' if word else 'objects'}, such as {str(first)!r};"
            " a network learns numbers",
            hint="names, y = np.unique(y, return_inverse=True) numbers them\n"
            "chainrule.sklearn.MLPClassifier and `chainrule train` take words as they are"
            if word
            else "np.asarray(y, dtype=float)",
        )


def require_classes(labels: Array, n_outputs: int) -> None:
    """Refuse labels that number no output.

    Raises:
        ShapeError: E101 with the first.
    """
    if labels.dtype.kind not in "iu":
        raise ShapeError(
            "E101",
            f"the labels are {labels.dtype}; each is the number of a class, from 0 to {n_outputs - 1}",
            hint="y.astype(int)",
        )
    outside = (labels < 0) | (labels >= n_outputs)
    if not outside.any():
        return
    place = int(np.argmax(outside))
    last = f" to {n_outputs - 1}" if n_outputs > 1 else ""
    if set(np.unique(labels).tolist()) == {-1, 1}:
        hint = 'y = (y + 1) // 2, or Y.reshape(-1, 1) with labels="-1/+1" and the loss hinge'
    elif labels.min() == 1 and labels.max() == n_outputs:
        hint = "y - 1 counts the classes from 0"
    elif labels.min() < 0:
        hint = "names, y = np.unique(y, return_inverse=True) numbers the classes from 0"
    else:
        hint = f"for the labels to {labels.max()} the network needs {labels.max() + 1} outputs"
    raise ShapeError(
        "E101",
        f"sample {place} has the label {labels[place]}; labels are whole numbers from 0{last}",
        hint=hint,
    )


def table_of(X: Any) -> Array:
    """Samples as an array.

    Raises:
        ShapeError: E101 where the rows have different lengths.
    """
    try:
        return np.asarray(X)
    except ValueError:
        raise ShapeError(
            "E101",
            "the samples do not stand in rows of one length",
            hint="give every sample the same number of numbers",
        ) from None
