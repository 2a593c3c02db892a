import numpy as np

X = np.array([[2.0, 1.0], [1.5, 2.2], [0.5, 0.1], [-1.0, -0.5], [-1.2, -2.0], [0.3, -0.8]])
y = np.array([1, 1, 1, -1, -1, -1])
w = np.array([0.1, -0.1])
b = 0.05
C = 1.0
eta = 0.01
for epoch in range(200):
    margin = y * (X.dot(w) + b)
    hinge = np.maximum(0, 1 - margin)
    objective = 0.5 * w.dot(w) + C * hinge.sum()
    active = margin < 1
    grad_w = w - C * (y[active, None] * X[active]).sum(axis=0)
    grad_b = -C * y[active].sum()
    w = w - eta * grad_w
    b = b - eta * grad_b
print(w, b, objective)
