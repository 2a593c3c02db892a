"""Losses of what was left of failures of the first prototype: the smallest scripts that still failed."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid
from proofs.given import lstm, rated
from proofs.rules import momentum


@proves(
    "given_lstm_two_steps",
    at="z, f, i, g, o, C, h = ",
    rate=0.1,
    where={"ts": "ts"},
    backward=(("for t in reversed(range(2))", "W_o -= "),),
)
def _(W_f, W_i, W_g, W_o, *, xs, ts):
    states = lstm((W_f, W_i, W_g, W_o), [0, 0, 0, 0], xs, 3)
    return sum(np.sum((h - t) ** 2) / 2 for h, t in zip(states, ts, strict=True))


@proves(
    "min_factor_decay",
    at="u_f = ",
    rate="lr",
    backward=(("delta_u = ", "I[i] += "),),
)
def _(U, I, *, u, i, r, lam):  # noqa: E741  # the script's name
    return rated(U, I, u, i, r, lam)


@proves(
    "min_dropout_in_place",
    at="loss = 0.5",
    rate=0.1,
    where={"mask": "drop.mask"},
)
def _(W1, W2, *, X, y, mask):
    return np.sum(((np.tanh(X @ W1) * mask / 0.6) @ W2 - y) ** 2) / 2


@proves("min_target_minus", at="layer_0 = ", rate=0.1)
def _(w, *, x, t, i):
    return np.sum((x[i] @ w - t[i]) ** 2) / 2


@proves("min_cost_outer", at="A = 1 / (", rate=0.1, value="cost")
def _(w, b, *, X, Y):
    return bernoulli(sigmoid(w.T @ X + b), Y) / 3


@proves("min_policy_slope", at="loss = 0.0", rate=0.01)
def _(w, *, S, acts):
    return bernoulli(sigmoid(S @ w), acts)


@proves("min_entries", at="h0 = ", rate=0.1)
def _(w1, *, w0, x, t):
    return (sigmoid(sigmoid(x @ w0) @ w1) - t) ** 2 / 2


@proves("min_dot_for_outer", at="z = W @ x", rate=0.1)
def _(W, *, x, t):
    return np.sum((np.tanh(W @ x) - t) ** 2) / 2


@proves("min_nielsen_slope", at="acts = [x]", rate=0.5)
def _(W, *, x, y):
    for one in W:
        x = sigmoid(one @ x)
    return np.sum((x - y) ** 2) / 2


@proves(
    "given_momentum_lists",
    at="h = np.tanh",
    rate=0.1,
    rule=momentum(0.9, 0.1),
    backward=(("dout = ", "velocities = new"),),
)
def _(params, *, X, Y):
    return np.mean((np.tanh(X @ params[0]) @ params[1] - Y) ** 2)


@proves(
    "given_nnfs_momentum",
    at="h = np.tanh",
    rate=0.1,
    rule=momentum(0.9),
    where={"a": "one.weights", "b": "two.weights"},
    backward=("update", ("dout = ", "optimizer.update(two)")),
)
def _(a, b, *, X, y):
    return np.sum((np.tanh(X @ a) @ b - y) ** 2) / 2


@proves(
    "given_ndmin_row", at="out = ", rate=0.1, backward=(("dout = ", "w -= 0.1 * dw"),)
)
def _(w, *, x, y):
    return np.sum((w @ x - y) ** 2) / 2


@proves(
    "given_homework_lists",
    at="h = []",
    rate="lr",
    backward=(("do = []", "for j in range(3):"),),
)
def _(W1, b1, W2, b2, *, x, t):
    out = sigmoid(np.array(W2) @ sigmoid(np.array(W1) @ x + b1) + b2)
    return np.sum((out - t) ** 2) / 2


@proves(
    "given_homework_samples",
    at="for i in range(len(X)):",
    gradients={"W1": "dW1", "b1": "db1", "w2": "dw2", "b2": "db2"},
    backward=(("d = p - y[i]", "for j in range(3)"), ("dW1 /= ", "db2 /= ")),
)
def _(W1, b1, w2, b2, *, X, y):
    return bernoulli(sigmoid(np.maximum(X @ W1.T + b1, 0) @ w2 + b2), y) / 5


@proves(
    "given_neuron_loop",
    at="s = b",
    rate="lr",
    backward=(("d = p - y", "b -= "),),
)
def _(w, b, *, x, y):
    return bernoulli(sigmoid(np.dot(w, x) + b), y)


@proves(
    "given_regression_loop",
    at="total = 0.0",
    rate="lr",
    backward=(("total += ", "db += "), ("dw = dw", "b = b")),
)
def _(w, b, *, X, Y):
    return np.mean((X @ w + b - Y) ** 2)
