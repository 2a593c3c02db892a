"""Losses of the scripts that the project's first prototype was measured on."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid, softmax, with_one
from proofs.rules import adam


def cross_entropy(p, y):
    return -np.mean(np.log(p[np.arange(len(y)), y]))


@proves(
    "sigmoid_prime_twice",
    at="a = [X[i]]",
    rate=0.2,
    where={"w": "self.weights", "x": "X[i]", "t": "y[i]"},
    owner="nn",
    backward=(("error = ", "for j in range(len(self.weights))"), "sigmoid_prime"),
)
def _(w, *, x, t):
    for one in w:
        x = sigmoid(x @ one)
    return np.sum((t - x) ** 2) / 2


@proves(
    "layers_updated_early",
    at="hidden_outputs, outputs = ",
    rate="1 / (self.iteration + 10)",
    where={"layers": "self.layers", "x": "v", "t": "target"},
    owner="net",
    backward=(("output_deltas = ", "self.layers[0] -= "),),
)
def _(layers, *, x, t):
    for one in layers:
        x = sigmoid(one @ with_one(x))
    return np.sum((x - t) ** 2) / 2


@proves(
    "delta_and_early_update",
    at="h_pre = ",
    rate="learn_rate",
    where={"t": "l"},
    backward=(("delta_o = ", "b_i_h += "),),
)
def _(w_i_h, b_i_h, w_h_o, b_h_o, *, img, t):
    out = sigmoid(w_h_o @ sigmoid(w_i_h @ img + b_i_h) + b_h_o)
    return np.sum((out - t) ** 2) / 3


def lstm(weights, biases, xs, size):
    """The hidden states of an LSTM whose four matrices see [h, x]; columns."""
    forget, enter, candidate, output = weights
    h = c = np.zeros((size, 1))
    for x in xs:
        z = np.vstack([h, x])
        f = sigmoid(forget @ z + biases[0])
        i = sigmoid(enter @ z + biases[1])
        g = np.tanh(candidate @ z + biases[2])
        c = f * c + i * g
        h = sigmoid(output @ z + biases[3]) * np.tanh(c)
        yield h


@proves(
    "lstm_through_time",
    at="z, f, i, g, C, o, h, outputs = forward",
    rate=0.1,
    where={"b": "[b_f, b_i, b_g, b_o]", "xs": "inputs", "ts": "targets"},
    backward=("backward", ("W_f -= ", "W_v -= ")),
)
def _(W_f, W_i, W_g, W_o, W_v, *, b, b_v, xs, ts):
    states = lstm((W_f, W_i, W_g, W_o), b, xs, 4)
    outs = [softmax(W_v @ h + b_v, axis=0) for h in states]
    return -sum(np.sum(t * np.log(p)) for t, p in zip(ts, outs, strict=True))


@proves(
    "batchnorm_gamma",
    at="a = x @ W",
    rate=0.1,
    backward=("batchnorm_back", ("dy = ", "b -= ")),
)
def _(W, g, b, *, x, t):
    a = x @ W
    normal = (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 1e-5)
    return np.sum((g * normal + b - t) ** 2) / 2


@proves(
    "maxpool_return",
    at="y = pool.forward_prop",
    rate=0.1,
    where={"kernels": "conv.kernels"},
    backward=("back_prop",),
)
def _(kernels, *, image, target):
    windows = np.lib.stride_tricks.sliding_window_view(image, (2, 2))
    maps = np.einsum("hwij,kij->hwk", windows, kernels)
    pooled = maps.reshape(3, 2, 3, 2, 2).max(axis=(1, 3))
    return np.sum((pooled - target) ** 2) / 2


def rated(users, items, u, i, r, decay):
    error = r - users[u] @ items[i]
    return (error**2 + decay * (users[u] @ users[u] + items[i] @ items[i])) / 2


@proves(
    "factorisation_decay",
    at="u_f = ",
    rate="learning_rate",
    where={"users": "user_factors", "items": "item_factors"},
    backward=(("delta_u = ", "item_factors[i] += "),),
)
def _(users, items, *, u, i, r, regularization):
    return rated(users, items, u, i, r, regularization)


@proves(
    "adam_times",
    at="p = 1 / (",
    rate="lr",
    rule=adam(0.9, 0.99),
    passes=5,
    backward=(("gij = ", "W += dx"),),
)
def _(W, *, X, y):
    return bernoulli(sigmoid(X @ W), y) / len(y)


@proves(
    "dropout_no_mask",
    at="loss = 0.5",
    rate=0.01,
    where={"one": "fc1.parameters", "two": "fc2.parameters", "mask": "drop.mask"},
    backward=("backward", ("dh = ", "for layer in (fc1")),
)
def _(one, two, *, X, y, mask):
    hidden = np.tanh(X @ one["W"] + one["b"]) * mask / 0.6
    return np.sum((hidden @ two["W"] + two["b"] - y) ** 2) / 2


@proves(
    "softmax_elementwise",
    at="Z = X.dot",
    rate=0.1,
    backward=("derivative", ("dP = ", "bias -= ")),
)
def _(weights, bias, *, X, Y):
    return -np.sum(Y * np.log(softmax(X @ weights + bias))) / len(Y)


@proves(
    "relu_slopes_missing",
    at="s1 = ",
    rate="v",
    backward=(("delta2 = ", "w1 = w1"),),
)
def _(w1, w2, *, x, y):
    return np.sum((np.maximum(w2 @ np.maximum(w1 @ x.T, 0), 0) - y) ** 2) / 12


@proves(
    "contrastive_margin",
    at="fa = A @ W",
    rate=0.1,
    backward=(("bottom_diff = ", "W -= "),),
)
def _(W, *, A, B, similar, margin):
    far = np.sum((A @ W - B @ W) ** 2, axis=1)
    return np.sum(np.where(similar, far, np.maximum(margin - far, 0))) / 12


@proves(
    "mean_twice",
    at="A2, cache = forward",
    rate=1.2,
    where={"p": "parameters"},
    backward=("backward_propagation", ("for k in (", "for k in (")),
)
def _(p, *, X, Y):
    out = sigmoid(p["W2"] @ np.tanh(p["W1"] @ X + p["b1"]) + p["b2"])
    return bernoulli(out, Y) / Y.shape[1]


@proves(
    "repeated_words",
    at="l1 = ",
    rate="alpha",
    backward=(("g = p.copy()", "syn0 -= "),),
)
def _(syn0, syn1, *, word2_indices, target):
    mean = np.mean([syn0[word] for word in word2_indices], axis=0)
    return -np.log(softmax(syn1 @ mean)[target])


@proves(
    "svm_regularizer",
    at="loss, dW = svm_loss_naive",
    rate=0.1,
    backward=(("dW /= ", "dW += "), ("W -= ", "W -= ")),
)
def _(W, *, X, y):
    scores = X @ W
    margins = np.maximum(scores - scores[np.arange(7), y][:, None] + 1, 0)
    return (margins.sum() - 7) / 7 + 0.3 * np.sum(W * W)


@proves(
    "univariate_columns",
    at="loss = cost_function(",
    rate=0.01,
    where={"x": "data[:, 0]"},
    backward=(("temp1 = ", "theta[1][0] = "),),
)
def _(theta, *, x):
    return np.mean((theta[0] + theta[1] * x - 3 * x - DATA) ** 2) / 2


# the second column of the script's data, with which its labels are made
DATA = np.random.default_rng(0).standard_normal((10, 2))[:, 1]


@proves(
    "attention_softmax_back",
    at="out, cache = attention",
    rate=0.1,
    where={"p": "params"},
    backward=("attention_backward", ("dout = ", "for k in params")),
)
def _(p, *, X, Y):
    Q, K, V = (X @ p[name] for name in ("Wq", "Wk", "Wv"))
    scores = Q @ K.T / np.sqrt(3) + np.triu(np.full((4, 4), -1e9), 1)
    return np.mean((softmax(scores) @ V @ p["Wo"] - Y) ** 2) / 2


@proves(
    "streetlights_sign",
    at="layer_0 = ",
    rate="alpha",
    where={"a": "weights_0_1", "b": "weights_1_2"},
    backward=(("layer_2_delta = ", "weights_0_1 -= "),),
)
def _(a, b, *, streetlights, walk_vs_stop, i):
    out = np.maximum(streetlights[i] @ a, 0) @ b
    return np.sum((out - walk_vs_stop[i]) ** 2) / 2


@proves(
    "bias_in_penalty",
    at="loss, grads = net.loss",
    rate=0.1,
    where={"p": "net.params"},
    backward=(('grads["W2"] = ', 'grads["b1"] = '), ("for name in net", "for name in")),
)
def _(p, *, X, y):
    hidden = np.maximum(X @ p["W1"] + p["b1"], 0)
    data = cross_entropy(softmax(hidden @ p["W2"] + p["b2"]), y)
    return data + 0.05 * sum(np.sum(one * one) for one in p.values())


@proves(
    "reg_w1_twice",
    at="h1 = ",
    rate=0.1,
    value="loss",
    backward=(("dscores = p", "for w, g in"),),
)
def _(W1, W2, W3, *, X, y):
    out = np.maximum(np.maximum(X @ W1, 0) @ W2, 0) @ W3
    penalty = sum(np.sum(one * one) for one in (W1, W2, W3))
    return cross_entropy(softmax(out), y) + 0.05 * penalty
