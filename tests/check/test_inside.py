"""Gradients that live in a function, as in courses that flatten all weights, are judged by the steps they would be."""

import pytest

from chainrule.check import check_script

COURSE = """\
import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def nnCostFunction(nn_params, input_layer_size, hidden_layer_size, num_labels, X, y, lambda_=0.0):
    Theta1 = np.reshape(nn_params[:hidden_layer_size * (input_layer_size + 1)],
                        (hidden_layer_size, (input_layer_size + 1)))
    Theta2 = np.reshape(nn_params[(hidden_layer_size * (input_layer_size + 1)):],
                        (num_labels, (hidden_layer_size + 1)))
    m = y.size
    a1 = np.concatenate([np.ones((m, 1)), X], axis=1)
    z2 = a1 @ Theta1.T
    a2 = np.concatenate([np.ones((m, 1)), sigmoid(z2)], axis=1)
    a3 = sigmoid(a2 @ Theta2.T)
    y_matrix = np.eye(num_labels)[y]
    reg = lambda_ / (2 * m) * (np.sum(np.square(Theta1[:, 1:])) + np.sum(np.square(Theta2[:, 1:])))
    J = -1 / m * np.sum(y_matrix * np.log(a3) + (1 - y_matrix) * np.log(1 - a3)) + reg
    delta_3 = a3 - y_matrix
    delta_2 = delta_3.dot(Theta2)[:, 1:] * sigmoidGradient(z2)
    Delta1 = delta_2.T.dot(a1)
    Delta2 = delta_3.T.dot(a2)
    Theta1_grad = 1 / m * Delta1
    Theta1_grad[:, 1:] = Theta1_grad[:, 1:] + lambda_ / m * Theta1[:, 1:]
    Theta2_grad = 1 / m * Delta2
    Theta2_grad[:, 1:] = Theta2_grad[:, 1:] + lambda_ / m * Theta2[:, 1:]
    grad = np.concatenate([Theta1_grad.ravel(), Theta2_grad.ravel()])
    return J, grad


def debugInitializeWeights(fan_out, fan_in):
    W = np.sin(np.arange(1, 1 + (1 + fan_in) * fan_out)) / 10.0
    return W.reshape(fan_out, 1 + fan_in, order="F")
"""
COMPARED = """
def numerical(J, theta, e=1e-4):
    numgrad = np.zeros(theta.shape)
    perturb = np.zeros(theta.shape)
    for i in range(theta.size):
        perturb[i] = e
        loss1, _ = J(theta - perturb)
        loss2, _ = J(theta + perturb)
        numgrad[i] = (loss2 - loss1) / (2 * e)
        perturb[i] = 0
    return numgrad


def check_gradients(lambda_):
    Theta1 = debugInitializeWeights(2, 2)
    Theta2 = debugInitializeWeights(2, 2)
    X = debugInitializeWeights(4, 1)
    y = np.arange(1, 5) % 2
    nn_params = np.concatenate([Theta1.ravel(), Theta2.ravel()])
    costFunc = lambda p: nnCostFunction(p, 2, 2, 2, X, y, lambda_)
    cost, grad = costFunc(nn_params)
    print(np.abs(numerical(costFunc, nn_params) - grad).max())


check_gradients(0)
check_gradients(3)
"""
MINIMIZED = """
from scipy import optimize
rng = np.random.default_rng(0)
X = rng.normal(size=(20, 3))
y = rng.integers(0, 3, 20)
initial = np.concatenate([debugInitializeWeights(5, 3).ravel(), debugInitializeWeights(3, 5).ravel()])
costFunction = lambda p: nnCostFunction(p, 3, 5, 3, X, y, 1.0)
res = optimize.minimize(costFunction, initial, jac=True, method="TNC", options={"maxfun": 3})
print(res.fun)
"""
WAYS = {"compared with differences": COMPARED, "minimized": MINIMIZED}
MISTAKES = [
    ("* sigmoidGradient(z2)", "* sigmoid(z2)", "delta_2 = "),
    ("delta_3 = a3 - y_matrix", "delta_3 = a3 + y_matrix", "delta_3 = "),
    ("lambda_ / m * Theta1[:, 1:]", "lambda_ * Theta1[:, 1:]", "Theta1_grad[:, 1:] = "),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_right_function_of_all_weights_is_spared(way, write):
    report = check_script(write(COURSE + WAYS[way]))
    assert report.ok
    assert not report.notes
    assert len(report.lines) > 7


@pytest.mark.spread(3)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("right", "wrong", "line"), MISTAKES)
def test_its_first_wrong_line_is_named(way, right, wrong, line, write):
    assert right in COURSE
    # compared once: how two comparisons are read is shown by the right function above
    used = WAYS[way].replace("check_gradients(0)\n", "")
    report = check_script(write(COURSE.replace(right, wrong) + used))
    assert report.first_wrong is not None
    assert report.first_wrong.source.strip().startswith(line)
    assert report.first_wrong.fix
