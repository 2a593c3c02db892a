"""Lessons of what every course has: focal loss, dropout, gates in one product, losses of two terms, read for what is false."""

from __future__ import annotations

import re

import pytest

from chainrule import explain
from chainrule.lesson import Lesson

FOCAL = """
import numpy as np
rng = np.random.default_rng(11)
X, y = rng.normal(size=(4, 3)), np.array([1.0, 0.0, 0.0, 1.0])
w, b, alpha, gamma = rng.normal(size=3), 0.2, 0.25, 2.0
z = X @ w + b
p = 1 / (1 + np.exp(-z))
p_t = y * p + (1 - y) * (1 - p)
alpha_t = y * alpha + (1 - y) * (1 - alpha)
loss = np.mean(-alpha_t * (1 - p_t) ** gamma * np.log(p_t))
"""
DROPOUT = """
import numpy as np
np.random.seed(9)
X, y = np.random.randn(4, 5), np.array([0, 1, 1, 0])
W1, W2 = np.random.randn(5, 5) * 0.4, np.random.randn(5, 2) * 0.4
h1 = np.maximum(0, X @ W1)
u1 = (np.random.rand(*h1.shape) < 0.8) / 0.8
h1 = h1 * u1
logits = h1 @ W2
shifted = logits - logits.max(axis=1, keepdims=True)
log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
loss = -log_probs[np.arange(4), y].mean()
"""
GATES = """
import numpy as np
rng = np.random.default_rng(3)
N, T, D, H = 2, 4, 3, 2
x, target, h0 = rng.normal(size=(N, T, D)), rng.normal(size=(N, T, H)), rng.normal(size=(N, H))
Wx, Wh, b = rng.normal(size=(D, 4 * H)) * 0.4, rng.normal(size=(H, 4 * H)) * 0.4, np.zeros(4 * H)
def sigmoid(x):
    return 1 / (1 + np.exp(-x))
def step(x, prev_h, prev_c):
    H = prev_h.shape[1]
    a = x @ Wx + prev_h @ Wh + b
    i, f, o = sigmoid(a[:, :H]), sigmoid(a[:, H:2 * H]), sigmoid(a[:, 2 * H:3 * H])
    next_c = f * prev_c + i * np.tanh(a[:, 3 * H:])
    return o * np.tanh(next_c), next_c
h, prev_h, prev_c = np.zeros((N, T, H)), h0, np.zeros((N, H))
for t in range(T):
    prev_h, prev_c = step(x[:, t], prev_h, prev_c)
    h[:, t] = prev_h
loss = np.sum((h - target) ** 2) / (2 * N)
"""
PENALTY = """
import numpy as np
np.random.seed(1)
X, y, W = np.random.randn(6, 4), np.array([0, 2, 1, 1, 0, 2]), np.random.randn(4, 3) * 0.1
reg, loss = 0.01, 0.0
for i in range(6):
    scores = X[i].dot(W)
    p = np.exp(scores) / np.sum(np.exp(scores))
    loss += -np.log(p[y[i]])
loss /= 6
loss += 0.5 * reg * np.sum(W * W)
"""
COSINE = """
import numpy as np
rng = np.random.default_rng(3)
x1, x2, W = rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
a, b, d = x1 @ W, x2 @ W, np.sqrt(x1.shape[1])
cos = np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
loss = np.mean(1 - cos) / d
"""
GRU = """
import numpy as np
rng = np.random.default_rng(7)
X, Y = rng.normal(size=(3, 3)), rng.normal(size=(3, 1))
W_z, W_r, W_h = (rng.normal(0, 0.4, (4, 3)) for _ in range(3))
U_z, U_r, U_h = (rng.normal(0, 0.4, (4, 4)) for _ in range(3))
b_z, b_r, b_h = (np.zeros(4) for _ in range(3))
V, c = rng.normal(0, 0.4, (1, 4)), np.zeros(1)
def sigmoid(x):
    return 1 / (1 + np.exp(-x))
h, loss = np.zeros(4), 0
for t in range(3):
    z = sigmoid(W_z @ X[t] + U_z @ h + b_z)
    r = sigmoid(W_r @ X[t] + U_r @ h + b_r)
    h = (1 - z) * h + z * np.tanh(W_h @ X[t] + U_h @ (r * h) + b_h)
    loss += 0.5 * np.sum((V @ h + c - Y[t]) ** 2)
"""
EPSILON = """
import numpy as np
np.random.seed(4)
X, Y = np.random.randn(2, 4), np.array([[1, 0, 1, 0]])
W1, W2, m = np.random.randn(3, 2) * 0.5, np.random.randn(1, 3) * 0.5, Y.shape[1]
A2 = 1 / (1 + np.exp(-np.dot(W2, np.tanh(np.dot(W1, X)))))
L = -1 / m * np.sum(Y * np.log(A2 + 1e-8) + (1 - Y) * np.log(1 - A2 + 1e-8))
"""
GUARDED_CLASSES = """
import numpy as np
np.random.seed(0)
X, Y, W = np.random.randn(4, 5), np.eye(3)[[0, 1, 2, 1]], np.random.randn(5, 3) * 0.3
e = np.exp(X @ W)
p = e / np.sum(e, axis=1, keepdims=True)
loss = -np.sum(Y * np.log(p + 1e-9)) / X.shape[0]
"""
GELU = """
import numpy as np
rng = np.random.default_rng(4)
x, t, W = rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), rng.normal(size=(5, 5))
def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
loss = ((gelu(x @ W) - t) ** 2).mean()
"""
NOISY = """
import numpy as np
rng = np.random.default_rng(3)
x1 = rng.normal(size=(3, 4))
x2 = x1 + 0.3 * rng.normal(size=(3, 4))
W = rng.normal(size=(4, 2))
loss = np.mean((x1 @ W - x2 @ W) ** 2) + np.mean(x1 @ np.array([1.0, -2.0, 0.5, 3.0]) * (x1 @ W)[:, 0])
"""
STEPS = """
import numpy as np
rng = np.random.default_rng(0)
X, Y = rng.normal(size=(5, 2, 4)), rng.normal(size=(5, 2, 3))
W_x, W_h = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
state, outputs = np.zeros((2, 3)), []
for x in X:
    state = np.tanh(x @ W_x + state @ W_h)
    outputs.append(state)
loss = np.mean((np.stack(outputs) - Y) ** 2)
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A lesson of a script, by its text."""
    folder, made = tmp_path_factory.mktemp("classics"), {}

    def lesson(text: str) -> Lesson:
        if text not in made:
            path = folder / f"classic_{len(made)}.py"
            path.write_text(text, "utf-8")
            made[text] = explain(path)
        return made[text]

    return lesson


def conventions(lesson: Lesson) -> str:
    """The last section, in one line."""
    return " ".join(lesson.to_text().partition("Conventions used")[2].split())


def test_a_gradient_has_one_value_whatever_a_textbook_takes_in_one(told):
    text = told(FOCAL).to_text()
    step = text[text.index("← [p] ←") : text.index("← [z] ←")]
    # the cross-entropy passes p by on the way to z: what is left of ∂L/∂p is not ∂L/∂p
    assert "textbook" not in step
    after = text[text.index("← [z] ←") :]
    (line,) = re.findall(r"textbook +(∂L/∂z .*)", after)
    assert "∂L/∂p ⊙" not in line
    assert "∂L/∂p_t" in line


def test_a_power_that_is_a_setting_leaves_one_less(told):
    text = told(FOCAL).to_text()
    assert "(1 − p_t)^(γ − 1)" in text
    assert "where(1[γ = 0]" not in text


def test_who_is_kept_in_a_dropout_is_not_learnt(told):
    assert set(told(DROPOUT).study.parameters) == {"W1", "W2"}


def test_an_index_behind_a_letter_says_nothing_of_what_is_learnt(told):
    learnt = {f"{one}_{gate}" for one in "WUb" for gate in "zrh"} | {"V", "c"}
    assert set(told(GRU).study.parameters) == learnt


def test_what_is_kept_for_the_way_back_is_no_use_of_a_state(told):
    text = told(GATES).to_text()
    assert "is used three times" not in text
    assert "in : " not in text


def test_how_many_numbers_became_the_loss_is_said_where_it_is_so(told):
    # two terms: no one number divides all gradients
    assert "adds up" not in conventions(told(PENALTY))
    said = conventions(told(GATES))
    assert "adds up 16 numbers and divides by 4; without the division" in said
    assert "a mean over 4 numbers" in conventions(told(FOCAL))


def test_a_convention_is_told_where_a_gradient_comes_through(told):
    said = conventions(told(COSINE))
    assert "norm: at 0" in said
    # the root of a length has no gradient, and the maximum that a softmax takes away none of its own
    assert "sqrt" not in said
    assert "max:" not in conventions(told(DROPOUT))


def test_no_proof_is_told_on_an_empty_array(told):
    assert "of shape (0" not in told(COSINE).to_text()


def test_a_cross_entropy_with_an_epsilon_is_one(told):
    text = " ".join(told(EPSILON).to_text(width=160).split())
    assert "this is the binary cross-entropy with ε, written out" in text
    assert "∂L/∂A2 = (−Y/(A2 + 1 × 10⁻⁸) + (1 − Y)/(1 − A2 + 1 × 10⁻⁸))/4" in text
    # nothing rounds to log 0, so nothing is taken apart for that
    assert "the factors cancel" not in text
    assert "behind a sigmoid the slope without it is p − t" in text


def test_a_sum_that_divides_stands_in_brackets_in_a_sentence(told):
    text = " ".join(told(GUARDED_CLASSES).to_text().split())
    assert "by Y/(p + 1 × 10⁻⁹)" in text


def test_gates_and_states_are_called_what_they_are(told):
    text = told(GRU).to_text(width=160)
    rows = re.findall(r"^   (\S+) += .*?   +(.*), shape", text, re.MULTILINE)
    words = {name: said for name, said in rows if name.endswith("ₜ")}
    assert {words["zₜ"], words["rₜ"]} == {"a gate"}
    assert words["hₜ"] == "a state, handed on from turn to turn"
    assert "the input of a gate" in words.values()
    # what two gates let through is no input of units
    assert "next_cₜ = fₜ ⊙ next_cₜ₋₁ + iₜ ⊙ tanh(aₜ[:, 6:])" in told(GATES).to_text()
    assert "each hidden unit's input" not in told(GATES).to_text()


def test_numbers_of_the_program_keep_the_digits_that_they_are_given(told):
    text = told(GELU).to_text(width=160)
    assert "√(2/π) · (z1 + 0.044715 · z1³)" in text
    assert "0.0447 " not in text


def test_an_array_in_the_program_is_no_row_of_digits(told):
    text = told(NOISY).to_text(width=160)
    assert "x2 = x1 + 3×4 numbers of the program" in text
    assert "(1.0, −2.0, 0.5, 3.0)" in text


def test_a_part_of_many_numbers_is_told_as_what_it_is(told):
    text = told(STEPS).to_text()
    assert re.search(r"array, [^\n]*\[\d", text) is None


def test_the_last_turn_says_that_nothing_comes_from_above(told):
    text = told(STEPS).to_text()
    assert "no turn comes after the last" in text
    assert re.search(r"= \(0, 0[^\n]*\) \+", text) is None
