import numpy as np
import scipy.optimize as opt

rng = np.random.RandomState(99)
returns = rng.standard_t(6, size=60) * 0.01


def negloglik(params, r):
    omega, alpha, beta = params
    T = len(r)
    sigma2 = np.zeros(T)
    sigma2[0] = np.var(r)
    for t in range(1, T):
        sigma2[t] = omega + alpha * r[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(2 * np.pi) + np.log(sigma2) + r ** 2 / sigma2)


start = np.array([1e-5, 0.1, 0.8])
res = opt.minimize(negloglik, start, args=(returns,), bounds=[(1e-7, None), (0, 1), (0, 1)], method="L-BFGS-B")
print(res.x)
