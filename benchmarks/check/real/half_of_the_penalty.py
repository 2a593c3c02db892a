import numpy as np
from random import shuffle


def hinge_all(W, X, y, reg):
    """
    Structured SVM loss, with loops.
    W: (D, C) weights, X: (N, D) a minibatch, y: (N,) labels, reg: strength
    """
    dW = np.zeros(W.shape)

    n_kinds = W.shape[1]
    n_points = X.shape[0]
    loss = 0.0
    for i in range(n_points):
        s = X[i].dot(W)
        own = s[y[i]]
        for j in range(n_kinds):
            if j == y[i]:
                continue
            excess = s[j] - own + 1
            if excess > 0:
                loss += excess
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]

    loss /= n_points
    dW /= n_points
    loss += reg * np.sum(W * W)
    dW += reg * W
    return loss, dW


np.random.seed(10)
points = np.hstack([np.random.randn(12, 4), np.ones((12, 1))])
kinds = np.random.randint(0, 3, 12)
W = np.random.randn(5, 3) * 0.5
order = list(range(12))
shuffle(order)
points, kinds = points[order], kinds[order]
for it in range(4):
    loss, grad = hinge_all(W, points, kinds, 0.25)
    W = W - 0.1 * grad
    print('loss: %f' % loss)
