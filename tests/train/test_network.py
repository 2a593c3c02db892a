"""Networks learn what they should, stop when they should, and say what is wrong."""

import signal

import numpy as np
import pytest

import chainrule
from chainrule.nn.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    Residual,
    Written,
)
from chainrule.program import NonFiniteError, ShapeError, UsageError
from chainrule.train import Network

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
EITHER = np.array([[0.0], [1.0], [1.0], [0.0]])


def blobs(n=120, n_classes=3, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, n_classes, n)
    centres = 4 * np.array([[np.cos(a), np.sin(a)] for a in np.arange(n_classes) * 2.1])
    return centres[labels] + rng.normal(size=(n, 2)), labels


@pytest.mark.parametrize("seed", range(3))
def test_xor_is_learnt(seed):
    network = Network(
        (8,), activation="tanh", loss="bce", learning_rate=0.05, seed=seed
    )
    network.fit(XOR, EITHER, epochs=400, batch_size=4)
    assert network.classes(XOR).tolist() == EITHER.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_the_eleven_lines_of_iamtrask_learn(seed):
    X = np.array([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])

    def wide(rng, shape, fans):
        return 2 * rng.random(shape) - 1

    layers = [
        Dense(4, "sigmoid", wide, bias=False),
        Dense(1, "sigmoid", wide, bias=False),
    ]
    network = Network(layers, "mse", optimizer="adam", learning_rate=0.1, seed=seed)
    network.fit(X, EITHER, epochs=1500, batch_size=4)
    assert network.history_[-1]["loss"] < 0.01


def test_two_spirals_are_learnt():
    t = np.linspace(0.5, 3, 100) * np.pi
    arm = np.column_stack([t * np.cos(t), t * np.sin(t)]) / 6
    X, y = np.vstack([arm, -arm]), np.repeat([0, 1], 100)
    network = Network((32, 32), activation="tanh", learning_rate=0.01, seed=0)
    network.fit(X, y, epochs=300, batch_size=50)
    assert network.evaluate(X, y)["accuracy"] > 0.99


@pytest.mark.spread(4)
@pytest.mark.parametrize(
    "layers",
    [
        [Dense(16, "relu"), Dense(3, "softmax")],
        [Dense(16), BatchNorm(), Activation("relu"), Dropout(0.2), Dense(3, "softmax")],
        [Dense(8, "selu"), Residual((Dense(8, "tanh"),)), Dense(3, "softmax")],
        [
            Written(lambda x, A: np.maximum(0, x @ A), {"A": (2, 16)}, 16),
            Dense(3, "softmax"),
        ],
    ],
    ids=["dense", "norm and dropout", "residual", "own"],
)
@pytest.mark.parametrize("optimizer", ["adam", "nadam", "rmsprop"])
def test_classes_are_learnt(layers, optimizer):
    X, y = blobs()
    network = Network(
        layers, "categorical_cross_entropy", optimizer=optimizer, learning_rate=0.01
    )
    network.fit(X, y, epochs=40, batch_size=16)
    assert network.evaluate(X, y)["accuracy"] > 0.95


def test_words_are_embedded():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 6, (200, 2))
    y = ((X[:, 0] % 2) ^ (X[:, 1] % 2)).astype(np.int64)
    network = Network(
        [Embedding(6, 4), Dense(16, "tanh"), Dense(2, "softmax")],
        "cce",
        learning_rate=0.02,
    )
    network.fit(X, y, epochs=60)
    assert network.evaluate(X, y)["accuracy"] > 0.99


def test_several_labels_a_sample_are_learnt():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 2))
    Y = (X > 0).astype(float)
    Y[:, 0] = X.sum(axis=1) > 0
    network = Network((16,), learning_rate=0.02).fit(X, Y, epochs=60)
    assert network.plan.loss.name == "binary_cross_entropy"
    assert network.evaluate(X, Y)["accuracy"] > 0.95


def test_a_line_is_fitted_whatever_the_optimizer_schedule_and_accumulation():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 3))
    Y = X @ np.array([[1.0], [-2.0], [0.5]]) + 0.3
    for schedule in ("cosine", "one_cycle", "on_plateau", "warm_up"):
        network = Network([Dense(1)], "mse", learning_rate=0.1, schedule=schedule)
        network.fit(X, Y, epochs=100, batch_size=10, accumulate=2)
        assert network.evaluate(X, Y)["r2"] > 0.99, schedule


def test_accumulated_batches_are_one_large_batch():
    X, y = blobs(48)

    def trained(batch_size, accumulate):
        network = Network((8,), learning_rate=0.01, optimizer="sgd", seed=1)
        return network.fit(X, y, epochs=3, batch_size=batch_size, accumulate=accumulate)

    whole, parts = trained(48, 1), trained(7, 7)
    for name, array in whole.numbers_.items():
        assert np.allclose(parts.numbers_[name], array, rtol=1e-12, atol=1e-14)


def test_a_weight_of_two_is_a_sample_given_twice():
    X, y = blobs(30)
    weight = np.where(y == 1, 2.0, 1.0)
    twice = np.concatenate([X, X[y == 1]]), np.concatenate([y, y[y == 1]])
    network = Network((8,), optimizer="sgd", learning_rate=0.1)
    network.fit(X, y, sample_weight=weight, epochs=5, batch_size=100, shuffle=False)
    repeated = Network((8,), optimizer="sgd", learning_rate=0.1)
    repeated.fit(*twice, epochs=5, batch_size=100, shuffle=False)
    for name, array in network.numbers_.items():
        assert np.allclose(repeated.numbers_[name], array, rtol=1e-11, atol=1e-13)


def test_the_same_seed_gives_the_same_bits_and_no_global_generator_is_touched():
    X, y = blobs()
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - the generator nobody should use
    layers = [Dense(8, "relu"), Dropout(0.5), Dense(3, "softmax")]
    first, again = (
        Network(layers, "cce", seed=4).fit(X, y, epochs=3) for _ in range(2)
    )
    other = Network(layers, "cce", seed=5).fit(X, y, epochs=3)
    assert all(
        np.array_equal(first.numbers_[name], again.numbers_[name])
        for name in first.numbers_
    )
    assert not np.array_equal(first.numbers_["W1"], other.numbers_["W1"])
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002 - the same


def test_training_stops_early_and_the_best_weights_come_back():
    X, y = blobs(60)
    noisy = np.random.default_rng(0).permutation(y)
    network = Network((32,), learning_rate=0.05)
    network.fit(
        X[:40], noisy[:40], validation=(X[40:], noisy[40:]), epochs=200, patience=5
    )
    losses = [row["val_loss"] for row in network.history_]
    assert len(losses) < 200
    assert np.isclose(
        network.evaluate(X[40:], noisy[40:])["loss"], min(losses), rtol=1e-12
    )


def test_divergence_stops_training_and_keeps_the_last_good_weights():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(60, 3)), rng.normal(size=(60, 1))
    network = Network([Dense(8), Dense(1)], "mse", optimizer="sgd", learning_rate=5.0)
    with pytest.raises(NonFiniteError) as caught:
        network.fit(X, Y, epochs=2000)
    assert caught.value.code == "E201"
    assert "step" in caught.value.message
    assert "first in" in caught.value.detail
    assert "itself" not in caught.value.detail
    assert "last that were good" in caught.value.detail
    assert all(np.isfinite(array).all() for array in network.numbers_.values())


def test_nan_in_the_inputs_is_named_as_their_own():
    X, y = blobs(20)
    X[3, 1] = np.nan
    with pytest.raises(NonFiniteError, match="X itself"):
        Network((4,)).fit(X, y, epochs=1)


@pytest.mark.parametrize("n", [1, 2])
def test_one_row_is_enough(n):
    network = Network([Dense(4, "relu"), Dense(1)], "mse").fit(
        np.ones((n, 3)), np.ones((n, 1)), epochs=2
    )
    assert network.predict(np.ones((5, 3))).shape == (5, 1)
    assert network.predict(np.ones((0, 3))).shape == (0, 1)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ((np.ones((4, 2)), np.ones(4)), r"Y.reshape\(4, 1\)"),
        ((np.ones(4), np.ones((4, 1))), "X.reshape"),
        ((np.ones((4, 2)), np.ones((3, 1))), "4 samples and 3 labels"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_never_broadcast(arrays, said):
    with pytest.raises(ShapeError, match=said) as caught:
        Network([Dense(1)], "mse").fit(*arrays)
    assert caught.value.code == "E101"


def test_a_network_without_data_says_what_it_needs():
    with pytest.raises(UsageError, match="has not met data"):
        Network((3,)).predict(XOR)


def test_inputs_are_never_written():
    X, y = blobs(20)
    for array in (X, y):
        array.flags.writeable = False
    Network((4,)).fit(X, y, epochs=2).predict(X)


def test_a_summary_counts_what_is_learnt():
    network = Network([Dense(64, "relu"), Dense(10, "softmax")], "cce").build(784)
    assert network.summary().n_parameters == 784 * 64 + 64 + 64 * 10 + 10
    assert "50,240" in str(network.summary())
    assert "<table>" in network.summary()._repr_html_()


def test_a_trained_network_is_a_function_to_explain():
    from chainrule.derive import backward, recognise
    from chainrule.trace import trace

    X, y = blobs(30)
    network = Network((4,), learning_rate=0.05).fit(X, y, epochs=5)
    example = network.example(X[:1], y[:1])
    run = recognise(trace(example.function, **example.arrays))
    derived = backward(
        run, wrt=[run.program.named()[name] for name in example.parameters]
    )
    assert np.isclose(
        derived.run["loss"], network.evaluate(X[:1], y[:1])["loss"], rtol=1e-12
    )
    assert derived.gradient("W1").shape == (2, 4)


def test_every_callback_sees_every_epoch_and_may_end_the_training():
    X, y = blobs(20)
    seen = []

    def watch(training):
        seen.append(training.progress.epoch)
        return len(seen) == 3

    network = Network((4,)).fit(X, y, epochs=10, callbacks=[watch])
    assert seen == [1, 2, 3]
    assert [row["epoch"] for row in network.history_] == seen


@pytest.mark.parametrize("accumulate", [1, 2])
def test_every_step_can_be_watched_and_a_watcher_may_end_the_training(accumulate):
    X, y = blobs(40)
    seen = []

    def watch(training):
        W = training.progress.parameters["W1"]
        seen.append((training.progress.step, float(W.sum())))
        return len(seen) == 5

    network = Network((4,), learning_rate=0.01)
    network.fit(
        X, y, epochs=10, batch_size=10, accumulate=accumulate, after_step=[watch]
    )
    assert [step for step, _ in seen] == [1, 2, 3, 4, 5]
    assert len({total for _, total in seen}) == 5
    assert network.numbers_["W1"].sum() == seen[-1][1]


@pytest.mark.parametrize("accumulate", [1, 3])
def test_an_anomaly_is_found_in_the_step_it_happens_and_named(accumulate):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(24, 2)), rng.normal(size=(24, 1))
    X[13] = 0.0
    layers = [
        Dense(3, bias=False),
        Written(lambda x: np.sqrt(x * x)),
        Dense(1),
    ]
    options = {
        "epochs": 1, "batch_size": 4, "shuffle": False, "accumulate": accumulate,
    }  # fmt: skip
    with pytest.raises(NonFiniteError) as caught:
        Network(layers, "mse", seed=1).fit(X, Y, **options, detect_anomaly=True)
    assert "a gradient or a weight is no longer finite" in caught.value.message
    assert "batch 4)" in caught.value.message
    assert "first in" in caught.value.detail

    with pytest.raises(NonFiniteError) as late:
        Network(layers, "mse", seed=1).fit(X, Y, **options)
    assert "batch 4)" not in late.value.message


def test_a_second_interruption_leaves_no_half_step(monkeypatch):
    """The first Ctrl-C waits for the step; the second does not, and the weights of the last epoch come back."""
    from chainrule.train.loop import batches

    X, y = blobs(40)
    count, ends = batches._count, []

    def impatient(training, batch, loss):
        if training.progress.epoch == 2:
            training.progress.parameters["W1"][:] = 7.0
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return count(training, batch, loss)

    monkeypatch.setattr(batches, "_count", impatient)
    network = Network((4,), seed=1)

    def kept(training):
        ends.append(training.progress.copied())

    with pytest.raises(KeyboardInterrupt):
        network.fit(X, y, epochs=5, batch_size=10, callbacks=[kept])
    assert len(ends) == 2
    assert all(
        np.array_equal(network.numbers_[name], array)
        for name, array in ends[-1].items()
    )
    assert len(network.history_) == 2


def test_a_column_of_words_is_embedded_beside_columns_of_numbers():
    rng = np.random.default_rng(0)
    words, numbers = rng.integers(0, 5, 300), rng.normal(size=(300, 2))
    X = np.column_stack([numbers[:, 0], words, numbers[:, 1]])
    y = ((words % 2 == 0) ^ (numbers[:, 1] > 0)).astype(np.int64)
    layers = [Embedding(5, 3, column=1), Dense(16, "tanh"), Dropout(0.1)]
    network = Network([*layers, Dense(2, "softmax")], "cce", learning_rate=0.02)
    network.fit(X, y, epochs=40)
    assert network.numbers_["E1"].shape == (5, 3)
    assert network.evaluate(X, y)["accuracy"] > 0.95


def test_an_embedding_of_a_column_is_a_product_with_ones_and_zeros():
    """The same function as one-hot columns times the table, written the other way."""
    rng = np.random.default_rng(1)
    words, numbers = rng.integers(0, 4, 20), rng.normal(size=(20, 1))
    network = Network([Embedding(4, 3, column=1), Dense(1)], "mse").build(2)
    E, W, b = (network.numbers_[name] for name in ("E1", "W1", "b1"))
    wanted = np.hstack([numbers, np.eye(4)[words] @ E]) @ W + b
    found = network.predict(np.column_stack([numbers, words]))
    assert np.allclose(found, wanted, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("word", [-1.0, 4.0, 0.5, np.nan])
def test_a_word_that_is_not_there_is_refused_and_not_counted_from_the_end(word):
    layers = [Embedding(9, 2, column=2), Embedding(4, 3, column=0), Dense(1)]
    network = Network(layers, "mse").build(3)
    X = np.array([[1.0, 0.3, 8.0], [word, 0.3, 0.0]])
    with pytest.raises(ShapeError, match="sample 1, column 0") as caught:
        network.predict(X)
    assert caught.value.code == "E102"
    assert network.predict(X[:1]).shape == (1, 1)


def test_embeddings_come_back_from_their_file(tmp_path):
    layers = [Embedding(9, 2, column=2), Embedding(4, 3, column=0), Dense(1)]
    network = Network(layers, "mse").build(3)
    X = np.array([[1.0, 0.3, 8.0]])
    back = Network.load(network.save(tmp_path))
    assert np.array_equal(back.predict(X), network.predict(X))


def test_the_history_has_keras_keys_and_train_metrics_change_no_bit():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(60, 3))
    y = (X[:, 0] > 0).astype(int)
    plain, told = Network((4,), seed=2), Network((4,), seed=2)
    plain.fit(X, y, epochs=4, validation=(X[:9], y[:9]))
    told.fit(X, y, epochs=4, validation=(X[:9], y[:9]), train_metrics=True)
    keys = {"epoch", "learning_rate", "loss", "val_loss", "val_accuracy"}
    assert set(plain.history_[-1]) == keys
    assert set(told.history_[-1]) == keys | {"accuracy"}
    assert told.history_[-1]["accuracy"] == told.evaluate(X, y)["accuracy"]
    for name, array in plain.numbers_.items():
        assert array.tobytes() == told.numbers_[name].tobytes()


def logcosh(y_true, y_pred):
    return np.log(np.cosh(y_pred - y_true))


def test_a_loss_of_ones_own_is_learnt_told_saved_and_asked_for(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.uniform(-2, 2, (200, 3))
    Y = np.sin(X[:, :1]) + X[:, 1:2]
    network = Network([Dense(16, "tanh"), Dense(1)], logcosh, learning_rate=0.01)
    network.fit(X, Y, epochs=40)
    by_hand = np.mean(logcosh(Y, network.predict(X)))
    assert network.evaluate(X, Y)["loss"] == pytest.approx(by_hand, rel=1e-12)
    assert by_hand < 0.05
    told = chainrule.explain(network, X[:4], Y[:4])
    assert told.loss == pytest.approx(np.mean(logcosh(Y[:4], network.predict(X[:4]))))
    described = chainrule.explain(network.example(X[:4], Y[:4]))
    assert described.loss == told.loss
    network.save(tmp_path / "model")
    with pytest.raises(UsageError, match="E415") as caught:
        Network.load(tmp_path / "model")
    assert "loss=logcosh" in str(caught.value)
    again = Network.load(tmp_path / "model", loss=logcosh)
    np.testing.assert_array_equal(again.predict(X), network.predict(X))
    assert again.evaluate(X, Y) == network.evaluate(X, Y)
