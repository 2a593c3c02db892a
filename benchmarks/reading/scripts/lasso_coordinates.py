import numpy as np

rng = np.random.RandomState(13)
X = rng.randn(25, 5)
y = X @ np.array([1.5, 0, -2.0, 0, 0]) + 0.1 * rng.randn(25)
alpha = 0.1
n, d = X.shape
w = np.zeros(d)


def soft_threshold(rho, lam):
    if rho < -lam:
        return rho + lam
    if rho > lam:
        return rho - lam
    return 0.0


for sweep in range(6):
    for j in range(d):
        partial = y - X @ w + X[:, j] * w[j]
        rho = X[:, j] @ partial / n
        w[j] = soft_threshold(rho, alpha) / (X[:, j] @ X[:, j] / n)
    obj = 0.5 * np.mean((y - X @ w) ** 2) + alpha * np.abs(w).sum()
    print(sweep, obj)
