import numpy as np

np.random.seed(4)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sig_slope(z):
    return sigmoid(z) * (1 - sigmoid(z))


F = np.c_[np.ones((12, 1)), np.random.randn(12, 3)]
classes = np.random.randint(0, 3, 12)
Yhot = np.eye(3)[classes]
theta1 = np.random.randn(4, 4) * 0.5
theta2 = np.random.randn(3, 5) * 0.5


def cost_and_grads(theta1, theta2, F, Yhot, reg):
    m = Yhot.shape[0]
    a1 = F
    z2 = theta1.dot(a1.T)
    a2 = np.c_[np.ones((m, 1)), sigmoid(z2.T)]
    z3 = theta2.dot(a2.T)
    a3 = sigmoid(z3)
    J = (-1 / m) * np.sum(np.log(a3.T) * Yhot + np.log(1 - a3).T * (1 - Yhot)) + \
        (reg / (2 * m)) * (np.sum(np.square(theta1[:, 1:])) + np.sum(np.square(theta2[:, 1:])))

    d3 = a3.T - Yhot
    d2 = theta2[:, 1:].T.dot(d3.T) * sig_slope(z2)
    delta1 = d2.dot(a1)
    delta2 = d3.T.dot(a2)
    theta1_ = np.c_[np.zeros((theta1.shape[0], 1)), theta1[:, 1:]]
    theta2_ = np.c_[np.zeros((theta2.shape[0], 1)), theta2[:, 1:]]
    g_theta1 = delta1 / m + (theta1_ * reg) / m
    g_theta2 = delta2 / m + (theta2_ * reg) / m
    return J, g_theta1, g_theta2


for it in range(3):
    J, g_theta1, g_theta2 = cost_and_grads(theta1, theta2, F, Yhot, 1)
    theta1 = theta1 - 0.8 * g_theta1
    theta2 = theta2 - 0.8 * g_theta2
