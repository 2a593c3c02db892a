"""A step of any optimizer as a lesson: the numbers told are those of the step, the state before and after."""

import numpy as np
import pytest

import chainrule
from chainrule.lesson.parts import Numbers
from chainrule.nn import optimizer
from chainrule.nn.update_rules import RULES

STATEFUL = sorted(name for name, rule in RULES.items() if rule.state)


def loss(x, y, W, b):
    return np.sum((x @ W + b - y) ** 2)


def numbers():
    rng = np.random.default_rng(4)
    return {
        "x": rng.normal(size=(5, 3)),
        "y": rng.normal(size=(5, 2)),
        "W": rng.normal(size=(3, 2)),
        "b": rng.normal(size=2),
    }


def by_hand(chosen, given, steps):
    """Parameters and state after each of ``steps`` steps, the gradients written by hand."""
    x, y = given["x"], given["y"]
    parameters = {name: given[name] for name in "Wb"}
    state = chosen.start(parameters)
    yield parameters, state
    for t in range(1, steps + 1):
        error = 2 * (x @ parameters["W"] + parameters["b"] - y)
        gradients = {"W": x.T @ error, "b": error.sum(axis=0)}
        new = {}
        for name, gradient in gradients.items():
            new |= chosen.update(
                name,
                parameters[name],
                gradient,
                state,
                t=t,
                learning_rate=chosen.learning_rate,
            )
        parameters = {name: new[name] for name in parameters}
        state = {name: new[name] for name in state}
        yield parameters, state


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", STATEFUL)
def test_the_numbers_told_are_those_of_the_step(name):
    given, chosen = numbers(), optimizer(name)
    lesson = chainrule.explain(loss, optimizer=name, steps=3, step=3, **given)
    *_, (_, before), (parameters, after) = by_hand(chosen, given, 3)
    told = {}
    for part in lesson.parts:
        if isinstance(part, Numbers):
            told.setdefault(part.name, []).append(np.asarray(part.array))
    for one in "Wb":
        np.testing.assert_allclose(told[f"new_{one}"][-1], parameters[one], rtol=1e-12)
        for kind in chosen.state:
            key = chosen.key(kind, one)
            np.testing.assert_allclose(
                told[f"{kind}_{one}"][0], before[key], rtol=1e-12
            )
            np.testing.assert_allclose(
                told[f"new_{kind}_{one}"][-1], after[key], rtol=1e-12
            )


def test_a_step_of_adam_counts_the_steps():
    given = numbers()
    first = str(chainrule.explain(loss, optimizer="adam", **given))
    third = str(chainrule.explain(loss, optimizer="adam", steps=3, step=3, **given))
    assert "t = 1." in first
    assert "t = 3." in third
    assert "(1 − 0.9³)" in third
    assert "Kingma & Ba 2015" in third


def test_without_an_optimizer_it_is_gradient_descent():
    lesson = chainrule.explain(loss, **numbers())
    assert lesson.study.optimizer.name == "sgd"
    assert lesson.study.learning_rate == 0.1
    assert "What is remembered" not in str(lesson)


def test_an_optimizer_that_does_not_exist():
    with pytest.raises(chainrule.ChainruleError) as caught:
        chainrule.explain(loss, optimizer="adamm", **numbers())
    assert "adam" in str(caught.value)
