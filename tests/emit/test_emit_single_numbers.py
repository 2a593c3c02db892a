"""Single numbers in every framework: read as an entry, made of lengths alone, and what the first turn of a loop finds."""

import inspect

import numpy as np
import pytest

import chainrule


def by_item(x, S):
    quad = (x.T @ S @ x).item()
    return quad * np.sum(x) + x.sum()[()] ** 2


def attention(x, S):
    scores = x.T @ S @ x / np.sqrt(S.shape[-1])
    return np.sum(np.tanh(scores) ** 2)


def of_lengths(x, S):
    n = x.shape[0]
    inner = np.log(2 * n + 1) * np.tanh(x.T @ S @ x / np.sqrt(2 * n))
    return np.sum(inner) / np.maximum(n, 3) + np.exp(-n / 10)


def discounted(x, counts):
    running, seen = 0.0, [0.0]
    returns = np.zeros(4)
    for t in reversed(range(4)):
        running = 0.9 * running + counts[t]
        returns[t] = running
        seen.append(0.5 * seen[-1] + counts[t])
    return np.sum(np.log(np.sum(returns) + x**2)) * sum(seen)


def counted(x, counts):
    total, best = 0.0, -np.inf
    for count in counts:
        total += count
        best = np.maximum(best, count * x[0, 0])
    return np.sum(total * x**2) + best**2


def of_lengths_less_some(x, counts):
    degrees = counts.size - x.size
    return np.sum(x**2) / degrees * 1.5 ** (degrees - 1)


def rows_alone(x, S):
    return np.sum(x[np.array([1, 1, 0])] ** 3) * S[0, 1]


def table(x, counts):
    w = x * counts
    h = np.zeros((3, 5))
    for i in range(1, 3):
        for j in range(1, 5):
            h[i, j] = 0.5 * h[i - 1, j] + h[i, j - 1] + w[i - 1, j - 1]
    return h[2, 4]


LOSSES = [
    *(by_item, attention, of_lengths, discounted, counted, of_lengths_less_some),
    *(rows_alone, table),
]
INPUTS = {
    "x": np.array([[0.5], [1.5]]),
    "S": np.array([[2.0, 0.3], [0.3, 1.0]]),
    "counts": np.array([1, 0, 2, 1]),
}


@pytest.mark.frameworks
@pytest.mark.parametrize("dialect", ["numpy", "tensorflow", "torch", "jax"])
@pytest.mark.parametrize("loss", LOSSES)
def test_single_numbers_run(loss, dialect, monkeypatch):
    pytest.importorskip(dialect)
    monkeypatch.setattr("sys.argv", ["script.py"])
    inputs = {name: INPUTS[name] for name in inspect.signature(loss).parameters}
    text = chainrule.emit(loss, dialect=dialect, part="script", wrt=["x"], **inputs)
    space: dict[str, object] = {"__name__": "__main__"}
    exec(text.rpartition("\nloss, gradients = ")[0], space)
    true = chainrule.gradients(loss, wrt=["x"], **inputs)["x"]
    np.testing.assert_allclose(np.asarray(space["dx"]), true, rtol=1e-12)
