"""The plane as a network of two inputs sees it: where it finds which class, and how surely."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from chainrule.formula import format_number
from chainrule.program import Array
from chainrule.train.figures.contour import loops
from chainrule.train.figures.plot import Area, Axis, Dots, FigurePlot, Mark, thinned

SURELY = (0.0, 0.5, 0.9)
"""How far ahead of all others a class has to be, for each of the shades laid over one another."""
MOST_DOTS = 600


def margins(predicted: Array, labels: str, *, logits: bool) -> Array:
    """How far each class is ahead of all others, from -1 to 1, a column a class.

    >>> margins(np.array([[0.75]]), "0/1", logits=False)
    array([[-0.5,  0.5]])
    """
    p = np.asarray(predicted, float)
    if p.shape[1] == 1:
        if labels == "-1/+1":
            ahead = np.clip(p, -1, 1)
        else:
            ahead = np.tanh(p / 2) if logits else 2 * p - 1
        return np.hstack([-ahead, ahead])
    if logits:
        powers = np.exp(p - p.max(axis=1, keepdims=True))
        p = powers / powers.sum(axis=1, keepdims=True)
    ordered = np.sort(p, axis=1)
    best, second = ordered[:, -1:], ordered[:, -2:-1]
    return np.asarray(np.where(p == best, p - second, p - best))


def boundary(
    ahead: Callable[[Array], Array],
    X: Array,
    classes: Array,
    *,
    names: Sequence[str] = (),
    axes: tuple[str, str] = ("", ""),
    n: int = 120,
) -> FigurePlot:
    """Where each class is found, in stronger colour where it is surer, and the samples with their true ``classes`` (0, 1, ...).

    ``ahead`` gives the margins of samples in rows.
    """
    low, high = X.min(axis=0), X.max(axis=0)
    margin = 0.08 * np.where(high > low, high - low, 1.0)
    low, high = low - margin, high + margin
    across, up = (np.linspace(a, b, n) for a, b in zip(low, high, strict=True))
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    field = ahead(grid)
    found = field.argmax(axis=1)
    called = [*names, *map(str, range(len(names), field.shape[1]))]
    marks: list[Mark] = [
        Area(loops(field[:, place].reshape(n, n), across, up, level), place)
        for place in range(field.shape[1])
        for level in SURELY
    ]
    true = np.ravel(classes).astype(int)
    shown = thinned(np.arange(len(X)), MOST_DOTS)
    for place, name in enumerate(called):
        mine = shown[true[shown] == place]
        marks.append(Dots(X[mine, 0], X[mine, 1], name, place))
    shares = [
        f"{name} on {format_number(float(np.mean(found == place)), 2)} of it"
        for place, name in enumerate(called)
    ]
    right = float(np.mean(ahead(X).argmax(axis=1) == true)) if len(X) else 0.0
    return FigurePlot(
        "Decision boundary",
        f"In the part of the plane shown the network finds {', '.join(shares)};"
        f" {right:.1%} of the samples shown lie where their own class is found.",
        tuple(marks),
        Axis(axes[0], span=(float(low[0]), float(high[0]))),
        Axis(axes[1], span=(float(low[1]), float(high[1]))),
    )
