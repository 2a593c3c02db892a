import numpy as np


def softmax(z):
    expp = np.exp(z)
    return np.divide(expp, np.sum(expp))


def cost(z, y):
    s = softmax(z)
    return -np.sum(y * np.log(s)) / len(y)


z = np.array([1.1, 2.2, 0.3, -1.7])
y_expected = np.array([0, 0, 1, 0])
J = cost(z, y_expected)
s = softmax(z)
cost_gradient = s - y_expected
print(J, cost_gradient)
