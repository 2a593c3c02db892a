"""Pooling by slices and products as matrices give the numbers that the lines they stand for give."""

import numpy as np
import pytest

from chainrule import ops
from chainrule.engines.lowering import in_matrices, lowered
from chainrule.engines.primitives import primitives
from chainrule.nn.layers import Conv2d, Dense, Flatten, MaxPool2d
from chainrule.program import Program, run
from chainrule.train import Network

POOLS = {
    "side by side": MaxPool2d(2),
    "overlapping": MaxPool2d(3, 2),
    "with gaps and a rest": MaxPool2d((1, 2), (3, 3)),
    "framed": MaxPool2d(2, 2, 1),
    "large": MaxPool2d(4),
    "one entry": MaxPool2d(1, 2),
}


def gradients(pool, X):
    layers = [Conv2d(6, 3, padding=1), pool, Conv2d(8, 2), Flatten(), Dense(2)]
    network = Network(layers, "mse", seed=1).build(X.shape[1:])
    _, derived = network.plan.derived(weighted=False)
    whole = derived.run.program
    outputs = tuple(derived.gradients[one] for one in derived.wrt)
    given = {"X": X, "Y": np.ones((len(X), 2)), **network.numbers_}
    program = Program(whole.inputs, whole.items, outputs, whole.name).pruned()
    return program, {value: given[value.name] for value in program.inputs}


def images(n):
    """Of whole numbers, so that many windows have several largest entries."""
    return np.random.default_rng(0).integers(-1, 2, (n, 2, 9, 8)).astype(float)


@pytest.mark.parametrize("pool", POOLS.values(), ids=POOLS)
def test_pooling_by_slices_has_the_same_gradients(pool):
    program, numbers = gradients(pool, images(5))
    simpler = lowered(program)
    used = {line.op for line in simpler.lines}
    is_small = pool.padding == 0 and pool.kernel_size != 4
    assert (ops.max_pool not in used) == is_small
    true, found = (run(one, numbers) for one in (program, simpler))
    for value in program.outputs:
        np.testing.assert_allclose(found[value], true[value], rtol=1e-12, atol=1e-13)


def test_products_over_several_axes_are_products_of_matrices_of_any_batch():
    program, numbers = gradients(MaxPool2d(2), images(5))
    known = primitives(program, lambda line: line.op in (ops.windows, ops.add_windows, ops.tensordot))  # fmt: skip
    laid = in_matrices(known)
    count = [line.op for line in laid.lines].count
    assert count(ops.tensordot) == 0 < count(ops.matmul)
    for n in (5, 1, 9):
        more = {
            value: images(n) if value.name == "X" else array
            for value, array in numbers.items()
        }
        more = {
            value: np.ones((n, 2)) if value.name == "Y" else array
            for value, array in more.items()
        }
        true, found = (run(one, more) for one in (program, laid))
        for value, other in zip(program.outputs, laid.outputs, strict=True):
            np.testing.assert_allclose(
                found[other], true[value], rtol=1e-12, atol=1e-12
            )
