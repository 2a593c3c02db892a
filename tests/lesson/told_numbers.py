"""The article's network in numbers, and its code."""

import numpy as np

from chainrule.formula import identifier
from chainrule.lesson.parts import Numbers

x = np.array([[1.0], [0.5], [-1.5]])
y = np.array([[1.0]])
W1 = np.array([[0.2, -0.4, 0.1], [0.7, 0.3, -0.5]])
b1 = np.array([[0.1], [-0.2]])
W2 = np.array([[0.5, -1.0]])
b2 = np.array([[0.2]])
z1 = W1 @ x + b1
h = np.maximum(0, z1)
z2 = W2 @ h + b2
y_pred = 1 / (1 + np.exp(-z2))
loss = -np.log(y_pred[0, 0])
dz2 = y_pred - y
dW2 = dz2 @ h.T  # noqa: N816
dh = W2.T @ dz2
dz1 = dh * (z1 > 0)
dW1 = dz1 @ x.T  # noqa: N816

CODE = """\
import numpy as np


def loss_and_gradients(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = np.maximum(0, z1)
    z2 = W2 @ h + b2
    y_pred = 1 / (1 + np.exp(-z2))
    loss = -np.log(y_pred).sum()

    # sigmoid and cross-entropy together: what is predicted minus what is true
    dz2 = y_pred - y
    # z2 was reached from W2 through h; the gradient comes back through h, turned around
    dW2 = dz2 @ h.T
    db2 = dz2
    dh = W2.T @ dz2
    # relu passes the gradient where z1 > 0
    dz1 = dh * (z1 > 0)
    dW1 = dz1 @ x.T
    db1 = dz1
    return loss, (dW1, db1, dW2, db2)
"""


def numbers(name, array, kind="value", code="", symbol=None):
    symbol = symbol if symbol is not None else identifier(name, name)
    return Numbers(name, symbol, array, kind, (), code)
