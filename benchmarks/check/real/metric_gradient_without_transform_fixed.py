import numpy as np


class PullAndPush(object):
    """Pulls every point to its target and pushes strangers out of the margin."""

    def __init__(self, learn_rate=1e-2, regularization=0.5, max_iter=4):
        self.learn_rate = learn_rate
        self.regularization = regularization
        self.max_iter = max_iter

    def _margins(self, L, X, triples):
        LX = X.dot(L.T)
        a, t, s = triples.T
        pull = np.sum((LX[a] - LX[t]) ** 2, axis=1)
        away = np.sum((LX[a] - LX[s]) ** 2, axis=1)
        return pull, 1 + pull - away

    def _outers(self, X, i, j):
        diff = X[i] - X[j]
        return diff.T.dot(diff)

    def loss_grad(self, L, X, triples):
        reg = self.regularization
        a, t, s = triples.T
        pull, hinge = self._margins(L, X, triples)
        active = hinge > 0
        objective = (1 - reg) * pull.sum() + reg * hinge[active].sum()
        df = self._outers(X, a[active], t[active])
        df -= self._outers(X, a[active], s[active])
        grad = (1 - reg) * self._outers(X, a, t) + reg * df
        return objective, 2 * L.dot(grad)

    def fit(self, X, triples):
        self.L = np.eye(X.shape[1]) * 0.8
        self.L[0, 1] = 0.3
        for it in range(self.max_iter):
            objective, G = self.loss_grad(self.L, X, triples)
            self.L = self.L - self.learn_rate * G
        return self


rng = np.random.RandomState(3)
X = rng.randn(9, 3)
y = np.arange(9) % 3
triples = np.array([(i, (i + 3) % 9, (i + 1) % 9) for i in range(9)])
metric = PullAndPush().fit(X, triples)
print(metric.L)
