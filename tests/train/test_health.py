"""What goes wrong inside a network is named, layer by layer, while it happens."""

import re
import shlex

import numpy as np
import pytest

from chainrule.nn import optimizer
from chainrule.nn.layers import Dense
from chainrule.program import NonFiniteError
from chainrule.train import Network

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(80, 3)), RNG.normal(size=(80, 1))


def test_dead_units_are_named_with_their_layer_and_share():
    dead = np.array([-100.0, -100.0, 0.0, 1.0])
    network = Network(
        [Dense(4, "relu", bias_initialiser=dead), Dense(4, "relu"), Dense(1)], "mse"
    ).build(3)
    assert "h1: 50% of its units are dead (0 for every sample)" in network.health(X, Y)


def test_saturated_units_are_named():
    network = Network([Dense(5, "tanh", initialiser=50.0), Dense(1)], "mse").build(3)
    assert any(
        told.startswith("h1: 100% of its units are saturated")
        for told in network.health(X, Y)
    )


def test_vanishing_gradients_are_named():
    layers = [Dense(8, "sigmoid", "normal") for _ in range(9)]
    network = Network([*layers, Dense(1)], "mse").build(3)
    assert any("gradients vanish" in told for told in network.health(X, Y))


def test_exploding_gradients_are_named():
    network = Network(
        [
            Dense(8, initialiser=9.0),
            Dense(8, initialiser=9.0),
            Dense(1, initialiser=9.0),
        ],
        "mse",
    ).build(3)
    assert any("gradients explode" in told for told in network.health(100 * X, Y))


def test_a_healthy_network_has_nothing_to_tell():
    network = Network([Dense(8, "tanh"), Dense(8, "tanh"), Dense(1)], "mse").build(3)
    assert network.health(X, Y) == []


def test_it_is_told_while_it_happens_and_once(capsys):
    dead = np.full(4, -100.0)
    network = Network([Dense(4, "relu", bias_initialiser=dead), Dense(1)], "mse")
    network.fit(X, Y, epochs=21, verbose=1)
    assert capsys.readouterr().err.count("h1: 100% of its units are dead") == 1


def test_a_loss_that_is_no_number_is_laid_to_the_line_that_made_it_so():
    network = Network(
        [Dense(4, "relu"), Dense(1)], "mse", optimizer=optimizer("sgd", 1e160)
    )
    with pytest.raises(NonFiniteError, match="is the first to make one, h1 @ W2 at h1"):
        network.fit(X, Y, epochs=5)


def test_a_training_says_with_which_command_to_ask_why_units_are_off(command, tmp_path):
    rows = [f"{a:.3f},{b:.3f},{a - b:.3f}" for a, b in X[:40, :2]]
    (tmp_path / "d.csv").write_text("\n".join(["a,b,y", *rows, ""]))
    words = "train d.csv --target y --hidden 8 --lr 30 --optimizer sgd --clip-norm 1 --epochs 4 --out model"
    told = command(*words.split(), cwd=tmp_path, check=True).stdout
    found = re.search(
        r"^  chainrule (why model '(dz1\[0, \d\])' .*)$", told, re.MULTILINE
    )
    assert found is not None
    # as it stands there
    answer = command(*shlex.split(found[1]), cwd=tmp_path, check=True).stdout
    assert "the unit is off" in answer
    assert answer.splitlines()[0] in told
    assert found[1].split(" --data")[0] in (
        tmp_path / "model" / "report.html"
    ).read_text("utf-8").replace("&#39;", "'")
