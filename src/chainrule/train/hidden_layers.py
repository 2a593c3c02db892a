"""A network's layers for a table, as they are asked for in words: from its columns to its target."""

from __future__ import annotations

from chainrule.nn import Loss
from chainrule.nn.layer_registry import Layer
from chainrule.nn.layers import Activation, BatchNorm, Dense, Dropout, Embedding
from chainrule.program import UsageError
from chainrule.train.data.features import Features
from chainrule.train.options import Hidden


def hidden_layers(asked: Hidden, features: Features, loss: Loss) -> list[Layer]:
    """Sizes and activations (one for all, or one each), what stands between them, and the outputs.

    Raises:
        UsageError: E411 if there are other activations than hidden layers.
    """
    sizes, names = asked["hidden"], [*asked["activation"]]
    if len(names) == 1:
        names *= len(sizes)
    if len(names) != len(sizes):
        raise UsageError(
            "E411",
            f"there are {len(sizes)} hidden layers and {len(names)} activations",
            hint="give one activation for all of them, or one for each",
        )
    found: list[Layer] = [*embeddings(asked, features)]
    for units, name in zip(sizes, names, strict=True):
        if asked["batch_norm"]:
            found += [Dense(units), BatchNorm(), Activation(name)]
        else:
            found.append(Dense(units, name))
        if asked["dropout"]:
            found.append(Dropout(asked["dropout"]))
    return [*found, Dense(features.target.n_outputs, loss.output)]


def embeddings(asked: Hidden, features: Features) -> list[Embedding]:
    """A table of learned rows for each column of words; the last first, so that no place moves before its turn."""
    if asked["embed"] is None:
        return []
    places = [
        Embedding(len(column.categories), asked["embed"], column=place)
        for place, column in enumerate(features.columns)
        if column.categories is not None
    ]
    return places[::-1]
