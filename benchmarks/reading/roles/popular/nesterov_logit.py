import numpy as np
rng = np.random.RandomState(7)
X = rng.randn(40, 3)
y = (X[:, 0] - X[:, 1] > 0).astype(float)
w = np.zeros(3)
v = np.zeros(3)
mu, lr = 0.9, 0.1
for it in range(30):
    look = w + mu * v
    p = 1 / (1 + np.exp(-X @ look))
    nll = -np.mean(y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))
    g = X.T @ (p - y) / len(y)
    v = mu * v - lr * g
    w = w + v
print(w, nll)
