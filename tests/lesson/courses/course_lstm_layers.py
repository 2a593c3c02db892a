import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    N, H = prev_h.shape
    a = x.dot(Wx) + prev_h.dot(Wh) + b
    ai, af, ao, ag = a[:, :H], a[:, H : 2 * H], a[:, 2 * H : 3 * H], a[:, 3 * H :]
    i, f, o, g = sigmoid(ai), sigmoid(af), sigmoid(ao), np.tanh(ag)
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    return next_h, next_c


def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    h_t, c_t = h0, np.zeros((N, H))
    for t in range(T):
        h_t, c_t = lstm_step_forward(x[:, t], h_t, c_t, Wx, Wh, b)
        h[:, t] = h_t
    return h


rng = np.random.RandomState(0)
N, T, D, H = 2, 6, 3, 4
x, h0 = rng.randn(N, T, D), rng.randn(N, H)
Wx, Wh, b = rng.randn(D, 4 * H) / 2, rng.randn(H, 4 * H) / 2, np.zeros(4 * H)
target = rng.randn(N, T, H)
h = lstm_forward(x, h0, Wx, Wh, b)
loss = np.sum((h - target) ** 2) / N
