import numpy as np


def bn4(g, b, x, eps=1e-5):
    mu = x.mean(axis=(0, 2, 3), keepdims=True)
    centred = x - mu
    spread = (centred ** 2).mean(axis=(0, 2, 3), keepdims=True)
    inv_sd = 1 / np.sqrt(spread + eps)
    return g * (centred * inv_sd) + b, (centred, inv_sd)


def bn4_back(g, cache, dy):
    centred, inv_sd = cache
    dims = (0, 2, 3)
    m = dy.size // dy.shape[1]
    dys = dy * inv_sd
    dg = np.sum(centred * dys, axis=dims, keepdims=True)
    db = np.sum(dy, axis=dims, keepdims=True)
    dys = g * dys
    dspread = -0.5 * np.sum(dys * centred * inv_sd ** 2, axis=dims, keepdims=True)
    dmu = -np.sum(dys, axis=dims, keepdims=True) - 2 * dspread * np.sum(centred, axis=dims, keepdims=True) / m
    dx = dys + dspread * 2 * centred / m + dmu / m
    return dg, db, dx


rs = np.random.RandomState(0)
imgs = rs.randn(3, 2, 2, 2)
want = rs.randn(3, 3, 2, 2)
w = rs.randn(3, 2) * 0.7  # 1x1 convolution
g = np.array([0.5, 1.5, 2.0]).reshape(1, 3, 1, 1)
b = np.zeros((1, 3, 1, 1))
for step in range(3):
    x = np.einsum('kc,nchw->nkhw', w, imgs)
    y, cache = bn4(g, b, x)
    loss = 0.5 * np.sum((y - want) ** 2)
    dg, db, dx = bn4_back(g, cache, y - want)
    dw = np.einsum('nkhw,nchw->kc', dx, imgs)
    w = w - 0.01 * dw
    g, b = g - 0.01 * dg, b - 0.01 * db
