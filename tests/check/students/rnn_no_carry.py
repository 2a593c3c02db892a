import numpy as np

rng = np.random.default_rng(1)
T, n, d = 4, 3, 2
xs = rng.normal(size=(T, d))
ys = rng.normal(size=(T, 1))
Wx = rng.normal(size=(n, d)) * 0.5
Wh = rng.normal(size=(n, n)) * 0.5
Wy = rng.normal(size=(1, n))
bh = np.zeros(n)
lr = 0.05

hs = {-1: np.zeros(n)}
outs = {}
loss = 0.0
for t in range(T):
    hs[t] = np.tanh(Wx @ xs[t] + Wh @ hs[t - 1] + bh)
    outs[t] = Wy @ hs[t]
    loss += 0.5 * np.sum((outs[t] - ys[t]) ** 2)

dWx, dWh, dWy, dbh = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy), np.zeros_like(bh)
for t in reversed(range(T)):
    dy = outs[t] - ys[t]
    dWy += np.outer(dy, hs[t])
    dh = Wy.T @ dy
    da = (1 - hs[t] ** 2) * dh
    dWx += np.outer(da, xs[t])
    dWh += np.outer(da, hs[t - 1])
    dbh += da

Wx -= lr * dWx
Wh -= lr * dWh
Wy -= lr * dWy
bh -= lr * dbh
