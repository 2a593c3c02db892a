import time

import numpy as np

np.random.seed(3)
X = np.random.randn(32, 4)
true_W = np.array([[1.0], [-2.0], [0.5], [0.0]])
y = X.dot(true_W) + 0.1 * np.random.randn(32, 1)
W = np.zeros((4, 1))
lr, batch_size = 0.1, 8


def batches(X, y, size):
    order = np.random.permutation(len(X))
    for start in range(0, len(X), size):
        pick = order[start : start + size]
        yield X[pick], y[pick]


t0 = time.time()
for epoch in range(20):
    running = 0.0
    for xb, yb in batches(X, y, batch_size):
        pred = xb.dot(W)
        diff = pred - yb
        batch_loss = np.square(diff).mean()
        running += batch_loss.item()
        W -= lr * 2.0 / len(xb) * xb.T.dot(diff)
    if (epoch + 1) % 5 == 0:
        print(f"[{epoch + 1:2d}] {running / 4:.5f}  ({time.time() - t0:.1f}s)")
