"""Losses of plain networks by many hands, collected by somebody who had not seen the checker."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid
from proofs.rules import adam, each, momentum


@each
def adadelta(g, memory, _, __):
    """Zeiler 2012, algorithm 1."""
    memory["g"] = 0.95 * memory.get("g", 0.0) + 0.05 * g**2
    moved = memory.get("x", 0.0)
    step = g * np.sqrt((moved + 1e-6) / (memory["g"] + 1e-6))
    memory["x"] = 0.95 * moved + 0.05 * step**2
    return step


@proves(
    "adadelta_brackets_misplaced",
    at="act = np.tanh",
    rule=adadelta,
    passes=4,
    where={"p": "[hidden.W, hidden.b, output.W, output.b]"},
    backward=("backprop", "get_update", ("back = ", "hidden.backprop")),
)
def _(p, *, features, labels):
    return np.mean((np.tanh(features @ p[0] + p[1]) @ p[2] + p[3] - labels) ** 2)


@proves(
    "adam_squares_a_sum",
    at="a1 = relu(",
    rate=0.01,
    rule=adam(0.9, 0.999),
    backward=("adam_step", ("dz2 = ", "gr = ")),
)
def _(par, *, X, Y):
    hidden = np.maximum(par["W1"] @ X + par["b1"], 0)
    p = sigmoid(par["W2"] @ hidden + par["b2"])
    return bernoulli(p, Y) / Y.size


@proves(
    "averaged_in_delta_and_again",
    at="A2, mem = fwd(",
    rate=1.2,
    backward=("bwd", "stepped"),
)
def _(par, *, X, Y):
    hidden = np.tanh(par["W1"] @ X + par["b1"])
    p = sigmoid(par["W2"] @ hidden + par["b2"])
    return bernoulli(p, Y) / X.shape[1]


@proves(
    "bias_column_of_an_older_size",
    at="pace = 1. / ",
    rate="1 / (self.count + 10)",
    where={"mats": "self.mats"},
    owner="net",
    backward=(("top_error = ", "self.mats[0] -= "),),
)
def _(mats, *, pixels_in, wanted):
    a = pixels_in
    for weights in mats:
        a = sigmoid(weights[:, :-1] @ a + weights[:, -1])
    return np.sum((a - wanted) ** 2) / 2


@proves(
    "bias_grows_to_the_batch",
    at="out = net.forward",
    rate=0.7,
    passes=1,
    where={"p": "[W0.value, b0.value, W1.value, b1.value]"},
    backward=("backward", "descend"),
)
def _(p, *, X, T):
    return np.sum((sigmoid(sigmoid(X @ p[0] + p[1]) @ p[2] + p[3]) - T) ** 2) / 2


@proves(
    "change_grows_by_itself",
    at="hidden, output = forward",
    rate="LR",
    rule=momentum(0.3),
    passes=4,
    backward=("backwards", "update_weights"),
)
def _(W1, W2, *, inputs, wanted):
    hidden = sigmoid(np.array(inputs) @ np.array(W1))
    return np.sum((sigmoid(hidden @ np.array(W2)) - wanted) ** 2) / 2


@proves(
    "every_layer_gets_the_last_da",
    at="out, memories = run_forward",
    rate="learning_rate",
    backward=("affine_back", "stage_back", "run_back"),
)
def _(pars, *, X, Y):
    a = X
    for k in (1, 2):
        a = np.maximum(pars[f"W{k}"] @ a + pars[f"b{k}"], 0)
    return bernoulli(sigmoid(pars["W3"] @ a + pars["b3"]), Y) / Y.size


@proves(
    "hidden_error_misses_the_output_slope",
    at="out_h, out_y = forward",
    rate="lr",
    backward=("backward", ("W1, b1 = W1", "W2, b2 = W2")),
)
def _(W1, b1, W2, b2, *, X, Y):
    return np.sum((sigmoid(W2 @ sigmoid(W1 @ X + b1) + b2) - Y) ** 2) / 2


@proves(
    "mish_without_its_cube",
    at="model = [Mish",
    rate=0.05,
    backward=("backprop_mish", "backprop"),
)
def _(params, *, X, truth):
    for W, b in params:
        z = X @ W.T + b
        X = z * np.tanh(np.log(1 + np.exp(z)))
    return np.sum((X - truth) ** 2) / len(truth)


@proves(
    "softplus_slope_of_the_softplus",
    at="out = self.predict",
    rate="rate",
    passes=4,
    where={"w": "[layer.weights for layer in self.layers]"},
    owner="net",
    backward=("backward", ("e = [b - a", "for k in range")),
)
def _(w, *, x, y):
    first, second = np.reshape(w[0], (4, 3)), np.array(w[1])
    a = np.log(1 + np.exp(first[:, :2] @ x + first[:, 2]))
    return (sigmoid(second[:4] @ a + second[4]) - y[0]) ** 2 / 2


@proves(
    "sparsity_left_out_of_the_delta",
    at="cost, grad = ",
    rate=0.5,
    passes=2,
    backward=(("top_push = ", "grad = np.conc"),),
)
def _(theta, *, patches):
    W1, W2 = theta[:15].reshape(3, 5), theta[15:30].reshape(5, 3)
    a = sigmoid(W1 @ patches + theta[30:33, None])
    out = sigmoid(W2 @ a + theta[33:, None])
    active = a.mean(axis=1)
    sparse = 0.05 * np.log(0.05 / active) + 0.95 * np.log(0.95 / (1 - active))
    miss = np.sum((out - patches) ** 2) / 2 / patches.shape[1]
    return miss + 0.0005 * np.sum(theta[:30] ** 2) + 0.5 * np.sum(sparse)


@proves(
    "swish_slope_outside_of_beta",
    at="j1 = ",
    rate="eta",
    backward=("d_swish", ("dW2 = ", "W2 = W2")),
)
def _(W1, W2, *, x, y):
    z = x @ W1
    return np.sum((z / (1 + np.exp(-1.7 * z)) @ W2 - y) ** 2) / 2


@proves(
    "tied_weights_forget_the_decoder",
    at="h = self.encode(X)",
    rate="self.learning_rate",
    where={name: f"self.{name}" for name in "Wbc"},
    owner="cae",
    backward=(
        "_contraction",
        "_reconstruction",
        ("self.W = self.W - ", "self.c = self.c - "),
    ),
)
def _(W, b, c, *, X):
    total = 0.0
    for x in X:
        h = sigmoid(x @ W + b)
        slopes = (h * (1 - h))[:, None] * W.T
        total += bernoulli(sigmoid(W @ h + c), x) + 0.1 * np.sum(slopes**2)
    return total / len(X)


@proves(
    "xor_top_weights_without_slope",
    at="h0 = self.sig",
    rate=0.5,
    where={"x": "X[i]", "wish": "y[i]"},
    backward=(("de = ", "de_top1 = "), "moved"),
)
def _(w0, w1, *, x, wish):
    return (sigmoid(w1 @ sigmoid(w0.T @ x)) - wish) ** 2 / 2
