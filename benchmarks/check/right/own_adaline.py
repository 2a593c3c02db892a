import numpy as np


class Adaline(object):

    def __init__(self, eta=0.01, rounds=50, random_state=1):
        self.eta = eta
        self.rounds = rounds
        self.random_state = random_state

    def fit(self, X, y):
        gen = np.random.RandomState(self.random_state)
        self.w_ = gen.normal(loc=0.0, scale=0.01, size=1 + X.shape[1])
        self.costs_ = []
        for i in range(self.rounds):
            weighted = self.weighted(X)
            output = self.activation(weighted)
            misses = y - output
            self.w_[1:] += self.eta * X.T.dot(misses)
            self.w_[0] += self.eta * misses.sum()
            cost = (misses**2).sum() / 2.0
            self.costs_.append(cost)
        return self

    def weighted(self, X):
        return np.dot(X, self.w_[1:]) + self.w_[0]

    def activation(self, X):
        return X

    def predict(self, X):
        return np.where(self.activation(self.weighted(X)) >= 0.0, 1, -1)


gen = np.random.RandomState(3)
X = gen.normal(size=(12, 2))
y = np.where(X[:, 0] - X[:, 1] > 0, 1, -1)
ada = Adaline(rounds=3, eta=0.01).fit(X, y)
