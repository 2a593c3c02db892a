# In [1]
import numpy as np
np.random.seed(12)

# In [2]
N = 10
healthy = np.random.multivariate_normal([0, 0], [[1, .75], [.75, 1]], N)
ill = np.random.multivariate_normal([1, 3], [[1, .75], [.75, 1]], N)
features = np.vstack((healthy, ill))
labels = np.hstack((np.zeros(N), np.ones(N)))
features = np.hstack((np.ones((2 * N, 1)), features))

# In [3]
sigmoid = lambda s: 1 / (1 + np.exp(-s))


def log_likelihood(w):
    s = features @ w
    return (labels * s - np.log(1 + np.exp(s))).sum()


# In [4]
weights = np.zeros(3)
learning_rate = 0.02
curve = []
for step in range(4):
    predictions = sigmoid(features @ weights)
    gradient = features.T @ (labels - predictions)
    weights += learning_rate * gradient  # uphill: we want the likelihood large
    curve.append(log_likelihood(weights))

# In [5]
print(weights)
print(curve)

# In [6]
accuracy = ((sigmoid(features @ weights) > 0.5) == labels).mean()
print("accuracy", accuracy)
