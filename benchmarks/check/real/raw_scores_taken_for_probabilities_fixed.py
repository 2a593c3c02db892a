import numpy as np


def to_one_hot(labels, k):
    return np.eye(k)[labels]


def multi_logloss(preds, labels):
    p = np.exp(preds - preds.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(labels)), labels]))


# custom loss function
def logregobj(preds, train_labels):
    labels = to_one_hot(train_labels, preds.shape[1])
    prob = np.exp(preds) / np.exp(preds).sum(axis=1, keepdims=True)
    grad = (prob - labels) / len(labels)
    return grad


class LinearBooster(object):
    """A booster whose trees are linear functions: boosting is descent in their weights."""

    def __init__(self, params):
        self.lr = params['learning_rate']
        self.num_class = params['num_class']

    def train(self, data, labels, num_iterations, fobj):
        self.W = np.zeros((data.shape[1], self.num_class))
        for it in range(num_iterations):
            raw = data.dot(self.W)
            score = multi_logloss(raw, labels)
            grad = fobj(raw, labels)
            self.W -= self.lr * data.T.dot(grad)
            print('[%d]' % (it + 1), score)
        return self


rng = np.random.RandomState(1)
X = np.c_[rng.randn(18, 3), np.ones(18)]
Ymc = np.argmax(X[:, :3] + 0.3 * rng.randn(18, 3), axis=1)
params = {'num_class': 3, 'objective': 'multiclass', 'learning_rate': 0.4}
bst = LinearBooster(params).train(X, Ymc, 4, logregobj)
