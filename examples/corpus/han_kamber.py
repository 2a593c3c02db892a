"""Han, Kamber, Pei: Data Mining, 3rd edition, Example 9.1: three inputs, two hidden units, one output."""

import numpy as np

x = np.array([1.0, 0.0, 1.0])
t = 1.0
W = np.array([[0.2, -0.3], [0.4, 0.1], [-0.5, 0.2]])  # a row is an input
theta = np.array([-0.4, 0.2])
V = np.array([-0.3, -0.2])
theta6 = 0.1
lr = 0.9

net = x @ W + theta
out = 1 / (1 + np.exp(-net))
net6 = out @ V + theta6
out6 = 1 / (1 + np.exp(-net6))
loss = 0.5 * (t - out6) ** 2

# the book's Err is minus the gradient, and is added
Err6 = out6 * (1 - out6) * (t - out6)
Err = out * (1 - out) * Err6 * V

V = V + lr * Err6 * out
theta6 = theta6 + lr * Err6
W = W + lr * np.outer(x, Err)
theta = theta + lr * Err
