"""Losses of small classics: perceptrons by hand, logistic units, and what courses set as exercises."""

import numpy as np
from proof import proves
from proofs.dense import bernoulli, sigmoid


@proves(
    "log_loss_sign_of_second_term",
    at="y_pred = X.dot(param)",
    rate=0.1,
    value="training_error",
    backward=(("grad = ", "param -= "),),
)
def _(param, *, X, y):
    return bernoulli(sigmoid(X @ param), y) / len(y)


@proves(
    "log_softmax_made_for_one_loss",
    at="loss = nll.forward",
    rate=0.02,
    where={"w": "weight", "b": "bias", "rare": "nll.class_weight"},
    backward=("backward", ("g = lsm", "bias -= ")),
)
def _(w, b, *, inputs, target, rare):
    z = w @ inputs + b
    z = z - np.log(np.sum(np.exp(z), axis=0))
    return -sum(rare[t] * z[t, k] for k, t in enumerate(target))


@proves(
    "tanh_slope_without_brackets",
    at="fc0 = ",
    rate=0.1,
    backward=("tanh_grad", "dense_grad", ("head_grad = ", "weight1 = weight1")),
)
def _(weight0, weight1, *, data, label):
    out = np.tanh(data @ weight0.T) @ weight1.T
    return np.sum((out - label) ** 2) / len(data)


@proves(
    "perceptron_sigmoid_of_the_error",
    at="layer_one_prediction = ",
    rate=1.0,
    where={"a": "layer_one_weights", "b": "layer_two_weights"},
    backward=(("layer_two_change_in_error = ", "layer_one_weights += "),),
)
def _(a, b, *, inputs, outputs):
    return np.sum((sigmoid(sigmoid(inputs @ a) @ b) - outputs) ** 2) / 2


@proves(
    "bias_never_updated",
    at="self.learn_pair(X_train[j]",
    rate="learning_rate",
    where={
        "layers": "[[one.weights, one.bias] for one in self._layers]",
        "x": "X_train[j]",
        "t": "y_train[j]",
    },
    owner="nn",
    backward=(("for i in reversed(range", "for i in range(len(self._layers))"),),
)
def _(layers, *, x, t):
    for (weights, bias), bend in zip(layers, (sigmoid, np.tanh, sigmoid), strict=True):
        x = bend(x @ weights + bias)
    return np.sum((x - t) ** 2) / 2


@proves(
    "dropout_forgotten_going_back",
    at="total = net.loss(y)",
    rate=0.1,
    where={
        "w1": "net.w1",
        "b1": "net.b1",
        "w2": "net.w2",
        "b2": "net.b2",
        "mask": "net.dropout.mask",
    },
    backward=("backward",),
)
def _(w1, b1, w2, b2, *, x, y, mask):
    hidden = np.maximum(np.array(w1) @ x + b1, 0) * mask
    return bernoulli(sigmoid(np.dot(w2, hidden) + b2), y)


@proves(
    "xor_step_without_the_input",
    at="a = sig(",
    rate=0.6,
    backward=(("deltaOut = ", "hiddenB[2] += "),),
)
def _(hiddenA, hiddenB, outNode, *, p, q, wanted):
    x = np.array([1, p, q])
    h = sigmoid(np.array([hiddenA, hiddenB]) @ x)
    return (sigmoid(outNode[0] + np.dot(outNode[1:], h)) - wanted) ** 2 / 2


@proves(
    "one_neuron_a_layer",
    at="E = guess - answer",
    rate="STEP",
    where={"x": "question", "t": "answer"},
    backward=(("slope_y = ", "delta_b1 = "), ("b1 -= ", "w2 -= ")),
)
def _(w1, w2, b1, b2, *, x, t):
    return (sigmoid(sigmoid(x * w1 + b1) * w2 + b2) - t) ** 2


@proves(
    "ones_for_the_bias_column",
    at="J, g_theta1, g_theta2 = ",
    rate=0.8,
    backward=(("d3 = ", "g_theta2 = "), ("theta1 = theta1", "theta2 = theta2")),
)
def _(theta1, theta2, *, F, Yhot):
    m = len(F)
    hidden = np.hstack([np.ones((m, 1)), sigmoid(F @ theta1.T)])
    data = bernoulli(sigmoid(hidden @ theta2.T), Yhot)
    return (data + (np.sum(theta1[:, 1:] ** 2) + np.sum(theta2[:, 1:] ** 2)) / 2) / m


@proves(
    "biases_zeroed_through_a_view",
    at="J = nn_cost(",
    rate=0.3,
    where={"p": "all_params", "t": "hot_y"},
    backward=("nn_slopes", ("all_params = all_params", "all_params = all_params")),
)
def _(p, *, X, t):
    first, second = p[:9].reshape(3, 3), p[9:].reshape(2, 4)
    total = 0.25 * (np.sum(first[:, 1:] ** 2) + np.sum(second[:, 1:] ** 2))
    for x, y in zip(X, t, strict=True):
        inside = sigmoid(first @ np.append(1, x))
        total += bernoulli(sigmoid(second @ np.append(1, inside)), y)
    return total / len(X)


@proves(
    "penalty_spares_the_wrong_theta",
    at="cost, grad = ",
    rate=0.2,
    where={"theta": "test_theta"},
    backward=(("thetaZero = ", "grad = grad"), ("test_theta = test_theta -",) * 2),
)
def _(theta, *, X, y):
    return (bernoulli(sigmoid(X @ theta), y) + 5 * np.sum(theta[1:] ** 2)) / len(y)


@proves(
    "relu_slope_clipped_to_one",
    at="y1, y2 = feed_forward",
    rate=0.1,
    where={"t": "y_hat"},
    backward=("relu_grad", "back_prop", ("W1 -= ", "b2 -= ")),
)
def _(W1, b1, W2, b2, *, x, t):
    return bernoulli(sigmoid(np.maximum(x @ W1 + b1, 0) @ W2 + b2), t)


@proves(
    "hidden_error_without_the_last_slope",
    at="mitte = expit(numpy.dot(self.w_em, ein",
    rate="self.lernrate",
    where={"a": "self.w_em", "b": "self.w_ma", "x": "ein", "t": "ziel"},
    owner="netz",
    backward=(("fehler_aus = ", "self.w_em += "),),
    others=(lambda a, b, *, x, t: bernoulli(sigmoid(b @ sigmoid(a @ x)), t),),
)
def _(a, b, *, x, t):
    return np.sum((sigmoid(b @ sigmoid(a @ x)) - t) ** 2) / 2


def through(weights, biases, x):
    x = np.array(x).reshape(-1, 1)
    for w, b in zip(weights, biases, strict=True):
        x = sigmoid(w @ x + b)
    return x.ravel()


@proves(
    "targets_handed_down_too_late",
    at="layers = [np.array(",
    rate="learning_rate",
    where={"x": "input_vector", "t": "target_vector"},
    backward=(("for n in range(len(layers)", "for n in range(len(layers)"),),
    others=(
        lambda weights, biases, *, x, t: bernoulli(
            through(weights, biases, x), np.array(t)
        ),
    ),
)
def _(weights, biases, *, x, t):
    return np.sum((through(weights, biases, x) - t) ** 2) / 2
