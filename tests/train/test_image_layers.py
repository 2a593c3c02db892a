"""Networks of images: what they compute, what their gradients are, and what they say to what does not fit."""

import numpy as np
import pytest

import chainrule
from chainrule import ops, program
from chainrule.derive import recognise
from chainrule.engines.c.compiler import compiler
from chainrule.nn.layers import (
    Activation,
    AvgPool2d,
    BatchNorm,
    Conv2d,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    MaxPool2d,
    Reshape,
    Residual,
)
from chainrule.program import ChainruleError
from chainrule.trace import trace
from chainrule.train import Network

SMOOTH = (
    Conv2d(3, (3, 2), stride=(2, 1), padding=(1, 0), activation="tanh"),
    AvgPool2d(2, 1),
    Conv2d(2, 2, padding=1, activation="sigmoid"),
    AvgPool2d((2, 3), padding=1),
    Flatten(),
    Dense(3, "softmax"),
)
USUAL = (
    Reshape((2, 6, 6)),
    Conv2d(4, 3, padding="same", activation="relu"),
    MaxPool2d(2),
    BatchNorm(),
    Residual((Conv2d(4, 3, padding="same"), Activation("relu"))),
    MaxPool2d(3, 2, 1),
    GlobalAvgPool(),
    Dense(3, "softmax"),
)
LOSS = "categorical_cross_entropy"


def images(n=5, *shape):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, *(shape or (2, 6, 6)))), rng.integers(0, 3, n)


def made(layers, X, Y, **options):
    network = Network(layers, LOSS, seed=2, **options)
    network.data(X, Y)
    return network


def test_gradients_are_those_of_complex_steps():
    X, Y = images()
    described = made(SMOOTH, X, Y).example(X, Y)
    arrays = described.arrays
    found = chainrule.gradients(
        described.function, wrt=list(described.parameters), **arrays
    )
    scope = {"np": np}
    # the source is NumPy that anybody can run
    exec(described.source, scope)
    for name in described.parameters:
        for place in np.ndindex(*arrays[name].shape):
            moved = arrays[name].astype(complex)
            moved[place] += 1e-30j
            slope = scope["network"](**{**arrays, name: moved}).imag / 1e-30
            assert abs(found[name][place] - slope) < 1e-14, (name, place)


def test_the_layers_are_recognised_as_what_they_are():
    X, Y = images()
    described = made(USUAL, X.reshape(5, -1), Y).example(X.reshape(5, -1), Y)
    run = recognise(trace(described.function, **described.arrays))
    found = [line.op for line in run.program.pruned().lines]
    assert found.count(ops.convolution) == 2
    assert found.count(ops.max_pool) == 2
    assert ops.windows not in found
    told = chainrule.explain(described.function, **described.arrays).to_text()
    assert "⋆ K1" in told
    assert "maxpool(" in told


@pytest.mark.frameworks
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_a_training_pass_and_its_gradients_are_those_of_pytorch(weighted):
    import torch
    from torch.nn import functional

    X, Y = images(7)
    weight = np.arange(1.0, 8.0) if weighted else np.ones(7)
    network = made(USUAL, X.reshape(7, -1), Y)
    run, derived = network.plan.derived(weighted=weighted)
    named = run.program.named()
    rng = np.random.default_rng(3)
    given = {
        name: rng.normal(size=array.shape) for name, array in network.numbers_.items()
    }
    given |= {"X": X.reshape(7, -1), "Y": Y, "weight": weight}
    ours = program.run(
        derived.run.program,
        {one: given[one.name] for one in derived.run.program.inputs},
    )
    learnt = list(network.plan.training.parameters)
    t = {
        name: torch.tensor(array, requires_grad=name in learnt)
        for name, array in given.items()
    }
    z = functional.conv2d(t["X"].reshape(7, 2, 6, 6), t["K1"], t["b1"], padding=1)
    p = functional.max_pool2d(functional.relu(z), 2)
    n = functional.batch_norm(
        p, None, None, t["scale1"].ravel(), t["shift1"].ravel(), training=True
    )
    z = functional.conv2d(n, t["K2"], t["b2"], padding=1)
    p = functional.max_pool2d(n + functional.relu(z), 3, 2, 1)
    z = p.mean(dim=(2, 3)) @ t["W3"] + t["b3"]
    each = functional.cross_entropy(z, t["Y"], reduction="none")
    loss = (each * t["weight"]).mean() / t["weight"].mean()
    loss.backward()
    assert abs(float(ours[run.program.outputs[0]]) - loss.item()) < 1e-12
    for name in learnt:
        true = t[name].grad.numpy()
        gradient = ours[derived.gradients[named[name]]]
        np.testing.assert_allclose(gradient, true, rtol=1e-12, atol=1e-12)


def test_batch_norm_of_images_is_by_channel():
    X, Y = images(6)
    network = Network([BatchNorm(), Flatten(), Dense(3)], "mse", seed=0)
    network.fit(X, np.eye(3)[Y], epochs=1, batch_size=6)
    mean, var = (network.numbers_[f"running_{one}1"] for one in ("mean", "var"))
    assert mean.shape == (1, 2, 1, 1)
    np.testing.assert_allclose(mean.ravel(), 0.1 * X.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(var.ravel(), 0.9 + 0.1 * X.var(axis=(0, 2, 3)))


def test_kernels_start_as_wide_as_their_fans_say():
    he = Network([Conv2d(64, 5, activation="relu"), Flatten(), Dense(1)], "mse").build((16, 8, 8))  # fmt: skip
    assert abs(he.numbers_["K1"].std() / np.sqrt(2 / (16 * 25)) - 1) < 0.02
    glorot = Network([Conv2d(64, 5, activation="tanh"), Flatten(), Dense(1)], "mse").build((16, 8, 8))  # fmt: skip
    wide = np.sqrt(2 / (16 * 25 + 64 * 25))
    assert abs(glorot.numbers_["K1"].std() / wide - 1) < 0.02
    assert not he.numbers_["b1"].any()


ENGINES = [
    pytest.param("c", marks=pytest.mark.skipif(compiler() is None, reason="needs a C compiler")),
    pytest.param("jax", marks=pytest.mark.frameworks),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_take_the_same_steps(engine):
    X, Y = images(11)
    layers = (*USUAL[1:4], Dropout(0.3), *USUAL[5:])
    plain, other = (
        Network(layers, LOSS, seed=4, optimizer="adam").fit(
            X, Y, epochs=4, batch_size=4, engine=one
        )
        for one in ("numpy", engine)
    )
    assert other.engine_.name == engine
    for name, array in plain.numbers_.items():
        np.testing.assert_allclose(other.numbers_[name], array, rtol=1e-9, atol=1e-12)


def test_images_come_as_they_are_or_as_rows():
    X, Y = images()
    as_rows = made(USUAL, X.reshape(5, -1), Y).predict(X.reshape(5, -1))
    as_images = made(USUAL[1:], X, Y).predict(X)
    assert np.array_equal(as_rows, as_images)
    assert "2 × 6 × 6 inputs" in repr(made(USUAL[1:], X, Y))
    assert np.array_equal(made(USUAL, X, Y).predict(X), as_images)


def digits():
    datasets = pytest.importorskip("sklearn.datasets")
    found = datasets.load_digits()
    order = np.random.default_rng(0).permutation(len(found.target))
    return (found.data / 16)[order], found.target[order]


def reader(filters):
    return Network(
        [
            Reshape((1, 8, 8)),
            Conv2d(filters, 3, padding="same", activation="relu"),
            MaxPool2d(2),
            Conv2d(2 * filters, 3, padding="same", activation="relu"),
            MaxPool2d(2),
            Flatten(),
            Dense(10, "softmax"),
        ],
        learning_rate=0.01,
        dtype="float32",
        seed=0,
    )


def test_digits_are_learnt():
    X, y = digits()
    network = reader(4).fit(X[:600], y[:600], epochs=6)
    assert network.evaluate(X[1437:], y[1437:])["accuracy"] > 0.85


@pytest.mark.slow
def test_digits_are_read_as_well_as_by_any_small_network_of_images():
    X, y = digits()
    network = reader(16).fit(X[:1437], y[:1437], epochs=15)
    assert network.evaluate(X[1437:], y[1437:])["accuracy"] > 0.98


ROWS = (1, 8, 8)


@pytest.mark.parametrize(
    ("layers", "units", "message"),
    [
        ([Conv2d(3)], 64, r"takes images, and gets 64 numbers a sample.*Reshape\(\(1, 8, 8\)\) before it"),
        ([Conv2d(3)], (8, 8), r"gets an array of \(8, 8\) a sample.*or X\[:, None\]"),
        ([Conv2d(3)], ROWS, r"one row of units, and gets \(3, 6, 6\).*Flatten\(\) before it"),
        ([Reshape((1, 7, 7))], 64, r"64 numbers cannot be given the shape \(1, 7, 7\), which has 49"),
        ([Conv2d(3, 9)], ROWS, r"Conv2d of images of \(1, 8, 8\): a window of 9 does not fit on an axis of 8"),
        ([Conv2d(3, 3)], (8, 8, 1), r"does not fit on an axis of 1.*channels come first: X.transpose\(0, 3, 1, 2\)"),
        ([Conv2d(3, 3, padding=3)], ROWS, "would see nothing but padding.*at most 2"),
        ([Conv2d(3, 4, padding="same")], ROWS, "is for kernels of odd size"),
        ([Conv2d(3, 3, 2, "same")], ROWS, "a stride of 1, not for 3 and 2"),
        ([Conv2d(3), MaxPool2d(7)], ROWS, r"MaxPool2d of images of \(3, 6, 6\)"),
        ([Residual((Conv2d(1),))], ROWS, r"takes \(1, 8, 8\) and gives \(1, 6, 6\).*padding='same'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_does(layers, units, message):
    with pytest.raises(ChainruleError, match=f"(?s){message}"):
        Network([*layers, Dense(2)], "mse").build(units)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv2d(3, (1, 2, 3)), "kernel_size is a whole number, at least 1, or two of them"),
        (lambda: Conv2d(3, padding="full"), "'same' or 'valid'; got 'full'"),
        (lambda: MaxPool2d(stride=0), "stride is a whole number, at least 1"),
        (lambda: Reshape(8), r"shape is whole numbers, such as \(1, 8, 8\); got 8"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_are_refused(make, message):
    with pytest.raises(ChainruleError, match=message):
        make()


def test_images_for_a_network_of_rows_are_refused_with_what_to_do():
    X, Y = images()
    with pytest.raises(ChainruleError, match=r"(?s)stand in rows.*Flatten\(\) as the"):
        Network([Dense(3)], "mse").fit(X, np.eye(3)[Y])
    network = made(SMOOTH, X, Y)
    with pytest.raises(ChainruleError, match=r"(?s)the shape \(6, 6, 2\).*reshape\(5, 2, 6, 6\)"):  # fmt: skip
        network.predict(X.transpose(0, 2, 3, 1))
