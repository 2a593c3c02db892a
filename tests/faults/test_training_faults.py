"""The faults that training survives: F01, F09 to F12, F18, F19, F22, F24 to F29 and F40, each beside a control in which
it bites without our guard."""

import sys

import numpy as np
import pytest

from chainrule.nn import optimizer
from chainrule.nn.layers import BatchNorm, Dense, Dropout
from chainrule.nn.update_rules import RULES
from chainrule.program import (
    ChainruleError,
    CorruptFileError,
    NonFiniteError,
    ShapeError,
    UsageError,
)
from chainrule.train import Network
from chainrule.train.data.table import parse
from chainrule.train.loop import checkpoint
from chainrule.train.model.array_files import read_arrays, write_arrays

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X @ np.array([[1.0], [-2.0], [0.5]]) + 0.1 * RNG.normal(size=(40, 1))


def linear(**options):
    return Network([Dense(1)], "mse", **{"optimizer": "sgd", **options})


# F01: a flat target against a column


def test_f01_flat_labels_are_refused_with_the_reshape():
    with pytest.raises(ShapeError) as caught:
        linear().fit(X, Y[:, 0])
    assert caught.value.code == "E101"
    assert "Y.reshape(40, 1)" in caught.value.hint


def test_f01_control_a_loop_by_hand_learns_the_mean_and_nothing_else():
    W = np.zeros((3, 1))
    for _ in range(300):
        error = X @ W - Y[:, 0]  # (40, 40), without a word
        W -= 0.1 * 2 * X.T @ error.sum(axis=1, keepdims=True) / error.size
    assert np.abs(X @ W - Y).mean() > 0.5
    assert np.abs(linear(learning_rate=0.1).fit(X, Y).predict(X) - Y).mean() < 0.1


# F09: dead and saturated units


def dead():
    layers = [Dense(4, "relu", bias_initialiser=-100.0), Dense(1)]
    return Network(layers, "mse", learning_rate=0.01)


def test_f09_dead_units_are_named_with_layer_and_share_while_training(capsys):
    dead().fit(X, Y, epochs=1, verbose=1)
    assert "h1: 100% of its units are dead" in capsys.readouterr().err


def test_f09_control_the_loss_falls_all_the_same_and_nothing_is_learnt():
    network = dead().fit(X, Y + 1, epochs=200)
    losses = [row["loss"] for row in network.history_]
    assert losses[-1] < losses[0]
    assert np.ptp(network.predict(X)) == 0


# F10: divergence


def steep(folder=None, epochs=400):
    network = linear(learning_rate=2.0)
    with pytest.raises(NonFiniteError) as caught:
        network.fit(X, Y, epochs=epochs, checkpoint=folder)
    return network, caught.value


def test_f10_training_stops_at_the_step_and_says_which_weights_there_are(tmp_path):
    network, error = steep(tmp_path)
    assert error.code == "E201"
    assert "epoch" in error.message
    assert "batch" in error.message
    newest = checkpoint.listed(tmp_path)[-1]
    assert str(newest) in error.detail
    progress, _ = checkpoint.load(newest)
    assert f"after epoch {progress.epoch}," in error.detail
    for name, array in network.numbers_.items():
        assert np.isfinite(array).all()
        assert np.array_equal(progress.parameters[name], array)


def test_f10_before_the_first_epoch_is_over_the_weights_are_those_drawn():
    network = linear(learning_rate=1e200).build(3)
    drawn = {name: array.copy() for name, array in network.numbers_.items()}
    with pytest.raises(NonFiniteError, match="epoch 1,") as caught:
        network.fit(X, Y)
    assert "before training" in caught.value.detail
    assert all(np.array_equal(drawn[name], network.numbers_[name]) for name in drawn)


def test_f10_control_a_loop_by_hand_goes_on_with_numbers_that_are_none():
    W = np.zeros((3, 1))
    with np.errstate(all="ignore"):
        for _ in range(3000):
            W = W - 2.0 * 2 * X.T @ (X @ W - Y) / len(X)
    assert np.isnan(W).all()


# F11, F12: element types


def test_f11_whole_numbers_train_as_the_floats_they_stand_for():
    whole = RNG.integers(-3, 4, (40, 3))
    first, second = (linear(seed=1).fit(x, Y, epochs=3) for x in (whole, whole * 1.0))
    assert np.array_equal(first.numbers_["W1"], second.numbers_["W1"])


def test_f11_words_are_refused():
    with pytest.raises(ChainruleError) as caught:
        linear().fit(X.astype(str), Y)
    assert caught.value.code == "E110"


def test_f11_control_whole_weights_would_never_move():
    W = np.zeros((3, 1), np.int64)
    step = (0.1 * X.T @ (X @ W - Y) / len(X)).astype(W.dtype)
    assert not step.any()


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", RULES)
def test_f12_a_narrow_network_stays_narrow(name):
    seen = []

    def look(training):
        progress = training.progress
        for kept in (progress.parameters, progress.state, progress.running):
            seen.extend((key, array.dtype.name) for key, array in kept.items())

    network = Network(
        [Dense(4), BatchNorm(), Dropout(0.2), Dense(1)],
        "mse",
        optimizer=optimizer(name),
        schedule="cosine",
        l2=0.1,
        clip_norm=1.0,
        max_norm=2.0,
        dtype="float32",
    )
    network.fit(X, Y, epochs=2, callbacks=[look])
    assert [one for one in seen if one[1] != "float32"] == []
    assert network.predict(X).dtype == np.float32


def test_f12_control_one_wide_number_widens_the_weights():
    rate = np.asarray(0.1)
    assert (np.ones(3, np.float32) - rate[None] * np.ones(3, np.float32)).dtype == "f8"


# F18: no row, one row, one class


def test_f18_no_sample_is_an_error_and_one_is_enough():
    with pytest.raises(ChainruleError) as caught:
        linear().fit(X[:0], Y[:0])
    assert caught.value.code == "E103"
    assert np.isfinite(linear().fit(X[:1], Y[:1], epochs=2).predict(X)).all()


def test_f18_one_class_is_an_error_in_a_table():
    from chainrule.train.tabular import train

    with pytest.raises(UsageError, match="one class only") as caught:
        train(parse("a,b\n" + "1,x\n2,x\n" * 9), target="b", epochs=1)
    assert caught.value.code == "E425"


def test_f18_control_the_mean_of_no_losses_is_not_a_number():
    with pytest.warns(RuntimeWarning), np.errstate(all="ignore"):
        assert np.isnan(np.mean((X[:0] @ np.zeros((3, 1)) - Y[:0]) ** 2))


# F19: batches of different sizes, gradients that add up


@pytest.mark.parametrize("size", [1, 7, 13, 39])
@pytest.mark.parametrize("weighted", [False, True])
def test_f19_any_split_gives_the_gradient_of_the_whole(size, weighted):
    weight = np.random.default_rng(1).uniform(0.5, 2, 40) if weighted else None
    options = {"epochs": 2, "sample_weight": weight, "shuffle": False}
    whole = linear(seed=2).fit(X, Y, batch_size=40, **options)
    n_batches = -(-40 // size)
    parts = linear(seed=2).fit(X, Y, batch_size=size, accumulate=n_batches, **options)
    for name, array in whole.numbers_.items():
        np.testing.assert_allclose(parts.numbers_[name], array, rtol=1e-12, atol=1e-14)


def test_f19_control_the_mean_of_means_is_another_gradient():
    def gradient(rows):
        return 2 * X[rows].T @ (X[rows] @ np.ones((3, 1)) - Y[rows]) / len(X[rows])

    batches = [slice(start, start + 13) for start in range(0, 40, 13)]
    mean = sum(gradient(rows) for rows in batches) / len(batches)
    assert np.abs(mean - gradient(slice(None))).max() > 1e-2


# F22: one seed, no generator that others share


def test_f22_other_peoples_random_numbers_change_nothing():
    layers = [Dense(4, "relu"), Dropout(0.5), Dense(1)]
    ends = []
    for seed in (0, 1):
        np.random.seed(seed)  # noqa: NPY002 - what other code might do
        ends.append(Network(layers, "mse", seed=3).fit(X, Y, epochs=2).numbers_["W1"])
    assert np.array_equal(*ends)


def test_f22_control_the_shared_generator_gives_other_weights():
    np.random.seed(0)  # noqa: NPY002 - the fault itself
    first = np.random.normal(size=3)  # noqa: NPY002 - the same
    assert not np.array_equal(first, np.random.normal(size=3))  # noqa: NPY002 - the same


# F24: taken up again


def stopped(folder, change=lambda progress: None):
    """Stopped after two epochs, changed on the way, taken up again; where it ends."""

    def network():
        layers = [Dense(4, "tanh"), Dropout(0.2), Dense(1)]
        return Network(layers, "mse", schedule="one_cycle", seed=3)

    class Stop(Exception):  # noqa: N818 - a stop is no error
        pass

    def stop(training):
        if training.progress.epoch == 3:
            raise Stop

    unbroken = network().fit(X, Y, epochs=6, batch_size=8)
    with pytest.raises(Stop):
        network().fit(X, Y, epochs=6, batch_size=8, checkpoint=folder, callbacks=[stop])
    progress, about = checkpoint.latest(folder)
    change(progress)
    arrays = {
        f"{place}/{name}": array
        for place in checkpoint.PLACES
        for name, array in getattr(progress, place).items()
    }
    numbers = {name: getattr(progress, name) for name in checkpoint.NUMBERS}
    path = checkpoint.listed(folder)[-1]
    write_arrays(path, arrays, {**about, "progress": numbers})
    resumed = network().fit(X, Y, epochs=6, batch_size=8, checkpoint=folder)
    return unbroken.numbers_["W1"], resumed.numbers_["W1"]


def test_f24_a_training_that_is_taken_up_ends_as_an_unbroken_one(tmp_path):
    assert np.array_equal(*stopped(tmp_path))


@pytest.mark.parametrize(
    "forget",
    [
        lambda progress: progress.state.update(
            {name: 0 * array for name, array in progress.state.items()}
        ),
        lambda progress: setattr(progress, "step", 0),
        lambda progress: setattr(progress, "epoch", 1),
    ],
    ids=["the moments", "the step", "the place in the data"],
)
def test_f24_control_without_one_part_of_it_the_end_is_another(tmp_path, forget):
    assert not np.array_equal(*stopped(tmp_path, forget))


def test_f24_other_data_are_not_gone_on_with(tmp_path):
    linear().fit(X, Y, epochs=1, checkpoint=tmp_path)
    with pytest.raises(UsageError, match="another training") as caught:
        linear().fit(X + 1e-9, Y, epochs=2, checkpoint=tmp_path)
    assert "the numbers in the data are others" in caught.value.detail
    linear().fit(X + 1e-9, Y, epochs=2, checkpoint=tmp_path, restart=True)


# F25 to F27: killed, bent, no room. Kills are in tests/train/test_files.py


def test_f26_a_flipped_bit_is_named_with_its_array(tmp_path):
    path = tmp_path / "a.safetensors"
    write_arrays(path, {"W": Y}, {})
    bent = bytearray(path.read_bytes())
    bent[-3] ^= 4
    path.write_bytes(bent)
    with pytest.raises(CorruptFileError, match="the numbers of W"):
        read_arrays(path)


def test_f26_control_npy_does_not_notice(tmp_path):
    np.save(tmp_path / "a.npy", Y)
    bent = bytearray((tmp_path / "a.npy").read_bytes())
    bent[-3] ^= 4
    (tmp_path / "a.npy").write_bytes(bent)
    assert not np.array_equal(np.load(tmp_path / "a.npy"), Y)


LIMITED = """
import resource, sys
import numpy as np
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from chainrule.program import CorruptFileError
from chainrule.train.model.array_files import write_arrays
try:
    write_arrays(sys.argv[1], {"W": np.zeros(5000)}, {})
except CorruptFileError as error:
    print(error.code)
try:
    with open(sys.argv[2], "wb") as file:
        file.write(b"x" * 5000)
except OSError:
    print("cut")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX")
def test_f27_where_there_is_no_room_the_old_file_stays_and_a_plain_one_is_cut(tmp_path):
    import subprocess

    ours, plain = tmp_path / "a.safetensors", tmp_path / "plain"
    write_arrays(ours, {"W": np.ones(10)}, {})
    plain.write_bytes(b"old")
    before = ours.read_bytes()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, ours, plain],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["E504", "cut"]
    assert ours.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a.safetensors",
        "plain",
    ]
    # the control: what was there is gone, and what should be there is not whole
    assert len(plain.read_bytes()) == 4000


def test_f27_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    for attempt in (
        lambda: linear().fit(X, Y, epochs=1, checkpoint=tmp_path / "file" / "folder"),
        lambda: linear().fit(X, Y, epochs=1).save(tmp_path / "file" / "folder"),
    ):
        with pytest.raises(CorruptFileError) as caught:
            attempt()
        assert caught.value.code == "E504"
