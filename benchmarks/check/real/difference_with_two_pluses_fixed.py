import math
import random


class Value:

    def __init__(self, data, _from=()):
        self.data = data
        self.grad = 0.0
        self._backward = lambda: None
        self._parents = set(_from)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data + other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += out.grad
        out._backward = _backward
        return out

    def __sub__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data - other.data, (self, other))

        def _backward():
            self.grad += out.grad
            other.grad += -out.grad
        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        out = Value(self.data * other.data, (self, other))

        def _backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad
        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = Value(t, (self,))

        def _backward():
            self.grad += (1 - t ** 2) * out.grad
        out._backward = _backward
        return out

    def backward(self):
        order = []
        seen = set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for child in v._parents:
                    visit(child)
                order.append(v)
        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v._backward()


random.seed(1337)
w = [Value(random.uniform(-1, 1)) for _ in range(2)]
b = Value(0.1)
for xs, ygt in (([2.0, 0.5], 1.0), ([-1.0, 0.3], -1.0), ([0.7, -0.8], 1.0)):
    act = Value(ygt) - (w[0] * xs[0] + w[1] * xs[1] + b).tanh()
    loss = act * act
    for p in w + [b]:
        p.grad = 0.0
    loss.backward()
    for p in w + [b]:
        p.data -= 0.05 * p.grad
