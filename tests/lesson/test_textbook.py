"""Rows of a textbook: whatever way a program is written in, its lesson has the line that everybody teaches."""

import re

import pytest

import chainrule

TWO_LAYERS = """
import numpy as np
rng = np.random.default_rng(0)
X, y = rng.normal(size=(6, 3)), rng.integers(0, 3, 6)
W1, b1 = rng.normal(size=(3, 4)) * 0.5, np.zeros(4)
W2, b2 = rng.normal(size=(4, 3)) * 0.5, np.zeros(3)
reg = 1e-3
hidden = np.maximum(0, X.dot(W1) + b1)
scores = hidden.dot(W2) + b2
exps = np.exp(scores - scores.max(axis=1, keepdims=True))
probs = exps / exps.sum(axis=1, keepdims=True)
data_loss = -np.log(probs[range(6), y]).sum() / 6
"""
PENALTY = {
    "half of squares by product": (
        "reg_loss = 0.5*reg*np.sum(W1*W1) + 0.5*reg*np.sum(W2*W2)\nloss = data_loss + reg_loss",
        "reg · W2",
    ),
    "over twice the samples": (
        "cost = data_loss + (np.sum(np.square(W1)) + np.sum(np.square(W2))) * (reg / (2 * len(y)))",
        "reg/6 · W2",
    ),
    "added in a loop": (
        "decay = 0\nfor W in (W1, W2):\n    decay += 0.5 * reg * (W ** 2).sum()\nloss = data_loss + decay",
        "reg · W2",
    ),
    "whole squares": (
        "loss = data_loss + reg * (np.sum(W1 ** 2) + np.sum(W2 ** 2))",
        "2 · reg · W2",
    ),
    "norms": (
        "loss = data_loss + reg / 2 * (np.linalg.norm(W1) ** 2 + np.linalg.norm(W2) ** 2)",
        "reg · W2",
    ),
    "dot of what is raveled": (
        "loss = data_loss + reg / 2 * (W1.ravel() @ W1.ravel() + W2.ravel() @ W2.ravel())",
        "reg · W2",
    ),
}
NORMALIZED = """
import numpy as np
rng = np.random.default_rng(0)
X, t = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
W, U = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
gamma, beta, eps = np.ones(4), np.zeros(4), 1e-5
z = X @ W
{}
loss = np.mean((np.maximum(0, a) @ U - t) ** 2)
"""
BATCH_NORM = {
    "mean and var": """
mean, var = z.mean(axis=0), z.var(axis=0)
zn = (z - mean) / np.sqrt(var + eps)
a = gamma * zn + beta""",
    "mean of squares": """
mean = np.mean(z, axis=0)
var = np.mean((z - mean) ** 2, axis=0)
zn = (z - mean) / np.sqrt(var + eps)
a = gamma * zn + beta""",
    "step by step": """
N, D = z.shape
mean = 1. / N * np.sum(z, axis=0)
away = z - mean
var = 1. / N * np.sum(away ** 2, axis=0)
sqrtvar = np.sqrt(var + eps)
ivar = 1. / sqrtvar
zn = away * ivar
a = gamma * zn + beta""",
    "sums over len": """
mean = z.sum(axis=0) / len(z)
var = ((z - mean) ** 2).sum(axis=0) / len(z)
zn = (z - mean) * (var + eps) ** -0.5
a = zn * gamma + beta""",
    "keepdims": """
mean = np.mean(z, axis=0, keepdims=True)
var = np.var(z, axis=0, keepdims=True)
zn = np.divide(z - mean, np.sqrt(var + eps))
a = np.multiply(gamma, zn) + beta""",
    "squares less a square": """
mean = z.mean(0)
var = (z * z).mean(0) - mean * mean
zn = (z - mean) / (var + eps) ** 0.5
a = gamma * zn + beta""",
}


@pytest.fixture(scope="module")
def symbols(tmp_path_factory):
    """The lines of a script's lesson in which something is said in symbols."""

    def made(text, wrt):
        path = tmp_path_factory.mktemp("rows") / "script.py"
        path.write_text(text)
        told = chainrule.explain(path, wrt=wrt).to_text(width=160).splitlines()
        return [line.split("symbols")[1] for line in told if "   symbols " in line]

    return made


@pytest.mark.spread(6)
@pytest.mark.parametrize("name", PENALTY)
def test_a_penalty_on_squares_adds_lambda_times_the_weights(name, symbols):
    penalty, decayed = PENALTY[name]
    told = symbols(TWO_LAYERS + penalty, ["W1", "b1", "W2", "b2"])
    (line,) = [one for one in told if "/∂W2 =" in one]
    loss = line.split("/")[0].strip()
    assert line.strip() == f"{loss}/∂W2 = {decayed} + hiddenᵀ · {loss}/∂scores"


@pytest.mark.spread(6)
@pytest.mark.parametrize("name", BATCH_NORM)
def test_batch_norm_is_one_step_with_the_three_terms_of_the_paper(name, symbols):
    told = symbols(NORMALIZED.format(BATCH_NORM[name]), ["W", "gamma", "beta", "U"])
    (line,) = [one for one in told if one.strip().startswith("∂L/∂z ")]
    form, root = line.strip().split("/(6 · √(")
    assert form.split("= ")[1] == (
        "(6 · ∂L/∂zn − Σ_rows ∂L/∂zn − zn ⊙ Σ_rows ∂L/∂zn ⊙ zn)"
    )
    assert root in ("var + ε))", "var_rows(z) + ε))")


RECURRENT = """
import numpy as np
text = "hello world, hello words"
chars = sorted(set(text))
number_of = {c: i for i, c in enumerate(chars)}
V, H, T = len(chars), 5, TURNS
np.random.seed(1)
Wxh, Whh, Why = np.random.randn(H, V), 0.5 * np.random.randn(H, H), np.random.randn(V, H)
bh, by = np.zeros((H, 1)), np.zeros((V, 1))
inputs = [number_of[c] for c in text[:T]]
targets = [number_of[c] for c in text[1 : T + 1]]
xs, hs, ys, ps = {}, {}, {}, {}
hs[-1] = np.zeros((H, 1))
loss = 0
for t in range(len(inputs)):
    xs[t] = np.zeros((V, 1))
    xs[t][inputs[t]] = 1
    hs[t] = np.tanh(np.dot(Wxh, xs[t]) + np.dot(Whh, hs[t - 1]) + bh)
    ys[t] = np.dot(Why, hs[t]) + by
    ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
    loss += -np.log(ps[t][targets[t], 0])
"""


def test_a_character_rnn_in_dicts_is_one_turn_in_its_own_names(tmp_path):
    lessons = []
    for turns in (8, 16):
        path = tmp_path / f"rnn_{turns}.py"
        path.write_text(RECURRENT.replace("TURNS", str(turns)))
        wrt = ["Wxh", "Whh", "Why", "bh", "by"]
        told = chainrule.explain(path, wrt=wrt).to_text(width=160)
        lessons.append(re.sub(" +", " ", told))
    few, many = lessons
    for line in (
        "xₜ = onehot(inputs[t])",
        "yₜ = Why hₜ + by",
        "L = Σ_t (−log(pₜ[targets[t]]))",
        "∂L/∂pₜ = −onehot(targets[t])/pₜ[targets[t]]",
        "∂L/∂yₜ = pₜ − onehot(targets[t])",
        "∂L/∂hₜ = Whhᵀ · ∂L/∂zₜ₊₁ + Whyᵀ · ∂L/∂yₜ",
        "∂L/∂Why = Σ_t ∂L/∂yₜ · hₜᵀ",
        # what is found as the gradient of Why is stands in a table
        "∂L/∂Whh Σ_t ∂L/∂zₜ · hₜ₋₁ᵀ",
        "∂L/∂bh ",
    ):
        assert line in few, line
        assert line in many, line
    assert len(many.splitlines()) <= len(few.splitlines())
