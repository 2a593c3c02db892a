import numpy as np


class HammingKernel:
    """exp of minus length scales times the share of differing categories; theta is their logarithm."""

    def __init__(self, length_scale):
        self.length_scale = np.asarray(length_scale, dtype=float)

    @property
    def theta(self):
        return np.log(self.length_scale)

    @theta.setter
    def theta(self, theta):
        self.length_scale = np.exp(theta)

    def __call__(self, X, eval_gradient=False):
        indicator = np.expand_dims(X, axis=1) != X
        kernel_prod = np.exp(-np.sum(self.length_scale * indicator, axis=2))
        if eval_gradient:
            grad = -np.expand_dims(kernel_prod, axis=-1) * self.length_scale * np.array(indicator, dtype=float)
            return kernel_prod, grad
        return kernel_prod


def log_marginal_likelihood(kernel, X, y, noise):
    K, K_gradient = kernel(X, eval_gradient=True)
    K = K + noise * np.eye(len(X))
    L = np.linalg.cholesky(K)
    inverse = np.linalg.inv(K)
    alpha = inverse @ y
    lml = -0.5 * y @ alpha - np.log(np.diag(L)).sum() - 0.5 * len(X) * np.log(2 * np.pi)
    tmp = np.outer(alpha, alpha) - inverse
    gradient = 0.5 * np.einsum("ij,jik->k", tmp, K_gradient)
    return lml, gradient


rng = np.random.RandomState(330)
X = np.array(["red", "green", "blue"])[rng.randint(0, 3, (9, 2))]
y = (X[:, 0] == "red") - 0.5 * (X[:, 1] == "blue") + 0.1 * rng.randn(9)
kernel = HammingKernel([0.5, 3.0])
rate = 0.1
for it in range(4):
    theta = kernel.theta
    lml, gradient = log_marginal_likelihood(kernel, X, y, 0.1)
    kernel.theta = theta + rate * gradient
    print(it, lml)
