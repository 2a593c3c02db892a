import numpy as np

np.random.seed(4)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoidGradient(z):
    return sigmoid(z) * (1 - sigmoid(z))


features = np.c_[np.ones((12, 1)), np.random.randn(12, 3)]
classes = np.random.randint(0, 3, 12)
y_matrix = np.eye(3)[classes]
theta1 = np.random.randn(4, 4) * 0.5
theta2 = np.random.randn(3, 5) * 0.5


def nnCostFunction(theta1, theta2, features, y_matrix, reg):
    m = y_matrix.shape[0]
    a1 = features
    z2 = theta1.dot(a1.T)
    a2 = np.c_[np.ones((m, 1)), sigmoid(z2.T)]
    z3 = theta2.dot(a2.T)
    a3 = sigmoid(z3)
    J = (-1 / m) * np.sum(np.log(a3.T) * y_matrix + np.log(1 - a3).T * (1 - y_matrix)) + \
        (reg / (2 * m)) * (np.sum(np.square(theta1[:, 1:])) + np.sum(np.square(theta2[:, 1:])))

    d3 = a3.T - y_matrix
    d2 = theta2[:, 1:].T.dot(d3.T) * sigmoidGradient(z2)
    delta1 = d2.dot(a1)
    delta2 = d3.T.dot(a2)
    theta1_ = np.c_[np.ones((theta1.shape[0], 1)), theta1[:, 1:]]
    theta2_ = np.c_[np.ones((theta2.shape[0], 1)), theta2[:, 1:]]
    theta1_grad = delta1 / m + (theta1_ * reg) / m
    theta2_grad = delta2 / m + (theta2_ * reg) / m
    return J, theta1_grad, theta2_grad


for it in range(3):
    J, theta1_grad, theta2_grad = nnCostFunction(theta1, theta2, features, y_matrix, 1)
    theta1 = theta1 - 0.8 * theta1_grad
    theta2 = theta2 - 0.8 * theta2_grad
