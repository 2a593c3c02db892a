import numpy as np


class LinearSVM:
    def __init__(self, lr=0.01, C=1.0, n_iter=30):
        self.lr, self.C, self.n_iter = lr, C, n_iter

    def hinge(self, X, y):
        return np.maximum(0, 1 - y * (X @ self.w + self.b))

    def fit(self, X, y):
        n, d = X.shape
        self.w = np.random.RandomState(0).randn(d) * 0.01
        self.b = 0.0
        self.history = []
        for _ in range(self.n_iter):
            distances = self.hinge(X, y)
            cost = 0.5 * self.w @ self.w + self.C * distances.mean()
            active = distances > 0
            grad_w = self.w - self.C * (X[active] * y[active, None]).sum(axis=0) / n
            grad_b = -self.C * y[active].sum() / n
            self.w -= self.lr * grad_w
            self.b -= self.lr * grad_b
            self.history.append(cost)
        return self


def main():
    rng = np.random.RandomState(42)
    X = np.r_[rng.randn(20, 2) + 1.2, rng.randn(20, 2) - 1.2]
    y = np.r_[np.ones(20), -np.ones(20)]
    svm = LinearSVM().fit(X, y)
    print(svm.history[0], svm.history[-1])


main()
