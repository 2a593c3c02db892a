"""Steps under XLA are the steps that NumPy takes, whatever the network, the optimizer and the data."""

import sys
import types

import numpy as np
import pytest
from random_trainings import agree, drawn

from chainrule import Network, fit_many
from chainrule.engines import jax as jax_engine
from chainrule.engines.jax_random import random_bits
from chainrule.engines.require_framework import framework
from chainrule.nn.layers import BatchNorm, Dense, Dropout
from chainrule.program import MissingEngineError, NonFiniteError, UsageError

frameworks = pytest.mark.frameworks
EVERY = 10
"""Of 200 trainings those that are tried here; ``benchmarks/agreement.py`` runs them all."""


def data(dtype="float64", n=50):
    rng = np.random.default_rng(3)
    return rng.normal(size=(n, 5)).astype(dtype), rng.integers(0, 3, n)


@frameworks
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(0, 200, EVERY))
def test_a_training_of_any_kind_is_numpys(seed):
    layers, X, Y, fit, options = drawn(seed)
    agree("jax", layers, X, Y, fit, **options)


@frameworks
def test_dropout_weights_without_weight_schedules_limits_and_a_shorter_last_batch():
    import jax

    # emitted texts of other tests may have switched it on in this process
    before = jax.config.jax_enable_x64
    X, y = data("float32", 65)
    weight = np.repeat([1.0, 0.0, 2.0, 0.5, 1.0, 3.0, 1.0], 10)[:65]
    fit = {"epochs": 2, "batch_size": 10, "shuffle": False, "sample_weight": weight}
    trained = agree(
        "jax", [Dense(20, "tanh"), Dropout(0.3), 9], X, y, fit,
        dtype="float32", optimizer="nesterov", schedule="cosine", clip_norm=0.5, l2=1e-3,
    )  # fmt: skip
    # one batch in seven has no weight
    assert trained.n_steps_ == 12
    assert trained.numbers_["W1"].flags.writeable
    # what the rest of the process computes in is left alone
    assert jax.config.jax_enable_x64 == before


@frameworks
def test_an_epoch_in_several_stretches_and_one_that_is_watched_are_the_same(
    monkeypatch,
):
    X, y = data(n=50)
    lengths, steps = [], []
    advance = jax_engine.JaxEpochs.advance

    def counted(self, first, last, **told):
        losses, ended = advance(self, first, last, **told)
        lengths.append(len(losses))
        return losses, ended

    monkeypatch.setattr(jax_engine.JaxEpochs, "advance", counted)
    monkeypatch.setattr(jax_engine, "BREATH", 2.5 * jax_engine.ON_CPU[0])
    agree("jax", (4,), X, y, {"epochs": 1, "batch_size": 10}, optimizer="sgd")
    assert lengths == [2, 2, 1]
    network = Network((4,), optimizer="sgd", seed=1)
    fit = {"epochs": 1, "batch_size": 10, "engine": "jax"}
    network.fit(X, y, **fit, after_step=[lambda one: steps.append(one.progress.step)])
    assert steps == [1, 2, 3, 4, 5]


@frameworks
def test_a_loss_that_is_not_finite_is_told_as_numpy_tells_it():
    X, y = data()
    X[7] = np.nan
    told = []
    for engine in ("numpy", "jax"):
        network = Network((6,), optimizer="sgd", seed=0)
        with pytest.raises(NonFiniteError) as caught:
            network.fit(X, y, epochs=2, batch_size=10, engine=engine)
        numbers = {name: array.tobytes() for name, array in network.numbers_.items()}
        told.append((str(caught.value), numbers))
    assert told[0] == told[1]
    assert "E201" in told[1][0]


@frameworks
def test_a_training_goes_on_by_another_engine_where_one_left_it(tmp_path):
    X, y = data()
    whole = Network((6,), seed=0).fit(X, y, epochs=4, engine="numpy")
    for epochs, engine in ((2, "jax"), (3, "numpy"), (4, "jax")):
        network = Network((6,), seed=0)
        network.fit(X, y, epochs=epochs, engine=engine, checkpoint=tmp_path)
    assert str(network.engine_) == "jax"
    for name, array in whole.numbers_.items():
        np.testing.assert_allclose(network.numbers_[name], array, rtol=1e-11)


@frameworks
def test_random_bits_are_those_of_numpys_philox():
    with jax_engine.exactly():
        import jax.numpy as jnp

        key = np.array([2**63 + 5, 17], np.uint64)
        bits = random_bits(jnp.asarray(key), 3, 11, 2, 21)
    place = np.array([0, 3, 11, 2], np.uint64)
    drawn_words = np.random.Philox(key=key, counter=place).random_raw(11)
    assert np.array_equal(bits, drawn_words.astype("<u8").view("<u4")[:21])


@frameworks
def test_what_jax_does_not_take_over_is_left_to_numpy_and_said():
    X, y = data()
    with pytest.warns(UserWarning, match="NumPy takes the steps: gradients of several"):
        Network((4,)).fit(X, y, epochs=1, engine="jax", accumulate=2)


def test_without_jax_a_training_by_it_is_refused_with_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    X, y = data()
    with pytest.raises(MissingEngineError) as caught:
        Network((4,)).fit(X, y, epochs=1, engine="jax")
    assert caught.value.code == "E802"
    assert caught.value.hint == 'pip install "chainrule[jax]"'


def test_a_jax_that_is_too_old_is_refused_with_the_line_that_brings_a_newer(
    monkeypatch,
):
    old = types.ModuleType("jax")
    old.__version__ = "0.4.9"
    monkeypatch.setitem(sys.modules, "jax", old)
    with pytest.raises(MissingEngineError, match=r"0\.4\.9 is too old") as caught:
        framework("jax", "jax", jax_engine.OLDEST)
    assert caught.value.hint == 'pip install --upgrade "chainrule[jax]"'
    old.__version__ = "0.4.30.dev1"
    assert framework("jax", "jax", jax_engine.OLDEST) is old


@frameworks
@pytest.mark.parametrize(
    "layers",
    [
        (9, 3),
        pytest.param(
            (Dense(9, "tanh"), BatchNorm(), Dropout(0.3), 3), marks=pytest.mark.slow
        ),
    ],
)
def test_two_devices_take_the_steps_of_one_a_half_of_every_batch_each(
    layers, monkeypatch
):
    X, y = data(n=44)
    seen = []
    advance = jax_engine.JaxEpochs.advance
    monkeypatch.setattr(
        jax_engine.JaxEpochs,
        "advance",
        lambda self, *places, **told: (
            seen.append(self) or advance(self, *places, **told)
        ),
    )
    told = {"batch_size": 8, "epochs": 2, "engine": "jax", "shuffle": False}
    weight = np.repeat([1.0, 0.0, 2.0, 0.5], 11)
    one, two = (
        Network(layers, optimizer="sgd", clip_norm=0.5, seed=4).fit(
            X, y, sample_weight=weight, devices=devices, **told
        )
        for devices in (1, 2)
    )
    assert one.n_steps_ == two.n_steps_
    for name, array in one.numbers_.items():
        np.testing.assert_allclose(two.numbers_[name], array, rtol=1e-11, atol=1e-13)
    epochs = seen[-1]
    given = epochs.live, epochs.fixed, epochs.samples, None
    rates = np.array([0.1], epochs.step.dtype)
    told = np.array([0, 0, 1], np.int32), rates, epochs.key
    with jax_engine.exactly():
        lowered = epochs.step.compiled.lower(*given, told, n_steps=1, n_rows=8)
        text = lowered.compile().as_text()
    assert "all-reduce" in text
    assert "f64[4,9]" in text
    assert "f64[8,9]" not in text


@frameworks
def test_of_networks_on_two_devices_each_is_the_one_that_is_fitted_alone():
    X, y = data()

    def made():
        return [Network((5,), learning_rate=0.01 * k, seed=k) for k in range(1, 4)]

    told = {"epochs": 3, "batch_size": 16, "engine": "jax"}
    for one, other in zip(
        fit_many(made(), X, y, devices=2, **told),
        fit_many(made(), X, y, **told),
        strict=True,
    ):
        assert [row["loss"] for row in one.history_] == pytest.approx(
            [row["loss"] for row in other.history_], rel=1e-12
        )
        for name, array in other.numbers_.items():
            np.testing.assert_allclose(one.numbers_[name], array, rtol=1e-11)


@frameworks
@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "devices are JAX's: the engine is auto"),
        ({"engine": "jax", "devices": 3}, "JAX finds .*:0, .*:1"),
        ({"engine": "jax", "batch_size": 7}, "batches of 7 rows cannot be dealt out"),
    ],
)
def test_devices_that_are_not_there_or_cannot_share_are_told(told, words):
    with pytest.raises(UsageError, match=words) as caught:
        Network((4,)).fit(*data(), **{"devices": 2, "epochs": 1, **told})
    assert caught.value.code == "E411"
    assert caught.value.hint
