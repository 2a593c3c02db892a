"""What a loop reads out of an array into which it writes: in PyTorch an entry, in NumPy a row shows what is written there later."""

import inspect

import numpy as np
import pytest

import chainrule


def entries(w, x):
    W = np.zeros((5, 5))
    for i in range(5):
        for j in range(i):
            W[i, j] = W[j, i] = np.exp(-np.sum(w**2 * (x[i] - x[j]) ** 2))
    return np.sum(W**2 * x[0, 0])


def rows(w, x):
    W = np.zeros((5, 5, 3))
    for i in range(5):
        for j in range(i):
            W[i, j] = W[j, i] = np.exp(-(w**2) * (x[i] - x[j]) ** 2)
    return np.sum(W**2 * x[0])


def handed_on(w, x):
    H = np.zeros((5, 3))
    row = x[0]
    for t in range(5):
        H[t] = np.tanh(w * row + x[t])
        row = H[t]
        H[t] = row**2 + H[t]
    return np.sum(H**2 * x) + np.sum(row)


def collected(w, x):
    H, rows = np.ones((5, 3)), []
    for t in range(5):
        H[t] = H[t - 1] * np.sin(w * x[t])
        rows.append(H[t] * w)
        H[t] = 2 * H[t] - x[t]
    return np.sum(np.array(rows) ** 2) + np.sum(H**2)


def labelled(w, x):
    loss = 0.0
    for row, label in zip(x, [0, 2, 1, 1, 0], strict=True):
        p = np.exp(w * row - np.max(w * row))
        p = p / np.sum(p)
        loss -= np.log(p[int(label)])
    return loss


LOSSES = [entries, rows, handed_on, collected, labelled]


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_read_stays_what_it_was(loss, monkeypatch):
    runs(loss, "numpy", monkeypatch)


@pytest.mark.frameworks
@pytest.mark.parametrize("dialect", ["tensorflow", "torch", "jax"])
@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_read_stays_what_it_was_in_every_framework(loss, dialect, monkeypatch):
    pytest.importorskip(dialect)
    runs(loss, dialect, monkeypatch)


def runs(loss, dialect, monkeypatch):
    monkeypatch.setattr("sys.argv", ["script.py"])
    rng = np.random.default_rng(0)
    inputs = {"w": rng.normal(size=3), "x": rng.normal(size=(5, 3))}
    text = chainrule.emit(loss, dialect=dialect, part="script", wrt=["w"], **inputs)
    space: dict[str, object] = {"__name__": "__main__"}
    exec(text.rpartition("\nfor step in")[0], space)
    given = inspect.signature(space["loss_and_gradients"]).parameters
    if dialect == "torch":
        space["w"] = space["w"].detach()
    _, (dw,) = space["loss_and_gradients"](*(space[name] for name in given))
    np.testing.assert_allclose(np.asarray(dw), differences(loss, **inputs), rtol=1e-7)


def differences(loss, w, x, h=1e-6):
    steps = h * np.eye(3)
    return [(loss(w + step, x) - loss(w - step, x)) / (2 * h) for step in steps]
