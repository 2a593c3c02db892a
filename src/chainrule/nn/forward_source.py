"""A network in words, written as the NumPy function a user would have written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chainrule.nn.forward_builder import Draft, loss_lines
from chainrule.nn.layer_registry import Layer
from chainrule.nn.layers import Dense
from chainrule.nn.mlp_spec import MlpSpec


def write(words: MlpSpec) -> str:
    """The source of the forward pass, from the data and the parameters to the loss.

    >>> from chainrule.nn.mlp_spec import read
    >>> print(write(read("3,4,1", "relu,sigmoid")))
    def network(X, Y, W1, b1, W2, b2):
        z1 = X @ W1 + b1
        h1 = np.maximum(0, z1)
        z2 = h1 @ W2 + b2
        y_pred = 1 / (1 + np.exp(-z2))
        loss = np.mean(-(Y * np.log(y_pred) + (1 - Y) * np.log(1 - y_pred)))
        return loss
    <BLANKLINE>
    """
    drafted = draft_words(words)
    lines = [
        *drafted.lines,
        *loss_lines(words.loss, words.labels, columns=words.columns),
    ]
    return function_text(
        "network", ["X", "Y", *drafted.parameters], [*lines, "return loss"]
    )


def draft_words(words: MlpSpec, initialiser: object = None) -> Draft:
    """The forward pass of a network in words, with the parameters it needs."""
    layers = [
        Dense(units, activation.name, initialiser)
        for units, activation in zip(words.layers[1:], words.activations, strict=True)
    ]
    return draft(layers, (words.layers[0],), columns=words.columns)


def draft(
    layers: Sequence[Layer],
    units: tuple[int, ...],
    *,
    columns: bool = False,
    training: bool = True,
) -> Draft:
    """The forward pass of ``layers`` on inputs of ``units``, up to the prediction."""
    drafted = Draft(units, columns=columns, training=training)
    for layer in layers:
        layer.write(drafted)
    drafted.finish()
    return drafted


def function_text(name: str, arguments: Iterable[str], lines: Iterable[str]) -> str:
    """A function definition of these lines."""
    body = "".join(f"    {line}\n" for line in lines)
    return f"def {name}({', '.join(arguments)}):\n{body}"
