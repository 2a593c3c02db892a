# factorisation machine, stochastic gradient descent
import numpy as np

rng = np.random.RandomState(7)
X = rng.randint(0, 2, size=(30, 6)).astype(float)
target = X[:, 0] * X[:, 1] - X[:, 2] + 0.1 * rng.randn(30)
k, eta, lam = 3, 0.01, 1e-3
w0 = 0.0
w = np.zeros(6)
V = rng.normal(scale=0.1, size=(6, k))

for epoch in range(50):
    total = 0.0
    for x, y in zip(X, target):
        xv = x @ V
        interaction = 0.5 * np.sum(xv**2 - (x**2) @ (V**2))
        y_hat = w0 + x @ w + interaction
        err = y_hat - y
        loss = 0.5 * err**2
        total += loss
        w0 = w0 - eta * err
        w = w - eta * (err * x + lam * w)
        V = V - eta * (err * (np.outer(x, xv) - V * (x**2)[:, None]) + lam * V)
    if epoch % 10 == 0:
        print(epoch, total / len(X))
