import numpy as np

np.random.seed(0)
x = np.concatenate([np.random.normal(-2, 0.7, 40), np.random.normal(1.5, 1.0, 60)])
K = 2
pi = np.ones(K) / K
mu = np.array([-1.0, 1.0])
sigma = np.array([1.0, 1.0])


def normal_pdf(x, m, s):
    return np.exp(-0.5 * ((x - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))


old = -np.inf
for it in range(8):
    dens = np.stack([pi[k] * normal_pdf(x, mu[k], sigma[k]) for k in range(K)], axis=1)
    log_likelihood = np.sum(np.log(dens.sum(axis=1)))
    resp = dens / dens.sum(axis=1, keepdims=True)
    Nk = resp.sum(axis=0)
    pi = Nk / len(x)
    mu = (resp * x[:, None]).sum(axis=0) / Nk
    sigma = np.sqrt((resp * (x[:, None] - mu) ** 2).sum(axis=0) / Nk)
    print(it, log_likelihood)
    if abs(log_likelihood - old) < 1e-6:
        break
    old = log_likelihood
