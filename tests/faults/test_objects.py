"""F49, F14: a network and an estimator can be copied, pickled, sent to other processes and fitted again."""

import copy
import pickle
import warnings

import numpy as np
import pytest

import chainrule
from chainrule import Network
from chainrule.nn import optimizer, schedule
from chainrule.nn.layers import BatchNorm, Dense, Dropout
from chainrule.nn.schedules import SCHEDULES
from chainrule.nn.update_rules import RULES
from chainrule.program import NonFiniteError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = np.arange(60) % 3
WAYS = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda one: pickle.loads(pickle.dumps(one)),
}
NETWORKS = {
    "plain": lambda: Network((6,), seed=0),
    "everything": lambda: Network(
        [Dense(5, "prelu"), BatchNorm(), Dropout(0.2), Dense(3, "softmax")],
        "cce", optimizer=optimizer("nadam", 0.01), schedule="warm_up", l1=0.01, clip_norm=1.0, labels="integer",
    ),
}  # fmt: skip


@pytest.mark.spread(4)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", NETWORKS)
def test_f49_a_copy_of_a_network_trains_as_the_original_does(name, way):
    network = NETWORKS[name]().fit(X, Y, epochs=2)
    other = WAYS[way](network)
    assert np.array_equal(other.predict(X), network.predict(X))
    assert repr(other) == repr(network)
    ends = [one.fit(X, Y, epochs=3) for one in (network, other)]
    for key, array in ends[0].numbers_.items():
        assert np.array_equal(array, ends[1].numbers_[key])
    assert ends[0].history_ == ends[1].history_


def test_f49_control_what_is_compiled_would_not_survive_a_copy():
    network = NETWORKS["plain"]().fit(X, Y, epochs=2)
    function = network.plan.prediction.function
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(function)


@pytest.mark.parametrize("name", RULES)
def test_f49_every_optimizer_is_itself_after_a_journey(name):
    chosen = optimizer(name)
    for way in WAYS.values():
        assert way(chosen) == chosen
        assert way(chosen).rule is chosen.rule


@pytest.mark.parametrize("name", SCHEDULES)
def test_f49_every_schedule_is_itself_after_a_journey(name):
    chosen = schedule(name)
    for way in WAYS.values():
        assert [way(chosen)(t, 9) for t in range(9)] == [chosen(t, 9) for t in range(9)]


def fitted(**settings):
    from chainrule.sklearn import MLPClassifier

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return MLPClassifier((4,), max_iter=4, random_state=0, **settings).fit(X, Y)


@pytest.mark.spread(4)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("settings", [{}, {"solver": optimizer("lion", 0.01)}, {"warm_start": True, "early_stopping": True}], ids=str)  # fmt: skip
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_f49_a_copy_of_an_estimator_is_fitted_as_the_original_is(way, settings):
    model = fitted(**settings)
    other = WAYS[way](model)
    assert np.array_equal(other.predict_proba(X), model.predict_proba(X))
    for one in (model, other):
        one.set_params(random_state=1).fit(X, Y)
    assert np.array_equal(other.coefs_[0], model.coefs_[0])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_f49_estimators_are_fitted_by_the_processes_of_joblib():
    from sklearn.model_selection import cross_val_score

    model = fitted(solver=optimizer("nadam", 0.01))
    alone, beside = (cross_val_score(model, X, Y, cv=3, n_jobs=n) for n in (1, 2))
    assert np.array_equal(alone, beside)


@pytest.mark.parametrize("accumulate", [1, 2, 3])
def test_f19_a_batch_of_no_weight_is_as_if_it_were_not_there(accumulate):
    weight = np.ones(60)
    weight[10:20] = weight[50:] = 0
    settings = {
        "batch_size": 10,
        "shuffle": False,
        "epochs": 3,
        "accumulate": accumulate,
    }
    with_it = Network((6,), seed=0).fit(X, Y, sample_weight=weight, **settings)
    there = weight > 0
    without = Network((6,), seed=0).fit(X[there], Y[there], sample_weight=weight[there], **settings)  # fmt: skip
    for key, array in without.numbers_.items():
        assert np.allclose(with_it.numbers_[key], array, rtol=1e-12)


def test_f19_control_a_mean_over_no_weight_is_no_number():
    with np.errstate(invalid="ignore"):
        assert np.isnan(np.mean(np.zeros(3) * X[:3, 0]) / np.mean(np.zeros(3)))


def test_f10_sparse_samples_with_a_loss_that_is_not_finite_are_told(tmp_path):
    import scipy.sparse as sp

    from chainrule.sklearn import MLPRegressor

    samples = sp.csr_matrix(RNG.normal(size=(20, 3)) * 1e200)
    with pytest.raises(ValueError, match="E201"):
        MLPRegressor(hidden_layer_sizes=(3,), max_iter=2, solver="sgd").fit(
            samples, np.ones(20)
        )


def test_f49_sparse_samples_in_a_batch_of_no_weight_are_passed_over():
    import scipy.sparse as sp

    from chainrule.sklearn import MLPRegressor

    samples = sp.csr_matrix(RNG.normal(size=(20, 3)))
    weight = np.ones(20)
    weight[:7] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPRegressor(
            hidden_layer_sizes=(3,), max_iter=2, batch_size=7, shuffle=False
        )
        model.fit(samples, np.zeros(20), sample_weight=weight)
    assert np.isfinite(model.loss_)


def test_f10_with_early_stopping_the_best_weights_outlive_a_divergence():
    """As scikit-learn's own test_mlp_diverging_loss asks for."""
    from sklearn.datasets import load_iris
    from sklearn.exceptions import ConvergenceWarning

    from chainrule.sklearn import MLPRegressor

    samples, target = load_iris(return_X_y=True)
    model = MLPRegressor(
        hidden_layer_sizes=100, activation="identity", solver="sgd", learning_rate_init=1, max_iter=20, early_stopping=True,
        n_iter_no_change=10, random_state=0,
    )  # fmt: skip
    with pytest.warns(ConvergenceWarning, match="the best weights are kept"):
        model.fit(samples, target)
    assert np.isnan(model.validation_scores_[-1])
    assert all(np.isfinite(array).all() for array in model.coefs_)


@pytest.mark.parametrize("word", [1, "spam"])
def test_f18_a_class_with_one_row_is_called_as_it_is_in_the_data(word):
    from chainrule.sklearn import MLPClassifier

    other = 0 if word == 1 else "ham"
    y = [other, other, other, word]
    with pytest.raises(ValueError, match=f"only 1 member.*'?{word}'?\\]$"):
        MLPClassifier(early_stopping=True).fit(np.arange(8).reshape(4, 2), y)


def test_f10_without_it_a_divergence_is_an_error():
    with pytest.raises(NonFiniteError):
        Network((6,), optimizer="sgd", learning_rate=1e6, loss="mse").fit(
            X, X, epochs=9
        )


@pytest.mark.parametrize(
    "loss",
    [
        lambda A, B: np.sum((A + B) ** 2),
        lambda A, B: np.sum(A - B) + np.sum(A),
        lambda A, B: np.sum(np.concatenate([A, B]) * 2.0),
        lambda A, B: np.sum(A.T @ B.reshape(2, 2)),
    ],
)
def test_f14_no_two_gradients_share_memory(loss):
    given = {"A": np.ones((2, 2)), "B": np.ones((2, 2))}
    found = chainrule.gradients(loss, **given)
    assert not np.shares_memory(found["A"], found["B"])
    before = found["B"].copy()
    found["A"] *= 0.1
    assert np.array_equal(found["B"], before)
    for array in given.values():
        assert not any(np.shares_memory(array, one) for one in found.values())


def test_f14_control_the_plain_rule_gives_one_array_twice():
    up = np.ones((2, 2))
    left, right = up, up
    left *= 0.1
    assert right[0, 0] == 0.1
