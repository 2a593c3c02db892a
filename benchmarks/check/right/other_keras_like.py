import numpy as np


class Dense:
    def __init__(self, units, activation=None):
        self.units, self.activation = units, activation

    def build(self, input_dim, rng):
        limit = np.sqrt(6 / (input_dim + self.units))
        self.kernel = rng.uniform(-limit, limit, (input_dim, self.units))
        self.bias = np.zeros(self.units)
        return self.units

    def call(self, inputs):
        self.inputs = inputs
        z = inputs @ self.kernel + self.bias
        self.outputs = np.maximum(z, 0) if self.activation == 'relu' else z
        return self.outputs

    def gradients(self, upstream):
        if self.activation == 'relu':
            upstream = upstream * (self.outputs > 0)
        self.d_kernel = self.inputs.T @ upstream
        self.d_bias = upstream.sum(axis=0)
        return upstream @ self.kernel.T


class Adam:
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        self.learning_rate, self.beta_1, self.beta_2, self.epsilon = learning_rate, beta_1, beta_2, epsilon
        self.iterations = 0
        self.slots = {}

    def apply_gradients(self, grads_and_vars):
        self.iterations += 1
        b1, b2, t = self.beta_1, self.beta_2, self.iterations
        for name, grad, var in grads_and_vars:
            m, v = self.slots.get(name, (np.zeros_like(var), np.zeros_like(var)))
            m = b1 * m + (1 - b1) * grad
            v = b2 * v + (1 - b2) * grad ** 2
            self.slots[name] = (m, v)
            var -= self.learning_rate * (m / (1 - b1 ** t)) / (np.sqrt(v / (1 - b2 ** t)) + self.epsilon)


class Sequential:
    def __init__(self, layers):
        self.layers = layers

    def compile(self, optimizer, input_dim, seed):
        rng = np.random.RandomState(seed)
        self.optimizer = optimizer
        for layer in self.layers:
            input_dim = layer.build(input_dim, rng)

    def train_on_batch(self, x, y):
        out = x
        for layer in self.layers:
            out = layer.call(out)
        loss = np.mean((out - y) ** 2)
        grad = 2.0 * (out - y) / y.size
        for layer in reversed(self.layers):
            grad = layer.gradients(grad)
        pairs = []
        for k, layer in enumerate(self.layers):
            pairs.append((f'dense_{k}/kernel', layer.d_kernel, layer.kernel))
            pairs.append((f'dense_{k}/bias', layer.d_bias, layer.bias))
        self.optimizer.apply_gradients(pairs)
        return loss

    def fit(self, x, y, batch_size, epochs):
        history = []
        for epoch in range(epochs):
            for i in range(0, len(x), batch_size):
                history.append(self.train_on_batch(x[i:i + batch_size], y[i:i + batch_size]))
        return history


rs = np.random.RandomState(0)
x_train = rs.rand(12, 3)
y_train = np.stack([x_train.sum(1), x_train.prod(1)], axis=1)
model = Sequential([Dense(6, 'relu'), Dense(4, 'relu'), Dense(2)])
model.compile(Adam(0.01), 3, seed=33)
print(model.fit(x_train, y_train, 6, 2))
