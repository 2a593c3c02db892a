import numpy as np

np.random.seed(0)
x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y_hat = np.array([[0], [1], [1], [0]])  # XOR

n_hidden_nodes = 6
W1 = np.random.rand(2, n_hidden_nodes) - 0.5
W2 = np.random.rand(n_hidden_nodes, 1) - 0.5
b1 = np.random.rand(1, n_hidden_nodes) - 0.5
b2 = np.zeros([1, 1])


def relu(x):
    return np.maximum(x, 0)


def relu_grad(x):
    return np.minimum(np.maximum(x, 0), 1)


def sigmoide(x):
    return 1.0 / (1.0 + np.exp(-x))


def feed_forward(x, w1, w2, b1, b2):
    l1 = relu(np.dot(x, w1) + b1)
    l2 = sigmoide(np.dot(l1, w2) + b2)
    return l1, l2


def loss(y, y_hat):
    return np.sum(-(y_hat * np.log(y) + (1 - y_hat) * np.log(1 - y)))


def back_prop(x, y2, y1, y_hat, w2):
    grad_y2 = y2 - y_hat
    grad_w2 = np.dot(grad_y2.T, y1)
    grad_b2 = np.sum(grad_y2.T, axis=1)
    grad_y1 = np.multiply(np.dot(grad_y2, w2.T), relu_grad(y1))
    grad_w1 = np.dot(grad_y1.T, x)
    grad_b1 = np.sum(grad_y1.T, axis=1)
    return grad_w1, grad_b1, grad_w2, grad_b2


for epoch in range(3):
    y1, y2 = feed_forward(x, W1, W2, b1, b2)
    err = loss(y2, y_hat)
    grad_w1, grad_b1, grad_w2, grad_b2 = back_prop(x, y2, y1, y_hat, W2)
    W1 -= 0.1 * grad_w1.T
    b1 -= 0.1 * grad_b1
    W2 -= 0.1 * grad_w2.T
    b2 -= 0.1 * grad_b2
