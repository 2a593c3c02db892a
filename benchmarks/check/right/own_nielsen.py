import random
import numpy as np


class Network(object):
    def __init__(self, sizes):
        self.depth = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def answer(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def SGD(self, digits_in, epochs, part_size, eta, held=None):
        n = len(digits_in)
        for j in range(epochs):
            random.shuffle(digits_in)
            parts = [
                digits_in[k : k + part_size]
                for k in range(0, n, part_size)
            ]
            for part in parts:
                self.learn_part(part, eta)
            if held:
                print(
                    "Epoch {0}: {1} / {2}".format(
                        j, self.score(held), len(held)
                    )
                )
            else:
                print("Epoch {0} complete".format(j))

    def learn_part(self, part, eta):
        sum_b = [np.zeros(b.shape) for b in self.biases]
        sum_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in part:
            one_b, one_w = self.slopes(x, y)
            sum_b = [sb + ob for sb, ob in zip(sum_b, one_b)]
            sum_w = [sw + ow for sw, ow in zip(sum_w, one_w)]
        self.weights = [w - (eta / len(part)) * sw for w, sw in zip(self.weights, sum_w)
        ]
        self.biases = [b - (eta / len(part)) * sb for b, sb in zip(self.biases, sum_b)
        ]

    def slopes(self, x, y):
        sum_b = [np.zeros(b.shape) for b in self.biases]
        sum_w = [np.zeros(w.shape) for w in self.weights]
        out = x
        outs = [x]
        ins = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, out) + b
            ins.append(z)
            out = sigmoid(z)
            outs.append(out)
        delta = self.miss(outs[-1], y) * sigmoid_prime(ins[-1])
        sum_b[-1] = delta
        sum_w[-1] = np.dot(delta, outs[-2].transpose())
        for l in range(2, self.depth):
            z = ins[-l]
            bend = sigmoid_prime(z)
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * bend
            sum_b[-l] = delta
            sum_w[-l] = np.dot(delta, outs[-l - 1].transpose())
        return (sum_b, sum_w)

    def score(self, held):
        hits = [(np.argmax(self.answer(x)), y) for (x, y) in held]
        return sum(int(x == y) for (x, y) in hits)

    def miss(self, answers, y):
        return answers - y


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


random.seed(0)
np.random.seed(0)
digits = [(np.random.rand(5, 1), np.eye(3)[:, [k % 3]]) for k in range(6)]
net = Network([5, 4, 3])
net.SGD(digits, 1, 3, 3.0)
