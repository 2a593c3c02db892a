"""Engines: what you read is what runs, and a missing framework is named with the line that installs it."""

import sys
import traceback

import numpy as np
import pytest

from chainrule.derive import backward
from chainrule.emit import emit
from chainrule.engines import load
from chainrule.engines import torch as torch_engine
from chainrule.program import MissingEngineError
from chainrule.trace import trace


def derivation():
    def loss(x, W):
        h = np.tanh(x @ W)
        return np.sum(h)

    return backward(trace(loss, x=np.ones((2, 3)), W=np.full((3, 2), 0.1)))


def test_a_traceback_shows_the_emitted_line():
    source = load(emit(derivation()), "backward")
    with pytest.raises(ValueError, match="matmul") as caught:
        source["loss_and_gradients"](np.ones((2, 4)), np.ones((3, 2)))
    shown = "".join(traceback.format_exception(caught.value))
    assert "@ W" in shown
    assert "chainrule backward" in shown


def test_the_text_that_runs_is_the_text_that_is_shown():
    text = emit(derivation())
    source = load(text)
    loss, gradients = source["loss_and_gradients"](
        np.ones((2, 3)), np.full((3, 2), 0.1)
    )
    assert source.text == text
    np.testing.assert_allclose(loss, 4 * np.tanh(0.3))
    assert [gradient.shape for gradient in gradients] == [(2, 3), (3, 2)]


def test_inputs_are_not_written():
    x, W = np.ones((2, 3)), np.full((3, 2), 0.1)
    x.flags.writeable = W.flags.writeable = False
    load(emit(derivation(), part="step"))["step"](x, W)


def test_a_missing_framework_is_named_with_its_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingEngineError) as caught:
        torch_engine.run("", "f")
    assert caught.value.code == "E802"
    assert caught.value.exit_code == 6
    assert caught.value.hint == 'pip install "chainrule[torch]"'
    assert isinstance(caught.value, ImportError)
