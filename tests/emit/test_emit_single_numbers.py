"""A single number that is read as an entry of itself, in every framework."""

import numpy as np
import pytest

import chainrule


def by_item(x, S):
    quad = (x.T @ S @ x).item()
    return quad * np.sum(x) + x.sum()[()] ** 2


@pytest.mark.frameworks
@pytest.mark.parametrize("dialect", ["numpy", "tensorflow", "torch", "jax"])
def test_the_entry_of_a_single_number_runs(dialect, monkeypatch):
    pytest.importorskip(dialect)
    monkeypatch.setattr("sys.argv", ["script.py"])
    inputs = {"x": np.array([[0.5], [1.5]]), "S": np.array([[2.0, 0.3], [0.3, 1.0]])}
    text = chainrule.emit(by_item, dialect=dialect, part="script", wrt=["x"], **inputs)
    space: dict[str, object] = {"__name__": "__main__"}
    exec(text.rpartition("\nloss, gradients = ")[0], space)
    true = chainrule.gradients(by_item, wrt=["x"], **inputs)["x"]
    np.testing.assert_allclose(np.asarray(space["dx"]), true, rtol=1e-12)
