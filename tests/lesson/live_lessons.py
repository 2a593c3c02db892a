"""Lessons of the kinds that people write, each on numbers of its own, for what a page makes of edits."""

from __future__ import annotations

from typing import Final

import numpy as np


def _numbers(seed: int, **shapes: tuple[int, ...]) -> str:
    """Arrays written out, of one decimal."""
    rng = np.random.default_rng(seed)
    found = {
        name: rng.choice([-1, 1], size=shape) * rng.integers(1, 16, size=shape) / 10
        for name, shape in shapes.items()
    }
    return "\n".join(
        f"{name} = np.array({array.tolist()})" for name, array in found.items()
    )


def _labels(*rows: int, classes: int = 3) -> str:
    return f"Y = np.array({np.eye(classes)[list(rows)].tolist()})"


_BINARY = """
p = 1 / (1 + np.exp(-z))
loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))"""
_SOFTMAX = """
e = np.exp(z - z.max(axis=1, keepdims=True))
p = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.sum(Y * np.log(p), axis=1))"""
_TARGETS = "y = np.array([[1.0], [0.0], [1.0]])"
_SIX = "target = np.array([0.5, -0.5, 1.0, 0.2, -0.3, 0.8])"

_WRITTEN: Final = {
    "perceptron": ({"x": (3,), "w": (3,), "b": ()}, """
y = 0.7
z = w @ x + b
a = np.tanh(z)
loss = (a - y) ** 2"""),
    "least squares": ({"X": (4, 2), "y": (4,), "w": (2,), "b": ()}, """
error = X @ w + b - y
loss = np.mean(error ** 2)"""),
    "ridge": ({"X": (4, 2), "y": (4,), "w": (2,)}, """
loss = np.sum((X @ w - y) ** 2) + 0.1 * np.sum(w ** 2)"""),
    "lasso": ({"X": (4, 2), "y": (4,), "w": (2,)}, """
loss = np.mean((X @ w - y) ** 2) + 0.1 * np.sum(np.abs(w))"""),
    "logistic": ({"X": (3, 2), "w": (2, 1), "b": (1,)}, f"""
{_TARGETS}
z = X @ w + b{_BINARY}"""),
    "dense relu batch": ({"X": (3, 2), "W1": (2, 3), "b1": (3,), "W2": (3, 1), "b2": (1,)}, f"""
{_TARGETS}
h = np.maximum(0, X @ W1 + b1)
z = h @ W2 + b2{_BINARY}"""),
    "two hidden layers": ({"X": (3, 2), "W1": (2, 2), "b1": (2,), "W2": (2, 2), "b2": (2,), "W3": (2, 1)}, """
y = np.array([[0.5], [-0.2], [0.9]])
h1 = np.tanh(X @ W1 + b1)
h2 = np.tanh(h1 @ W2 + b2)
loss = 0.5 * np.mean((h2 @ W3 - y) ** 2)"""),
    "softmax": ({"X": (2, 2), "W": (2, 3), "b": (3,)}, f"""
{_labels(0, 2)}
z = X @ W + b{_SOFTMAX}"""),
    "softmax of labels": ({"X": (3, 2), "W": (2, 3), "b": (3,)}, """
y = np.array([0, 2, 1])
z = X @ W + b
e = np.exp(z - z.max(axis=1, keepdims=True))
p = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.log(p[np.arange(3), y]))"""),
    "log-sum-exp": ({"X": (2, 3), "W": (3, 3)}, f"""
{_labels(1, 2)}
z = X @ W
loss = np.mean(np.log(np.sum(np.exp(z), axis=1)) - np.sum(Y * z, axis=1))"""),
    "layer norm": ({"x": (2, 3), "W": (3, 3), "g": (3,), "s": (3,), "t": (2, 3)}, """
z = x @ W
m = z.mean(axis=1, keepdims=True)
v = ((z - m) ** 2).mean(axis=1, keepdims=True)
h = g * (z - m) / np.sqrt(v + 1e-5) + s
loss = np.sum((h - t) ** 2)"""),
    "batch norm": ({"X": (4, 2), "W": (2, 2), "g": (2,), "s": (2,), "y": (4, 2)}, """
z = X @ W
n = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5)
loss = np.mean((g * n + s - y) ** 2)"""),
    "rms norm": ({"x": (2, 3), "g": (3,), "t": (2, 3)}, """
r = np.sqrt(np.mean(x ** 2, axis=1, keepdims=True) + 1e-6)
loss = np.sum((g * x / r - t) ** 2)"""),
    "unit length": ({"w": (3,), "x": (3,)}, """
loss = (w @ x / np.linalg.norm(w) - 0.5) ** 2"""),
    "convolution": ({"x": (6,), "k": (3,), "t": (4,)}, """
y = np.zeros(4)
for i in range(4):
    y[i] = np.sum(x[i:i + 3] * k)
loss = np.sum((y - t) ** 2)"""),
    "convolution of an image": ({"X": (4, 4), "K": (2, 2), "W": (9,)}, """
c = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        c[i, j] = np.sum(X[i:i + 2, j:j + 2] * K)
h = np.maximum(0, c)
loss = (h.reshape(-1) @ W - 1.0) ** 2"""),
    "convolution by windows": ({"x": (1, 1, 4, 4), "K": (2, 1, 2, 2), "y": (1, 2, 3, 3)}, """
from numpy.lib.stride_tricks import sliding_window_view
z = np.einsum("nchwij,fcij->nfhw", sliding_window_view(x, (2, 2), axis=(2, 3)), K)
h = np.maximum(0, z)
loss = np.mean((h - y) ** 2)"""),
    "convolution with a frame and strides": ({"x": (1, 1, 3, 4), "K": (1, 1, 2, 3), "y": (1, 1, 2, 4)}, """
from numpy.lib.stride_tricks import sliding_window_view
frame = ((0, 0), (0, 0), (1, 1), (1, 1))
z = np.einsum("nchwij,fcij->nfhw", sliding_window_view(np.pad(x, frame), (2, 3), axis=(2, 3))[:, :, ::2], K)
loss = np.mean((z - y) ** 2)"""),
    "convolution of a row": ({"x": (1, 1, 7), "K": (1, 1, 3), "y": (1, 1, 5)}, """
from numpy.lib.stride_tricks import sliding_window_view
z = np.einsum("nclk,fck->nfl", sliding_window_view(x, 3, axis=2), K)
loss = np.sum((z - y) ** 2)"""),
    "largest of windows": ({"x": (1, 1, 4, 4), "K": (1, 1, 2, 2)}, """
from numpy.lib.stride_tricks import sliding_window_view
z = np.einsum("nchwij,fcij->nfhw", sliding_window_view(x, (2, 2), axis=(2, 3)), K)
p = sliding_window_view(z, (2, 2), axis=(2, 3)).max(axis=(4, 5))
loss = np.mean((p - 0.5) ** 2)"""),
    "means of windows": ({"x": (1, 1, 2, 6), "w": (1, 1, 2, 6)}, """
from numpy.lib.stride_tricks import sliding_window_view
z = x * w
p = sliding_window_view(z, (1, 3), axis=(2, 3))[:, :, :, ::3].mean(axis=(4, 5))
loss = np.mean((np.tanh(p) - 0.37) ** 2)"""),
    "pooling": ({"x": (6,), "w": (6,)}, """
z = w * x
m = z.reshape(3, 2).max(axis=1)
loss = np.sum((m - 0.5) ** 2)"""),
    "attention": ({"X": (3, 2), "Wq": (2, 2), "Wk": (2, 2), "Wv": (2, 2), "T": (3, 2)}, """
Q, K, V = X @ Wq, X @ Wk, X @ Wv
S = Q @ K.T / np.sqrt(2)
E = np.exp(S - S.max(axis=1, keepdims=True))
A = E / E.sum(axis=1, keepdims=True)
loss = np.mean((A @ V - T) ** 2)"""),
    "masked attention": ({"X": (3, 2), "W": (2, 2), "T": (3, 2)}, """
mask = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]])
S = np.where(mask > 0, X @ W @ X.T, -1e9)
E = np.exp(S - S.max(axis=1, keepdims=True))
A = E / E.sum(axis=1, keepdims=True)
loss = np.mean((A @ X - T) ** 2)"""),
    "rnn": ({"x": (3, 2), "U": (2, 2), "W": (2, 2), "v": (2,)}, """
h = np.zeros(2)
for t in range(3):
    h = np.tanh(x[t] @ U + h @ W)
loss = 0.5 * (h @ v - 0.7) ** 2"""),
    "rnn with a loss a step": ({"x": (3, 2), "U": (2, 2), "W": (2, 2), "t": (3, 2)}, """
h = np.zeros(2)
loss = 0.0
for i in range(3):
    h = np.tanh(x[i] @ U + h @ W)
    loss = loss + np.sum((h - t[i]) ** 2)"""),
    "lstm": ({"x": (2, 2), "Wi": (4, 2), "Wf": (4, 2), "Wo": (4, 2), "Wg": (4, 2)}, """
h = np.zeros(2)
c = np.zeros(2)
for t in range(2):
    u = np.concatenate([x[t], h])
    i = 1 / (1 + np.exp(-(u @ Wi)))
    f = 1 / (1 + np.exp(-(u @ Wf)))
    o = 1 / (1 + np.exp(-(u @ Wo)))
    c = f * c + i * np.tanh(u @ Wg)
    h = o * np.tanh(c)
loss = np.sum((h - 0.5) ** 2)"""),
    "residual": ({"x": (2, 2), "W1": (2, 2), "W2": (2, 2), "t": (2, 2)}, """
h = x + np.maximum(0, x @ W1)
o = h + np.maximum(0, h @ W2)
loss = np.mean((o - t) ** 2)"""),
    "dropout": ({"X": (2, 2), "W1": (2, 4), "W2": (4, 1)}, """
y = np.array([[1.0], [0.0]])
mask = np.array([[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0]]) / 0.5
h = np.maximum(0, X @ W1) * mask
z = h @ W2""" + _BINARY),
    "circuit": ({"a": (), "b": (), "c": ()}, """
d = a * b
e = d + c
loss = e * e"""),
    "circuit of Karpathy": ({"w0": (), "x0": (), "w1": (), "x1": (), "w2": ()}, """
dot = w0 * x0 + w1 * x1 + w2
loss = 1 / (1 + np.exp(-dot))"""),
    "circuit with a maximum": ({"x": (), "y": (), "z": (), "w": ()}, """
loss = 2 * (x * y + np.maximum(z, w))"""),
    "circuit of many": ({"a": (), "b": ()}, """
c = np.sin(a) + a * b
d = np.exp(c / 4) - b ** 2
loss = d ** 2 + np.log(1 + c ** 2)"""),
    "leaky relu": ({"X": (3, 2), "W": (2, 2), "t": (3, 2)}, """
z = X @ W
h = np.where(z > 0, z, 0.1 * z)
loss = np.mean((h - t) ** 2)"""),
    "elu": ({"x": (4,), "w": (4,), "b": (4,)}, """
z = w * x + b
h = np.where(z > 0, z, np.exp(z) - 1)
loss = np.sum(h ** 2)"""),
    "gelu": ({"X": (2, 2), "W": (2, 2), "t": (2, 2)}, """
z = X @ W
h = 0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z ** 3)))
loss = np.mean((h - t) ** 2)"""),
    "swish": ({"x": (3,), "w": (3,), "b": ()}, """
z = w * x + b
h = z / (1 + np.exp(-z))
loss = np.sum((h - 1.0) ** 2)"""),
    "softplus": ({"X": (2, 2), "W": (2, 1)}, """
y = np.array([[1.0], [-1.0]])
loss = np.mean(np.log(1 + np.exp(-y * (X @ W))))"""),
    "hinge": ({"X": (4, 2), "w": (2,), "b": ()}, """
y = np.array([1.0, -1.0, 1.0, -1.0])
loss = np.mean(np.maximum(0, 1 - y * (X @ w + b)))"""),
    "huber": ({"x": (6,), "w": (6,)}, f"""
{_SIX}
e = w * x - target
loss = np.mean(np.where(np.abs(e) <= 1, 0.5 * e ** 2, np.abs(e) - 0.5))"""),
    "where in where": ({"x": (6,), "w": (6,)}, f"""
{_SIX}
z = w * x
h = np.where(z > 1, 1 + 0.1 * (z - 1), np.where(z > 0, z, 0.2 * z))
loss = np.mean((h - target) ** 2)"""),
    "clipped": ({"x": (6,), "w": (6,)}, f"""
{_SIX}
h = np.clip(w * x, -1, 1)
loss = np.mean((h - target) ** 2)"""),
    "embedding": ({"E": (4, 2), "W": (2, 3)}, f"""
words = np.array([2, 0, 2])
{_labels(0, 2, 1)}
h = E[words]
z = h @ W{_SOFTMAX}"""),
    "whole numbers": ({"w": (2,), "b": ()}, """
X = np.array([[1, 2], [3, -1], [0, 2]])
y = np.array([1, 0, 2])
error = X @ w + b - y
loss = np.mean(error ** 2)"""),
    "the largest wins": ({"X": (2, 3), "W": (3, 3)}, """
z = X @ W
best = np.argmax(z, axis=1)
loss = np.mean((1.0 - z[np.arange(2), best]) ** 2)"""),
    "several steps": ({"x": (3,), "y": (3,)}, """
w = 0.5
b = 0.1
for epoch in range(3):
    p = w * x + b
    loss = np.mean((p - y) ** 2)
    dw = np.mean(2 * (p - y) * x)
    db = np.mean(2 * (p - y))
    w -= 0.1 * dw
    b -= 0.1 * db"""),
    "a pair alike": ({"a": (3,), "b": (3,), "W": (3, 2)}, """
u, v = a @ W, b @ W
loss = 1 - u @ v / (np.sqrt(u @ u) * np.sqrt(v @ v))"""),
}  # fmt: skip

LESSONS: Final = {
    name: f"import numpy as np\n{_numbers(at, **shapes)}{body}\n"
    for at, (name, (shapes, body)) in enumerate(_WRITTEN.items())
}
"""Each script by what it shows."""
