"""Losses of recurrent networks, each written once forward through time."""

import numpy as np
from proof import proves
from proofs.dense import sigmoid, softmax

GATES = "f", "i", "o", "c"


@proves(
    "gate_biases_of_the_forget_gate",
    at="for one in x:",
    rate=0.1,
    where={
        "w": "{n: getattr(l, n) for n in "
        "[k + g + s for g in 'fioc' for k, s in (('W', 'h'), ('W', 'x'), ('b', ''))]}"
    },
    backward=("backward", "collect", "update"),
)
def _(w, *, x, d):
    h = c = np.zeros((2, 1))
    for one in x:
        a = {
            gate: w[f"W{gate}h"] @ h + w[f"W{gate}x"] @ one + w[f"b{gate}"]
            for gate in GATES
        }
        c = sigmoid(a["f"]) * c + sigmoid(a["i"]) * np.tanh(a["c"])
        h = sigmoid(a["o"]) * np.tanh(c)
    return np.sum((h - d) ** 2) / 2


@proves(
    "cell_gradient_overwritten",
    at="h, c, caches, hs = ",
    rate=0.1,
    where={"ts": "hs_target"},
    backward=("step_backward", ("dWx, dWh, db = ", "b -= ")),
)
def _(Wx, Wh, b, *, xs, ts):
    h, c, total = np.zeros(3), np.zeros(3), 0.0
    for x, t in zip(xs, ts, strict=True):
        i, f, o, g = np.split(x @ Wx + h @ Wh + b, 4)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        total += np.sum((h - t) ** 2) / 2
    return total


@proves(
    "forward_gates_share_a_bias",
    at="A = cell.forward",
    rate=0.2,
    value="loss",
    where={"p": "cell.parameters"},
    backward=("backward", ("cell.backward(", "for k in cell")),
)
def _(p, *, X, Y):
    h = c = np.zeros((3, 2))
    for t in range(3):
        z = np.hstack([h, X[:, :, t]])
        forget, enter, out = (sigmoid(z @ p["W" + g] + p["b" + g]) for g in "fuo")
        c = forget * c + enter * np.tanh(z @ p["Wc"] + p["bc"])
        h = out * np.tanh(c)
    return np.mean((h - Y) ** 2) / 2


@proves(
    "recurrence_not_carried_back",
    at="h, output = rnn.forward",
    rate=0.05,
    where={
        "w": "[rnn.Wxh, rnn.Bxh, rnn.Whh, rnn.Bhh, rnn.Wyh, rnn.Byh]",
        "start": "rnn.h0",
    },
    backward=("backward",),
)
def _(w, *, x, y, start):
    h, total = start, 0.0
    for t in range(x.shape[1]):
        h = np.tanh(w[0] @ x[:, t] + w[1] + w[2] @ h + w[3])
        total -= y[:, t] @ np.log(softmax(w[4] @ h + w[5]))
    return total


@proves(
    "time_loop_over_the_samples",
    at="S = all_states",
    rate=0.001,
    backward=("through_time", ("grad_out = ", "params[1] -= ")),
)
def _(params, *, X, target):
    s = 0.0
    for t in range(X.shape[1]):
        s = params[0] * X[:, t] + params[1] * s
    return np.mean((s - target) ** 2)


@proves(
    "word_moved_by_its_neighbours_delta",
    at="layers, loss = unroll",
    rate="alpha",
    backward=(("for pos in reversed", "for pos, layer in"),),
)
def _(start, vectors, carry_w, read_w, *, sent):
    hidden, total = start, 0.0
    for word in sent:
        total -= np.log(softmax(hidden @ read_w)[word])
        hidden = hidden @ carry_w + vectors[word]
    return total


@proves(
    "candidate_without_the_reset",
    at="h = {-1",
    rate=0.1,
    value="loss",
    backward=(("G = {k", "for k in P:"),),
)
def _(P, *, xs, ys):
    h, total = np.zeros((3, 1)), 0.0
    for x, y in zip(xs, ys, strict=True):
        z, r = (sigmoid(P["W" + g] @ x + P["U" + g] @ h + P["b" + g]) for g in "zr")
        new = np.tanh(P["Wc"] @ x + P["Uc"] @ (r * h) + P["bc"])
        h = h + z * (new - h)
        total += np.sum((h - y) ** 2) / 2
    return total


@proves(
    "recurrent_weights_not_transposed",
    at="out, _ = rnn.read",
    rate=0.1,
    where={"w": "[rnn.Wxh, rnn.Whh, rnn.bh, rnn.Why, rnn.by]"},
    backward=("teach", ("d_L_d_y[answer]", "rnn.teach")),
)
def _(w, *, words, answer):
    h = np.zeros((3, 1))
    for x in words:
        h = np.tanh(w[0] @ x + w[1] @ h + w[2])
    return -np.log(softmax(w[3] @ h + w[4], axis=0)[answer, 0])
