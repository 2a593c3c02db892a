"""Filters, control, rays, energies, flows: what people write as small classes and long loops."""

import math
from collections import defaultdict, deque
from dataclasses import dataclass

import numpy as np
from numpy import dot, eye, zeros
from numpy.linalg import inv
from scipy import linalg

r = np.random.default_rng(11)


class Filter:
    """A linear Kalman filter that keeps everything in itself."""

    def __init__(self, dim_x, dim_z):
        self.x = zeros((dim_x, 1))
        self.P = eye(dim_x)
        self.F = eye(dim_x)
        self.Q = eye(dim_x)
        self.H = zeros((dim_z, dim_x))
        self.R = eye(dim_z)
        self._I = eye(dim_x)
        self.log_likelihood = 0.0

    def predict(self):
        self.x = dot(self.F, self.x)
        self.P = dot(dot(self.F, self.P), self.F.T) + self.Q

    def update(self, z):
        if z is None:
            return
        y = np.reshape(z, (self.H.shape[0], 1)) - dot(self.H, self.x)
        PHT = dot(self.P, self.H.T)
        S = dot(self.H, PHT) + self.R
        K = dot(PHT, inv(S))
        self.x = self.x + dot(K, y)
        I_KH = self._I - dot(K, self.H)
        self.P = dot(dot(I_KH, self.P), I_KH.T) + dot(dot(K, self.R), K.T)
        quad = (y.T @ inv(S) @ y).item()
        self.log_likelihood += -0.5 * (
            quad + np.log(np.linalg.det(S)) + len(y) * math.log(2 * math.pi)
        )


def kalman_class(log_q, log_r, measurements, dt=0.5):
    f = Filter(2, 1)
    f.F = np.array([[1.0, dt], [0.0, 1.0]])
    f.H[0, 0] = 1.0
    f.Q = np.exp(log_q) * np.array([[dt**4 / 4, dt**3 / 2], [dt**3 / 2, dt**2]])
    f.R *= np.exp(log_r)
    f.P *= 10.0
    for i, z in enumerate(measurements):
        f.predict()
        f.update(z if i % 3 else None)
    return -f.log_likelihood


def kalman_preallocated(mu, phi, log_sv, log_se, observations):
    n = len(observations)
    pred, var = np.zeros(n + 1), np.zeros(n + 1)
    filt, fvar = np.zeros(n + 1), np.empty(n + 1)
    fvar[0] = 1.0
    log_like = 0.0
    for i in range(1, n + 1):
        pred[i] = mu + phi * filt[i - 1]
        var[i] = phi**2 * fvar[i - 1] + np.exp(log_sv)
        gain = var[i] / (var[i] + np.exp(log_se))
        error = observations[i - 1] - pred[i]
        filt[i] = pred[i] + gain * error
        fvar[i] = (1 - gain) * var[i]
        total = var[i] + math.exp(log_se)
        log_like -= 0.5 * (math.log(2 * math.pi * total) + error**2 / total)
    return -log_like


def information_filter(w, H, z):
    Y, y = np.identity(3) * 0.5, np.zeros((3, 1))
    for k in range(len(z)):
        h = H[[k], :] * w
        Y += h.T.dot(h)
        y += h.T * z[k]
    try:
        L = np.linalg.cholesky(Y)
    except np.linalg.LinAlgError:
        L = np.linalg.cholesky(Y + 1e-6 * np.eye(3))
    x = linalg.solve_triangular(L.T, linalg.solve_triangular(L, y, lower=True))
    return float(np.sum(x**2)) + 2 * np.log(np.diag(L)).sum()


def rts_smoother(a, q, ys):
    ms, ps = [], []
    m, p = 0.0, 1.0
    for y in ys:
        mp, pp = a * m, a * a * p + q**2
        k = pp / (pp + 0.3)
        m, p = mp + k * (y - mp), (1 - k) * pp
        ms.append(m)
        ps.append(p)
    smooth = [ms[-1]]
    for m, p in zip(ms[-2::-1], ps[-2::-1]):
        g = p * a / (a * a * p + q**2)
        smooth.insert(0, m + g * (smooth[0] - a * m))
    return sum((s - y) ** 2 for s, y in zip(smooth, ys))


def pendulum_rollout(u, theta0, dt=0.05):
    g, l, m, b = 9.81, 1.0, 1.0, 0.1
    state = np.array([theta0, 0.0])
    cost = 0
    for t in range(u.shape[0]):
        th, thdot = state
        torque = 2.0 * np.tanh(u[t] / 2.0)
        acc = (torque - b * thdot - m * g * l * np.sin(th)) / (m * l**2)
        state = state + dt * np.array([thdot, acc])
        state[0] = ((state[0] + np.pi) % (2 * np.pi)) - np.pi
        cost += state[0] ** 2 + 0.1 * state[1] ** 2 + 0.001 * u[t] ** 2
    return cost


def riccati_recursion(K, A, B, Q, R, horizon=6):
    P = Q.copy()
    for _ in range(horizon)[::-1]:
        closed = A - B @ K
        P = Q + K.T @ R @ K + closed.T @ P @ closed
    return np.trace(P)


def ilqr_backward(xs, us, A, B):
    Vx, Vxx = xs[-1] * 2, 2 * np.eye(2)
    gains = deque()
    for x, u in zip(reversed(xs[:-1]), reversed(us)):
        Qx = 2 * x + A.T @ Vx
        Qu = 0.2 * u + B.T @ Vx
        Qxx, Quu, Qux = 2 * np.eye(2) + A.T @ Vxx @ A, 0.2 * np.eye(1) + B.T @ Vxx @ B, B.T @ Vxx @ A
        k, K = -np.linalg.solve(Quu, Qu), -np.linalg.solve(Quu, Qux)
        gains.appendleft((k, K))
        Vx = Qx - K.T @ Quu @ k
        Vxx = Qxx - K.T @ Quu @ K
    return sum(float(k @ k) + np.sum(K * K) for k, K in gains)


class Vec3:
    """Three coordinates with operators, as small ray tracers have them."""

    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __add__(self, other):
        return Vec3(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vec3(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, s):
        return Vec3(self.x * s, self.y * s, self.z * s)

    __rmul__ = __mul__

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def __abs__(self):
        return np.sqrt(self.dot(self))

    @property
    def unit(self):
        n = abs(self)
        return self * (1.0 / np.where(n == 0, 1, n))


def sphere_image(center, radius, pixels, target):
    shades = []
    light = Vec3(5.0, 5.0, -10.0)
    c = Vec3(*center)
    for px, py in pixels:
        d = Vec3(px, py, 1.0).unit
        oc = Vec3(0.0, 0.0, 0.0) - c
        b = 2 * d.dot(oc)
        disc = b**2 - 4 * (oc.dot(oc) - radius**2)
        if disc > 0 and (t := (-b - np.sqrt(disc)) / 2) > 0:
            hit = d * t
            normal = (hit - c) * (1 / radius)
            shades.append(max(normal.dot((light - hit).unit), 0.0))
        else:
            shades.append(0.05)
    return np.mean((np.array(shades) - target) ** 2)


@dataclass
class Sphere:
    """Where it is, how large, what it shines."""

    center: np.ndarray
    radius: float
    color: np.ndarray

    def intersect(self, o, d):
        l = self.center - o
        tca = np.einsum("ij,j->i", d, l)
        d2 = l @ l - tca**2
        thc = np.sqrt(np.clip(self.radius**2 - d2, 0, None))
        hit = (d2 < self.radius**2) & (tca > thc)
        return hit, np.where(hit, tca - thc, 1e6)


def two_spheres(centers, color, rays):
    scene = [Sphere(c, 0.9 + 0.3 * i, color * (i + 1)) for i, c in enumerate(centers)]
    d = rays / np.linalg.norm(rays, axis=1, keepdims=True)
    depth = np.stack([s.intersect(np.zeros(3), d)[1] for s in scene])
    nearest = depth.argmin(axis=0)
    out = np.zeros((len(rays), 3))
    for k, s in enumerate(scene):
        hit, t = s.intersect(np.zeros(3), d)
        mine = hit & (nearest == k)
        n = (t[:, None] * d - s.center)[mine] / s.radius
        out[mine] = np.maximum(n @ np.array([0.3, 0.8, -0.5]), 0)[:, None] * s.color
    return (out**2).mean()


def rbm_free_energy(W, hbias, vbias, v, v_model):
    def free_energy(v):
        wx = v @ W + hbias
        return -v @ vbias - np.log1p(np.exp(wx)).sum(1)

    return np.mean(free_energy(v)) - np.mean(free_energy(v_model))


def hopfield_energy(W, s):
    W = 0.5 * (W + W.T)
    np.fill_diagonal(W, 0)
    return -0.5 * sum(p @ W @ p for p in s) / len(s)


def ising_pseudolikelihood(J, h, spins):
    J = np.triu(J, 1)
    J = J + J.T
    field = spins @ J + h
    return np.logaddexp(0, -2 * spins * field).sum(axis=1).mean()


def score_matching(W, b, x):
    a = x @ W + b
    s = 1 / (1 + np.exp(-a))
    score = s @ W.T - x
    trace = (s * (1 - s)) @ (W**2).sum(0) - x.shape[1]
    return np.mean(0.5 * (score**2).sum(1) + trace)


def planar_flow(params, z):
    log_det = np.zeros(len(z))
    for w, u, b in params:
        wu = w @ u
        u_hat = u + (np.log1p(np.exp(wu)) - 1 - wu) * w / (w @ w)
        a = np.tanh(z @ w + b)
        psi = (1 - a**2)[:, np.newaxis] * w
        log_det += np.log(np.abs(1 + psi @ u_hat) + 1e-8)
        z = z + a[:, np.newaxis] * u_hat
    return np.mean(0.5 * (z**2).sum(1) - log_det)


def coupling_flow(theta, x, n_layers=3):
    logdet, half = 0, x.shape[1] // 2
    z = x.copy()
    for i in range(n_layers):
        sl = (slice(None, half), slice(half, None))[:: (-1) ** i]
        a, b = z[:, sl[0]], z[:, sl[1]]
        h = np.tanh(a @ theta[f"W{i}"] + theta[f"b{i}"])
        s, t = np.split(h, 2, axis=-1)
        z = np.empty_like(z)
        z[:, sl[0]] = a
        z[:, sl[1]] = b * np.exp(s) + t
        logdet = logdet + s.sum(axis=-1)
    return -np.mean(-0.5 * np.sum(z * z, -1) - half * np.log(2 * np.pi) + logdet)


def rational_spline(w, h, d, x):
    widths = np.exp(w) / np.exp(w).sum()
    heights = np.exp(h) / np.exp(h).sum()
    slopes = np.log1p(np.exp(d))
    xk = np.concatenate(([0.0], np.cumsum(widths)))
    yk = np.insert(np.cumsum(heights), 0, 0.0)
    i = np.searchsorted(xk, x, side="right") - 1
    i = np.clip(i, 0, len(widths) - 1)
    xi = (x - xk[i]) / widths[i]
    s = heights[i] / widths[i]
    num = heights[i] * (s * xi**2 + slopes[i] * xi * (1 - xi))
    den = s + (slopes[i + 1] + slopes[i] - 2 * s) * xi * (1 - xi)
    return np.sum((yk[i] + num / den - x**2) ** 2)


def natural_cubic_spline(y, xs, knots):
    n = len(knots) - 1
    hh = np.diff(knots)
    A = np.zeros((n + 1, n + 1))
    rhs = np.zeros(n + 1)
    A[0, 0] = A[n, n] = 1
    for i in range(1, n):
        A[i, i - 1 : i + 2] = hh[i - 1], 2 * (hh[i - 1] + hh[i]), hh[i]
        rhs[i] = 3 * ((y[i + 1] - y[i]) / hh[i] - (y[i] - y[i - 1]) / hh[i - 1])
    c = np.linalg.solve(A, rhs)
    total = 0
    for x in xs:
        j = min(int(np.searchsorted(knots, x)) - 1, n - 1)
        t = x - knots[j]
        b = (y[j + 1] - y[j]) / hh[j] - hh[j] * (2 * c[j] + c[j + 1]) / 3
        dd = (c[j + 1] - c[j]) / (3 * hh[j])
        total += (y[j] + b * t + c[j] * t**2 + dd * t**3) ** 2
    return total


def baum_welch_objective(logits, start, means, obs):
    T = np.exp(logits - logits.max(axis=1)[:, None])
    T /= T.sum(axis=1)[:, None]
    pi = np.exp(start) / np.sum(np.exp(start))
    emit = np.exp(-0.5 * (obs[:, None] - means) ** 2) / np.sqrt(2 * np.pi)
    alpha = np.zeros((len(obs), len(pi)))
    scale = np.zeros(len(obs))
    alpha[0] = pi * emit[0]
    scale[0] = alpha[0].sum()
    alpha[0] /= scale[0]
    for t in range(1, len(obs)):
        for j in range(len(pi)):
            alpha[t, j] = alpha[t - 1].dot(T[:, j]) * emit[t, j]
        scale[t] = np.sum(alpha[t])
        alpha[t] /= scale[t]
    return -np.log(scale).sum()


def viterbi_score(trans, emis, obs):
    v = emis[:, obs[0]]
    back = []
    for o in obs[1:]:
        scores = v[:, None] + trans + emis[:, o]
        back.append(np.argmax(scores, 0))
        v = np.max(scores, 0)
    path = [int(np.argmax(v))]
    for b in back[::-1]:
        path.append(int(b[path[-1]]))
    return v[path[0]] + 0.1 * len(set(path))


def em_step_gmm(mu, log_sd, mix, x):
    pi = np.exp(mix) / np.exp(mix).sum()
    dens = np.array([p * np.exp(-0.5 * ((x - m) / np.exp(s)) ** 2) / np.exp(s) for p, m, s in zip(pi, mu, log_sd)])
    resp = dens / dens.sum(axis=0)
    nk = resp.sum(axis=1)
    new_mu = (resp @ x) / nk
    new_var = np.array([np.average((x - m) ** 2, weights=w) for m, w in zip(new_mu, resp)])
    return np.sum(new_mu**2) + np.log(new_var).sum()


EXAMPLES = [
    (kalman_class, "log_q log_r", {"log_q": -1.0, "log_r": -0.5, "measurements": r.normal(size=7)}),
    (kalman_preallocated, "mu phi log_sv log_se", {"mu": 0.1, "phi": 0.8, "log_sv": -1.0, "log_se": -0.3, "observations": r.normal(size=6)}),
    (information_filter, "w z", {"w": r.normal(size=3), "H": r.normal(size=(5, 3)), "z": r.normal(size=5)}),
    (rts_smoother, "a q", {"a": 0.9, "q": 0.5, "ys": r.normal(size=6)}),
    (pendulum_rollout, "u theta0", {"u": r.normal(size=6), "theta0": 2.5}),
    (riccati_recursion, "K", {"K": r.normal(size=(1, 2)) * 0.1, "A": np.array([[1.0, 0.1], [0.0, 1.0]]), "B": np.array([[0.0], [0.1]]), "Q": np.eye(2), "R": np.eye(1)}),
    (ilqr_backward, "xs us", {"xs": r.normal(size=(5, 2)), "us": r.normal(size=(4, 1)), "A": np.array([[1.0, 0.1], [0.0, 1.0]]), "B": np.array([[0.0], [0.1]])}),
    (sphere_image, "center radius", {"center": np.array([0.2, 0.1, 4.0]), "radius": 1.5, "pixels": r.normal(size=(6, 2)) * 0.3, "target": r.uniform(size=6)}),
    (two_spheres, "centers color", {"centers": np.array([[0.3, 0.1, 4.0], [-0.8, -0.2, 5.0]]), "color": np.array([0.3, 0.5, 0.7]), "rays": np.c_[r.normal(size=(12, 2)) * 0.15, np.ones(12)]}),
    (rbm_free_energy, "W hbias vbias", {"W": r.normal(size=(4, 3)), "hbias": r.normal(size=3), "vbias": r.normal(size=4), "v": (r.uniform(size=(5, 4)) > 0.5) * 1.0, "v_model": (r.uniform(size=(5, 4)) > 0.5) * 1.0}),
    (hopfield_energy, "W", {"W": r.normal(size=(4, 4)), "s": np.sign(r.normal(size=(3, 4)))}),
    (ising_pseudolikelihood, "J h", {"J": r.normal(size=(4, 4)), "h": r.normal(size=4), "spins": np.sign(r.normal(size=(6, 4)))}),
    (score_matching, "W b", {"W": r.normal(size=(3, 4)), "b": r.normal(size=4), "x": r.normal(size=(5, 3))}),
    (planar_flow, "params", {"params": [(r.normal(size=2), r.normal(size=2), 0.3), (r.normal(size=2), r.normal(size=2), -0.2)], "z": r.normal(size=(5, 2))}),
    (coupling_flow, "theta", {"theta": {**{f"W{i}": r.normal(size=(2, 4)) for i in range(3)}, **{f"b{i}": r.normal(size=4) for i in range(3)}}, "x": r.normal(size=(5, 4))}),
    (rational_spline, "w h d", {"w": r.normal(size=4), "h": r.normal(size=4), "d": r.normal(size=5), "x": r.uniform(size=6)}),
    (natural_cubic_spline, "y", {"y": r.normal(size=5), "xs": np.array([0.3, 1.2, 2.7, 3.9]), "knots": np.arange(5.0)}),
    (baum_welch_objective, "logits start means", {"logits": r.normal(size=(3, 3)), "start": r.normal(size=3), "means": r.normal(size=3), "obs": r.normal(size=6)}),
    (viterbi_score, "trans emis", {"trans": r.normal(size=(3, 3)), "emis": r.normal(size=(3, 4)), "obs": np.array([0, 2, 3, 1])}),
    (em_step_gmm, "mu log_sd mix", {"mu": np.array([-1.0, 1.0]), "log_sd": np.array([0.1, -0.2]), "mix": np.zeros(2), "x": r.normal(size=8)}),
]
