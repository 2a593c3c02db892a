"""What a training may be told, each option once: in Python, in a TOML file, on the command line, by an estimator.

One more option is one more line here, and the place that reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypedDict

import numpy as np

from chainrule.nn import Optimizer, Schedule, optimizer, schedule
from chainrule.nn.constraints import (
    Above,
    ActivationName,
    AtLeast,
    Count,
    Flag,
    ListText,
    LossName,
    Place,
    Share,
    Takes,
    Text,
    named,
    one_of,
)
from chainrule.nn.options import Option
from chainrule.program import DTypeError, UsageError


def _float_type(asked: Any) -> str:
    """``float64`` or ``float32``, as NumPy knows them by many names."""
    try:
        name = str(np.dtype(asked).name)
    except TypeError:
        name = ""
    if asked is None or name not in ("float64", "float32"):
        raise DTypeError(
            "E110",
            f"dtype is float64 or float32, in which a network trains; got {asked!r}",
            hint='dtype="float32" takes half the memory of dtype="float64"',
        )
    return name


def _held_out(asked: Any) -> Any:
    """A share of the training samples, or a pair of arrays."""
    if isinstance(asked, tuple | list) and len(asked) == 2:
        return (asked[0], asked[1])
    if isinstance(asked, float) and 0 < asked < 1:
        return float(asked)
    if isinstance(asked, tuple | list):
        got = f"{len(asked)} thing{'s' * (len(asked) != 1)}"
    else:
        shape = getattr(asked, "shape", None)
        got = f"an array {shape}" if shape else repr(asked)
    raise UsageError(
        "E411",
        "validation is a share of the samples, between 0 and 1, or a pair of samples and labels;"
        f" got {got}",
        hint="validation=0.2, or validation=(X_held, Y_held)",
    )


def _functions(name: str) -> Takes:
    """A sequence of functions."""

    def read(asked: Any) -> tuple[Callable[..., Any], ...]:
        found = tuple(asked) if isinstance(asked, Iterable) else (None,)
        if not all(callable(one) for one in found):
            title = getattr(asked, "__name__", "function") if callable(asked) else "f"
            raise UsageError(
                "E411",
                f"{name} is a sequence of functions; got {asked!r}",
                hint=f"{name}=[{title}]",
            )
        return found

    return Takes("a sequence of functions", read)


OptimizerOrName = Annotated[
    str | Optimizer, named(optimizer, "an optimizer", Optimizer)
]
ScheduleOrName = Annotated[str | Schedule, named(schedule, "a schedule", Callable)]
Engine = Annotated[str, one_of("auto", "numpy", "c", "jax")]
Task = Annotated[str, one_of("classification", "regression")]
Names = Annotated[list[Text], ListText()]
DType = Annotated[Any, Takes("float64 or float32", _float_type)]
Functions = Sequence[Callable[..., Any]]
Balance = Annotated[
    Any, one_of("balanced") | Takes("a mapping from classes to weights", dict)
]
Held = Annotated[Any, Takes("a share, or a pair of samples and labels", _held_out)]


# a table: a line an option
# fmt: off
class Learning(TypedDict, total=False):
    """How a network learns, whatever it learns."""

    optimizer: Annotated[OptimizerOrName, Option("adam", "What makes the steps.", binding=True)]
    learning_rate: Annotated[AtLeast | None, Option(None, "The length of a step, as 0.01; else what is usual for the optimizer.", ("--lr",))]
    schedule: Annotated[ScheduleOrName | None, Option(None, "How the learning rate changes, as cosine.")]
    l1: Annotated[AtLeast, Option(0.0, "Penalty on the sizes of the weights.")]
    clip_value: Annotated[Above | None, Option(None, "The largest entry of a gradient, as 1.")]
    clip_norm: Annotated[Above | None, Option(None, "The largest common norm of the gradients, as 5.")]
    max_norm: Annotated[Above | None, Option(None, "The largest norm of a unit's weights, as 3.")]
    seed: Annotated[Place, Option(0, "The seed of every random number.")]
    dtype: Annotated[DType, Option("float64", "The type of every number, float64 or float32.")]


class NetworkOptions(Learning, total=False):
    """What a network is told beside its layers and its loss."""

    activation: Annotated[ActivationName, Option("relu", "The activation of layers that are given as whole numbers.")]
    l2: Annotated[AtLeast, Option(0.0, "Penalty on the squares of the weights, half of it times them.")]
    labels: Annotated[Text | None, Option(None, "The kind of labels, where the loss takes several.")]


class Looping(TypedDict, total=False):
    """How a training goes over its data."""

    epochs: Annotated[Place, Option(100, "How many passes over the data.")]
    batch_size: Annotated[Count, Option(32, "Rows a batch.", binding=True)]
    shuffle: Annotated[Flag, Option(True, "Mix the rows before each pass.", binding=True)]
    accumulate: Annotated[Count, Option(1, "Batches an update, their gradients added up.", binding=True)]
    engine: Annotated[Engine, Option("auto", "What takes the steps: numpy, c (compiled), jax (on its device), or auto: compiled where that pays.", estimator=True)]
    devices: Annotated[Count, Option(1, "How many of JAX's devices share each batch, as 2, with engine jax.")]
    patience: Annotated[Place | None, Option(None, "Stop after so many epochs without getting better, as 10; the best weights are put back.")]
    min_delta: Annotated[AtLeast, Option(0.0, "By how much the measure has to be better to count.")]
    monitor: Annotated[Text, Option("val_loss", "What --patience watches.")]
    class_weight: Annotated[Balance | None, Option(None, "How much a class counts, as balanced, where every class counts alike.", metavar="balanced")]
    train_metrics: Annotated[Flag, Option(False, "Measure the training rows after each epoch, too.")]
    detect_anomaly: Annotated[Flag, Option(False, "Stop at the first gradient or weight that is not finite, and name its line.")]
    checkpoint_every: Annotated[Count, Option(1, "Epochs from one checkpoint to the next.")]
    keep: Annotated[Count, Option(3, "How many checkpoints are kept.")]
    restart: Annotated[Flag, Option(False, "Forget the checkpoints there are, and begin anew.", manner=True)]


class FitOptions(Looping, total=False):
    """What ``fit`` is told beside its samples and labels."""

    validation: Annotated[Held | None, Option(None, "A share of the samples or a pair of arrays, measured after each epoch.")]
    sample_weight: Annotated[Any, Option(None, "How much each sample counts.")]
    metrics: Annotated[Mapping[str, Any] | None, Option(None, "Functions of (predicted, true) to measure; else the usual ones.")]
    checkpoint: Annotated[str | Path | None, Option(None, "A folder; a training that was stopped is taken up from there.")]
    callbacks: Annotated[Functions, _functions("callbacks"), Option((), "Called with the training after each epoch; True ends it.")]
    after_step: Annotated[Functions, _functions("after_step"), Option((), "Called with the training after each update; True ends it.")]
    verbose: Annotated[Place, Option(0, "1: a bar on a terminal; 2: a line an epoch.")]


class TableColumns(TypedDict, total=False):
    """What the columns of a table are, and which rows are held out."""

    target: Annotated[Names | None, Option(None, "The column to predict; several as a,b.", metavar="NAMES")]
    ignore: Annotated[Names, Option((), "Columns to leave out, as a,b.", metavar="NAMES")]
    words: Annotated[Names, Option((), "Columns of words, though some or all of them look like numbers, as a,b.", metavar="NAMES")]
    task: Annotated[Task | None, Option(None, "What is asked for, as classification or regression, where the target does not tell.")]
    impute: Annotated[Flag, Option(False, "Fill missing values.")]
    test: Annotated[Share, Option(0.25, "The share of rows held out.")]


class Hidden(TypedDict, total=False):
    """The layers between a table's columns and its target."""

    hidden: Annotated[list[Count], ListText(numbers=True), Option((64, 32), "The sizes of the hidden layers.", metavar="SIZES")]
    activation: Annotated[list[ActivationName], ListText(), Option(("relu",), "The hidden layers' activation, or one each.", metavar="NAMES")]
    dropout: Annotated[Share, Option(0.0, "The share of hidden units silenced in each step.", estimator=True)]
    batch_norm: Annotated[Flag, Option(False, "Normalise over the batch.", estimator=True)]
    embed: Annotated[Count | None, Option(None, "Learn so many numbers for each word of a column, as 8, in place of 0 and 1.")]


class TableOptions(TableColumns, Hidden, Learning, Looping, total=False):
    """What a training on a table is told."""

    validation: Annotated[Share | None, Option(None, "The share of the training rows watched for --patience, as 0.2; where that is asked for, 0.15.")]
    loss: Annotated[LossName | None, Option(None, "The loss, as mae, where the usual one will not do.")]
    l2: Annotated[AtLeast | None, Option(None, "Penalty on the squares of the weights, as 0.001; else 10 / rows.")]
    out: Annotated[str | Path | None, Option(None, "The folder for the model, its checkpoints and its report, as model.", metavar="FOLDER")]
