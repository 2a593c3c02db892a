"""Units through which no gradient passes: dead or saturated ones, by layer and share."""

from __future__ import annotations

import numpy as np

from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.notation.slopes import slope
from chainrule.program import Array, Value
from chainrule.program.conversions import as_floats

FLAT = 1e-3


def idle(story: Story, name: str) -> str:
    """What there is to say about the flat places of an activation, or nothing."""
    slopes = activation_slopes(story, name)
    if slopes is None or slopes.size == 0:
        return ""
    off = np.abs(slopes) == 0
    flat = np.abs(slopes) < FLAT
    if not flat.any():
        return ""
    share = float(flat.mean())
    word = (
        "off (slope 0)"
        if off.sum() == flat.sum()
        else f"saturated (slope below {FLAT:g})"
    )
    count = int(flat.sum())
    units = _dead(flat)
    said = f"{count} of {flat.size} {'units are' if slopes.size != 1 else 'unit is'} {word} in {name}, {100 * share:.0f} %"
    if count == 1:
        said = f"1 of {flat.size} {'units' if flat.size > 1 else 'unit'} is {word} in {name}, {100 * share:.0f} %"
    said += (
        ": no gradient passes through there"
        if off.sum() == flat.sum()
        else ": hardly any gradient passes through"
    )
    return said + (f"; {units}." if units else ".")


def flat_before(story: Story, name: str) -> str:
    """The gradient in front of an activation where it is flat first, as ``why`` is asked about it; nothing without a name."""
    before = story.lines[name].args[0]
    slopes = activation_slopes(story, name)
    if slopes is None or not isinstance(before, Value) or before.name is None:
        return ""
    place = np.unravel_index(int(np.argmin(np.abs(slopes))), slopes.shape)
    index = f"[{', '.join(str(int(i)) for i in place)}]" if place else ""
    return f"d{before.name}{index}"


def _dead(flat: Array) -> str:
    """Whole units that are flat for every sample of a batch, whichever way samples lie."""
    if flat.ndim != 2 or min(flat.shape) == 1:
        return ""
    found = []
    for axis, what in ((0, "column"), (1, "row")):
        dead = np.flatnonzero(flat.all(axis=axis))
        if dead.size:
            listed = ", ".join(map(str, dead[:8].tolist())) + (
                " …" if dead.size > 8 else ""
            )
            found.append(f"{what}{'s' if dead.size > 1 else ''} {listed} entirely")
    return " and ".join(found)


def activation_slopes(story: Story, name: str) -> Array | None:
    """The slope of an activation at every entry."""
    line = story.lines.get(name)
    if line is None or line.op.kind != "activation" or not line.op.elementwise:
        return None
    if not isinstance(line.args[0], Value) or line.op.rule(0) is None:
        return None
    found = slope(story.study.literal.forward, [(line, 0)])
    if not isinstance(found.of, Value):
        return np.full(line.result.shape, found.of)
    return np.broadcast_to(as_floats(found.run.numbers[found.of]), line.result.shape)
