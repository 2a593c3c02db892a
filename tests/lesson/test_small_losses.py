"""Losses of one line, with numbers of their own: a constant array, a mask, a plain number before a logarithm."""

import numpy as np
import pytest

import chainrule

w = np.array([0.3, 0.9, 0.5])
MASK = np.array([True, False, True])

LOSSES = {
    "arange": lambda w: np.sum((w - np.arange(3.0)) ** 2),
    "ones, as a factor": lambda w: np.sum(w * np.ones(3)),
    "arange of a length": lambda w: np.sum(w * np.arange(len(w))),
    "linspace": lambda w: np.sum(w * np.linspace(0, 1, 3)),
    "an array made there": lambda w: np.sum(w * np.array([1.0, 2.0, 3.0])),
    "a number before a logarithm": lambda w: np.sum(0.5 * np.log(w)),
    "a mask after a minus": lambda w: np.sum(((1 - w) * MASK) ** 2),
    "a mask that divides": lambda w: np.sum(((1 - w) * MASK) ** 2) / MASK.sum(),
}


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
def test_a_loss_of_one_line_is_told_with_its_gradient(loss):
    study = chainrule.explain(loss, w=w)
    step = 1e-20
    moved = [loss(w + 1j * step * row).imag / step for row in np.eye(3)]
    gradient = chainrule.gradients(loss, w=w)["w"]
    assert np.allclose(gradient, moved, rtol=1e-12, atol=1e-15)
    text = study.to_text()
    for number in gradient:
        assert f"{abs(number):.4f}".rstrip("0").rstrip(".") in text


def test_a_mask_is_told_alone_and_with_its_minus():
    text = chainrule.explain(LOSSES["a mask after a minus"], w=w).to_text()
    assert "1 · MASK" not in text.replace("−1 · MASK", "")


def test_a_loss_that_is_squeezed_before_steps_are_taken_is_told(tmp_path):
    script = tmp_path / "net.py"
    script.write_text(
        "import numpy as np\nX, Y = np.ones((3, 4)), np.eye(3)[[0, 1, 2, 0]].T\n"
        "W = np.full((3, 3), 0.2)\nfor i in range(2):\n    e = np.exp(W @ X)\n"
        "    p = e / np.sum(e, axis=0)\n    cost = -np.sum(np.log(p) * Y) / 4\n"
        "    cost = np.squeeze(cost)\n    W = W - 0.1 * (p - Y) @ X.T / 4\n"
    )
    assert "∂cost/∂W" in chainrule.explain(script).to_text()
