"""Test functions of optimisation, as collections of benchmarks write them."""

import functools
import math

import numpy as np
from numpy import cos, exp, pi, sin, sqrt


def rosenbrock(x):
    total = 0
    for i in range(len(x) - 1):
        total += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return total


def rosenbrock_vectorised(x):
    x = np.asarray(x)
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0, axis=0)


def rastrigin(x, A=10):
    n = len(x)
    return A * n + sum([(xi**2 - A * np.cos(2 * math.pi * xi)) for xi in x])


def ackley(x, a=20.0, b=0.2, c=2 * pi):
    d = x.size
    first = -a * exp(-b * sqrt((x**2).sum() / d))
    second = -exp(cos(c * x).sum() / d)
    return first + second + a + exp(1)


def griewank(x):
    x = np.atleast_2d(x)
    i = np.sqrt(np.arange(x.shape[1]) + 1.0)
    return (np.sum(x**2, axis=1) / 4000 - np.prod(np.cos(x / i), axis=1) + 1).item(0)


def himmelblau(p):
    x, y = p
    return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2


def beale(p):
    x, y = p[0], p[1]
    coef = np.array([1.5, 2.25, 2.625])
    out = 0.0
    for k, c in enumerate(coef, start=1):
        out += (c - x + x * y**k) ** 2
    return out


def styblinski_tang(x):
    return 0.5 * np.polyval([1, 0, -16, 5, 0], x).sum()


def levy(x):
    w = 1 + (x - 1) / 4
    head = np.sin(np.pi * w[0]) ** 2
    tail = (w[-1] - 1) ** 2 * (1 + np.sin(2 * np.pi * w[-1]) ** 2)
    body = np.dot((w[:-1] - 1) ** 2, 1 + 10 * np.sin(np.pi * w[:-1] + 1) ** 2)
    return head + body + tail


def michalewicz(x, m=10):
    i = np.arange(1, x.size + 1)
    return -np.sum(np.sin(x) * np.sin(i * x**2 / np.pi) ** (2 * m))


def goldstein_price(v):
    x, y = v[0], v[1]
    left = 1 + (x + y + 1) ** 2 * (
        19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    )
    right = 30 + (2 * x - 3 * y) ** 2 * (
        18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    )
    return np.log(left * right)


def easom(x1, x2):
    return -cos(x1) * cos(x2) * exp(-((x1 - pi) ** 2 + (x2 - pi) ** 2))


def branin(X, params=(1, 5.1 / (4 * np.pi**2), 5 / np.pi, 6, 10, 1 / (8 * np.pi))):
    a, b, c, r, s, t = params
    x, y = X[:, 0], X[:, 1]
    f = a * np.square(y - b * np.square(x) + c * x - r) + s * (1 - t) * np.cos(x) + s
    return np.mean(f)


HARTMANN = {
    "alpha": np.array([1.0, 1.2, 3.0, 3.2]),
    "A": np.array([[3.0, 10, 30], [0.1, 10, 35], [3.0, 10, 30], [0.1, 10, 35]]),
    "P": 1e-4
    * np.array(
        [[3689, 1170, 2673], [4699, 4387, 7470], [1091, 8732, 5547], [381, 5743, 8828]]
    ),
}


def hartmann3(x):
    outer = 0
    for i in range(4):
        inner = 0
        for j in range(3):
            inner = inner + HARTMANN["A"][i, j] * (x[j] - HARTMANN["P"][i, j]) ** 2
        outer = outer - HARTMANN["alpha"][i] * np.exp(-inner)
    return outer


def schwefel(x):
    return 418.9829 * x.shape[0] - x.dot(np.sin(np.sqrt(np.abs(x))))


def zakharov(x):
    ii = np.arange(1, len(x) + 1)
    s = np.inner(0.5 * ii, x)
    return np.linalg.norm(x) ** 2 + s**2 + s**4


def powell(x):
    g = x.reshape(-1, 4)
    t1 = (g[:, 0] + 10 * g[:, 1]) ** 2
    t2 = 5 * (g[:, 2] - g[:, 3]) ** 2
    t3 = (g[:, 1] - 2 * g[:, 2]) ** 4
    t4 = 10 * (g[:, 0] - g[:, 3]) ** 4
    return float(1) * sum(t1 + t2 + t3 + t4)


def six_hump_camel(x):
    return functools.reduce(
        lambda a, b: a + b,
        [
            (4 - 2.1 * x[0] ** 2 + x[0] ** 4 / 3) * x[0] ** 2,
            x[0] * x[1],
            (-4 + 4 * x[1] ** 2) * x[1] ** 2,
        ],
    )


class Quadratic:
    """A callable objective, as optimisers' tutorials define one."""

    def __init__(self, A, b):
        self.A = A
        self.b = b
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        return 0.5 * x.dot(self.A).dot(x) - self.b.dot(x)


def quadratic_object(x):
    objective = Quadratic(np.array([[3.0, 1.0], [1.0, 2.0]]), np.array([1.0, -1.0]))
    return objective(x)


def penalised_constraint(x, mu=10.0):
    f = (x[0] - 2) ** 2 + 2 * (x[1] - 1) ** 2
    g = [x[0] + 4 * x[1] - 3, -x[0] + x[1]]
    penalty = 0
    for gi in g:
        penalty += max(0, gi) ** 2
    return f + mu * penalty


def log_barrier(x, A, b, t):
    slack = b - A @ x
    return t * x.sum() - np.log(slack).sum()


EXAMPLES = [
    (rosenbrock, "x", {"x": np.array([-1.2, 1.0, 0.8])}),
    (rosenbrock_vectorised, "x", {"x": np.array([-1.2, 1.0, 0.8, 0.3])}),
    (rastrigin, "x", {"x": np.array([0.4, -1.3, 2.2])}),
    (ackley, "x", {"x": np.array([0.4, -1.3, 2.2])}),
    (griewank, "x", {"x": np.array([4.0, -13.0, 2.2])}),
    (himmelblau, "p", {"p": np.array([1.5, -2.5])}),
    (beale, "p", {"p": np.array([1.1, 0.4])}),
    (styblinski_tang, "x", {"x": np.array([-2.0, 1.0, 0.3])}),
    (levy, "x", {"x": np.array([-2.0, 1.3, 0.3])}),
    (michalewicz, "x", {"x": np.array([2.2, 1.57, 1.28])}),
    (goldstein_price, "v", {"v": np.array([0.3, -0.8])}),
    (easom, "x1 x2", {"x1": 2.9, "x2": 3.4}),
    (branin, "X", {"X": np.array([[1.0, 2.0], [-2.0, 11.0], [8.5, 3.0]])}),
    (hartmann3, "x", {"x": np.array([0.3, 0.5, 0.8])}),
    (schwefel, "x", {"x": np.array([300.5, -200.0, 410.0])}),
    (zakharov, "x", {"x": np.array([0.3, -0.6, 0.5])}),
    (powell, "x", {"x": np.array([3.0, -1.0, 0.4, 1.0, 0.2, 0.6, -0.5, 0.7])}),
    (six_hump_camel, "x", {"x": np.array([0.9, -0.4])}),
    (quadratic_object, "x", {"x": np.array([0.9, -0.4])}),
    (penalised_constraint, "x", {"x": np.array([1.9, 0.4])}),
    (
        log_barrier,
        "x",
        {
            "x": np.array([0.2, 0.3]),
            "A": np.array([[1.0, 2.0], [-1.0, 0.0], [0.0, -1.0]]),
            "b": np.array([1.5, 0.4, 0.1]),
            "t": 2.0,
        },
    ),
]
