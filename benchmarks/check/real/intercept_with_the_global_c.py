import numpy as np

C = 2  # of the soft margin


class WideStreet:
    def __init__(self, C=1.0, first_step=1.0, slow_down=50, epochs=10, seed=None):
        self.C = C
        self.first_step = first_step
        self.slow_down = slow_down
        self.epochs = epochs
        self.seed = seed

    def step_size(self, epoch):
        return self.first_step / (self.slow_down + epoch)

    def price(self, w, b, X, signs):
        inside = np.clip(1 - signs * (X @ w + b), 0, None)
        return (w.T @ w).item() / 2 + self.C * inside.sum()

    def fit(self, X, y):
        rs = np.random.RandomState(self.seed)
        w, b = rs.randn(X.shape[1], 1), 0.0
        signs = np.where(y > 0, 1.0, -1.0)
        self.prices = []
        for epoch in range(self.epochs):
            self.prices.append(self.price(w, b, X, signs))
            distance = signs * (X @ w + b)
            on_the_street = distance[:, 0] < 1
            Xs, ss = X[on_the_street], signs[on_the_street]
            slope_w = w - self.C * (Xs * ss).sum(axis=0)[:, None]
            slope_b = -C * ss.sum()
            w = w - self.step_size(epoch) * slope_w
            b = b - self.step_size(epoch) * slope_b
        self.coef_, self.intercept_ = w, b
        return self


rs = np.random.RandomState(7)
X = rs.randn(15, 2)
y = (X[:, :1] - 0.5 * X[:, 1:] + 0.3 * rs.randn(15, 1) > 0.4).astype(int)
narrow = WideStreet(C=0.5, epochs=4, seed=2).fit(X, y)
print(narrow.coef_.ravel(), narrow.intercept_, narrow.prices)
