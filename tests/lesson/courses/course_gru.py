import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


rng = np.random.default_rng(3)
n_x, n_h, T = 3, 4, 5
xs = rng.normal(size=(T, n_x))
target = rng.normal(size=(T, 2))
Wz, Uz, bz = rng.normal(size=(n_h, n_x)), rng.normal(size=(n_h, n_h)), np.zeros(n_h)
Wr, Ur, br = rng.normal(size=(n_h, n_x)), rng.normal(size=(n_h, n_h)), np.zeros(n_h)
Wh, Uh, bh = rng.normal(size=(n_h, n_x)), rng.normal(size=(n_h, n_h)), np.zeros(n_h)
V, c = rng.normal(size=(2, n_h)), np.zeros(2)

h = np.zeros(n_h)
loss = 0.0
for t in range(T):
    x = xs[t]
    z = sigmoid(Wz @ x + Uz @ h + bz)
    r = sigmoid(Wr @ x + Ur @ h + br)
    h_tilde = np.tanh(Wh @ x + Uh @ (r * h) + bh)
    h = (1 - z) * h + z * h_tilde
    y_hat = V @ h + c
    loss += 0.5 * np.sum((y_hat - target[t]) ** 2)
