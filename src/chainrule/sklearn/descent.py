"""Fitting by steps on batches: scikit-learn's epochs, told and stopped in its way, on the loop of training."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from chainrule.nn.options import settled
from chainrule.program import Array, NonFiniteError
from chainrule.sklearn.losses import EpochLoss, is_needed, offset, penalty
from chainrule.sklearn.settings import EstimatorSettings
from chainrule.sklearn.solvers import solver_of
from chainrule.sklearn.stopping import Stopping
from chainrule.train.loop import state
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.state import Data, Progress
from chainrule.train.model.compiled import NetworkPlan
from chainrule.train.options import FitOptions


@dataclass
class Memory:
    """What a fit leaves for the next: weights and running statistics, the solver's state, the epochs so far."""

    numbers: dict[str, Array]
    state: dict[str, Array] = field(default_factory=dict)
    n_steps: int = 0
    stopping: Stopping = field(default_factory=Stopping)
    n_iter: int = 0
    t: int = 0
    loss: float = 0.0


Score = Callable[[Mapping[str, Array]], float]
Tell = Callable[[], bool]


def batch_size_of(settings: EstimatorSettings, n: int) -> int:
    """How many samples a step takes."""
    if isinstance(settings.batch_size, str):
        return min(200, n)
    if settings.batch_size > n:
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=6,
        )
    return min(int(settings.batch_size), n)


def descend(
    settings: EstimatorSettings,
    plan: NetworkPlan,
    data: Data,
    memory: Memory,
    rng: Any,
    *,
    score: Score | None,
    tell: Tell,
    once: bool,
) -> None:
    """Epochs until the loss, or the ``score`` of weights on held-out data, gets no better; ``once``: a single one.

    ``tell`` is called after every epoch, with the memory as it then is; True ends the fit.
    """
    n = len(data)
    solver, stopping = solver_of(settings), memory.stopping
    parameters = {name: memory.numbers[name] for name in plan.training.parameters}
    if not once or not memory.n_steps:
        memory.state, memory.n_steps = solver.start(parameters), 0
        stopping.factor = 1.0
    order = np.arange(n)

    def mixed(_epoch: int, _n: int) -> Array:
        nonlocal order
        order = _shuffled(order, rng) if settings.shuffle else order
        return order

    size = batch_size_of(settings, n)
    ledger = EpochLoss(
        plan.loss,
        settings.alpha,
        data,
        size,
        lambda: order,
        penalty(settings.alpha, plan, parameters),
    )
    ledgers = [ledger] if is_needed(plan.loss, data, size) else []
    beside = offset(plan.loss, data)

    def judge(training: Training) -> bool:
        memory.numbers = training.progress.everything()
        memory.loss = (
            ledger.mean() if ledgers else training.progress.history[-1]["loss"] + beside
        )
        memory.n_iter = training.progress.epoch
        memory.t += n
        if settings.verbose:
            print(f"Iteration {memory.n_iter}, loss = {memory.loss:.8f}")  # noqa: T201 - what verbose asks for
        scored = None if score is None else score(memory.numbers)
        if settings.verbose and scored is not None:
            print(f"Validation score: {scored:f}")  # noqa: T201 - the same
        stop = stopping.judge(settings, memory.loss, n, memory.numbers, scored)
        return tell() or stop

    progress = Progress(
        parameters,
        memory.state,
        {name: memory.numbers[name] for name in plan.training.state},
        step=memory.n_steps,
    )
    training = Training(
        plan,
        _loop_settings(settings, plan, stopping, size, rng, once=once),
        data,
        progress,
        after_epoch=[judge],
        after_step=[one.note for one in ledgers],
        order=mixed,
    )
    _run(training, settings, stopping, scored=score is not None, once=once)
    best = None if score is None else stopping.best
    memory.numbers = dict(progress.everything() if best is None else best)
    memory.state, memory.n_steps = progress.state, progress.step


def _shuffled(order: Array, rng: Any) -> Array:
    """What sklearn.utils.shuffle gives, whose checks take longer than a small epoch."""
    places = np.arange(len(order))
    rng.shuffle(places)
    return order[places]


def _run(
    training: Training,
    settings: EstimatorSettings,
    stopping: Stopping,
    *,
    scored: bool,
    once: bool,
) -> None:
    """The epochs, and how they ended in scikit-learn's words."""
    try:
        training.run()
    except KeyboardInterrupt:
        warnings.warn("Training interrupted by user.", stacklevel=7)
    except NonFiniteError as problem:
        if not scored or stopping.best is None:
            raise
        # as in scikit-learn: what was held out is no number any more, and the best weights are put back
        stopping.scores.append(float("nan"))
        warnings.warn(
            f"Training diverged, {problem.message}; the best weights are kept.",
            ConvergenceWarning,
            stacklevel=7,
        )
    else:
        if not once and not training.progress.stopped:
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({settings.max_iter}) reached and the optimization"
                " hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=7,
            )


def _loop_settings(
    settings: EstimatorSettings,
    plan: NetworkPlan,
    stopping: Stopping,
    size: int,
    rng: Any,
    *,
    once: bool,
) -> state.Settings:
    """What the loop of training is told."""
    changes = settings.solver == "sgd" and settings.learning_rate != "constant"
    options = {
        "epochs": 1 if once else settings.max_iter,
        "batch_size": size,
        "shuffle": settings.shuffle,
        "engine": settings.engine,
    }
    return state.Settings(
        settled(FitOptions, options),
        seed=int(rng.randint(2**31 - 1)) if plan.training.masks else 0,
        optimizer=solver_of(settings),
        schedule=stopping.schedule if changes else None,
    )
