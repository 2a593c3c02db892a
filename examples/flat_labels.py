"""A regression whose labels are flat, and whose predictions are a column: every pair of them is compared."""

import numpy as np

rng = np.random.default_rng(0)
X = rng.standard_normal((8, 3))
y = X @ np.array([1.0, -2.0, 0.5])
W = np.zeros((3, 1))
b = np.zeros(1)

p = X @ W + b
loss = np.mean((p - y) ** 2)

dp = 2 * (p - y.reshape(-1, 1)) / len(y)
dW = X.T @ dp
db = dp.sum(axis=0)

W -= 0.1 * dW
b += 0.1 * db
