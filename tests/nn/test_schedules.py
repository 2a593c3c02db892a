"""Schedules give the learning rates of their formulas, PyTorch's where PyTorch has them."""

import numpy as np
import pytest

from chainrule.nn.schedules import SCHEDULES, OnPlateau, schedule

N = 30


def rates(name, **settings):
    chosen = schedule(name, **settings)
    return np.array([chosen(t, N) for t in range(N)])


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_factor_is_above_0_and_at_most_1(name):
    found = rates(name)
    assert (found > 0).all()
    assert found.max() <= 1 + 1e-12


def test_a_step_schedule_falls_at_its_shares():
    assert np.allclose(rates("step"), np.repeat([1, 0.1, 0.01], 10))


def test_warm_up_rises_in_a_line_and_meets_the_next_schedule():
    found = rates("warm_up", share=0.2, then="constant")
    assert np.allclose(found[:6], np.arange(1, 7) / 6)
    assert np.allclose(found[6:], 1)


def torch_rates(maker):
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    scheduler = maker(torch.optim.lr_scheduler, optimizer)
    found = []
    for t in range(N):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if t < N - 1:
            scheduler.step()
    return np.array(found)


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("found", "maker"),
    [
        (lambda: rates("cosine"), lambda s, o: s.CosineAnnealingLR(o, N)),
        (lambda: rates("step"), lambda s, o: s.StepLR(o, 10)),
        (
            lambda: rates("exponential", end=0.9 ** (N - 1)),
            lambda s, o: s.ExponentialLR(o, 0.9),
        ),
        (
            lambda: rates("one_cycle"),
            lambda s, o: s.OneCycleLR(o, 1.0, total_steps=N, cycle_momentum=False),
        ),
    ],
    ids=["cosine", "step", "exponential", "one_cycle"],
)
def test_a_schedule_is_that_of_pytorch(found, maker):
    true = torch_rates(maker)
    assert np.allclose(found(), true, rtol=1e-9, atol=1e-15)


def test_on_a_plateau_the_rate_falls_after_the_patience():
    chosen = OnPlateau(factor=0.5, patience=2)
    seen = []
    for loss in [1.0, 0.9, 0.9, 0.9, 0.9, 0.8, 0.8]:
        chosen.watch(loss)
        seen.append(chosen(0, 0))
    assert seen == [1, 1, 1, 1, 0.5, 0.5, 0.5]
