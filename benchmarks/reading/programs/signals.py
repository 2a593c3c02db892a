"""Signal processing: filters, spectra, time warping, deconvolution."""

import numpy as np
from numpy.fft import fft, fft2, ifft, ifft2, irfft, rfft
from numpy.lib.stride_tricks import as_strided, sliding_window_view
from scipy import fft as sp_fft
from scipy import signal
from scipy.ndimage import convolve1d, gaussian_filter

r = np.random.default_rng(3)


def match_power_spectrum(x, target):
    power = np.abs(np.fft.fft(x)) ** 2 / len(x)
    return np.mean((power - target) ** 2)


def log_spectral_distance(x, reference):
    X = rfft(x * np.hanning(len(x)))
    R = rfft(reference * np.hanning(len(x)))
    d = 10 * np.log10(np.abs(X) ** 2 + 1e-3) - 10 * np.log10(np.abs(R) ** 2 + 1e-3)
    return np.sqrt(np.mean(d**2))


def fir_filter_fit(taps, x, desired):
    y = np.convolve(x, taps, mode="full")[: len(x)]
    e = desired - y
    return e.dot(e) / e.size


def iir_filter_fit(b, a, x, d):
    """A biquad as a difference equation."""
    y = np.zeros_like(x)
    for n in range(len(x)):
        y[n] = b[0] * x[n]
        if n >= 1:
            y[n] += b[1] * x[n - 1] - a[0] * y[n - 1]
        if n >= 2:
            y[n] += b[2] * x[n - 2] - a[1] * y[n - 2]
    return np.sum((d - y) ** 2)


def lfilter_fit(b, x, d):
    return np.sum((signal.lfilter(b, [1.0, -0.4], x) - d) ** 2)


def stft_magnitude(x, frame, hop, target):
    n_frames = 1 + int((len(x) - frame) / hop)
    window = np.hamming(frame)
    total = 0.0
    for i in range(n_frames):
        seg = x[i * hop : i * hop + frame] * window
        mag = np.abs(np.fft.rfft(seg))
        total += np.sum((mag - target[i]) ** 2)
    return total / n_frames


def mel_features(x, mel_bank, frame=4, hop=2):
    shape = ((x.shape[0] - frame) // hop + 1, frame)
    frames = as_strided(x, shape=shape, strides=(x.strides[0] * hop, x.strides[0]))
    spec = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    logmel = np.log(np.maximum(spec @ mel_bank.T, 1e-8))
    ceps = sp_fft.dct(logmel, type=2, axis=1, norm="ortho")
    return np.sum(ceps**2)


def autocorrelation_pitch(x, lag):
    x = x - x.mean()
    full = np.correlate(x, x, mode="full")[len(x) - 1 :]
    return -full[lag] / full[0]


def soft_dtw(x, y, gamma=0.5):
    D = (x[:, None] - y[None, :]) ** 2
    n, m = D.shape
    R = np.full((n + 1, m + 1), np.inf)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a = -np.array([R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]]) / gamma
            top = np.max(a)
            softmin = -gamma * (np.log(np.sum(np.exp(a - top))) + top)
            R[i, j] = D[i - 1, j - 1] + softmin
    return R[n, m]


def haar_denoise(x, threshold, clean):
    detail, approx = [], x
    while approx.shape[0] > 2:
        detail.append((approx[0::2] - approx[1::2]) / np.sqrt(2))
        approx = (approx[0::2] + approx[1::2]) / np.sqrt(2)
    for d in reversed(detail):
        d = np.sign(d) * np.maximum(np.abs(d) - threshold, 0)
        up = np.empty(2 * len(d))
        up[0::2] = (approx + d) / np.sqrt(2)
        up[1::2] = (approx - d) / np.sqrt(2)
        approx = up
    return np.mean((approx - clean) ** 2)


def sinusoid_fit(amp, freq, phase, t, y):
    model = np.zeros(t.shape)
    for A, f, p in zip(amp, freq, phase):
        model = model + A * np.sin(2 * np.pi * f * t + p)
    residual = y - model
    return (residual**2).sum()


def goertzel(x, k):
    w = 2 * np.pi * k / len(x)
    s1 = s2 = 0.0
    for sample in x:
        s1, s2 = sample + 2 * np.cos(w) * s1 - s2, s1
    return s1**2 + s2**2 - 2 * np.cos(w) * s1 * s2


def total_variation(x, noisy, lam=0.4, eps=1e-4):
    return 0.5 * np.sum((x - noisy) ** 2) + lam * np.sum(np.sqrt(np.diff(x) ** 2 + eps))


def total_variation_image(img, noisy):
    dx = np.diff(img, axis=0, append=img[-1:, :])
    dy = np.diff(img, axis=1, append=img[:, -1:])
    return np.sum((img - noisy) ** 2) + 0.2 * np.sqrt(dx**2 + dy**2 + 1e-3).sum()


def wiener_deconvolution(log_noise, y, kernel, truth):
    H = fft(kernel, len(y))
    G = np.conj(H) / (np.abs(H) ** 2 + np.exp(log_noise))
    x = np.real(ifft(G * fft(y)))
    return np.mean((x - truth) ** 2)


def phase_retrieval(x, magnitudes):
    field = fft2(x)
    return np.sum((np.abs(field) - magnitudes) ** 2)


def fourier_layer(weights, x, y):
    """One block of a Fourier neural operator."""
    coeffs = rfft(x)
    out = np.zeros(coeffs.shape, dtype=complex)
    out[:3] = coeffs[:3] * (weights[0] + 1j * weights[1])
    back = irfft(out, n=len(x))
    return np.mean((np.tanh(back) - y) ** 2)


def savitzky(c, x, y):
    w = sliding_window_view(np.pad(x, 1, mode="edge"), 3)
    return np.sum((w @ c - y) ** 2)


def blurred_image(img, sharp):
    return np.sum((gaussian_filter(img, sigma=0.8) - sharp) ** 2)


def smooth_1d(x, y):
    return np.sum((convolve1d(x, [0.25, 0.5, 0.25], mode="reflect") - y) ** 2)


def chirp_match(params, t, y):
    f0, rate, decay = params
    envelope = np.exp(-decay * t)
    return -np.abs(np.sum(envelope * np.exp(-1j * (2 * np.pi * (f0 * t + rate * t**2 / 2))) * y)) ** 2


def comb_filter(g, x):
    y = x.copy()
    for n in range(2, len(y)):
        y[n] = y[n] + g * y[n - 2]
    return np.max(np.abs(y)) + np.mean(y**2)


def tone_mapping(img, gain, gamma, ref):
    out = np.clip(gain * img, 0.01, 1.0) ** (1 / gamma)
    return np.mean(np.abs(out - ref))


x8 = r.normal(size=8).round(2)
y8 = r.normal(size=8).round(2)
EXAMPLES = [
    (match_power_spectrum, "x", {"x": x8, "target": np.abs(y8)}),
    (log_spectral_distance, "x", {"x": x8, "reference": y8}),
    (fir_filter_fit, "taps", {"taps": np.array([0.5, 0.3, -0.1]), "x": x8, "desired": y8}),
    (iir_filter_fit, "b a", {"b": np.array([0.4, 0.2, 0.1]), "a": np.array([-0.5, 0.2]), "x": x8[:6], "d": y8[:6]}),
    (lfilter_fit, "b", {"b": np.array([0.4, 0.2]), "x": x8, "d": y8}),
    (stft_magnitude, "x", {"x": x8, "frame": 4, "hop": 2, "target": np.abs(r.normal(size=(3, 3))).round(2)}),
    (mel_features, "x", {"x": x8, "mel_bank": np.array([[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]])}),
    (autocorrelation_pitch, "x", {"x": x8, "lag": 3}),
    (soft_dtw, "x", {"x": x8[:4], "y": y8[:3]}),
    (haar_denoise, "x threshold", {"x": x8, "threshold": 0.25, "clean": y8}),
    (
        sinusoid_fit,
        "amp freq phase",
        {
            "amp": np.array([1.0, 0.4]),
            "freq": np.array([0.9, 2.1]),
            "phase": np.array([0.2, -0.3]),
            "t": np.linspace(0, 1, 8),
            "y": y8,
        },
    ),
    (goertzel, "x", {"x": x8, "k": 2}),
    (total_variation, "x", {"x": x8, "noisy": y8}),
    (total_variation_image, "img", {"img": r.normal(size=(3, 4)).round(2), "noisy": r.normal(size=(3, 4)).round(2)}),
    (
        wiener_deconvolution,
        "log_noise kernel",
        {"log_noise": -1.2, "y": y8, "kernel": np.array([0.5, 0.3, 0.2]), "truth": x8},
    ),
    (phase_retrieval, "x", {"x": r.normal(size=(3, 3)).round(2), "magnitudes": np.abs(r.normal(size=(3, 3))).round(2)}),
    (fourier_layer, "weights", {"weights": r.normal(size=(2, 3)).round(2), "x": x8, "y": y8}),
    (savitzky, "c", {"c": np.array([0.2, 0.5, 0.3]), "x": x8, "y": y8}),
    (blurred_image, "img", {"img": r.normal(size=(4, 4)).round(2), "sharp": r.normal(size=(4, 4)).round(2)}),
    (smooth_1d, "x", {"x": x8, "y": y8}),
    (chirp_match, "params", {"params": np.array([0.7, 0.4, 0.3]), "t": np.linspace(0, 1, 8), "y": y8}),
    (comb_filter, "g", {"g": 0.6, "x": x8}),
    (
        tone_mapping,
        "gain gamma",
        {"gain": 1.3, "gamma": 2.2, "img": np.abs(x8).reshape(2, 4) / 2, "ref": np.abs(y8).reshape(2, 4) / 3},
    ),
]
