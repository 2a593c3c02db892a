import numpy as np


def norm(x, gamma, beta, eps=1e-5):
    x_hat = (x - x.mean(0)) / (x.std(0) + eps)
    return gamma * x_hat + beta


rng = np.random.RandomState(0)
X, y = rng.randn(4, 3), np.array([0, 2, 1, 1])
W1, W2 = rng.randn(3, 5), rng.randn(5, 3)
gamma, beta, b2 = np.ones(5), np.zeros(5), np.zeros(3)
z1 = X @ W1
n1 = norm(z1, gamma, beta)
h1 = np.maximum(0, n1)
scores = h1 @ W2 + b2
scores = scores - scores.max(axis=1, keepdims=True)
p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
loss = -np.log(p[np.arange(4), y]).mean()
