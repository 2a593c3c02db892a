"""Trainings drawn from the records: any layer, activation, loss, optimizer and schedule, with any options of ``fit``."""

import numpy as np

from chainrule import Network
from chainrule.nn import ACTIVATIONS, LOSSES, RULES, SCHEDULES
from chainrule.nn.layers import (
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    LayerNorm,
    Residual,
)
from chainrule.nn.mlp import draw_labels

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
ROUGH = {"lion"}
"""Optimizers that go by signs alone: where a gradient is 0 but for rounding, its sign is anything."""


def apart(found, expected):
    """How far arrays are from others, as a share of these."""
    pairs = [(np.asarray(found[name], float), expected[name]) for name in expected]
    off = sum(float(((one - other) ** 2).sum()) for one, other in pairs)
    return np.sqrt(off / sum(float((other**2).sum()) for _, other in pairs))


def agree(engine, layers, X, y, fit, *, devices=1, **options):
    """Train twice, in NumPy and by ``engine``; the latter's network, once both are known to be the same."""
    made = []
    for taken, more in (("numpy", {}), (engine, {"devices": devices})):
        network = Network(layers, **{"seed": 1, **options})
        network.fit(X, y, **fit, **more, engine=taken)
        assert str(network.engine_) == taken
        made.append(network)
    one, other = made
    tolerance = TOLERANCE[np.dtype(options.get("dtype", "float64")).name]
    assert apart(other.numbers_, one.numbers_) < tolerance
    losses = [[row["loss"] for row in network.history_] for network in made]
    np.testing.assert_allclose(*losses, rtol=10 * tolerance)
    assert one.n_steps_ == other.n_steps_
    return other


def drawn(seed):
    """A training: its layers, samples, labels, and the options of ``fit`` and of the network."""
    rng = np.random.default_rng(seed)

    def one_of(choices):
        return choices[rng.integers(len(choices))]

    def perhaps(share, **options):
        return options if rng.random() < share else {}

    dtype = one_of(list(TOLERANCE))
    # now and then batches of one, whose lines are no loops
    size = 10 if seed % 8 else 1
    n, n_inputs = 10 * int(rng.integers(3, 6)), int(rng.integers(2, 6))
    X = rng.normal(size=(n, n_inputs)).astype(dtype)
    # every shape of batch is compiled by itself: most have batches that are all alike
    X = X[: n - 3] if rng.random() < 0.2 else X
    layers = []
    if rng.random() < 0.15:
        X[:, 1] = rng.integers(0, 4, len(X))
        layers.append(Embedding(4, 2, column=1))
    for i in range(rng.integers(1, 3)):
        layers += _block(rng, one_of, is_first=i == 0)
    loss = one_of(list(LOSSES))
    kind = one_of(list(LOSSES[loss].lines))
    n_outputs = int(rng.integers(2, 5))
    layers.append(Dense(n_outputs, LOSSES[loss].output))
    options = {
        "loss": loss, "labels": kind, "dtype": dtype, "seed": seed, "learning_rate": 0.01,
        "optimizer": one_of([name for name in RULES if name not in ROUGH]),
        **perhaps(0.4, schedule=one_of(list(SCHEDULES))),
        **perhaps(0.3, l1=1e-3), **perhaps(0.5, l2=1e-2),
        **perhaps(0.2, clip_value=0.1), **perhaps(0.2, clip_norm=0.5), **perhaps(0.2, max_norm=1.0),
    }  # fmt: skip
    weight = rng.integers(0, 3, len(X)).astype(float)
    weight[size : 2 * size] = 0
    fit = {
        "epochs": 2, "batch_size": size, "shuffle": bool(rng.random() < 0.7),
        **perhaps(0.2, sample_weight=weight), **perhaps(0.2, validation=0.2, patience=1),
    }  # fmt: skip
    return layers, X, draw_labels(kind, rng, len(X), n_outputs), fit, options


def _block(rng, one_of, *, is_first):
    """A hidden layer with what may stand around it; of batch norm the first."""
    units = int(rng.integers(3, 9))
    activation = one_of(list(ACTIVATIONS))
    around = rng.random()
    if is_first and around < 0.15:
        # a bias that the mean takes away again would follow rounding: this one's, and one before a straight activation
        return [Dense(units, bias=False), BatchNorm(), Dense(units, activation)]
    if 0.15 <= around < 0.3:
        return [Dense(units, activation), Dropout(0.3)]
    if 0.3 <= around < 0.4:
        return [Dense(units, activation), LayerNorm()]
    if 0.4 <= around < 0.5:
        return [Dense(units), Residual((Dense(units, activation),))]
    return [Dense(units, activation)]
