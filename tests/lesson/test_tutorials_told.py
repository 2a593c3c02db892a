"""Lessons of networks in the styles of well-known tutorials, read as their authors would read them."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from following import data_of, seen_in_node

from chainrule import explain
from chainrule.lesson import Lesson
from chainrule.lesson.drawings.graph import draw, words
from chainrule.lesson.parts import Graph

LAYERS_IN_LISTS = """
import numpy as np
class Network:
    def __init__(self, sizes):
        rng = np.random.RandomState(7)
        self.biases = [rng.randn(y, 1) for y in sizes[1:]]
        self.weights = [rng.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]
    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = 1 / (1 + np.exp(-(np.dot(w, a) + b)))
        return a
x, y = np.array([[0.4], [0.9]]), np.array([[1.0]])
a = Network([2, 3, 1]).feedforward(x)
C = 0.5 * np.sum((a - y) ** 2)
"""
FILLED_IN_PLACE = """
import numpy as np
rng = np.random.RandomState(0)
X, y = np.zeros((6, 2)), np.zeros(6, dtype="uint8")
for j in range(3):
    X[2 * j : 2 * j + 2], y[2 * j : 2 * j + 2] = rng.randn(2, 2), j
W, b, reg = 0.1 * rng.randn(2, 3), np.zeros((1, 3)), 1e-3
def loss_of(W, b):
    N, D = X.shape
    scores = X.dot(W) + b
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores)
    p /= np.sum(p, axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(N), y])) / N
    loss += reg * np.sum(W * W)
    return loss
L = loss_of(W, b)
"""
ATTENTION = """
import numpy as np
rng = np.random.default_rng(0)
T, d_k = 3, 2
X, targets = rng.normal(size=(T, 4)), rng.normal(size=(T, d_k))
W_Q, W_K, W_V = (rng.normal(size=(4, d_k)) for _ in range(3))
Q, K, V = X @ W_Q, X @ W_K, X @ W_V
scores = Q @ K.T / np.sqrt(d_k)
scores = np.where(np.triu(np.ones((T, T)), k=1).astype(bool), -1e9, scores)
weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
weights = weights / weights.sum(axis=-1, keepdims=True)
context = weights @ V
loss = ((context - targets) ** 2).mean()
"""
TWO_TERMS = """
import numpy as np
x = np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]])
W_mu, W_dec = np.array([[0.3], [0.1], [-0.4]]), np.array([[0.2, 0.3, -0.6]])
mu = x @ W_mu
x_hat = 1 / (1 + np.exp(-(mu @ W_dec)))
recon = -np.sum(x * np.log(x_hat) + (1 - x) * np.log(1 - x_hat), axis=1)
kl = 0.5 * np.sum(mu**2, axis=1)
loss = np.mean(recon + kl)
"""
CHARACTERS = """
import numpy as np
rng = np.random.RandomState(0)
Wxh, Whh, Why = (0.1 * rng.randn(*s) for s in ((3, 4), (3, 3), (4, 3)))
bh, by = np.zeros((3, 1)), np.zeros((4, 1))
xs, hs, ys, ps, loss = {}, {-1: np.zeros((3, 1))}, {}, {}, 0
for t, (i, target) in enumerate(zip([1, 0, 2], [0, 2, 3])):
    xs[t] = np.zeros((4, 1))
    xs[t][i] = 1
    hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
    ys[t] = np.dot(Why, hs[t]) + by
    ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
    loss += -np.log(ps[t][target, 0])
"""
SCALARS = """
import math
i1, i2, w1, w2, w3, w4, w5, w6, w7 = 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5
b1, b2, target_o1, target_o2 = 0.35, 0.6, 0.01, 0.99
out_h = 1 / (1 + math.exp(-(w1 * i1 + w2 * i2 + b1)))
net_o1 = w3 * out_h + w5 * i1 + b2
out_o1 = 1 / (1 + math.exp(-net_o1))
net_o2 = w4 * out_h + w6 * i2 + w7 * i1 + b2
out_o2 = 1 / (1 + math.exp(-net_o2))
E_o1 = 0.5 * (target_o1 - out_o1) ** 2
E_o2 = 0.5 * (target_o2 - out_o2) ** 2
E_total = E_o1 + E_o2
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A lesson of a script, by its text."""
    folder: Path = tmp_path_factory.mktemp("tutorials")
    made: dict[tuple[str, str], Lesson] = {}

    def lesson(text: str, level: str = "line") -> Lesson:
        if (text, level) not in made:
            path = folder / f"lesson_{len(made)}.py"
            path.write_text(text, "utf-8")
            made[text, level] = explain(path, level=level)
        return made[text, level]

    return lesson


def test_every_layer_of_a_list_that_a_loop_goes_through_is_learnt(told):
    learnt = told(LAYERS_IN_LISTS).study.parameters
    assert set(learnt) == {"biases_0", "biases_1", "weights_0", "weights_1"}


def test_an_array_filled_in_place_has_the_name_that_the_reader_gave_it(told):
    text = told(FILLED_IN_PLACE).to_text()
    assert "from reg, X and y with" in text
    # the loss is the last of its name, and what it was before is counted
    assert "loss_1 + reg" in text
    assert "loss_2" not in text


def test_the_cross_entropy_of_an_early_course_is_told_as_its_textbook_does(told):
    text = told(FILLED_IN_PLACE).to_text()
    assert "(p_2 − onehot(y))" in text
    # a length that is read from X is no arrow from X
    assert "X ─▶ loss" not in text


def test_the_prediction_is_what_meets_the_labels_and_not_what_a_mask_meets(told):
    text = told(ATTENTION).to_text(width=120)
    assert text.count("the prediction") == 1
    assert "context   = weights_2 V" in text
    (line,) = (one for one in text.splitlines() if "the prediction" in one)
    assert line.split()[0] == "context"


def test_each_term_of_a_sum_has_its_own_gradient(told):
    text = told(TWO_TERMS).to_text()
    assert "∂L/∂kl · 0.5" in text
    assert "column(∂L/∂recon) ⊙ (x̂ − x)" in text
    assert "input of the output units" in text


def test_a_turn_is_written_entry_by_entry_with_its_own_numbers(told):
    text = told(CHARACTERS, "entry").to_text(width=160)
    assert "loss_" not in text.replace("def loss_and", "")
    assert "h₂[" in text
    # the numbers of one turn are no numbers of the sum over all of them
    row = next(one for one in text.splitlines() if "(∂L/∂Why)[" in one)
    assert row.count("=") == 2


def test_units_of_a_network_of_single_numbers_are_what_they_are(told):
    text = told(SCALARS).to_text()
    roles = {
        line.split()[0]: line
        for line in text.splitlines()
        if ", a single number" in line and " = " in line
    }
    assert "the prediction" in roles["out_o1"]
    assert "the prediction" in roles["out_o2"]
    assert "the input of the output unit" in roles["net_o2"]
    assert "the output of the hidden units" in roles["out_h"]
    assert "w7 and 1 more" not in text
    assert " …." not in text


def test_what_stands_between_columns_that_no_arrow_joins_is_left_out(told):
    (graph,) = (part for part in told(TWO_TERMS).parts if isinstance(part, Graph))
    drawn = draw(graph)
    names = [words((name,)) for name in graph.columns]
    place = names.index("kl")
    assert words(graph.between[place - 1]) == "sum"
    assert drawn.between[place - 1][1] == ""


def test_reasons_have_a_minus_and_say_nothing_twice(told):
    text = told(SCALARS).to_text()
    assert "σ(1 − σ)" in text
    assert "already is exp(" not in text


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs JavaScript")
def test_the_page_of_a_recurrence_follows_an_edit(told):
    page = told(CHARACTERS).to_html()
    given = data_of(page)["inputs"]
    numbers = [list(one[3]) for one in given]
    numbers[[one[0] for one in given].index("Whh")][0] += 0.25
    (seen,) = seen_in_node(page, [numbers])
    assert not seen["refused"]
    assert not any(seen["stale"])


def test_letters_of_a_product_are_no_names_of_the_reader():
    def loss(i, W, y):
        net = W @ i
        return np.sum((net - y) ** 2)

    given = {"i": np.ones(2), "W": np.ones((2, 2)), "y": np.zeros(2)}
    text = explain(loss, **given, wrt=["W"]).to_text()
    assert "∂net[p]/∂W[p, r] = i[r]" in text


def test_a_word_beside_a_letter_keeps_its_distance():
    def loss(W, feature, y):
        score = W @ feature
        return np.sum((score - y) ** 2)

    given = {"W": np.ones((2, 2)), "feature": -np.ones(2), "y": np.zeros(2)}
    lesson = explain(loss, **given, wrt=["W"])
    assert '<mspace width="0.3333em">' in lesson.to_html()
    assert r"\;\textcolor{cr-value}{\mathrm{feature}}" in lesson.to_latex()


CLIPPED = """
import numpy as np
rng = np.random.default_rng(0)
X, y = rng.normal(size=(3, 2)), np.array([0, 1, 2])
W, b = rng.normal(size=(2, 3)), np.zeros((1, 3))
z = np.dot(X, W) + b
H = np.maximum(z, np.zeros_like(z))
e = np.exp(H - np.max(H, axis=1, keepdims=True))
p = e / np.sum(e, axis=1, keepdims=True)
clipped = np.clip(p, 1e-7, 1 - 1e-7)
loss = np.mean(-np.log(clipped[range(len(p)), y]))
"""


def test_what_a_clip_passes_is_a_mask_and_nobody_is_told_that_nothing_is_clamped(
    told,
):
    text = " ".join(told(CLIPPED).to_text(width=140).split())
    assert "∂clipped/∂p = 1[clipped = p]" in text
    assert "clamped" not in text
    assert "start from logits" in text


def test_a_relu_against_zeros_like_its_argument_is_a_relu(told):
    text = " ".join(told(CLIPPED).to_text(width=140).split())
    assert "relu passes the gradient where z > 0" in text
    assert "share it" not in text
