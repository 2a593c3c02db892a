"""Poisson regression whose exponential is continued by its tangent above eta."""
import numpy as np


def _qu(z, eta):
    """The rate."""
    qu = np.exp(np.minimum(z, eta))
    above = z > eta
    qu[above] = np.exp(eta) * (z[above] - eta) + np.exp(eta)
    return qu


def _logL(beta0, beta, X, y, eta):
    l = _qu(beta0 + X.dot(beta), eta)
    return np.mean(y * np.log(l) - l)


def _grad_loss(beta0, beta, X, y, eta, reg_lambda):
    n_samples = len(y)
    z = beta0 + X.dot(beta)
    q = _qu(z, eta)
    grad_mu = np.exp(z)
    grad_mu[z > eta] = np.exp(eta)
    miss = (1 - y / q) * grad_mu
    grad_beta0 = np.sum(miss) / n_samples
    grad_beta = X.T.dot(miss) / n_samples + reg_lambda * beta
    return grad_beta0, grad_beta


def fit(X, y, eta=1.0, reg_lambda=0.1, learning_rate=0.05, max_iter=4):
    beta0, beta = 0.8, np.array([0.5, -0.4, 0.2])
    for t in range(max_iter):
        g0, g = _grad_loss(beta0, beta, X, y, eta, reg_lambda)
        L = -_logL(beta0, beta, X, y, eta) + 0.5 * reg_lambda * beta.dot(beta)
        beta0 = beta0 - learning_rate * g0
        beta = beta - learning_rate * g
    return beta0, beta, L


rng = np.random.RandomState(181)
X = rng.randn(20, 3)
y = rng.poisson(np.exp(0.5 + X.dot([0.6, -0.3, 0.1]))).astype(float)
print(fit(X, y))
