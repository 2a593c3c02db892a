import random
import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class CrossEntropyCost(object):

    @staticmethod
    def fn(a, y):
        return np.sum(np.nan_to_num(-y * np.log(a) - (1 - y) * np.log(1 - a)))

    @staticmethod
    def delta(z, a, y):
        return (a - y)


class Network(object):

    def __init__(self, sizes, cost=CrossEntropyCost):
        self.depth = len(sizes)
        self.sizes = sizes
        self.cost = cost
        np.random.seed(5)
        self.biases = [np.random.randn(y, 1) for y in self.sizes[1:]]
        self.weights = [np.random.randn(y, x) / np.sqrt(x)
                        for x, y in zip(self.sizes[:-1], self.sizes[1:])]

    def answer(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def SGD(self, examples, epochs, chunk_size, eta, lam=0.0):
        n = len(examples)
        for j in range(epochs):
            chunks = [examples[k:k + chunk_size] for k in range(0, n, chunk_size)]
            for chunk in chunks:
                self.learn_chunk(chunk, eta, lam, len(examples))
            cost = self.whole_cost(examples, lam)
            print("Cost on training data: {}".format(cost))

    def learn_chunk(self, chunk, eta, lam, n):
        grad_b = [np.zeros(b.shape) for b in self.biases]
        grad_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in chunk:
            more_b, more_w = self.both_slopes(x, y)
            grad_b = [gb + mb for gb, mb in zip(grad_b, more_b)]
            grad_w = [gw + mw for gw, mw in zip(grad_w, more_w)]
        self.weights = [(1 - eta * (lam / n)) * w - (eta / len(chunk)) * gw
                        for w, gw in zip(self.weights, grad_w)]
        self.biases = [b - (eta / len(chunk)) * gb
                       for b, gb in zip(self.biases, grad_b)]

    def both_slopes(self, x, y):
        grad_b = [np.zeros(b.shape) for b in self.biases]
        grad_w = [np.zeros(w.shape) for w in self.weights]
        out = x
        outputs = [x]
        sums = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, out) + b
            sums.append(z)
            out = sigmoid(z)
            outputs.append(out)
        delta = self.cost.delta(sums[-1], outputs[-1], y)
        grad_b[-1] = delta
        grad_w[-1] = np.dot(delta, outputs[-2].transpose())
        for l in range(2, self.depth):
            z = sums[-l]
            bend = sigmoid_prime(z)
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * bend
            grad_b[-l] = delta
            grad_w[-l] = np.dot(delta, outputs[-l - 1].transpose())
        return (grad_b, grad_w)

    def whole_cost(self, data, lam):
        cost = 0.0
        for x, y in data:
            a = self.answer(x)
            cost += self.cost.fn(a, y) / len(data)
        cost += 0.5 * (lam / len(data)) * sum(np.linalg.norm(w) ** 2 for w in self.weights)
        return cost


np.random.seed(12)
examples = [(np.random.rand(4, 1), np.eye(2)[:, [k % 2]]) for k in range(6)]
net = Network([4, 5, 2])
net.SGD(examples, 1, 3, 0.5, lam=0.1)
