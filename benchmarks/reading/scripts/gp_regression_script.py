import numpy as np
from scipy.linalg import cho_factor, cho_solve
from scipy.spatial.distance import cdist

X = np.array([[-2.0], [-1.1], [0.2], [1.3], [2.4]])
y = np.sin(X).ravel() + np.array([0.05, -0.02, 0.1, 0.0, -0.08])

length = 1.0
signal = 1.2
noise = 0.15


def kernel(a, b):
    return signal**2 * np.exp(-0.5 * cdist(a / length, b / length, "sqeuclidean"))


K = kernel(X, X) + noise**2 * np.eye(len(X))
c = cho_factor(K, lower=True)
alpha = cho_solve(c, y)
nlml = 0.5 * y @ alpha + np.sum(np.log(np.diag(c[0]))) + len(y) / 2 * np.log(2 * np.pi)
print("negative log marginal likelihood", nlml)
