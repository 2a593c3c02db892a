"""Models that make data: autoencoders, flows, adversaries, energies, diffusion."""

from functools import partial

import numpy as np

r = np.random.default_rng(11)


def logsumexp(x, axis):
    m = np.max(x, axis=axis, keepdims=True)
    return m + np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True))


def autoencoder(enc, dec, x):
    code = 1 / (1 + np.exp(-x.dot(enc)))
    rho = np.mean(code, axis=0)
    sparsity = 0.05 * np.log(0.05 / rho) + 0.95 * np.log(0.95 / (1 - rho))
    return 0.5 * np.mean(np.sum((code.dot(dec) - x) ** 2, axis=1)) + 0.3 * sparsity.sum()


def vae(params, x, noise):
    (We, be), (Wm, Ws), (Wd, bd) = params
    h = np.tanh(x @ We + be)
    mu, log_var = h @ Wm, h @ Ws
    z = mu + np.exp(0.5 * log_var) * noise
    logits = z @ Wd + bd
    bce = np.maximum(logits, 0) - logits * x + np.log1p(np.exp(-np.abs(logits)))
    kl = -0.5 * np.sum(1 + log_var - mu**2 - np.exp(log_var), axis=1)
    return np.mean(bce.sum(axis=1) + kl)


def planar_flow(u, w, b, z):
    log_det = 0.0
    for k in range(len(u)):
        a = np.tanh(z @ w[k] + b[k])
        psi = (1 - a**2)[:, None] * w[k]
        log_det = log_det + np.log(np.abs(1 + psi @ u[k]))
        z = z + np.outer(a, u[k])
    log_p = -0.5 * np.sum(z**2, axis=1) - 0.5 * z.shape[1] * np.log(2 * np.pi)
    return -np.mean(log_p + log_det)


def real_nvp(Ws, Wt, x):
    log_det = np.zeros(len(x))
    for s, t, flip in zip(Ws, Wt, (False, True)):
        a, b = np.split(x[:, ::-1] if flip else x, 2, axis=1)
        scale = np.tanh(a @ s)
        b = b * np.exp(scale) + a @ t
        log_det += scale.sum(axis=1)
        x = np.hstack([a, b])
    return 0.5 * np.mean(np.sum(x**2, axis=1)) - log_det.mean()


def gan_discriminator(D, G, real, noise):
    d = partial(lambda W, v: 1 / (1 + np.exp(-np.tanh(v @ W[0]) @ W[1])), D)
    fake = np.tanh(noise @ G)
    return -np.mean(np.log(d(real) + 1e-8) + np.log(1 - d(fake) + 1e-8))


def wgan_generator(G, D, noise):
    fake = noise.dot(G)
    critic = np.where(fake.dot(D) > 0, fake.dot(D), 0.2 * fake.dot(D))
    return -critic.mean()


def mixture_density(Wh, Wpi, Wmu, Wsig, x, y):
    h = np.tanh(x @ Wh)
    log_pi = h @ Wpi - logsumexp(h @ Wpi, axis=1)
    mu, sigma = h @ Wmu, np.exp(h @ Wsig)
    log_n = -0.5 * ((y - mu) / sigma) ** 2 - np.log(sigma) - 0.9189385332046727
    return -np.mean(logsumexp(log_pi + log_n, axis=1))


def rbm_free_energy(W, b, c, v_data, v_model):
    free = lambda v: -v @ b - np.sum(np.log(1 + np.exp(v @ W + c)), axis=1)
    return np.mean(free(v_data)) - np.mean(free(v_model))


def diffusion_loss(W1, W2, x0, noise, alpha_bar):
    xt = np.sqrt(alpha_bar)[:, None] * x0 + np.sqrt(1 - alpha_bar)[:, None] * noise
    inp = np.concatenate([xt, alpha_bar[:, None]], axis=1)
    h = inp @ W1
    h = h * (1 / (1 + np.exp(-h)))
    return np.mean(np.sum((h @ W2 - noise) ** 2, axis=-1))


def hopfield_energy(patterns, state):
    W = sum(np.outer(p, p) for p in patterns) / len(patterns)
    W = W - np.diag(np.diag(W))
    return -0.5 * state @ W @ state



def N(*shape):
    return r.normal(size=shape).round(2)


EXAMPLES = [
    (autoencoder, "enc dec", {"enc": N(4, 2), "dec": N(2, 4), "x": N(5, 4)}),
    (
        vae,
        "params",
        {"params": ((N(4, 3), N(3)), (N(3, 2), N(3, 2)), (N(2, 4), N(4))), "x": np.abs(N(3, 4)) % 1, "noise": N(3, 2)},
    ),
    (planar_flow, "u w b", {"u": 0.3 * N(2, 2), "w": N(2, 2), "b": N(2), "z": N(4, 2)}),
    (real_nvp, "Ws Wt", {"Ws": N(2, 1, 1), "Wt": N(2, 1, 1), "x": N(4, 2)}),
    (gan_discriminator, "D", {"D": [N(2, 3), N(3)], "G": N(2, 2), "real": N(4, 2), "noise": N(4, 2)}),
    (wgan_generator, "G", {"G": N(2, 3), "D": N(3), "noise": N(4, 2)}),
    (mixture_density, "Wh Wpi Wmu Wsig", {"Wh": N(2, 3), "Wpi": N(3, 2), "Wmu": N(3, 2), "Wsig": 0.3 * N(3, 2), "x": N(4, 2), "y": N(4, 1)}),
    (rbm_free_energy, "W b c", {"W": N(4, 3), "b": N(4), "c": N(3), "v_data": (N(3, 4) > 0) * 1.0, "v_model": (N(3, 4) > 0) * 1.0}),
    (diffusion_loss, "W1 W2", {"W1": N(3, 4), "W2": N(4, 2), "x0": N(4, 2), "noise": N(4, 2), "alpha_bar": np.array([0.9, 0.6, 0.3, 0.1])}),
    (hopfield_energy, "patterns", {"patterns": N(2, 4), "state": np.array([1, -1, -1, 1])}),
]
