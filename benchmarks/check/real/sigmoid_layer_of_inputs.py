import numpy as np


class Linear:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.normal(0, 1 / np.sqrt(n_in), (n_in, n_out))
        self.b = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0, keepdims=True)
        return grad @ self.W.T


class Sigmoid:
    def forward(self, x):
        self.x = x
        return 1 / (1 + np.exp(-x))

    def backward(self, grad):
        grad_input = self.x * (1 - self.x) * grad
        return grad_input


class MSE:
    def forward(self, y_pred, y_true):
        self.diff = y_pred - y_true
        return (self.diff ** 2).mean()

    def backward(self):
        return 2 * self.diff / self.diff.size


rng = np.random.default_rng(3)
layers = [Linear(3, 6, rng), Sigmoid(), Linear(6, 2, rng), Sigmoid()]
criterion = MSE()
X = rng.normal(size=(10, 3))
T = rng.uniform(size=(10, 2))

for epoch in range(3):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = criterion.forward(out, T)
    grad = criterion.backward()
    for layer in reversed(layers):
        grad = layer.backward(grad)
    for layer in layers:
        if isinstance(layer, Linear):
            layer.W -= 0.5 * layer.dW
            layer.b -= 0.5 * layer.db
