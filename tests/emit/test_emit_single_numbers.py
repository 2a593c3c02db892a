"""Single numbers in every framework: read as an entry of themselves, and made of lengths alone."""

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


@pytest.mark.frameworks
@pytest.mark.parametrize("dialect", ["numpy", "tensorflow", "torch", "jax"])
@pytest.mark.parametrize("loss", [by_item, attention, of_lengths])
def test_single_numbers_run(loss, dialect, monkeypatch):
    pytest.importorskip(dialect)
    monkeypatch.setattr("sys.argv", ["script.py"])
    inputs = {"x": np.array([[0.5], [1.5]]), "S": np.array([[2.0, 0.3], [0.3, 1.0]])}
    text = chainrule.emit(loss, dialect=dialect, part="script", wrt=["x"], **inputs)
    space: dict[str, object] = {"__name__": "__main__"}
    exec(text.rpartition("\nloss, gradients = ")[0], space)
    true = chainrule.gradients(loss, wrt=["x"], **inputs)["x"]
    np.testing.assert_allclose(np.asarray(space["dx"]), true, rtol=1e-12)
