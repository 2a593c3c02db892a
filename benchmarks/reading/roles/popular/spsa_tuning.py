import numpy as np
np.random.seed(1)
A = np.array([[3.0, 0.5], [0.5, 1.0]])

def loss(theta):
    return theta @ A @ theta + np.sin(theta[0])

theta = np.array([1.0, -1.5])
a, c = 0.05, 0.1
for k in range(50):
    ak = a / (k + 1) ** 0.602
    ck = c / (k + 1) ** 0.101
    delta = np.random.choice([-1, 1], size=2)
    y_plus = loss(theta + ck * delta)
    y_minus = loss(theta - ck * delta)
    ghat = (y_plus - y_minus) / (2 * ck * delta)
    theta = theta - ak * ghat
print(theta, loss(theta))
