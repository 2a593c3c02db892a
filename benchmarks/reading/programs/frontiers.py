"""Thirty more programs: quantum chemistry and control, orbits, neurons, antennas, speech, ranking, segmentation, robots."""

import math
from dataclasses import dataclass, field

import numpy as np
import scipy.linalg as la
from scipy import ndimage
from scipy.fftpack import dct
from scipy.signal import lfilter
from scipy.special import erf, gammaln, psi
from scipy.stats import dirichlet, norm

# --- quantum ---------------------------------------------------------------
SX = np.array([[0, 1], [1, 0]], dtype=complex)
SY = np.array([[0, -1j], [1j, 0]])
SZ = np.array([[1, 0], [0, -1]], dtype=complex)
I2 = np.eye(2)


def grape_infidelity(ux, uy, dt=0.3):
    """State transfer with piecewise constant pulses."""
    psi_ = np.array([1.0, 0.0], dtype=complex)
    for a, b in zip(ux, uy):
        H = 0.5 * SZ + a * SX + b * SY
        psi_ = la.expm(-1j * dt * H) @ psi_
    target = np.array([0.0, 1.0])
    return 1 - np.abs(np.vdot(target, psi_)) ** 2


def rx(theta):
    return np.array([[np.cos(theta / 2), -1j * np.sin(theta / 2)], [-1j * np.sin(theta / 2), np.cos(theta / 2)]])


def ry(t):
    c, s = np.cos(t / 2), np.sin(t / 2)
    return np.array([[c, -s], [s, c]])


def vqe_two_qubits(theta, g=(-0.8, 0.4, 0.2)):
    CNOT = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    state = np.zeros(4, dtype=complex)
    state[0] = 1
    state = np.kron(ry(theta[0]), rx(theta[1])) @ state
    state = CNOT @ state
    state = np.kron(rx(theta[2]), ry(theta[3])).dot(state)
    H = g[0] * np.kron(SZ, I2) + g[1] * np.kron(SX, SX) + g[2] * np.kron(SY, SY)
    return np.real(state.conj().T @ H @ state)


def hartree_fock_h2(zeta, R, iterations=5):
    """Two 1s Gaussians, one per proton; Szabo and Ostlund's formulas."""

    def F0(t):
        return 1.0 if t < 1e-10 else 0.5 * np.sqrt(np.pi / t) * erf(np.sqrt(t))

    centres = [0.0, R]
    n = len(centres)
    S = np.zeros((n, n))
    T = np.zeros((n, n))
    V = np.zeros((n, n))
    a = zeta
    norm_ = (2 * a / np.pi) ** 0.75
    for i in range(n):
        for j in range(n):
            d2 = (centres[i] - centres[j]) ** 2
            S[i, j] = norm_**2 * (np.pi / (2 * a)) ** 1.5 * np.exp(-a / 2 * d2)
            T[i, j] = a / 2 * (3 - a * d2) * S[i, j]
            for c in centres:
                P = 0.5 * (centres[i] + centres[j])
                V[i, j] += -(norm_**2) * 2 * np.pi / (2 * a) * np.exp(-a / 2 * d2) * F0(2 * a * (P - c) ** 2)
    eri = np.zeros((n, n, n, n))
    for i, j, k, l in np.ndindex(n, n, n, n):
        p, q = (centres[i] + centres[j]) / 2, (centres[k] + centres[l]) / 2
        pre = 2 * np.pi**2.5 / ((2 * a) * (2 * a) * np.sqrt(4 * a)) * norm_**4
        gauss = np.exp(-a / 2 * ((centres[i] - centres[j]) ** 2 + (centres[k] - centres[l]) ** 2))
        eri[i, j, k, l] = pre * gauss * F0(a * (p - q) ** 2)
    h = T + V
    s, U = np.linalg.eigh(S)
    X = U @ np.diag(s**-0.5) @ U.T
    D = np.zeros((n, n))
    for _ in range(iterations):
        G = np.einsum("ls,mnsl->mn", D, eri) - 0.5 * np.einsum("ls,mlsn->mn", D, eri)
        Fock = h + G
        e, C = np.linalg.eigh(X.T @ Fock @ X)
        C = X @ C
        D = 2 * np.outer(C[:, 0], C[:, 0])
    return 0.5 * np.sum(D * (h + Fock)) + 1 / R


def ewald_like_coulomb(positions, charges, alpha=0.8):
    energy = 0.0
    for i in range(len(charges)):
        for j in range(i):
            r = np.linalg.norm(positions[i] - positions[j])
            energy += charges[i] * charges[j] * math.erfc(alpha * r) / r
    for k in ((1, 0, 0), (0, 1, 0), (1, 1, 0)):
        kvec = 2 * np.pi * np.array(k)
        k2 = kvec @ kvec
        Sk = np.sum(charges * np.exp(1j * positions @ kvec))
        energy += 2 * np.pi / k2 * np.exp(-k2 / (4 * alpha**2)) * abs(Sk) ** 2
    return energy


# --- orbits and stars ------------------------------------------------------
def kepler(M, e):
    M = np.array(M)
    E = M * 1.0
    err = M * 0.0 + 1.0
    while err.max() > 1e-12:
        guess = E - (E - e * np.sin(E) - M) / (1.0 - e * np.cos(E))
        err = np.abs(guess - E)
        E = guess
    return E


def radial_velocity(P, K, h, k, tp, t, v):
    e = h**2 + k**2
    omega = np.arctan2(h, k)
    M = (2 * np.pi * (t - tp) / P) % (2 * np.pi)
    E = kepler(M, e)
    f = 2 * np.arctan2(np.sqrt(1 + e) * np.sin(E / 2), np.sqrt(1 - e) * np.cos(E / 2))
    model = K * (np.cos(f + omega) + e * np.cos(omega))
    return 0.5 * np.sum((model - v) ** 2 / 0.1**2)


def transit_light_curve(p, b, u1, u2, x, flux):
    """Uniform overlap of two discs, quadratic limb darkening at the middle."""
    z = np.hypot(x, b)
    area = np.zeros_like(z)
    inside = z <= 1 - p
    edge = (z > abs(1 - p)) & (z < 1 + p)
    area[inside] = p**2
    ze = z[edge]
    k0 = np.arccos((p**2 + ze**2 - 1) / (2 * p * ze))
    k1 = np.arccos((1 - p**2 + ze**2) / (2 * ze))
    area[edge] = (p**2 * k0 + k1 - 0.5 * np.sqrt((4 * ze**2 - (1 + ze**2 - p**2) ** 2))) / np.pi
    mu = np.sqrt(np.clip(1 - z**2, 1e-9, None))
    limb = (1 - u1 * (1 - mu) - u2 * (1 - mu) ** 2) / (1 - u1 / 3 - u2 / 6)
    return np.mean((1 - area * limb - flux) ** 2)


def sersic_fit(params, image):
    x0, y0, re, n, ie = params
    ny, nx = image.shape
    yy, xx = np.mgrid[0:ny, 0:nx]
    r = np.sqrt((xx - x0) ** 2 + (yy - y0) ** 2)
    bn = 2 * n - 1 / 3 + 4 / (405 * n)
    model = ie * np.exp(-bn * ((r / re) ** (1.0 / n) - 1))
    return ((image - model) ** 2).sum() / image.size


# --- neurons and reactions -------------------------------------------------
class HH:
    Cm, VNa, VK, Vl = 1.0, 50, -77, -54.4

    def __init__(self, gNa, gK, gl):
        self.gNa, self.gK, self.gl = gNa, gK, gl
        self.V = -65.0
        self.m, self.h, self.n = 0.05, 0.6, 0.32

    def step(self, I, dt):
        V = self.V
        am = 0.1 * (V + 40) / (1 - math.exp(-(V + 40) / 10))
        bm = 4 * math.exp(-(V + 65) / 18)
        ah = 0.07 * math.exp(-(V + 65) / 20)
        bh = 1 / (1 + math.exp(-(V + 35) / 10))
        an = 0.01 * (V + 55) / (1 - math.exp(-(V + 55) / 10))
        bn = 0.125 * math.exp(-(V + 65) / 80)
        self.m += dt * (am * (1 - self.m) - bm * self.m)
        self.h += dt * (ah * (1 - self.h) - bh * self.h)
        self.n += dt * (an * (1 - self.n) - bn * self.n)
        ion = self.gNa * self.m**3 * self.h * (V - self.VNa) + self.gK * self.n**4 * (V - self.VK) + self.gl * (V - self.Vl)
        self.V += dt / self.Cm * (I - ion)
        return self.V


def hodgkin_huxley_fit(gNa, gK, gl, trace):
    cell = HH(gNa, gK, gl)
    V = [cell.step(10.0, 0.02) for _ in trace]
    return np.mean((np.array(V) - trace) ** 2)


def michaelis_menten_rk(k, s0, observed, dt=0.1):
    def rhs(y):
        s, e, c, p = y
        v1, v2, v3 = k[0] * s * e, k[1] * c, k[2] * c
        return np.array([-v1 + v2, -v1 + v2 + v3, v1 - v2 - v3, v3])

    y = np.array([s0, 1.0, 0.0, 0.0])
    out = np.empty((len(observed), 4))
    for i in range(len(observed)):
        out[i] = y
        k1 = rhs(y)
        k2 = rhs(y + 0.5 * dt * k1)
        y = y + dt * k2
    return np.sum((out[:, 3] - observed) ** 2)


def gillespie_tau_rates(logk, counts, durations):
    k = np.exp(logk)
    ll = 0
    for (a, b), d in zip(counts, durations):
        rate = k[0] * a + k[1] * a * b + k[2] * b
        ll += np.log(rate) - rate * d
    return -ll


# --- antennas, speech, signals --------------------------------------------
def music_spectrum(theta, snapshots, n_sources=1):
    """One over the noise subspace's share; the covariance is of the data."""
    R = snapshots @ snapshots.conj().T / snapshots.shape[1]
    w, V = np.linalg.eigh(R)
    En = V[:, : len(w) - n_sources]
    a = np.exp(-1j * np.pi * np.arange(R.shape[0]) * np.sin(theta))
    return np.real(a.conj() @ En @ En.conj().T @ a)


def array_factor(weights, phases, angles, desired):
    n = np.arange(len(weights))
    AF = np.array([np.abs(np.sum(weights * np.exp(1j * (np.pi * n * np.cos(t) + phases)))) for t in angles])
    AF_db = 20 * np.log10(AF / AF.max() + 1e-3)
    return np.mean((AF_db - desired) ** 2)


def mfcc_match(signal, target, nfilt=4, NFFT=16):
    emphasized = np.append(signal[0], signal[1:] - 0.97 * signal[:-1])
    num_frames = int(np.ceil(float(np.abs(len(signal) - 8)) / 4))
    indices = np.tile(np.arange(0, 8), (num_frames, 1)) + np.tile(np.arange(0, num_frames * 4, 4), (8, 1)).T
    frames = emphasized[indices.astype(np.int32, copy=False)]
    frames = frames * np.hamming(8)
    mag = np.absolute(np.fft.rfft(frames, NFFT))
    power = (1.0 / NFFT) * (mag**2)
    bins = np.floor((NFFT + 1) * np.linspace(0.02, 0.48, nfilt + 2))
    fbank = np.zeros((nfilt, NFFT // 2 + 1))
    for m in range(1, nfilt + 1):
        lo, mid, hi = int(bins[m - 1]), int(bins[m]), int(bins[m + 1])
        for k in range(lo, mid):
            fbank[m - 1, k] = (k - lo) / (mid - lo)
        for k in range(mid, hi):
            fbank[m - 1, k] = (hi - k) / (hi - mid)
    banks = np.dot(power, fbank.T)
    banks = np.where(banks == 0, np.finfo(float).eps, banks)
    banks = 20 * np.log10(banks)
    ceps = dct(banks, type=2, axis=1, norm="ortho")[:, 1:4]
    ceps -= np.mean(ceps, axis=0) + 1e-8
    return np.sum((ceps - target) ** 2)


def linear_prediction(a, x):
    e = lfilter(np.concatenate(([1.0], a)), [1.0], x)
    return 10 * np.log10(np.mean(e**2))


def wavelet_lifting(alpha, beta, x):
    s, d = x[::2].copy(), x[1::2].copy()
    d += alpha * (s + np.roll(s, -1))
    s += beta * (d + np.roll(d, 1))
    return np.abs(d).sum() + 0.1 * (s**2).sum()


# --- ranking, text, recommendations ---------------------------------------
def plackett_luce(u, rankings):
    nll = 0.0
    for r in rankings:
        s = u[list(r)]
        for i in range(len(r) - 1):
            nll -= s[i] - np.log(np.sum(np.exp(s[i:])))
    return nll / len(rankings)


class FM:
    def __init__(self, b, w, V):
        self.b, self.w, self.V = b, w, V

    def predict(self, X):
        linear = self.b + X @ self.w
        inter = 0.5 * np.sum(np.dot(X, self.V) ** 2 - np.dot(X**2, self.V**2), axis=1)
        return linear + inter

    def log_loss(self, X, y):
        p = 1.0 / (1.0 + np.exp(-self.predict(X)))
        p = np.clip(p, 1e-12, 1 - 1e-12)
        return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def factorization_machine(b, w, V, X, y):
    return FM(b, w, V).log_loss(X, y)


def lda_bound(gamma, lam, counts, alpha=0.1, eta=0.2):
    Elogtheta = psi(gamma) - psi(np.sum(gamma, 1))[:, np.newaxis]
    Elogbeta = psi(lam) - psi(np.sum(lam, 1))[:, np.newaxis]
    score = 0
    for d in range(len(counts)):
        ids = np.nonzero(counts[d])[0]
        phinorm = np.zeros(len(ids))
        for i in range(0, len(ids)):
            temp = Elogtheta[d, :] + Elogbeta[:, ids[i]]
            tmax = max(temp)
            phinorm[i] = np.log(sum(np.exp(temp - tmax))) + tmax
        score += np.sum(counts[d][ids] * phinorm)
    score += np.sum((alpha - gamma) * Elogtheta)
    score += np.sum(gammaln(gamma) - gammaln(alpha))
    score += sum(gammaln(alpha * gamma.shape[1]) - gammaln(np.sum(gamma, 1)))
    score = score + np.sum((eta - lam) * Elogbeta)
    score = score + np.sum(gammaln(lam) - gammaln(eta))
    return -score


def lambda_rank(W, X, relevance):
    s = (X @ W).ravel()
    gains = 2.0**relevance - 1
    ranks = np.argsort(np.argsort(-s)) + 1
    loss = 0.0
    for i in range(len(s)):
        for j in range(len(s)):
            if relevance[i] > relevance[j]:
                dcg = abs(gains[i] - gains[j]) * abs(1 / np.log2(1 + ranks[i]) - 1 / np.log2(1 + ranks[j]))
                loss += dcg * np.log1p(np.exp(-(s[i] - s[j])))
    return loss


def selective_scan(A_log, B, C, D, dt, u, target):
    A = -np.exp(A_log)
    d_in, n = A.shape
    x = np.zeros((d_in, n))
    ys = []
    for t in range(u.shape[0]):
        delta = np.log1p(np.exp(u[t] * dt))
        dA = np.exp(np.einsum("d,dn->dn", delta, A))
        dBu = np.einsum("d,n,d->dn", delta, B[t], u[t])
        x = dA * x + dBu
        ys.append(np.einsum("dn,n->d", x, C[t]))
    y = np.stack(ys, axis=0) + u * D
    return np.mean((y - target) ** 2)


def linear_attention(Wq, Wk, Wv, X, Y):
    phi = lambda z: np.where(z > 0, z + 1, np.exp(np.minimum(z, 0)))
    Q, K, V = phi(X @ Wq), phi(X @ Wk), X @ Wv
    S = np.zeros((Q.shape[-1], V.shape[-1]))
    zsum = np.zeros(Q.shape[-1])
    out = np.zeros_like(V)
    for t in range(len(X)):
        S += np.outer(K[t], V[t])
        zsum += K[t]
        out[t] = Q[t] @ S / (Q[t] @ zsum)
    return np.square(out - Y).mean()


# --- images ----------------------------------------------------------------
def tversky(logits, mask, alpha=0.3, beta=0.7, smooth=1.0):
    p = 1 / (1 + np.exp(-logits.flatten()))
    t = mask.flatten()
    tp = (p * t).sum()
    fp = ((1 - t) * p).sum()
    fn = (t * (1 - p)).sum()
    return (1 - (tp + smooth) / (tp + alpha * fp + beta * fn + smooth)) ** 0.75


def lovasz_hinge(logits, labels):
    signs = 2.0 * labels - 1.0
    errors = 1.0 - logits * signs
    order = np.argsort(-errors)
    errors_sorted = errors[order]
    gt = labels[order]
    gts = gt.sum()
    intersection = gts - gt.cumsum()
    union = gts + (1 - gt).cumsum()
    jaccard = 1.0 - intersection / union
    jaccard[1:] = jaccard[1:] - jaccard[:-1]
    return np.dot(np.maximum(errors_sorted, 0), jaccard)


def yolo_cell(pred, truth, obj, lambda_coord=5.0, lambda_noobj=0.5):
    xy = 1 / (1 + np.exp(-pred[..., 0:2]))
    wh = np.exp(pred[..., 2:4])
    conf = 1 / (1 + np.exp(-pred[..., 4]))
    cls = pred[..., 5:]
    loss_xy = lambda_coord * np.sum(obj[..., None] * (xy - truth[..., 0:2]) ** 2)
    loss_wh = lambda_coord * np.sum(obj[..., None] * (np.sqrt(wh) - np.sqrt(truth[..., 2:4])) ** 2)
    loss_obj = np.sum(obj * (conf - 1) ** 2) + lambda_noobj * np.sum((1 - obj) * conf**2)
    logp = cls - np.log(np.sum(np.exp(cls), axis=-1, keepdims=True))
    loss_cls = -np.sum(obj[..., None] * truth[..., 5:] * logp)
    return loss_xy + loss_wh + loss_obj + loss_cls


def gaussian_blur_deconv(img, blurred, sigma=1.0):
    return np.sum((ndimage.gaussian_filter(img, sigma) - blurred) ** 2) + 0.01 * np.sum(np.abs(np.diff(img, axis=0)))


def active_contour(snake, field_, alpha=0.1, beta=0.05):
    d1 = np.roll(snake, -1, axis=0) - snake
    d2 = np.roll(snake, -1, axis=0) - 2 * snake + np.roll(snake, 1, axis=0)
    internal = alpha * (d1**2).sum() + beta * (d2**2).sum()
    external = 0.0
    for x, y in snake:
        i, j = int(math.floor(y)), int(math.floor(x))
        fy, fx = y - i, x - j
        external -= (
            field_[i, j] * (1 - fx) * (1 - fy)
            + field_[i, j + 1] * fx * (1 - fy)
            + field_[i + 1, j] * (1 - fx) * fy
            + field_[i + 1, j + 1] * fx * fy
        )
    return internal + external


# --- robots and control ----------------------------------------------------
def skew(w):
    return np.array([[0, -w[2], w[1]], [w[2], 0, -w[0]], [-w[1], w[0], 0]])


def se3_exp(xi):
    w, v = xi[:3], xi[3:].reshape(3, 1)
    theta = np.linalg.norm(w)
    T = np.identity(4)
    if abs(theta) < 1e-7:
        T[:3, :3] = np.identity(3) + skew(w)
        T[:3, 3] = v.flatten()
        return T
    W = skew(w)
    T[:3, :3] = np.identity(3) + np.sin(theta) / theta * W + (1 - np.cos(theta)) / theta**2 * W @ W
    Vm = np.identity(3) + (1 - np.cos(theta)) / theta**2 * W + (theta - np.sin(theta)) / theta**3 * W @ W
    T[:3, 3] = (Vm @ v).flatten()
    return T


def point_to_plane(xi, points, normals, targets):
    T = se3_exp(xi)
    hom = np.hstack([points, np.ones((len(points), 1))])
    moved = (T @ hom.T).T[:, :3]
    r = np.einsum("ij,ij->i", moved - targets, normals)
    return np.sum(r**2 / (1 + r**2))


def cartpole_swingup(u, mc=1.0, mp=0.2, l=0.5, g=9.81, dt=0.05):
    x = np.array([0.0, np.pi - 0.3, 0.0, 0.0])
    cost = 0
    for k in range(len(u)):
        s, c = np.sin(x[1]), np.cos(x[1])
        M = np.array([[mc + mp, mp * l * c], [mp * l * c, mp * l**2]])
        bias = np.array([mp * l * x[3] ** 2 * s, -mp * g * l * s])
        acc = np.linalg.solve(M, np.array([u[k], 0.0]) + bias)
        x = np.concatenate([x[:2] + dt * x[2:], x[2:] + dt * acc])
        cost += 0.01 * u[k] ** 2 + (1 - np.cos(x[1])) * dt
    return cost + 10 * x @ x


def lqr_gain_cost(K, A, B, Q, R, x0, horizon=6):
    x = x0.reshape(-1, 1)
    J = 0.0
    for _ in range(horizon):
        u = -K @ x
        J += (x.T @ Q @ x + u.T @ R @ u).item()
        x = A @ x + B @ u
    return J


def chomp(path, obstacles, radius=0.6):
    full = np.vstack([[0.0, 0.0], path, [2.0, 2.0]])
    vel = np.diff(full, axis=0)
    smooth = 0.5 * np.sum(np.diff(vel, axis=0) ** 2)
    d = np.sqrt(((full[:, None, :] - obstacles[None]) ** 2).sum(-1)).min(axis=1) - radius
    c = np.where(d < 0, -d + 0.1, np.where(d < 0.2, (d - 0.2) ** 2 / 0.4, 0.0))
    speed = np.linalg.norm(np.gradient(full, axis=0), axis=1)
    return smooth + np.sum(c * speed)


# --- experiments -----------------------------------------------------------
@dataclass
class Surrogate:
    X: np.ndarray
    y: np.ndarray
    length: float = 0.7
    noise: float = 1e-3
    alpha: np.ndarray = field(init=False)

    def __post_init__(self):
        K = self.kernel(self.X, self.X) + self.noise * np.eye(len(self.X))
        self.L = np.linalg.cholesky(K)
        self.alpha = np.linalg.solve(self.L.T, np.linalg.solve(self.L, self.y))

    def kernel(self, A, B):
        sq = np.sum(A**2, 1).reshape(-1, 1) + np.sum(B**2, 1) - 2 * A @ B.T
        return np.exp(-0.5 * sq / self.length**2)


def expected_improvement(x, X, y, xi=0.01):
    gp = Surrogate(X, y)
    k = gp.kernel(x.reshape(1, -1), X)
    mu = (k @ gp.alpha)[0]
    v = np.linalg.solve(gp.L, k.T)
    sigma = np.sqrt(1 - np.sum(v**2))
    imp = y.max() - mu - xi
    z = imp / sigma
    return -(imp * norm.cdf(z) + sigma * norm.pdf(z))


def dirichlet_mle(log_alpha, P):
    alpha = np.exp(log_alpha)
    return -sum(dirichlet.logpdf(p, alpha) for p in P)


def neural_gas_elbo(mu, rho, X, y, eps):
    """Bayes by backprop, one layer."""
    sigma = np.log1p(np.exp(rho))
    total = 0.0
    for e in eps:
        w = mu + sigma * e
        logits = X @ w
        ll = -np.logaddexp(0, -y * logits).sum()
        log_q = norm.logpdf(w, mu, sigma).sum()
        log_p = norm.logpdf(w, 0, 1).sum()
        total += log_q - log_p - ll
    return total / len(eps)


R = np.random.default_rng(11)
EXAMPLES = [
    (grape_infidelity, "ux uy", dict(ux=R.normal(size=4), uy=R.normal(size=4))),
    (vqe_two_qubits, "theta", dict(theta=R.normal(size=4))),
    (hartree_fock_h2, "zeta R", dict(zeta=0.42, R=1.4)),
    (ewald_like_coulomb, "positions charges", dict(positions=R.uniform(size=(4, 3)), charges=np.array([1.0, -1.0, 0.5, -0.5]))),
    (radial_velocity, "P K h k tp", dict(P=3.1, K=1.2, h=0.3, k=0.35, tp=0.4, t=R.uniform(0, 6, 7), v=R.normal(size=7))),
    (transit_light_curve, "p b u1 u2", dict(p=0.3, b=0.2, u1=0.3, u2=0.2, x=np.linspace(-1.6, 1.55, 12), flux=np.full(12, 0.97))),
    (sersic_fit, "params", dict(params=np.array([2.2, 1.7, 1.5, 1.8, 1.0]), image=R.uniform(size=(4, 5)))),
    (hodgkin_huxley_fit, "gNa gK gl", dict(gNa=120.0, gK=36.0, gl=0.3, trace=np.linspace(-65, -60, 12))),
    (michaelis_menten_rk, "k s0", dict(k=np.array([1.0, 0.5, 0.3]), s0=2.0, observed=np.linspace(0, 0.5, 6))),
    (gillespie_tau_rates, "logk", dict(logk=np.array([0.1, -0.5, 0.2]), counts=[(3, 2), (2, 4), (1, 5)], durations=[0.1, 0.3, 0.2])),
    (music_spectrum, "theta", dict(theta=0.4, snapshots=R.normal(size=(4, 9)) + 1j * R.normal(size=(4, 9)))),
    (array_factor, "weights phases", dict(weights=R.uniform(0.5, 1, 5), phases=R.normal(size=5), angles=np.linspace(0.2, 2.9, 7), desired=-10 * np.ones(7))),
    (mfcc_match, "signal", dict(signal=R.normal(size=24), target=R.normal(size=(4, 3)))),
    (linear_prediction, "a", dict(a=np.array([-0.5, 0.2, 0.1]), x=R.normal(size=20))),
    (wavelet_lifting, "alpha beta x", dict(alpha=-0.5, beta=0.25, x=R.normal(size=10))),
    (plackett_luce, "u", dict(u=R.normal(size=5), rankings=[(0, 3, 2, 1), (4, 2, 0), (1, 0, 3, 4)])),
    (factorization_machine, "b w V", dict(b=0.1, w=R.normal(size=4), V=R.normal(size=(4, 2)), X=R.normal(size=(6, 4)), y=np.array([0, 1, 1, 0, 1, 0]))),
    (lda_bound, "gamma lam", dict(gamma=R.uniform(0.5, 2, (3, 2)), lam=R.uniform(0.5, 2, (2, 5)), counts=R.integers(0, 4, (3, 5)))),
    (lambda_rank, "W", dict(W=R.normal(size=(3, 1)), X=R.normal(size=(5, 3)), relevance=np.array([2, 0, 1, 0, 2]))),
    (selective_scan, "A_log B C D dt", dict(A_log=R.normal(size=(3, 2)), B=R.normal(size=(4, 2)), C=R.normal(size=(4, 2)), D=R.normal(size=3), dt=R.normal(size=3), u=R.normal(size=(4, 3)), target=R.normal(size=(4, 3)))),
    (linear_attention, "Wq Wk Wv", dict(Wq=R.normal(size=(3, 2)), Wk=R.normal(size=(3, 2)), Wv=R.normal(size=(3, 2)), X=R.normal(size=(4, 3)), Y=R.normal(size=(4, 2)))),
    (tversky, "logits", dict(logits=R.normal(size=(3, 4)), mask=(R.uniform(size=(3, 4)) > 0.5).astype(int))),
    (lovasz_hinge, "logits", dict(logits=R.normal(size=8), labels=np.array([1, 0, 1, 1, 0, 0, 1, 0]))),
    (yolo_cell, "pred", dict(pred=R.normal(size=(2, 2, 7)), truth=R.uniform(0.1, 1, (2, 2, 7)), obj=np.array([[1, 0], [0, 1]]))),
    (gaussian_blur_deconv, "img", dict(img=R.normal(size=(5, 5)), blurred=R.normal(size=(5, 5)))),
    (active_contour, "snake", dict(snake=R.uniform(0.5, 4.5, (6, 2)), field_=R.normal(size=(6, 6)))),
    (point_to_plane, "xi", dict(xi=R.normal(size=6), points=R.normal(size=(5, 3)), normals=R.normal(size=(5, 3)), targets=R.normal(size=(5, 3)))),
    (cartpole_swingup, "u", dict(u=R.normal(size=5))),
    (lqr_gain_cost, "K", dict(K=R.normal(size=(1, 2)), A=np.array([[1.0, 0.1], [0.0, 1.0]]), B=np.array([[0.0], [0.1]]), Q=np.eye(2), R=np.eye(1), x0=np.array([1.0, 0.5]))),
    (chomp, "path", dict(path=np.array([[0.5, 0.4], [0.9, 1.1], [1.6, 1.4]]), obstacles=np.array([[1.0, 1.0], [0.3, 1.5]]))),
    (expected_improvement, "x", dict(x=np.array([0.3, -0.2]), X=R.normal(size=(5, 2)), y=R.normal(size=5))),
    (dirichlet_mle, "log_alpha", dict(log_alpha=np.array([0.2, 0.5, -0.1]), P=R.dirichlet([2, 3, 1], size=4))),
    (neural_gas_elbo, "mu rho", dict(mu=R.normal(size=3), rho=R.normal(size=3), X=R.normal(size=(5, 3)), y=np.array([1, -1, 1, 1, -1]), eps=R.normal(size=(2, 3)))),
]
