import numpy as np


def softmax(x):
    e = np.exp((x - x.max(axis=-1, keepdims=True)))
    return e / e.sum(axis=-1, keepdims=True)


def nll(one_hot_true, probs):
    return -np.log((one_hot_true * probs).sum(axis=-1) + 1e-12).mean()


class NeuralNet():
    """MLP with 1 hidden layer, trained one sample at a time"""

    def __init__(self, input_size, hidden_size, output_size):
        rng = np.random.RandomState(42)
        self.W_h = rng.uniform(size=(input_size, hidden_size), high=0.5, low=-0.5)
        self.b_h = np.zeros(hidden_size)
        self.W_o = rng.uniform(size=(hidden_size, output_size), high=0.5, low=-0.5)
        self.b_o = np.zeros(output_size)
        self.output_size = output_size

    def forward(self, X):
        h_tilde = np.dot(X, self.W_h) + self.b_h
        h = np.tanh(h_tilde)
        y = np.dot(h, self.W_o) + self.b_o
        return softmax(y), h

    def grad_loss(self, x, y_true):
        y, h = self.forward(x)
        grad_y = y - np.eye(self.output_size)[y_true]
        grad_W_o = np.outer(h, grad_y)
        grad_b_o = grad_y
        grad_h = np.dot(grad_y, self.W_o.T)
        grad_h_tilde = grad_h * (1 - h ** 2)
        grad_W_h = np.outer(x, grad_h_tilde)
        grad_b_h = grad_h_tilde
        return {"W_h": grad_W_h, "b_h": grad_b_h, "W_o": grad_W_o, "b_o": grad_b_o}

    def train(self, x, y, learning_rate):
        grads = self.grad_loss(x, y)
        self.W_h = self.W_h - learning_rate * grads["W_h"]
        self.b_h = self.b_h - learning_rate * grads["b_h"]
        self.W_o = self.W_o - learning_rate * grads["W_o"]
        self.b_o = self.b_o - learning_rate * grads["b_o"]


X = np.random.RandomState(0).randn(8, 5)
Y = np.array([0, 2, 1, 1, 0, 2, 0, 1])
model = NeuralNet(5, 4, 3)
losses = []
for epoch in range(2):
    for x, y in zip(X, Y):
        model.train(x, y, 0.1)
    probs, _ = model.forward(X)
    losses.append(nll(np.eye(3)[Y], probs))
