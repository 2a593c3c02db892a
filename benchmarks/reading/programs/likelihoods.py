"""Log-likelihoods and probabilistic models, as statisticians' repositories write them."""

import numpy as np
from scipy import stats
from scipy.special import (
    betaln,
    digamma,
    expit,
    gammaln,
    log_ndtr,
    logsumexp,
    xlogy,
)
from scipy.stats import norm

r = np.random.default_rng(1)


def gaussian_nll(mu, log_sigma, data):
    sigma = np.exp(log_sigma)
    return -np.sum(norm.logpdf(data, loc=mu, scale=sigma))


def gaussian_mixture(weights, means, log_stds, x):
    """Negative log-likelihood of a 1-d mixture with unnormalised weights."""
    log_w = weights - logsumexp(weights)
    comp = (
        log_w
        - 0.5 * np.log(2 * np.pi)
        - log_stds
        - 0.5 * ((x[:, None] - means) / np.exp(log_stds)) ** 2
    )
    return -logsumexp(comp, axis=1).sum()


def mixture_of_multivariate_normals(params, X):
    ll = []
    for logit, mean, chol in zip(params["pi"], params["mu"], params["L"]):
        cov = chol @ chol.T + 1e-3 * np.eye(2)
        ll.append(logit + stats.multivariate_normal.logpdf(X, mean, cov))
    ll = np.array(ll) - logsumexp(params["pi"])
    return -np.mean(logsumexp(ll, axis=0))


def poisson_regression(beta, X, counts):
    eta = X.dot(beta)
    return np.sum(np.exp(eta) - counts * eta + gammaln(counts + 1))


def negative_binomial(r_log, p_logit, counts):
    size = np.exp(r_log)
    prob = 1 / (1 + np.exp(-p_logit))
    ll = (
        gammaln(counts + size)
        - gammaln(size)
        - gammaln(counts + 1)
        + size * np.log(prob)
        + xlogy(counts, 1 - prob)
    )
    return -ll.mean()


def beta_binomial(a, b, k, n):
    return -(betaln(k + a, n - k + b) - betaln(a, b)).sum()


def logistic_map(theta, X, y, prior_scale=2.0):
    logits = np.dot(X, theta)
    log_lik = np.where(y == 1, np.log(expit(logits)), np.log1p(-expit(logits)))
    log_prior = norm(0, prior_scale).logpdf(theta)
    return -(log_lik.sum() + log_prior.sum())


def probit(beta, X, y):
    q = 2 * y - 1
    return -log_ndtr(q * (X @ beta)).sum()


def ordered_probit(beta, cuts, X, y):
    z = X @ beta
    edges = np.concatenate([[-np.inf], np.sort(cuts), [np.inf]])
    p = norm.cdf(edges[y + 1] - z) - norm.cdf(edges[y] - z)
    return -np.log(p).sum()


def student_t_regression(w, log_scale, log_dof, X, y):
    nu = np.exp(log_dof) + 1.0
    s = np.exp(log_scale)
    e = (y - X @ w) / s
    norm_const = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(nu * np.pi) - np.log(s)
    return -np.sum(norm_const - (nu + 1) / 2 * np.log1p(e**2 / nu))


def weibull_survival(log_k, log_lam, t, event):
    k, lam = np.exp(log_k), np.exp(log_lam)
    log_hazard = np.log(k / lam) + (k - 1) * np.log(t / lam)
    cumulative = (t / lam) ** k
    return -np.sum(event * log_hazard - cumulative)


def cox_partial(beta, X, time, event):
    order = np.argsort(-time)
    eta = (X @ beta)[order]
    risk = np.log(np.cumsum(np.exp(eta)))
    return -np.sum((eta - risk) * event[order])


def dirichlet_multinomial(alpha, counts):
    A = alpha.sum()
    N = counts.sum(axis=1)
    ll = gammaln(A) - gammaln(N + A)
    ll = ll + np.sum(gammaln(counts + alpha) - gammaln(alpha), axis=1)
    return -ll.sum()


def eight_schools(mu, log_tau, theta, y, sigma):
    tau = np.exp(log_tau)
    lp = stats.norm.logpdf(mu, 0, 5)
    lp += stats.cauchy.logpdf(tau, 0, 5) + log_tau
    lp += stats.norm.logpdf(theta, mu, tau).sum()
    lp += stats.norm.logpdf(y, theta, sigma).sum()
    return -lp


def zero_inflated_poisson(logit_pi, log_rate, counts):
    pi = expit(logit_pi)
    rate = np.exp(log_rate)
    zeros = counts == 0
    p0 = pi + (1 - pi) * np.exp(-rate)
    rest = np.log(1 - pi) - rate + counts * log_rate - gammaln(counts + 1)
    return -(np.sum(np.log(p0) * zeros) + np.sum(rest * ~zeros))


def garch(omega, alpha, beta, returns):
    T = len(returns)
    sigma2 = np.zeros(T)
    sigma2[0] = returns.var()
    for t in range(1, T):
        sigma2[t] = omega + alpha * returns[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(2 * np.pi) + np.log(sigma2) + returns**2 / sigma2)


def stochastic_volatility(h, mu, phi_raw, log_sigma, y):
    phi, sigma = np.tanh(phi_raw), np.exp(log_sigma)
    lp = norm.logpdf(h[0], mu, sigma / np.sqrt(1 - phi**2))
    for t in range(1, h.size):
        lp = lp + norm.logpdf(h[t], mu + phi * (h[t - 1] - mu), sigma)
    lp = lp + np.sum(norm.logpdf(y, 0.0, np.exp(h / 2)))
    return -lp


def bradley_terry(skill, winners, losers):
    margin = skill[winners] - skill[losers]
    return np.logaddexp(0, -margin).sum() + 0.1 * (skill**2).sum()


def rasch_2pl(ability, difficulty, log_disc, answers):
    z = np.exp(log_disc)[None, :] * np.subtract.outer(ability, difficulty)
    p = expit(z)
    return -(xlogy(answers, p) + xlogy(1 - answers, 1 - p)).sum()


def hawkes(mu, alpha, delta, events, T_end):
    log_intensity = 0.0
    A = 0.0
    for i in range(len(events)):
        if i > 0:
            A = np.exp(-delta * (events[i] - events[i - 1])) * (1 + A)
        log_intensity = log_intensity + np.log(mu + alpha * A)
    compensator = mu * T_end + alpha / delta * np.sum(1 - np.exp(-delta * (T_end - events)))
    return compensator - log_intensity


def multinomial_logit(B, X, choice):
    U = np.c_[np.zeros(X.shape[0]), X.dot(B)]
    logP = U - logsumexp(U, axis=1)[:, np.newaxis]
    return -logP[np.arange(len(choice)), choice].sum()


def variational_gamma(a, log_b, data):
    """ELBO of a gamma posterior for a Poisson rate with a Gamma(2, 1) prior."""
    b = np.exp(log_b)
    e_rate, e_log = a / b, digamma(a) - np.log(b)
    joint = data.sum() * e_log - len(data) * e_rate + e_log - e_rate
    entropy = a - np.log(b) + gammaln(a) + (1 - a) * digamma(a)
    return -(joint + entropy)


def kl_of_gaussians(m, L, prior_mean, prior_cov):
    d = m.shape[0]
    S = L @ L.T
    inv = np.linalg.inv(prior_cov)
    diff = prior_mean - m
    return 0.5 * (
        np.trace(inv @ S)
        + diff @ inv @ diff
        - d
        + np.linalg.slogdet(prior_cov)[1]
        - np.linalg.slogdet(S)[1]
    )


def censored_tobit(beta, log_s, X, y):
    s = np.exp(log_s)
    mu = X @ beta
    out = np.zeros(len(y))
    seen = y > 0
    out[seen] = norm.logpdf(y[seen], mu[seen], s)
    out[~seen] = norm.logcdf(-mu[~seen] / s)
    return -out.sum()


def von_mises_mixture(mu, kappa, logits, angles):
    w = np.exp(logits) / np.exp(logits).sum()
    dens = 0
    for k in range(len(mu)):
        dens = dens + w[k] * np.exp(kappa[k] * np.cos(angles - mu[k])) / (2 * np.pi * np.i0(kappa[k]))
    return -np.log(dens).sum()


X = np.column_stack([np.ones(8), r.normal(size=(8, 2))]).round(2)
y01 = np.array([0, 1, 1, 0, 1, 0, 0, 1])
counts = np.array([2, 0, 1, 4, 0, 3, 1, 0])
data = r.normal(1.0, 2.0, size=8).round(2)
beta = np.array([0.2, -0.4, 0.6])
EXAMPLES = [
    (gaussian_nll, "mu log_sigma", {"mu": 0.3, "log_sigma": -0.2, "data": data}),
    (
        gaussian_mixture,
        "weights means log_stds",
        {
            "weights": np.array([0.1, -0.3]),
            "means": np.array([-1.0, 2.0]),
            "log_stds": np.array([0.1, -0.2]),
            "x": data,
        },
    ),
    (
        mixture_of_multivariate_normals,
        "params",
        {
            "params": {
                "pi": np.array([0.3, -0.1]),
                "mu": [np.array([0.0, 1.0]), np.array([1.0, -1.0])],
                "L": [np.array([[1.0, 0.0], [0.3, 0.8]]), np.array([[0.7, 0.0], [-0.2, 1.2]])],
            },
            "X": X[:5, 1:],
        },
    ),
    (poisson_regression, "beta", {"beta": beta, "X": X, "counts": counts}),
    (negative_binomial, "r_log p_logit", {"r_log": 0.4, "p_logit": 0.2, "counts": counts}),
    (beta_binomial, "a b", {"a": 1.3, "b": 2.1, "k": counts, "n": 6}),
    (logistic_map, "theta", {"theta": beta, "X": X, "y": y01}),
    (probit, "beta", {"beta": beta, "X": X, "y": y01}),
    (
        ordered_probit,
        "beta cuts",
        {"beta": beta, "cuts": np.array([0.9, -0.4]), "X": X, "y": np.array([0, 1, 2, 0, 2, 1, 1, 0])},
    ),
    (
        student_t_regression,
        "w log_scale log_dof",
        {"w": beta, "log_scale": 0.1, "log_dof": 0.8, "X": X, "y": data},
    ),
    (
        weibull_survival,
        "log_k log_lam",
        {"log_k": 0.3, "log_lam": 0.7, "t": np.abs(data) + 0.1, "event": y01.astype(bool)},
    ),
    (cox_partial, "beta", {"beta": beta[1:], "X": X[:, 1:], "time": np.abs(data), "event": y01}),
    (
        dirichlet_multinomial,
        "alpha",
        {"alpha": np.array([0.7, 1.4, 2.2]), "counts": np.array([[1, 0, 3], [2, 2, 1], [0, 4, 1]])},
    ),
    (
        eight_schools,
        "mu log_tau theta",
        {
            "mu": 1.2,
            "log_tau": 0.4,
            "theta": data[:4],
            "y": np.array([28.0, 8.0, -3.0, 7.0]),
            "sigma": np.array([15.0, 10.0, 16.0, 11.0]),
        },
    ),
    (zero_inflated_poisson, "logit_pi log_rate", {"logit_pi": -0.5, "log_rate": 0.6, "counts": counts}),
    (garch, "omega alpha beta", {"omega": 0.2, "alpha": 0.15, "beta": 0.7, "returns": data - 1}),
    (
        stochastic_volatility,
        "h mu phi_raw log_sigma",
        {"h": 0.1 * data, "mu": -0.2, "phi_raw": 0.9, "log_sigma": -0.4, "y": data[::-1].copy()},
    ),
    (
        bradley_terry,
        "skill",
        {"skill": np.array([0.3, -0.2, 0.5]), "winners": np.array([0, 2, 2]), "losers": np.array([1, 0, 1])},
    ),
    (
        rasch_2pl,
        "ability difficulty log_disc",
        {
            "ability": np.array([0.3, -0.7, 1.1]),
            "difficulty": np.array([0.2, -0.5]),
            "log_disc": np.array([0.1, 0.3]),
            "answers": np.array([[1, 0], [0, 1], [1, 1]]),
        },
    ),
    (
        hawkes,
        "mu alpha delta",
        {"mu": 0.4, "alpha": 0.3, "delta": 0.9, "events": np.array([0.5, 1.1, 1.3, 2.9]), "T_end": 4.0},
    ),
    (
        multinomial_logit,
        "B",
        {"B": r.normal(size=(3, 2)).round(2), "X": X, "choice": np.array([0, 1, 2, 0, 2, 1, 1, 0])},
    ),
    (variational_gamma, "a log_b", {"a": 2.4, "log_b": 0.3, "data": counts}),
    (
        kl_of_gaussians,
        "m L",
        {
            "m": np.array([0.4, -0.3]),
            "L": np.array([[1.1, 0.0], [0.4, 0.7]]),
            "prior_mean": np.zeros(2),
            "prior_cov": np.array([[2.0, 0.3], [0.3, 1.5]]),
        },
    ),
    (censored_tobit, "beta log_s", {"beta": beta, "log_s": 0.2, "X": X, "y": np.maximum(data, 0)}),
    (
        von_mises_mixture,
        "mu kappa logits",
        {
            "mu": np.array([0.3, -1.2]),
            "kappa": np.array([1.4, 0.6]),
            "logits": np.array([0.2, -0.1]),
            "angles": np.array([0.1, 1.0, -2.0, 2.9]),
        },
    ),
]
