import numpy as np


class Layer:
    def __init__(self, n_input, n_out, activation=None, weights=None, bias=None):
        self.weights = weights if weights is not None else np.random.randn(n_input, n_out) * np.sqrt(1 / n_out)
        self.bias = bias if bias is not None else np.random.rand(n_out) * 0.1
        self.activation = activation
        self.seen = None
        self.error = None
        self.delta = None

    def activate(self, x):
        r = np.dot(x, self.weights) + self.bias
        self.seen = self._bend(r)
        return self.seen

    def _bend(self, r):
        if self.activation is None:
            return r
        elif self.activation == 'tanh':
            return np.tanh(r)
        elif self.activation == 'sigmoid':
            return 1 / (1 + np.exp(-r))
        return r

    def slope_at(self, r):
        if self.activation is None:
            return np.ones_like(r)
        elif self.activation == 'tanh':
            return 1 - r ** 2
        elif self.activation == 'sigmoid':
            return r * (1 - r)
        return r


class NeuralNetwork:
    def __init__(self):
        self._layers = []

    def add_layer(self, layer):
        self._layers.append(layer)

    def through(self, X):
        for layer in self._layers:
            X = layer.activate(X)
        return X

    def learn_pair(self, X, y, learning_rate):
        output = self.through(X)
        for i in reversed(range(len(self._layers))):
            layer = self._layers[i]
            if layer == self._layers[-1]:
                layer.error = y - output
                layer.delta = layer.error * layer.slope_at(output)
            else:
                next_layer = self._layers[i + 1]
                layer.error = np.dot(next_layer.weights, next_layer.delta)
                layer.delta = layer.error * layer.slope_at(layer.seen)
        for i in range(len(self._layers)):
            layer = self._layers[i]
            coming = np.atleast_2d(X if i == 0 else self._layers[i - 1].seen)
            layer.weights += layer.delta * coming.T * learning_rate
            layer.bias += layer.delta * learning_rate

    def train(self, X_train, y_train, learning_rate, max_epochs):
        errors_sq = []
        for i in range(max_epochs):
            for j in range(len(X_train)):
                self.learn_pair(X_train[j], y_train[j], learning_rate)
            mse = np.mean(np.square(y_train - self.through(X_train)))
            errors_sq.append(mse)
        return errors_sq


np.random.seed(6)
nn = NeuralNetwork()
nn.add_layer(Layer(2, 4, 'sigmoid'))
nn.add_layer(Layer(4, 3, 'tanh'))
nn.add_layer(Layer(3, 2, 'sigmoid'))
X_train = np.random.randn(5, 2)
y_train = np.eye(2)[[0, 1, 1, 0, 1]]
nn.train(X_train, y_train, 0.1, 2)
