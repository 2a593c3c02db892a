import numpy as np


def h(theta, X):
    return np.dot(X, theta)


def price_of(th, X, y):
    return float((1. / (2 * m)) * np.dot((h(th, X) - y).T, (h(th, X) - y))[0, 0])


def roll_down(X, begin=np.zeros(2)):
    theta = begin
    costs = []
    for _ in range(iterations):
        nexttheta = np.copy(theta)
        costs.append(price_of(theta, X, y))
        # simultaneously updating theta values
        for j in range(len(nexttheta)):
            nexttheta[j] = theta[j] - (alpha / m) * np.sum((h(theta, X) - y) * np.array(X[:, j]).reshape(m, 1))
        theta = nexttheta
    return theta, costs


np.random.seed(3)
m = 10
people = np.random.rand(m) * 2 + 1
X = np.insert(people.reshape(-1, 1), 0, 1, axis=1)
y = (1.2 * people - 0.5 + 0.1 * np.random.randn(m)).reshape(m, 1)
iterations = 4
alpha = 0.1
initial_theta = np.zeros((X.shape[1], 1))
theta, costs = roll_down(X, initial_theta)
print(theta.ravel(), costs)
