"""Losses with normalisations, attention, random codes, and numbers that know their own gradient."""

import numpy as np
from proof import proves
from proofs.dense import softmax


@proves(
    "batchnorm_of_fixed_moments",
    at="a = inp.dot",
    rate=0.05,
    where={"g": "bn.gamma", "b": "bn.beta"},
    backward=("backward", ("do = ", "bn.beta -= ")),
)
def _(Wa, Wb, g, b, *, inp, tar):
    a = inp @ Wa
    n = (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 1e-8)
    return np.sum((np.tanh(g * n + b) @ Wb - tar) ** 2) / len(inp)


@proves(
    "layernorm_mean_not_shared_out",
    at="pre = weight",
    rate=0.02,
    backward=("ln_backward", ("gy = ", "beta = beta")),
)
def _(weight, gamma, beta, *, inp, target):
    a = weight @ inp
    n = (a - a.mean(axis=0)) / np.sqrt(a.var(axis=0) + 1e-8)
    return np.sum((gamma * n + beta - target) ** 2) / 2


@proves(
    "moments_given_and_differentiated",
    at="a = x @ W",
    rate=0.05,
    backward=("bnorm_back", ("da, dG, dB", "B -= ")),
)
def _(W, G, B, *, x, t, moments):
    y = G * (x @ W - moments["mean"]) / moments["sigma"] + B
    return np.sum((y - t) ** 2) / 2


@proves(
    "quarter_in_the_log_variance",
    at="mu, lv = x @ enc_mu",
    rate="lr",
    where={"noise": "eps"},
    backward=("backward", ("g_mu, g_lv = ", "for p, g in")),
)
def _(enc_mu, enc_lv, dec_mu, dec_lv, *, x, noise):
    mu, lv = x @ enc_mu, x @ enc_lv
    z = mu + np.exp(lv / 2) * noise
    out, spread = z @ dec_mu, z @ dec_lv
    likely = (np.log(2 * np.pi) + spread + (x - out) ** 2 * np.exp(-spread)) / 2
    apart = (np.exp(lv) + mu**2 - 1 - lv) / 2
    return likely.sum() + apart.sum()


@proves(
    "divergence_pushed_up",
    at="logits = X",
    rate=0.1,
    backward=("softmax_backward", ("grad_rec = ", "We -= ")),
)
def _(We, Wd, *, X):
    q = softmax(X @ We)
    apart = np.sum(q * np.log(3 * q))
    return (np.sum((q @ Wd - X) ** 2) + apart) / len(X)


@proves(
    "scores_divided_by_the_scale",
    at="out = mha.forward",
    rate=0.01,
    value="loss",
    where={name: f"mha.{name}" for name in ("q", "k", "v", "o")},
    backward=("backward", ("dq, dk, dv, do = mha", "mha.o -= ")),
)
def _(q, k, v, o, *, x, y):
    heads = []
    for cut in (slice(0, 2), slice(2, 4)):
        Q, K, V = x @ q[:, cut], x @ k[:, cut], x @ v[:, cut]
        heads.append(softmax(Q @ K.T / np.sqrt(2)) @ V)
    return np.sum((np.hstack(heads) @ o - y) ** 2)


@proves(
    "difference_with_two_pluses",
    at="act = Value(ygt)",
    rate=0.05,
    where={"v": "[w[0].data, w[1].data, b.data]"},
    backward=("_backward",),
)
def _(v, *, xs, ygt):
    return (ygt - np.tanh(v[0] * xs[0] + v[1] * xs[1] + v[2])) ** 2
