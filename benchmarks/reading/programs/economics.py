"""Economics and finance: choices, portfolios, options, life cycles."""

import math

import numpy as np
from scipy.stats import norm

r = np.random.default_rng(7)


def ces_production(A, share, rho, K, L, Y):
    output = A * (share * K**rho + (1 - share) * L**rho) ** (1 / rho)
    return np.mean((np.log(output) - np.log(Y)) ** 2)


def cobb_douglas_nlls(theta, inputs, output):
    fitted = np.exp(theta[0]) * np.prod(inputs ** theta[1:], axis=1)
    return ((output - fitted) ** 2).sum()


def markowitz(w, returns, risk_aversion=3.0):
    mu = returns.mean(axis=0)
    sigma = np.cov(returns, rowvar=False)
    w = np.exp(w) / np.exp(w).sum()
    return -(w.dot(mu) - risk_aversion / 2 * w.dot(sigma).dot(w))


def sharpe_ratio(w, returns, rf=0.01):
    w = w / np.sum(np.abs(w))
    excess = returns @ w - rf
    return -math.sqrt(252) * excess.mean() / excess.std(ddof=1)


def risk_parity(w, cov):
    w = np.abs(w) / np.abs(w).sum()
    vol = np.sqrt(w.T @ cov @ w)
    contribution = w * (cov @ w) / vol
    return np.sum((contribution - vol / len(w)) ** 2) * 100


def max_drawdown(w, returns):
    wealth = np.cumprod(1 + returns @ w)
    peak = np.maximum.accumulate(wealth)
    return np.max((peak - wealth) / peak)


def value_at_risk(w, scenarios, level=0.25):
    losses = -(scenarios @ w)
    var = np.quantile(losses, 1 - level)
    return var + np.mean(np.maximum(losses - var, 0)) / level


def black_scholes(S, K, T, rate, sigma):
    d1 = (np.log(S / K) + (rate + 0.5 * sigma**2) * T) / (sigma * np.sqrt(T))
    d2 = d1 - sigma * np.sqrt(T)
    call = S * norm.cdf(d1) - K * np.exp(-rate * T) * norm.cdf(d2)
    return np.sum(call)


def implied_volatility_smile(a, b, c, strikes, prices, S=100.0, T=0.5):
    sigma = a + b * (strikes / S - 1) + c * (strikes / S - 1) ** 2
    d1 = (np.log(S / strikes) + 0.5 * sigma**2 * T) / (sigma * math.sqrt(T))
    model = S * norm.cdf(d1) - strikes * norm.cdf(d1 - sigma * math.sqrt(T))
    return np.mean((model - prices) ** 2)


def binomial_tree(S, sigma, K=100.0, rate=0.03, T=1.0, n=4):
    dt = T / n
    u = np.exp(sigma * np.sqrt(dt))
    d = 1 / u
    p = (np.exp(rate * dt) - d) / (u - d)
    value = np.maximum(K - S * u ** np.arange(n, -1, -1) * d ** np.arange(0, n + 1), 0)
    for i in range(n - 1, -1, -1):
        value = np.exp(-rate * dt) * (p * value[:-1] + (1 - p) * value[1:])
        spot = S * u ** np.arange(i, -1, -1) * d ** np.arange(0, i + 1)
        value = np.maximum(value, K - spot)
    return value[0]


def asian_option_monte_carlo(S0, sigma, rate=0.02, K=100.0, n=6):
    np.random.seed(42)
    Z = np.random.standard_normal((n, 4))
    dt = 0.25
    paths = S0 * np.exp(np.cumsum((rate - 0.5 * sigma**2) * dt + sigma * np.sqrt(dt) * Z, axis=1))
    payoff = np.maximum(paths.mean(axis=1) - K, 0)
    return np.exp(-rate) * payoff.mean()


def nelson_siegel(beta, tau, maturities, yields):
    x = maturities / tau
    slope = (1 - np.exp(-x)) / x
    curve = beta[0] + beta[1] * slope + beta[2] * (slope - np.exp(-x))
    return np.sum((curve - yields) ** 2)


def vasicek(kappa, theta, sigma, rates, dt=0.5):
    mean = rates[:-1] * np.exp(-kappa * dt) + theta * (1 - np.exp(-kappa * dt))
    var = sigma**2 * (1 - np.exp(-2 * kappa * dt)) / (2 * kappa)
    return 0.5 * np.sum(np.log(2 * np.pi * var) + (rates[1:] - mean) ** 2 / var)


def consumption_savings(c, income, rate=0.03, beta=0.96, gamma=2.0):
    utility, wealth = 0.0, 1.0
    for t in range(len(c)):
        utility = utility + beta**t * c[t] ** (1 - gamma) / (1 - gamma)
        wealth = (1 + rate) * (wealth + income[t] - c[t])
    return -utility + 10 * np.minimum(wealth, 0) ** 2


def euler_residuals(coef, k_grid, alpha=0.3, beta=0.95, delta=0.1):
    """Neoclassical growth, the policy a Chebyshev polynomial."""
    x = 2 * (k_grid - k_grid[0]) / (k_grid[-1] - k_grid[0]) - 1
    T = [np.ones_like(x), x]
    for _ in range(len(coef) - 2):
        T.append(2 * x * T[-1] - T[-2])
    c = np.exp(sum(a * t for a, t in zip(coef, T)))
    k_next = k_grid**alpha + (1 - delta) * k_grid - c
    x_next = 2 * (k_next - k_grid[0]) / (k_grid[-1] - k_grid[0]) - 1
    c_next = np.exp(np.polynomial.chebyshev.chebval(x_next, coef))
    return np.mean((1 - beta * c / c_next * (alpha * k_next ** (alpha - 1) + 1 - delta)) ** 2)


def logit_market_shares(alpha, beta, prices, quality, shares):
    delta = beta * quality - alpha * prices
    s = np.exp(delta) / (1 + np.exp(delta).sum())
    return np.sum((np.log(s) - np.log(shares)) ** 2)


def random_coefficients(mean, spread, X, y, draws):
    V = np.einsum("njk,rk->njr", X, mean + spread * draws)
    V -= V.max(axis=1, keepdims=True)
    P = np.exp(V) / np.exp(V).sum(axis=1, keepdims=True)
    sim = P[np.arange(len(y)), y, :].mean(axis=1)
    return -np.log(sim).sum()


def net_present_value(rate, cash):
    npv = sum(c / (1 + rate) ** t for t, c in enumerate(cash))
    return npv**2


def solow_path(savings, growth, capital, observed, alpha=0.33, delta=0.05):
    path = np.empty(len(observed))
    path[0] = capital
    for t in range(1, len(path)):
        path[t] = (savings * path[t - 1] ** alpha + (1 - delta) * path[t - 1]) / (1 + growth)
    return np.linalg.norm(path - observed)


def income_tax(rates, income, brackets=(0.0, 10.0, 40.0), revenue=12.0):
    tax = 0
    for i, lower in enumerate(brackets):
        upper = brackets[i + 1] if i + 1 < len(brackets) else np.inf
        tax = tax + rates[i] * np.clip(income - lower, 0, upper - lower)
    return (tax.sum() - revenue) ** 2


def leontief(A, demand, prices):
    x = np.linalg.inv(np.eye(len(A)) - A) @ demand
    return prices @ x


def holt_winters(alpha, beta, series):
    level, trend = series[0], series[1] - series[0]
    errors = []
    for y in series[1:]:
        errors.append(y - (level + trend))
        last = level
        level = alpha * y + (1 - alpha) * (level + trend)
        trend = beta * (level - last) + (1 - beta) * trend
    return np.mean(np.square(errors))


def auction_bids(mu, log_sigma, bids, bidders):
    values = bids * (bidders - 1) / (bidders - 2)
    z = (np.log(values) - mu) / np.exp(log_sigma)
    log_density = norm.logpdf(z) - np.log(values) - log_sigma
    return -np.sum(log_density + (bidders - 1) * norm.logcdf(z))


rets = (0.02 + 0.05 * r.normal(size=(6, 3))).round(3)
EXAMPLES = [
    (
        ces_production,
        "A share rho",
        {"A": 1.2, "share": 0.4, "rho": 0.5, "K": np.array([1.0, 2.0, 3.0]), "L": np.array([2.0, 1.0, 2.5]), "Y": np.array([1.7, 1.6, 3.0])},
    ),
    (
        cobb_douglas_nlls,
        "theta",
        {"theta": np.array([0.1, 0.4, 0.5]), "inputs": np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 2.5]]), "output": np.array([1.7, 1.6, 3.0])},
    ),
    (markowitz, "w", {"w": np.array([0.2, -0.1, 0.4]), "returns": rets}),
    (sharpe_ratio, "w", {"w": np.array([0.5, -0.1, 0.6]), "returns": rets}),
    (risk_parity, "w", {"w": np.array([0.5, 0.2, 0.3]), "cov": np.array([[0.04, 0.01, 0], [0.01, 0.09, 0.02], [0, 0.02, 0.01]])}),
    (max_drawdown, "w", {"w": np.array([0.5, 0.2, 0.3]), "returns": rets - 0.02}),
    (value_at_risk, "w", {"w": np.array([0.5, 0.2, 0.3]), "scenarios": rets}),
    (
        black_scholes,
        "S sigma",
        {"S": 100.0, "sigma": 0.2, "K": np.array([90.0, 100.0, 110.0]), "T": 0.5, "rate": 0.02},
    ),
    (
        implied_volatility_smile,
        "a b c",
        {"a": 0.2, "b": -0.1, "c": 0.3, "strikes": np.array([90.0, 100.0, 110.0]), "prices": np.array([12.0, 5.5, 2.0])},
    ),
    (binomial_tree, "S sigma", {"S": 97.0, "sigma": 0.25}),
    (asian_option_monte_carlo, "S0 sigma", {"S0": 102.0, "sigma": 0.3}),
    (
        nelson_siegel,
        "beta tau",
        {"beta": np.array([0.04, -0.02, 0.01]), "tau": 1.8, "maturities": np.array([0.5, 2.0, 10.0]), "yields": np.array([0.02, 0.03, 0.04])},
    ),
    (
        vasicek,
        "kappa theta sigma",
        {"kappa": 0.6, "theta": 0.04, "sigma": 0.02, "rates": np.array([0.03, 0.035, 0.041, 0.038])},
    ),
    (consumption_savings, "c", {"c": np.array([1.1, 1.3, 0.9]), "income": np.array([1.0, 1.0, 0.0])}),
    (euler_residuals, "coef", {"coef": np.array([0.2, 0.15, -0.02]), "k_grid": np.linspace(1.5, 4.5, 5)}),
    (
        logit_market_shares,
        "alpha beta",
        {"alpha": 0.7, "beta": 1.1, "prices": np.array([1.0, 1.5, 2.0]), "quality": np.array([0.5, 1.2, 1.9]), "shares": np.array([0.2, 0.25, 0.3])},
    ),
    (
        random_coefficients,
        "mean spread",
        {
            "mean": np.array([0.4, -0.6]),
            "spread": np.array([0.5, 0.3]),
            "X": r.normal(size=(3, 3, 2)).round(2),
            "y": np.array([0, 2, 1]),
            "draws": r.normal(size=(4, 2)).round(2),
        },
    ),
    (net_present_value, "rate", {"rate": 0.08, "cash": [-100.0, 30.0, 50.0, 60.0]}),
    (
        solow_path,
        "savings growth capital",
        {"savings": 0.25, "growth": 0.02, "capital": 1.5, "observed": np.array([1.6, 1.65, 1.72, 1.8])},
    ),
    (income_tax, "rates", {"rates": np.array([0.1, 0.2, 0.35]), "income": np.array([5.0, 25.0, 60.0])}),
    (
        leontief,
        "A demand",
        {"A": np.array([[0.2, 0.1], [0.3, 0.25]]), "demand": np.array([10.0, 20.0]), "prices": np.array([1.0, 1.3])},
    ),
    (holt_winters, "alpha beta", {"alpha": 0.4, "beta": 0.2, "series": np.array([3.0, 4.1, 4.8, 6.2, 6.9])}),
    (auction_bids, "mu log_sigma", {"mu": 0.4, "log_sigma": -0.5, "bids": np.array([1.1, 1.6, 0.9]), "bidders": 4}),
]
