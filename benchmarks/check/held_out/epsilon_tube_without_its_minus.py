import numpy as np


class SquaredEpsilonInsensitive:
    def __init__(self, epsilon):
        self.epsilon = epsilon

    def loss(self, p, y):
        ret = abs(y - p) - self.epsilon
        return ret * ret if ret > 0 else 0

    def dloss(self, p, y):
        z = y - p
        if z > self.epsilon:
            return -2 * (z - self.epsilon)
        elif z < self.epsilon:
            return 2 * (-z - self.epsilon)
        else:
            return 0


def plain_sgd(weights, intercept, loss, X, y, eta0, alpha, n_iter):
    for epoch in range(n_iter):
        sumloss = 0.0
        for i in range(len(X)):
            x = X[i]
            p = np.dot(x, weights) + intercept
            sumloss += loss.loss(p, y[i])
            update = -eta0 * loss.dloss(p, y[i])
            weights *= 1.0 - eta0 * alpha
            weights += update * x
            intercept += update
    return weights, intercept


rng = np.random.RandomState(5)
X = rng.randn(8, 3)
y = X.dot([0.5, -0.2, 0.3]) + 0.15 * rng.randn(8)
weights = np.array([0.4, -0.1, 0.3])
weights, intercept = plain_sgd(weights, 0.0, SquaredEpsilonInsensitive(0.25), X, y, 0.05, 0.01, 2)
print(weights, intercept)
