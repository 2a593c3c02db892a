import numpy as np


class LogisticRegression:
    def __init__(self, learning_rate=0.2, n_iters=60, verbose=True):
        self.learning_rate = learning_rate
        self.n_iters = n_iters
        self.verbose = verbose
        self.weights = None
        self.bias = None
        self.losses = []

    def _sigmoid(self, z):
        z = np.clip(z, -500, 500)
        return 1 / (1 + np.exp(-z))

    def compute_loss(self, y_true, y_pred):
        eps = 1e-9
        y1 = y_true * np.log(y_pred + eps)
        y2 = (1 - y_true) * np.log(1 - y_pred + eps)
        return -np.mean(y1 + y2)

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights = np.zeros(n_features)
        self.bias = 0
        for i in range(self.n_iters):
            A = self._sigmoid(X.dot(self.weights) + self.bias)
            loss = self.compute_loss(y, A)
            self.losses.append(loss)
            dz = A - y
            dw = (1 / n_samples) * X.T.dot(dz)
            db = (1 / n_samples) * np.sum(dz)
            self.weights -= self.learning_rate * dw
            self.bias -= self.learning_rate * db
            if self.verbose and i % 20 == 0:
                print(f"iter {i}: {loss:.4f}")
        return self

    def predict(self, X, threshold=0.5):
        return (self._sigmoid(np.dot(X, self.weights) + self.bias) >= threshold).astype(int)


if __name__ == "__main__":
    rng = np.random.RandomState(3)
    X = np.vstack([rng.randn(30, 2) - 1, rng.randn(30, 2) + 1])
    y = np.hstack([np.zeros(30), np.ones(30)])
    model = LogisticRegression()
    model.fit(X, y)
    print("accuracy", np.mean(model.predict(X) == y))
