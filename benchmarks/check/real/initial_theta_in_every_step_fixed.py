import numpy as np

rng = np.random.RandomState(17)
data = rng.rand(12, 2) * 3
paid = data.dot([[2.0], [-1.0]]) + 0.5 + rng.randn(12, 1) * 0.2
mu, std = data.mean(axis=0), data.std(axis=0)
X = np.insert((data - mu) / std, 0, 1, axis=1)
y = paid
m = y.size
iterations = 5
alpha = 0.3


def h(theta, X):
    return X.dot(theta)


def cost(theta):
    miss = h(theta, X) - y
    return float(np.sum(miss ** 2) / (2 * m))


initial_theta = np.zeros((X.shape[1], 1))
theta = initial_theta
trail, prices = [], []
for it in range(iterations):
    nexttheta = theta.copy()
    prices.append(cost(theta))
    trail.append(list(theta[:, 0]))
    for j in range(len(nexttheta)):
        err = h(theta, X) - y
        nexttheta[j] = theta[j] - (alpha / m) * np.sum(err * X[:, j].reshape(m, 1))
    theta = nexttheta
print(prices)
