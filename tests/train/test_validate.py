"""Mistakes in the calls of a network are told before anything runs; beside each stands the call that was meant."""

import numpy as np
import pytest

from chainrule import ChainruleError, Network
from chainrule.nn.layers import Dense, Residual, Written
from chainrule.nn.losses import LOSSES
from chainrule.program import DTypeError, NonFiniteError, ShapeError, UsageError
from chainrule.train.model.output_layer import usual_loss

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 3))
y = np.tile([0, 1], 6)
WORDS = np.where(y, "yes", "no")
ONES = np.ones(12)


def made(layers=(4,), **settings):
    return Network(layers, **settings).fit(X, y, epochs=1)


def fit(X=X, Y=y, **settings):
    return Network((4,)).fit(X, Y, **{"epochs": 1, **settings})


def softmax(Y):
    return Network([Dense(3, "softmax")]).fit(X, Y, epochs=1)


# the mistake, its code, words of what it says, what was meant
MISTAKES = [
    (made, {"layers": "4,5"}, "E411", "fix: Network((4, 5))", {"layers": (4, 5)}),
    (made, {"layers": 4}, "E411", "fix: Network((4,))", {"layers": (4,)}),
    (made, {"layers": (4, 0)}, "E411", "layer 2 is 0", {"layers": (4, 1)}),
    (made, {"layers": (4.5,)}, "E411", "layer 1 is 4.5", {"layers": [4]}),
    (made, {"layers": ["relu"]}, "E411", "Activation('relu')", {"layers": []}),
    (made, {"layers": (True,)}, "E411", "layer 1 is True", {"layers": (1,)}),
    (
        made,
        {"layers": Dense(2, "softmax")},
        "E411",
        "fix: Network([layer, ...])",
        {"layers": [Dense(2, "softmax")]},
    ),
    (made, {"activation": "rleu"}, "E410", "did you mean relu", {"activation": "relu"}),
    (made, {"learning_rate": "x"}, "E411", "learning_rate", {"learning_rate": 0.1}),
    (made, {"learning_rate": -1}, "E411", "got -1", {"learning_rate": 0}),
    (made, {"learning_rate": np.inf}, "E411", "got inf", {"learning_rate": 1}),
    (made, {"dtype": "int"}, "E110", "got 'int'", {"dtype": float}),
    (made, {"dtype": "float16"}, "E110", "float64 or float32", {"dtype": "float32"}),
    (made, {"dtype": "number"}, "E110", "got 'number'", {"dtype": np.float32}),
    (made, {"seed": -1}, "E411", "seed is a whole number", {"seed": 0}),
    (made, {"seed": 1.5}, "E411", "got 1.5", {"seed": np.int64(3)}),
    (made, {"l2": -1}, "E411", "l2 is a number", {"l2": 0.1}),
    (made, {"clip_norm": 0}, "E411", "above 0; got 0", {"clip_norm": 1}),
    (made, {"loss": len}, "E411", "(y_true, y_pred)", {"loss": "nll", "layers": []}),
    (fit, {"validation": (X,)}, "E411", "got 1 thing\n", {"validation": (X, y)}),
    (fit, {"validation": (X, y, y)}, "E411", "3 things", {"validation": [X, y]}),
    (fit, {"validation": X}, "E411", "an array (12, 3)", {"validation": 0.25}),
    (fit, {"validation": 1.5}, "E411", "between 0 and 1", {"validation": None}),
    (fit, {"epochs": -1}, "E411", "epochs is a whole number", {"epochs": 0}),
    (fit, {"epochs": 1.5}, "E411", "got 1.5", {"epochs": 2.0}),
    (fit, {"epochs": "3"}, "E411", "got '3'", {"epochs": np.int32(3)}),
    (fit, {"batch_size": 0}, "E411", "at least 1; got 0", {"batch_size": 1}),
    (fit, {"batch_size": -1}, "E411", "got -1", {"batch_size": 50}),
    (fit, {"batch_size": 1.5}, "E411", "got 1.5", {"batch_size": 5}),
    (fit, {"patience": -1}, "E411", "patience", {"patience": 1, "validation": 0.5}),
    (fit, {"callbacks": print}, "E411", "fix: callbacks=[print]", {"callbacks": [id]}),
    (
        fit,
        {"monitor": "val_acuracy", "validation": 0.5},
        "E410",
        "did you mean val_accuracy?",
        {"monitor": "val_accuracy", "validation": 0.5, "patience": 1},
    ),
    (
        fit,
        {"monitor": "accuracy"},
        "E410",
        "train_metrics=True",
        {"monitor": "accuracy", "train_metrics": True, "patience": 1},
    ),
    (fit, {"monitor": "val_accuracy"}, "E410", "validation=0.2", {"monitor": "loss"}),
    (
        fit,
        {"class_weight": {7: 2.0}},
        "E410",
        "there is no class 7",
        {"class_weight": {1: 2.0}},
    ),
    (fit, {"class_weight": {0: -1}}, "E411", "got -1", {"class_weight": {0: 0}}),
    (fit, {"class_weight": [1, 2]}, "E411", "mapping", {"class_weight": "balanced"}),
    (
        fit,
        {"sample_weight": ONES - 2 * (np.arange(12) == 4)},
        "E411",
        "sample 4 has the weight -1.0",
        {"sample_weight": ONES},
    ),
    (
        fit,
        {"sample_weight": 0 * ONES},
        "E411",
        "every sample has the weight 0",
        {"sample_weight": y},
    ),
    (
        fit,
        {"sample_weight": ONES[1:]},
        "E101",
        "12 samples, and sample weights of the shape (11,)",
        {"sample_weight": ONES.tolist()},
    ),
    (fit, {"sample_weight": WORDS}, "E110", "numbers", {"sample_weight": ONES}),
    (fit, {"Y": WORDS}, "E414", "chainrule.sklearn", {"Y": y}),
    (fit, {"Y": WORDS.astype(object)}, "E414", "such as 'no'", {"Y": y[:, None] == 1}),
    (fit, {"Y": y[1:]}, "E101", "12 samples and 11 labels", {"Y": y.tolist()}),
    (fit, {"X": X[:, 0]}, "E101", "X.reshape(-1, 1)", {"X": X[:, 0].reshape(-1, 1)}),
    (fit, {"X": [[1, 2], [3]], "Y": [0, 1]}, "E101", "one length", {"X": X.tolist()}),
    (fit, {"Y": y - 1}, "E101", "sample 0 has the label -1", {"Y": y}),
    (fit, {"Y": 2 * y - 1}, "E101", "(y + 1) // 2", {"Y": y}),
    (softmax, {"Y": y + 2}, "E101", "sample 1 has the label 3", {"Y": y + 1}),
    (softmax, {"Y": 1 + np.arange(12) % 3}, "E101", "y - 1", {"Y": np.arange(12) % 3}),
]


@pytest.mark.spread(4)
@pytest.mark.parametrize(("call", "wrong", "code", "said", "meant"), MISTAKES)
def test_a_mistake_is_told_and_what_was_meant_runs(call, wrong, code, said, meant):
    with pytest.raises((UsageError, ShapeError, DTypeError)) as raised:
        call(**wrong)
    assert raised.value.code == code
    assert said in str(raised.value)
    assert np.isfinite(call(**meant).predict(np.ones((1, 3))[:, : _width(meant)])).all()


def _width(meant):
    return np.shape(meant.get("X", X))[1]


def test_a_weight_that_is_not_finite_is_no_divergence():
    with pytest.raises(ChainruleError) as raised:
        fit(sample_weight=np.full(12, np.nan))
    assert not isinstance(raised.value, NonFiniteError)


@pytest.mark.parametrize("wrong", [WORDS, y - 1, y[1:]])
def test_a_network_learns_nothing_from_data_it_refuses(wrong):
    network = Network((4,))
    with pytest.raises(ChainruleError):
        network.fit(X, wrong, epochs=1)
    assert "not met data" in repr(network)
    network.fit(X, y, epochs=3)
    np.testing.assert_array_equal(network.predict(X), fit(epochs=3).predict(X))


def test_a_network_tells_what_it_is():
    layers = [
        Residual([Dense(3, "tanh")]),
        Written(np.sin),
        Dense(4, bias=False),
        Dense(2, "softmax"),
    ]
    network = Network(layers, learning_rate=0.01)
    call = "Network([Residual([Dense(3, 'tanh')]), Written(sin), Dense(4, bias=False), Dense(2, 'softmax')]"
    rate = "optimizer='adam', learning_rate=0.01)"
    assert repr(network) == f"<{call}, {rate}, not met data yet>"
    network.fit(X, y, epochs=2)
    loss = network.history_[-1]["loss"]
    assert repr(network) == (
        f"<{call}, 'categorical_cross_entropy', {rate}, 3 inputs, 34 parameters, loss {loss:.4g} after 2 epochs>"
    )


@pytest.mark.parametrize("loss", LOSSES.values(), ids=lambda loss: loss.name)
def test_labels_call_for_the_first_loss_that_takes_them(loss):
    usual = usual_loss(None, loss.labels)
    assert loss.labels in usual.lines
    assert list(LOSSES).index(usual.name) <= list(LOSSES).index(loss.name)
