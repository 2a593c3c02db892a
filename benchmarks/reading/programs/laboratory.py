"""Laboratories and desks: kernels, filters, waves, structures, survival, ranking, contrast, and what is done with them."""
import numpy as np
import scipy.linalg as sl
import scipy.special as sp
from scipy import stats, signal, ndimage
from scipy.special import logsumexp, gammaln, expit

r = np.random.default_rng(5)


class Kernel:
    def __add__(self, other):
        return Sum(self, other)

    def __mul__(self, other):
        return Product(self, other)


class Sum(Kernel):
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __call__(self, x, y):
        return self.a(x, y) + self.b(x, y)


class Product(Kernel):
    def __init__(self, a, b):
        self.a, self.b = a, b

    def __call__(self, x, y):
        return self.a(x, y) * self.b(x, y)


class RBF(Kernel):
    def __init__(self, ell):
        self.ell = ell

    def __call__(self, x, y):
        d = np.subtract.outer(x, y)
        return np.exp(-0.5 * (d / self.ell) ** 2)


class Periodic(Kernel):
    def __init__(self, period, ell):
        self.period, self.ell = period, ell

    def __call__(self, x, y):
        d = np.abs(np.subtract.outer(x, y))
        return np.exp(-2 * np.sin(np.pi * d / self.period) ** 2 / self.ell**2)


def gp_composed(theta, x, y):
    k = RBF(np.exp(theta[0])) * Periodic(np.exp(theta[1]), 1.0) + RBF(np.exp(theta[2]))
    K = k(x, x) + 0.1 * np.eye(x.size)
    L = sl.cholesky(K, lower=True)
    alpha = sl.cho_solve((L, True), y)
    return 0.5 * y @ alpha + np.log(np.diag(L)).sum() + 0.5 * len(x) * np.log(2 * np.pi)


class Module:
    def parameters(self):
        for v in self.__dict__.values():
            if isinstance(v, Module):
                yield from v.parameters()
            elif isinstance(v, np.ndarray):
                yield v

    def __call__(self, *a):
        return self.forward(*a)


class Linear(Module):
    def __init__(self, w, b=None):
        self.weight = w
        self.bias = b

    def forward(self, x):
        out = x @ self.weight.T
        if self.bias is not None:
            out += self.bias
        return out


class Sequential(Module):
    def __init__(self, *layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class GELU(Module):
    def forward(self, x):
        return 0.5 * x * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (x + 0.044715 * np.power(x, 3))))


def torchlike(w1, b1, w2, x, y):
    net = Sequential(Linear(w1, b1), GELU(), Linear(w2))
    logits = net(x)
    logits = logits - logits.max(-1, keepdims=True)
    lp = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    return -np.take_along_axis(lp, y[:, None], axis=1).mean()


def hmm_lists(log_pi, log_A, mu, obs):
    n = len(log_pi)
    pi = log_pi - logsumexp(log_pi)
    A = log_A - logsumexp(log_A, axis=1, keepdims=True)
    alpha = [pi[k] + stats.norm.logpdf(obs[0], mu[k], 1.0) for k in range(n)]
    for t in range(1, len(obs)):
        new = []
        for j in range(n):
            terms = np.array([alpha[i] + A[i, j] for i in range(n)])
            new.append(logsumexp(terms) + stats.norm.logpdf(obs[t], mu[j], 1.0))
        alpha = new
    return -logsumexp(np.array(alpha))


def kalman_matrix(q, r_, z):
    F = np.matrix([[1.0, 1.0], [0.0, 1.0]])
    H = np.matrix([[1.0, 0.0]])
    x = np.matrix(np.zeros((2, 1)))
    P = np.matrix(np.eye(2))
    ll = 0.0
    for zi in z:
        x = F * x
        P = F * P * F.T + q * np.eye(2)
        S = H * P * H.T + r_
        e = zi - H * x
        K = P * H.T * S.I
        ll += -0.5 * (np.log(2 * np.pi * S[0, 0]) + (e.T * S.I * e)[0, 0])
        x = x + K * e
        P = (np.eye(2) - K * H) * P
    return -ll


def sinkhorn_log(x, y, eps=0.2, iters=15):
    C = ((x[:, None] - y[None]) ** 2).sum(-1)
    n, m = C.shape
    f, g = np.zeros(n), np.zeros(m)
    la, lb = -np.log(n) * np.ones(n), -np.log(m) * np.ones(m)
    for _ in range(iters):
        f = -eps * logsumexp((g[None, :] - C) / eps + lb[None, :], axis=1)
        g = -eps * logsumexp((f[:, None] - C) / eps + la[:, None], axis=0)
    P = np.exp((f[:, None] + g[None, :] - C) / eps + la[:, None] + lb[None, :])
    return np.sum(P * C)


def thin_film(d, n, lam):
    total = 0.0
    for l in lam:
        M = np.eye(2, dtype=complex)
        for dj, nj in zip(d, n):
            delta = 2 * np.pi * nj * dj / l
            M = M @ np.array([[np.cos(delta), 1j * np.sin(delta) / nj], [1j * nj * np.sin(delta), np.cos(delta)]])
        B, C = M @ np.array([1.0, 1.5])
        Y = C / B
        rr = (1 - Y) / (1 + Y)
        total += np.abs(rr) ** 2
    return total


def heston_like(kappa, theta, sigma, u):
    rho, v0, T = -0.5, 0.04, 1.0
    iu = 1j * u
    d = np.sqrt((rho * sigma * iu - kappa) ** 2 + sigma**2 * (iu + u**2))
    g = (kappa - rho * sigma * iu - d) / (kappa - rho * sigma * iu + d)
    C = kappa * theta / sigma**2 * ((kappa - rho * sigma * iu - d) * T - 2 * np.log((1 - g * np.exp(-d * T)) / (1 - g)))
    D = (kappa - rho * sigma * iu - d) / sigma**2 * (1 - np.exp(-d * T)) / (1 - g * np.exp(-d * T))
    phi = np.exp(C + D * v0)
    return np.trapezoid(np.real(np.exp(-iu * 0.1) * phi / iu), u)


def seir_negbin(beta, sigma, gamma, log_k, cases):
    S, E, I, R = 990.0, 5.0, 5.0, 0.0
    N = S + E + I + R
    k = np.exp(log_k)
    nll = 0.0
    for c in cases:
        new_e = beta * S * I / N
        new_i = sigma * E
        new_r = gamma * I
        S, E, I, R = S - new_e, E + new_e - new_i, I + new_i - new_r, R + new_r
        mu = new_i
        nll -= gammaln(c + k) - gammaln(k) - gammaln(c + 1) + k * np.log(k / (k + mu)) + c * np.log(mu / (k + mu))
    return nll


def cox_breslow(beta, X, time, event):
    order = np.argsort(-time)
    eta = X[order] @ beta
    log_risk = np.log(np.cumsum(np.exp(eta)))
    return -np.sum((eta - log_risk) * event[order]) / event.sum()


def weibull_aft(w, log_scale, X, t, d):
    s = np.exp(log_scale)
    z = (np.log(t) - X @ w) / s
    return -np.sum(d * (z - np.exp(z) - np.log(s * t)) + (1 - d) * (-np.exp(z)))


def listnet(w, X, rel):
    scores = np.tanh(X @ w)
    p = sp.softmax(rel)
    return -(p * sp.log_softmax(scores)).sum()


def approx_ndcg(w, X, rel):
    s = X @ w
    diff = (s[None, :] - s[:, None]) / 0.1
    pos = 0.5 + np.sum(expit(diff), axis=1)
    gains = (2.0**rel - 1) / np.log2(1 + pos)
    ideal = ((2.0 ** np.sort(rel)[::-1] - 1) / np.log2(2 + np.arange(len(rel)))).sum()
    return -gains.sum() / ideal


def sliced_wasserstein(x, y, theta):
    proj = theta / np.linalg.norm(theta, axis=0)
    return np.mean((np.sort(x @ proj, axis=0) - np.sort(y @ proj, axis=0)) ** 2)


def multires_stft(x, y):
    total = 0.0
    for n, hop in ((8, 4), (16, 8)):
        w = np.hanning(n)
        fx = np.stack([x[i : i + n] * w for i in range(0, len(x) - n + 1, hop)])
        fy = np.stack([y[i : i + n] * w for i in range(0, len(y) - n + 1, hop)])
        X, Y = np.abs(np.fft.rfft(fx)), np.abs(np.fft.rfft(fy))
        total += np.linalg.norm(Y - X) / np.linalg.norm(Y)
        total += np.mean(np.abs(np.log(X + 1e-3) - np.log(Y + 1e-3)))
    return total


def gat_edges(W, a, H, src, dst, y):
    Z = H @ W
    e = np.where((s := Z[src] @ a[:2] + Z[dst] @ a[2:]) > 0, s, 0.2 * s)
    ex = np.exp(e - e.max())
    den = np.zeros(len(H))
    np.add.at(den, dst, ex)
    att = ex / den[dst]
    out = np.zeros_like(Z)
    np.add.at(out, dst, att[:, None] * Z[src])
    return np.mean((np.tanh(out) - y) ** 2)


def truss_assembly(area, nodes, elems, load):
    ndof = nodes.size
    K = np.zeros((ndof, ndof))
    for e, (i, j) in enumerate(elems):
        d = nodes[j] - nodes[i]
        L = np.sqrt(d @ d)
        c, s = d / L
        k = area[e] / L * np.array([[c * c, c * s], [c * s, s * s]])
        di, dj = slice(2 * i, 2 * i + 2), slice(2 * j, 2 * j + 2)
        K[di, di] += k
        K[dj, dj] += k
        K[di, dj] -= k
        K[dj, di] -= k
    free = np.array([4, 5])
    u = np.linalg.solve(K[np.ix_(free, free)], load[free])
    return load[free] @ u


def vibration(m, k):
    n = len(m)
    K = np.diag(k[:-1] + k[1:]) - np.diag(k[1:-1], 1) - np.diag(k[1:-1], -1)
    lam = sl.eigh(K, np.diag(m), eigvals_only=True)
    return np.sum((np.sqrt(lam) - 1.0) ** 2)


def gray_scott(feed, kill, u0, v0):
    u, v = u0.copy(), v0.copy()
    lap = lambda a: sum(np.roll(a, s, ax) for s in (1, -1) for ax in (0, 1)) - 4 * a
    for _ in range(5):
        uvv = u * v * v
        u = u + 0.16 * lap(u) - uvv + feed * (1 - u)
        v = v + 0.08 * lap(v) + uvv - (feed + kill) * v
    return np.mean(v**2) + np.mean(u)


def fdtd(eps, src):
    ez = np.zeros(12)
    hy = np.zeros(12)
    total = 0.0
    for t in range(len(src)):
        hy[:-1] += 0.5 * (ez[1:] - ez[:-1])
        ez[1:] += 0.5 / eps[1:] * (hy[1:] - hy[:-1])
        ez[3] += src[t]
        total += ez[9] ** 2
    return total


def vorticity_step(w0, nu):
    n = w0.shape[0]
    k = np.fft.fftfreq(n) * n
    kx, ky = np.meshgrid(k, k, indexing="ij")
    k2 = kx**2 + ky**2
    k2[0, 0] = 1.0
    w = w0
    for _ in range(2):
        wh = np.fft.fft2(w)
        psi = wh / k2
        u = np.real(np.fft.ifft2(1j * ky * psi))
        v = -np.real(np.fft.ifft2(1j * kx * psi))
        wx = np.real(np.fft.ifft2(1j * kx * wh))
        wy = np.real(np.fft.ifft2(1j * ky * wh))
        w = w + 0.01 * (-u * wx - v * wy - nu * np.real(np.fft.ifft2(k2 * wh)))
    return np.sum(w**2)


def sdf_march(radius, origin, direction):
    t = 0.0
    for _ in range(20):
        p = origin + t * direction
        d = np.linalg.norm(p) - radius
        t = t + d
        if d < 1e-9:
            break
    p = origin + t * direction
    n = p / np.linalg.norm(p)
    return n @ np.array([0.3, 0.5, -0.2])


def nt_xent(z, tau=0.5):
    z = z / np.linalg.norm(z, axis=1, keepdims=True)
    n = len(z) // 2
    sim = z @ z.T / tau
    np.fill_diagonal(sim, -1e9)
    lab = np.concatenate([np.arange(n) + n, np.arange(n)])
    lse = logsumexp(sim, axis=1)
    return np.mean(lse - sim[np.arange(2 * n), lab])


def vicreg(za, zb):
    inv = np.mean((za - zb) ** 2)
    std = np.sqrt(za.var(axis=0) + 1e-4)
    var = np.mean(np.maximum(0, 1 - std))
    zc = za - za.mean(0)
    cov = zc.T @ zc / (len(za) - 1)
    off = cov - np.diag(np.diag(cov))
    return 25 * inv + 25 * var + (off**2).sum() / za.shape[1]


def hsic(x, y):
    n = len(x)
    H = np.eye(n) - 1.0 / n
    K = np.exp(-np.sum((x[:, None] - x) ** 2, -1))
    L = np.exp(-np.sum((y[:, None] - y) ** 2, -1))
    return np.trace(K @ H @ L @ H) / (n - 1) ** 2


def dihedral(p):
    b0, b1, b2 = p[0] - p[1], p[2] - p[1], p[3] - p[2]
    b1 = b1 / np.linalg.norm(b1)
    v = b0 - np.dot(b0, b1) * b1
    w = b2 - np.dot(b2, b1) * b1
    return np.arctan2(np.dot(np.cross(b1, v), w), np.dot(v, w)) ** 2


def haversine_fit(center, lat, lon, dist):
    la, lo = np.radians(center)
    lat, lon = np.radians(lat), np.radians(lon)
    a = np.sin((lat - la) / 2) ** 2 + np.cos(la) * np.cos(lat) * np.sin((lon - lo) / 2) ** 2
    return np.sum((2 * 6371 * np.arcsin(np.sqrt(a)) - dist) ** 2) / 1e6


def camera_distortion(K, dist, P, uv):
    x, y = P[:, 0] / P[:, 2], P[:, 1] / P[:, 2]
    r2 = x**2 + y**2
    radial = 1 + dist[0] * r2 + dist[1] * r2**2
    xd = x * radial + 2 * dist[2] * x * y
    yd = y * radial + dist[2] * (r2 + 2 * y**2)
    px = np.column_stack([K[0] * xd + K[2], K[1] * yd + K[3]])
    return np.square(px - uv).sum(axis=1).mean()


def lqr_dare(Q, A, B):
    P = sl.solve_discrete_are(A, B, Q @ Q.T, np.eye(1))
    return np.trace(P)


def lyapunov(A):
    P = sl.solve_continuous_lyapunov(A, -np.eye(2))
    return np.trace(P)


def bellman(r_, grid):
    V = np.zeros(len(grid))
    for _ in range(6):
        c = grid[:, None] - 0.5 * grid[None, :]
        u = np.where(c > 0, np.log(np.maximum(c, 1e-8)) * r_, -1e3)
        V = np.max(u + 0.9 * V[None, :], axis=1)
    return V.mean()


def planck_fit(T, scale, lam, flux):
    h, c, kb = 6.626e-34, 2.998e8, 1.381e-23
    B = 2 * h * c**2 / lam**5 / (np.exp(h * c / (lam * kb * T)) - 1)
    return np.sum((scale * B / 1e13 - flux) ** 2)


def causal_decoder(E, Wq, Wk, Wv, Wo, ids):
    x = E[ids]
    T, d = x.shape
    q, k, v = x @ Wq, x @ Wk, x @ Wv
    heads = 2
    q, k, v = (a.reshape(T, heads, d // heads).transpose(1, 0, 2) for a in (q, k, v))
    att = q @ k.swapaxes(-1, -2) / np.sqrt(d // heads)
    mask = np.triu(np.full((T, T), -np.inf), k=1)
    att = sp.softmax(att + mask, axis=-1)
    out = (att @ v).transpose(1, 0, 2).reshape(T, d) @ Wo
    logits = out @ E.T
    return -sp.log_softmax(logits[:-1], axis=-1)[np.arange(T - 1), ids[1:]].mean()


def distillation(w, X, teacher, y, T=3.0, alpha=0.7):
    s = X @ w
    soft = np.sum(sp.softmax(teacher / T, axis=1) * (sp.log_softmax(teacher / T, axis=1) - sp.log_softmax(s / T, axis=1)), axis=1).mean() * T**2
    hard = -np.mean(sp.log_softmax(s, axis=1)[range(len(y)), y])
    return alpha * soft + (1 - alpha) * hard


def iwae(mu, logvar, W, eps, x):
    z = mu + np.exp(0.5 * logvar) * eps
    logp = stats.norm.logpdf(z).sum(-1) + stats.norm.logpdf(x, z @ W, 1.0).sum(-1)
    logq = stats.norm.logpdf(z, mu, np.exp(0.5 * logvar)).sum(-1)
    return -np.mean(logsumexp(logp - logq, axis=0) - np.log(eps.shape[0]))


def savgol_edges(x, y):
    s = signal.savgol_filter(x, 5, 2)
    return np.mean((s - y) ** 2)


def unwrap_phase(a, t):
    ph = np.unwrap(np.angle(np.exp(1j * (a[0] * t + a[1] * t**2))))
    return np.sum(np.diff(ph) ** 2)


def cvar(w, R, q=0.8):
    losses = -R @ w
    k = int(np.ceil((1 - q) * len(losses)))
    return np.mean(np.partition(losses, -k)[-k:])


def longstaff(S0, Z):
    S = S0 * np.exp(np.cumsum(0.2 * Z - 0.02, axis=1))
    K = 1.0
    cash = np.maximum(K - S[:, -1], 0)
    for t in range(S.shape[1] - 2, -1, -1):
        cash = cash * 0.99
        A = np.vander(S[:, t], 3)
        coef, *_ = np.linalg.lstsq(A, cash, rcond=None)
        cont = A @ coef
        ex = np.maximum(K - S[:, t], 0)
        cash = np.where(ex > cont, ex, cash)
    return cash.mean()


def bilateral(img, target, sig):
    out = np.zeros_like(img)
    H, W = img.shape
    for i in range(H):
        for j in range(W):
            i0, i1 = max(i - 1, 0), min(i + 2, H)
            j0, j1 = max(j - 1, 0), min(j + 2, W)
            patch = img[i0:i1, j0:j1]
            w = np.exp(-((patch - img[i, j]) ** 2) / (2 * sig**2))
            out[i, j] = (w * patch).sum() / w.sum()
    return ((out - target) ** 2).mean()


def unsharp(img, amount):
    blur = ndimage.gaussian_filter(img, 1.0)
    sharp = img + amount * (img - blur)
    return np.abs(np.gradient(np.clip(sharp, 0, 1))[0]).sum()


def gromov_like(T, C1, C2):
    P = np.exp(T)
    P /= P.sum()
    return np.einsum("ik,jl,ijkl->", P, P, (C1[:, :, None, None] - C2[None, None]) ** 2)


G = r.normal
EXAMPLES = [
    (gp_composed, "theta", {"theta": np.array([0.1, 0.4, 0.3]), "x": np.linspace(0, 3, 6), "y": np.sin(np.linspace(0, 3, 6))}),
    (torchlike, "w1 b1 w2", {"w1": G(size=(4, 3)), "b1": G(size=4), "w2": G(size=(3, 4)), "x": G(size=(5, 3)), "y": np.array([0, 2, 1, 1, 0])}),
    (hmm_lists, "log_pi log_A mu", {"log_pi": G(size=2), "log_A": G(size=(2, 2)), "mu": np.array([-1.0, 1.2]), "obs": G(size=4)}),
    (kalman_matrix, "q r_", {"q": 0.1, "r_": 0.5, "z": np.array([0.9, 2.1, 2.8, 4.2])}),
    (sinkhorn_log, "x", {"x": G(size=(4, 2)), "y": G(size=(3, 2))}),
    (thin_film, "d n", {"d": np.array([0.1, 0.15]), "n": np.array([1.4, 2.1]), "lam": np.array([0.5, 0.6])}),
    (heston_like, "kappa theta sigma", {"kappa": 1.5, "theta": 0.05, "sigma": 0.4, "u": np.linspace(0.1, 20, 30)}),
    (seir_negbin, "beta sigma gamma log_k", {"beta": 0.6, "sigma": 0.3, "gamma": 0.2, "log_k": 1.0, "cases": np.array([2.0, 3.0, 2.0, 4.0])}),
    (cox_breslow, "beta", {"beta": G(size=2), "X": G(size=(6, 2)), "time": r.uniform(1, 5, 6), "event": np.array([1.0, 0, 1, 1, 0, 1])}),
    (weibull_aft, "w log_scale", {"w": G(size=2), "log_scale": 0.2, "X": G(size=(6, 2)), "t": r.uniform(1, 5, 6), "d": np.array([1.0, 0, 1, 1, 0, 1])}),
    (listnet, "w", {"w": G(size=3), "X": G(size=(5, 3)), "rel": np.array([2.0, 0, 1, 3, 0])}),
    (approx_ndcg, "w", {"w": G(size=3) * 0.1, "X": G(size=(5, 3)), "rel": np.array([2.0, 0, 1, 3, 0])}),
    (sliced_wasserstein, "x theta", {"x": G(size=(5, 2)), "y": G(size=(5, 2)), "theta": G(size=(2, 3))}),
    (multires_stft, "x", {"x": G(size=32), "y": G(size=32)}),
    (gat_edges, "W a", {"W": G(size=(3, 2)), "a": G(size=4), "H": G(size=(4, 3)), "src": np.array([0, 1, 2, 3, 0]), "dst": np.array([1, 0, 3, 2, 2]), "y": G(size=(4, 2))}),
    (truss_assembly, "area nodes", {"area": np.array([1.0, 1.2, 0.8]), "nodes": np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 1.5]]), "elems": [(0, 2), (1, 2), (0, 1)], "load": np.array([0.0, 0, 0, 0, 1.0, -2.0])}),
    (vibration, "m k", {"m": np.array([1.0, 1.3, 0.8]), "k": np.array([2.0, 1.0, 1.5, 1.1])}),
    (gray_scott, "feed kill u0", {"feed": 0.04, "kill": 0.06, "u0": r.uniform(0.5, 1, (4, 4)), "v0": r.uniform(0, 0.3, (4, 4))}),
    (fdtd, "eps src", {"eps": r.uniform(1, 2, 12), "src": G(size=8)}),
    (vorticity_step, "w0 nu", {"w0": G(size=(4, 4)), "nu": 0.1}),
    (sdf_march, "radius origin", {"radius": 1.0, "origin": np.array([0.1, 0.2, -3.0]), "direction": np.array([0.0, 0.0, 1.0])}),
    (nt_xent, "z", {"z": G(size=(6, 3))}),
    (vicreg, "za zb", {"za": G(size=(5, 3)) * 0.5, "zb": G(size=(5, 3))}),
    (hsic, "x y", {"x": G(size=(4, 2)), "y": G(size=(4, 2))}),
    (dihedral, "p", {"p": G(size=(4, 3))}),
    (haversine_fit, "center", {"center": np.array([48.0, 11.0]), "lat": np.array([48.2, 47.5, 49.0]), "lon": np.array([11.5, 10.5, 12.0]), "dist": np.array([40.0, 60.0, 130.0])}),
    (camera_distortion, "K dist", {"K": np.array([500.0, 510, 320, 240]) / 100, "dist": np.array([0.1, -0.05, 0.01]), "P": G(size=(5, 3)) + [0, 0, 5.0], "uv": G(size=(5, 2))}),
    (lqr_dare, "Q", {"Q": np.eye(2) + 0.1, "A": np.array([[1.0, 0.1], [0.0, 1.0]]), "B": np.array([[0.0], [0.1]])}),
    (lyapunov, "A", {"A": np.array([[-1.0, 0.3], [0.2, -2.0]])}),
    (bellman, "r_ grid", {"r_": 1.3, "grid": np.linspace(1.0, 2.0, 5)}),
    (planck_fit, "T scale", {"T": 5000.0, "scale": 1.1, "lam": np.linspace(4e-7, 9e-7, 5), "flux": np.array([1.0, 1.5, 1.4, 1.2, 1.0])}),
    (causal_decoder, "E Wq Wk Wv Wo", {"E": G(size=(5, 4)), "Wq": G(size=(4, 4)), "Wk": G(size=(4, 4)), "Wv": G(size=(4, 4)), "Wo": G(size=(4, 4)), "ids": np.array([0, 3, 2, 4])}),
    (distillation, "w", {"w": G(size=(3, 4)), "X": G(size=(5, 3)), "teacher": G(size=(5, 4)), "y": np.array([0, 1, 3, 2, 1])}),
    (iwae, "mu logvar W", {"mu": G(size=(3, 2)), "logvar": G(size=(3, 2)), "W": G(size=(2, 4)), "eps": G(size=(5, 3, 2)), "x": G(size=(3, 4))}),
    (savgol_edges, "x", {"x": G(size=9), "y": G(size=9)}),
    (unwrap_phase, "a", {"a": np.array([1.2, 0.7]), "t": np.linspace(0, 4, 8)}),
    (cvar, "w", {"w": np.array([0.2, 0.3, 0.5]), "R": G(size=(12, 3))}),
    (longstaff, "S0", {"S0": 1.0, "Z": G(size=(8, 4))}),
    (bilateral, "img sig", {"img": r.uniform(0, 1, (3, 4)), "target": r.uniform(0, 1, (3, 4)), "sig": 0.5}),
    (unsharp, "img amount", {"img": r.uniform(0.3, 0.7, (5, 5)), "amount": 0.3}),
    (gromov_like, "T", {"T": G(size=(3, 3)), "C1": G(size=(3, 3)), "C2": G(size=(3, 3))}),
]
