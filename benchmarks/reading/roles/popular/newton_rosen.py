import numpy as np

def f(x):
    return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2

def grad(x):
    return np.array([-400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]), 200 * (x[1] - x[0] ** 2)])

def hess(x):
    return np.array([[1200 * x[0] ** 2 - 400 * x[1] + 2, -400 * x[0]], [-400 * x[0], 200.0]])

x = np.array([-1.2, 1.0])
for i in range(10):
    fx = f(x)
    step = np.linalg.solve(hess(x), grad(x))
    x = x - step
    print(i, fx)
