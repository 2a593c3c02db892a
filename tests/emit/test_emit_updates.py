"""An optimizer written into a step or a script moves the parameters as the optimizer itself does, in every dialect."""

import subprocess
import sys

import numpy as np
import pytest
from emitted_networks import IN_PYTHON

import chainrule
from chainrule import nn
from chainrule.nn import RULES
from chainrule.program import UsageError

FRAMEWORKS = [
    pytest.param(name, marks=pytest.mark.frameworks) if name != "numpy" else name
    for name in IN_PYTHON
]
STEPS = 6
NETWORK = nn.describe("3,4,1", "tanh,sigmoid", batch=5, seed=3)


class Described:
    """What ``emit`` takes for a network: anything with an example."""

    @staticmethod
    def example():
        return NETWORK


def ours(optimizer, learning_rate):
    chosen = nn.optimizer(optimizer, learning_rate)
    arrays = dict(NETWORK.arrays)
    state = chosen.start({name: arrays[name] for name in NETWORK.parameters})
    for t in range(1, STEPS + 1):
        found = chainrule.gradients(NETWORK.function, **arrays)
        new = {}
        for name in NETWORK.parameters:
            new |= chosen.update(
                name,
                arrays[name],
                found[name],
                state,
                t=t,
                learning_rate=chosen.learning_rate,
            )
        arrays |= {name: new[name] for name in NETWORK.parameters}
        state = {name: new[name] for name in state}
    return [arrays[name] for name in NETWORK.parameters]


def in_framework(dialect):
    if dialect == "torch":
        import torch

        return torch.tensor
    if dialect == "tensorflow":
        import tensorflow as tf

        return tf.constant
    if dialect == "jax":
        import jax.numpy as jnp

        return jnp.asarray
    return np.asarray


@pytest.mark.spread(6)
@pytest.mark.parametrize("dialect", FRAMEWORKS)
@pytest.mark.parametrize("optimizer", RULES)
def test_an_emitted_step_moves_as_the_optimizer_does(optimizer, dialect):
    text = chainrule.emit(
        Described, part="step", dialect=dialect, optimizer=optimizer, learning_rate=0.05
    )
    scope = {}
    exec(text, scope)
    array = in_framework(dialect)
    data = [array(NETWORK.arrays[name]) for name in ("X", "Y")]
    parameters = [array(NETWORK.arrays[name]) for name in NETWORK.parameters]
    rule = RULES[optimizer]
    state = scope["start"](*parameters) if rule.state else None
    for t in range(1, STEPS + 1):
        extra = [state, *([t] if rule.counts else [])] if rule.state else []
        _, parameters, *new = scope["step"](*data, *parameters, *extra)
        state = new[0] if new else None
    for found, true in zip(parameters, ours(optimizer, 0.05), strict=True):
        assert np.max(np.abs(np.asarray(found) - true)) <= 1e-10


@pytest.mark.spread(3)
@pytest.mark.parametrize("dialect", FRAMEWORKS)
@pytest.mark.parametrize("optimizer", ["adam", "nadam", "lion"])
def test_an_emitted_script_moves_as_the_optimizer_does(optimizer, dialect, tmp_path):
    path = tmp_path / "train.py"
    text = chainrule.emit(
        Described, part="script", dialect=dialect, optimizer=optimizer, steps=STEPS
    )
    shown = "\nnp.savetxt('W1.txt', np.asarray(W1" + (".detach()))" if dialect == "torch" else "))")  # fmt: skip
    path.write_text(f"{text}\nimport numpy as np{shown}\n", encoding="utf-8")
    finished = subprocess.run(
        [sys.executable, str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert finished.returncode == 0, finished.stderr
    found = np.loadtxt(tmp_path / "W1.txt")
    assert np.max(np.abs(found - ours(optimizer, None)[0])) <= 1e-10


@pytest.mark.parametrize("optimizer", RULES)
def test_every_line_of_an_update_has_its_reason(optimizer):
    text = chainrule.emit(Described, part="step", optimizer=optimizer)
    if not RULES[optimizer].state:
        assert "against its gradient" in text
        return
    body = text.partition(f"def {optimizer}(")[2].partition("def start")[0]
    lines = body.splitlines()[1:]
    said = [line for line in lines if line.strip().startswith("#")]
    assert len(said) >= len(RULES[optimizer].state)
    assert RULES[optimizer].source.split(",")[0] in " ".join(
        text.replace("#", "").split()
    )


def test_settings_of_the_optimizer_are_the_defaults_of_its_function():
    chosen = nn.optimizer("adamw", 0.01, beta1=0.8, weight_decay=0.0)
    text = chainrule.emit(Described, part="step", optimizer=chosen)
    assert "beta1=0.8, beta2=0.999, eps=1e-8" in text
    assert "weight_decay" not in text.partition("def start")[0].partition("(")[2].partition(")")[0]  # fmt: skip
    assert "learning_rate=0.01" in text


def test_an_optimizer_has_no_place_where_nothing_is_updated():
    with pytest.raises(UsageError, match="updates nothing") as caught:
        chainrule.emit(Described, part="backward", optimizer="adam")
    assert caught.value.code == "E411"


def test_parameters_named_like_the_update_s_own_words_stay_apart():
    def loss(x, state, t, adam):
        return np.sum((x @ state + t * adam) ** 2)

    arrays = {"x": np.ones((2, 3)), "state": np.ones(3), "t": np.ones(2), "adam": np.ones(2)}  # fmt: skip
    text = chainrule.emit(
        loss, part="step", optimizer="adam", wrt=["state", "t", "adam"], **arrays
    )
    scope = {}
    exec(text, scope)
    moving = [arrays[name] for name in ("state", "t", "adam")]
    begun = scope["start"](*moving)
    _, new, _ = scope["step"](arrays["x"], *moving, begun, 1)
    for before, after in zip(moving, new, strict=True):
        assert np.allclose(before - after, 0.001, rtol=1e-6)
