"""Custom gradients in JAX as people write them; all of them right."""

import functools

import jax
import jax.numpy as jnp
from jax import custom_vjp, lax, nn


@jax.custom_vjp
def linear(x, w, b):
    return x @ w + b


def linear_fwd(x, w, b):
    return linear(x, w, b), (x, w)


def linear_bwd(res, g):
    x, w = res
    dx = g @ w.T
    dw = jnp.dot(x.T, g)
    db = jnp.sum(g, axis=0)
    return dx, dw, db


linear.defvjp(linear_fwd, linear_bwd)


@jax.custom_vjp
def relu(x):
    return jnp.maximum(x, 0)


relu.defvjp(lambda x: (relu(x), x), lambda x, g: (jnp.where(x > 0, g, 0.0),))


@custom_vjp
def softmax(x):
    e = jnp.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_fwd(x):
    p = softmax(x)
    return p, p


@jax.jit
def softmax_bwd(p, g):
    inner = jnp.sum(g * p, axis=-1, keepdims=True)
    return (p * (g - inner),)


softmax.defvjp(softmax_fwd, softmax_bwd)


@functools.partial(jax.custom_vjp, nondiff_argnums=(3,))
def layer_norm(x, gamma, beta, eps):
    mu = jnp.mean(x, axis=-1, keepdims=True)
    var = jnp.var(x, axis=-1, keepdims=True)
    return gamma * (x - mu) * lax.rsqrt(var + eps) + beta


def ln_fwd(x, gamma, beta, eps):
    mu = jnp.mean(x, axis=-1, keepdims=True)
    xc = x - mu
    rstd = lax.rsqrt(jnp.mean(xc**2, axis=-1, keepdims=True) + eps)
    xhat = xc * rstd
    return gamma * xhat + beta, (xhat, rstd, gamma)


def ln_bwd(eps, res, dy):
    xhat, rstd, gamma = res
    dgamma = jnp.sum(dy * xhat, axis=0)
    dbeta = jnp.sum(dy, axis=0)
    dxhat = dy * gamma
    dx = rstd * (
        dxhat
        - dxhat.mean(-1, keepdims=True)
        - xhat * (dxhat * xhat).mean(-1, keepdims=True)
    )
    return dx, dgamma, dbeta


layer_norm.defvjp(ln_fwd, ln_bwd)


@jax.custom_vjp
def gelu(x):
    return 0.5 * x * (1 + jax.scipy.special.erf(x / jnp.sqrt(2.0)))


def gelu_fwd(x):
    return gelu(x), x


def gelu_bwd(x, g):
    cdf = 0.5 * (1 + jax.scipy.special.erf(x / jnp.sqrt(2.0)))
    pdf = jnp.exp(-0.5 * x**2) / jnp.sqrt(2 * jnp.pi)
    return (g * (cdf + x * pdf),)


gelu.defvjp(gelu_fwd, gelu_bwd)


@jax.custom_vjp
def attention(q, k, v):
    s = jnp.einsum("bqd,bkd->bqk", q, k) / jnp.sqrt(q.shape[-1])
    return jnp.einsum("bqk,bkd->bqd", nn.softmax(s, axis=-1), v)


def att_fwd(q, k, v):
    s = jnp.einsum("bqd,bkd->bqk", q, k) / jnp.sqrt(q.shape[-1])
    p = jax.nn.softmax(s, axis=-1)
    return jnp.einsum("bqk,bkd->bqd", p, v), {"q": q, "k": k, "v": v, "p": p}


def att_bwd(cache, do):
    q, k, v, p = cache["q"], cache["k"], cache["v"], cache["p"]
    scale = 1 / jnp.sqrt(q.shape[-1])
    dv = jnp.einsum("bqk,bqd->bkd", p, do)
    dp = jnp.einsum("bqd,bkd->bqk", do, v)
    ds = p * (dp - jnp.sum(dp * p, axis=-1, keepdims=True))
    dq = jnp.einsum("bqk,bkd->bqd", ds, k) * scale
    dk = jnp.einsum("bqk,bqd->bkd", ds, q) * scale
    return dq, dk, dv


attention.defvjp(att_fwd, att_bwd)


@jax.custom_vjp
def two(x, y):
    return x * y, jnp.sin(x)


def two_fwd(x, y):
    return (x * y, jnp.sin(x)), (x, y)


def two_bwd(res, gs):
    x, y = res
    g1, g2 = gs
    return g1 * y + g2 * jnp.cos(x), g1 * x


two.defvjp(two_fwd, two_bwd)


@jax.custom_vjp
def ce(logits, labels):
    logp = jax.nn.log_softmax(logits)
    return -jnp.mean(logp[jnp.arange(logits.shape[0]), labels])


def ce_fwd(logits, labels):
    return ce(logits, labels), (logits, labels)


def ce_bwd(res, g):
    logits, labels = res
    p = jax.nn.softmax(logits)
    d = p.at[jnp.arange(p.shape[0]), labels].add(-1.0)
    return g * d / p.shape[0], None


ce.defvjp(ce_fwd, ce_bwd)


@jax.custom_vjp
def log1pexp(x):
    return jnp.log1p(jnp.exp(x))


def lfwd(x):
    return log1pexp(x), x


def lbwd(x, g):
    return ((1 - 1 / (1 + jnp.exp(x))) * g,)


log1pexp.defvjp(lfwd, lbwd)
