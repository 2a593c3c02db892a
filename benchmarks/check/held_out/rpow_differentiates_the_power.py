import math
import numpy as np


class Scalar:
    """One number that remembers where it came from."""

    def __init__(self, value, parents=()):
        self.value = value
        self.parents = parents
        self.grad = 0.0
        self.push = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.value + other.value, (self, other))

        def push():
            self.grad += out.grad
            other.grad += out.grad

        out.push = push
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.value * other.value, (self, other))

        def push():
            self.grad += other.value * out.grad
            other.grad += self.value * out.grad

        out.push = push
        return out

    def __rpow__(self, base):
        out = Scalar(base ** self.value, (self,))

        def push():
            self.grad += base * self.value ** (base - 1) * out.grad

        out.push = push
        return out

    __radd__, __rmul__ = __add__, __mul__

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.push()


# growth by doubling: y = a * 2 ** (k * t) + c
rng = np.random.RandomState(10)
ts = np.linspace(0.5, 2.0, 6)
ys = 1.5 * 2 ** (0.8 * ts) - 0.4 + 0.05 * rng.randn(6)
a, k, c = Scalar(1.0), Scalar(0.5), Scalar(0.1)
for epoch in range(3):
    total = Scalar(0.0)
    for t, y in zip(ts, ys):
        miss = a * 2 ** (k * float(t)) + c + (-float(y))
        total = total + miss * miss
    for param in (a, k, c):
        param.grad = 0.0
    total.backward()
    for param in (a, k, c):
        param.value -= 0.005 * param.grad
