import numpy as np

rs = np.random.RandomState(2)
X, Y = rs.randn(12, 3), rs.randn(12, 2)
W1, W2 = rs.randn(3, 5) * 0.5, rs.randn(5, 2) * 0.5
micro, n_micro, lr = 4, 3, 0.1


def loss_and_grads(x, y):
    h = np.tanh(x @ W1)
    d = h @ W2 - y
    loss = (d**2).sum() / len(x)
    g2 = h.T @ d * 2 / len(x)
    g1 = x.T @ ((d @ W2.T) * (1 - h**2)) * 2 / len(x)
    return loss, g1, g2


for epoch in range(2):
    acc1 = np.zeros_like(W1)
    acc2 = np.zeros_like(W2)
    total = 0.0
    for k in range(n_micro):
        part = slice(k * micro, (k + 1) * micro)
        loss, g1, g2 = loss_and_grads(X[part], Y[part])
        acc1 += g1 / n_micro
        acc2 += g2 / n_micro
        total += loss / n_micro
    W1 -= lr * acc1
    W2 -= lr * acc2
