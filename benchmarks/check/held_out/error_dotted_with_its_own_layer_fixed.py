import numpy as np


class ThreeMatrixNet():
    def __init__(self, sizes, rounds=1, speed=0.01):
        self.sizes = sizes
        self.rounds = rounds
        self.speed = speed
        self.mats = self.fresh()

    def sigmoid(self, x, derivative=False):
        if derivative:
            return (np.exp(-x)) / ((np.exp(-x) + 1) ** 2)
        return 1 / (1 + np.exp(-x))

    def softmax(self, x):
        powers = np.exp(x - x.max())
        return powers / np.sum(powers, axis=0)

    def fresh(self):
        np.random.seed(20)
        a, b, c, d = self.sizes
        return {
            'W1': np.random.randn(b, a) * np.sqrt(1. / b),
            'W2': np.random.randn(c, b) * np.sqrt(1. / c),
            'W3': np.random.randn(d, c) * np.sqrt(1. / d)
        }

    def forwards(self, picture):
        mats = self.mats
        self.cache = cache = {'A0': picture}
        cache['Z1'] = np.dot(mats["W1"], cache['A0'])
        cache['A1'] = self.sigmoid(cache['Z1'])
        cache['Z2'] = np.dot(mats["W2"], cache['A1'])
        cache['A2'] = self.sigmoid(cache['Z2'])
        cache['Z3'] = np.dot(mats["W3"], cache['A2'])
        cache['A3'] = self.softmax(cache['Z3'])
        return cache['A3']

    def backwards(self, label, output):
        mats, cache = self.mats, self.cache
        moves = {}

        # W3 update, cross entropy
        delta = output - label
        moves['W3'] = np.outer(delta, cache['A2'])

        # W2 update
        delta = np.multiply(np.dot(mats['W3'].T, delta), self.sigmoid(cache['Z2'], derivative=True))
        moves['W2'] = np.outer(delta, cache['A1'])

        # W1 update
        delta = np.multiply(np.dot(mats['W2'].T, delta), self.sigmoid(cache['Z1'], derivative=True))
        moves['W1'] = np.outer(delta, cache['A0'])
        return moves

    def move(self, moves):
        for key, value in moves.items():
            self.mats[key] -= self.speed * value

    def learn(self, picture, label):
        for r in range(self.rounds):
            for x, y in zip(picture, label):
                output = self.forwards(x)
                moves = self.backwards(y, output)
                self.move(moves)


np.random.seed(1)
picture = np.random.rand(4, 5)
label = np.eye(3)[[0, 2, 1, 0]]
net = ThreeMatrixNet(sizes=[5, 4, 4, 3], speed=0.1)
net.learn(picture, label)
