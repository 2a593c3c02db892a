import numpy as np
A = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 2.0]])
b = np.array([1.0, 2.0, -1.0])
x = np.zeros(3)
r = b - A @ x
p = r.copy()
rs = r @ r
for i in range(3):
    phi = 0.5 * x @ A @ x - b @ x
    Ap = A @ p
    alpha = rs / (p @ Ap)
    x = x + alpha * p
    r = r - alpha * Ap
    rs_new = r @ r
    p = r + (rs_new / rs) * p
    rs = rs_new
    print(i, phi)
