import numpy as np

rng = np.random.default_rng(40)
x = rng.normal(size=(25, 3))
y = x @ np.array([1.0, -2.0, 0.5]) + rng.normal(size=25)
y[::6] += 12
y[::7] -= 9
theta = np.zeros(3)
intercept = 0.0
delta = 1.35


def huber(r):
    small = np.abs(r) <= delta
    return np.where(small, 0.5 * r ** 2, delta * (np.abs(r) - 0.5 * delta))


def huber_grad(r):
    return np.where(np.abs(r) <= delta, r, delta * np.sign(r))


for step in range(3):
    r = x @ theta + intercept - y
    objective = huber(r).mean()
    g = huber_grad(r) / len(r)
    theta = theta - 0.3 * (x.T @ g)
    intercept = intercept - 0.3 * g.sum()
