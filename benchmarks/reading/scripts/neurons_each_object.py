import math
import random

import numpy as np

random.seed(2)


class Unit:
    def __init__(self, n_inputs):
        self.weights = [random.uniform(-1, 1) for _ in range(n_inputs)]
        self.bias = random.uniform(-1, 1)
        self.delta = 0.0

    def activate(self, inputs):
        self.inputs = inputs
        total = self.bias
        for w, x in zip(self.weights, inputs):
            total += w * x
        self.output = 1.0 / (1.0 + math.exp(-total))
        return self.output


hidden = [Unit(2) for _ in range(2)]
output = Unit(2)
rows = [([0.0, 0.0], 0.0), ([0.0, 1.0], 1.0), ([1.0, 0.0], 1.0), ([1.0, 1.0], 0.0)]
l_rate = 0.5
for epoch in range(3):
    sum_error = 0.0
    for x, expected in rows:
        h = [u.activate(x) for u in hidden]
        y = output.activate(h)
        sum_error += (expected - y) ** 2
        output.delta = (y - expected) * y * (1 - y)
        for j, u in enumerate(hidden):
            u.delta = output.weights[j] * output.delta * u.output * (1 - u.output)
        for u in [output, *hidden]:
            for j in range(len(u.weights)):
                u.weights[j] -= l_rate * u.delta * u.inputs[j]
            u.bias -= l_rate * u.delta
    print(">epoch=%d, lrate=%.3f, error=%.3f" % (epoch, l_rate, sum_error))
