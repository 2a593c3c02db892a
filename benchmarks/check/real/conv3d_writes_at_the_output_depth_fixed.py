import numpy as np


class ConvLayer(object):
    """Volumes of (channels, depth, height, width); filters of (maps, channels, T, R, S); no padding."""

    def __init__(self, C, K, D, H, W, T, R, S):
        self.dimI = (C, D, H, W)
        self.dimF = (K, C, T, R, S)
        self.dimO = (K, D - T + 1, H - R + 1, W - S + 1)


def fprop_conv(layer, I, F):
    K, M, P, Q = layer.dimO
    _, C, T, R, S = layer.dimF
    O = np.zeros(layer.dimO)
    for m in range(M):
        for p in range(P):
            for q in range(Q):
                sliceI = I[:, m:m + T, p:p + R, q:q + S]
                O[:, m, p, q] = np.dot(F.reshape(K, -1), sliceI.ravel())
    return O


def bprop_conv(layer, F, E):
    K, M, P, Q = layer.dimO
    _, C, T, R, S = layer.dimF
    grad_I = np.zeros(layer.dimI)
    for m in range(M):
        for t in range(T):
            d = m + t
            for p in range(P):
                for q in range(Q):
                    slicedE = E[:, m, p, q]
                    slicedF = F[:, :, t].reshape(K, -1)
                    patch = np.dot(slicedF.T, slicedE).reshape(C, R, S)
                    grad_I[:, d, p:p + R, q:q + S] += patch
    return grad_I


def update_conv(layer, I, E):
    K, M, P, Q = layer.dimO
    _, C, T, R, S = layer.dimF
    grad_F = np.zeros(layer.dimF)
    for m in range(M):
        for p in range(P):
            for q in range(Q):
                grad_F += np.multiply.outer(E[:, m, p, q], I[:, m:m + T, p:p + R, q:q + S])
    return grad_F


rng = np.random.RandomState(111)
volume = rng.randn(1, 4, 3, 3)
target = rng.randn(1, 2, 1, 1)
low, high = ConvLayer(1, 1, 4, 3, 3, 2, 2, 2), ConvLayer(1, 1, 3, 2, 2, 2, 2, 2)
F1, F2 = rng.randn(*low.dimF) * 0.4, rng.randn(*high.dimF) * 0.4
for epoch in range(3):
    pre = fprop_conv(low, volume, F1)
    act = np.tanh(pre)
    out = fprop_conv(high, act, F2)
    cost = 0.5 * np.sum((out - target) ** 2)
    err = out - target
    err_low = bprop_conv(high, F2, err) * (1 - act ** 2)
    F2 = F2 - 0.1 * update_conv(high, act, err)
    F1 = F1 - 0.1 * update_conv(low, volume, err_low)
