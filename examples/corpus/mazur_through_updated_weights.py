"""Mazur's example as its first program had it: the hidden gradient is taken through the new W2."""

import numpy as np

x = np.array([0.05, 0.10])
t = np.array([0.01, 0.99])
W1 = np.array([[0.15, 0.20], [0.25, 0.30]])
W2 = np.array([[0.40, 0.45], [0.50, 0.55]])
b1 = 0.35
b2 = 0.60
lr = 0.5

net_h = W1 @ x + b1
out_h = 1 / (1 + np.exp(-net_h))
net_o = W2 @ out_h + b2
out_o = 1 / (1 + np.exp(-net_o))
E_total = np.sum(0.5 * (t - out_o) ** 2)

delta_o = (out_o - t) * out_o * (1 - out_o)
W2 -= lr * np.outer(delta_o, out_h)
dout_h = W2.T @ delta_o
delta_h = dout_h * out_h * (1 - out_h)
W1 -= lr * np.outer(delta_h, x)
