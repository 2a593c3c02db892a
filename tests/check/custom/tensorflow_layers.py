"""Custom gradients in TensorFlow as people write them; all of them right."""

import numpy as np
import tensorflow as tf


@tf.custom_gradient
def linear(x, w, b):
    y = tf.matmul(x, w) + b

    def grad(dy):
        dx = tf.matmul(dy, w, transpose_b=True)
        dw = tf.matmul(x, dy, transpose_a=True)
        db = tf.reduce_sum(dy, axis=0)
        return dx, dw, db

    return y, grad


@tf.custom_gradient
def relu(x):
    def grad(dy):
        return dy * tf.cast(x > 0, dy.dtype)

    return tf.nn.relu(x), grad


@tf.custom_gradient
def softmax(x):
    p = tf.nn.softmax(x)

    def grad(upstream):
        inner = tf.reduce_sum(upstream * p, axis=-1, keepdims=True)
        return p * (upstream - inner)

    return p, grad


@tf.custom_gradient
def layer_norm(x, gamma, beta):
    mu = tf.reduce_mean(x, axis=-1, keepdims=True)
    var = tf.math.reduce_variance(x, axis=-1, keepdims=True)
    rstd = tf.math.rsqrt(var + 1e-5)
    xhat = (x - mu) * rstd

    def grad(dy):
        dgamma = tf.reduce_sum(dy * xhat, axis=0)
        dbeta = tf.reduce_sum(dy, axis=0)
        dxhat = dy * gamma
        dx = rstd * (
            dxhat
            - tf.reduce_mean(dxhat, -1, keepdims=True)
            - xhat * tf.reduce_mean(dxhat * xhat, axis=-1, keepdims=True)
        )
        return [dx, dgamma, dbeta]

    return gamma * xhat + beta, grad


@tf.custom_gradient
def gelu(x):
    cdf = 0.5 * (1.0 + tf.math.erf(x / np.sqrt(2.0)))

    def grad(dy):
        pdf = tf.exp(-0.5 * tf.square(x)) / np.sqrt(2 * np.pi)
        return dy * (cdf + x * pdf)

    return x * cdf, grad


@tf.custom_gradient
def attention(q, k, v):
    scale = 1 / np.sqrt(3.0)
    p = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) * scale, axis=-1)

    def grad(do):
        dv = tf.matmul(p, do, transpose_a=True)
        dp = tf.matmul(do, v, transpose_b=True)
        ds = p * (dp - tf.reduce_sum(dp * p, axis=-1, keepdims=True))
        dq = tf.matmul(ds, k) * scale
        dk = tf.matmul(ds, q, transpose_a=True) * scale
        return dq, dk, dv

    return tf.matmul(p, v), grad


@tf.custom_gradient
def two(x, y):
    def grad(g1, g2):
        return g1 * y + g2 * tf.cos(x), g1 * x

    return (x * y, tf.sin(x)), grad


@tf.custom_gradient
def log1pexp(x):
    e = tf.exp(x)

    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))

    return tf.math.log(1 + e), grad


@tf.custom_gradient
def ce(logits, labels):
    p = tf.nn.softmax(logits)
    n = tf.cast(tf.shape(logits)[0], logits.dtype)
    onehot = tf.one_hot(labels, 3, dtype=logits.dtype)
    loss = -tf.reduce_sum(onehot * tf.math.log(p)) / n

    def grad(dy):
        return dy * (p - onehot) / n, None

    return loss, grad


@tf.custom_gradient
def batch_norm(x, gamma, beta):
    m = tf.reduce_mean(x, axis=0)
    xc = x - m
    inv = 1 / tf.sqrt(tf.reduce_mean(xc**2, axis=0) + 1e-3)
    xhat = xc * inv

    def grad(dy):
        n = x.shape[0]
        dxhat = dy * gamma
        dx = (
            inv
            / n
            * (
                n * dxhat
                - tf.reduce_sum(dxhat, 0)
                - xhat * tf.reduce_sum(dxhat * xhat, 0)
            )
        )
        return dx, tf.reduce_sum(dy * xhat, 0), tf.reduce_sum(dy, 0)

    return gamma * xhat + beta, grad
