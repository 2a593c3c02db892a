"""What a function, and what it calls, keep in globals, classes and closures is one thing, though arrays in it are inputs."""

import numpy as np
import pytest

from chainrule import value_and_grad

X = np.array([0.31, 0.74, 0.52])
DATA = np.array([1.0, 2.0, 3.0])
BUFFER = np.zeros(3)
TOTAL = 0.0


def add(v):
    global TOTAL  # noqa: PLW0603
    TOTAL = TOTAL + v


def kept_in_a_global(x):
    global TOTAL  # noqa: PLW0603
    TOTAL = 0.0
    add(x[0])
    add(x[1] ** 2)
    return np.sum((TOTAL * x) ** 2 * DATA)


class Settings:
    scale = None


SETTINGS = Settings()
SETTINGS.scale = np.ones(3)


class Network:
    def forward(self, x):
        return SETTINGS.scale * x * DATA


def kept_in_an_attribute(x):
    SETTINGS.scale = x
    return np.sum(Network().forward(x) ** 2)


def read_on_two_ways(x):
    return np.sum(Network().forward(x) ** 2 * DATA)


class Filler:
    def put(self, x):
        BUFFER[0] = x[0] ** 2


def kept_in_an_array(x):
    BUFFER[:] = x
    Filler().put(x)
    return np.sum(BUFFER * DATA)


def kept_in_a_closure():
    total, data = 0.0, np.array([1.0, 0.5, 2.0])

    def add_up(x):
        nonlocal total
        total = total + np.sum(x * data)

    def loss(x):
        nonlocal total
        total = 0.0
        add_up(x)
        add_up(x**2)
        return total * np.sum(x * DATA)

    return loss


FUNCTIONS = (kept_in_a_global, kept_in_an_attribute, read_on_two_ways, kept_in_an_array)


@pytest.mark.parametrize("function", [*FUNCTIONS, kept_in_a_closure()])
def test_state_is_what_the_function_itself_would_find(function, monkeypatch):
    both = value_and_grad(function)
    for x, first in ((X, 5.0), (2 * X, 5.0), (X, 1.0)):
        DATA[0] = first
        monkeypatch.setattr(SETTINGS, "scale", np.ones(3))
        value, slope = both(x)
        for i, d in enumerate(np.eye(3) * 1e-6):
            high, low = function(x + d), function(x - d)
            np.testing.assert_allclose(slope[i], (high - low) / 2e-6, rtol=1e-6)
        np.testing.assert_allclose(value, function(x), rtol=1e-12)
