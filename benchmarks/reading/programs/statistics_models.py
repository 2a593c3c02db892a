"""Statistics and learning without networks: robust fits, factors, kernels, embeddings, splines."""

import numpy as np
import scipy
import scipy.special
from scipy import linalg
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import pdist, squareform

r = np.random.default_rng(9)


def huber_regression(coef, intercept, scale, X, y, epsilon=1.35):
    res = np.abs(y - X.dot(coef) - intercept) / scale
    outliers = res > epsilon
    inner = np.sum(res[~outliers] ** 2)
    outer = np.sum(2 * epsilon * res[outliers] - epsilon**2)
    return len(y) * scale + scale * (inner + outer) + 0.01 * coef.dot(coef)


def tukey_bisquare(beta, X, y, c=4.685):
    u = (y - X @ beta) / c
    rho = np.where(np.abs(u) <= 1, c**2 / 6 * (1 - (1 - u**2) ** 3), c**2 / 6)
    return rho.sum()


def quantile_regression(beta, X, y, q=0.3):
    e = y - np.dot(X, beta)
    return np.mean(np.maximum(q * e, (q - 1) * e))


def elastic_net(w, X, y, alpha=0.3, l1_ratio=0.6):
    n = X.shape[0]
    data = np.linalg.norm(y - X @ w) ** 2 / (2 * n)
    return data + alpha * l1_ratio * np.linalg.norm(w, 1) + 0.5 * alpha * (1 - l1_ratio) * np.linalg.norm(w, 2) ** 2


def ridge_gcv(log_lambda, X, y):
    lam = np.exp(log_lambda)
    hat = X @ np.linalg.inv(X.T @ X + lam * np.eye(X.shape[1])) @ X.T
    e = y - hat @ y
    return len(y) * np.sum(e**2) / (len(y) - np.trace(hat)) ** 2


def ols_residual_variance(X, y):
    beta, *_ = np.linalg.lstsq(X, y, rcond=None)
    e = y - X @ beta
    return e @ e / (len(y) - X.shape[1])


def irls_logistic(X, y):
    """Two Newton steps, and the deviance at their end."""
    beta = np.zeros(X.shape[1])
    for _ in range(2):
        p = 1 / (1 + np.exp(-X @ beta))
        W = np.diag(p * (1 - p))
        beta = beta + np.linalg.solve(X.T @ W @ X, X.T @ (y - p))
    eta = X @ beta
    return -2 * np.sum(y * eta - np.log1p(np.exp(eta)))


def lowess_at(x0, x, y, tau=0.6):
    w = np.exp(-((x - x0) ** 2) / (2 * tau**2))
    A = np.c_[np.ones_like(x), x]
    theta = np.linalg.pinv(A.T @ (w[:, None] * A)) @ (A.T @ (w * y))
    return np.array([1.0, x0]) @ theta


def kde_log_likelihood(h, data, grid):
    u = np.subtract.outer(grid, data) / h
    dens = np.exp(-0.5 * u**2).sum(axis=1) / (len(data) * h * np.sqrt(2 * np.pi))
    return -np.log(dens).sum()


def pca_reconstruction(W, X):
    Xc = X - X.mean(axis=0)
    Q, _ = np.linalg.qr(W)
    return np.linalg.norm(Xc - Xc @ Q @ Q.T) ** 2


def top_singular_energy(X):
    s = scipy.linalg.svdvals(X - np.mean(X, axis=0))
    return -np.sum(s[:2] ** 2) / np.sum(s**2)


def ica_logcosh(W, X):
    S = W @ X
    return np.sum(np.log(np.cosh(S))) / X.shape[1] - np.log(np.abs(np.linalg.det(W)))


def canonical_correlation(a, b, X, Y):
    u, v = X @ a, Y @ b
    return -np.corrcoef(u, v)[0, 1]


def nmf_kl(W, H, V):
    WH = np.dot(np.abs(W), np.abs(H)) + 1e-9
    return np.sum(scipy.special.kl_div(V, WH))


def matrix_factorisation(P, Q, bu, bi, ratings, reg=0.05):
    mu = sum(rating for _, _, rating in ratings) / len(ratings)
    cost = 0
    for u, i, rating in ratings:
        pred = mu + bu[u] + bi[i] + np.dot(P[u, :], Q[i, :])
        cost += (rating - pred) ** 2
        cost += reg * (np.sum(P[u] ** 2) + np.sum(Q[i] ** 2) + bu[u] ** 2 + bi[i] ** 2)
    return cost


def masked_factorisation(U, V, R):
    mask = ~np.isnan(R)
    err = np.where(mask, U @ V.T - np.nan_to_num(R), 0)
    return np.sum(err**2) / mask.sum()


def factor_analysis(L, log_psi, X):
    n, d = X.shape
    S = np.cov(X.T, bias=True)
    Sigma = L @ L.T + np.diag(np.exp(log_psi))
    return n / 2 * (np.linalg.slogdet(Sigma)[1] + np.trace(np.linalg.solve(Sigma, S)))


def tsne(Y, P):
    n = len(Y)
    sq = np.sum(np.square(Y), axis=1)
    num = 1 / (1 + np.add(np.add(-2 * np.dot(Y, Y.T), sq).T, sq))
    num[range(n), range(n)] = 0.0
    Q = num / np.sum(num)
    Q = np.maximum(Q, 1e-12)
    return np.sum(P * np.log(np.maximum(P, 1e-12) / Q))


def mds_stress(X, D):
    d = squareform(pdist(X))
    return np.sqrt(np.sum((d - D) ** 2) / np.sum(D**2))


def soft_kmeans(centers, X, beta=2.0):
    d2 = np.array([np.sum((X - c) ** 2, axis=1) for c in centers]).T
    resp = np.exp(-beta * d2)
    resp /= resp.sum(axis=1, keepdims=True)
    return np.sum(resp * d2)


def kmeans_inertia(centers, X):
    labels = np.argmin(((X[:, None] - centers) ** 2).sum(axis=2), axis=1)
    return sum(np.sum((X[labels == k] - centers[k]) ** 2) for k in range(len(centers)))


def sinkhorn(x, y, eps=0.3, iterations=6):
    C = (x[:, None] - y[None, :]) ** 2
    K = np.exp(-C / eps)
    u = np.ones(len(x)) / len(x)
    a, b = np.ones(len(x)) / len(x), np.ones(len(y)) / len(y)
    for _ in range(iterations):
        v = b / K.T.dot(u)
        u = a / K.dot(v)
    T = np.diag(u) @ K @ np.diag(v)
    return np.sum(T * C)


def mmd(X, Y, bandwidth=1.0):
    def k(a, b):
        d = np.sum(a * a, 1)[:, None] + np.sum(b * b, 1)[None, :] - 2 * a @ b.T
        return np.exp(-d / (2 * bandwidth**2))

    return k(X, X).mean() + k(Y, Y).mean() - 2 * k(X, Y).mean()


def hungarian_matching(X, Y):
    cost = ((X[:, None] - Y[None]) ** 2).sum(-1)
    row, col = linear_sum_assignment(cost)
    return cost[row, col].sum()


def b_spline_basis(x, knots, degree):
    if degree == 0:
        return [((x >= a) & (x < b)).astype(float) for a, b in zip(knots[:-1], knots[1:])]
    lower = b_spline_basis(x, knots, degree - 1)
    basis = []
    for i in range(len(knots) - degree - 1):
        left = (x - knots[i]) / (knots[i + degree] - knots[i])
        right = (knots[i + degree + 1] - x) / (knots[i + degree + 1] - knots[i + 1])
        basis.append(left * lower[i] + right * lower[i + 1])
    return basis


def p_spline(coef, x, y, lam=0.5):
    B = np.array(b_spline_basis(x, np.arange(-2.0, 6.0), 2)).T
    return np.sum((y - B @ coef) ** 2) + lam * np.sum(np.diff(coef, 2) ** 2)


def knots_by_gradient(knots, x, y):
    """A regression spline whose inner knots are moved."""
    cols = [np.ones_like(x), x] + [np.maximum(x - k, 0) ** 2 for k in knots]
    A = np.column_stack(cols)
    coef = np.linalg.solve(A.T @ A + 0.01 * np.eye(A.shape[1]), A.T @ y)
    return np.sum((y - A @ coef) ** 2)


def natural_cubic(values, x, xq, yq):
    h = np.diff(x)
    n = len(x)
    A = np.zeros((n, n))
    rhs = np.zeros(n)
    A[0, 0] = A[-1, -1] = 1
    for i in range(1, n - 1):
        A[i, i - 1], A[i, i], A[i, i + 1] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        rhs[i] = 3 * ((values[i + 1] - values[i]) / h[i] - (values[i] - values[i - 1]) / h[i - 1])
    c = linalg.solve(A, rhs)
    j = np.clip(np.searchsorted(x, xq) - 1, 0, n - 2)
    b = (values[j + 1] - values[j]) / h[j] - h[j] * (2 * c[j] + c[j + 1]) / 3
    d = (c[j + 1] - c[j]) / (3 * h[j])
    t = xq - x[j]
    return np.sum((values[j] + b * t + c[j] * t**2 + d * t**3 - yq) ** 2)


def rbf_network(centers, log_gamma, weights, X, y):
    phi = np.exp(-np.exp(log_gamma) * np.linalg.norm(X[:, None, :] - centers[None], axis=2) ** 2)
    return np.mean((phi.dot(weights) - y) ** 2)


def graphical_lasso(theta_half, S, lam=0.1):
    T = theta_half + theta_half.T + 3 * np.eye(len(S))
    L = np.linalg.cholesky(T)
    off = T - np.diag(np.diag(T))
    return -2 * np.log(np.diag(L)).sum() + np.trace(S @ T) + lam * np.abs(off).sum()


def mahalanobis_metric(L, pairs, same):
    diff = np.apply_along_axis(lambda d: L @ d, 1, pairs)
    dist = np.sum(diff**2, axis=1)
    return np.where(same, dist, np.maximum(0, 2 - dist)).mean()


def trimmed_loss(w, X, y, keep=4):
    e = np.sort((y - X @ w) ** 2)
    return e[:keep].mean() + 0.1 * np.median(np.abs(y - X @ w))


X = np.c_[np.ones(6), r.normal(size=(6, 2))].round(2)
y = (3 * r.normal(size=6)).round(2)
X2 = r.normal(size=(5, 3)).round(2)
P = np.abs(r.normal(size=(4, 4)))
P = (P + P.T) * (1 - np.eye(4))
P = (P / P.sum()).round(4)
EXAMPLES = [
    (huber_regression, "coef intercept scale", {"coef": np.array([0.4, -0.7]), "intercept": 0.2, "scale": 0.8, "X": X[:, 1:], "y": y}),
    (tukey_bisquare, "beta", {"beta": np.array([0.1, 0.4, -0.7]), "X": X, "y": 2 * y}),
    (quantile_regression, "beta", {"beta": np.array([0.1, 0.4, -0.7]), "X": X, "y": y}),
    (elastic_net, "w", {"w": np.array([0.1, 0.4, -0.7]), "X": X, "y": y}),
    (ridge_gcv, "log_lambda", {"log_lambda": 0.3, "X": X, "y": y}),
    (ols_residual_variance, "X y", {"X": X, "y": y}),
    (irls_logistic, "X", {"X": X, "y": np.array([0, 1, 1, 0, 1, 0])}),
    (lowess_at, "x0 y", {"x0": 0.3, "x": X[:, 1], "y": y}),
    (kde_log_likelihood, "h", {"h": 0.6, "data": y, "grid": np.array([-1.0, 0.5, 2.0])}),
    (pca_reconstruction, "W", {"W": np.array([[0.6, 0.1], [-0.3, 0.9], [0.7, 0.4]]), "X": X2}),
    (top_singular_energy, "X", {"X": X2}),
    (ica_logcosh, "W", {"W": np.array([[1.0, 0.3, 0.1], [0.2, 0.8, -0.4], [0.0, 0.1, 1.2]]), "X": X2.T.copy()}),
    (canonical_correlation, "a b", {"a": np.array([0.5, 0.4]), "b": np.array([0.3, -0.6]), "X": X2[:, :2], "Y": X2[:, 1:]}),
    (nmf_kl, "W H", {"W": r.uniform(0.2, 1, (3, 2)).round(2), "H": r.uniform(0.2, 1, (2, 4)).round(2), "V": r.uniform(0.2, 2, (3, 4)).round(2)}),
    (
        matrix_factorisation,
        "P Q bu bi",
        {
            "P": r.normal(size=(2, 2)).round(2),
            "Q": r.normal(size=(3, 2)).round(2),
            "bu": np.array([0.1, -0.2]),
            "bi": np.array([0.0, 0.3, -0.1]),
            "ratings": [(0, 0, 4), (0, 2, 3), (1, 1, 5), (1, 2, 1)],
        },
    ),
    (
        masked_factorisation,
        "U V",
        {"U": r.normal(size=(2, 2)).round(2), "V": r.normal(size=(3, 2)).round(2), "R": np.array([[5.0, np.nan, 1.0], [np.nan, 2.0, 3.0]])},
    ),
    (factor_analysis, "L log_psi", {"L": np.array([[0.8], [-0.4], [0.5]]), "log_psi": np.array([-0.3, 0.1, -0.6]), "X": X2}),
    (tsne, "Y", {"Y": r.normal(size=(4, 2)).round(2), "P": P}),
    (mds_stress, "X", {"X": r.normal(size=(4, 2)).round(2), "D": (10 * P).round(2)}),
    (soft_kmeans, "centers", {"centers": r.normal(size=(2, 3)).round(2), "X": X2}),
    (kmeans_inertia, "centers", {"centers": r.normal(size=(2, 3)).round(2), "X": X2}),
    (sinkhorn, "x", {"x": np.array([0.1, 0.9, 1.6]), "y": np.array([0.4, 1.1])}),
    (mmd, "X", {"X": X2[:3], "Y": X2[2:] + 0.3}),
    (hungarian_matching, "X", {"X": X2[:3], "Y": X2[2:] + 0.3}),
    (p_spline, "coef", {"coef": np.array([0.3, 0.5, -0.2, 0.7, 0.1]), "x": np.array([0.5, 1.2, 2.6, 3.4]), "y": np.array([0.1, 0.6, 0.3, -0.2])}),
    (knots_by_gradient, "knots", {"knots": np.array([-0.4, 0.35]), "x": np.sort(X[:, 1]), "y": y}),
    (
        natural_cubic,
        "values",
        {"values": np.array([0.3, 1.1, 0.2, -0.5]), "x": np.array([0.0, 1.0, 2.5, 3.0]), "xq": np.array([0.4, 1.9, 2.7]), "yq": np.zeros(3)},
    ),
    (
        rbf_network,
        "centers log_gamma weights",
        {"centers": X2[:2] + 0.2, "log_gamma": -0.5, "weights": np.array([0.7, -0.4]), "X": X2, "y": y[:5]},
    ),
    (graphical_lasso, "theta_half", {"theta_half": np.array([[0.1, 0.3, -0.2], [0.1, 0.2, 0.25], [-0.3, 0.1, 0.15]]), "S": np.cov(X2.T).round(3)}),
    (
        mahalanobis_metric,
        "L",
        {"L": np.array([[0.7, 0.1, 0.0], [0.2, 0.9, -0.3]]), "pairs": X2[:4], "same": np.array([True, False, False, True])},
    ),
    (trimmed_loss, "w", {"w": np.array([0.1, 0.4, -0.7]), "X": X, "y": y}),
]
