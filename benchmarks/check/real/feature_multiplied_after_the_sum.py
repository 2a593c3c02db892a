import numpy as np
from math import exp


class Logit:
    def __init__(self, rate=0.1, rounds=1000):
        self.rate = rate
        self.rounds = rounds

    def odds(self, x, b):
        return exp(b.dot(x)) / (1 + exp(b.dot(x)))

    def one_step(self, X, y):
        grad = np.zeros(self.p)

        for j in range(self.p):
            for i in range(self.m):
                grad[j] += self.odds(X[i], self.b) - y[i]
            grad[j] *= X[i, j]

        return grad

    def cost(self, X, y):
        p = np.array([self.odds(row, self.b) for row in X])
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))

    def descend(self, X, y):
        for r in range(self.rounds):
            dl = self.one_step(X, y)
            self.b = self.b - self.rate / float(self.m) * dl
            print(r, self.cost(X, y))

    def fit(self, X, y):
        X = np.column_stack((np.ones(X.shape[0]), X))  # 1's for the bias
        self.m = X.shape[0]
        self.p = X.shape[1]
        self.b = np.zeros(self.p)
        self.descend(X, y)


rng = np.random.RandomState(58)
petals = rng.normal(size=(12, 2)) + np.repeat([[0.0, 0.0], [1.5, -1.0]], 6, axis=0)
kind = np.repeat([0, 1], 6)
lr = Logit(rate=0.3, rounds=4)
lr.fit(petals, kind)
