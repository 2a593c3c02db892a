"""The shape of a network on a table: its hidden layers, as they are asked for in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chainrule.nn import Loss
from chainrule.nn.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Layer,
)
from chainrule.program import UsageError
from chainrule.train.data.features import Features


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes and activations of the hidden layers (one for all, or one each), and what stands between them.

    ``embed``: how many numbers a word of a column becomes; without it, a column of 0 and 1 for each word.
    """

    hidden: Sequence[int] = (64, 32)
    activation: Sequence[str] = ("relu",)
    dropout: float = 0.0
    batch_norm: bool = False
    embed: int | None = None

    def layers(self, features: Features, loss: Loss) -> list[Layer]:
        """The layers for a table's columns, from its inputs to its outputs.

        Raises:
            UsageError: E411 if there are other activations than hidden layers.
        """
        named = [*self.activation]
        if len(named) == 1:
            named *= len(self.hidden)
        if len(named) != len(self.hidden):
            raise UsageError(
                "E411",
                f"there are {len(self.hidden)} hidden layers and {len(named)} activations",
                hint="give one activation for all of them, or one for each",
            )
        found: list[Layer] = [*self.embeddings(features)]
        for units, name in zip(self.hidden, named, strict=True):
            if self.batch_norm:
                found += [Dense(units), BatchNorm(), Activation(name)]
            else:
                found.append(Dense(units, name))
            if self.dropout:
                found.append(Dropout(self.dropout))
        return [*found, Dense(features.target.n_outputs, loss.output)]

    def embeddings(self, features: Features) -> list[Embedding]:
        """A table of learned rows for each column of words; the last first, so that no place moves before its turn."""
        if self.embed is None:
            return []
        places = [
            Embedding(len(column.categories), self.embed, column=place)
            for place, column in enumerate(features.columns)
            if column.categories is not None
        ]
        return places[::-1]
