import numpy as np

np.random.seed(123)


def to_onehot(y, num_classes):
    y_onehot = np.zeros((y.shape[0], num_classes))
    y_onehot[np.arange(y.shape[0]), y] = 1
    return y_onehot


class SoftmaxRegression():

    def __init__(self, num_features, num_classes):
        self.num_features = num_features
        self.num_classes = num_classes
        self.weights = np.zeros((num_classes, num_features))
        self.bias = np.zeros(num_classes)

    def forward(self, x):
        logits = np.dot(x, self.weights.T) + self.bias
        e = np.exp(logits - np.max(logits, axis=1).reshape(-1, 1))
        probas = e / np.sum(e, axis=1).reshape(-1, 1)
        return probas

    def backward(self, x, y, probas):
        grad_loss_wrt_w = -np.dot(x.T, y - probas).T
        grad_loss_wrt_b = -np.sum(y - probas)
        return grad_loss_wrt_w, grad_loss_wrt_b

    def _cross_entropy(self, y_onehot, probas):
        return np.mean(-np.sum(np.log(probas) * y_onehot, axis=1))

    def train(self, x, y, num_epochs, learning_rate=0.01):
        epoch_cost = []
        for e in range(num_epochs):
            probas = self.forward(x)
            y_onehot = to_onehot(y, self.num_classes)
            grad_w, grad_b = self.backward(x, y_onehot, probas)
            self.weights -= learning_rate * (1. / y.shape[0]) * grad_w
            self.bias -= learning_rate * (1. / y.shape[0]) * grad_b
            cost = self._cross_entropy(y_onehot, probas)
            print('Epoch: %03d | Cost: %.3f' % (e + 1, cost))
            epoch_cost.append(cost)
        return epoch_cost


X = np.random.randn(12, 2)
y = np.array([0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 1, 0])
model = SoftmaxRegression(num_features=2, num_classes=3)
epoch_cost = model.train(X, y, num_epochs=3, learning_rate=0.1)
