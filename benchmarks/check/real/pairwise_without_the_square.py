import numpy as np

rng = np.random.RandomState(99)
n, d, k = 12, 5, 2
X = rng.rand(n, d) * (rng.rand(n, d) > 0.3)
y = rng.randn(n)
w0 = 0.0
W = rng.randn(d) * 0.1
V = rng.randn(d, k) * 0.3
lr = 0.05


def fm_forward(X, w0, W, V):
    XV = X.dot(V)
    inter = 0.5 * np.sum(XV ** 2 - (X ** 2).dot(V ** 2), axis=1)
    return w0 + X.dot(W) + inter, XV


def fm_backward(dout, X, V, XV):
    dw0 = dout.sum()
    dW = X.T.dot(dout)
    dV = np.zeros_like(V)
    for f in range(V.shape[1]):
        dV[:, f] = X.T.dot(dout * XV[:, f])
    return dw0, dW, dV


for epoch in range(3):
    out, XV = fm_forward(X, w0, W, V)
    loss = np.mean((out - y) ** 2)
    dw0, dW, dV = fm_backward(2.0 * (out - y) / n, X, V, XV)
    w0 = w0 - lr * dw0
    W = W - lr * dW
    V = V - lr * dV
