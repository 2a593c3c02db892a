"""Pupils who fill in sheets by hand: every step from their own rounded numbers, with one slip somewhere."""

import numpy as np

ARTICLE = """
import numpy as np
x = np.array([[1.0], [0.5], [-1.5]])
y = np.array([[1.0]])
W1 = np.array([[0.2, -0.4, 0.1], [0.7, 0.3, -0.5]])
b1 = np.array([[0.1], [-0.2]])
W2 = np.array([[0.5, -1.0]])
b2 = np.array([[0.2]])
z1 = W1 @ x + b1
h = np.maximum(0, z1)
z2 = W2 @ h + b2
p = 1 / (1 + np.exp(-z2))
loss = -(y * np.log(p) + (1 - y) * np.log(1 - p))
"""
BATCH = """
import numpy as np
X = np.array([[1.0, 0.5], [0.3, -1.5], [-0.7, 0.2]])
T = np.array([[1.0], [0.0], [2.0]])
W = np.array([[0.2, -0.4], [0.7, 0.3]])
b = np.array([0.1, -0.2])
V = np.array([[0.5], [-1.0]])
a = X @ W + b
h = np.tanh(a)
out = h @ V
loss = np.mean((out - T) ** 2)
"""


def rounded(array, decimals=3):
    return np.round(np.asarray(array, float), decimals)


def article(given, slip):
    """The article's network by hand; ``slip`` changes a step's array before it is written down."""
    x, y, W1, b1, W2, b2 = (given[one] for one in ("x", "y", "W1", "b1", "W2", "b2"))
    sheet = {}

    def put(name, array):
        sheet[name] = rounded(slip(name, np.asarray(array, float)))
        return sheet[name]

    z1 = put("z1", W1 @ x + b1)
    h = put("h", np.where(z1 > 0, z1, 0))
    z2 = put("z2", W2 @ h + b2)
    p = put("p", 1 / (1 + np.exp(-z2)))
    p = np.clip(p, 1e-6, 1 - 1e-6)
    put("loss", -(y * np.log(p) + (1 - y) * np.log(1 - p)))
    dz2 = put("dz2", sheet["p"] - y)
    dh = put("dh", W2.T @ dz2)
    dz1 = put("dz1", dh * (z1 > 0))
    put("dW1", dz1 @ x.T)
    put("db1", dz1)
    put("dW2", dz2 @ h.T)
    put("db2", dz2)
    return sheet


def batch(given, slip):
    """Three samples, tanh and a mean square by hand."""
    X, T, W, b, V = (given[one] for one in ("X", "T", "W", "b", "V"))
    sheet = {}

    def put(name, array):
        sheet[name] = rounded(slip(name, np.asarray(array, float)))
        return sheet[name]

    a = put("a", X @ W + b)
    h = put("h", np.tanh(a))
    out = put("out", h @ V)
    put("loss", np.mean((out - T) ** 2))
    dout = put("dout", 2 * (out - T) / 3)
    dh = put("dh", dout @ V.T)
    da = put("da", dh * (1 - h**2))
    put("dW", X.T @ da)
    put("db", da.sum(axis=0))
    put("dV", h.T @ dout)
    return sheet


def one_slip(random, names):
    """A slip at one step, by kind; what it is called, where, and the change."""
    at = names[random.integers(len(names))]
    kind = ("sign", "digit", "double", "point", "entry")[random.integers(5)]

    def change(name, array):
        if name != at:
            return array
        array = np.array(array, float)
        place = tuple(random.integers(length) for length in array.shape)
        if kind == "sign":
            return -array
        if kind == "double":
            return 2 * array
        if kind == "point":
            return 10 * array
        if kind == "digit":
            array[place] += random.choice((-1, 1)) * random.choice((0.1, 0.2, 0.05))
        else:
            array[place] = -array[place] + 0.3
        return array

    return kind, at, change


def labelled(sheet):
    """A sheet as answers by label, and its labels in the order in which they were found."""
    return {
        f"{name}[{','.join(map(str, entry))}]" if array.size > 1 else name: float(
            array[entry]
        )
        for name, array in sheet.items()
        for entry in np.ndindex(array.shape)
    }
