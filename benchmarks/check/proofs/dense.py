"""Losses of scripts that are layers of weights and little else."""

import numpy as np
from proof import proves


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z, axis=-1):
    e = np.exp(z - z.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def bernoulli(p, y):
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def with_one(inputs):
    return np.append(inputs, 1.0)


def fed(network, x):
    """What a list of layers, each a list of neurons' weights with the bias last, makes of x."""
    for layer in network:
        x = sigmoid(np.array([np.dot(neuron, with_one(x)) for neuron in layer]))
    return x


@proves(
    "softmax_one_bias_for_all",
    at="probs_hat = self.forward",
    rate="learning_rate",
    where={"weights": "self.weights", "bias": "self.bias"},
    owner="model",
    backward=("backward",),
)
def _(weights, bias, *, x, y):
    p = softmax(x @ weights.T + bias)
    return -np.mean(np.log(p[np.arange(len(y)), y]))


@proves(
    "cbow_bias_through_words",
    at="z1, h, z2 = forward",
    rate="alpha",
    backward=("backward", ("W1 -= ", "b2 -= ")),
)
def _(W1, W2, b1, b2, *, x, y):
    p = softmax(W2 @ np.maximum(W1 @ x + b1, 0) + b2, axis=0)
    return -np.sum(y * np.log(p)) / x.shape[1]


@proves(
    "cbow_relu_of_gradient",
    at="z1 = ",
    rate="alpha",
    backward=(("delta = ", "b2 = b2"),),
)
def _(W1, W2, b1, b2, *, x, y):
    p = softmax(W2 @ np.maximum(W1 @ x + b1, 0) + b2, axis=0)
    return -np.sum(y * np.log(p))


@proves(
    "hidden_bias_without_slope",
    at="grads = self.grad_loss",
    rate="learning_rate",
    where={name: f"self.{name}" for name in ("W_h", "b_h", "W_o", "b_o")},
    owner="model",
    backward=(("grad_y = ", "grad_b_h = "), "train"),
)
def _(W_h, b_h, W_o, b_o, *, x, y):
    p = softmax(np.tanh(x @ W_h + b_h) @ W_o + b_o)
    return -np.log(p[y])


@proves(
    "bias_mean_beside_sum",
    at="loss, grads = ",
    rate=0.05,
    backward=(("d_out = ", "d_w1 = "), ("params = {k", "params = {k")),
)
def _(params, *, xs, ys):
    hidden = np.maximum(params["w1"] @ xs + params["b1"][:, None], 0)
    out = params["w2"] @ hidden + params["b2"][:, None]
    return np.sum((out - ys) ** 2) / xs.shape[1]


@proves(
    "sigmoid_layer_of_inputs",
    at="out = X",
    rate=0.5,
    where={"V": "[[layers[0].W, layers[0].b], [layers[2].W, layers[2].b]]"},
    backward=("backward", ("layer.W -= ", "layer.b -= ")),
)
def _(V, *, X, T):
    out = X
    for W, b in V:
        out = sigmoid(out @ W + b)
    return np.mean((out - T) ** 2)


@proves(
    "three_layers_error_for_delta",
    at="a2 = self.__sigmoid",
    rate=1.0,
    where={
        "w": "[self.w_one, self.w_two, self.w_three]",
        "x": "patterns",
        "y": "wanted",
    },
    owner="neural_network",
    backward=(("err4 = ", "self.w_three += "),),
)
def _(w, *, x, y):
    for one in w:
        x = sigmoid(x @ one)
    return np.sum((y - x) ** 2) / 2


@proves(
    "neurons_updated_before_blame",
    at="learn_one(network, ",
    rate=1.0,
    where={"x": "vec", "t": "goal"},
    backward=(("out_deltas = ", "for i, cell_h"),),
    others=(lambda network, *, x, t: bernoulli(fed(network, x), np.array(t)),),
)
def _(network, *, x, t):
    return np.sum((fed(network, x) - t) ** 2) / 2


@proves(
    "sigmoid_backward_in_relu_layers",
    at="Yhat, stores = ",
    rate=0.075,
    where={"p": "params"},
    backward=(
        "relu_backward",
        "sigmoid_backward",
        "affine_backward",
        "layer_backward",
        "backward_all",
        "apply_step",
    ),
)
def _(p, *, X, Y):
    a = np.maximum(p["W1"] @ X + p["b1"], 0)
    a = np.maximum(p["W2"] @ a + p["b2"], 0)
    return bernoulli(sigmoid(p["W3"] @ a + p["b3"]), Y) / Y.shape[1]


@proves(
    "gradient_checking_exercise",
    at="cost, kept = ",
    gradients={
        name: f'gradients["d{name}"]' for name in ("W1", "b1", "W2", "b2", "W3", "b3")
    },
    backward=(("dZ3 = ", "db1 = "),),
)
def _(W1, b1, W2, b2, W3, b3, *, x, y):
    a = np.maximum(W1 @ x + b1, 0)
    a = np.maximum(W2 @ a + b2, 0)
    return bernoulli(sigmoid(W3 @ a + b3), y) / x.shape[1]


@proves(
    "outer_product_swapped",
    at="pred = guess(",
    rate=0.01,
    backward=(("for i in range(len(true))", "for i in range(len(weights))"),),
)
def _(weights, *, input, true):  # noqa: A002  # the script's name
    return np.sum((np.array(weights) @ input - true) ** 2)


@proves(
    "entropy_with_the_quadratic_delta",
    at="grad_b = [np.zeros(b.shape) for b in self.biases]",
    rate="eta",
    where={"w": "self.weights", "b": "self.biases", "batch": "chunk"},
    owner="net",
    backward=(
        "delta",
        ("delta = self.cost", "for l in range(2"),
        ("grad_b = [gb + mb", "grad_w = [gw + mw"),
        ("self.weights = [(1 - eta", "self.biases = [b - (eta"),
    ),
)
def _(w, b, *, batch, lam, n):
    total = lam / n / 2 * sum(np.sum(one**2) for one in w)
    for x, y in batch:
        for weight, bias in zip(w, b, strict=True):
            x = sigmoid(weight @ x + bias)  # noqa: PLW2901
        total += bernoulli(x, y) / len(batch)
    return total


@proves(
    "units_asked_for_the_wrong_weight",
    at="self.calc(inputs)",
    rate="N",
    where={
        "hidden": "[u.weight for u in self.first.units]",
        "output": "[u.weight for u in self.second.units]",
        "x": "inputs",
        "t": "targets",
    },
    owner="n",
    backward=("update", "error_at_inputs"),
)
def _(hidden, output, *, x, t):
    inside = np.tanh(np.array(hidden) @ with_one(x))
    return np.sum((np.tanh(np.array(output) @ inside) - t) ** 2) / 2


@proves(
    "log_loss_with_squared_delta",
    at="cost = net.loss",
    rate=0.35,
    where={"a": "net.input_to_hid", "b": "net.hid_to_class", "decay": "net.wd_coeff"},
    backward=("d_loss", ("net.input_to_hid += ", "net.hid_to_class += ")),
)
def _(a, b, *, inputs, targets, decay):
    p = sigmoid(b @ sigmoid(a @ inputs))
    data = bernoulli(p, targets) / inputs.shape[1]
    return data + decay / 2 * (np.sum(a**2) + np.sum(b**2))


@proves(
    "tanh_slope_of_an_output",
    at="net.push(",
    rate=0.15,
    where={
        "w": "[[[c.weight for c in n.wires] for n in layer] for layer in net.layers[:-1]]"
    },
    backward=(
        "blame_output",
        "pull",
        "blame_hidden",
        "learn",
        "bend_slope",
    ),
)
def _(w, *, a, b):
    out = np.array([a, b])
    for layer in w:
        out = np.tanh(with_one(out) @ np.array(layer))
    return np.sum((out - float(a != b)) ** 2) / 2


@proves(
    "sigmoid_backward_of_the_gradient",
    at='nuerons["z2"] = fc_forward',
    rate="lr",
    where={"w": "weights"},
    backward=(
        "fc_backward",
        "sigmoid_backward",
        ('gradients["W2"]', "for name in"),
    ),
)
def _(w, *, X, y):
    out = sigmoid(X @ w["W1"] + w["b1"]) @ w["W2"] + w["b2"]
    return np.mean(np.sum((out - y) ** 2, axis=1))
