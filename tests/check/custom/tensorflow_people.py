"""Custom gradients in TensorFlow after those in which people made a mistake; these are the right ones."""

import tensorflow as tf


@tf.custom_gradient
def log1pexp(x):
    """The example of the documentation."""
    e = tf.exp(x)

    def grad(upstream):
        return upstream * (1 - 1 / (1 + e))

    return tf.math.log(1 + e), grad


@tf.custom_gradient
def swish(x, beta):
    """With a slope that is learnt."""
    s = tf.sigmoid(beta * x)

    def grad(dy):
        dx = dy * (s + beta * x * s * (1 - s))
        dbeta = tf.reduce_sum(dy * x * x * s * (1 - s))
        return dx, dbeta

    return x * s, grad


@tf.custom_gradient
def mse(pred, target):
    """Averaged over all entries."""
    diff = pred - target
    n = tf.cast(tf.size(diff), diff.dtype)

    def grad(dy):
        g = dy * 2.0 * diff / n
        return g, -g

    return tf.reduce_mean(tf.square(diff)), grad


@tf.custom_gradient
def normalize(x):
    """A vector over its length."""
    norm = tf.sqrt(tf.reduce_sum(x * x, axis=-1, keepdims=True))
    y = x / norm

    def grad(dy):
        dot = tf.reduce_sum(dy * y, axis=-1, keepdims=True)
        return (dy - y * dot) / norm

    return y, grad


@tf.custom_gradient
def dense(x, w, b):
    """A layer."""
    z = tf.matmul(x, w) + b
    a = tf.tanh(z)

    def grad(dy):
        dz = dy * (1.0 - a * a)
        dx = tf.matmul(dz, w, transpose_b=True)
        dw = tf.matmul(x, dz, transpose_a=True)
        db = tf.reduce_sum(dz, axis=0)
        return dx, dw, db

    return a, grad
