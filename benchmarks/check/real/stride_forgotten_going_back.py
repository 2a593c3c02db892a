import numpy as np


def zero_pad(X, pad):
    return np.pad(X, ((0, 0), (pad, pad), (pad, pad), (0, 0)), 'constant', constant_values=0)


def conv_forward(below, W, b, how):
    (m, hb, wb, cb) = below.shape
    (f, f, cb, n_C) = W.shape
    stride = how['stride']
    pad = how['pad']
    n_H = int((hb + 2 * pad - f) / stride) + 1
    n_W = int((wb + 2 * pad - f) / stride) + 1
    Z = np.zeros((m, n_H, n_W, n_C))
    padded = zero_pad(below, pad)
    for i in range(m):
        one_padded = padded[i]
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    piece = one_padded[h * stride:h * stride + f, w * stride:w * stride + f, :]
                    Z[i, h, w, c] = np.sum(piece * W[:, :, :, c]) + float(b[0, 0, 0, c])
    cache = (below, W, b, how)
    return Z, cache


def conv_backward(dZ, cache):
    (below, W, b, how) = cache
    (m, hb, wb, cb) = below.shape
    (f, f, cb, n_C) = W.shape
    stride = how["stride"]
    pad = how["pad"]
    (m, n_H, n_W, n_C) = dZ.shape
    dW = np.zeros((f, f, cb, n_C))
    db = np.zeros((1, 1, 1, n_C))
    padded = zero_pad(below, pad)
    for i in range(m):
        one_padded = padded[i]
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    top = h
                    bottom = top + f
                    left = w
                    right = left + f
                    patch = one_padded[top:bottom, left:right, :]
                    dW[:, :, :, c] += patch * dZ[i, h, w, c]
                    db[:, :, :, c] += dZ[i, h, w, c]
    return dW, db


np.random.seed(1)
below = np.random.randn(2, 4, 4, 2)
W = np.random.randn(2, 2, 2, 3)
b = np.random.randn(1, 1, 1, 3)
Y = np.random.randn(2, 3, 3, 3)
how = {"pad": 1, "stride": 2}
Z, cache = conv_forward(below, W, b, how)
cost = 0.5 * np.sum((Z - Y) ** 2)
dW, db = conv_backward(Z - Y, cache)
W = W - 0.01 * dW
b = b - 0.01 * db
