import numpy as np


class AdaDelta:
    def __init__(self, rho=0.95, epsilon=1e-6):
        self.rho = rho
        self.epsilon = epsilon
        self.msg = None
        self.msdx = None

    def get_update(self, gradient):
        if self.msg is None:
            self.msg = np.zeros_like(gradient)
            self.msdx = np.zeros_like(gradient)
        self.msg = (self.rho * self.msg + (1 - self.rho)) * gradient * gradient
        update = gradient * np.sqrt(self.msdx + self.epsilon) / np.sqrt(self.msg + self.epsilon)
        self.msdx = self.rho * self.msdx + (1 - self.rho) * update * update
        return update


class Dense:
    def __init__(self, n_in, n_out, seed):
        rng = np.random.RandomState(seed)
        self.W = rng.randn(n_in, n_out) / np.sqrt(n_in)
        self.b = np.zeros(n_out)
        self.updaters = {'W': AdaDelta(), 'b': AdaDelta()}

    def activate(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backprop(self, epsilon):
        grads = {'W': self.x.T.dot(epsilon), 'b': epsilon.sum(axis=0)}
        below = epsilon.dot(self.W.T)
        self.W -= self.updaters['W'].get_update(grads['W'])
        self.b -= self.updaters['b'].get_update(grads['b'])
        return below


rng = np.random.RandomState(100)
features = rng.randn(8, 3)
labels = np.tanh(features[:, :1]) - features[:, 1:2]
hidden, output = Dense(3, 4, 1), Dense(4, 1, 2)
for epoch in range(5):
    act = np.tanh(hidden.activate(features))
    prediction = output.activate(act)
    score = np.mean((prediction - labels) ** 2)
    back = output.backprop(2 * (prediction - labels) / len(labels))
    hidden.backprop(back * (1 - act ** 2))
