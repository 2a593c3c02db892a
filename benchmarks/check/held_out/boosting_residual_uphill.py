import numpy as np


class ExponentialLoss:
    """Two classes, exponential loss, as AdaBoost has it."""

    def __call__(self, y, raw_predictions):
        return np.mean(np.exp(-(2.0 * y - 1.0) * raw_predictions))

    def negative_gradient(self, y, raw_predictions):
        y_ = -(2.0 * y - 1.0)
        return y_ * np.exp(y_ * raw_predictions)


class SmoothBooster:
    """Every stage moves the scores along their negative gradient, shared between neighbours by S."""

    def __init__(self, loss, learning_rate=0.1, n_estimators=10):
        self.loss = loss
        self.learning_rate = learning_rate
        self.n_estimators = n_estimators

    def fit(self, S, y):
        leaves = np.zeros(S.shape[1])
        self.train_score_ = []
        for i in range(self.n_estimators):
            raw_predictions = S @ leaves
            self.train_score_.append(self.loss(y, raw_predictions))
            residual = self.loss.negative_gradient(y, raw_predictions)
            leaves = leaves + self.learning_rate * S.T @ residual / len(y)
        self.leaves_ = leaves
        return self


rng = np.random.RandomState(9666)
position = np.sort(rng.rand(16))
S = (position[:, None] > np.array([-1.0, 0.3, 0.5, 0.8])).astype(float)
y = (position + 0.2 * rng.randn(16) > 0.5).astype(float)
booster = SmoothBooster(ExponentialLoss(), 0.5, 4).fit(S, y)
print(booster.train_score_)
