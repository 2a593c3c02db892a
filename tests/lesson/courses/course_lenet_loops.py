"""LeNet, small: every layer by loops."""
import numpy as np


def conv_forward(A_prev, W, b, stride, pad):
    m, n_H_prev, n_W_prev, n_C_prev = A_prev.shape
    f, f, n_C_prev, n_C = W.shape
    n_H = int((n_H_prev - f + 2 * pad) / stride) + 1
    n_W = int((n_W_prev - f + 2 * pad) / stride) + 1
    Z = np.zeros((m, n_H, n_W, n_C))
    A_prev_pad = np.pad(A_prev, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    for i in range(m):
        a_prev_pad = A_prev_pad[i]
        for h in range(n_H):
            vert_start = h * stride
            vert_end = vert_start + f
            for w in range(n_W):
                horiz_start = w * stride
                horiz_end = horiz_start + f
                for c in range(n_C):
                    a_slice_prev = a_prev_pad[vert_start:vert_end, horiz_start:horiz_end, :]
                    s = np.multiply(a_slice_prev, W[:, :, :, c])
                    Z[i, h, w, c] = np.sum(s) + b[0, 0, 0, c]
    return Z


def pool_forward(A_prev, f, stride):
    m, n_H_prev, n_W_prev, n_C = A_prev.shape
    n_H = int(1 + (n_H_prev - f) / stride)
    n_W = int(1 + (n_W_prev - f) / stride)
    A = np.zeros((m, n_H, n_W, n_C))
    for i in range(m):
        for h in range(n_H):
            for w in range(n_W):
                for c in range(n_C):
                    a_slice = A_prev[i, h * stride : h * stride + f, w * stride : w * stride + f, c]
                    A[i, h, w, c] = np.max(a_slice)
    return A


rng = np.random.RandomState(1)
X = rng.randn(2, 8, 8, 1)
Y = np.eye(3)[[0, 2]]
W1, b1 = rng.randn(3, 3, 1, 2) * 0.5, np.zeros((1, 1, 1, 2))
W2, b2 = rng.randn(18, 3) * 0.3, np.zeros((1, 3))
Z1 = conv_forward(X, W1, b1, stride=1, pad=0)
A1 = np.maximum(0, Z1)
P1 = pool_forward(A1, 2, 2)
F = P1.reshape(P1.shape[0], -1)
Z2 = F @ W2 + b2
e = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
P = e / e.sum(axis=1, keepdims=True)
cost = -np.mean(np.sum(Y * np.log(P), axis=1))
