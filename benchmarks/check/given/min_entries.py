import numpy as np

w0 = np.array([[0.9, 0.1], [0.3, 0.5]])
w1 = np.array([0.8, 0.7])
x, t = np.array([1, 0]), 1
h0 = 1 / (1 + np.exp(-(w0[0, 0] * x[0] + w0[1, 0] * x[1])))
h1 = 1 / (1 + np.exp(-(w0[0, 1] * x[0] + w0[1, 1] * x[1])))
y = 1 / (1 + np.exp(-(w1[0] * h0 + w1[1] * h1)))
loss = 0.5 * (y - t) ** 2
g0 = (y - t) * h0
g1 = (y - t) * h1
w1[0] = w1[0] - 0.1 * g0
w1[1] = w1[1] - 0.1 * g1
