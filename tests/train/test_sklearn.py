"""The estimators are scikit-learn's networks: the same numbers, the same checks, and more inside."""

import ast
import pickle
import re
import tracemalloc
from inspect import signature
from pathlib import Path

import numpy as np
import pytest
import sklearn.neural_network
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    SkipTest,
    check_estimator,
    estimator_checks_generator,
)

import chainrule
from chainrule import nn
from chainrule import sklearn as ours

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("numpy_as_users_have_it"),
]
since_1_7 = pytest.mark.skipif(
    "loss" not in signature(sklearn.neural_network.MLPRegressor).parameters,
    reason="scikit-learn's networks have neither losses nor weights before 1.7",
)


@pytest.fixture
def numpy_as_users_have_it():
    with np.errstate(all="warn", under="ignore"):
        yield


def classes(n=150, n_classes=3):
    X, y = load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))[:n]
    X, y = X[order] - X.mean(axis=0), y[order]
    return (X, y) if n_classes == 3 else (X[y > 0], y[y > 0])


SOLVERS = [
    {},
    {"solver": "sgd"},
    {"solver": "sgd", "nesterovs_momentum": False, "learning_rate": "invscaling"},
    {"solver": "sgd", "learning_rate": "adaptive", "max_iter": 150, "tol": 1e-2},
    {"solver": "sgd", "momentum": 0},
    {"activation": "logistic", "hidden_layer_sizes": (12, 7)},
    {"activation": "tanh", "alpha": 1.0, "batch_size": 17},
    {"activation": "identity", "shuffle": False},
    {"early_stopping": True, "max_iter": 40, "n_iter_no_change": 3},
]


SHOWN = (
    "loss_",
    "loss_curve_",
    "best_loss_",
    "validation_scores_",
    "best_validation_score_",
    "n_iter_",
    "t_",
    "n_layers_",
    "n_outputs_",
    "n_features_in_",
    "out_activation_",
)


def agree(found, true, *, within=1e-11, rtol=1e-9):
    """Weights and everything else that scikit-learn shows of a fitted network are the same."""
    for name in SHOWN:
        assert hasattr(found, name) == hasattr(true, name), name
        one, other = getattr(found, name, None), getattr(true, name, None)
        if isinstance(other, str | None):
            assert one == other, name
        else:
            assert np.allclose(one, other, rtol=rtol, atol=1e-13), name
    for one, other in zip(
        [*found.coefs_, *found.intercepts_],
        [*true.coefs_, *true.intercepts_],
        strict=True,
    ):
        assert one.shape == other.shape
        assert np.abs(one - other).max() <= within


@pytest.mark.spread(6)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("settings", SOLVERS, ids=str)
def test_a_classifier_has_the_weights_of_scikit_learn(settings, n_classes):
    X, y = classes(n_classes=n_classes)
    settings = {"max_iter": 25, "random_state": 3, **settings}
    found, true = (
        module.MLPClassifier(**settings).fit(X, y)
        for module in (ours, sklearn.neural_network)
    )
    agree(found, true)
    assert np.allclose(found.predict_proba(X), true.predict_proba(X), rtol=1e-10)


@pytest.mark.spread(5)
@pytest.mark.parametrize(
    "settings", [*SOLVERS, pytest.param({"loss": "poisson"}, marks=since_1_7)], ids=str
)
def test_a_regressor_has_the_weights_of_scikit_learn(settings):
    X, y = load_diabetes(return_X_y=True)
    X, y = 10 * X, y / 100
    settings = {"max_iter": 25, "random_state": 3, **settings}
    found, true = (
        module.MLPRegressor(**settings).fit(X, y)
        for module in (ours, sklearn.neural_network)
    )
    agree(found, true)
    assert np.allclose(found.predict(X), true.predict(X), rtol=1e-9)


def test_lbfgs_reaches_what_scikit_learn_reaches():
    X, y = classes()
    settings = {"solver": "lbfgs", "random_state": 0, "max_iter": 30}
    found, true = (
        module.MLPClassifier(**settings).fit(X, y)
        for module in (ours, sklearn.neural_network)
    )
    agree(found, true, within=1e-6, rtol=1e-6)


@pytest.mark.spread(4)
@since_1_7
@pytest.mark.parametrize("batch_size", ["auto", 17])
@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
@pytest.mark.parametrize("shuffle", [True, False])
def test_losses_are_told_as_scikit_learn_tells_them(batch_size, loss, shuffle):
    rng = np.random.default_rng(1)
    X, Y = rng.normal(size=(60, 4)), rng.poisson(2.0, size=(60, 3)).astype(float)
    settings = {"max_iter": 8, "random_state": 0, "alpha": 0.3, "solver": "sgd"}
    for weight in (None, rng.uniform(0.2, 2, 60)):
        for target in (Y, Y[:, 0]):
            found, true = (
                module.MLPRegressor(
                    loss, (7,), batch_size=batch_size, shuffle=shuffle, **settings
                ).fit(X, target, sample_weight=weight)
                for module in (ours, sklearn.neural_network)
            )
            agree(found, true)


@since_1_7
def test_several_outputs_labels_and_weights_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(60, 4)), rng.normal(size=(60, 3))
    weight = rng.uniform(0.2, 2, 60)
    for module_class, target in (
        ("MLPRegressor", Y),
        ("MLPClassifier", (Y > 0).astype(int)),
    ):
        found, true = (
            getattr(module, module_class)(max_iter=10, random_state=0).fit(
                X, target, sample_weight=weight
            )
            for module in (ours, sklearn.neural_network)
        )
        agree(found, true)


def test_passes_over_more_data_are_those_of_scikit_learn():
    X, y = classes()
    found, true = (
        module.MLPClassifier(random_state=0)
        for module in (ours, sklearn.neural_network)
    )
    for start in range(0, 150, 50):
        for estimator in (found, true):
            estimator.partial_fit(
                X[start : start + 50], y[start : start + 50], classes=[0, 1, 2]
            )
    agree(found, true)


def test_a_warm_start_goes_on():
    X, y = classes()
    found, true = (
        module.MLPClassifier(random_state=0, warm_start=True, max_iter=5)
        for module in (ours, sklearn.neural_network)
    )
    for estimator in (found, true, found, true):
        estimator.fit(X, y)
    agree(found, true)
    assert len(found.loss_curve_) == 10


@pytest.mark.slow
@pytest.mark.parametrize(
    "estimator",
    [ours.MLPClassifier(), ours.MLPRegressor()],
    ids=["classifier", "regressor"],
)
@pytest.mark.filterwarnings("ignore")
def test_check_estimator_finds_nothing(estimator):
    found = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = [
        check["check_name"] for check in found if check["status"] in ("failed", "xfail")
    ]
    assert not failed
    skipped = {check["check_name"] for check in found if check["status"] == "skipped"}
    peer = getattr(sklearn.neural_network, type(estimator).__name__)()
    for theirs, check in estimator_checks_generator(peer):
        if check.func.__name__ in skipped:
            with pytest.raises(SkipTest):
                check(theirs)
    assert len(found) >= 60


def test_pipelines_searches_clones_and_pickles_work():
    X, y = classes()
    pipe = make_pipeline(
        StandardScaler(),
        ours.MLPClassifier((8,), max_iter=60, random_state=0, learning_rate_init=0.02),
    )
    search = GridSearchCV(pipe, {"mlpclassifier__alpha": [1e-4, 1e-2]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.9
    back = pickle.loads(pickle.dumps(search.best_estimator_))
    assert np.array_equal(back.predict(X), search.predict(X))
    assert clone(pipe).get_params()["mlpclassifier__max_iter"] == 60


@pytest.mark.slow
def test_a_search_in_two_processes_gives_what_one_gives():
    X, y = classes()
    estimator = ours.MLPClassifier((8,), max_iter=30, random_state=0, loss=brier)
    searches = [
        GridSearchCV(estimator, {"alpha": [1e-4, 1.0]}, cv=3, n_jobs=n).fit(X, y)
        for n in (1, 2)
    ]
    one, two = (search.cv_results_["mean_test_score"] for search in searches)
    assert np.array_equal(one, two)


@pytest.mark.frameworks
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_pipeline_hands_frames_on(library):
    X, y = classes()
    names = ["a", "b", "c", "d"]
    scaler = StandardScaler().set_output(transform=library)
    columns = dict(zip(names, X.T, strict=True))
    frame = pytest.importorskip(library).DataFrame(columns)
    pipe = make_pipeline(scaler, ours.MLPClassifier(max_iter=5, random_state=0))
    pipe.fit(frame, y)
    assert list(pipe[-1].feature_names_in_) == names
    turned = scaler.transform(frame)[names[::-1]]
    with pytest.raises(ValueError, match="feature names"):
        pipe[-1].predict(turned)


def brier(y_true, y_pred):
    return (y_true - y_pred) ** 2


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", [sparse.csr_matrix, sparse.csc_array])
def test_sparse_samples_give_the_numbers_of_dense_ones(solver, kind):
    X, y = load_digits(return_X_y=True)
    X, y, settings = X[:300] / 16, y[:300], {"max_iter": 4, "random_state": 0}
    weight = np.random.default_rng(0).uniform(0.5, 2, 300)
    from_sparse, from_dense = (
        ours.MLPClassifier((8,), solver=solver, **settings).fit(data, y, weight)
        for data in (kind(X), X)
    )
    agree(from_sparse, from_dense, within=1e-10)
    probabilities = from_dense.predict_proba(X)
    assert np.allclose(from_sparse.predict_proba(kind(X)), probabilities, atol=1e-10)
    assert np.allclose(from_sparse.predict_proba(X), probabilities, atol=1e-10)
    assert from_sparse.layers(kind(X[:2]))["h1"].shape == (2, 8)


def test_sparse_samples_are_never_made_dense():
    rng = np.random.default_rng(0)
    n, n_features = 2000, 5000
    places = rng.integers(0, n_features, size=(n, 3)).ravel()
    rows = np.repeat(np.arange(n), 3)
    X = sparse.csr_matrix((np.ones(3 * n), (rows, places)), shape=(n, n_features))
    y = rng.integers(0, 2, n)
    estimator = ours.MLPClassifier((4,), max_iter=2, solver="sgd", random_state=0)
    tracemalloc.start()
    try:
        estimator.fit(X, y).predict(X)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < n * n_features * 8 / 4


def test_a_loss_of_ones_own_is_minimised_and_told():
    X, y = load_diabetes(return_X_y=True)
    y = y / 100

    def pinball(y_true, y_pred):
        error = y_true - y_pred
        return np.maximum(0.9 * error, -0.1 * error)

    settings = {"max_iter": 400, "random_state": 0, "learning_rate_init": 0.01}
    fitted = ours.MLPRegressor(pinball, (16,), **settings).fit(X, y)
    assert 0.85 < np.mean(y < fitted.predict(X)) < 0.95
    assert "pinball(Y, y_pred)" in fitted.example(X[:1], y[:1]).source
    weight = np.ones(len(y))
    weighted = ours.MLPRegressor(pinball, (16,), **settings).fit(X, y, weight)
    assert np.allclose(weighted.predict(X), fitted.predict(X), rtol=1e-6)


@pytest.mark.spread(4)
@pytest.mark.parametrize("loss", ["mae", "huber", brier, "squared_error"])
@pytest.mark.parametrize("n_targets", [1, 2])
def test_a_weight_of_two_is_a_sample_given_twice(loss, n_targets):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(40, 3)), rng.normal(size=(40, n_targets)).squeeze()
    weight = rng.integers(1, 4, 40)
    settings = {"solver": "lbfgs", "random_state": 0, "max_iter": 5, "tol": 0.0}
    weighted = ours.MLPRegressor(loss, (4,), activation="tanh", **settings)
    repeated = clone(weighted).fit(np.repeat(X, weight, 0), np.repeat(Y, weight, 0))
    found = weighted.fit(X, Y, sample_weight=weight).predict(X)
    assert np.allclose(found, repeated.predict(X), rtol=1e-8, atol=1e-10)


def test_a_loss_that_gives_one_number_is_refused():
    X, y = load_diabetes(return_X_y=True)
    with pytest.raises(ValueError, match="one an entry"):
        ours.MLPRegressor(lambda t, p: np.mean((t - p) ** 2)).fit(X, y)


def test_an_optimizer_may_come_with_its_own_settings():
    X, y = classes()
    solver = nn.optimizer("rmsprop", 0.01, rho=0.9)
    estimator = clone(ours.MLPClassifier((8,), solver=solver, random_state=0))
    assert "rho=0.9" in repr(estimator)
    assert estimator.fit(X, y).score(X, y) > 0.9


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "settings",
    [
        {"activation": ["relu", "tanh"], "hidden_layer_sizes": (4, 3)},
        {"batch_norm": True, "dropout": 0.1, "hidden_layer_sizes": (4,)},
        {"loss": brier, "hidden_layer_sizes": (3,)},
    ],
    ids=["activations", "norm and dropout", "loss"],
)
def test_a_lesson_is_told_of_a_fitted_estimator(settings):
    X, y = classes()
    fitted = ours.MLPClassifier(max_iter=5, random_state=0, **settings).fit(X, y)
    lesson = chainrule.explain(fitted, X[:1], y[:1])
    gradients = fitted.gradients(X[:1], y[:1])
    assert np.allclose(lesson.gradients["W1"], gradients["W1"], rtol=1e-12)
    assert "W1" in str(lesson)


def test_what_is_printed_and_warned_is_what_scikit_learn_prints(capsys):
    X, y = classes()
    said = []
    for module in (ours, sklearn.neural_network):
        for settings in (
            {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.1, "max_iter": 90},
            {"early_stopping": True, "max_iter": 15, "n_iter_no_change": 2},
        ):
            module.MLPClassifier(random_state=0, verbose=True, **settings).fit(X, y)
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "Setting learning rate to" in said[0]


@pytest.mark.frameworks
def test_frames_of_pandas_and_polars_are_read():
    import pandas as pd
    import polars as pl

    X, y = classes()
    names = ["a", "b", "c", "d"]
    true = ours.MLPClassifier(max_iter=10, random_state=0).fit(X, y).predict_proba(X)
    for frame in (pd.DataFrame(X, columns=names), pl.DataFrame(X, schema=names)):
        estimator = ours.MLPClassifier(max_iter=10, random_state=0).fit(frame, y)
        assert np.array_equal(estimator.predict_proba(frame), true)
        assert list(estimator.feature_names_in_) == names


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    "settings",
    [
        {"activation": ["relu", "tanh"], "hidden_layer_sizes": (16, 8)},
        {"solver": "nadam", "activation": "mish"},
        {"solver": "lion", "learning_rate_init": 0.002},
        {"dropout": 0.2, "batch_norm": True},
        {"class_weight": "balanced"},
        {"loss": "mse"},
    ],
    ids=str,
)
def test_what_users_asked_for_beyond_scikit_learn_learns(settings):
    X, y = classes()
    settings = {
        "max_iter": 200,
        "random_state": 0,
        "learning_rate_init": 0.01,
        "batch_size": 32,
        **settings,
    }
    assert ours.MLPClassifier(**settings).fit(X, y).score(X, y) > 0.93


def test_the_inside_of_every_layer_can_be_seen():
    X, y = classes()
    fitted = ours.MLPClassifier((8, 5), max_iter=20, random_state=0).fit(X, y)
    layers = fitted.layers(X[:7])
    assert layers["h1"].shape == (7, 8)
    assert np.allclose(layers["y_pred"], fitted.predict_proba(X[:7]), rtol=1e-12)
    gradients = fitted.gradients(X[:7], y[:7])
    assert gradients["W2"].shape == (8, 5)
    assert gradients["h1"].shape == (7, 8)


def test_edited_weights_are_used():
    X, y = classes()
    fitted = ours.MLPClassifier(max_iter=5, random_state=0).fit(X, y)
    fitted.coefs_ = [np.zeros_like(W) for W in fitted.coefs_]
    fitted.intercepts_ = [np.zeros_like(b) for b in fitted.intercepts_]
    assert np.allclose(fitted.predict_proba(X), 1 / 3)


def test_a_fit_that_is_not_done_says_so():
    X, y = classes()
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        ours.MLPClassifier(max_iter=2).fit(X, y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_weights_have_the_type_of_the_data(dtype):
    X, y = load_digits(return_X_y=True)
    fitted = ours.MLPClassifier((8,), max_iter=2, random_state=0).fit(
        X.astype(dtype), y
    )
    assert {array.dtype for array in fitted.coefs_} == {np.dtype(dtype)}
    assert fitted.predict_proba(X.astype(dtype)).dtype == dtype


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hidden_layer_sizes": (4, -1)}, "must be > 0"),
        ({"activation": "rleu"}, "rleu"),
        ({"solver": "adma"}, "adam"),
        ({"learning_rate": "fast"}, "'constant' or 'invscaling' or 'adaptive'"),
        (
            {"alpha": -1},
            r"'alpha' parameter of MLPClassifier must be a number from 0 on",
        ),
        ({"max_iter": 0.5}, "'max_iter' .* whole number"),
        ({"momentum": 2.0}, "momentum"),
        ({"shuffle": "yes"}, "True or False"),
        ({"batch_size": 0}, "batch_size"),
        ({"solver": "lbfgs", "batch_norm": True}, "lbfgs takes all samples"),
        ({"activation": ["relu", "tanh"]}, "2 names for 1 hidden"),
    ],
    ids=str,
)
def test_parameters_that_make_no_sense_are_refused(settings, said):
    X, y = classes()
    with pytest.raises(ValueError, match=said):
        ours.MLPClassifier(**settings).fit(X, y)


@pytest.mark.skipif(
    not hasattr(ours.MLPClassifier, "set_callbacks"), reason="scikit-learn before 1.9"
)
def test_callbacks_of_scikit_learn_see_every_epoch():
    seen = []

    class Watch:
        def setup(self, *_, **__):
            seen.append("setup")

        def on_fit_task_begin(self, *_, **__):
            pass

        def on_fit_task_end(self, *_, **__):
            seen.append("end")

        def teardown(self, *_, **__):
            seen.append("teardown")

    X, y = classes()
    ours.MLPClassifier(max_iter=4, random_state=0).set_callbacks(Watch()).fit(X, y)
    assert seen == ["setup", *["end"] * 5, "teardown"]


@pytest.mark.spread(4)
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs", "rmsprop"])
def test_an_estimator_explains_the_step_that_its_solver_takes_next(solver):
    X, y = load_iris(return_X_y=True)
    settings = {"solver": solver, "momentum": 0.8, "learning_rate_init": 0.02}
    fitted = ours.MLPClassifier((4,), **settings, max_iter=2, tol=1e9, random_state=0)
    fitted.fit(X, y)
    lesson = fitted.explain(X[:5], y[:5])
    gradients = fitted.gradients(X[:5], y[:5])
    assert lesson.learning_rate == 0.02
    assert np.array_equal(lesson.gradients["W1"], gradients["W1"])
    assert ("m_W1" in str(lesson)) == (solver == "adam")
    plain = fitted.explain(X[:5], y[:5], optimizer="sgd", learning_rate=0.1)
    moved = fitted.coefs_[0] - 0.1 * gradients["W1"]
    assert np.allclose(plain.updated["W1"], moved, rtol=1e-13, atol=0)


def test_patience_may_be_endless():
    X, y = load_iris(return_X_y=True)
    settings = {"n_iter_no_change": np.inf, "max_iter": 15, "tol": 1e9}
    with pytest.warns(ConvergenceWarning):
        fitted = ours.MLPClassifier((3,), **settings, random_state=0).fit(X, y)
    assert fitted.n_iter_ == 15


def test_the_page_lists_what_scikit_learns_own_tests_find_different():
    root = Path(__file__).parents[2]
    tree = ast.parse((root / "benchmarks" / "sklearn_tests.py").read_text("utf-8"))
    (known,) = (
        [key.value for key in one.value.keys]
        for one in tree.body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "KNOWN"
    )
    page = (root / "docs" / "training.md").read_text("utf-8")
    told = page.partition("All pass but these:")[2].partition("`MLPSearchCV")[0]
    assert sorted(re.findall(r"`(test_\w+)`", told)) == sorted(known)
