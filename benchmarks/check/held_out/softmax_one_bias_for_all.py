import numpy as np

np.random.seed(123)


def hot(y, num_classes):
    y_hot = np.zeros((y.shape[0], num_classes))
    y_hot[np.arange(y.shape[0]), y] = 1
    return y_hot


class SoftmaxRegression():

    def __init__(self, num_features, num_classes):
        self.num_features = num_features
        self.num_classes = num_classes
        self.weights = np.zeros((num_classes, num_features))
        self.bias = np.zeros(num_classes)

    def forward(self, x):
        logits = np.dot(x, self.weights.T) + self.bias
        e = np.exp(logits - np.max(logits, axis=1).reshape(-1, 1))
        probs_hat = e / np.sum(e, axis=1).reshape(-1, 1)
        return probs_hat

    def backward(self, x, y, probs_hat):
        grad_of_w = -np.dot(x.T, y - probs_hat).T
        grad_of_b = -np.sum(y - probs_hat)
        return grad_of_w, grad_of_b

    def _cross_entropy(self, y_hot, probs_hat):
        return np.mean(-np.sum(np.log(probs_hat) * y_hot, axis=1))

    def train(self, x, y, num_epochs, learning_rate=0.01):
        costs = []
        for e in range(num_epochs):
            probs_hat = self.forward(x)
            y_hot = hot(y, self.num_classes)
            grad_w, grad_b = self.backward(x, y_hot, probs_hat)
            self.weights -= learning_rate * (1. / y.shape[0]) * grad_w
            self.bias -= learning_rate * (1. / y.shape[0]) * grad_b
            cost = self._cross_entropy(y_hot, probs_hat)
            print('Epoch: %03d | Cost: %.3f' % (e + 1, cost))
            costs.append(cost)
        return costs


X = np.random.randn(12, 2)
y = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 1, 0])
model = SoftmaxRegression(num_features=2, num_classes=3)
costs = model.train(X, y, num_epochs=3, learning_rate=0.1)
