"""Update rules, as their papers and textbooks give them; each makes a rule for ``proves``.

Plain functions of flat vectors: what the parameters are before, the gradient, the data with the rate, and the state
that the rule keeps from pass to pass.
"""

from collections.abc import Callable

import numpy as np


def each(step: Callable) -> Callable:
    """A rule from what it does to one parameter: ``step(gradient, memory, t)`` is what is taken off."""

    def rule(before: dict, gradient: dict, data: dict, state: dict) -> dict:
        state["t"] = state.get("t", 0) + 1
        after = {}
        for name, value in before.items():
            memory = state.setdefault(name, {})
            after[name] = value - step(gradient[name], memory, state["t"], data["rate"])
        return after

    return rule


def momentum(mu: float, share: float = 1.0) -> Callable:
    """Heavy ball: v = mu v + share g, and a step of rate v."""

    def step(g, memory, _, rate):
        memory["v"] = mu * memory.get("v", 0.0) + share * g
        return rate * memory["v"]

    return each(step)


def nesterov(mu: float) -> Callable:
    """Nesterov's step as Sutskever and others write it: v' = mu v - rate g, and w += -mu v + (1 + mu) v'."""

    def step(g, memory, _, rate):
        before = memory.get("v", 0.0)
        memory["v"] = mu * before - rate * g
        return mu * before - (1 + mu) * memory["v"]

    return each(step)


def adam(beta1: float, beta2: float, eps: float = 1e-8) -> Callable:
    """Adam (Kingma and Ba 2015, algorithm 1)."""

    def step(g, memory, t, rate):
        memory["m"] = beta1 * memory.get("m", 0.0) + (1 - beta1) * g
        memory["v"] = beta2 * memory.get("v", 0.0) + (1 - beta2) * g * g
        m, v = memory["m"] / (1 - beta1**t), memory["v"] / (1 - beta2**t)
        return rate * m / (np.sqrt(v) + eps)

    return each(step)


def rmsprop(rho: float, eps: float = 1e-8) -> Callable:
    """RMSProp (Hinton's lecture 6e): a leaky mean of squares under the root."""

    def step(g, memory, _, rate):
        memory["v"] = rho * memory.get("v", 0.0) + (1 - rho) * g * g
        return rate * g / (np.sqrt(memory["v"]) + eps)

    return each(step)


def adagrad(eps: float = 1e-8, *, inside: bool = False) -> Callable:
    """Adagrad (Duchi and others 2011): the sum of all squares under the root."""

    def step(g, memory, _, rate):
        memory["v"] = memory.get("v", 0.0) + g * g
        if inside:
            return rate * g / np.sqrt(memory["v"] + eps)
        return rate * g / (np.sqrt(memory["v"]) + eps)

    return each(step)
