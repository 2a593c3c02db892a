import numpy as np


class Layer:
    def __init__(self, rng, a, b):
        self.weights = rng.standard_normal((a, b))


class SGD:
    lr, momentum = 0.1, 0.9

    def update(self, layer):
        if not hasattr(layer, "momentums"):
            layer.momentums = np.zeros_like(layer.weights)
        updates = self.momentum * layer.momentums - self.lr * layer.dweights
        layer.momentums = updates
        layer.weights += updates


rng = np.random.default_rng(0)
X = rng.standard_normal((6, 2))
y = rng.standard_normal((6, 3))
one, two = Layer(rng, 2, 4), Layer(rng, 4, 3)
optimizer = SGD()
for epoch in range(2):
    h = np.tanh(X @ one.weights)
    out = h @ two.weights
    loss = 0.5 * np.sum((out - y) ** 2)
    dout = out - y
    two.dweights = h.T @ dout
    dh = dout @ two.weights.T
    one.dweights = X.T @ (dh * (1 - h**2))
    optimizer.update(one)
    optimizer.update(two)
