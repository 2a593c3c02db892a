import numpy as np
from scipy.optimize import minimize

rng = np.random.default_rng(23)
n, p = 30, 2
Z = rng.normal(size=(n, p))
times = rng.exponential(1 / np.exp(Z @ np.array([0.7, -0.5])))
event = rng.random(n) < 0.8
order = np.argsort(-times)
Z, event = Z[order], event[order]


def neg_log_partial(beta):
    eta = Z @ beta
    risk = np.log(np.cumsum(np.exp(eta)))
    return -np.sum((eta - risk)[event])


def score(beta):
    eta = Z @ beta
    w = np.exp(eta)
    mean = np.cumsum(w[:, None] * Z, axis=0) / np.cumsum(w)[:, None]
    return -np.sum((Z - mean)[event], axis=0)


beta0 = np.zeros(p)
fit = minimize(neg_log_partial, beta0, jac=score, method="L-BFGS-B")
print(fit.x, fit.fun)
