import numpy as np
rng = np.random.default_rng(8)
A = rng.normal(size=(10, 20))
b = A[:, 3] * 2 - A[:, 7]
x = np.zeros(20)
L = np.linalg.norm(A, 2) ** 2
lam = 0.5
for k in range(20):
    r = A @ x - b
    obj = 0.5 * r @ r + lam * np.abs(x).sum()
    z = x - (A.T @ r) / L
    x = np.sign(z) * np.maximum(np.abs(z) - lam / L, 0)
print(obj)
