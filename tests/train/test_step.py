"""A training step is one program: its numbers are those of the gradients and the rule done by hand."""

import numpy as np
import pytest

from chainrule import nn
from chainrule.emit import emit
from chainrule.engines import load
from chainrule.nn.layers import (
    Activation,
    BatchNorm,
    Dense,
    Dropout,
    Embedding,
    LayerNorm,
    Residual,
    Written,
)
from chainrule.nn.update_rules import RULES
from chainrule.program import run, verify
from chainrule.train.loop.training_step import (
    StepLimits,
    compiled,
    derive,
    gradient_step,
    training_step,
)
from chainrule.train.model.compiled import NetworkPlan, Penalty


def arranged(plan, *, weighted=False):
    arrays = plan.sample(weighted=weighted, n=6)
    rng = np.random.default_rng(3)
    return {
        name: array if array.dtype.kind != "f" or name in ("Y", "weight") or name.startswith(("mask", "running"))
        else array + 0.1 * rng.normal(size=array.shape)
        for name, array in arrays.items()
    }  # fmt: skip


PLANS = {
    "dense": NetworkPlan((Dense(5, "relu"), Dense(3, "softmax")), (4,), nn.loss_of("cce"), "one-hot"),
    "norms": NetworkPlan(
        (Dense(5), BatchNorm(), Activation("tanh"), LayerNorm(), Dense(1, "sigmoid")), (4,), nn.loss_of("bce"), "0/1"
    ),
    "residual": NetworkPlan(
        (Dense(5, "silu"), Residual((Dense(5, "tanh"), Dense(5))), Dropout(0.3), Dense(2)), (4,), nn.loss_of("mse"), "real"
    ),
    "embedding": NetworkPlan(
        (Embedding(7, 3), Dense(3, "softmax")), (2,), nn.loss_of("cce"), "integer", whole_numbers=True
    ),
    "penalty": NetworkPlan(
        (Dense(5, "prelu"), Dense(1)), (4,), nn.loss_of("huber"), "real", penalty=Penalty(l1=0.01, l2=0.1)
    ),
    "own": NetworkPlan(
        (Dense(4, "tanh"), Written(lambda x, A: np.sin(x @ A), {"A": (4, 2)}, 2)), (3,), nn.loss_of("mse"), "real"
    ),
}  # fmt: skip


@pytest.mark.spread(9)
@pytest.mark.parametrize("weighted", [False, True], ids=["alike", "weighted"])
@pytest.mark.parametrize("name", PLANS)
@pytest.mark.parametrize("rule", RULES)
def test_one_step_is_the_rule_on_the_gradients(name, rule, weighted):
    plan, chosen = PLANS[name], nn.optimizer(rule)
    arrays = arranged(plan, weighted=weighted)
    if weighted:
        arrays["weight"] = np.random.default_rng(0).uniform(
            0.5, 2, arrays["weight"].shape
        )
    known = plan.arguments(plan.training, weighted=weighted)
    function = plan.function(plan.source(weighted=weighted), plan.training, "test")
    forward, derived = derive(
        function, {key: arrays[key] for key in known}, list(plan.training.parameters)
    )
    step = training_step(
        forward, derived, optimizer=chosen, carried=plan.training.carried
    )
    verify(step.program)
    parameters = {key: arrays[key] for key in plan.training.parameters}
    state = chosen.start(parameters)
    found = run(
        step.program,
        {**arrays, **state, "learning_rate": chosen.learning_rate, "t": 1.0},
    )
    for key, W in parameters.items():
        dW = derived.gradient(key)
        true = chosen.update(
            key, W, dW, state, t=1.0, learning_rate=chosen.learning_rate
        )
        for made in (key, *(chosen.key(kind, key) for kind in chosen.state)):
            assert np.allclose(
                found[f"new_{made}"], true[made], rtol=1e-12, atol=1e-15
            ), made


@pytest.mark.parametrize("name", PLANS)
def test_the_compiled_step_is_the_reference_run(name):
    plan, chosen = PLANS[name], nn.optimizer("adam")
    limits = StepLimits(clip_norm=0.1, max_norm=1.0, clip_value=0.5)
    step = plan.step(chosen, limits, weighted=False)
    arrays = arranged(plan)
    state = chosen.start(plan.sample_parameters())
    given = {**arrays, **state, "learning_rate": 0.01, "t": 1.0}
    reference = run(step.run.program, given)
    fast = step.function(*[given[key] for key in step.inputs])
    slow = [reference[value] for value in step.run.program.outputs]
    assert len(fast) == len(step.outputs)
    for one, other in zip(fast, slow, strict=True):
        assert np.allclose(one, other, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("n", [1, 2, 9])
@pytest.mark.parametrize("name", [name for name in PLANS if name != "norms"])
def test_no_batch_size_is_baked_in(name, n):
    plan = PLANS[name]
    step = plan.step(nn.optimizer("sgd"), StepLimits(), weighted=True)
    arrays = {**plan.sample(weighted=True, n=n), "learning_rate": 0.01}
    loss, *_ = step.function(*[arrays[key] for key in step.inputs])
    assert np.ndim(loss) == 0
    assert np.isfinite(loss)


def test_gradients_of_parts_add_up_to_that_of_the_whole():
    plan = PLANS["dense"]
    forward, derived = plan.derived(weighted=True)
    gradients = compiled(gradient_step(forward, derived, {}), "gradients", ())
    rng = np.random.default_rng(0)
    arrays = plan.sample(weighted=True, n=11)
    arrays["weight"] = rng.uniform(0.1, 3, 11)

    def on(part):
        given = {**arrays, **{key: arrays[key][part] for key in ("X", "Y", "weight")}}
        return gradients.function(*[given[key] for key in gradients.inputs]), given[
            "weight"
        ].sum()

    whole, _ = on(slice(None))
    for cuts in ([4, 8], [1, 2, 10], [5]):
        parts = [on(slice(a, b)) for a, b in zip([0, *cuts], [*cuts, 11], strict=True)]
        weight = sum(size for _, size in parts)
        for position, true in enumerate(whole):
            added = sum(size * found[position] for found, size in parts) / weight
            assert np.allclose(added, true, rtol=1e-12, atol=1e-15)


def test_gradients_are_clipped_by_their_common_norm():
    gradients = {"W1": np.array([3.0]), "b1": np.array([4.0])}
    from chainrule.train.loop.training_step import clipped

    short = clipped(gradients, StepLimits(clip_norm=1.0))
    assert np.isclose(np.hypot(short["W1"], short["b1"])[0], 1.0, rtol=1e-6)
    assert clipped(gradients, StepLimits(clip_value=3.5))["b1"] == 3.5
    assert clipped(gradients, StepLimits(clip_norm=10.0))["b1"] == 4.0


def test_units_are_no_longer_than_the_largest_norm():
    plan = PLANS["dense"]
    step = plan.step(nn.optimizer("sgd", 1.0), StepLimits(max_norm=0.5), weighted=False)
    arrays = {
        **{key: array * 10 for key, array in plan.sample(weighted=False).items()},
        "learning_rate": 1.0,
    }
    made = dict(
        zip(
            step.outputs,
            step.function(*[arrays[key] for key in step.inputs]),
            strict=True,
        )
    )
    assert np.linalg.norm(made["W1"], axis=0).max() <= 0.5 + 1e-9


@pytest.mark.spread(6)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rule", RULES)
def test_a_step_keeps_the_type_of_the_network(dtype, rule):
    plan = NetworkPlan(
        (Dense(5, "gelu_tanh"), Dense(3, "softmax")),
        (4,),
        nn.loss_of("cce"),
        "one-hot",
        dtype,
    )
    step = plan.step(nn.optimizer(rule), StepLimits(clip_norm=1.0), weighted=True)
    given = {
        **plan.sample(weighted=True),
        **nn.optimizer(rule).start(plan.sample_parameters()),
    }
    given |= {"learning_rate": 0.01, "t": 1.0}
    for name, array in zip(
        step.outputs, step.function(*[given[key] for key in step.inputs]), strict=True
    ):
        assert array.dtype == dtype, name


@pytest.mark.parametrize("name", PLANS)
def test_a_step_writes_to_nothing_but_the_parameters_and_the_state_it_owns(name):
    plan, chosen = PLANS[name], nn.optimizer("adam")
    step = plan.step(chosen, StepLimits(), weighted=False)
    state = chosen.start(plan.sample_parameters())
    given = {**arranged(plan), **state}
    for key, array in given.items():
        if np.ndim(array):
            array.flags.writeable = key in plan.training.parameters or key in state
    given |= {"learning_rate": 0.01, "t": 1.0}
    before = {key: np.copy(array) for key, array in given.items()}
    arrays = [given[key] for key in step.inputs]
    made = dict(zip(step.outputs, step.function(*arrays), strict=True))
    for key in (*plan.training.parameters, *state):
        assert made[key] is given[key], "the new numbers stand where the old ones stood"
    for key in plan.training.parameters:
        assert not np.array_equal(made[key], before[key])


@pytest.mark.spread(6)
@pytest.mark.parametrize("rule", ["sgd", "adam", "nadam", "adamw"])
@pytest.mark.parametrize("name", PLANS)
def test_what_the_engine_runs_gives_the_numbers_of_what_is_emitted(name, rule):
    plan, chosen = PLANS[name], nn.optimizer(rule)
    run, derived = plan.form.derived(weighted=False)
    whole = training_step(run, derived, optimizer=chosen, carried=plan.training.carried)
    plain = load(emit(whole, part="forward", name="plain"))["plain"]
    step = plan.step(chosen, StepLimits(), weighted=False)
    given = {
        **arranged(plan),
        **chosen.start(plan.sample_parameters()),
        "learning_rate": 0.01,
        "t": 1.0,
    }
    true = plain(*[given[key] for key in step.inputs])
    again = step.repeated()
    for function in (step.function, again, again):
        found = function(*[np.copy(given[key]) for key in step.inputs])
        for one, other in zip(found, true, strict=True):
            assert np.allclose(one, other, rtol=1e-13, atol=1e-16)


def test_a_step_makes_its_products_and_its_updates_in_place():
    step = PLANS["dense"].step(nn.optimizer("sgd"), StepLimits(), weighted=False)
    assert "X_W1 = X.dot(W1, out=X_W1)" in step.text
    assert "new_W1 = np.subtract(W1, learning_rate_times_dW1, out=W1)" in step.text
    # the last layer is updated before the gradient of the first is known
    assert step.text.index("new_W2 =") < step.text.index("dW1 =")
