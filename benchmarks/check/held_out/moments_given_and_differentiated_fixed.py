import numpy as np

rng = np.random.RandomState(71)
x = rng.randn(6, 3)
t = rng.randn(6, 2)
moments = {"mean": rng.randn(2) * 0.3, "sigma": rng.uniform(0.8, 1.4, 2)}
W = rng.randn(3, 2)
G = rng.uniform(0.5, 1.5, 2)
B = np.zeros(2)


def bnorm(a, G, B, moments=None):
    mu = a.mean(0) if moments is None else moments["mean"]
    sigma = a.std(0) if moments is None else moments["sigma"]
    return G * (a - mu) / sigma + B, mu, sigma


def bnorm_back(a, G, dzdy, mu, sigma, moments=None):
    xhat = (a - mu) / sigma
    dG = (dzdy * xhat).sum(0)
    dB = dzdy.sum(0)
    if moments is None:
        da = G / sigma * (dzdy - dzdy.mean(0) - xhat * (dzdy * xhat).mean(0))
    else:
        da = G / sigma * dzdy
    return da, dG, dB


a = x @ W
y, mu, sigma = bnorm(a, G, B, moments)
obj = 0.5 * np.sum((y - t) ** 2)
da, dG, dB = bnorm_back(a, G, y - t, mu, sigma, moments)
W -= 0.05 * (x.T @ da)
G -= 0.05 * dG
B -= 0.05 * dB
