"""Figures with matplotlib: each takes an ``ax`` to draw on, or makes one, and returns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.program import Array, MissingEngineError, ShapeError

if TYPE_CHECKING:
    from chainrule.train.network import Network


def _axes(ax: Any) -> Any:
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise MissingEngineError(
            "E802", "figures need matplotlib", hint='pip install "chainrule[plot]"'
        ) from error
    return plt.subplots()[1]


def losses(
    history: Sequence[Mapping[str, float]],
    ax: Any = None,
    *,
    names: Sequence[str] | None = None,
) -> Any:
    """Losses (or the ``names`` asked for) by epoch, on a logarithmic axis where all are above 0."""
    ax = _axes(ax)
    shown = names or [
        name for name in ("loss", "val_loss") if history and name in history[0]
    ]
    epochs = [row["epoch"] for row in history]
    for name in shown:
        ax.plot(epochs, [row[name] for row in history], label=name)
    if all(row[name] > 0 for row in history for name in shown):
        ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.legend()
    return ax


def histogram(arrays: Mapping[str, Array], ax: Any = None, *, bins: int = 40) -> Any:
    """How the entries of arrays (weights, activations, gradients) are spread, one outline an array."""
    ax = _axes(ax)
    for name, array in arrays.items():
        ax.hist(np.ravel(array), bins=bins, histtype="step", density=True, label=name)
    ax.legend()
    return ax


def gradient_flow(gradients: Sequence[Mapping[str, Array]], ax: Any = None) -> Any:
    """The middle half and the median of each parameter's gradient sizes, epoch by epoch."""
    ax = _axes(ax)
    epochs = np.arange(1, len(gradients) + 1)
    for name in gradients[0] if gradients else ():
        sizes = [np.abs(np.ravel(one[name])) for one in gradients]
        low, middle, high = np.array(
            [np.quantile(size, (0.25, 0.5, 0.75)) for size in sizes]
        ).T
        (line,) = ax.plot(epochs, middle, label=name)
        ax.fill_between(epochs, low, high, color=line.get_color(), alpha=0.2)
    ax.set_yscale("log")
    ax.set_xlabel("epoch")
    ax.set_ylabel("size of the gradient's entries")
    ax.legend()
    return ax


def decision_boundary(
    network: Network, X: Array, y: Array, ax: Any = None, *, n: int = 200
) -> Any:
    """The classes a network of two inputs sees all over the plane, with the samples on top.

    Raises:
        ShapeError: E101 if the samples do not have two numbers each.
    """
    if X.ndim != 2 or X.shape[1] != 2:
        raise ShapeError(
            "E101", f"a decision boundary needs two numbers a sample; X is {X.shape}"
        )
    ax = _axes(ax)
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.1 * (high - low)
    across, up = (
        np.linspace(a - m, b + m, n) for a, b, m in zip(low, high, margin, strict=True)
    )
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    seen = network.classes(grid).reshape(n, n, -1)[..., 0]
    ax.pcolormesh(across, up, seen, alpha=0.3, shading="auto", cmap="viridis")
    ax.scatter(
        X[:, 0],
        X[:, 1],
        c=np.ravel(y),
        cmap="viridis",
        edgecolors="k",
        linewidths=0.3,
        s=18,
    )
    return ax
