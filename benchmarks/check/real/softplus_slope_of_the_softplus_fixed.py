import math
import random

random.seed(40)

SIGMOID = (lambda x: 1 / (1 + math.exp(-x)), lambda y: y * (1 - y))
SOFTPLUS = (lambda x: math.log(1 + math.exp(x)), lambda y: 1 - math.exp(-y))


class DenseLayer:
    def __init__(self, inputs, units, act):
        self.act, self.d_act = act
        self.inputs, self.units = inputs, units
        # weights of a unit follow each other, its bias last
        self.weights = [random.uniform(-1, 1) for _ in range(units * (inputs + 1))]

    def forward(self, x):
        n = self.inputs + 1
        self.outputs = []
        for i in range(self.units):
            w = self.weights[i * n:(i + 1) * n]
            self.outputs.append(self.act(sum(a * b for a, b in zip(w, x)) + w[-1]))
        return self.outputs

    def backward(self, x, e, rate):
        n = self.inputs + 1
        errors = [0.0] * self.inputs
        for i in range(self.units):
            g = e[i] * self.d_act(self.outputs[i])
            for j in range(self.inputs):
                errors[j] += g * self.weights[i * n + j]
            for j in range(self.inputs):
                self.weights[i * n + j] += rate * g * x[j]
            self.weights[i * n + self.inputs] += rate * g
        return errors


class Network:
    def __init__(self, *layers):
        self.layers = layers

    def predict(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def train(self, x, y, rate):
        out = self.predict(x)
        e = [b - a for a, b in zip(out, y)]
        loss = sum(d * d for d in e) / 2
        for k in range(len(self.layers) - 1, -1, -1):
            below = self.layers[k - 1].outputs if k > 0 else x
            e = self.layers[k].backward(below, e, rate)
        return loss


net = Network(DenseLayer(2, 4, SOFTPLUS), DenseLayer(4, 1, SIGMOID))
samples = [([0, 0], [0]), ([0, 1], [1]), ([1, 0], [1]), ([1, 1], [0])]
for epoch in range(2):
    total = sum(net.train(x, y, 0.5) for x, y in samples)
