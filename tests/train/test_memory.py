"""The memory of a training: what the weights, the optimizer and the activations need, however long it goes on."""

import gc
import tracemalloc
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from chainrule.train import Network

pytestmark = pytest.mark.slow

SIZES = (20, *[64] * 10, 1)
FLAT = (20, 64, 1)
"""What grows step by step grows with as few layers, too; a training's history grows by the epoch, so these are long."""
BYTES = 8
STATM = Path("/proc/self/statm")


def held(optimizer, n, epochs, batch_size, *others, sizes=SIZES):
    """Bytes held and the most there were, step by step, on top of what there was before the fit."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(n, sizes[0])), rng.normal(size=(n, 1))
    network = Network(sizes[1:-1], "mse", optimizer=optimizer, learning_rate=1e-4)
    steps = np.zeros((1 + epochs * n // batch_size, 2), int)

    def note(training):
        # what was left over from making the step, and not looked for yet, is not held by the training
        if training.progress.step == 1:
            gc.collect()
        steps[training.progress.step] = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()

    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        network.fit(
            X, Y, epochs=epochs, batch_size=batch_size, after_step=[*others, note]
        )
    finally:
        tracemalloc.stop()
    return steps - before


@pytest.mark.parametrize(("optimizer", "copies"), [("sgd", 1), ("adam", 3)])
def test_a_deep_network_on_large_batches_needs_its_activations_and_little_more(
    optimizer, copies
):
    n = 10_000
    parameters = sum((a + 1) * b for a, b in pairwise(SIZES))
    need = BYTES * (copies * parameters + n * sum(SIZES))
    most = held(optimizer, n, 3, n)[2:, 1].max()
    assert 0.9 * need < most < 1.2 * need


def grows(steps):
    """Whether a thousand steps hold 2 % more than a hundred."""
    return steps[1000][0] > 1.02 * steps[100][0]


def test_a_thousand_steps_hold_no_more_than_a_hundred():
    assert not grows(held("adam", 10_000, 20, 200, sizes=FLAT))


def test_a_watcher_that_keeps_the_weights_would_be_noticed():
    kept = []

    def hoard(training):
        if training.progress.step % 20 == 0:
            kept.append(training.progress.copied())

    assert grows(held("adam", 10_000, 20, 200, hoard, sizes=FLAT))


@pytest.mark.parametrize("engine", ["numpy", "c"])
def test_a_thousand_steps_leave_a_row_of_history_an_epoch_and_nothing_else(engine):
    held, pages = {}, {}

    def note(training):
        epoch = training.progress.epoch
        gc.collect()
        held[epoch] = tracemalloc.get_traced_memory()[0]
        if STATM.exists():
            pages[epoch] = int(STATM.read_text().split()[1])

    X = np.random.default_rng(0).normal(size=(2000, 20))
    network = Network((64, 64), "mse", optimizer="adam")
    tracemalloc.start()
    try:
        network.fit(X, X[:, :1], epochs=30, batch_size=50, engine=engine, callbacks=[note])  # fmt: skip
    finally:
        tracemalloc.stop()
    assert str(network.engine_) == engine
    # from the 80th step to the 1,200th; a batch of one layer alone has 25,600 bytes
    assert held[30] - held[2] < 28 * 1000
    if pages:
        assert pages[30] <= pages[2] * 1.02
