# -*- coding: utf-8 -*-
import numpy as np

np.random.seed(12)
N, n_in, H, n_out = 6, 5, 4, 2
x = np.random.randn(N, n_in)
y = np.random.randn(N, n_out)
w1 = np.random.randn(n_in, H)
w2 = np.random.randn(H, n_out)
learning_rate = 1e-3
for t in range(3):
    h = x.dot(w1)
    act = np.maximum(h, 0)
    out = act.dot(w2)
    loss = np.square(out - y).sum()
    print(t, loss)
    g_out = 2.0 * (out - y)
    g_w2 = act.T.dot(g_out)
    g_relu = g_out.dot(w2.T)
    g_h = g_relu.copy()
    g_h[h < 0] = 0
    g_w1 = x.T.dot(g_h)
    w1 -= learning_rate * g_w1
    w2 -= learning_rate * g_w2
