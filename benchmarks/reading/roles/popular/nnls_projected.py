import numpy as np
rng = np.random.default_rng(8)
A = rng.random((12, 4))
b = A @ np.array([1.0, 0.0, 2.0, 0.5])
x = np.ones(4)
step = 1.0 / np.linalg.norm(A.T @ A, 2)
for k in range(30):
    res = A @ x - b
    cost = 0.5 * np.sum(res ** 2)
    x = np.maximum(x - step * (A.T @ res), 0)
print(x, cost)
