import numpy as np


class Node:
    """forward keeps what backward will need; backward fills self.grads and returns what goes further down."""

    weights = ()

    def __call__(self, x):
        self.cache, y = self.forward(x)
        return y


class Affine(Node):
    def __init__(self, n_in, n_out, gen):
        self.weights = [gen.normal(scale=0.4, size=(n_in, n_out)), np.zeros(n_out)]

    def forward(self, x):
        W, b = self.weights
        return (x,), x.dot(W) + b

    def backward(self, dy):
        (x,) = self.cache
        self.grads = [x.T.dot(dy), np.sum(dy, axis=0)]
        return dy.dot(self.weights[0].T)


class Logistic(Node):
    def forward(self, x):
        y = 1 / (1 + np.exp(-x))
        return (y,), y

    def backward(self, dy):
        (y,) = self.cache
        self.grads = []
        return np.multiply(y * (1 - y), dy)


class CrossEntropyWithSoftmax(Node):
    def __init__(self, labels):
        self.labels = labels

    def forward(self, x):
        shifted = x - x.max(axis=1, keepdims=True)
        logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return (logp,), -logp[np.arange(len(x)), self.labels].mean()

    def backward(self, dy):
        (logp,) = self.cache
        self.grads = []
        dx = np.exp(logp)
        dx[np.arange(len(dx)), self.labels] -= 1
        return dy * dx / len(dx)


gen = np.random.default_rng(1)
x = gen.normal(size=(12, 3))
labels = np.argmax(x + 0.2 * gen.normal(size=(12, 3)), axis=1)
chain = [Affine(3, 5, gen), Logistic(), Affine(5, 3, gen), CrossEntropyWithSoftmax(labels)]
for iteration in range(3):
    out = x
    for node in chain:
        out = node(out)
    d = 1.0
    for node in reversed(chain):
        d = node.backward(d)
    for node in chain:
        for w, g in zip(node.weights, node.grads):
            w -= 0.3 * g
    print(out)
