import numpy as np

rs = np.random.RandomState(6)
n_x, n_h, steps = 2, 3, 3
P = {}
for g in ('z', 'r', 'c'):
    P['W' + g] = rs.randn(n_h, n_x) * 0.5
    P['U' + g] = rs.randn(n_h, n_h) * 0.5
    P['b' + g] = rs.randn(n_h, 1) * 0.1
xs = [rs.randn(n_x, 1) for _ in range(steps)]
ys = [rs.randn(n_h, 1) * 0.5 for _ in range(steps)]


def sigmoid(v):
    return 1. / (1. + np.exp(-v))


for epoch in range(2):
    h = {-1: np.zeros((n_h, 1))}
    z, r, c = {}, {}, {}
    loss = 0.
    for t in range(steps):
        z[t] = sigmoid(P['Wz'] @ xs[t] + P['Uz'] @ h[t - 1] + P['bz'])
        r[t] = sigmoid(P['Wr'] @ xs[t] + P['Ur'] @ h[t - 1] + P['br'])
        c[t] = np.tanh(P['Wc'] @ xs[t] + P['Uc'] @ h[t - 1] + P['bc'])
        h[t] = (1 - z[t]) * h[t - 1] + z[t] * c[t]
        loss += 0.5 * np.sum((h[t] - ys[t]) ** 2)
    G = {k: np.zeros_like(v) for k, v in P.items()}
    dh = np.zeros((n_h, 1))
    for t in reversed(range(steps)):
        dh = dh + h[t] - ys[t]
        dc = dh * z[t] * (1 - c[t] ** 2)
        dz = dh * (c[t] - h[t - 1]) * z[t] * (1 - z[t])
        drh = P['Uc'].T @ dc
        dr = drh * h[t - 1] * r[t] * (1 - r[t])
        for g, d, inner in (('z', dz, h[t - 1]), ('r', dr, h[t - 1]), ('c', dc, r[t] * h[t - 1])):
            G['W' + g] += d @ xs[t].T
            G['U' + g] += d @ inner.T
            G['b' + g] += d
        dh = dh * (1 - z[t]) + drh * r[t] + P['Uz'].T @ dz + P['Ur'].T @ dr
    for k in P:
        P[k] -= 0.1 * G[k]
