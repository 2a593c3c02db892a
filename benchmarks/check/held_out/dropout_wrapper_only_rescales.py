import numpy as np


class FullyConnected:
    def __init__(self, n_in, n_out, rng):
        self.parameters = {"W": rng.normal(0, 0.6, (n_in, n_out)), "b": np.zeros((1, n_out))}
        self.gradients = {"W": 0, "b": 0}
        self.X = None

    def forward(self, X):
        self.X = X
        Z = X @ self.parameters["W"] + self.parameters["b"]
        return np.maximum(Z, 0.1 * Z)

    def backward(self, dLdy):
        Z = self.X @ self.parameters["W"] + self.parameters["b"]
        dZ = dLdy * np.where(Z > 0, 1.0, 0.1)
        self.gradients["W"] += self.X.T @ dZ
        self.gradients["b"] += dZ.sum(axis=0, keepdims=True)
        return dZ @ self.parameters["W"].T

    def update(self, lr):
        for k, v in self.gradients.items():
            self.parameters[k] -= lr * v
            self.gradients[k] = 0


class Dropout:
    """A wrapper that drops a share p of the inputs of a layer in training."""

    def __init__(self, wrapped_layer, p, rng):
        self._base_layer = wrapped_layer
        self.p = p
        self.rng = rng
        self._mask = None

    def forward(self, X):
        self._mask = (self.rng.rand(*X.shape) >= self.p).astype(float)
        scaler = 1.0 / (1.0 - self.p)
        return self._base_layer.forward(scaler * self._mask * X)

    def backward(self, dLdy):
        dX = self._base_layer.backward(dLdy)
        return dX * (1.0 / (1.0 - self.p))

    def update(self, lr):
        self._base_layer.update(lr)


rng = np.random.RandomState(7)
X, Y = rng.randn(7, 3), rng.randn(7, 2)
hidden = FullyConnected(3, 5, rng)
top = Dropout(FullyConnected(5, 2, rng), 0.4, rng)
for epoch in range(3):
    A = hidden.forward(X)
    out = top.forward(A)
    loss = 0.5 * np.linalg.norm(out - Y) ** 2
    hidden.backward(top.backward(out - Y))
    top.update(0.02)
    hidden.update(0.02)
