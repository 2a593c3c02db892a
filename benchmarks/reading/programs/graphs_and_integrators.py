"""Margins, bandits, graphs, integrators, audio, markets: what people write as small formulas and steps in time."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass

import numpy as np
from numpy import dot, eye, zeros
from numpy.linalg import inv
from scipy import linalg

r = np.random.default_rng(12)


def svm_kernel_dual(alpha, X, y, C=1.0, gamma=0.5):
    sq = np.sum(X**2, 1).reshape(-1, 1) + np.sum(X**2, 1) - 2 * np.dot(X, X.T)
    K = np.exp(-gamma * sq)
    a = C / (1 + np.exp(-alpha))
    return 0.5 * np.sum(np.outer(a * y, a * y) * K) - np.sum(a)


def multiclass_hinge(W, X, y):
    scores = X.dot(W)
    correct = scores[range(len(y)), y].reshape(-1, 1)
    margins = np.maximum(0, scores - correct + 1)
    margins[np.arange(len(y)), y] = 0
    return margins.sum() / len(y) + 0.1 * np.sum(W * W)


def oja_pca(W, X):
    W, _ = np.linalg.qr(W)
    Y = X @ W
    return -np.trace(np.cov(Y.T)) + np.linalg.norm(X - Y @ W.T) ** 2 / len(X)


def bandit_policy(theta, arms, rewards, baseline=0.5):
    counts = defaultdict(int)
    loss = 0.0
    for a, reward in zip(arms, rewards):
        counts[int(a)] += 1
        p = np.exp(theta - np.max(theta))
        p = p / p.sum()
        loss -= (reward - baseline) * np.log(p[int(a)]) / math.sqrt(counts[int(a)])
    return loss


def gae_returns(values, rewards, lam=0.9, gamma=0.95):
    adv = np.zeros_like(rewards)
    last = 0
    for t in reversed(range(len(rewards))):
        nxt = values[t + 1] if t + 1 < len(values) else 0
        delta = rewards[t] + gamma * nxt - values[t]
        adv[t] = last = delta + gamma * lam * last
    return np.mean((adv - adv.mean()) ** 2 / (adv.std() + 1e-8))


def pagerank_fit(w, edges, target, n=4):
    A = np.zeros((n, n))
    for (i, j), v in zip(edges, np.exp(w)):
        A[j, i] += v
    A = A / (A.sum(axis=0, keepdims=True) + 1e-9)
    p = np.full(n, 1 / n)
    for _ in range(8):
        p = 0.85 * A @ p + 0.15 / n
    return np.abs(p - target).sum()


def soft_shortest_path(costs, edges, n=5, beta=3.0):
    dist = {0: 0.0}
    for node in range(1, n):
        incoming = [dist[i] + costs[k] for k, (i, j) in enumerate(edges) if j == node]
        m = min(incoming)
        dist[node] = m - np.log(sum(np.exp(-beta * (c - m)) for c in incoming)) / beta
    return dist[n - 1] ** 2


def graph_laplacian_labels(w, pos, labels):
    n = len(pos)
    W = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            W[i, j] = W[j, i] = np.exp(-np.sum(w**2 * (pos[i] - pos[j]) ** 2))
    D = np.diag(W.sum(axis=0))
    Luu = (D - W)[3:, 3:]
    f = np.linalg.solve(Luu + 1e-3 * np.eye(n - 3), W[3:, :3] @ labels)
    return -np.sum(f * np.log(f) + (1 - f) * np.log(1 - f))


def rk45_step(k, y0, t=0.4):
    def f(y):
        return np.array([y[1], -k[0] * y[0] - k[1] * y[1] + k[2] * y[0] ** 3])

    c = [[], [1 / 4], [3 / 32, 9 / 32], [1932 / 2197, -7200 / 2197, 7296 / 2197]]
    ks = []
    for row in c:
        y = y0 + t * sum((a * kk for a, kk in zip(row, ks)), np.zeros(2))
        ks.append(f(y))
    return np.dot(y0 + t * (25 / 216 * ks[0] + 1408 / 2565 * ks[2] + 2197 / 4104 * ks[3]), [1.0, -0.5])


def backward_euler(k, y0, n=4, dt=0.1):
    y = y0.copy()
    for _ in range(n):
        z = y.copy()
        for _ in range(5):
            F = z - y - dt * np.array([-k[0] * z[0] + z[1], k[1] * (1 - z[0] ** 2) * z[1]])
            J = np.eye(2) - dt * np.array([[-k[0], 1.0], [-2 * k[1] * z[0] * z[1], k[1] * (1 - z[0] ** 2)]])
            z = z - np.linalg.solve(J, F)
        y = z
    return np.sum(y**2)


def symplectic_nbody(masses, pos, vel, dt=0.02):
    pos, vel = pos.copy(), vel.copy()

    def acceleration(p):
        a = np.zeros_like(p)
        for i in range(len(masses)):
            for j in range(len(masses)):
                if i == j:
                    continue
                d = p[j] - p[i]
                a[i] += masses[j] * d / (d @ d + 0.1) ** 1.5
        return a

    a = acceleration(pos)
    for _ in range(3):
        vel += 0.5 * dt * a
        pos += dt * vel
        a = acceleration(pos)
        vel += 0.5 * dt * a
    return 0.5 * np.sum(masses[:, None] * vel**2) + np.linalg.norm(pos[0] - pos[1])


def heat_crank_nicolson(kappa, u0, n=5, dx=0.2, dt=0.05):
    m = len(u0)
    main, off = np.ones(m), np.ones(m - 1)
    lap = np.diag(-2 * main) + np.diag(off, 1) + np.diag(off, -1)
    a = np.exp(kappa) * dt / (2 * dx**2)
    left, right = np.eye(m) - a * lap, np.eye(m) + a * lap
    u = u0
    for _ in range(n):
        u = linalg.solve(left, right.dot(u))
    return u.dot(u)


def cloth_springs(x, rest, k=3.0):
    energy = 0.0
    rows, cols, _ = x.shape
    for i in range(rows):
        for j in range(cols):
            for di, dj in ((0, 1), (1, 0), (1, 1)):
                if i + di < rows and j + dj < cols:
                    l = np.linalg.norm(x[i + di, j + dj] - x[i, j])
                    energy += 0.5 * k * (l - rest * math.hypot(di, dj)) ** 2
    return energy


def biquad_audio(b, a, x):
    y = np.zeros(len(x))
    for n in range(len(x)):
        y[n] = b[0] * x[n]
        if n >= 1:
            y[n] += b[1] * x[n - 1] - a[0] * y[n - 1]
        if n >= 2:
            y[n] += b[2] * x[n - 2] - a[1] * y[n - 2]
    return 10 * np.log10(np.mean(y**2))


def compressor_audio(threshold, ratio, x):
    level = 20 * np.log10(np.abs(x) + 1e-6)
    over = np.maximum(level - threshold, 0)
    gain = np.zeros_like(x)
    env = 0.0
    for n, target in enumerate(-over * (1 - 1 / ratio)):
        coeff = 0.6 if target < env else 0.2
        env = coeff * target + (1 - coeff) * env
        gain[n] = 10 ** (env / 20)
    return np.std(x * gain)


def mel_loss(freqs, signal, target):
    window = np.hanning(8)
    frames = np.array([signal[i : i + 8] * window for i in range(0, len(signal) - 8 + 1, 4)])
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    bins = np.arange(power.shape[1])
    bank = np.exp(-0.5 * (bins[:, None] - freqs[None, :]) ** 2)
    logmel = np.log(power @ bank + 1e-6)
    return np.mean(np.abs(logmel - target))


def rolling_sharpe(w, prices, window=3):
    ret = np.diff(np.log(prices), axis=0)
    port = (ret * (np.abs(w) / np.abs(w).sum())).sum(axis=1)
    out = []
    for i in range(window, len(port) + 1):
        chunk = port[i - window : i]
        out.append(chunk.mean() / (chunk.std(ddof=1) + 1e-9))
    return -np.nanmean(out)


def garch_likelihood(omega, alpha, beta, e):
    h = np.var(e)
    ll = 0.0
    for x in e:
        ll += -0.5 * (np.log(2 * np.pi * h) + x * x / h)
        h = np.exp(omega) + alpha * x**2 + beta * h
    return -ll / e.size


def glm_irls_deviance(beta, X, y, offset):
    eta = np.column_stack((np.ones(len(X)), X)) @ beta + offset
    mu = np.exp(np.clip(eta, -10, 10))
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(y > 0, y * np.log(y / mu), 0.0)
    return 2 * np.sum(part - (y - mu))


def ewma_forecast(alpha, series):
    a = 1 / (1 + np.exp(-alpha))
    level = series[0]
    errors = []
    for value in series[1:]:
        errors.append(value - level)
        level = a * value + (1 - a) * level
    errors = np.asarray(errors)
    return np.sqrt(np.mean(np.square(errors)))


def mlp_getattr_layers(params, x, y):
    class Layer:
        def __init__(self, **kw):
            for k, v in kw.items():
                setattr(self, k, v)

        def __call__(self, h):
            return getattr(np, self.act)(h @ self.W + self.b)

    net = [Layer(W=W, b=b, act=act) for (W, b), act in zip(params, ("tanh", "sin", "arctan"))]
    h = x
    for layer in net:
        h = layer(h)
    return np.square(h - y).mean()


EXAMPLES = [
    (svm_kernel_dual, "alpha", {"alpha": r.normal(size=5), "X": r.normal(size=(5, 2)), "y": np.array([1.0, -1, 1, -1, 1])}),
    (multiclass_hinge, "W", {"W": r.normal(size=(3, 4)), "X": r.normal(size=(5, 3)), "y": np.array([0, 1, 2, 3, 1])}),
    (oja_pca, "W", {"W": r.normal(size=(4, 2)), "X": r.normal(size=(7, 4))}),
    (bandit_policy, "theta", {"theta": r.normal(size=3), "arms": np.array([0, 2, 1, 0, 2]), "rewards": r.uniform(size=5)}),
    (gae_returns, "values rewards", {"values": r.normal(size=5), "rewards": r.normal(size=5)}),
    (pagerank_fit, "w", {"w": r.normal(size=6), "edges": [(0, 1), (1, 2), (2, 3), (3, 0), (0, 2), (1, 3)], "target": np.array([0.1, 0.2, 0.3, 0.4])}),
    (soft_shortest_path, "costs", {"costs": r.uniform(size=7) + 0.5, "edges": [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4)]}),
    (graph_laplacian_labels, "w", {"w": np.array([0.5, 0.8]), "pos": r.normal(size=(6, 2)), "labels": np.array([0.0, 1.0, 1.0])}),
    (rk45_step, "k y0", {"k": np.array([1.0, 0.2, 0.3]), "y0": np.array([0.5, -0.3])}),
    (backward_euler, "k y0", {"k": np.array([1.0, 0.7]), "y0": np.array([0.5, -0.3])}),
    (symplectic_nbody, "masses pos vel", {"masses": np.array([1.0, 2.0, 0.5]), "pos": r.normal(size=(3, 2)), "vel": r.normal(size=(3, 2))}),
    (heat_crank_nicolson, "kappa u0", {"kappa": -1.0, "u0": r.normal(size=5)}),
    (cloth_springs, "x", {"x": r.normal(size=(3, 3, 3)), "rest": 0.8}),
    (biquad_audio, "b a", {"b": np.array([0.5, 0.3, 0.1]), "a": np.array([-0.4, 0.2]), "x": r.normal(size=9)}),
    (compressor_audio, "threshold ratio", {"threshold": -12.0, "ratio": 3.0, "x": r.normal(size=8)}),
    (mel_loss, "freqs signal", {"freqs": np.array([0.7, 1.9, 3.2]), "signal": r.normal(size=20), "target": r.normal(size=(4, 3))}),
    (rolling_sharpe, "w", {"w": r.normal(size=3), "prices": np.exp(np.cumsum(0.1 * r.normal(size=(7, 3)), axis=0))}),
    (garch_likelihood, "omega alpha beta", {"omega": -2.0, "alpha": 0.2, "beta": 0.7, "e": r.normal(size=7)}),
    (glm_irls_deviance, "beta", {"beta": r.normal(size=3), "X": r.normal(size=(6, 2)), "y": np.array([0.0, 1, 2, 3, 0, 1]), "offset": r.normal(size=6)}),
    (ewma_forecast, "alpha", {"alpha": 0.3, "series": r.normal(size=7)}),
    (mlp_getattr_layers, "params", {"params": [(r.normal(size=(3, 4)), r.normal(size=4)), (r.normal(size=(4, 4)), r.normal(size=4)), (r.normal(size=(4, 1)), r.normal(size=1))], "x": r.normal(size=(5, 3)), "y": r.normal(size=(5, 1))}),
]
