"""A network described in words or in TOML, ready to be trained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from chainrule.nn import Described
from chainrule.nn.layers import Dense
from chainrule.program import UsageError
from chainrule.train.model.learner import Learner

N = TypeVar("N", bound=Learner)


def trainable(described: Described, kind: Callable[..., N], **options: Any) -> N:
    """The described network as a ``kind``, starting from the numbers that the description gives.

    Raises:
        UsageError: E411 for samples as columns, since training takes them as rows.
    """
    words = described.words
    if words.columns:
        raise UsageError(
            "E411",
            "training takes samples as rows, and the description has them as columns",
            hint="leave columns out, and give the weights turned around",
        )
    n_inputs, *sizes = words.layers
    layers = described.layers or [
        Dense(units, activation.name)
        for units, activation in zip(sizes, words.activations, strict=True)
    ]
    dtype = described.arrays[described.parameters[0]].dtype.name
    settings = {"dtype": dtype, "seed": described.seed, **options}
    network = kind(layers, words.loss.name, labels=words.labels, **settings)
    network.build(n_inputs)
    for name in described.parameters:
        network.numbers_[name] = described.arrays[name].copy()
    return network
