"""A network in words, written as the NumPy function a user would have written."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.nn.words import Words


def write(words: Words) -> str:
    """The source of the forward pass, from the data and the parameters to the loss.

    >>> from chainrule.nn.words import read
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
    arguments = ["X", "Y", *parameter_names(words)]
    lines = [*_forward(words), *_loss(words), "return loss"]
    return f"def network({', '.join(arguments)}):\n" + "".join(
        f"    {line}\n" for line in lines
    )


def parameter_names(words: Words) -> Iterator[str]:
    """W1, b1, W2, b2 …, and a1 … where an activation learns a slope."""
    for number, activation in enumerate(words.activations, 1):
        yield f"W{number}"
        yield f"b{number}"
        if activation.slope is not None:
            yield f"a{number}"


def _forward(words: Words) -> Iterator[str]:
    before = "X"
    for number, activation in enumerate(words.activations, 1):
        last = number == len(words.activations)
        linear = activation.name == "identity"
        after = "y_pred" if last else f"h{number}"
        z = after if linear else f"z{number}"
        product = f"W{number} @ {before}" if words.columns else f"{before} @ W{number}"
        yield f"{z} = {product} + b{number}"
        if not linear:
            yield f"{after} = {activation.written(z, words.axis, f'a{number}')}"
        before = after


def _loss(words: Words) -> Iterator[str]:
    samples = f"np.arange(y_pred.shape[{1 - words.axis}])"
    picked = f"Y, {samples}" if words.columns else f"{samples}, Y"
    for line in words.loss.lines[words.labels]:
        yield line.format(p="y_pred", t="Y", axis=words.axis, picked=picked)
