import math
import random


class Dropout:
    def __init__(self, p):
        self.p = p
        self.mask = []

    def forward(self, x):
        self.mask = [0.0 if random.random() < self.p else 1.0 / (1.0 - self.p) for _ in x]
        return [v * m for v, m in zip(x, self.mask)]

    def backward(self, grads):
        return [g * m for g, m in zip(grads, self.mask)]


class Net:
    def __init__(self, hidden, lr):
        self.hidden = hidden
        self.lr = lr
        self.w1 = [[random.gauss(0, 0.5), random.gauss(0, 0.5)] for _ in range(hidden)]
        self.b1 = [0.1] * hidden
        self.w2 = [random.gauss(0, 0.5) for _ in range(hidden)]
        self.b2 = 0.0
        self.dropout = Dropout(0.4)

    def forward(self, x):
        self.x = x
        self.z1 = [w[0] * x[0] + w[1] * x[1] + b for w, b in zip(self.w1, self.b1)]
        self.h = self.dropout.forward([max(0.0, z) for z in self.z1])
        z2 = sum(w * h for w, h in zip(self.w2, self.h)) + self.b2
        self.out = 1.0 / (1.0 + math.exp(-z2))
        return self.out

    def loss(self, target):
        return -(target * math.log(self.out) + (1 - target) * math.log(1 - self.out))

    def backward(self, target):
        d_out = self.out - target
        hidden_grads = self.dropout.backward([d_out * w for w in self.w2])
        for i in range(self.hidden):
            d_h = hidden_grads[i] if self.z1[i] > 0 else 0.0
            self.w2[i] -= self.lr * d_out * self.h[i]
            for j in range(2):
                self.w1[i][j] -= self.lr * d_h * self.x[j]
            self.b1[i] -= self.lr * d_h
        self.b2 -= self.lr * d_out


random.seed(9)
net = Net(hidden=6, lr=0.1)
data = [([0.5, 1.2], 1.0), ([-0.7, 0.3], 0.0), ([1.5, -0.4], 1.0)]
for x, y in data:
    net.forward(x)
    total = net.loss(y)
    net.backward(y)
