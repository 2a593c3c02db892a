"""How a training went, epoch by epoch: losses, metrics, and the sizes of the gradients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.formula import format_number
from chainrule.program import Array
from chainrule.train.figures.plot import Axis, Band, Curve, FigurePlot, thinned

MOST_POINTS = 300
MOST_LAYERS = 6
NEXT_TO_NOTHING = 100
MUCH = 10
"""How many times the smallest number the largest has to be for a logarithmic axis."""
CALLED = {"loss": "training", "val_loss": "validation"}
Rows = Sequence[Mapping[str, float]]


def curves(
    rows: Rows,
    names: Sequence[str],
    *,
    title: str,
    called: Mapping[str, str] = CALLED,
    log: bool = False,
) -> FigurePlot:
    """Numbers of a history by epoch, a line each.

    The axis is logarithmic if that is asked for, all numbers are above 0, and they differ enough to need it.
    """
    shown = [name for name in names if any(name in row for row in rows)]
    epochs = np.array([row["epoch"] for row in rows], float)
    places = thinned(np.arange(len(rows)), MOST_POINTS)
    lines = {
        name: np.array([row.get(name, np.nan) for row in rows], float) for name in shown
    }
    known = np.concatenate([*lines.values(), np.empty(0)])
    known = known[np.isfinite(known)]
    log = log and bool(known.size) and bool(0 < MUCH * known.min() < known.max())
    said = [
        f"{called.get(name, name)} goes from {format_number(line[0])} to {format_number(line[-1])}"
        for name, line in lines.items()
        if len(line)
    ]
    last = epochs[-1] if len(epochs) else 0
    return FigurePlot(
        title,
        f"Up to epoch {last:g}: {'; '.join(said) or 'nothing was measured'}.",
        tuple(
            Curve(epochs[places], line[places], called.get(name, name), style)
            for style, (name, line) in enumerate(lines.items())
        ),
        Axis("epoch", whole=True),
        Axis(log=log),
    )


def flow(
    epochs: Sequence[int], quantiles: Mapping[str, Sequence[Sequence[float]]]
) -> FigurePlot:
    """The middle half and the median of the sizes of gradients, a line a parameter.

    ``quantiles`` has for every parameter, for every epoch, the lower quarter, the median and the upper quarter. Of
    many parameters some are shown, the first and the last among them.
    """
    names = thinned(np.array(list(quantiles), dtype=object), MOST_LAYERS).tolist()
    x = np.array(epochs, float)
    marks: list[Band | Curve] = []
    said = []
    for style, name in enumerate(names):
        # where the gradient is 0 the axis has no place for it
        three = np.array(quantiles[name], float).reshape(-1, 3)
        low, middle, high = np.where(three > 0, three, np.nan).T
        floor = np.nanmin(three[three > 0], initial=np.inf)
        known = np.isfinite(high)
        low = np.where(np.isfinite(low), low, floor)[known]
        marks.append(Band(x[known], low, high[known], style))
        marks.append(Curve(x, middle, name, style))
        if len(three):
            said.append(
                f"{name} from {format_number(three[0, 1])} to {format_number(three[-1, 1])}"
            )
    return FigurePlot(
        "Sizes of the gradients by layer",
        f"The median size of a gradient's entries: {'; '.join(said)}.",
        tuple(sorted(marks, key=lambda mark: isinstance(mark, Curve))),
        Axis("epoch", whole=True),
        Axis("|∂L/∂W|", log=True, span=_reach(marks)),
    )


def _reach(marks: Sequence[Band | Curve]) -> tuple[float, float] | None:
    """From where to where sizes are shown: what lies far below every median is next to nothing."""
    medians = np.concatenate(
        [np.empty(0), *(m.y for m in marks if isinstance(m, Curve))]
    )
    medians = medians[np.isfinite(medians)]
    if not medians.size:
        return None
    bands = [mark for mark in marks if isinstance(mark, Band) and mark.low.size]
    low = min((float(band.low.min()) for band in bands), default=float(medians.min()))
    high = max((float(band.high.max()) for band in bands), default=float(medians.max()))
    low = max(low, float(medians.min()) / NEXT_TO_NOTHING)
    return (low, high) if low < high else None


def quarters(gradients: Sequence[Mapping[str, Array]]) -> dict[str, list[list[float]]]:
    """The lower quarter, the median and the upper quarter of the sizes of gradients, by parameter."""
    names = gradients[0] if gradients else {}
    return {
        name: [
            np.quantile(np.abs(np.ravel(one[name])), (0.25, 0.5, 0.75)).tolist()
            for one in gradients
        ]
        for name in names
    }
