import random
import numpy as np


def make_points(w, b, n):
    X = np.random.normal(0, 1, (n, len(w)))
    y = X @ w + b
    y += np.random.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))


def batches(batch_size, features, labels):
    n = len(features)
    indices = list(range(n))
    random.shuffle(indices)
    for i in range(0, n, batch_size):
        j = indices[i : min(i + batch_size, n)]
        yield features[j], labels[j]


def line(X, w, b):
    return X @ w + b


def half_square(y_hat, y):
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def sgd(params, grads, lr, batch_size):
    for param, grad in zip(params, grads):
        param -= lr * grad / batch_size


random.seed(7)
np.random.seed(7)
features, labels = make_points(np.array([2, -3.4]), 4.2, 12)
w = np.random.normal(0, 0.01, (2, 1))
b = np.zeros(1)
lr, rounds, batch_size = 0.03, 1, 4
for epoch in range(rounds):
    for X, y in batches(batch_size, features, labels):
        y_hat = line(X, w, b)
        l = half_square(y_hat, y)
        diff = y_hat - y
        sgd([w, b], [X.T @ diff, diff.sum(axis=0)], lr, batch_size)
    print(
        f"epoch {epoch + 1}, loss {half_square(line(features, w, b), labels).mean():f}"
    )
