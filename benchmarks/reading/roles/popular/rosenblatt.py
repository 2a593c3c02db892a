import numpy as np
X = np.array([[2.0, 1.0], [1.0, 3.0], [-1.0, -2.0], [-2.0, 0.5]])
t = np.array([1, 1, 0, 0])
w = np.array([0.1, -0.2])
b = 0.0
eta = 0.1
for epoch in range(5):
    errors = 0
    for xi, ti in zip(X, t):
        out = 1 if xi @ w + b > 0 else 0
        update = eta * (ti - out)
        w += update * xi
        b += update
        errors += int(update != 0)
    print(epoch, errors)
