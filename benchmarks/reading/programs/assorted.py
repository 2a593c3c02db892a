"""Assorted styles: records, recursion, closures, loops that end by themselves, circuits, images, markets, orbits."""
import functools
import itertools
import math
from collections import defaultdict, namedtuple
from dataclasses import dataclass

import numpy as np
import scipy.special
from scipy import interpolate, linalg, signal, stats

r = np.random.default_rng(11)
G = r.normal


@dataclass
class Params:
    W: np.ndarray
    b: np.ndarray
    scale: float = 1.0

    def apply(self, x):
        return np.tanh(x @ self.W + self.b) * self.scale


def dataclass_net(W, b, x, y):
    p = Params(W, b)
    return np.mean((p.apply(x) - y) ** 2)


def tree_rnn(W, U, leaves):
    tree = ((0, 1), (2, (3, 0)))

    def encode(node):
        if isinstance(node, int):
            return leaves[node]
        left, right = map(encode, node)
        return np.tanh(W @ left + U @ right)

    return np.sum(encode(tree) ** 2)


def compose(thetas, x):
    f = functools.reduce(lambda acc, t: lambda z: np.sin(t * acc(z)) + z, thetas, lambda z: z)
    return np.sum(f(x))


def ngram_counts(logits, text):
    pairs = defaultdict(float)
    for a, b in zip(text, text[1:]):
        pairs[a, b] += 1
    lp = logits - scipy.special.logsumexp(logits, axis=1, keepdims=True)
    return -sum(c * lp[a, b] for (a, b), c in sorted(pairs.items()))


def backtracking(x0):
    f = lambda x: np.sum((x - 1) ** 2) + 0.1 * np.sum(np.cos(3 * x))
    g = lambda x: 2 * (x - 1) - 0.3 * np.sin(3 * x)
    x = x0
    for _ in range(3):
        d, t = -g(x), 1.0
        while f(x + t * d) > f(x) + 0.3 * t * g(x) @ d:
            t *= 0.5
        x = x + t * d
    return f(x)


def newton_sqrt(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def kepler_newton(e, M):
    E = M.copy()
    for _ in range(8):
        E = E - (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
    nu = 2 * np.arctan2(np.sqrt(1 + e) * np.sin(E / 2), np.sqrt(1 - e) * np.cos(E / 2))
    return np.sum(np.cos(nu))


def spline_track(ctrl, t, obs):
    cs = interpolate.CubicSpline(np.arange(len(ctrl)), ctrl, bc_type="natural")
    curvature = cs(t, 2)
    return np.mean((cs(t) - obs) ** 2) + 1e-2 * np.mean(curvature**2)


def lut_gamma(table, img):
    grid = np.linspace(0, 1, len(table))
    return np.mean((np.interp(img.ravel(), grid, table).reshape(img.shape) - img**2.2) ** 2)


def colour_matrix(M, rgb, lab):
    lin = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = lin @ M.T
    f = np.where(xyz > 0.008856, np.cbrt(np.abs(xyz)), 7.787 * xyz + 16 / 116)
    L = 116 * f[..., 1] - 16
    a = 500 * (f[..., 0] - f[..., 1])
    b = 200 * (f[..., 1] - f[..., 2])
    return np.mean((np.stack([L, a, b], -1) - lab) ** 2) / 1e3


def zernike(c, rho, phi):
    modes = [np.ones_like(rho), rho * np.cos(phi), rho * np.sin(phi), 2 * rho**2 - 1]
    w = sum(ci * m for ci, m in zip(c, modes))
    field_ = np.exp(1j * w)
    return -np.abs(field_.mean()) ** 2


def gaussian_beam(z, lenses):
    q = 1j * 1.5
    for f, d in lenses:
        q = q + d * z
        q = q / (1 - q / f)
    return np.abs(q) + np.imag(q)


def quantum_circuit(angles):
    I = np.eye(2)
    X = np.array([[0, 1], [1, 0]], dtype=complex)
    Z = np.diag([1.0, -1.0]).astype(complex)
    state = np.zeros(4, dtype=complex)
    state[0] = 1
    cnot = np.eye(4, dtype=complex)[[0, 1, 3, 2]]
    for k in range(0, len(angles), 2):
        u = np.cos(angles[k] / 2) * I - 1j * np.sin(angles[k] / 2) * X
        v = np.cos(angles[k + 1] / 2) * I - 1j * np.sin(angles[k + 1] / 2) * Z
        state = cnot @ (np.kron(u, v) @ state)
    return np.real(np.vdot(state, np.kron(Z, Z) @ state))


def viterbi_margin(emit, trans, path):
    T, K = emit.shape
    delta = emit[0]
    back = np.zeros((T, K), dtype=int)
    for t in range(1, T):
        scores = delta[:, None] + trans
        back[t] = np.argmax(scores, axis=0)
        delta = np.max(scores, axis=0) + emit[t]
    gold = emit[np.arange(T), path].sum() + trans[path[:-1], path[1:]].sum()
    return np.max(delta) - gold


def edit_distance_soft(sub, a, b, gap):
    n, m = len(a), len(b)
    D = np.zeros((n + 1, m + 1))
    D[:, 0] = gap * np.arange(n + 1)
    D[0, :] = gap * np.arange(m + 1)
    for i, j in itertools.product(range(1, n + 1), range(1, m + 1)):
        c = np.array([D[i - 1, j - 1] + sub[a[i - 1], b[j - 1]], D[i - 1, j] + gap, D[i, j - 1] + gap])
        D[i, j] = -0.1 * np.log(np.sum(np.exp(-c / 0.1)))
    return D[-1, -1]


def pagerank(w, adj):
    A = adj * np.exp(w)
    P = A / A.sum(axis=1, keepdims=True)
    pr = np.full(len(adj), 1 / len(adj))
    for _ in range(10):
        pr = 0.15 / len(adj) + 0.85 * pr @ P
    return -np.log(pr[2])


def elo(ratings, games):
    total = 0
    for i, j, s in games:
        p = 1 / (1 + 10 ** ((ratings[j] - ratings[i]) / 400))
        total -= s * np.log(p) + (1 - s) * np.log1p(-p)
    return total


def bond_pricing(rates, cash, times, price):
    zero = np.interp(times, np.arange(len(rates)) + 1.0, rates)
    df = (1 + zero) ** -times
    return (np.dot(cash, df) - price) ** 2


def garch_students(omega, alpha, beta, nu, ret):
    h = np.empty_like(ret)
    h[0] = ret.var()
    for t in range(1, ret.size):
        h[t] = omega + alpha * ret[t - 1] ** 2 + beta * h[t - 1]
    return -np.sum(stats.t.logpdf(ret / np.sqrt(h), nu) - 0.5 * np.log(h))


def nelson_smooth(raw_level, trend, y):
    a = 1 / (1 + np.exp(-raw_level))
    b = 1 / (1 + np.exp(-trend))
    l, t, sse = y[0], y[1] - y[0], 0.0
    for v in y[2:]:
        err = v - (l + t)
        sse += err**2
        l, t = l + t + a * err, t + a * b * err
    return sse


def pk_two_compartment(lk, dose, times, conc):
    k10, k12, k21, V = np.exp(lk)
    A = np.array([[-(k10 + k12), k21], [k12, -k21]])
    pred = np.array([(linalg.expm(A * t) @ np.array([dose, 0.0]))[0] / V for t in times])
    return np.sum((np.log(pred) - np.log(conc)) ** 2)


def mri_t2(params, te, sig):
    s0, t2, off = params
    return np.sum((np.hypot(s0 * np.exp(-te / t2), off) - sig) ** 2)


def radon_like(img, angles, sino):
    n = img.shape[0]
    yy, xx = np.mgrid[:n, :n] - (n - 1) / 2
    total = 0.0
    for k, th in enumerate(angles):
        s = xx * np.cos(th) + yy * np.sin(th)
        for j in range(n):
            w = np.maximum(0, 1 - np.abs(s - (j - (n - 1) / 2)))
            total = total + ((w * img).sum() - sino[k, j]) ** 2
    return total


def harris(img, k=0.05):
    gx = signal.convolve2d(img, np.array([[-1.0, 0, 1]]), mode="same")
    gy = signal.convolve2d(img, np.array([[-1.0], [0], [1]]), mode="same")
    box = np.ones((3, 3))
    a, b, c = (signal.convolve2d(m, box, mode="same") for m in (gx * gx, gy * gy, gx * gy))
    return np.sum(a * b - c**2 - k * (a + b) ** 2)


def lucas_kanade(p, I, J):
    H, W = I.shape
    y, x = np.meshgrid(np.arange(1, H - 1), np.arange(1, W - 1), indexing="ij")
    xs, ys = x + p[0], y + p[1]
    x0, y0 = np.floor(xs).astype(int), np.floor(ys).astype(int)
    fx, fy = xs - x0, ys - y0
    warped = (1 - fx) * (1 - fy) * J[y0, x0] + fx * (1 - fy) * J[y0, x0 + 1] + (1 - fx) * fy * J[y0 + 1, x0] + fx * fy * J[y0 + 1, x0 + 1]
    return np.mean((warped - I[1:-1, 1:-1]) ** 2)


def euler_rotation(angles, pts, target):
    a, b, c = angles
    Rx = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    Ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    Rz = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.linalg.norm((Rz @ Ry @ Rx @ pts.T).T - target, axis=1).sum()


def mass_spring_chain(k, x0, v0):
    x, v = x0.copy(), v0.copy()
    for _ in range(10):
        ext = np.diff(x) - 1.0
        f = np.zeros_like(x)
        f[:-1] += k * ext
        f[1:] -= k * ext
        v += 0.05 * f
        x += 0.05 * v
    return x[-1] ** 2 + v[0] ** 2


def percolation_mean_field(p, deg):
    u = 0.5
    for _ in range(12):
        u = 1 - p + p * sum(d * deg[d] * u ** (d - 1) for d in range(1, len(deg))) / sum(d * q for d, q in enumerate(deg))
    return 1 - sum(q * u**d for d, q in enumerate(deg))


def rc_filter(params, f, gain):
    R, C = np.exp(params)
    H = 1 / (1 + 2j * np.pi * f * R * C)
    return np.sum((20 * np.log10(np.abs(H)) - gain) ** 2)


def match_layers(x, W, kinds):
    for w, kind in zip(W, kinds):
        z = x @ w
        match kind:
            case "relu":
                x = np.clip(z, 0, None)
            case "gelu":
                x = 0.5 * z * (1 + scipy.special.erf(z / math.sqrt(2)))
            case _:
                x = z
    return (x**2).mean()


Cfg = namedtuple("Cfg", "heads drop")


def namedtuple_cfg(Wq, Wk, x):
    cfg = Cfg(heads=2, drop=0.0)
    q, k = np.split(np.concatenate([x @ Wq, x @ Wk], axis=-1), 2, axis=-1)
    n, d = q.shape
    q, k = (np.moveaxis(t.reshape(n, cfg.heads, -1), 1, 0) for t in (q, k))
    att = np.einsum("hid,hjd->hij", q, k) / math.sqrt(d // cfg.heads)
    p = np.exp(att - att.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return -(p * np.log(p)).sum(-1).mean()


def running_stats(x, w):
    mean, m2 = 0.0, 0.0
    for n, v in enumerate(x * w, start=1):
        delta = v - mean
        mean += delta / n
        m2 += delta * (v - mean)
    return m2 / (len(x) - 1) + mean


def masked_mse(pred, y):
    mask = ~np.isnan(y)
    return np.mean((pred[mask] - y[mask]) ** 2)


def sparse_coding(D, x):
    a = np.zeros(D.shape[1])
    L = np.linalg.norm(D, 2) ** 2
    for _ in range(5):
        z = a + D.T @ (x - D @ a) / L
        a = np.sign(z) * np.maximum(np.abs(z) - 0.05 / L, 0)
    return 0.5 * np.sum((x - D @ a) ** 2) + 0.05 * np.abs(a).sum()


def nested_lists(layers, x):
    for block in layers:
        h = x
        for W in block:
            h = np.maximum(h @ W, 0.1 * (h @ W))
        x = x + h
    return np.sum(x**2)


def gumbel_softmax(logits, noise, codebook):
    g = -np.log(-np.log(noise))
    y = scipy.special.softmax((logits + g) / 0.7, axis=-1)
    return np.sum((y @ codebook) ** 2)


def histogram_match(x, bins, target):
    w = np.exp(-0.5 * ((x[:, None] - bins) / 0.2) ** 2)
    h = w.sum(0) / w.sum()
    return np.sum(np.cumsum(h - target) ** 2)


U = r.uniform
EXAMPLES = [
    (dataclass_net, "W b", {"W": G(size=(3, 2)), "b": G(size=2), "x": G(size=(4, 3)), "y": G(size=(4, 2))}),
    (tree_rnn, "W U leaves", {"W": G(size=(3, 3)), "U": G(size=(3, 3)), "leaves": G(size=(4, 3))}),
    (compose, "thetas x", {"thetas": np.array([0.5, 1.2, 0.8]), "x": G(size=3)}),
    (ngram_counts, "logits", {"logits": G(size=(3, 3)), "text": [0, 1, 2, 1, 0, 0, 2]}),
    (backtracking, "x0", {"x0": G(size=3)}),
    (newton_sqrt, "a", {"a": 2.7}),
    (kepler_newton, "e M", {"e": 0.3, "M": np.linspace(0.1, 3, 5)}),
    (spline_track, "ctrl", {"ctrl": G(size=5), "t": np.linspace(0.2, 3.8, 9), "obs": G(size=9)}),
    (lut_gamma, "table", {"table": np.linspace(0, 1, 6) ** 2, "img": U(0, 1, (4, 4))}),
    (colour_matrix, "M", {"M": np.eye(3) + 0.1 * U(0, 1, (3, 3)), "rgb": U(0.1, 1, (5, 3)), "lab": G(size=(5, 3)) * 10 + 40}),
    (zernike, "c", {"c": G(size=4) * 0.3, "rho": U(0, 1, 10), "phi": U(0, 6, 10)}),
    (gaussian_beam, "z", {"z": 1.1, "lenses": [(2.0, 0.5), (1.5, 0.8)]}),
    (quantum_circuit, "angles", {"angles": G(size=4)}),
    (viterbi_margin, "emit trans", {"emit": G(size=(4, 3)), "trans": G(size=(3, 3)), "path": np.array([0, 1, 1, 2])}),
    (edit_distance_soft, "sub gap", {"sub": U(0.2, 1, (3, 3)), "a": [0, 1, 2], "b": [0, 2, 2, 1], "gap": 0.6}),
    (pagerank, "w", {"w": G(size=(4, 4)), "adj": np.array([[0, 1, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 0.0]])}),
    (elo, "ratings", {"ratings": np.array([1500.0, 1550, 1600]), "games": [(0, 1, 1.0), (1, 2, 0.0), (2, 0, 0.5)]}),
    (bond_pricing, "rates", {"rates": np.array([0.02, 0.025, 0.03, 0.032]), "cash": np.array([3.0, 3, 3, 103]), "times": np.array([1.0, 1.5, 2.5, 3.7]), "price": 100.0}),
    (garch_students, "omega alpha beta nu", {"omega": 0.05, "alpha": 0.1, "beta": 0.8, "nu": 6.0, "ret": G(size=8)}),
    (nelson_smooth, "raw_level trend", {"raw_level": 0.1, "trend": -0.5, "y": np.cumsum(G(size=8))}),
    (pk_two_compartment, "lk", {"lk": np.log([0.3, 0.2, 0.1, 5.0]), "dose": 100.0, "times": np.array([0.5, 1.0, 3.0]), "conc": np.array([15.0, 11.0, 5.0])}),
    (mri_t2, "params", {"params": np.array([100.0, 50.0, 3.0]), "te": np.array([10.0, 30, 60, 100]), "sig": np.array([80.0, 55, 31, 15])}),
    (radon_like, "img", {"img": U(0, 1, (4, 4)), "angles": np.array([0.1, 0.9]), "sino": U(0, 2, (2, 4))}),
    (harris, "img", {"img": U(0, 1, (5, 5))}),
    (lucas_kanade, "p J", {"p": np.array([0.3, -0.2]), "I": U(0, 1, (5, 6)), "J": U(0, 1, (5, 6))}),
    (euler_rotation, "angles", {"angles": np.array([0.1, -0.4, 0.7]), "pts": G(size=(4, 3)), "target": G(size=(4, 3))}),
    (mass_spring_chain, "k x0", {"k": np.array([1.0, 2.0, 1.5]), "x0": np.array([0.0, 1.1, 2.0, 3.2]), "v0": np.zeros(4)}),
    (percolation_mean_field, "p", {"p": 0.8, "deg": [0.1, 0.3, 0.4, 0.2]}),
    (rc_filter, "params", {"params": np.log([1000.0, 1e-6]), "f": np.array([10.0, 100, 1000]), "gain": np.array([0.0, -1, -16])}),
    (match_layers, "x W", {"x": G(size=(2, 3)), "W": [G(size=(3, 3)), G(size=(3, 2)), G(size=(2, 2))], "kinds": ["relu", "gelu", "none"]}),
    (namedtuple_cfg, "Wq Wk", {"Wq": G(size=(4, 4)), "Wk": G(size=(4, 4)), "x": G(size=(3, 4))}),
    (running_stats, "x w", {"x": G(size=5), "w": 1.3}),
    (masked_mse, "pred", {"pred": G(size=5), "y": np.array([1.0, np.nan, 0.5, np.nan, 2.0])}),
    (sparse_coding, "D x", {"D": G(size=(4, 3)), "x": G(size=4)}),
    (nested_lists, "layers", {"layers": [[G(size=(3, 2)), G(size=(2, 3))], [G(size=(3, 3))]], "x": G(size=(2, 3))}),
    (gumbel_softmax, "logits codebook", {"logits": G(size=(3, 4)), "noise": U(0.1, 0.9, (3, 4)), "codebook": G(size=(4, 2))}),
    (histogram_match, "x", {"x": U(0, 1, 6), "bins": np.linspace(0, 1, 5), "target": np.full(5, 0.2)}),
]
