import numpy as np

x = np.array([-1.0, 1.5])
vel = np.zeros(2)
lr = 1e-3
mu = 0.9
for k in range(2000):
    fx = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    grad = np.array([
        -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2),
        200 * (x[1] - x[0] ** 2),
    ])
    vel = mu * vel - lr * grad
    x = x + vel
    if np.linalg.norm(grad) < 1e-6:
        break
print(k, x)
