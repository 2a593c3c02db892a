import numpy as np


class Linear(object):
    def __init__(self, n_out, weight_scale, weight_decay=0.0):
        self.n_out = n_out
        self.weight_scale = weight_scale
        self.weight_decay = weight_decay

    def _setup(self, input_shape, rng):
        n_input = input_shape[1]
        self.W = rng.normal(size=(n_input, self.n_out), scale=self.weight_scale)
        self.b = np.zeros(self.n_out)

    def fprop(self, input):
        self.last_input = input
        return np.dot(input, self.W) + self.b

    def bprop(self, output_grad):
        n = output_grad.shape[0]
        self.dW = np.dot(self.last_input.T, output_grad) / n + self.weight_decay * self.W
        self.db = np.mean(output_grad, axis=0)
        return np.dot(output_grad, self.W.T)

    def params(self):
        return self.W, self.b

    def param_grads(self):
        return self.dW, self.db

    def output_shape(self, input_shape):
        return (input_shape[0], self.n_out)


class Tanh(object):
    def _setup(self, input_shape, rng):
        pass

    def fprop(self, input):
        self.last_output = np.tanh(input)
        return self.last_output

    def bprop(self, output_grad):
        return output_grad * (1 - self.last_output ** 2)

    def params(self):
        return ()

    def param_grads(self):
        return ()

    def output_shape(self, input_shape):
        return input_shape


rng = np.random.RandomState(1)
X = rng.randn(10, 3)
Y = np.eye(2)[(X[:, 0] > 0).astype(int)]
layers = [Linear(4, 0.8, 0.3), Tanh(), Linear(2, 0.8, 0.3)]
shape = X.shape
for layer in layers:
    layer._setup(shape, rng)
    shape = layer.output_shape(shape)
learning_rate = 0.2
for it in range(3):
    Y_pred = X
    for layer in layers:
        Y_pred = layer.fprop(Y_pred)
    Y_pred = np.exp(Y_pred) / np.sum(np.exp(Y_pred), axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(Y_pred)) / len(X)
    loss += sum(layer.weight_decay * np.sum(layer.W ** 2) for layer in layers[::2]) / 2
    next_grad = Y_pred - Y
    for layer in reversed(layers):
        next_grad = layer.bprop(next_grad)
    for layer in layers:
        for param, inc in zip(layer.params(), layer.param_grads()):
            param -= learning_rate * inc
