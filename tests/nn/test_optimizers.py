"""Every optimizer's trajectory is PyTorch's and Optax's, over 100 steps, in float64."""

import numpy as np
import pytest

from chainrule import nn
from chainrule.nn.update_rules import RULES
from chainrule.program import UsageError

STEPS = 100
START = {
    "W": np.array([[0.4, -1.2, 0.7], [2.0, 0.1, -0.3]]),
    "b": np.array([0.5, -0.5]),
}
RNG = np.random.default_rng(0)
TARGET = {name: RNG.normal(size=array.shape) for name, array in START.items()}


def gradient(name, x, t):
    """A bowl with a wobble, so that gradients change sign and size on the way."""
    return (x - TARGET[name]) + 0.3 * np.cos(7 * x + 0.5 * t)


def ours(chosen):
    parameters = dict(START)
    state = chosen.start(parameters)
    path = []
    for t in range(1, STEPS + 1):
        new = {}
        for name, W in parameters.items():
            new |= chosen.update(
                name,
                W,
                gradient(name, W, t),
                state,
                t=t,
                learning_rate=chosen.learning_rate,
            )
        parameters = {name: new[name] for name in parameters}
        state = {name: new[name] for name in state}
        path.append(np.concatenate([W.ravel() for W in parameters.values()]))
    return np.array(path)


def torchs(maker):
    import torch

    # NAdam keeps its product of momenta in PyTorch's default type
    torch.set_default_dtype(torch.float64)
    try:
        return torchs_path(torch, maker)
    finally:
        torch.set_default_dtype(torch.float32)


def torchs_path(torch, maker):
    parameters = {
        name: torch.tensor(array, requires_grad=True) for name, array in START.items()
    }
    optimizer = maker(torch.optim)(list(parameters.values()))
    path = []
    for t in range(1, STEPS + 1):
        for name, W in parameters.items():
            W.grad = torch.tensor(gradient(name, W.detach().numpy(), t))
        optimizer.step()
        path.append(
            np.concatenate([W.detach().numpy().ravel() for W in parameters.values()])
        )
    return np.array(path)


def optaxs(maker):
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    import optax

    parameters = {name: jnp.asarray(array) for name, array in START.items()}
    optimizer = maker(optax)
    state = optimizer.init(parameters)
    path = []
    for t in range(1, STEPS + 1):
        gradients = {
            name: jnp.asarray(gradient(name, np.asarray(W), t))
            for name, W in parameters.items()
        }
        updates, state = optimizer.update(gradients, state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        path.append(
            np.concatenate([np.asarray(W).ravel() for W in parameters.values()])
        )
    return np.array(path)


TORCH = [
    ("sgd", {}, lambda o: lambda p: o.SGD(p, lr=0.05)),
    ("momentum", {}, lambda o: lambda p: o.SGD(p, lr=0.05, momentum=0.9)),
    (
        "nesterov",
        {},
        lambda o: lambda p: o.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    ("adagrad", {}, lambda o: lambda p: o.Adagrad(p, lr=0.05)),
    ("adadelta", {}, lambda o: lambda p: o.Adadelta(p, lr=0.05)),
    ("rmsprop", {}, lambda o: lambda p: o.RMSprop(p, lr=0.05)),
    ("adam", {}, lambda o: lambda p: o.Adam(p, lr=0.05)),
    ("amsgrad", {}, lambda o: lambda p: o.Adam(p, lr=0.05, amsgrad=True)),
    ("adamw", {}, lambda o: lambda p: o.AdamW(p, lr=0.05)),
    ("adamax", {}, lambda o: lambda p: o.Adamax(p, lr=0.05)),
    ("nadam", {}, lambda o: lambda p: o.NAdam(p, lr=0.05)),
]
OPTAX = [
    ("sgd", {}, lambda o: o.sgd(0.05)),
    ("momentum", {}, lambda o: o.sgd(0.05, momentum=0.9)),
    ("nesterov", {}, lambda o: o.sgd(0.05, momentum=0.9, nesterov=True)),
    # Optax adds eps inside of the root; where it is 0 there is one AdaGrad
    (
        "adagrad",
        {"eps": 0.0},
        lambda o: o.adagrad(0.05, initial_accumulator_value=0.0, eps=0.0),
    ),
    ("adadelta", {}, lambda o: o.adadelta(0.05, rho=0.9, eps=1e-6)),
    ("rmsprop", {}, lambda o: o.rmsprop(0.05, decay=0.99, eps=1e-8, eps_in_sqrt=False)),
    ("adam", {}, lambda o: o.adam(0.05)),
    ("amsgrad", {"corrected": True}, lambda o: o.amsgrad(0.05)),
    ("adamw", {}, lambda o: o.adamw(0.05, weight_decay=0.01)),
    ("adamax", {}, lambda o: o.adamax(0.05)),
    ("nadam", {"momentum_decay": None}, lambda o: o.nadam(0.05)),
    ("lion", {"weight_decay": 0.001}, lambda o: o.lion(0.05, weight_decay=0.001)),
]


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("name", "settings", "maker"), TORCH, ids=[case[0] for case in TORCH]
)
def test_a_trajectory_is_that_of_pytorch(name, settings, maker):
    found, true = ours(nn.optimizer(name, 0.05, **settings)), torchs(maker)
    assert np.max(np.abs(found - true)) <= 1e-10


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("name", "settings", "maker"), OPTAX, ids=[case[0] for case in OPTAX]
)
def test_a_trajectory_is_that_of_optax(name, settings, maker):
    found, true = ours(nn.optimizer(name, 0.05, **settings)), optaxs(maker)
    assert np.max(np.abs(found - true)) <= 1e-10


def test_every_optimizer_is_held_against_a_peer():
    assert {case[0] for case in [*TORCH, *OPTAX]} == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_an_optimizer_goes_down(name):
    path = ours(nn.optimizer(name, 1.0 if name == "adadelta" else 0.02))
    true = np.concatenate([TARGET["W"].ravel(), TARGET["b"]])
    distance = np.linalg.norm(path - true, axis=1)
    assert distance[-1] < distance[0]


@pytest.mark.parametrize("name", RULES)
def test_inputs_are_not_written(name):
    chosen = nn.optimizer(name)
    W, dW = START["W"].copy(), np.ones((2, 3))
    state = chosen.start({"W": W})
    for array in (W, dW, *state.values()):
        array.flags.writeable = False
    new = chosen.update("W", W, dW, state, t=1, learning_rate=0.1)
    assert set(new) >= {"W", *state}
    assert not any(
        np.shares_memory(new[key], array)
        for key in new
        for array in (W, *state.values())
    )


def test_an_unknown_optimizer_or_setting_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match="no optimizer called 'adma'") as caught:
        nn.optimizer("adma")
    assert "adam" in caught.value.hint
    with pytest.raises(
        UsageError, match="no setting of adam called 'beta_1'"
    ) as caught:
        nn.optimizer("adam", beta_1=0.5)
    assert "beta1" in caught.value.hint
