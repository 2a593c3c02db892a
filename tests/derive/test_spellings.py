"""One function, however it is spelled: each way of writing it is recognised, equal, and finite where it is."""

import numpy as np
import pytest

from chainrule import ops, trace
from chainrule.derive import backward, fuse, recognise

ROWS = np.random.default_rng(5).normal(size=(4, 3)).round(2)
ONE = ROWS[0]
MARKED = np.eye(3)[[0, 2, 1, 1]]
LABELS = np.array([0, 2, 1, 1])


def by_the_sum(z):
    return np.exp(z) / np.exp(z).sum()


def shifted_by_the_sum(z):
    e = np.exp(z - np.max(z))
    return e / e.sum()


def along_the_first(z):
    e = np.exp(z - z.max(axis=0))
    return e / np.sum(e, axis=0)


ONE_SAMPLE = (by_the_sum, shifted_by_the_sum, along_the_first)
MANY = {
    "keepdims": lambda z: np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True),
    "a new axis": lambda z: np.exp(z) / np.exp(z).sum(axis=1)[:, None],
    "reshape": lambda z: np.exp(z) / np.exp(z).sum(axis=1).reshape(-1, 1),
    "expand_dims": lambda z: np.exp(z) / np.expand_dims(np.exp(z).sum(1), 1),
    "repeat": lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True).repeat(3, axis=1),
    "tile": lambda z: np.exp(z) / np.tile(np.exp(z).sum(1, keepdims=True), (1, 3)),
    "the largest of all": lambda z: MANY["keepdims"](z - z.max()),
    "the largest of each": lambda z: MANY["a new axis"](z - z.max(1)[:, np.newaxis]),
    "turned before": lambda z: (np.exp(z.T) / np.exp(z.T).sum(axis=0)).T,
    "turned between": lambda z: (np.exp(z).T / np.sum(np.exp(z), axis=1)).T,
    "turned and shifted": lambda z: (
        (np.exp(z.T - z.max(axis=1)) / np.sum(np.exp(z.T - z.max(axis=1)), axis=0)).T
    ),
    "times a power": lambda z: np.exp(z) * np.exp(z).sum(1, keepdims=True) ** -1,
    "times one over": lambda z: np.exp(z) * (1 / np.exp(z).sum(1, keepdims=True)),
    "from its logarithm": lambda z: np.exp(z - np.log(np.exp(z).sum(1, keepdims=True))),
}
SOFTMAXES = [
    *((way, ONE.reshape(shape)) for way in ONE_SAMPLE for shape in (3, (3, 1))),
    *((way, ONE.reshape(1, 3)) for way in ONE_SAMPLE[:2]),
    *((way, ROWS) for way in MANY.values()),
]


def loss_of(softmax, z, t):
    return -np.sum(t * np.log(softmax(z)))


@pytest.mark.parametrize("number", range(len(SOFTMAXES)))
def test_every_spelling_of_softmax_has_the_textbooks_gradient_however_large(number):
    softmax, z = SOFTMAXES[number]
    recognised = recognise(trace(softmax, z=z))
    assert ops.softmax in {line.op for line in recognised.program.pruned().lines}
    t = MARKED if z is ROWS else np.array([0.0, 1.0, 0.0]).reshape(z.shape)
    for scale in (1, 1e4):
        with np.errstate(all="ignore"):
            run = trace(lambda z, t, f=softmax: loss_of(f, z, t), z=z * scale, t=t)
        p = recognise(trace(lambda z: ops.softmax(z, axis=None), z=z * scale))
        share = (
            p.numbers[p.program.outputs[0]]
            if z.size == 3
            else ops.softmax(z * scale, axis=1)
        )
        found = backward(fuse(recognise(run))).gradient("z")
        np.testing.assert_allclose(found, share - t, rtol=1e-12, atol=1e-14)


def shares(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


CROSS_ENTROPIES = {
    "dot": (lambda z, t: -np.dot(t, np.log(shares(z))), ONE, MARKED[1]),
    "@": (lambda z, t: -(np.log(shares(z)) @ t), ONE, MARKED[1]),
    "one label": (lambda z, t: -np.log(shares(z)[t]), ONE, np.array(2)),
    "minus inside": (lambda z, t: np.sum(-t * np.log(shares(z))), ROWS, MARKED),
    "labels": (lambda z, t: -np.log(shares(z)[np.arange(z.shape[0]), t]).sum(), ROWS, LABELS),
    "len": (lambda z, t: -np.log(shares(z)[np.arange(len(t)), t]).sum(), ROWS, LABELS),
    "log first": (lambda z, t: -np.log(shares(z))[range(z.shape[0]), t].sum(), ROWS, LABELS),
    "logsumexp": (
        lambda z, t: np.sum(np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), t]),
        ROWS,
        LABELS,
    ),
    "log-softmax": (
        lambda z, t: -np.sum(np.sum(t * (z - np.log(np.exp(z).sum(1, keepdims=True))), axis=1)),
        ROWS,
        MARKED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CROSS_ENTROPIES)
def test_every_spelling_of_a_cross_entropy_folds_to_what_is_predicted_less_what_is_true(
    name,
):
    loss, z, t = CROSS_ENTROPIES[name]
    true = t if t.dtype.kind == "f" else np.eye(3)[t]
    for scale in (1, 1e4):
        with np.errstate(all="ignore"):
            run = fuse(recognise(trace(loss, z=z * scale, t=t)))
        found = backward(run, wrt=[run.program.named()["z"]]).gradient("z")
        expected = ops.softmax(z * scale, axis=-1) - true
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


def sigma(z):
    return 1 / (1 + np.exp(-z))


BINARY = {
    "two sums": lambda z, t: -(np.sum(t * np.log(sigma(z))) + np.sum((1 - t) * np.log(1 - sigma(z)))),
    "two means": lambda z, t: 4 * (np.mean(-t * np.log(sigma(z))) - np.mean((1 - t) * np.log(1 - sigma(z)))),
    "dots": lambda z, t: -(np.dot(t, np.log(sigma(z))) + np.dot(1 - t, np.log(1 - sigma(z)))),
    "where": lambda z, t: -np.sum(np.where(t == 1, np.log(sigma(z)), np.log(1 - sigma(z)))),
}  # fmt: skip


@pytest.mark.parametrize("name", BINARY)
def test_every_spelling_of_a_binary_cross_entropy_is_finite_and_folds(name):
    z, t = np.array([-1e4, -1.5, 2.0, 1e4]), np.array([1.0, 0.0, 1.0, 0.0])
    with np.errstate(all="ignore"):
        run = fuse(recognise(trace(BINARY[name], z=z, t=t)))
    found = backward(run, wrt=[run.program.named()["z"]]).gradient("z")
    np.testing.assert_allclose(found, ops.sigmoid(z) - t, rtol=1e-12, atol=1e-14)


NORMALISED = {
    "without keepdims": lambda z: (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-5),
    "a mean of squares": lambda z: (z - z.mean(0)) / np.sqrt(((z - z.mean(0)) ** 2).mean(0) + 1e-5),
    "np.square": lambda z: (z - z.mean(0)) / np.sqrt(np.mean(np.square(z - z.mean(0)), axis=0) + 1e-5),
    "a power": lambda z: (z - z.mean(0)) * (z.var(0) + 1e-5) ** -0.5,
    "one over the root": lambda z: (z - z.mean(0)) * (1 / np.sqrt(z.var(0) + 1e-5)),
    "half a power": lambda z: (z - z.mean(0)) / (z.var(0) + 1e-5) ** 0.5,
    "std": lambda z: (z - z.mean(0)) / z.std(0),
    "a layer": lambda z: (z - z.mean(-1)[:, None]) / np.sqrt(z.var(-1)[:, None] + 1e-5),
    "one sample": lambda z: (z[0] - z[0].mean()) / np.sqrt(z[0].var() + 1e-5),
}  # fmt: skip


@pytest.mark.parametrize("name", NORMALISED)
def test_every_spelling_of_normalizing_is_one_step(name):
    run = trace(lambda z: np.sum(NORMALISED[name](z) ** 3), z=ROWS)
    recognised = recognise(run)
    assert ops.standardize in {line.op for line in recognised.program.pruned().lines}
    np.testing.assert_allclose(
        backward(recognised).gradient("z"),
        backward(run).gradient("z"),
        rtol=1e-9,
        atol=1e-12,
    )


def test_sums_that_lie_beside_other_rows_are_no_softmax():
    def loss(z):
        e = np.exp(z)
        return np.sum((e / e.sum(axis=1)) ** 2)

    run = recognise(trace(loss, z=ROWS[:3]))
    assert ops.softmax not in {line.op for line in run.program.lines}
