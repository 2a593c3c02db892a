import collections
import random


class HingeLoss:
    """max(0, 1 - y_true * y_pred), labels are -1 and +1"""

    def __call__(self, y_true, y_pred):
        return max(0, 1 - y_pred * y_true)

    def gradient(self, y_true, y_pred):
        if y_pred * y_true < 1:
            return -y_true
        return 0


class LinearSVM:
    def __init__(self, lr, l2):
        self.weights = {"bias": 0.1, "a": 0.4, "b": -0.3, "c": 0.2}
        self.loss = HingeLoss()
        self.lr = lr
        self.l2 = l2

    def predict(self, x):
        return sum(self.weights[i] * xi for i, xi in x.items())

    def fit_one(self, x, y):
        y_pred = self.predict(x)
        loss = self.loss(y, y_pred)
        g = self.loss.gradient(y, y_pred)
        for i, xi in x.items():
            self.weights[i] -= self.lr * (g * xi + self.l2 * self.weights[i])
        return loss


random.seed(42)
stream = []
for _ in range(4):
    stream.append(({"bias": 1.0, "a": random.gauss(0, 1), "b": random.gauss(0, 1), "c": random.gauss(0, 1)}, random.choice([-1, 1])))
model = LinearSVM(lr=0.1, l2=0.0)
for x, y in stream:
    loss = model.fit_one(x, y)
