import numpy as np

rng = np.random.default_rng(40)
X = np.sort(rng.uniform(0, 5, 12))
y = np.sin(X) + 0.1 * rng.normal(size=12)
D2 = (X[:, None] - X[None, :]) ** 2
log_theta = np.array([0.0, 0.0, -1.0])
lr = 0.05
for it in range(10):
    ell, sf, sn = np.exp(log_theta)
    K0 = sf ** 2 * np.exp(-0.5 * D2 / ell ** 2)
    K = K0 + (sn ** 2 + 1e-6) * np.eye(len(X))
    L = np.linalg.cholesky(K)
    a = np.linalg.solve(L.T, np.linalg.solve(L, y))
    nll = 0.5 * y @ a + np.log(np.diag(L)).sum() + 0.5 * len(X) * np.log(2 * np.pi)
    Kinv = np.linalg.inv(K)
    inner = Kinv - np.outer(a, a)
    dK = [K0 * D2 / ell ** 2, 2 * K0, 2 * sn ** 2 * np.eye(len(X))]
    grad = np.array([0.5 * np.sum(inner * d) for d in dK])
    log_theta = log_theta - lr * grad
    print(it, nll)
