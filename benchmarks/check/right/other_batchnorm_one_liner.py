import numpy as np


def stage(x, w, b, gamma, beta, state):
    a = x.dot(w) + b
    mu, var = np.mean(a, axis=0), np.var(a, axis=0)
    state['running_mean'] = 0.9 * state.get('running_mean', 0) + 0.1 * mu
    state['running_var'] = 0.9 * state.get('running_var', 1) + 0.1 * var
    inv = 1. / np.sqrt(var + state['eps'])
    z = (a - mu) * inv
    out = np.maximum(0, gamma * z + beta)
    return out, (x, w, z, gamma, inv, out)


def stage_back(top, kept):
    x, w, z, gamma, inv, out = kept
    N = x.shape[0]
    top = top * (out > 0)
    dg, db_ = (top * z).sum(0), top.sum(0)
    da = gamma * inv / N * (N * top - db_ - z * dg)
    return da.dot(w.T), x.T.dot(da), da.sum(0), dg, db_


def rank_loss(x, y):
    N = x.shape[0]
    own = x[np.arange(N), y]
    over = np.maximum(0, x - own[:, None] + 1.0)
    over[np.arange(N), y] = 0
    loss = over.sum() / N
    count = (over > 0).sum(axis=1)
    dx = np.zeros_like(x)
    dx[over > 0] = 1
    dx[np.arange(N), y] -= count
    return loss, dx / N


np.random.seed(231)
X, y = np.random.randn(8, 4), np.random.randint(3, size=8)
P = {'W1': np.random.randn(4, 5), 'b1': np.zeros(5), 'gamma1': np.random.rand(5) + 0.5,
          'beta1': np.random.randn(5) * 0.1, 'W2': np.random.randn(5, 3), 'b2': np.zeros(3)}
state = {'eps': 1e-5}
lam = 0.1
for t in range(3):
    h, kept = stage(X, P['W1'], P['b1'], P['gamma1'], P['beta1'], state)
    s = h.dot(P['W2']) + P['b2']
    loss, ds = rank_loss(s, y)
    loss += 0.5 * lam * (np.sum(P['W1'] ** 2) + np.sum(P['W2'] ** 2))
    slopes = {'W2': h.T.dot(ds) + lam * P['W2'], 'b2': ds.sum(axis=0)}
    _, dW1, slopes['b1'], slopes['gamma1'], slopes['beta1'] = stage_back(ds.dot(P['W2'].T), kept)
    slopes['W1'] = dW1 + lam * P['W1']
    for k in P:
        P[k] -= 0.05 * slopes[k]
