"""Losses of more scripts by many hands, collected by somebody who had not seen the checker."""

import numpy as np
from proof import proves
from proofs.dense import sigmoid, softmax
from proofs.rules import adam, momentum, nesterov


@proves(
    "adjoint_skips_the_first_time",
    at="ys = solve_forward(",
    rate="rate",
    backward=("solve_backward", "rhs_jac_y", "rhs_jac_p"),
)
def _(y0, p, *, data):
    h, w = y0
    total = 0.0
    for k in range(21):
        if k % 5 == 0:
            total += ((h - data[k // 5, 0]) ** 2 + (w - data[k // 5, 1]) ** 2) / 2
        grown, eaten = p[0] * h - p[1] * w * h, 0.4 * h * w - p[2] * w
        h, w = h + 0.1 * grown, w + 0.1 * eaten
    return total


@proves(
    "boosting_residual_uphill",
    at="raw_predictions = S @ leaves",
    rate="self.learning_rate",
    backward=("negative_gradient", ("residual = ", "leaves = leaves")),
)
def _(leaves, *, S, y):
    return np.mean(np.where(y == 1, np.exp(-(S @ leaves)), np.exp(S @ leaves)))


@proves(
    "categorical_kl_reversed",
    at="xhat = Model.forward",
    rate=0.05,
    where={"enc": "Model.enc", "dec": "Model.dec"},
    backward=("backward", "softmax_backward", "update"),
)
def _(enc, dec, *, x):
    q = softmax((x @ enc).reshape(-1, 2, 3))
    miss = q.reshape(-1, 6) @ dec - x
    return np.sum(miss**2) / 2 + np.sum(q * np.log(3 * q))


@proves(
    "decay_with_a_minus",
    at="Y_pred = X",
    rate="learning_rate",
    where={"w": "[layers[0].W, layers[0].b, layers[2].W, layers[2].b]"},
    backward=("bprop", ("next_grad = ", "for layer in reversed")),
)
def _(w, *, X, Y):
    p = softmax(np.tanh(X @ w[0] + w[1]) @ w[2] + w[3])
    size = np.sum(w[0] ** 2) + np.sum(w[2] ** 2)
    return 0.15 * size - np.sum(Y * np.log(p)) / len(X)


@proves(
    "dropout_wrapper_only_rescales",
    at="loss = 0.5",
    rate=0.02,
    where={
        "h": "hidden.parameters",
        "t": "top._base_layer.parameters",
        "kept": "top._mask",
    },
    backward=("backward", "update", ("hidden.backward", "hidden.update")),
)
def _(h, t, *, X, Y, kept):
    z = X @ h["W"] + h["b"]
    z = np.where(z > 0, z, 0.1 * z) * kept / 0.6
    z = z @ t["W"] + t["b"]
    return np.sum((np.where(z > 0, z, 0.1 * z) - Y) ** 2) / 2


@proves(
    "epsilon_tube_without_its_minus",
    at="p = np.dot(x, weights)",
    rate="eta0",
    where={"tube": "loss.epsilon", "target": "y[i]"},
    passes=8,
    backward=("dloss", ("update = ", "intercept += ")),
)
def _(weights, intercept, *, x, target, tube, alpha):
    outside = max(0.0, abs(x @ weights + intercept - target) - tube)
    return outside**2 + alpha / 2 * weights @ weights


@proves(
    "error_dotted_with_its_own_layer",
    at="output = self.forwards",
    rate="self.speed",
    where={"W": "self.mats"},
    owner="net",
    backward=("backwards", "move"),
)
def _(W, *, x, y):
    hidden = sigmoid(W["W2"] @ sigmoid(W["W1"] @ x))
    return -np.log(softmax(W["W3"] @ hidden) @ y)


@proves(
    "exp_drops_what_comes_in",
    at="rates = Exp.apply",
    rate=0.01,
    where={"w": "W.data", "v": "V.data", "x": "X.data", "y": "target.data"},
    backward=("backward",),
)
def _(w, v, *, x, y):
    return np.sum((np.exp(x @ w) @ v - y) ** 2) / 2


@proves(
    "fair_loss_climbs",
    at="pred = ",
    rate="lr",
    backward=("fair_obj", ("g, h = ", "base -= ")),
)
def _(slope, base, *, x, y):
    far = np.abs(base + slope * x - y)
    return np.sum(far - np.log(1 + far))


@proves(
    "focal_stops_at_the_probability",
    at="scores = values[bins]",
    rate="shrinkage",
    backward=("grad_func", "focal_loss", ("values = values - ", "values = values - ")),
)
def _(values, *, bins, y):
    p = sigmoid(values[bins] * np.where(y == 1, 1, -1))
    return -np.sum((1 - p) ** 2 * np.log(p)) / 2


@proves(
    "gamma_left_out_of_the_way_back",
    at="x = np.einsum",
    rate=0.01,
    backward=("bn4_back", ("dg, db, dx = ", "g, b = g - ")),
)
def _(w, g, b, *, imgs, want):
    total = 0.0
    for k in range(3):
        x = sum(w[k, c] * imgs[:, c] for c in range(2))
        y = g[0, k, 0, 0] * (x - x.mean()) / np.sqrt(x.var() + 1e-5) + b[0, k, 0, 0]
        total += np.sum((y - want[:, k]) ** 2) / 2
    return total


@proves(
    "intercept_stepped_twice",
    at="predictions = RidgeByDescent",
    rate="alpha",
    where={
        "theta": "self.theta",
        "X": "self.data",
        "y": "self.labels",
        "lam": "lambda_param",
    },
    owner="model",
    backward=(("theta = self.theta.copy()", "self.theta = theta"),),
)
def _(theta, *, X, y, lam):
    size = np.sum(theta[1:] ** 2)
    return (np.sum((X @ theta - y) ** 2) + lam * size) / (2 * len(y))


@proves(
    "leak_with_a_minus",
    at="P = self.propagate",
    rate="lr",
    where={"w": "self.weights"},
    owner="model",
    backward=("derivative", "back_propagate", ("gradients = ", "for W, g in")),
)
def _(w, *, X, Y):
    z = X @ w[0][:, :-1].T + w[0][:, -1]
    z = np.where(z > 0, z, 0.01 * z)
    return np.mean((sigmoid(z @ w[1][:, :-1].T + w[1][:, -1]) - Y) ** 2) / 2


@proves(
    "look_ahead_counted_twice",
    # between the look ahead and the step, where the gradient is taken
    at="mse, grads = gradients",
    rate="lr",
    rule=nesterov(0.8),
    backward=("final_update", ("err = ", "back = ")),
)
def _(weight, bias, *, samples, targets):
    out = np.tanh(samples @ weight[0] + bias[0]) @ weight[1] + bias[1]
    return np.mean((out - targets) ** 2) / 2


@proves(
    "negatives_drawn_twice_count_once",
    at="loss, gc, gu = ",
    rate=0.1,
    backward=("pair_loss", ("V[c] -= ", "U -= ")),
)
def _(V, U, *, c, o, negs):
    v = V[c]
    total = -np.log(sigmoid(U[o] @ v))
    for k in negs:
        total -= np.log(sigmoid(-U[k] @ v))
    return total


@proves(
    "output_gate_saw_no_tanh",
    at="cells = []",
    rate=0.1,
    passes=2,
    where={"w": "weights.w", "b": "weights.b"},
    backward=("blame", ("diff_h = diff_s = ", "for cell, y in zip(rev")),
)
def _(w, b, *, xs, ys):
    s = h = np.zeros(4)
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        z = np.concatenate([x, h])
        a = {k: w[k] @ z + b[k] for k in "gifo"}
        s = np.tanh(a["g"]) * sigmoid(a["i"]) + s * sigmoid(a["f"])
        h = np.tanh(s) * sigmoid(a["o"])
        total += (h[0] - y) ** 2
    return total


@proves(
    "prelu_asks_the_output",
    at="z = fc(image",
    rate=0.2,
    backward=("prelu_grad", "fc_grad", ("dpredict = ", "for name, g in")),
)
def _(scope, *, image, label):
    z = image @ scope["fc1.w"] + scope["fc1.b"]
    z = np.maximum(z, 0) + scope["prelu.alpha"] * np.minimum(z, 0)
    return np.mean((z @ scope["fc2.w"] + scope["fc2.b"] - label) ** 2)


@proves(
    "rpow_differentiates_the_power",
    at="total = Scalar(0.0)",
    rate=0.005,
    where={"p": "[a.value, k.value, c.value]"},
    backward=("push", "backward"),
)
def _(p, *, ts, ys):
    return np.sum((p[0] * np.exp(np.log(2) * p[1] * ts) + p[2] - ys) ** 2)


@proves(
    "second_moment_fades_with_beta1",
    at="residual = ",
    rate="learning_rate",
    rule=adam(0.9, 0.999),
    passes=4,
    backward=(("dw = ", "w = w - "),),
)
def _(w, *, x, y):
    return np.mean((sum(w[k] * x**k for k in range(4)) - y) ** 2) / 2


@proves(
    "tsne_weight_is_the_distance",
    at="distances = self.pairwise(y)",
    rate="self.rate",
    rule=momentum(0.5),
    backward=("gradient", ("velocity = velocity *", "y = y + ")),
)
def _(y, *, p):
    pairs = [(i, j) for i in range(6) for j in range(6) if i != j]
    near = {(i, j): 1 / (1 + np.sum((y[i] - y[j]) ** 2)) for i, j in pairs}
    everything = sum(near.values())
    return sum(p[k] * np.log(p[k] * everything / near[k]) for k in pairs)
