import numpy as np


def fit(X, y, n_iter=4, lr0=0.1, decay=0.5, l1=0.05):
    theta = np.full(X.shape[1], 0.2)
    bias = 0.0
    history = []
    for it in range(n_iter):
        lr = lr0 / (1 + decay * it)
        residual = X @ theta + bias - y
        history.append(0.5 * np.mean(residual**2) + l1 * np.abs(theta).sum())
        grad = X.T @ residual / len(y) + l1 * np.sign(theta)
        theta = theta - lr * grad
        bias -= lr * residual.mean()
    return theta, bias, history


rs = np.random.RandomState(6)
X = rs.randn(15, 4)
y = X[:, 0] * 2 - X[:, 2] + 0.1 * rs.randn(15)
theta, bias, history = fit(X, y)
