import numpy as np


class SquareLoss():
    def loss(self, y, y_pred):
        return 0.5 * np.power((y - y_pred), 2)

    def gradient(self, y, y_pred):
        return -(y - y_pred)


class LogisticLoss():
    def __init__(self):
        self.log_func = lambda x: 1 / (1 + np.exp(-x))

    def loss(self, y, y_pred):
        y_pred = self.log_func(y_pred)
        l = -y * np.log(y_pred)
        r = -(1 - y) * np.log(1 - y_pred)
        return l + r

    def gradient(self, y, y_pred):
        return -(y - self.log_func(y_pred))


np.random.seed(2)
X = np.random.normal(size=(15, 4))
y = (X[:, 0] + 0.5 * np.random.normal(size=15) > 0).astype(float)
param = np.random.uniform(-0.5, 0.5, size=4)
loss_function = LogisticLoss()
for i in range(4):
    y_pred = X.dot(param)
    training_error = np.mean(loss_function.loss(y, y_pred))
    grad = loss_function.gradient(y, y_pred).dot(X) / len(y)
    param -= 0.1 * grad
