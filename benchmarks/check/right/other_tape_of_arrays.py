import numpy as np


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1 and grad.shape[axis] != 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad


class Tape:
    def __init__(self):
        self.records = []


tape = Tape()


class Var:
    def __init__(self, data):
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros_like(self.data)

    def _emit(self, data, *pulls):
        out = Var(data)
        tape.records.append((out, pulls))
        return out

    def __add__(self, other):
        return self._emit(self.data + other.data, (self, lambda g: unbroadcast(g, self.data.shape)),
                          (other, lambda g: unbroadcast(g, other.data.shape)))

    def __sub__(self, other):
        return self._emit(self.data - other.data, (self, lambda g: unbroadcast(g, self.data.shape)),
                          (other, lambda g: -unbroadcast(g, other.data.shape)))

    def __mul__(self, other):
        return self._emit(self.data * other.data, (self, lambda g: unbroadcast(g * other.data, self.data.shape)),
                          (other, lambda g: unbroadcast(g * self.data, other.data.shape)))

    def __matmul__(self, other):
        return self._emit(self.data @ other.data, (self, lambda g: g @ other.data.T),
                          (other, lambda g: self.data.T @ g))

    def tanh(self):
        y = np.tanh(self.data)
        return self._emit(y, (self, lambda g: g * (1 - y ** 2)))

    def sum(self):
        return self._emit(self.data.sum(), (self, lambda g: g * np.ones_like(self.data)))


def backprop(root):
    root.grad = np.ones_like(root.data)
    for out, pulls in reversed(tape.records):
        for var, pull in pulls:
            var.grad = var.grad + pull(out.grad)
    tape.records.clear()


rng = np.random.default_rng(18)
data, labels = Var(rng.normal(size=(7, 2))), Var(rng.normal(size=(7, 1)))
A, s, B = Var(rng.normal(size=(2, 4))), Var(rng.normal(size=(1, 4))), Var(rng.normal(size=(4, 1)))
for epoch in range(3):
    hidden = (data @ A + s).tanh()
    hidden = hidden * hidden + hidden  # used three times
    miss = hidden @ B - labels
    energy = (miss * miss).sum()
    backprop(energy)
    for var in (A, s, B):
        var.data -= 0.01 * var.grad
        var.grad = np.zeros_like(var.data)
