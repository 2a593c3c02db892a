import numpy as np
A = np.diag([1.0, 5.0, 10.0])
b = np.array([1.0, 2.0, 3.0])
x = np.zeros(3)
for k in range(15):
    f = 0.5 * x @ A @ x - b @ x
    g = A @ x - b
    t = 1.0
    while 0.5 * (x - t * g) @ A @ (x - t * g) - b @ (x - t * g) > f - 0.5 * t * g @ g:
        t *= 0.5
    x = x - t * g
print(x, f)
