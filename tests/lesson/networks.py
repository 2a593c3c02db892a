"""Networks a reader may bring: every shape of program the lessons promise to tell."""

# ruff: noqa: RET504 - the loss has a name, as in a reader's program

import linecache
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chainrule import ops
from chainrule.lesson import Lesson, explain
from chainrule.target import from_function, from_script

ARTICLE = Path(__file__).parents[2] / "examples" / "article.py"


def numbers(*shape: int) -> np.ndarray:
    """Numbers with two decimals, the same in every run."""
    return np.random.default_rng([7, *shape]).normal(size=shape).round(2)


def batch(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    H = np.tanh(Z1)
    Y_pred = H @ W2 + b2
    loss = np.mean((Y_pred - Y) ** 2)
    return loss


def softmax_by_hand(X, Y, W, b):
    logits = X @ W + b
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    P = e / e.sum(axis=1, keepdims=True)
    loss = -np.mean(np.sum(Y * np.log(P), axis=1))
    return loss


def nameless(x, y, W1, b1, w2):
    return np.mean((np.tanh(x @ W1 + b1) @ w2 - y) ** 2)


def residual(x, y, W1, W2, w3):
    h = np.maximum(0, x @ W1)
    r = h + np.tanh(h @ W2)
    y_pred = r @ w3
    loss = 0.5 * np.sum((y_pred - y) ** 2)
    return loss


def recurrent(xs, y, Wx, Wh, h0, w):
    h = h0
    for t in range(3):
        h = np.tanh(xs[t] @ Wx + h @ Wh)
    y_pred = h @ w
    loss = (y_pred - y) ** 2
    return loss


def columns(X, Y, W1, b1, W2, b2):
    m = X.shape[1]
    A1 = ops.sigmoid(W1 @ X + b1)
    Z2 = W2 @ A1 + b2
    A2 = ops.sigmoid(Z2)
    cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
    return cost


def normalised(X, Y, W, g, b):
    a = X @ W
    mu = a.mean(axis=1, keepdims=True)
    sd = np.sqrt(a.var(axis=1, keepdims=True) + 1e-5)
    n = g * (a - mu) / sd + b
    loss = np.mean(np.abs(n - Y))
    return loss


def attention(X, Wq, Wk, Wv, Y):
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    S = Q @ K.T / np.sqrt(2.0)
    A = ops.softmax(S, axis=-1)
    O = A @ V  # noqa: E741 - what the literature calls it
    loss = ((O - Y) ** 2).sum()
    return loss


def labelled(X, y, W, b):
    logits = X @ W + b
    loss = np.mean(ops.sparse_categorical_cross_entropy_with_logits(logits, y))
    return loss


def scalar(x, y, w, b):
    z = w * x + b
    a = 1 / (1 + np.exp(-z))
    loss = (a - y) ** 2
    return loss


def vector(x, y, w, b):
    z = w @ x + b
    p = ops.sigmoid(z)
    loss = -(y * np.log(p) + (1 - y) * np.log(1 - p))
    return loss


def bends(x, y, W, v):
    a = ops.gelu(x @ W)
    c = ops.silu(a)
    d = ops.leaky_relu(c)
    e = ops.softplus(d)
    f = ops.elu(e)
    g = ops.mish(f)
    loss = np.mean(ops.huber(g @ v, y))
    return loss


def shared(x, y, W):
    h1 = np.tanh(W @ x)
    h2 = np.tanh(W @ h1)
    loss = np.sum((h2 - y) ** 2)
    return loss


def embedded(emb, ids, y, w):
    v = emb[ids]
    m = v.mean(axis=0)
    z = m @ w
    loss = np.log(1 + np.exp(-y * z))
    return loss


ONE_HOT = np.eye(3)[[0, 2, 1, 1]]
TRUE = np.array([[1.0, 0.0, 1.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Network:
    """A function and its arrays."""

    function: Callable
    arrays: dict[str, np.ndarray]
    lessons: dict[tuple, Lesson] = field(default_factory=dict)

    def lesson(self, **options) -> Lesson:
        """The lesson on it, composed once for all who ask for the same."""
        asked = tuple(sorted(options.items()))
        if asked not in self.lessons:
            self.lessons[asked] = self.anew(**options)
        return self.lessons[asked]

    def anew(self, **options) -> Lesson:
        """The same, told again, for who has changed how it is told."""
        linecache.checkcache()
        subject = from_function(self.function, (), self.arrays)
        return explain(
            subject.run, loss=subject.loss, wrt=subject.parameters, **options
        )


def article(**options) -> Lesson:
    """The lesson on the article's own script."""
    subject = from_script(ARTICLE)
    return explain(subject.run, loss=subject.loss, wrt=subject.parameters, **options)


N = numbers
NETWORKS = {
    "batch": Network(batch, {"X": N(4, 2), "Y": N(4, 1), "W1": N(2, 3), "b1": N(3), "W2": N(3, 1), "b2": N(1)}),
    "softmax_by_hand": Network(softmax_by_hand, {"X": N(4, 2), "Y": ONE_HOT, "W": N(2, 3), "b": N(3)}),
    "nameless": Network(nameless, {"x": N(4, 2), "y": N(4), "W1": N(2, 3), "b1": N(3), "w2": N(3)}),
    "residual": Network(residual, {"x": N(3), "y": np.array(1.0), "W1": N(3, 2), "W2": N(2, 2), "w3": N(2)}),
    "recurrent": Network(recurrent, {"xs": N(3, 2), "y": np.array(0.5), "Wx": N(2, 2), "Wh": N(2, 2), "h0": np.zeros(2), "w": N(2)}),
    "columns": Network(columns, {"X": N(2, 5), "Y": TRUE, "W1": N(3, 2), "b1": N(3, 1), "W2": N(1, 3), "b2": N(1, 1)}),
    "normalised": Network(normalised, {"X": N(3, 2), "Y": N(3, 4), "W": N(2, 4), "g": np.ones(4), "b": np.zeros(4)}),
    "attention": Network(attention, {"X": N(3, 2), "Wq": N(2, 2), "Wk": N(2, 2), "Wv": N(2, 2), "Y": N(3, 2)}),
    "labelled": Network(labelled, {"X": N(4, 2), "y": np.array([0, 2, 1, 1]), "W": N(2, 3), "b": N(3)}),
    "scalar": Network(scalar, {"x": np.array(1.5), "y": np.array(1.0), "w": np.array(0.3), "b": np.array(-0.1)}),
    "vector": Network(vector, {"x": N(3), "y": np.array(0.0), "w": N(3), "b": np.array(0.1)}),
    "bends": Network(bends, {"x": N(2), "y": np.array(0.5), "W": N(2, 2), "v": N(2)}),
    "shared": Network(shared, {"x": N(2), "y": N(2), "W": N(2, 2)}),
    "embedded": Network(embedded, {"emb": N(5, 2), "ids": np.array([0, 3, 3]), "y": np.array(1.0), "w": N(2)}),
}  # fmt: skip
