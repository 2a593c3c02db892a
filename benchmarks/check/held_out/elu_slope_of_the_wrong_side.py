import numpy as np


class ELU():
    def __init__(self, alpha=0.5):
        self.alpha = alpha

    def __call__(self, x):
        return np.where(x >= 0.0, x, self.alpha * (np.exp(x) - 1))

    def gradient(self, x):
        return np.where(x >= 0.0, 1, x + self.alpha)


class Dense():
    def __init__(self, n_units, n_inputs, seed):
        limit = 1 / np.sqrt(n_inputs)
        self.W = np.random.RandomState(seed).uniform(-limit, limit, (n_inputs, n_units))
        self.w0 = np.zeros((1, n_units))

    def out_of(self, X):
        self.came_in = X
        return X.dot(self.W) + self.w0

    def back_to(self, grad_in, learning_rate):
        W = self.W
        grad_w = self.came_in.T.dot(grad_in)
        grad_w0 = np.sum(grad_in, axis=0, keepdims=True)
        self.W = self.W - learning_rate * grad_w
        self.w0 = self.w0 - learning_rate * grad_w0
        return grad_in.dot(W.T)


class Activation():
    def __init__(self, func):
        self.bend = func

    def out_of(self, X):
        self.came_in = X
        return self.bend(X)

    def back_to(self, grad_in, learning_rate):
        return grad_in * self.bend.gradient(self.came_in)


layers = [Dense(6, 3, 1), Activation(ELU()), Dense(2, 6, 2)]
rs = np.random.RandomState(0)
X = rs.randn(9, 3)
y = rs.randn(9, 2)
for epoch in range(3):
    signal = X
    for layer in layers:
        signal = layer.out_of(signal)
    loss = np.mean(0.5 * np.sum(np.power(y - signal, 2), axis=1))
    grad_out = -(y - signal) / len(y)
    for layer in reversed(layers):
        grad_out = layer.back_to(grad_out, 0.1)
