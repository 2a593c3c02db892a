import numpy as np

rng = np.random.RandomState(6)
n = 40
X = np.column_stack([np.ones(n), rng.randn(n), rng.rand(n)])
y = rng.poisson(np.exp(X @ np.array([0.3, 0.5, -0.4])))
beta = np.zeros(3)
tol = 1e-8

for k in range(15):
    eta = X @ beta
    mu = np.exp(eta)
    nll = np.sum(mu - y * eta)
    grad = X.T @ (mu - y)
    hess = X.T @ (mu[:, None] * X)
    delta = np.linalg.solve(hess, grad)
    beta = beta - delta
    print(k, nll)
    if np.max(np.abs(delta)) < tol:
        break
print("coef", beta, "se", np.sqrt(np.diag(np.linalg.inv(hess))))
