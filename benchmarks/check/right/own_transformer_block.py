import numpy as np
from math import sqrt, pi


def gelu(x):
    return 0.5 * x * (1 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))


def gelu_backward(dy, x):
    t = np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))
    return dy * (
        0.5 * (1 + t) + 0.5 * x * (1 - t**2) * sqrt(2 / pi) * (1 + 3 * 0.044715 * x**2)
    )


def layernorm(x, w, b, eps=1e-5):
    mu = x.mean(-1, keepdims=True)
    rstd = 1 / np.sqrt(((x - mu) ** 2).mean(-1, keepdims=True) + eps)
    xhat = (x - mu) * rstd
    return xhat * w + b, (xhat, rstd, w)


def layernorm_backward(dy, cache):
    xhat, rstd, w = cache
    dw = (dy * xhat).sum(0)
    db = dy.sum(0)
    dxhat = dy * w
    dx = dxhat - dxhat.mean(-1, keepdims=True)
    dx = dx - xhat * (dxhat * xhat).mean(-1, keepdims=True)
    return dx * rstd, dw, db


rng = np.random.default_rng(7)
T, C = 4, 6
p = {
    "ln_w": np.ones(C),
    "ln_b": np.zeros(C),
    "fc": rng.normal(size=(C, 2 * C)) * 0.3,
    "proj": rng.normal(size=(2 * C, C)) * 0.3,
}
x = rng.normal(size=(T, C))
target = rng.normal(size=(T, C))
for step in range(2):
    n, cache = layernorm(x, p["ln_w"], p["ln_b"])
    u = n @ p["fc"]
    a = gelu(u)
    out = x + a @ p["proj"]  # residual
    loss = ((out - target) ** 2).mean()
    dout = 2 * (out - target) / out.size
    g = {"proj": a.T @ dout}
    du = gelu_backward(dout @ p["proj"].T, u)
    g["fc"] = n.T @ du
    _, g["ln_w"], g["ln_b"] = layernorm_backward(du @ p["fc"].T, cache)
    p = {k: v - 0.2 * g[k] for k, v in p.items()}
