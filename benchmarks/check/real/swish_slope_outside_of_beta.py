import numpy as np


def sigmoid(x):
    return 1. / (1. + np.exp(-x))


def d_sigmoid(x):
    sigm_x = sigmoid(x)
    return sigm_x * (1. - sigm_x)


def swish(x, beta):
    return x * sigmoid(x * beta)


def d_swish(x, beta):
    falling = np.exp(-x)
    inner = (1. / (falling + 1.)) + (falling * x) / np.square(falling + 1)
    return inner * beta


def pair_of(what, beta):
    if what == "swish":
        return (lambda x: swish(x, beta)), (lambda x: d_swish(x, beta))
    return (lambda x: x), (lambda x: np.ones_like(x))


dkey = np.random.RandomState(1234)
in_dim, hid_dim, out_dim, eta = 3, 6, 2, 0.05
W1 = dkey.uniform(-0.8, 0.8, (in_dim, hid_dim))
W2 = dkey.uniform(-0.8, 0.8, (hid_dim, out_dim))
x = dkey.randn(9, in_dim)
y = np.sin(x[:, :2])
fx, dfx = pair_of("swish", 1.7)

for i in range(3):
    j1 = x @ W1
    z1 = fx(j1)
    mu = z1 @ W2
    e = mu - y
    L = 0.5 * np.sum(np.square(e))
    dW2 = z1.T @ e
    d1 = (e @ W2.T) * dfx(j1)
    dW1 = x.T @ d1
    W1 = W1 - eta * dW1
    W2 = W2 - eta * dW2
