import numpy as np

rng = np.random.default_rng(8)
size, batch, eps = 5, 4, 1e-8
weight = rng.normal(size=(size, 3)) * 0.5
gamma = rng.uniform(0.5, 1.5, size=(size, 1))
beta = rng.normal(size=(size, 1)) * 0.1
inp = rng.normal(size=(3, batch))
target = rng.normal(size=(size, batch))


def ln_forward(x):
    # one sample a column
    mean = x.mean(axis=0)
    variance = x.var(axis=0)
    input_mean = x - mean
    std_inv = 1.0 / np.sqrt(variance + eps)
    return gamma * (input_mean * std_inv) + beta, input_mean, std_inv


def ln_backward(gy, input_mean, std_inv):
    norm = gy * gamma
    var = np.sum(norm * input_mean, axis=0) * std_inv ** 3 * -0.5
    g = norm * std_inv + input_mean * var * 2 / size
    g += np.sum(norm * -std_inv, axis=0)
    return g


for k in range(2):
    pre = weight @ inp
    out, input_mean, std_inv = ln_forward(pre)
    loss = 0.5 * np.sum((out - target) ** 2)
    gy = out - target
    d_gamma = np.sum(gy * input_mean * std_inv, axis=1, keepdims=True)
    d_beta = np.sum(gy, axis=1, keepdims=True)
    d_weight = ln_backward(gy, input_mean, std_inv) @ inp.T
    weight = weight - 0.02 * d_weight
    gamma = gamma - 0.02 * d_gamma
    beta = beta - 0.02 * d_beta
