import numpy as np


def bn_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(axis=0)
    xc = x - mu
    var = np.mean(xc ** 2, axis=0)
    std = np.sqrt(var + eps)
    xn = xc / std
    out = gamma * xn + beta
    return out, (xn, xc, std, gamma)


def bn_backward(dout, cache):
    xn, xc, std, gamma = cache
    m = dout.shape[0]
    dbeta = dout.sum(axis=0)
    dgamma = np.sum(dout * xn, axis=0)
    dxn = dout * gamma
    dxc = dxn / std
    dstd = -np.sum(dxn * xc / std ** 2, axis=0)
    dvar = 0.5 * dstd / std
    dxc = dxc + 2 * xc * dvar
    dmu = np.sum(dxc, axis=0)
    dx = dxc - dmu / m
    return dx, dgamma, dbeta


rng = np.random.default_rng(3)
X = rng.normal(size=(8, 3))
Y = rng.normal(size=(8, 2))
W = rng.normal(size=(3, 4))
V = rng.normal(size=(4, 2))
gamma = np.ones(4)
beta = np.zeros(4)
z = X @ W
n, cache = bn_forward(z, gamma, beta)
h = np.tanh(n)
out = h @ V
loss = ((out - Y) ** 2).sum() / 8

dout = 2 * (out - Y) / 8
dV = h.T @ dout
dn = dout @ V.T * (1 - h ** 2)
dz, dgamma, dbeta = bn_backward(dn, cache)
dW = X.T @ dz
W -= 0.1 * dW
V -= 0.1 * dV
gamma -= 0.1 * dgamma
beta -= 0.1 * dbeta
