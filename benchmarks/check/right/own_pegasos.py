import numpy as np

np.random.seed(5)
X = np.random.randn(8, 3)
y = np.where(X @ np.array([1.0, -1.0, 0.5]) + 0.2 > 0, 1, -1)
w = np.random.randn(3) * 0.1
b = 0.0
lam = 0.01
eta = 0.1
for x_i, y_i in zip(X[:4], y):
    condition = y_i * (np.dot(x_i, w) - b) >= 1
    if condition:
        w -= eta * (2 * lam * w)
    else:
        w -= eta * (2 * lam * w - np.dot(x_i, y_i))
        b -= eta * y_i
    hinge = max(0, 1 - y_i * (np.dot(x_i, w) - b)) + lam * np.dot(w, w)
