"""The forward pass for PyTorch writes into no array of which its own differentiation keeps what was read."""

import numpy as np
import pytest

import chainrule


def waves(eps, src):
    field, flux, total = np.zeros(6), np.zeros(6), 0.0
    for t in range(len(src)):
        flux[:-1] += 0.5 * (field[1:] - field[:-1])
        field[1:] += 0.5 / eps[1:] * (flux[1:] - flux[:-1])
        field[2] += src[t]
        total += field[4] ** 2
    return total


def lifetimes(log_scale, t):
    return np.sum(np.log(np.exp(log_scale) * t) * t)


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("function", "given"),
    [
        (waves, {"eps": np.linspace(1.0, 2.0, 6), "src": np.ones(5)}),
        (lifetimes, {"log_scale": 0.3, "t": np.array([1.0, 2.0, 0.5])}),
    ],
)
def test_the_script_agrees_with_its_own_differentiation(function, given, monkeypatch):
    monkeypatch.setattr("sys.argv", ["train.py"])
    wrt = [*given][:1]
    source = chainrule.emit(function, dialect="torch", part="script", wrt=wrt, **given)
    space = {"__name__": "__main__"}
    exec(compile(source, "<torch>", "exec"), space)
    found = chainrule.gradients(function, wrt=wrt, **given)[wrt[0]]
    assert np.isfinite(found).all()


def test_a_scale_for_all_is_as_long_as_the_data():
    source = chainrule.emit(lifetimes, log_scale=0.3, t=np.array([1.0, 2.0, 0.5]))
    space = {}
    exec(source, space)
    longer = np.array([1.0, 2.0, 0.5, 4.0])
    loss, _ = space["loss_and_gradients"](0.3, longer)
    assert np.isclose(loss, lifetimes(0.3, longer))
