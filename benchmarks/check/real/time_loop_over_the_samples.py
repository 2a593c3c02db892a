import numpy as np

np.random.seed(seed=1)
n_rows = 5
n_steps = 8
X = np.zeros((n_rows, n_steps))
for row_idx in range(n_rows):
    X[row_idx, :] = np.around(np.random.rand(n_steps)).astype(int)
target = np.sum(X, axis=1)


def next_state(xk, sk, wx, wRec):
    return xk * wx + sk * wRec


def all_states(X, wx, wRec):
    S = np.zeros((X.shape[0], X.shape[1] + 1))
    for k in range(0, X.shape[1]):
        S[:, k + 1] = next_state(X[:, k], S[:, k], wx, wRec)
    return S


def loss(y, t):
    return np.mean((t - y) ** 2)


def top_gradient(y, t):
    return 2. * (y - t)


def through_time(X, S, grad_out, wRec):
    flow = np.zeros((X.shape[0], X.shape[1] + 1))
    flow[:, -1] = grad_out
    gx = 0
    gr = 0
    for k in range(X.shape[1], X.shape[1] - X.shape[0], -1):
        gx += np.mean(flow[:, k] * X[:, k - 1], axis=0)
        gr += np.mean(flow[:, k] * S[:, k - 1])
        flow[:, k - 1] = flow[:, k] * wRec
    return (gx, gr), flow


params = [0.9, 0.8]
for step in range(2):
    S = all_states(X, params[0], params[1])
    mse = loss(S[:, -1], target)
    grad_out = top_gradient(S[:, -1], target)
    backprop_grads, flow = through_time(X, S, grad_out, params[1])
    params[0] -= 0.001 * backprop_grads[0]
    params[1] -= 0.001 * backprop_grads[1]
