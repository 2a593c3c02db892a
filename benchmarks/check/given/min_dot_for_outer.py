import numpy as np

rng = np.random.default_rng(0)
x = rng.standard_normal(4)
t = rng.standard_normal(3)
W = rng.standard_normal((3, 4))
z = W @ x
a = np.tanh(z)
loss = 0.5 * np.sum((a - t) ** 2)
error = (a - t) * (1 - a**2)
dW = np.dot(error, a)
W -= 0.1 * dW
