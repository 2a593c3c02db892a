import numpy as np


class Neuron:
    def __init__(self, n):
        np.random.seed(4)
        self.weights = np.random.randn(n) * 0.3
        self.bias = 0.1

    def think(self, inputs):
        return self._squash(np.dot(self.weights, inputs) + self.bias)

    def _squash(self, x):
        return 1 / (1 + np.exp(-x))

    def learn(self, inputs, target, rate=0.5):
        inputs = np.array(inputs)
        guess = self.think(inputs)
        err = guess - target
        slope = guess * (1 - guess)
        grad = err * slope
        self.weights -= rate * grad * inputs
        self.bias -= rate * grad
        return err ** 2


mails = [([1, 1, 1], 1), ([1, 0, 0], 1), ([0, 1, 0], 0), ([0, 0, 0], 0), ([1, 1, 0], 1)]
cell = Neuron(3)
for turn in range(40):
    total_error = 0
    for features, is_spam in mails:
        total_error += cell.learn(features, is_spam)
    if turn % 10 == 0:
        print(turn, total_error / len(mails))
print(cell.think([1, 0, 1]) > 0.5)
