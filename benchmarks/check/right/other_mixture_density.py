import numpy as np

np.random.seed(1994)
n, hidden, K = 12, 4, 3
x_data = np.random.uniform(-1, 1, (n, 1))
y_data = 0.7 * np.sin(4 * x_data) + x_data + np.random.normal(0, 0.2, (n, 1))

Wh, bh = np.random.randn(1, hidden), np.random.randn(hidden) * 0.1
Wo, bo = np.random.randn(hidden, 3 * K) * 0.5, np.zeros(3 * K)


def gaussian(y, mu, sigma):
    return np.exp(-0.5 * ((y - mu) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)


def get_mixture_coef(output):
    out_pi, out_sigma, out_mu = np.split(output, 3, axis=1)
    e = np.exp(out_pi - np.max(out_pi, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True), np.exp(out_sigma), out_mu


for i in range(3):
    h = np.tanh(x_data @ Wh + bh)
    output = h @ Wo + bo
    pi, sigma, mu = get_mixture_coef(output)
    joint = pi * gaussian(y_data, mu, sigma)
    total = joint.sum(axis=1, keepdims=True)
    lossfunc = np.mean(-np.log(total))

    gamma = joint / total
    d_pi = pi - gamma
    d_mu = gamma * (mu - y_data) / sigma ** 2
    d_sigma = gamma * (1 - (y_data - mu) ** 2 / sigma ** 2)
    d_output = np.concatenate([d_pi, d_sigma, d_mu], axis=1) / n
    d_h = (d_output @ Wo.T) * (1 - h ** 2)
    Wo, bo = Wo - 0.1 * h.T @ d_output, bo - 0.1 * d_output.sum(axis=0)
    Wh, bh = Wh - 0.1 * x_data.T @ d_h, bh - 0.1 * d_h.sum(axis=0)
