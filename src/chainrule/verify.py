"""Escape, then verify: where a number left the program on its way to the loss, the user's own code is run once more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.program import (
    Array,
    CannotTrace,
    ProgramError,
    Run,
    SourceSpan,
    Value,
)
from chainrule.trace.events import Escape
from chainrule.trace.instrument.code import is_library

Again = Callable[[Mapping[Value, Array]], Any]
"""The loss that the user's own code gives with other numbers for some values; None where it gives none."""
WIDTHS = {8: (1e-5, 1e-6, 1e-4, 1e-7), 4: (1e-2, 3e-3, 3e-2), 2: (1e-1, 3e-1)}
"""How far the parameters are moved, tried in this order, by the bytes of an entry."""
CLOSE = {8: 1e-5, 4: 3e-2, 2: 0.2}
"""How near the measured slope must come to the derived one, as a share of both."""

STEPS = """write the steps out, as those of Runge and Kutta, over the times ts from y = y0:
for t, h in zip(ts[:-1], np.diff(ts)):
    k1 = f(t, y)
    k2 = f(t + h / 2, y + h / 2 * k1)
    k3 = f(t + h / 2, y + h / 2 * k2)
    k4 = f(t + h, y + h * k3)
    y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)"""
AREA = """add up what the function gives at fixed places, as those of Gauss from a to b:
x, share = np.polynomial.legendre.leggauss(20)
area = (b - a) / 2 * np.sum(share * f((b + a) / 2 + (b - a) / 2 * x))"""
ROOT = """take a step of Newton's from the root that was found, with the slope df of f, through which the gradient passes:
x = x - f(x) / df(x)"""
INSTEAD: Mapping[str, str] = {
    **{f"scipy.integrate.{name}": STEPS for name in ("odeint", "solve_ivp")},
    **{f"scipy.integrate.{name}": AREA for name in ("quad", "fixed_quad", "quad_vec")},
    **{
        f"scipy.optimize.{name}": ROOT
        for name in ("brentq", "bisect", "newton", "fsolve", "root", "root_scalar")
    },
}
"""What to write in the place of functions that choose by themselves where they look: no gradient comes out of them."""


def on_the_way(
    run: Run, escapes: Iterable[Escape], parameters: Sequence[Value], loss: Value
) -> list[Escape]:
    """The escapes that may matter: of values that a parameter moves, before the loss was computed."""
    moved = set(parameters)
    position = {}
    for i, line in enumerate(run.program.lines):
        position[line.result] = i
        reads = [read for read in line.reads() if read in moved]
        # a place, a comparison, a whole number made of floats has no slope that could be lost
        flat = not line.result.differentiable and any(
            read.differentiable for read in reads
        )
        if reads and not flat:
            moved.add(line.result)
    until = position.get(loss, len(position))
    return [
        escape
        for escape in escapes
        if escape.value in moved and escape.n_lines <= until
    ]


def verify(
    gradients: Mapping[Value, Array],
    numbers: Mapping[Value, Array],
    again: Again,
    escapes: Sequence[Escape],
) -> None:
    """Hold the derived gradients against the user's own code, run at parameters moved in a random direction.

    Raises:
        CannotTrace: E304 where they do not agree, with the place at which a number left and what to write.
    """
    generator = np.random.default_rng(20260226)
    for _ in range(2):
        direction = {
            value: generator.standard_normal(gradient.shape).astype(gradient.dtype)
            * _size(numbers[value])
            for value, gradient in gradients.items()
        }
        derived = float(
            sum(np.sum(gradients[value] * step) for value, step in direction.items())
        )
        if _agrees(derived, direction, numbers, again):
            return
    raise lost(escapes)


def _size(array: Array) -> Any:
    """How large a step is for an array: as its entries are, and not nothing."""
    typical = float(np.sqrt(np.mean(np.square(array)))) if array.size else 1.0
    return array.dtype.type(typical if np.isfinite(typical) and typical > 1e-3 else 1.0)


def _agrees(
    derived: float,
    direction: Mapping[Value, Array],
    numbers: Mapping[Value, Array],
    again: Again,
) -> bool:
    bytes_ = min(step.dtype.itemsize for step in direction.values())
    for width in WIDTHS.get(bytes_, WIDTHS[8]):
        losses = []
        for sign in (1, -1):
            moved = {
                value: numbers[value] + step.dtype.type(sign * width) * step
                for value, step in direction.items()
            }
            losses.append(again(moved))
        if any(loss is None or not np.isfinite(loss) for loss in losses):
            continue
        above, below = map(float, losses)
        measured = (above - below) / (2 * width)
        noise = 8 * np.finfo(f"f{bytes_}").eps * max(abs(above), abs(below)) / width
        if (
            abs(measured - derived)
            <= CLOSE[bytes_] * (abs(measured) + abs(derived)) + noise
        ):
            return True
    return False


def _own(places: Sequence[SourceSpan]) -> SourceSpan | None:
    """The innermost place in the user's own code: where a library calls back, theirs is further out."""
    own = (one for one in places if not is_library(one.file))
    return next(own, places[0] if places else None)


def lost(escapes: Sequence[Escape]) -> CannotTrace:
    """The refusal of a gradient that went with a number to where it cannot be followed (E304)."""
    escape = escapes[-1] if escapes else None
    name = (escape.value.name if escape is not None else None) or "a value"
    how = escape.how if escape is not None else "a function"
    return CannotTrace(
        "E304",
        f"{how} takes the numbers of {name}, and what comes back has no gradient: the one derived without it is wrong",
        where=_own(escape.places) if escape is not None else None,
        hint=INSTEAD.get(how)
        or "write this step with functions of NumPy, or give it a rule:\n"
        "f = chainrule.Op(forward, lambda shape: shape, (chainrule.Rule(lambda dy, y, x: ..., 'why'),))",
    )


def unmeasured(escapes: Sequence[Escape]) -> CannotTrace:
    """A number that left, where the script computes no loss that could be measured (E304)."""
    escape = escapes[-1]
    return CannotTrace(
        "E304",
        f"{escape.how} takes the numbers of {escape.value.name or 'a value'}, and no number of the script's own tells"
        " whether a gradient was lost by that",
        where=_own(escape.places),
        hint="give the loss a name, as loss = ..., or write this step with functions of NumPy",
    )


def refuse_still(loss: str, parameters: Sequence[str]) -> ProgramError:
    """A loss that does not move with anything it is to be differentiated by (E306)."""
    names = ", ".join(parameters) or "its arguments"
    return ProgramError(
        "E306",
        f"{loss} does not depend on {names}: every gradient would be 0",
        hint="compute the loss from what is to be learnt, with functions of NumPy",
    )
