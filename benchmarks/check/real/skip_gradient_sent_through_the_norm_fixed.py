import numpy as np

EPS = 1e-6


def rms_prenorm_fwd(x, residual, weight):
    """Add to the stream, then normalise: returns the normalised rows and the stream that goes on."""
    res_out = residual + x
    rstd = 1 / np.sqrt((res_out ** 2).mean(axis=-1, keepdims=True) + EPS)
    return res_out * rstd * weight, res_out, rstd


def rms_bwd(dout, res, rstd, weight):
    xhat = res * rstd
    wdy = dout * weight
    dres = (wdy - xhat * (xhat * wdy).mean(axis=-1, keepdims=True)) * rstd
    return dres, (dout * xhat).sum(axis=0)


def rms_prenorm_bwd(dout, dres_out, res_out, rstd, weight):
    dx, dw = rms_bwd(dout, res_out, rstd, weight)
    dx = dx + dres_out
    return dx, dw


rng = np.random.default_rng(53)
n, d = 5, 4
tokens = rng.normal(size=(n, d))
goal = rng.normal(size=(n, d))
P = {"mix": rng.normal(size=(d, d)) * 0.5, "norm": np.ones(d), "up": rng.normal(size=(d, d)) * 0.5}
for step in range(3):
    mixed = tokens @ P["mix"]
    normed, stream, rstd = rms_prenorm_fwd(mixed, tokens, P["norm"])
    hidden = np.maximum(normed @ P["up"], 0)
    out = stream + hidden
    loss = ((out - goal) ** 2).sum() / n

    dout = 2 * (out - goal) / n
    dpre = dout * (hidden > 0)
    dup = normed.T @ dpre
    dmixed, dnorm = rms_prenorm_bwd(dpre @ P["up"].T, dout, stream, rstd, P["norm"])
    dmix = tokens.T @ dmixed
    for name, g in (("mix", dmix), ("norm", dnorm), ("up", dup)):
        P[name] = P[name] - 0.05 * g
