"""Fitting on all samples at once: SciPy's L-BFGS-B on the derived gradients."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from chainrule.program import Array, UsageError
from chainrule.sklearn.descent import Memory
from chainrule.sklearn.losses import offset, penalty, told
from chainrule.sklearn.settings import EstimatorSettings
from chainrule.sklearn.solvers import solver_of
from chainrule.train.loop.state import Data
from chainrule.train.loop.training_step import StepLimits
from chainrule.train.model.compiled import NetworkPlan


def minimise(
    settings: EstimatorSettings, plan: NetworkPlan, data: Data, memory: Memory
) -> None:
    """Iterate until the gradient is as small as ``tol``, or there have been ``max_iter`` or ``max_fun``.

    Raises:
        UsageError: E411 for layers that are made for batches.
    """
    from scipy.optimize import minimize

    _require_whole(settings)
    # in scikit-learn's order: all weights, then all biases
    weights = plan.training.weights()
    names = sorted(plan.training.parameters, key=lambda name: name not in weights)
    shapes = [memory.numbers[name].shape for name in names]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    gradients, _ = plan.split_step(
        solver_of(settings), StepLimits(), weighted=data.weight is not None
    )
    live: dict[str, Any] = {
        "X": data.X,
        "Y": data.Y,
        "weight": data.weight,
        **plan.strengths,
        **memory.numbers,
    }

    def unpack(flat: Array) -> dict[str, Array]:
        parts = np.split(flat.astype(plan.dtype), ends[:-1])
        return {
            name: part.reshape(shape)
            for name, part, shape in zip(names, parts, shapes, strict=True)
        }

    def loss_and_gradient(flat: Array) -> tuple[float, Array]:
        live.update(unpack(flat))
        with np.errstate(all="ignore"):
            loss, *found = gradients.function(
                *[live[name] for name in gradients.inputs]
            )
        memory.loss = float(loss)
        of = dict(zip(plan.training.parameters, found, strict=False))
        return memory.loss, np.concatenate([np.ravel(of[name]) for name in names])

    def say(_flat: Array) -> None:
        memory.n_iter += 1
        print(f"Iteration {memory.n_iter}, loss = {memory.loss:.8f}")  # noqa: T201 - what verbose asks for

    start = np.concatenate([np.ravel(memory.numbers[name]) for name in names])
    found = minimize(
        loss_and_gradient,
        start,
        method="L-BFGS-B",
        jac=True,
        callback=say if settings.verbose else None,
        options={
            "maxfun": settings.max_fun,
            "maxiter": settings.max_iter,
            "gtol": settings.tol,
        },
    )
    memory.n_iter = min(int(found.nit), settings.max_iter)
    if found.status != 0:
        _warn(settings, memory.n_iter, found)
    memory.numbers |= unpack(found.x)
    memory.loss = _told(settings, plan, data, memory, float(found.fun))


def _told(
    settings: EstimatorSettings,
    plan: NetworkPlan,
    data: Data,
    memory: Memory,
    loss: float,
) -> float:
    """The loss as scikit-learn tells it, its penalty a sample's share."""
    weight = len(data) if data.weight is None else float(data.weight.sum())
    costs = penalty(settings.alpha, plan, memory.numbers) / weight
    return told(loss, plan.loss, data.Y.shape[1], costs, offset(plan.loss, data))


def _require_whole(settings: EstimatorSettings) -> None:
    if settings.dropout or settings.batch_norm:
        raise UsageError(
            "E411",
            "lbfgs takes all samples at once; dropout and batch_norm are made for batches",
            hint="solver='adam'",
        )


def _warn(settings: EstimatorSettings, n_iter: int, found: Any) -> None:
    said = f"lbfgs failed to converge after {n_iter} iteration(s) (status={found.status}):\n{found.message}\n"
    if n_iter == settings.max_iter:
        said += f"\nIncrease the number of iterations to improve the convergence (max_iter={settings.max_iter})."
    said += "\nYou might also want to scale the data, with sklearn.preprocessing.StandardScaler."
    warnings.warn(said, ConvergenceWarning, stacklevel=6)
