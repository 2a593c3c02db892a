import numpy as np

rng = np.random.RandomState(1)
X = rng.randn(5, 4)
Y = rng.randn(5, 2) * 0.5
sigma = 1.3

D = np.sum((X[:, None, :] - X[None, :, :]) ** 2, axis=-1)
P = np.exp(-D / (2 * sigma**2))
np.fill_diagonal(P, 0)
P = P / P.sum()

d = np.sum((Y[:, None, :] - Y[None, :, :]) ** 2, axis=-1)
num = 1.0 / (1.0 + d)
num[np.arange(5), np.arange(5)] = 0.0
Q = num / num.sum()
off = ~np.eye(5, dtype=bool)
kl = np.sum(P[off] * np.log(P[off] / Q[off]))
print("KL", kl)
