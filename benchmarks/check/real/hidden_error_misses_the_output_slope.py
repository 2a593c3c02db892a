import numpy as np


def squash(z):
    return 1 / (1 + np.exp(-z))  # sigmoid activation


def forward(X, W1, b1, W2, b2):
    out_h = squash(np.dot(W1, X) + b1)
    out_y = squash(np.dot(W2, out_h) + b2)
    return out_h, out_y


def backward(X, Y, out_h, out_y, W2):
    l2_error = out_y - Y
    slope_output = out_y * (1 - out_y)
    dW2 = np.dot(l2_error * slope_output, out_h.T)
    db2 = np.sum(l2_error * slope_output, axis=1, keepdims=True)

    dh = np.dot(W2.T, l2_error)
    l1_error = np.multiply(dh, out_h * (1 - out_h))
    dW1 = np.dot(l1_error, X.T)
    db1 = np.sum(l1_error, axis=1, keepdims=True)
    return dW1, db1, dW2, db2


X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[0, 1, 1, 0]])
np.random.seed(2)
W1, b1 = np.random.uniform(-1, 1, (3, 2)), np.zeros((3, 1))
W2, b2 = np.random.uniform(-1, 1, (1, 3)), np.zeros((1, 1))
lr = 0.9
for epoch in range(3):
    out_h, out_y = forward(X, W1, b1, W2, b2)
    print(0.5 * np.sum((out_y - Y) ** 2))
    dW1, db1, dW2, db2 = backward(X, Y, out_h, out_y, W2)
    W1, b1 = W1 - lr * dW1, b1 - lr * db1
    W2, b2 = W2 - lr * dW2, b2 - lr * db2
