"""Losses of right scripts in the manner of popular books, courses and tutorials."""

import numpy as np
from proof import proves
from proofs.convolution import correlate
from proofs.dense import bernoulli, sigmoid, softmax, with_one
from proofs.rules import adagrad, adam, nesterov


def entropy(layers, x, t):
    """Cross-entropy of the same sigmoid network: what steps without the last slope would be meant for."""
    for weights in layers:
        x = sigmoid(weights @ x)
    return bernoulli(x, t)


@proves(
    "own_rashid",
    at="into_hidden = ",
    rate="self.lr",
    where={"a": "self.wih", "b": "self.who", "x": "inputs", "t": "targets"},
    owner="n",
    backward=(("last_errors = ", "self.wih += "),),
    others=(lambda a, b, *, x, t: entropy((a, b), x, t),),
)
def _(a, b, *, x, t):
    return np.sum((sigmoid(b @ sigmoid(a @ x)) - t) ** 2) / 2


@proves(
    "own_dict_neurons",
    at="outputs = run_row",
    rate="step",
    where={"w": "[[n['weights'] for n in layer] for layer in network]"},
    backward=("spread_error", "move_weights", "squash_slope"),
)
def _(w, *, row):
    x = np.array(row[:-1])
    for layer in w:
        x = sigmoid(np.array(layer) @ with_one(x))
    return np.sum((x - np.eye(2)[row[-1]]) ** 2) / 2


@proves(
    "own_scalar_names",
    at="in_h1 = ",
    rate="learn_rate",
    where={
        "w": "[self.w1, self.w2, self.w3, self.w4, self.w5, self.w6]",
        "b": "[self.b1, self.b2, self.b3]",
        "t": "y_true",
    },
    owner="network",
    backward=(("dL_dy = ", "self.b3 -= "),),
)
def _(w, b, *, x, t):
    h1 = sigmoid(w[0] * x[0] + w[1] * x[1] + b[0])
    h2 = sigmoid(w[2] * x[0] + w[3] * x[1] + b[1])
    return (t - sigmoid(w[4] * h1 + w[5] * h2 + b[2])) ** 2


@proves(
    "own_eleven_lines",
    at="ha = 1/",
    rate=1.0,
    backward=(("db = ", "wa += "),),
    others=(lambda wa, wb, *, X, y: entropy((wa.T, wb.T), X.T, y.T),),
)
def _(wa, wb, *, X, y):
    return np.sum((sigmoid(sigmoid(X @ wa) @ wb) - y) ** 2) / 2


def quadratic(w, b, *, batch):
    total = 0.0
    for x, y in batch:
        for weight, bias in zip(w, b, strict=True):
            x = sigmoid(weight @ x + bias)  # noqa: PLW2901
        total += np.sum((x - y) ** 2) / 2 / len(batch)
    return total


def crossed(w, b, *, batch):
    total = 0.0
    for x, y in batch:
        for weight, bias in zip(w, b, strict=True):
            x = sigmoid(weight @ x + bias)  # noqa: PLW2901
        total += bernoulli(x, y) / len(batch)
    return total


proves(
    "own_nielsen",
    at="sum_b = [np.zeros(b.shape) for b in self.biases]",
    rate="eta",
    where={"w": "self.weights", "b": "self.biases", "batch": "part"},
    owner="net",
    backward=(
        ("delta = self.miss", "for l in range(2"),
        ("sum_b = [sb + ob", "sum_w = [sw + ow"),
        ("self.weights = [w - (eta", "self.biases = [b - (eta"),
        "miss",
    ),
    others=(crossed,),
)(quadratic)


@proves(
    "own_char_rnn",
    at="loss, dWxh, dWhh",
    rate="step_size",
    rule=adagrad(1e-8, inside=True),
    where={"h": "mem0"},
    backward=(("dlater = ", "for t in reversed"), ("for weight, slope", "for weight")),
)
def _(Wxh, Whh, Why, bh, by, *, h, inputs, targets):
    total = 0.0
    for i, t in zip(inputs, targets, strict=True):
        h = np.tanh(Wxh[:, [i]] + Whh @ h + bh)
        total -= np.log(softmax(Why @ h + by, axis=0)[t, 0])
    return total


@proves(
    "own_spiral",
    at="hid = ",
    rate="step_size",
    backward=(("ds = probs", "b2 += "),),
)
def _(W, b, W2, b2, *, X, y):
    p = softmax(np.maximum(X @ W + b, 0) @ W2 + b2)
    data = -np.mean(np.log(p[np.arange(len(y)), y]))
    return data + 0.5e-3 * (np.sum(W * W) + np.sum(W2 * W2))


@proves(
    "own_nnfs_adam",
    at="dense1.forward(X)",
    rate="0.02 / (1 + 1e-3 * optimizer.iterations)",
    rule=adam(0.9, 0.999, 1e-7),
    where={
        "one": "[dense1.weights, dense1.biases]",
        "two": "[dense2.weights, dense2.biases]",
    },
    backward=("backward", "move"),
)
def _(one, two, *, X, y):
    p = softmax(np.maximum(X @ one[0] + one[1], 0) @ two[0] + two[1])
    return -np.mean(np.log(p[np.arange(len(y)), y]))


@proves(
    "own_affine_layers",
    at="grad = network.gradient",
    rate="learning_rate",
    where={"p": "network.params", "x": "xb", "t": "tb"},
    backward=("backward", ("for key in (", "for key in (")),
)
def _(p, *, x, t):
    out = softmax(sigmoid(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"])
    # the script's 1e-7 inside the logarithm is not in its gradient
    return -np.sum(t * np.log(out)) / len(x)


@proves(
    "own_adaline",
    at="weighted = self.weighted",
    rate="self.eta",
    where={"w": "self.w_"},
    owner="ada",
    backward=(("misses = ", "self.w_[0] += "),),
)
def _(w, *, X, y):
    return np.sum((X @ w[1:] + w[0] - y) ** 2) / 2


@proves(
    "own_ng_logistic",
    at="slopes, cost = cost_and_slopes",
    rate="learning_rate",
    passes=2,
    backward=(("dw = (1", "db = (1"), ("w = w - ", "b = b - ")),
)
def _(w, b, *, X, Y):
    return bernoulli(sigmoid(w.T @ X + b), Y) / Y.shape[1]


@proves(
    "own_capas",
    at="pY = ajustar",
    rate=0.05,
    where={"w": "[[capa.W, capa.b] for capa in red]"},
    backward=(("deltas = []", "for l in reversed"),),
)
def _(w, *, X, Y):
    for weights, bias in w:
        X = sigmoid(X @ weights + bias)
    return np.mean((X - Y) ** 2) / 2


@proves(
    "own_two_layer_numpy",
    at="h = x.dot",
    rate="learning_rate",
    backward=(("g_out = ", "w2 -= "),),
)
def _(w1, w2, *, x, y):
    return np.sum((np.maximum(x @ w1, 0) @ w2 - y) ** 2)


@proves(
    "own_step_gradient",
    at="b, m = one_step",
    rate="learning_rate",
    backward=(("slope_b += ", "slope_m += "), ("next_b = ", "next_m = ")),
)
def _(b, m, *, points):
    x, y = np.array(points).T
    return np.mean((y - m * x - b) ** 2)


@proves(
    "own_welch",
    at="cost = NN.costOf",
    rate="stepSize",
    where={"a": "NN.W1", "b": "NN.W2"},
    backward=("sigmoidSlope", ("delta3 = ", "gW1 = "), ("NN.W1 = ", "NN.W2 = ")),
)
def _(a, b, *, X, y):
    data = np.sum((y - sigmoid(sigmoid(X @ a) @ b)) ** 2) / 2 / len(X)
    return data + 0.005 * (np.sum(a**2) + np.sum(b**2))


@proves(
    "own_minibatch_yield",
    at="y_hat = line",
    rate="lr",
    backward=("sgd", ("diff = ", "sgd([w")),
)
def _(w, b, *, X, y):
    return np.sum((X @ w + b - y) ** 2) / 2 / 4


@proves(
    "own_cnn_blocks",
    at="l, acc = train(",
    rate=0.005,
    where={"f": "conv.filters", "w": "softmax.weights", "b": "softmax.biases"},
    backward=("learn", ("gradient[label] = ", "gradient = conv")),
)
def _(f, w, b, *, im, label):
    maps = correlate((im / 255 - 0.5)[None, None], f[:, None])[0]
    pooled = maps.reshape(2, 2, 2, 2, 2).max(axis=(2, 4)).transpose(1, 2, 0)
    return -np.log(softmax(pooled.ravel() @ w + b)[label])


@proves(
    "own_nesterov_config",
    at="loss = solver.step",
    rate=0.05,
    rule=nesterov(0.8),
    where={"p": "solver.model.params"},
    backward=("nesterov", ("dscores = ", "return loss, {")),
)
def _(p, *, X, y):
    out = softmax(X @ p["W"] + p["b"])
    data = -np.mean(np.log(out[np.arange(10), y]))
    return data + 0.05 * np.sum(p["W"] ** 2)
