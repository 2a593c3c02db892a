"""Gaussian processes, filters and hidden states: models of sequences and functions."""

import numpy as np
import numpy.linalg as la
import scipy.linalg
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

r = np.random.default_rng(2)


def rbf(a, b, lengthscale, variance):
    sqdist = np.sum(a**2, 1).reshape(-1, 1) + np.sum(b**2, 1) - 2 * np.dot(a, b.T)
    return variance * np.exp(-0.5 / lengthscale**2 * sqdist)


def gp_marginal_likelihood(log_params, X, y):
    """Rasmussen and Williams, algorithm 2.1, with SciPy's triangular solves."""
    ell, sf, sn = np.exp(log_params)
    K = rbf(X, X, ell, sf**2) + sn**2 * np.eye(len(X))
    L = scipy.linalg.cholesky(K, lower=True)
    alpha = scipy.linalg.cho_solve((L, True), y)
    return 0.5 * y.dot(alpha) + np.log(np.diag(L)).sum() + 0.5 * len(X) * np.log(2 * np.pi)


def gp_with_numpy(lengthscale, noise, X, y):
    K = rbf(X, X, lengthscale, 1.0) + noise * np.eye(X.shape[0])
    L = la.cholesky(K)
    z = la.solve(L, y)
    return 0.5 * z @ z + np.sum(np.log(np.diagonal(L)))


def gp_by_slogdet(theta, X, y):
    d2 = ((X[:, None, :] - X[None, :, :]) ** 2).sum(-1)
    K = theta[0] ** 2 * np.exp(-d2 / (2 * theta[1] ** 2)) + theta[2] ** 2 * np.identity(len(y))
    sign, logdet = la.slogdet(K)
    quad = y.T @ la.inv(K) @ y
    return 0.5 * (quad + logdet + len(y) * np.log(2 * np.pi))


def gp_multivariate_normal(ell, X, y):
    K = np.zeros((len(X), len(X)))
    for i in range(len(X)):
        for j in range(len(X)):
            K[i, j] = np.exp(-((X[i, 0] - X[j, 0]) ** 2) / (2 * ell**2))
    return -multivariate_normal.logpdf(y, mean=np.zeros(len(y)), cov=K + 0.1 * np.eye(len(X)))


def matern32_predictive(ell, s, X, y, Xs, ys):
    def k(a, b):
        dist = np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1) + 1e-12)
        return s * (1 + np.sqrt(3) * dist / ell) * np.exp(-np.sqrt(3) * dist / ell)

    K = k(X, X) + 0.05 * np.eye(len(X))
    Ks = k(X, Xs)
    mu = Ks.T @ la.solve(K, y)
    var = np.diag(k(Xs, Xs)) - np.sum(Ks * la.solve(K, Ks), axis=0) + 0.05
    return np.sum(0.5 * np.log(2 * np.pi * var) + (ys - mu) ** 2 / (2 * var))


def gplvm(latent, ell, Y):
    K = rbf(latent, latent, ell, 1.0) + 0.1 * np.eye(latent.shape[0])
    Kinv_Y = la.solve(K, Y)
    return 0.5 * np.sum(Y * Kinv_Y) + 0.5 * Y.shape[1] * la.slogdet(K)[1] + 0.5 * np.sum(latent**2)


def sparse_gp_bound(Z, ell, X, y, noise=0.2):
    m, n = len(Z), len(X)
    Kuu = rbf(Z, Z, ell, 1.0) + 1e-4 * np.eye(m)
    Kuf = rbf(Z, X, ell, 1.0)
    L = la.cholesky(Kuu)
    A = la.solve(L, Kuf) / np.sqrt(noise)
    B = np.eye(m) + A @ A.T
    LB = la.cholesky(B)
    c = la.solve(LB, A @ y) / np.sqrt(noise)
    bound = -0.5 * n * np.log(2 * np.pi * noise) - np.sum(np.log(np.diag(LB)))
    bound += -0.5 * y @ y / noise + 0.5 * c @ c
    bound += -0.5 * n / noise + 0.5 * np.trace(A @ A.T)
    return -bound


def kalman_filter(F, H, log_q, log_r, observations):
    n = F.shape[0]
    Q, R = np.exp(log_q) * np.eye(n), np.exp(log_r) * np.eye(H.shape[0])
    x, P = np.zeros((n, 1)), np.eye(n)
    nll = 0.0
    for z in observations:
        x = F.dot(x)
        P = F.dot(P).dot(F.T) + Q
        y = z.reshape(-1, 1) - H.dot(x)
        S = H.dot(P).dot(H.T) + R
        K = P.dot(H.T).dot(np.linalg.inv(S))
        nll += 0.5 * (y.T.dot(la.inv(S)).dot(y) + np.log(la.det(S)) + len(z) * np.log(2 * np.pi))
        x = x + K.dot(y)
        P = (np.eye(n) - K.dot(H)).dot(P)
    return nll.item()


class KalmanFilter:
    """The filter as a class with state, in the manner of robotics repositories."""

    def __init__(self, dt, q, r):
        self.A = np.array([[1, dt], [0, 1]])
        self.Q = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        self.R = r
        self.C = np.array([[1.0, 0.0]])
        self.x = np.zeros(2)
        self.P = np.eye(2)

    def predict(self):
        self.x = self.A @ self.x
        self.P = self.A @ self.P @ self.A.T + self.Q

    def update(self, z):
        e = z - self.C @ self.x
        S = self.C @ self.P @ self.C.T + self.R
        K = self.P @ self.C.T / S
        self.x = self.x + K @ e
        self.P = self.P - K @ self.C @ self.P
        return (e**2 / S + np.log(S)).sum()


def kalman_object(q, r, measurements):
    kf = KalmanFilter(0.5, q, r)
    cost = 0
    for z in measurements:
        kf.predict()
        cost += kf.update(z)
    return 0.5 * cost


def local_level(log_eps, log_eta, y):
    a, P = y[0], np.exp(log_eps)
    ll = np.zeros(len(y))
    for t in range(1, len(y)):
        P = P + np.exp(log_eta)
        F = P + np.exp(log_eps)
        v = y[t] - a
        ll[t] = -0.5 * (np.log(F) + v**2 / F)
        a = a + P / F * v
        P = P - P * P / F
    return -ll.sum()


def arma11(phi, theta, c, y):
    eps = [y[0] * 0.0]
    for t in range(1, len(y)):
        eps.append(y[t] - c - phi * y[t - 1] - theta * eps[t - 1])
    eps = np.array(eps)
    return np.mean(eps**2)


def hmm_forward(log_pi, log_A, log_B, obs):
    log_pi = log_pi - logsumexp(log_pi)
    log_A = log_A - logsumexp(log_A, axis=1, keepdims=True)
    log_B = log_B - logsumexp(log_B, axis=1, keepdims=True)
    alpha = log_pi + log_B[:, obs[0]]
    for o in obs[1:]:
        alpha = logsumexp(alpha[:, None] + log_A, axis=0) + log_B[:, o]
    return -logsumexp(alpha)


def hmm_scaled(A, B, pi, O):
    """Rabiner's scaled forward pass, in a filled table."""
    T, N = len(O), len(pi)
    A = A / A.sum(axis=1, keepdims=True)
    B = B / B.sum(axis=1, keepdims=True)
    alpha = np.zeros((T, N))
    c = np.zeros(T)
    alpha[0] = pi * B[:, O[0]]
    c[0] = 1.0 / alpha[0].sum()
    alpha[0] = alpha[0] * c[0]
    for t in range(1, T):
        alpha[t, :] = alpha[t - 1, :].dot(A) * B[:, O[t]]
        c[t] = 1.0 / alpha[t].sum()
        alpha[t] *= c[t]
    return np.log(c).sum()


def crf(emissions, transitions, tags):
    score = emissions[0, tags[0]]
    for i in range(1, len(tags)):
        score = score + transitions[tags[i - 1], tags[i]] + emissions[i, tags[i]]
    alphas = emissions[0]
    for i in range(1, emissions.shape[0]):
        alphas = np.logaddexp.reduce(alphas[:, None] + transitions + emissions[i][None, :], axis=0)
    return np.logaddexp.reduce(alphas) - score


def ctc(logits, labels, blank=0):
    probs = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs = probs / probs.sum(axis=1, keepdims=True)
    L = 2 * len(labels) + 1
    T = logits.shape[0]
    ext = [blank] * L
    ext[1::2] = labels
    alpha = np.zeros((T, L))
    alpha[0, 0] = probs[0, blank]
    alpha[0, 1] = probs[0, ext[1]]
    for t in range(1, T):
        for s in range(L):
            a = alpha[t - 1, s]
            if s > 0:
                a = a + alpha[t - 1, s - 1]
            if s > 1 and ext[s] != blank and ext[s] != ext[s - 2]:
                a = a + alpha[t - 1, s - 2]
            alpha[t, s] = a * probs[t, ext[s]]
    return -np.log(alpha[-1, -1] + alpha[-1, -2])


def linear_dynamical_smoother(x, A, y, q, r_):
    dynamics = x[1:] - x[:-1] @ A.T
    return np.sum(dynamics**2) / (2 * q) + np.sum((y - x[:, :1]) ** 2) / (2 * r_)


def markov_chain(W, states):
    P = np.exp(W)
    P /= P.sum(axis=1)[:, None]
    p = np.ones(len(W)) / len(W)
    ll = 0.0
    for a, b in zip(states[:-1], states[1:]):
        ll += np.log(P[a, b])
    stationary = p @ np.linalg.matrix_power(P, 16)
    return -ll + np.sum(stationary**2)


def extended_kalman(a, q, z):
    """A nonlinear growth model, its Jacobian written out by hand."""
    x, P, cost = 0.5, 1.0, 0.0
    for k in range(z.shape[0]):
        jac = a * np.cos(x)
        x = a * np.sin(x)
        P = jac * P * jac + q
        S = P + 0.3
        cost += np.log(S) + (z[k] - x) ** 2 / S
        x += P / S * (z[k] - x)
        P *= 1 - P / S
    return cost


Xg = np.sort(r.uniform(-2, 2, size=(5, 1)), axis=0).round(2)
yg = np.sin(Xg[:, 0]).round(3)
obs = np.array([0, 2, 1, 1])
EXAMPLES = [
    (gp_marginal_likelihood, "log_params", {"log_params": np.array([0.1, 0.2, -1.0]), "X": Xg, "y": yg}),
    (gp_with_numpy, "lengthscale noise", {"lengthscale": 0.9, "noise": 0.2, "X": Xg, "y": yg}),
    (gp_by_slogdet, "theta", {"theta": np.array([1.1, 0.8, 0.3]), "X": Xg, "y": yg}),
    (gp_multivariate_normal, "ell", {"ell": 0.8, "X": Xg, "y": yg}),
    (
        matern32_predictive,
        "ell s",
        {"ell": 0.8, "s": 1.1, "X": Xg, "y": yg, "Xs": Xg[:3] + 0.3, "ys": yg[:3]},
    ),
    (gplvm, "latent ell", {"latent": r.normal(size=(4, 2)).round(2), "ell": 1.2, "Y": r.normal(size=(4, 3)).round(2)}),
    (sparse_gp_bound, "Z ell", {"Z": np.array([[-1.1], [0.9]]), "ell": 1.1, "X": Xg, "y": yg}),
    (
        kalman_filter,
        "F H log_q log_r",
        {
            "F": np.array([[0.9, 0.2], [-0.1, 0.8]]),
            "H": np.array([[1.0, 0.3]]),
            "log_q": -0.7,
            "log_r": -0.3,
            "observations": r.normal(size=(4, 1)).round(2),
        },
    ),
    (kalman_object, "q r", {"q": 0.3, "r": 0.7, "measurements": np.array([0.2, 0.9, 1.1, 2.0])}),
    (local_level, "log_eps log_eta", {"log_eps": -0.3, "log_eta": -1.1, "y": np.array([1.0, 1.4, 0.9, 2.1, 1.8])}),
    (arma11, "phi theta c", {"phi": 0.6, "theta": -0.3, "c": 0.1, "y": np.array([1.0, 1.4, 0.9, 2.1, 1.8])}),
    (
        hmm_forward,
        "log_pi log_A log_B",
        {
            "log_pi": np.array([0.1, -0.4]),
            "log_A": r.normal(size=(2, 2)).round(2),
            "log_B": r.normal(size=(2, 3)).round(2),
            "obs": obs,
        },
    ),
    (
        hmm_scaled,
        "A B",
        {
            "A": np.array([[0.7, 0.3], [0.4, 0.6]]),
            "B": np.array([[0.5, 0.4, 0.1], [0.1, 0.3, 0.6]]),
            "pi": np.array([0.6, 0.4]),
            "O": obs,
        },
    ),
    (
        crf,
        "emissions transitions",
        {
            "emissions": r.normal(size=(4, 3)).round(2),
            "transitions": r.normal(size=(3, 3)).round(2),
            "tags": [0, 2, 1, 1],
        },
    ),
    (ctc, "logits", {"logits": r.normal(size=(5, 3)).round(2), "labels": [1, 2]}),
    (
        linear_dynamical_smoother,
        "x A",
        {
            "x": r.normal(size=(4, 2)).round(2),
            "A": np.array([[0.9, 0.1], [0.0, 0.8]]),
            "y": r.normal(size=(4, 1)).round(2),
            "q": 0.5,
            "r_": 0.3,
        },
    ),
    (markov_chain, "W", {"W": r.normal(size=(3, 3)).round(2), "states": [0, 1, 1, 2, 0]}),
    (extended_kalman, "a q", {"a": 1.4, "q": 0.2, "z": np.array([0.6, 0.9, 1.1])}),
]
