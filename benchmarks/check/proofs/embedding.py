"""Losses of embeddings, factor models and linear models."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid, softmax
from proofs.rules import adam, momentum, rmsprop


@proves(
    "glove_rows_are_views",
    at="logn = np.log(n)",
    rate="eta",
    backward=(("x, y = ", "ys[jy, :] += "),),
)
def _(xs, ys, *, ix, jy, n):
    weight = min(1, (n / 100) ** 0.75)
    return weight * (np.log(n) - xs[ix] @ ys[jy]) ** 2


@proves(
    "factors_one_after_the_other",
    at="prediction = self.estimate",
    rate="self.alpha",
    where={name: f"self.{name}" for name in ("P", "Q", "b_u", "b_i", "b", "beta")},
    owner="mf",
    backward=(("e = (r", "self.Q[j, :] += "),),
)
def _(P, Q, b_u, b_i, *, i, j, r, b, beta):
    error = r - (b + b_u[i] + b_i[j] + P[i] @ Q[j])
    size = P[i] @ P[i] + Q[j] @ Q[j] + b_u[i] ** 2 + b_i[j] ** 2
    return (error**2 + beta * size) / 2


@proves(
    "negative_samples_attract",
    at="h = vin[context]",
    rate="alpha",
    backward=(("work = ", "vin[context] += "),),
)
def _(vin, vout, *, context, word, negs):
    h = vin[context]
    away = sum(np.log(sigmoid(-vout[k] @ h)) for k in negs)
    return -np.log(sigmoid(vout[word] @ h)) - away


@proves(
    "hidden_error_from_a_changed_view",
    at="l1 = vin[word2]",
    rate="alpha",
    backward=(("for label, w in zip", "l1 += back_to_input"),),
)
def _(vin, vout, *, word2, labels, indices):
    p = sigmoid(vout[indices] @ vin[word2])
    return bernoulli(p, labels)


@proves(
    "minus_one_to_the_code",
    at="loss = path_loss",
    rate=0.05,
    backward=(("sgn = (-1", "vin[center] -= "),),
)
def _(vin, vnode, *, center, word, path, code):
    right = 1 - np.array(code[word])
    return bernoulli(sigmoid(vnode[path[word]] @ vin[center]), right)


@proves(
    "pairwise_without_the_square",
    at="out, XV = fm_forward",
    rate="lr",
    backward=("fm_backward", ("dw0, dW, dV = ", "V = V - ")),
)
def _(w0, W, V, *, X, y):
    pairs = [(i, j) for i in range(5) for j in range(i + 1, 5)]
    both = sum((V[i] @ V[j]) * X[:, i] * X[:, j] for i, j in pairs)
    return np.mean((w0 + X @ W + both - y) ** 2)


@proves(
    "hinge_gradient_is_the_margin",
    at="loss = model.fit_one",
    rate="model.lr",
    where={"w": "model.weights"},
    backward=("gradient", ("g = self", "for i, xi")),
)
def _(w, *, x, y):
    return max(0.0, 1 - y * sum(w[name] * x[name] for name in w))


@proves(
    "huber_without_the_absolute_value",
    at="r = x @ theta",
    rate=0.3,
    backward=("huber_grad", ("g = huber", "intercept = intercept")),
)
def _(theta, intercept, *, x, y, delta):
    far = np.abs(x @ theta + intercept - y)
    return np.mean(np.where(far <= delta, far**2 / 2, delta * far - delta**2 / 2))


@proves(
    "cost_divided_by_the_classes",
    at="J = cost(",
    gradients={"z": "cost_gradient"},
    backward=(("cost_gradient = ", "cost_gradient = "),),
)
def _(z, *, y_expected):
    return -np.sum(y_expected * np.log(softmax(z))) / len(z)


@proves(
    "softmax_jacobian_of_the_input",
    at="p = sm.compute",
    rate=0.5,
    backward=("jacobian", ("dz = sm", "W -= ")),
)
def _(W, *, x, t):
    return np.sum((softmax(W @ x) - t) ** 2) / 2


@proves(
    "elu_slope_of_the_wrong_side",
    at="signal = X",
    rate=0.1,
    where={"v": "[[layers[0].W, layers[0].w0], [layers[2].W, layers[2].w0]]"},
    backward=("gradient", "back_to", ("grad_out = ", "for layer in rev")),
)
def _(v, *, X, y):
    z = X @ v[0][0] + v[0][1]
    a = np.where(z > 0, z, 0.5 * (np.exp(z) - 1))
    return np.sum((a @ v[1][0] + v[1][1] - y) ** 2) / 2 / len(y)


@proves(
    "leaky_relu_back_without_the_leak",
    at="pre = inp",
    rate=0.05,
    backward=("lrelu_bwd", ("g_pred = ", "for layer in net")),
)
def _(net, *, inp, tgt):
    z = inp @ net["l1"]["w"] + net["l1"]["b"]
    a = np.where(z > 0, z, 0.1 * z)
    return np.mean((a @ net["l2"]["w"] + net["l2"]["b"] - tgt) ** 2)


@proves(
    "adam_corrections_without_the_power",
    at="y_pred = X.dot(w)",
    rate=0.05,
    rule=adam(0.9, 0.99),
    passes=5,
    backward=("update", ("grad_w = ", "w = opt")),
)
def _(w, *, X, y):
    return np.mean((X @ w - y) ** 2) / 2


@proves(
    "adam_counts_every_parameter",
    at="H = np.tanh",
    rate=0.02,
    rule=adam(0.9, 0.999),
    where={"p": "params"},
    backward=("update", ("dZ2 = ", "gradients = ")),
)
def _(p, *, X, T):
    out = sigmoid(np.tanh(X @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    return bernoulli(out, T) / len(X)


def adam_with_late_eps(beta1, beta2, eps):
    """Adam as many write it: the corrections in the rate, eps beside the uncorrected root."""

    def rule(before, gradient, data, state):
        state["t"] = t = state.get("t", 0) + 1
        g, x = gradient["x"], before["x"]
        state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
        state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g * g
        rate = data["rate"] * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        return {"x": x - rate * state["m"] / (np.sqrt(state["v"]) + eps)}

    return rule


@proves(
    "adam_takes_one_minus_twice",
    at="residual = A @ x",
    rate="lr",
    rule=adam_with_late_eps(0.9, 0.95, 1e-8),
    passes=4,
    backward=(("grad = ", "x = x - "),),
)
def _(x, *, A, b):
    return np.sum((A @ x - b) ** 2) / 2


@proves(
    "velocity_pushes_uphill",
    at="loss, gradient = ",
    rate="learning_rate",
    rule=momentum(0.9),
    backward=(("velocity = ", "past_velocity = velocity"),),
)
def _(w, *, features, targets):
    return np.mean((features @ w - targets) ** 2)


@proves(
    "mean_square_without_its_share",
    at="preds = xb",
    rate=0.01,
    rule=rmsprop(0.9, 1e-5),
    where={"w": "weight['data']", "b": "bias['data']"},
    passes=4,
    backward=("track_squares", "scaled_step", ("d = 2", "bias['grad'] = ")),
)
def _(w, b, *, xb, yb):
    return np.mean((xb @ w + b - yb) ** 2)


@proves(
    "momentum_one_step_behind",
    at="logits = ",
    rate=0.2,
    rule=momentum(0.7, 0.3),
    passes=4,
    backward=("sgd_momentum", ("g = probs", "(W, b), ")),
)
def _(W, b, *, x, y):
    p = softmax(x @ W + b)
    return -np.mean(np.log(p[np.arange(10), y]))
