"""A network described layer by layer: its pass in prediction as a NumPy function, with data to try it on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from chainrule.nn.activations import activation
from chainrule.nn.forward_builder import Draft, loss_lines
from chainrule.nn.forward_source import draft, function_text
from chainrule.nn.layer_registry import Layer
from chainrule.nn.losses import loss_of
from chainrule.nn.mlp import (
    Described,
    FillOptions,
    compiled,
    draw,
    draw_labels,
    filled,
    register,
    require_drawable,
    stream,
)
from chainrule.nn.mlp_spec import MlpSpec, read_labels
from chainrule.nn.options import settled, taking
from chainrule.program import Array


@taking(FillOptions)
def describe_layers(
    layers: Sequence[Layer],
    inputs: int,
    loss: str,
    **options: Unpack[FillOptions],
) -> Described:
    """A network of ``layers`` on samples of ``inputs`` numbers, as it predicts: no mask is drawn.

    Raises:
        UsageError: E411 for layers that do not fit each other, E413 and E414 for a loss that does not fit them.
        ShapeError: E101 for a given array of another shape.

    >>> from chainrule.nn.layers import Dense, LayerNorm
    >>> network = describe_layers([Dense(4), LayerNorm(), Dense(1)], 3, "mse")
    >>> network.parameters
    ('W1', 'b1', 'scale1', 'shift1', 'W2', 'b2')
    """
    said: FillOptions = settled(FillOptions, options)
    chosen, seed, batch = loss_of(loss), said["seed"], said["batch"]
    last = getattr(layers[-1], "activation", getattr(layers[-1], "name", None))
    if isinstance(last, str):
        chosen.require(activation(last))
    kind = read_labels(chosen, said["labels"])
    drafted = draft(layers, (inputs,), training=False)
    arrays = {**drafted.state, **drafted.parameters}
    require_drawable(arrays, batch * (inputs + drafted.width))
    drawn = {
        "X": _inputs(drafted, inputs, batch, seed),
        "Y": draw_labels(kind, stream(seed, 0, 1), batch, drafted.width),
        **draw(drafted.state, seed),
        **draw(drafted.parameters, seed),
    }
    lines = [*drafted.lines, *loss_lines(chosen, kind), "return loss"]
    source = function_text("network", drawn, lines)
    file = register(source, "network")
    return Described(
        MlpSpec((inputs, drafted.width), (), chosen, kind),
        source,
        file,
        compiled(source, file, "network", drafted.functions),
        filled(drawn, said["arrays"], said["dtype"]),
        tuple(drafted.parameters),
        tuple(layers),
        seed,
    )


def _inputs(drafted: Draft, n_inputs: int, batch: int, seed: int) -> Array:
    """Samples made up, with whole numbers where a layer looks them up."""
    rng = stream(seed, 0, 0)
    X = rng.normal(size=(batch, n_inputs))
    if drafted.whole_numbers:
        return rng.integers(0, drafted.lookups[0], (batch, n_inputs))
    for column, n_words in drafted.lookups.items():
        X[:, column] = rng.integers(0, n_words, batch)
    return X
