import numpy as np


class Dense:
    def __init__(self, n_in, n_out, rng):
        self.weights = rng.normal(size=(n_in, n_out))
        self.bias = np.zeros((1, n_out))

    def forward(self, x):
        self.x = x
        return x @ self.weights + self.bias

    def backward(self, grad, learning_rate):
        weights_grad = self.x.T @ grad
        self.weights -= learning_rate * weights_grad
        self.bias -= learning_rate * grad.sum(axis=0, keepdims=True)
        return grad @ self.weights.T


class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad, learning_rate):
        return grad * (1 - self.y**2)


rng = np.random.default_rng(0)
X = rng.normal(size=(6, 3))
y = rng.normal(size=(6, 2))
network = [Dense(3, 4, rng), Tanh(), Dense(4, 2, rng)]
out = X
for layer in network:
    out = layer.forward(out)
loss = np.mean((out - y) ** 2)
grad = 2 * (out - y) / y.size
for layer in reversed(network):
    grad = layer.backward(grad, 0.1)
