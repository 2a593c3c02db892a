"""Lessons of programs nobody wrote for them."""

import re

import numpy as np
import pytest

from chainrule import ops
from chainrule.lesson import explain
from chainrule.lesson.parts import Chain
from chainrule.target import from_function

ACTIVATIONS = [
    np.tanh,
    ops.relu,
    ops.sigmoid,
    ops.gelu,
    ops.softplus,
    ops.silu,
    ops.elu,
    ops.softsign,
    lambda z: np.maximum(z, 0.1 * z),
    lambda z: ops.softmax(z, axis=-1),
]
LOSSES = [
    lambda p, y: np.mean((p - y) ** 2),
    lambda p, y: 0.5 * np.sum(np.square(p - y)),
    lambda p, y: np.mean(ops.binary_cross_entropy_with_logits(p, (y > 0) * 1.0)),
    lambda p, y: np.mean(ops.huber(p, y)),
    lambda p, y: np.mean(np.abs(p - y)),
]


def program(seed):
    """A random network: depth, widths, activations, skips, shared weights, a loss; and its arrays."""
    rng = np.random.default_rng(seed)
    depth, width, batch = (
        rng.integers(1, 5),
        int(rng.integers(2, 4)),
        int(rng.integers(1, 4)),
    )
    arrays = {
        "X": rng.normal(size=(batch, width)),
        "Y": rng.normal(size=(batch, width)),
    }
    plan = []
    for i in range(1, depth + 1):
        weights = "W1" if i > 1 and rng.random() < 0.2 else f"W{i}"
        arrays.setdefault(weights, rng.normal(size=(width, width)))
        bias = f"b{i}" if rng.random() < 0.7 else None
        if bias:
            arrays[bias] = rng.normal(size=width)
        skip = i > 1 and rng.random() < 0.4
        plan.append((weights, bias, ACTIVATIONS[rng.integers(len(ACTIVATIONS))], skip))
    loss = LOSSES[rng.integers(len(LOSSES))]

    def network(X, Y, **parameters):
        h = X
        for weights, bias, activation, skip in plan:
            z = h @ parameters[weights]
            if bias:
                z = z + parameters[bias]
            h = h + activation(z) if skip else activation(z)
        return loss(h, Y)

    return network, arrays


@pytest.mark.spread(15)
@pytest.mark.parametrize("seed", range(30))
def test_a_random_program_is_told_with_every_parameter(seed):
    function, arrays = program(seed)
    subject = from_function(function, (), arrays)
    lesson = explain(
        subject.run,
        loss=subject.loss,
        wrt=subject.parameters,
        level=("line", "entry")[seed % 2],
        steps=2,
    )
    text = lesson.to_text()
    for name in arrays:
        if name not in {"X", "Y"}:
            assert re.search(rf"∂L/∂{name}\b", text), name
            heads = [p for p in lesson.parts if isinstance(p, Chain)]
            assert any(head.anchor == f"gradient-{name}" for head in heads)
            assert lesson.gradients[name].shape == arrays[name].shape


def wide(depth, width, batch):
    rng = np.random.default_rng(0)
    arrays = {
        "X": rng.normal(size=(batch, width)),
        "Y": rng.normal(size=(batch, width)),
    }
    for i in range(1, depth + 1):
        arrays[f"W{i}"] = rng.normal(size=(width, width)) / np.sqrt(width)
        arrays[f"b{i}"] = np.zeros(width)

    def network(X, Y, **parameters):
        h = X
        for i in range(1, depth + 1):
            h = np.tanh(h @ parameters[f"W{i}"] + parameters[f"b{i}"])
        return np.mean((h - Y) ** 2)

    return network, arrays


@pytest.mark.spread(2)
@pytest.mark.parametrize(("depth", "width", "batch"), [(60, 8, 4), (3, 400, 64)])
def test_a_large_program_stays_a_page(depth, width, batch):
    function, arrays = wide(depth, width, batch)
    subject = from_function(function, (), arrays)
    lesson = explain(subject.run, loss=subject.loss, wrt=subject.parameters)
    told = lesson.to_text().partition("Code ──")[0]
    assert len(told.splitlines()) < 1500
    assert max(map(len, told.splitlines())) <= 110
    for name in arrays:
        if name not in {"X", "Y"} and depth < 50:
            assert f"∂L/∂{name}" in told
