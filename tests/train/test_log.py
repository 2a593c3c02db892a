"""Looking inside costs little, changes nothing, and sees what is there."""

import numpy as np
import pytest

from chainrule.nn.layers import BatchNorm, Dense, Dropout
from chainrule.program import run
from chainrule.train import Network
from chainrule.train.loop.log import Diary, recall
from chainrule.train.loop.state import Data
from chainrule.train.model.inspect import looker, spaced, stations

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 3))
Y = (X[:, :1] * X[:, 1:2] > 0).astype(float)
LAYERS = (Dense(6, "relu"), BatchNorm(), Dropout(0.3), Dense(1, "sigmoid"))


@pytest.mark.spread(4)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_training_with_a_diary_has_the_bits_of_one_without(optimizer, dtype):
    ends = []
    for callbacks in ((), (Diary(Data(X[:20], Y[:20]), n_looked=30),)):
        network = Network(LAYERS, "bce", optimizer=optimizer, seed=3, dtype=dtype)
        network.fit(X, Y, epochs=6, validation=0.2, callbacks=callbacks)
        ends.append((network.numbers_, network.history_))
    (plain, history), (watched, same) = ends
    assert history == same
    for name, array in plain.items():
        assert array.tobytes() == watched[name].tobytes()


def test_what_is_seen_inside_is_what_the_reference_computes():
    network = Network(LAYERS, "bce", seed=1).fit(X, Y, epochs=2)
    _, derived = network.plan.derived(weighted=False)
    masks = {
        name: np.ones((len(X), *mask.units))
        for name, mask in network.plan.training.masks.items()
    }
    with np.errstate(all="ignore"):
        filled = run(derived.run.program, {"X": X, "Y": Y, **masks, **network.numbers_})
    named = {value.name: value for value in derived.gradients}
    seen = looker(network.plan)(network.numbers_, Data(X, Y))
    for name, gradient in seen.gradients.items():
        true = filled.numbers[derived.gradients[named[name]]]
        assert np.allclose(gradient, true, rtol=1e-12, atol=1e-15)
    for name, value in seen.values.items():
        assert np.allclose(value, filled[name], rtol=1e-12, atol=1e-15)
    assert set(seen.values) == {"h1", "n1", "d1", "y_pred"}
    assert np.allclose(seen.slopes["y_pred"], (seen.values["y_pred"] - Y) / len(X))
    true = filled.numbers[derived.gradients[named["h1"]]]
    assert np.allclose(seen.slopes["h1"], true, rtol=1e-12, atol=1e-15)


def test_stations_have_every_parameter_once():
    network = Network(LAYERS, "bce").build(3, 1)
    found = stations(network.plan)
    names = [name for one in found for name in one.parameters]
    assert names == list(network.plan.training.parameters)
    n_parameters = sum(one.n_parameters for one in found)
    assert n_parameters == network.summary().n_parameters


def test_sample_weights_reach_the_gradients_that_are_written_down():
    plain, weighted = Diary(), Diary()
    weight = np.linspace(0, 1, 90)
    Network((4,), seed=1).fit(X, Y, epochs=1, callbacks=[plain])
    Network((4,), seed=1).fit(
        X, Y, epochs=1, callbacks=[weighted], sample_weight=weight
    )
    assert plain.entries[0].flow != weighted.entries[0].flow


def test_a_long_training_is_looked_at_in_few_epochs_the_first_and_last_among_them():
    for epochs in (1, 2, 23, 24, 25, 99, 1000, 12345):
        wanted = Diary().wanted(epochs)
        assert wanted[0] == 1
        assert wanted[-1] == epochs
        assert min(epochs, 18) <= len(wanted) <= 26
        assert wanted == sorted(set(wanted))


def test_a_diary_that_missed_epochs_reads_them_from_the_weights_that_were_kept():
    kept = {}

    def keep(training):
        kept[training.progress.epoch] = training.progress.copied()

    whole, half = Diary(), Diary()
    late = [lambda training: training.progress.epoch > 3 and half(training)]
    network = Network((4,), seed=1).fit(X, Y, epochs=6, callbacks=[whole, keep, *late])
    assert [entry.epoch for entry in half.entries] == [4, 5, 6]
    recall(half, 6, network.plan, Data(X, Y), kept.get)
    assert half.entries == whole.entries
    for name, array in whole.first.weights.items():
        assert np.array_equal(array, half.first.weights[name])
    assert half.first.epoch == 1
    assert half.last.epoch == 6


def test_samples_are_taken_from_everywhere():
    data = Data(np.arange(1000.0)[:, None], np.zeros((1000, 1)))
    found = spaced(data, 5).X[:, 0].tolist()
    assert found == [0, 249, 499, 749, 999]
    assert spaced(data, 2000) is data
