"""MLPSearchCV is scikit-learn's searches: the same candidates, the same scores, from fits on threads."""

import warnings

import numpy as np
import pytest
import sklearn.neural_network
from scipy.stats import loguniform
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from chainrule import sklearn as ours
from chainrule.sklearn import MLPSearchCV
from chainrule.train.model.compiled import NetworkPlan

pytestmark = pytest.mark.usefixtures("numpy_as_users_have_it")


@pytest.fixture
def numpy_as_users_have_it():
    with np.errstate(all="warn", under="ignore"):
        yield


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return X - X.mean(axis=0), y


# no epoch is better by so much, so that a fit ends after 12 without a warning
TOLD = {"hidden_layer_sizes": (8,), "tol": 1e9, "random_state": 0}
GRID = [
    {"learning_rate_init": [1e-3, 1e-1], "alpha": [1e-4, 1.0]},
    {"random_state": [1, 2]},
]


def scores(search, name="test_score"):
    return search.cv_results_[f"mean_{name}"]


def test_every_combination_scores_what_grid_search_scores_with_scikit_learns_networks(
    iris,
):
    asked = {"cv": 2, "scoring": "neg_log_loss", "return_train_score": True}
    found = MLPSearchCV(ours.MLPClassifier(**TOLD), GRID, **asked).fit(*iris)
    peer = sklearn.neural_network.MLPClassifier(**TOLD)
    true = GridSearchCV(peer, GRID, **asked).fit(*iris)
    assert sorted(found.cv_results_) == sorted(true.cv_results_)
    assert found.cv_results_["params"] == true.cv_results_["params"]
    for name in ("test_score", "train_score"):
        assert np.allclose(scores(found, name), scores(true, name), rtol=1e-9)
    assert found.best_params_ == true.best_params_
    assert np.array_equal(found.predict(iris[0]), true.predict(iris[0]))
    assert found.best_estimator_.engine == "auto"
    assert list(found.classes_) == [0, 1, 2]
    assert found.n_features_in_ == 4


def test_drawn_candidates_are_those_that_randomized_search_draws(iris):
    drawn = {"alpha": loguniform(1e-5, 1.0), "activation": ["relu", "tanh"]}
    asked = {"n_iter": 5, "cv": 2, "random_state": 3, "refit": False}
    found, true = (
        way(ours.MLPClassifier(**TOLD), drawn, **asked).fit(*iris)
        for way in (MLPSearchCV, RandomizedSearchCV)
    )
    assert found.cv_results_["params"] == true.cv_results_["params"]
    assert np.allclose(scores(found), scores(true), rtol=1e-9)
    assert not hasattr(found, "best_estimator_")


def test_any_number_of_threads_gives_the_same_scores(iris):
    one, many = (
        MLPSearchCV(ours.MLPClassifier(**TOLD), GRID, cv=2, n_jobs=n).fit(*iris)
        for n in (1, 4)
    )
    assert np.array_equal(scores(one), scores(many))
    for W, other in zip(
        one.best_estimator_.coefs_, many.best_estimator_.coefs_, strict=True
    ):
        assert np.array_equal(W, other)


def test_candidates_that_differ_in_numbers_alone_share_one_step(iris, monkeypatch):
    made = []
    derive = NetworkPlan._step

    def counted(self, *args, **options):
        made.append(self)
        return derive(self, *args, **options)

    monkeypatch.setattr(NetworkPlan, "_step", counted)
    network = ours.MLPClassifier((7,), tol=1e9)
    MLPSearchCV(network, GRID, cv=2, refit=False).fit(*iris)
    assert len(made) == 1


def test_a_pipeline_is_searched_by_several_scores(iris):
    pipe = make_pipeline(StandardScaler(), ours.MLPClassifier(**TOLD))
    grid = {"mlpclassifier__alpha": [1e-4, 10.0]}
    asked = {"scoring": ["accuracy", "neg_log_loss"], "refit": "neg_log_loss", "cv": 2}
    search = MLPSearchCV(pipe, grid, **asked).fit(*iris)
    assert search.best_params_ == {"mlpclassifier__alpha": 1e-4}
    assert search.multimetric_
    assert {"mean_test_accuracy", "rank_test_neg_log_loss"} <= set(search.cv_results_)
    assert search.score(*iris) < 0


def test_a_candidate_that_diverges_scores_as_an_error_and_is_told_with_its_step(iris):
    X, y = iris
    network = ours.MLPRegressor(solver="sgd", **TOLD)
    grid = {"learning_rate_init": [1e-3, 1e9]}
    search = MLPSearchCV(network, grid, cv=2)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        search.fit(X, y)
    assert np.isnan(scores(search)).tolist() == [False, True]
    assert any("at step" in str(one.message) for one in said)
    assert search.best_params_ == {"learning_rate_init": 1e-3}
    with pytest.raises(ValueError, match="non-finite"):
        MLPSearchCV(network, grid, cv=2, error_score="raise").fit(X, y)


def test_groups_weights_and_splitters_arrive(iris):
    X, y = iris
    folds = StratifiedKFold(2, shuffle=True, random_state=1)
    weight = np.where(y == 2, 0.0, 1.0)
    search = MLPSearchCV(ours.MLPClassifier(**TOLD), {"alpha": [1e-4, 1.0]}, cv=folds)
    search.fit(X, y, sample_weight=weight)
    true = GridSearchCV(search.estimator, {"alpha": [1e-4, 1.0]}, cv=folds)
    true.fit(X, y, sample_weight=weight)
    assert np.allclose(scores(search), scores(true))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"n_iter": 0}, "'n_iter' parameter of MLPSearchCV must be an int"),
        ({"n_iter": 1.5}, "'n_iter' parameter"),
        ({"refit": "f1", "scoring": ["accuracy"]}, "refit must be set to a scorer key"),
        ({"n_jobs": 0}, "n_jobs == 0"),
        ({"param_distributions": {"alpha": 1.0}}, "alpha"),
        ({"param_distributions": {"alpha": loguniform(1e-3, 1)}}, "alpha"),
        ({"param_distributions": {"alhpa": [1.0]}}, "alhpa"),
    ],
)
def test_what_cannot_be_searched_is_refused(asked, words, iris):
    told = {
        "estimator": ours.MLPClassifier(**TOLD),
        "param_distributions": {"alpha": [1.0]},
        **asked,
    }
    with pytest.raises((ValueError, TypeError), match=words):
        MLPSearchCV(**told).fit(*iris)


def test_scikit_learns_successive_halving_takes_our_networks(iris):
    from sklearn.experimental import enable_halving_search_cv  # noqa: F401
    from sklearn.model_selection import HalvingGridSearchCV

    search = HalvingGridSearchCV(
        ours.MLPClassifier((4,), random_state=0),
        {"learning_rate_init": [1e-5, 1e-4, 1e-3, 0.1]},
        resource="max_iter",
        min_resources=4,
        max_resources=12,
        cv=2,
    )
    with pytest.warns(ConvergenceWarning):
        search.fit(*iris)
    assert search.n_candidates_ == [4, 2]
    assert search.best_params_ == {"learning_rate_init": 0.1, "max_iter": 12}


def test_before_it_is_fitted_it_says_so(iris):
    search = MLPSearchCV(ours.MLPClassifier(**TOLD), GRID)
    with pytest.raises(NotFittedError):
        search.predict(iris[0])


@pytest.mark.slow
@pytest.mark.parametrize("kind", [ours.MLPClassifier, ours.MLPRegressor])
@pytest.mark.filterwarnings("ignore")
def test_every_check_of_scikit_learns_estimators_passes(kind):
    network = kind(
        hidden_layer_sizes=(5,), learning_rate_init=0.03, random_state=0, max_iter=100
    )
    search = MLPSearchCV(network, {"alpha": [1e-3, 1.0]}, cv=2)
    done = 0
    for estimator, check in estimator_checks_generator(search):
        name = check.func.__name__
        if name in SKIPPED:
            continue
        check(estimator)
        done += 1
    assert done >= 50


SKIPPED = ("check_array_api_input", "check_classifiers_multilabel_output_format_decision_function")  # fmt: skip
"""Checks that skip themselves: they need the array API, or a decision function."""
