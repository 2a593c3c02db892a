import numpy as np

rs = np.random.RandomState(7)
batch = 6
xs = rs.randn(4, batch)
ys = rs.randn(2, batch)
params = dict(
    w1=rs.randn(5, 4) * 0.5,
    b1=rs.randn(5) * 0.1,
    w2=rs.randn(2, 5) * 0.5,
    b2=rs.randn(2) * 0.1,
)


def net(p, x):
    h1 = p['w1'] @ x
    h2 = h1 + p['b1'][:, None]
    h3 = np.maximum(h2, 0)
    out = p['w2'] @ h3 + p['b2'][:, None]
    return h2, h3, out


def backprop(p, x, y):
    h2, h3, out = net(p, x)
    loss = ((out - y) ** 2).sum(axis=0).mean()
    d_out = 2 * (out - y) / x.shape[1]
    d_w2 = d_out @ h3.T
    d_b2 = d_out.sum(axis=1)
    d_h3 = p['w2'].T @ d_out
    d_h2 = d_h3 * (h2 > 0)
    d_b1 = np.sum(d_h2, axis=1)
    d_w1 = d_h2 @ x.T
    return loss, dict(w1=d_w1, b1=d_b1, w2=d_w2, b2=d_b2)


for step in range(3):
    loss, grads = backprop(params, xs, ys)
    params = {k: params[k] - 0.05 * grads[k] for k in params}
