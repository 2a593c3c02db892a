import numpy as np


class Leaf:
    def __init__(self, value, trainable=False):
        self.value = value
        self.trainable = trainable
        self.inputs = []
        self.pending = []

    def forward(self):
        self.pending = []
        return self.value

    def backward(self, grad):
        self.pending.append(grad)

    def descend(self, rate):
        self.value = self.value - rate * sum(self.pending)


class Times:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def forward(self):
        self.x, self.y = self.a.forward(), self.b.forward()
        return self.x @ self.y

    def backward(self, grad):
        self.a.backward(grad @ self.y.T)
        self.b.backward(self.x.T @ grad)


class Plus:
    def __init__(self, a, bias):
        self.a, self.bias = a, bias

    def forward(self):
        return self.a.forward() + self.bias.forward()

    def backward(self, grad):
        self.a.backward(grad)
        self.bias.backward(grad)


class Squash:
    def __init__(self, a):
        self.a = a

    def forward(self):
        self.y = 1 / (1 + np.exp(-self.a.forward()))
        return self.y

    def backward(self, grad):
        self.a.backward(grad * self.y * (1 - self.y))


np.random.seed(67)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1.]])
T = np.array([[0.], [1], [1], [0]])
W0, b0 = Leaf(np.random.normal(size=(2, 4))), Leaf(np.random.normal(size=4))
W1, b1 = Leaf(np.random.normal(size=(4, 1))), Leaf(np.random.normal(size=1))
net = Squash(Plus(Times(Squash(Plus(Times(Leaf(X), W0), b0)), W1), b1))
for epoch in range(3):
    out = net.forward()
    energy = 0.5 * np.sum((out - T) ** 2)
    net.backward(out - T)
    for leaf in (W0, b0, W1, b1):
        leaf.descend(0.7)
