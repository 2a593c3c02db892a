"""Networks to write out, and what emitted text is held to."""

import ast
import subprocess
import sys
import zlib

import numpy as np

from chainrule.derive import backward, fuse, recognise
from chainrule.emit import DIALECTS
from chainrule.trace import trace


def article(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = np.maximum(0, z1)
    z2 = W2 @ h + b2
    y_pred = 1 / (1 + np.exp(-z2))
    return -np.mean(y * np.log(y_pred) + (1 - y) * np.log(1 - y_pred))


def rows(X, y, W1, b1, W2, b2):
    h = np.tanh(X @ W1 + b1)
    p = 1 / (1 + np.exp(-(h @ W2 + b2)))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def deep(X, t, W1, W2, W3, W4, b):
    a = np.maximum(0, X @ W1)
    c = np.tanh(a @ W2)
    d = np.maximum(0, c @ W3 + b)
    out = d @ W4
    return np.sum((out - t) ** 2) / X.shape[0]


def residual(X, t, V, W, b):
    h = X @ V
    for _ in range(3):
        h = h + np.tanh(h @ W + b)
    return np.mean((h - t) ** 2)


def shared(X, t, W):
    a = np.tanh(X @ W)
    b = np.tanh(a @ W)
    c = b @ W.T
    return np.mean(np.square(c - t)) + 0.01 * np.sum(W * W)


def recurrent(x, t, W, U, b, h0):
    h = h0
    for step in range(4):
        z = x[:, step] @ W + h @ U + b
        h = np.tanh(z)
    return np.mean((h - t) ** 2)


def layer_norm(X, t, W, gain, shift):
    z = X @ W
    mean = z.mean(axis=1, keepdims=True)
    centered = z - mean
    variance = (centered**2).mean(axis=1, keepdims=True)
    normal = centered / np.sqrt(variance + 1e-5)
    out = gain * normal + shift
    return np.sum((out - t) ** 2) / X.shape[0]


def classes(X, labels, W, b):
    z = X @ W + b
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(X.shape[0]), labels]))


def attention(X, t, Wq, Wk, Wv):
    q = X @ Wq
    k = X @ Wk
    v = X @ Wv
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(4.0)
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights = e / e.sum(axis=-1, keepdims=True)
    out = weights @ v
    return np.mean((out - t) ** 2)


NETWORKS = {
    "article": (
        article,
        {
            "x": (3, "B"),
            "y": "01 1B",
            "W1": (4, 3),
            "b1": (4, 1),
            "W2": (1, 4),
            "b2": (1, 1),
        },
    ),
    "rows": (
        rows,
        {
            "X": ("B", 3),
            "y": "01 B1",
            "W1": (3, 4),
            "b1": (4,),
            "W2": (4, 1),
            "b2": (1,),
        },
    ),
    "deep": (
        deep,
        {
            "X": ("B", 3),
            "t": ("B", 2),
            "W1": (3, 6),
            "W2": (6, 5),
            "W3": (5, 4),
            "W4": (4, 2),
            "b": (4,),
        },
    ),
    "residual": (
        residual,
        {"X": ("B", 3), "t": ("B", 4), "V": (3, 4), "W": (4, 4), "b": (4,)},
    ),
    "shared": (shared, {"X": ("B", 4), "t": ("B", 4), "W": (4, 4)}),
    "recurrent": (
        recurrent,
        {
            "x": ("B", 4, 2),
            "t": ("B", 3),
            "W": (2, 3),
            "U": (3, 3),
            "b": (3,),
            "h0": ("B", 3),
        },
    ),
    "layer_norm": (
        layer_norm,
        {"X": ("B", 3), "t": ("B", 4), "W": (3, 4), "gain": (4,), "shift": (4,)},
    ),
    "classes": (classes, {"X": ("B", 3), "labels": "int B 4", "W": (3, 4), "b": (4,)}),
    "attention": (
        attention,
        {"X": ("B", 6, 4), "t": ("B", 6, 4), "Wq": (4, 4), "Wk": (4, 4), "Wv": (4, 4)},
    ),
}
IN_PYTHON = [name for name in DIALECTS if name != "javascript"]
"""The dialects whose text is Python."""
DATA = frozenset({"x", "X", "y", "t", "labels", "h0"})


def numbers_for(name, batch, dtype):
    """Random arrays of a network's shapes; "B" is the batch."""
    rng = np.random.default_rng(zlib.crc32(f"{name}{batch}".encode()))
    arrays = {}
    for key, shape in NETWORKS[name][1].items():
        match shape:
            case "01 1B":
                arrays[key] = rng.integers(0, 2, (1, batch)).astype(dtype)
            case "01 B1":
                arrays[key] = rng.integers(0, 2, (batch, 1)).astype(dtype)
            case "int B 4":
                arrays[key] = rng.integers(0, 4, batch)
            case _:
                lengths = tuple(batch if length == "B" else length for length in shape)
                arrays[key] = rng.normal(size=lengths).astype(dtype)
    return arrays


def derived(name, *, batch=5, dtype=np.float64, folded=True):
    """A network's derivation and the arrays it was traced on."""
    arrays = numbers_for(name, batch, dtype)
    run = trace(NETWORKS[name][0], **arrays)
    if folded:
        run = fuse(recognise(run))
    named = run.program.named()
    targets = [named[key] for key in arrays if key not in DATA]
    return backward(run, wrt=targets), arrays


def formatted(text):
    """What ``ruff format`` makes of a text."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--isolated",
        "--stdin-filename",
        "a.py",
        "-",
    ]
    return subprocess.run(
        command, input=text, text=True, capture_output=True, check=True
    ).stdout


def not_as_formatted(folder):
    """What ``ruff format`` would change in the files of a folder, as a diff; empty if nothing."""
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", folder]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


IMPORTS = {
    "numpy": {"numpy", "math", "scipy.special"},
    "tensorflow": {"tensorflow", "numpy"},
    "torch": {"torch", "numpy"},
    "jax": {"jax", "jax.numpy", "numpy"},
}
SCRIPT_IMPORTS = {"argparse", "pathlib"}
ROOTS = {"np", "math", "scipy", "tf", "torch", "jnp", "jax", "argparse"}
FUNCTIONS = {
    *(
        "loss_and_gradients",
        "loss_and_gradients_by_autodiff",
        "forward",
        "total_loss",
        "step",
    ),
    *("print", "range", "zip", "float", "Path", "slice"),
    "vectorize",  # where an erf of NumPy is too long for one line
}
STATEMENTS = (
    *(
        ast.Module,
        ast.Import,
        ast.ImportFrom,
        ast.alias,
        ast.FunctionDef,
        ast.arguments,
        ast.arg,
    ),
    *(
        ast.Return,
        ast.Assign,
        ast.AugAssign,
        ast.Expr,
        ast.For,
        ast.If,
        ast.Assert,
        ast.With,
        ast.withitem,
    ),
    *(
        ast.expr,
        ast.expr_context,
        ast.operator,
        ast.unaryop,
        ast.cmpop,
        ast.keyword,
        ast.comprehension,
    ),
)


def allowed_only(text, dialect):
    """Whether a text imports its framework alone, calls nothing else, and reaches for no double underscore."""
    for node in ast.walk(ast.parse(text)):
        assert isinstance(node, STATEMENTS), ast.dump(node)
        assert not isinstance(
            node, ast.Lambda | ast.Await | ast.Yield | ast.NamedExpr
        ), ast.dump(node)
        match node:
            case ast.Import(names=names):
                assert {alias.name for alias in names} <= IMPORTS[
                    dialect
                ] | SCRIPT_IMPORTS
            case ast.ImportFrom(module=module):
                assert module in SCRIPT_IMPORTS
            case ast.Call(func=ast.Name(id=name)):
                assert name in FUNCTIONS, name
            case ast.Call(func=ast.Attribute() as function):
                assert not function.attr.startswith("_"), function.attr
            case ast.Name(id=name) | ast.arg(arg=name):
                assert not name.startswith("__") or name == "__file__", name
    return True
