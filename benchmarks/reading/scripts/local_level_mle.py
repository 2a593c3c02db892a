import numpy as np
from scipy import optimize

rng = np.random.default_rng(8)
level = np.cumsum(rng.normal(0, 0.3, 40))
y = level + rng.normal(0, 0.8, 40)


def neg_loglik(theta):
    q, r = np.exp(theta)
    a, P = y[0], 10.0
    nll = 0.0
    for obs in y:
        P = P + q
        F = P + r
        v = obs - a
        nll += 0.5 * (np.log(2 * np.pi * F) + v ** 2 / F)
        gain = P / F
        a = a + gain * v
        P = (1 - gain) * P
    return nll


theta0 = np.log([0.5, 0.5])
res = optimize.minimize(neg_loglik, theta0, method="Nelder-Mead", options={"maxiter": 60})
print(np.exp(res.x), res.fun)
