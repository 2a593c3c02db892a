import numpy as np


def relu(z):
    return np.maximum(0, z)


def relu_backward(da, z):
    dz = np.array(da, copy=True)
    dz[z <= 0] = 0
    return dz


def linear_backward(dz, cache):
    a_prev, w, b = cache
    m = a_prev.shape[1]
    dw = dz @ a_prev.T / m
    db = np.sum(dz, axis=1, keepdims=True)
    da_prev = w.T @ dz
    return da_prev, dw, db
import numpy as np

np.random.seed(1)
X = np.random.randn(3, 7)
Y = (np.random.rand(1, 7) > 0.5) * 1.0
W1 = np.random.randn(4, 3) * 0.5
W2 = np.random.randn(1, 4) * 0.5
Z1 = W1 @ X
A1 = relu(Z1)
Z2 = W2 @ A1
A2 = 1 / (1 + np.exp(-Z2))
m = Y.shape[1]
cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
dZ2 = A2 - Y
dA1, dW2, db2 = linear_backward(dZ2, (A1, W2, 0))
dZ1 = relu_backward(dA1, Z1)
dA0, dW1, db1 = linear_backward(dZ1, (X, W1, 0))
W1 = W1 - 0.1 * dW1
W2 = W2 - 0.1 * dW2
