import math
import random

random.seed(4)


def sigmoid(x):
    return math.tanh(x)


def slope_of(y):
    return 1.0 - y ** 2


class Unit:
    def __init__(self, length):
        self.weight = [random.uniform(-0.4, 0.4) for _ in range(length)]
        self.output = 0.0

    def calc(self, sample):
        self.sample = sample[:]
        self.output = sigmoid(sum(i * j for i, j in zip(self.sample, self.weight)))
        return self.output

    def update(self, diff, rate=0.5):
        self.weight = [w - rate * x * diff for w, x in zip(self.weight, self.sample)]

    def error_at_inputs(self, deltas):
        return sum(w * d for w, d in zip(self.weight, deltas))


class Layer:
    def __init__(self, input_length, output_length):
        self.units = [Unit(input_length) for _ in range(output_length)]
        self.output = [0.0] * output_length
        self.ilen = input_length

    def calc(self, sample):
        self.output = [unit.calc(sample) for unit in self.units]
        return self.output[:]

    def update(self, diffs, rate=0.5):
        for diff, unit in zip(diffs, self.units):
            unit.update(diff, rate)

    def error_at_inputs(self, deltas):
        _error = []
        for j in range(self.ilen):
            _error.append(sum(delta * u.weight[j] for delta, u in zip(deltas, self.units)))
        return _error


class BPNNet:
    def __init__(self, ni, nh, no):
        self.first = Layer(ni + 1, nh)
        self.second = Layer(nh, no)

    def calc(self, inputs):
        self.in_now = inputs[:] + [1.0]
        self.hid_now = self.first.calc(self.in_now)
        self.out_now = self.second.calc(self.hid_now)
        return self.out_now[:]

    def update(self, targets, rate):
        output_deltas = [slope_of(ao) * (ao - target) for target, ao in zip(targets, self.out_now)]
        _error = self.second.error_at_inputs(output_deltas)
        hidden_deltas = [slope_of(ah) * error for ah, error in zip(self.hid_now, _error)]
        self.second.update(output_deltas, rate)
        self.first.update(hidden_deltas, rate)
        return sum(0.5 * (t - o) ** 2 for t, o in zip(targets, self.out_now))

    def train(self, pairs, iterations=2, N=0.2):
        for i in range(iterations):
            error = 0.0
            for inputs, targets in pairs:
                self.calc(inputs)
                error = error + self.update(targets, N)
            if i % 100 == 0:
                print('error %-.10f' % error)


pat = [[[0, 0], [0, 0.5, 0.1]], [[0, 1], [1, 0.2, 0.3]], [[1, 0], [1, 0.1, 0.9]], [[1, 1], [0, 0.4, 0.2]]]
n = BPNNet(2, 3, 3)
n.train(pat)
