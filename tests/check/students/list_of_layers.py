import numpy as np


class Network:
    def __init__(self, sizes):
        rng = np.random.RandomState(42)
        self.num_layers = len(sizes)
        self.biases = [rng.randn(y, 1) for y in sizes[1:]]
        self.weights = [rng.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        loss = 0.5 * np.sum((activations[-1] - y) ** 2)
        delta = (activations[-1] - y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].T)
        for l in range(2, self.num_layers):
            z = zs[-l]
            sp = sigmoid_prime(z)
            delta = np.dot(self.weights[-l + 1].T, delta) * sp
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l].T)
        return loss, nabla_b, nabla_w


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


net = Network([3, 3, 3, 2])
x = np.array([[0.5], [-1.2], [0.3]])
y = np.array([[1.0], [0.0]])
loss, nb, nw = net.backprop(x, y)
net.weights = [w - 0.5 * g for w, g in zip(net.weights, nw)]
net.biases = [b - 0.5 * g for b, g in zip(net.biases, nb)]
