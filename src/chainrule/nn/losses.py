"""Losses as a user writes them in NumPy: the text, the labels they take, the outputs they fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from typing import Any, Literal

import numpy as np

from chainrule.nn.activations import ActivationOp, Range
from chainrule.nn.names import find
from chainrule.program import ShapeError, UsageError

Labels = Literal[
    "0/1", "one-hot", "integer", "real", "-1/+1", "probabilities", "counts"
]


@dataclass(frozen=True, slots=True)
class Loss:
    """How a loss is written for each kind of labels it takes (the first is the usual one).

    The last text of each is the loss of every sample, or of every entry; those before are lines it needs. In
    them ``{p}`` is the prediction, ``{t}`` the target, ``{axis}`` the axis of the units, ``{picked}`` the index
    of each sample's own class. ``output`` is the usual last activation, ``fits`` what the loss can take;
    ``entries`` says whether there is a loss for every entry (not one a sample), ``logits`` whether predictions are scores
    that the loss itself turns into probabilities, ``functions`` are the user's own
    that the lines call.
    """

    name: str
    lines: Mapping[Labels, tuple[str, ...]]
    output: str
    fits: tuple[Range, ...]
    entries: bool = False
    logits: bool = False
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    @property
    def labels(self) -> Labels:
        """The usual kind of labels."""
        return next(iter(self.lines))

    def require(self, last: ActivationOp) -> None:
        """Refuse a last activation whose outputs the loss cannot take.

        Raises:
            UsageError: E413, with what to write instead.
        """
        if last.gives in self.fits:
            return
        raise UsageError(
            "E413",
            f"{self.name} needs {_NEEDS[self.fits[0]]}; {last.name} gives {_GIVES[last.gives]}",
            hint=f"end with {self.output}, or choose a loss that fits {last.name}: {', '.join(fitting(last))}",
        )


_NEEDS: Mapping[Range, str] = {
    "real": "any real numbers",
    "unit": "outputs between 0 and 1",
    "probabilities": "outputs that are probabilities",
    "positive": "outputs above 0",
    "log-probabilities": "logarithms of probabilities",
}
_GIVES: Mapping[Range, str] = {
    "real": "other numbers as well",
    "unit": "each unit its own number between 0 and 1",
    "probabilities": "shares that add up to 1",
    "positive": "any number above 0",
    "log-probabilities": "logarithms of shares",
}
_ANY: tuple[Range, ...] = (
    "real",
    "unit",
    "probabilities",
    "positive",
    "log-probabilities",
)
_LOG_P = "log_p = {p} - np.log(np.sum(np.exp({p}), axis={axis}, keepdims=True))"
_TABLE = (
    Loss(
        "binary_cross_entropy",
        {"0/1": ("-({t} * np.log({p}) + (1 - {t}) * np.log(1 - {p}))",)},
        "sigmoid",
        ("unit", "probabilities"),
        entries=True,
    ),
    Loss(
        "binary_cross_entropy_with_logits",
        {"0/1": ("np.log(1 + np.exp({p})) - {t} * {p}",)},
        "identity",
        ("real",),
        entries=True,
        logits=True,
    ),
    Loss(
        "categorical_cross_entropy",
        {
            "one-hot": ("-np.sum({t} * np.log({p}), axis={axis})",),
            "integer": ("-np.log({p}[{picked}])",),
        },
        "softmax",
        ("probabilities",),
    ),
    Loss(
        "categorical_cross_entropy_with_logits",
        {
            "one-hot": (_LOG_P, "-np.sum({t} * log_p, axis={axis})"),
            "integer": (_LOG_P, "-log_p[{picked}]"),
        },
        "identity",
        ("real",),
        logits=True,
    ),
    Loss(
        "nll",
        {
            "integer": ("-{p}[{picked}]",),
            "one-hot": ("-np.sum({t} * {p}, axis={axis})",),
        },
        "log_softmax",
        ("log-probabilities",),
    ),
    Loss("mse", {"real": ("({p} - {t}) ** 2",)}, "identity", _ANY, entries=True),
    Loss("mae", {"real": ("np.abs({p} - {t})",)}, "identity", _ANY, entries=True),
    Loss(
        "huber",
        {
            "real": (
                "error = np.abs({p} - {t})",
                "np.where(error <= 1, 0.5 * error ** 2, error - 0.5)",
            )
        },
        "identity",
        _ANY,
        entries=True,
    ),
    Loss(
        "hinge",
        {"-1/+1": ("np.maximum(0, 1 - {t} * {p})",)},
        "identity",
        ("real",),
        entries=True,
    ),
    Loss(
        "squared_hinge",
        {"-1/+1": ("np.maximum(0, 1 - {t} * {p}) ** 2",)},
        "identity",
        ("real",),
        entries=True,
    ),
    Loss(
        "kl_divergence",
        {"probabilities": ("np.sum({t} * (np.log({t}) - np.log({p})), axis={axis})",)},
        "softmax",
        ("probabilities", "unit"),
    ),
    Loss(
        "poisson",
        {"counts": ("{p} - {t} * np.log({p})",)},
        "exp",
        ("positive", "unit", "probabilities"),
        entries=True,
    ),
)
LOSSES: Mapping[str, Loss] = {loss.name: loss for loss in _TABLE}
OTHER_NAMES: Mapping[str, str] = {
    "absolute_error": "mae",
    "bce": "binary_cross_entropy",
    "bce_with_logits": "binary_cross_entropy_with_logits",
    "binary_crossentropy": "binary_cross_entropy",
    "categorical_crossentropy": "categorical_cross_entropy",
    "cce": "categorical_cross_entropy",
    "cross_entropy": "categorical_cross_entropy",
    "cross_entropy_with_logits": "categorical_cross_entropy_with_logits",
    "kl": "kl_divergence",
    "kld": "kl_divergence",
    "l1": "mae",
    "l2": "mse",
    "log_loss": "binary_cross_entropy",
    "mean_absolute_error": "mae",
    "mean_squared_error": "mse",
    "negative_log_likelihood": "nll",
    "poisson_nll": "poisson",
    "smooth_l1": "huber",
    "squared_error": "mse",
}
USUAL: Mapping[Range, str] = {
    "unit": "binary_cross_entropy",
    "probabilities": "categorical_cross_entropy",
    "log-probabilities": "nll",
}


def own_loss(
    function: Callable[[Any, Any], Any],
    labels: Labels = "real",
    output: str = "identity",
) -> Loss:
    """A loss of your own: a function in plain NumPy of (y_true, y_pred), giving a loss for every sample or entry.

    ``output`` is the last activation of a network that is not told another.

    Raises:
        ShapeError: E101 if the function gives neither.
        UsageError: E411 if it does not take the two.

    >>> def pinball(y_true, y_pred):
    ...     error = y_true - y_pred
    ...     return np.maximum(0.9 * error, -0.1 * error)
    >>> own_loss(pinball).lines["real"]
    ('pinball({t}, {p})',)
    """
    given = np.full((3, 2), 0.5)
    try:
        shape = np.shape(function(given, given))
    except TypeError as error:
        called = getattr(function, "__name__", "the function")
        raise UsageError(
            "E411",
            f"a loss takes (y_true, y_pred), two arrays; {called} does not: {error}",
            hint="give the name of a loss, or a function of those two",
        ) from error
    if shape not in {(3, 2), (3,)}:
        raise ShapeError(
            "E101",
            f"a loss of (3, 2) targets and predictions gave {shape}; it gives (3, 2), one an entry, or (3,), one a sample",
            hint="leave the mean over the samples to the network",
        )
    name = getattr(function, "__name__", "")
    if not name.isidentifier() or iskeyword(name) or name in ("np", "erf", "network"):
        name = "own_loss"
    text = f"{name}({{t}}, {{p}})"
    entries, functions = shape == (3, 2), {name: function}
    return Loss(name, {labels: (text,)}, output, _ANY, entries, functions=functions)


def loss_of(
    loss: str | Loss | Callable[[Any, Any], Any],
    labels: Labels = "real",
    output: str = "identity",
) -> Loss:
    """The loss of that name; a loss is one already; of a function, ``own_loss`` with these labels and this output.

    >>> loss_of("bce").name
    'binary_cross_entropy'
    """
    if isinstance(loss, Loss):
        return loss
    if callable(loss):
        return own_loss(loss, labels, output)
    return find("loss", loss, LOSSES, OTHER_NAMES)


def fitting(last: ActivationOp) -> list[str]:
    """The losses that can take what ``last`` gives.

    >>> from chainrule.nn.activations import activation
    >>> fitting(activation("log_softmax"))
    ['nll', 'mse', 'mae', 'huber']
    """
    return [loss.name for loss in LOSSES.values() if last.gives in loss.fits]
