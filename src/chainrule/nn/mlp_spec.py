"""A network in words: sizes, activations and a loss, read, completed and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.nn.activations import ActivationOp, activation
from chainrule.nn.losses import USUAL, Labels, Loss, loss_of
from chainrule.program import UsageError
from chainrule.program.asked import listed


@dataclass(frozen=True, slots=True)
class MlpSpec:
    """A fully connected network, said completely: every activation and the loss chosen and checked."""

    layers: tuple[int, ...]
    activations: tuple[ActivationOp, ...]
    loss: Loss
    labels: Labels
    columns: bool = False

    @property
    def axis(self) -> int:
        """The axis of the units; the other one counts samples."""
        return 0 if self.columns else 1


def read(
    layers: str | Sequence[int],
    activations: str | Sequence[str] | None = None,
    loss: str | None = None,
    labels: str | None = None,
    *,
    columns: bool = False,
) -> MlpSpec:
    """The network that was meant; what was left out is chosen as is usual.

    Raises:
        UsageError: E410 for an unknown name, E411 for sizes or counts that do not fit, E413 for a loss that
            the last activation does not fit, E414 for labels that the loss does not take.

    >>> words = read("3,4,1", "relu", "bce")
    >>> [activation.name for activation in words.activations]
    ['relu', 'sigmoid']
    """
    sizes = read_layers(layers)
    names = (
        listed(activations) if isinstance(activations, str) else list(activations or ())
    )
    chosen = [activation(name) for name in names]
    kind = loss_of(loss) if loss is not None else _usual_loss(chosen, len(sizes) - 1)
    complete = complete_activations(chosen, len(sizes) - 1, kind)
    kind.require(complete[-1])
    _require_several(kind, sizes[-1])
    return MlpSpec(sizes, complete, kind, read_labels(kind, labels), columns)


def read_layers(layers: str | Sequence[int]) -> tuple[int, ...]:
    """The sizes of all layers, from the inputs to the outputs.

    >>> read_layers("784, 512, 10")
    (784, 512, 10)
    """
    parts = listed(layers) if isinstance(layers, str) else list(layers)
    sizes = []
    for part in parts:
        text = str(part)
        if isinstance(part, bool) or not text.isdecimal() or int(text) < 1:
            raise UsageError(
                "E411",
                f"a layer has a whole number of units, at least 1; got {part!r}",
                hint="write the sizes from inputs to outputs, such as 3,4,1",
            )
        sizes.append(int(text))
    if len(sizes) < 2:
        raise UsageError(
            "E411",
            f"a network has at least its inputs and its outputs; got the sizes {sizes}",
            hint="write the sizes from inputs to outputs, such as 3,4,1",
        )
    return tuple(sizes)


def complete_activations(
    chosen: Sequence[ActivationOp], n_layers: int, loss: Loss
) -> tuple[ActivationOp, ...]:
    """An activation for every layer: those given, the hidden ones repeated if one was, the loss's own at the end."""
    last = activation(loss.output)
    if not chosen:
        return (*[activation("relu")] * (n_layers - 1), last)
    if len(chosen) == n_layers:
        return tuple(chosen)
    if len(chosen) == n_layers - 1:
        return (*chosen, last)
    if len(chosen) == 1:
        return (*[chosen[0]] * (n_layers - 1), last)
    raise UsageError(
        "E411",
        f"{len(chosen)} activations for {n_layers} layers of weights: {', '.join(one.name for one in chosen)}",
        hint=f"give {n_layers}, one a layer, or {n_layers - 1} for the hidden ones, or 1 for all hidden ones",
    )


def read_labels(loss: Loss, labels: str | None) -> Labels:
    """The kind of labels asked for, or the loss's usual one."""
    if labels is None:
        return loss.labels
    for kind in loss.lines:
        if kind == labels:
            return kind
    raise UsageError(
        "E414",
        f"{loss.name} does not take {labels!r} as labels",
        hint=f"it takes {' or '.join(loss.lines)}",
    )


def _usual_loss(chosen: Sequence[ActivationOp], n_layers: int) -> Loss:
    """The loss that the last activation calls for; without one, squared errors."""
    last = chosen[-1].gives if len(chosen) == n_layers else "real"
    return loss_of(USUAL.get(last, "mse"))


def _require_several(loss: Loss, n_outputs: int) -> None:
    """Shares among one class are always 1: nothing could be learnt."""
    if n_outputs == 1 and ("one-hot" in loss.lines or "probabilities" in loss.lines):
        raise UsageError(
            "E411",
            f"{loss.name} chooses among classes, and the last layer has 1 unit",
            hint="give the last layer one unit a class, or use binary_cross_entropy",
        )
