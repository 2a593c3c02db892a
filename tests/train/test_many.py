"""Networks trained at once are those that each would be alone."""

import numpy as np
import pytest

import chainrule
from chainrule import Network, fit_many
from chainrule.engines.jax_members import JaxMembers
from chainrule.nn.layers import Dense, Dropout
from chainrule.nn.schedules import OnPlateau
from chainrule.program import (
    CorruptFileError,
    LimitError,
    NonFiniteError,
    ShapeError,
    UsageError,
    room,
)
from chainrule.train.loop import together
from chainrule.train.loop.metrics import Metric
from chainrule.train.model.compiled import NetworkPlan
from chainrule.train.model.ensemble import Ensemble

RNG = np.random.default_rng(5)
X = RNG.normal(size=(90, 4))
y = (X @ RNG.normal(size=(4, 3))).argmax(axis=1)


def members():
    """Networks of several shapes, with different seeds, rates, penalties, optimizers and schedules."""
    return [
        Network((6,), learning_rate=0.003, seed=0, l2=0.01),
        Network((6,), learning_rate=0.3, seed=1, l2=0.1),
        Network((5, 4), activation="tanh", seed=2, l1=1e-3),
        Network((6,), optimizer="sgd", schedule=OnPlateau(patience=1), l2=0.01),
        Network((6,), seed=4, dtype="float32"),
    ]


def same(one, other):
    assert one.history_ == other.history_
    assert one.reached == other.reached
    assert list(one.numbers_) == list(other.numbers_)
    for name, array in one.numbers_.items():
        assert np.array_equal(array, other.numbers_[name]), name


@pytest.mark.spread(2)
@pytest.mark.parametrize("engine", ["numpy", "c"])
def test_each_network_is_to_the_bit_the_one_that_is_fitted_alone(engine):
    told = {"epochs": 12, "validation": 0.2, "patience": 1, "engine": engine}
    found = fit_many(members(), X, y, threads=3, **told)
    assert not found.errors
    assert len({network.history_[-1]["epoch"] for network in found}) > 1
    for network, alone in zip(found, members(), strict=True):
        same(network, alone.fit(X, y, **told))


def test_a_search_that_is_worth_it_is_compiled_and_close_to_fits_that_are_not():
    told = {"epochs": 40, "batch_size": 16}
    made = [Network((8,), seed=seed, learning_rate=0.01) for seed in range(24)]
    found = fit_many(made, X, y, **told)
    alone = Network((8,), seed=7, learning_rate=0.01).fit(X, y, **told)
    assert alone.engine_.name == "numpy"
    assert found[7].engine_.name == "c"
    for name, array in alone.numbers_.items():
        assert np.allclose(found[7].numbers_[name], array, rtol=1e-12, atol=1e-12)


def test_networks_that_are_alike_but_for_numbers_share_one_step(monkeypatch):
    made = []
    derive = NetworkPlan._step

    def counted(self, *args, **options):
        made.append(self)
        return derive(self, *args, **options)

    monkeypatch.setattr(NetworkPlan, "_step", counted)
    alike = [
        Network((6,), learning_rate=rate, seed=seed, l2=l2)
        for rate in (0.003, 0.3)
        for seed in (0, 1)
        for l2 in (0.01, 0.1)
    ]
    fit_many(alike, X, y, epochs=2, threads=4)
    assert len(made) == 1


def test_a_network_that_diverges_ends_alone_and_names_its_step():
    made = [
        Network((6,), "mse", optimizer="sgd", learning_rate=rate)
        for rate in (0.01, 1e4)
    ]
    found = fit_many(made, X, X[:, :2], epochs=5)
    assert list(found.errors) == [1]
    assert "at step" in found.errors[1].message
    assert found.best() is made[0]
    assert found.predict(X).tolist() == made[0].predict(X).tolist()
    with pytest.raises(NonFiniteError, match="E201"):
        fit_many(made[1:], X, X[:, :2], epochs=5).predict(X)


def rivals():
    """Nine networks of different rates, the last of which diverges."""
    rates = (1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1e6)
    return [
        Network((6,), "mse", optimizer="sgd", learning_rate=rate, seed=seed)
        for seed, rate in enumerate(rates)
    ]


@pytest.mark.parametrize(
    "engine", ["numpy", "c", pytest.param("jax", marks=pytest.mark.frameworks)]
)
def test_halving_gives_up_the_worst_and_trains_the_best_as_each_would_be_alone(engine):
    told = {"epochs": 12, "validation": 0.3, "engine": engine}
    labels = X[:, :2] * 2
    whole = fit_many(rivals(), X, labels, **told)
    found = fit_many(rivals(), X, labels, halving=2, **told)
    assert list(found.errors) == list(whole.errors) == [8]
    assert str(found) == "Ensemble(9 networks, 1 diverged, 6 given up)"
    assert sorted(found.left.values()) == [2, 2, 2, 3, 3, 6]
    for number, (network, other) in enumerate(zip(found, whole, strict=True)):
        n_epochs = found.left.get(number, len(other.history_))
        assert len(network.history_) == n_epochs
        for one, true in zip(network.history_, other.history_[:n_epochs], strict=True):
            assert one == pytest.approx(true, rel=1e-9)
    first = min(found.left.values())
    ahead = sorted(range(8), key=lambda k: whole[k].history_[first - 1]["val_loss"])
    assert set(ahead[:5]) == set(range(8)) - {
        number for number, epoch in found.left.items() if epoch == first
    }
    assert found.best() in found.trained
    assert len(found.trained) == 2
    assert found.each(X).shape == (2, 90, 2)


def test_what_counts_more_where_more_is_better_is_told_by_its_own_metric():
    def negative(predicted, true):
        return -float(np.mean((predicted - true) ** 2))

    told = {
        "epochs": 3,
        "validation": 0.3,
        "metrics": {"own": Metric(negative, "more")},
    }
    found = fit_many(rivals()[:4], X, X[:, :2], **told)
    assert found.best("val_own") is found.best("val_loss")
    halved = fit_many(rivals()[:4], X, X[:, :2], monitor="val_own", halving=2, **told)
    assert halved.trained[0] in (halved.best(), halved.best("val_own"))
    assert sorted(halved.left) == sorted(
        sorted(range(4), key=lambda k: -found[k].history_[1]["val_loss"])[:2]
    )


@pytest.mark.parametrize(
    ("networks", "options", "error", "words"),
    [
        ([], {}, UsageError, "there are no networks"),
        ([Network((3,))] * 2, {}, UsageError, "networks 0 and 1 are one network"),
        ([Network((3,))], {"threads": 0}, UsageError, "threads is a whole number"),
        ([Network((3,))], {"halving": 1}, UsageError, "halving is a whole number from 2"),
        ([Network((3,))], {"halving": 3}, UsageError, "nothing is held out"),
        ([Network((3,))], {"halving": 3, "checkpoint": "there"}, UsageError, "one of the two"),
        ([Network((3,))], {"epoch": 3}, UsageError, "epoch is not a setting"),
        ([Network((3,)), Network((Dense(2, "sigmoid"),), "bce")], {}, ShapeError, "the labels have"),
        ([Network((3,))], {"monitor": "val_los"}, UsageError, "val_los"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_said_before_any_of_them_is(
    networks, options, error, words
):
    labels = (
        y if "val_los" in str(options) or len(networks) != 2 else y[:, None] * [1, 1, 1]
    )
    with pytest.raises(error, match=words):
        fit_many(networks, X, labels, **options)
    assert not any(network.history_ for network in networks)


def test_networks_that_would_not_fit_into_memory_are_refused_before_they_are_made(
    monkeypatch,
):
    made = [Network((1000,), seed=seed) for seed in range(50)]
    monkeypatch.setattr(room, "memory", lambda: 3_000_000)
    with pytest.raises(
        LimitError, match="fitting 50 networks, 2 at once, asks"
    ) as told:
        fit_many(made, X, y, threads=2)
    assert "fewer networks" in told.value.hint
    assert sum(network.plan_ is not None for network in made) == 1


@pytest.mark.parametrize("raised", [KeyboardInterrupt, ZeroDivisionError])
def test_ctrl_c_and_errors_of_callbacks_end_all_of_them(raised):
    made = [Network((6,), seed=seed) for seed in range(6)]

    def stop(training):
        if training.settings.seed == 1 and training.progress.epoch == 3:
            raise raised

    with pytest.raises(raised):
        fit_many(made, X, y, epochs=100_000, callbacks=[stop], threads=2)
    assert len(made[1].history_) == 3


def test_a_search_that_was_stopped_is_taken_up_from_its_checkpoints(tmp_path):
    def made():
        return [Network((6,), seed=seed) for seed in range(3)]

    whole = fit_many(made(), X, y, epochs=6)
    fit_many(made()[:2], X, y, epochs=4, checkpoint=tmp_path)
    again = fit_many(made(), X, y, epochs=6, checkpoint=tmp_path)
    for one, other in zip(whole, again, strict=True):
        same(one, other)


def test_an_ensemble_predicts_the_mean_and_the_spread_and_comes_back_from_its_folder(
    tmp_path,
):
    found = fit_many([Network((6,), seed=s) for s in range(4)], X, y, epochs=8)
    each = np.stack([network.predict(X) for network in found])
    assert np.array_equal(found.predict(X), each.mean(axis=0))
    assert np.array_equal(found.spread(X), each.std(axis=0))
    right = found.classes(X) == y
    assert found.evaluate(X, y)["accuracy"] == right.mean()
    found.save(tmp_path / "ensemble")
    back = Ensemble.load(tmp_path / "ensemble")
    assert np.array_equal(back.predict(X), found.predict(X))
    with pytest.raises(UsageError, match="already holds"):
        found.save(tmp_path / "ensemble")
    (tmp_path / "ensemble" / "member-0002").rename(tmp_path / "gone")
    with pytest.raises(CorruptFileError, match="E504"):
        Ensemble.load(tmp_path / "ensemble")
    with pytest.raises(CorruptFileError, match="holds no ensemble"):
        Ensemble.load(tmp_path / "nothing")


def test_networks_of_different_outputs_have_no_mean():
    made = [Network((3,), "mse", seed=0), Network((3,), "mse", seed=1)]
    made[1].fit(X, X[:, :1], epochs=1)
    made[0].fit(X, X[:, :2], epochs=1)
    with pytest.raises(UsageError, match="they have no mean"):
        Ensemble(made).predict(X)


def test_progress_is_a_line_a_network(capsys):
    chainrule.fit_many([Network((3,)), Network((4,))], X, y, epochs=2, verbose=1)
    lines = sorted(capsys.readouterr().err.splitlines())
    assert [line.split(":")[0] for line in lines] == [
        "network 1 of 2",
        "network 2 of 2",
    ]
    assert "epoch 2  loss" in lines[0]


def alike_but_for_numbers():
    return [
        Network((6,), learning_rate=rate, seed=seed, l2=l2)
        for rate in (0.003, 0.3)
        for seed in (0, 1)
        for l2 in (0.01, 0.1)
    ]


@pytest.mark.frameworks
def test_networks_that_are_one_program_on_a_device_are_those_that_are_fitted_alone(
    monkeypatch,
):
    taken, kept = [], []
    advance, keep = JaxMembers.advance, JaxMembers.keep
    monkeypatch.setattr(
        JaxMembers,
        "advance",
        lambda self, *told: taken.append(len(told[1])) or advance(self, *told),
    )
    monkeypatch.setattr(
        JaxMembers,
        "keep",
        lambda self, places: kept.append(places) or keep(self, places),
    )
    monkeypatch.setattr(together, "COMPILING", 5e-5)
    told = {"epochs": 12, "validation": 0.2, "patience": 1}
    found = fit_many(alike_but_for_numbers(), X, y, engine="jax", **told)
    # those that have stopped have left
    assert taken[0] == 8
    assert len(kept) == 1
    assert taken[-1] < 8
    assert len({len(network.history_) for network in found}) > 1
    for network, alone in zip(found, alike_but_for_numbers(), strict=True):
        alone.fit(X, y, engine="numpy", **told)
        assert str(network.engine_) == "jax"
        assert (network.n_steps_, network.best_epoch_) == (
            alone.n_steps_,
            alone.best_epoch_,
        )
        for name, array in alone.numbers_.items():
            assert np.allclose(network.numbers_[name], array, rtol=1e-12, atol=1e-12)
        for one, other in zip(network.history_, alone.history_, strict=True):
            assert one == pytest.approx(other, rel=1e-11)


@pytest.mark.frameworks
def test_of_networks_on_a_device_one_that_diverges_ends_alone_and_others_go_on():
    def made():
        drops = (Dense(6, "tanh"), Dropout(0.2), 1)
        rates = (0.01, 1e9, 0.02)
        return [
            Network(drops, "mse", optimizer="sgd", learning_rate=rate, seed=seed)
            for seed, rate in enumerate(rates)
        ] + [Network((3,), "mse", optimizer="sgd", seed=9)]

    labels = X[:, :1]
    weight = np.repeat([1.0, 0.0, 2.0], 30)
    told = {"epochs": 4, "batch_size": 30, "sample_weight": weight, "shuffle": False}
    found, true = (
        fit_many(made(), X, labels, engine=engine, **told)
        for engine in ("jax", "numpy")
    )
    assert list(found.errors) == [1]
    assert found.errors[1].message == true.errors[1].message
    for network, other in zip(found, true, strict=True):
        assert network.n_steps_ == other.n_steps_
        for name, array in other.numbers_.items():
            assert np.allclose(network.numbers_[name], array, rtol=1e-12, atol=1e-12)
