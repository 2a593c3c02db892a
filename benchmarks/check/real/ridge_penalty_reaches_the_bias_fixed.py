import numpy as np

np.random.seed(42)
m = 20
X = 3 * np.random.rand(m, 1)
y = 1 + 0.5 * X + np.random.randn(m, 1) / 1.5
X_b = np.c_[np.ones((m, 1)), X]  # add x0 = 1 to each instance

eta = 0.1
n_iterations = 5
alpha = 0.5
theta = np.random.randn(2, 1)

for iteration in range(n_iterations):
    y_predict = X_b.dot(theta)
    cost = np.mean((y_predict - y) ** 2) + alpha / 2 * np.sum(theta[1:] ** 2)
    gradients = 2 / m * X_b.T.dot(y_predict - y) + alpha * np.r_[np.zeros((1, 1)), theta[1:]]
    theta = theta - eta * gradients

print(theta)
