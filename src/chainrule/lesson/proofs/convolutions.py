"""Convolutions: their local derivative entry by entry, and why the ways back are a correlation and a turned kernel."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from chainrule.formula import Node, derivative, entry, formula, identifier
from chainrule.lesson.notation.names import name
from chainrule.lesson.parts import Fold, Formula, Row
from chainrule.program import Line, Value
from chainrule.program.line import concrete

PLACES, INSIDE, READ = ("i", "j", "k"), ("m", "n", "l"), ("p", "q", "r")
"""The letters of a window's place, of a place in the kernel, and of an entry of what is read."""


def convolution_slope(
    line: Line, position: int, end: Node, here: Node, _: AbstractSet[str]
) -> Row | None:
    """The local derivative of a convolution, entry by entry: what an entry of the one meets of the other."""
    x, kernel = line.args
    other = line.args[1 - position]
    if not isinstance(other, Value) or other.name is None:
        return None
    if not (isinstance(x, Value) and isinstance(kernel, Value)):
        return None
    params = concrete(line.params)
    read = [
        formula(_read(at, inside, step, around))
        for at, inside, step, around in zip(
            PLACES, INSIDE, params["stride"], params["padding"], strict=False
        )
    ]
    n = x.ndim - 2
    sample, channel, made = map(identifier, "scf")
    inside = [identifier(one) for one in INSIDE[:n]]
    there = name(other.name)
    of_x = entry(here if position == 0 else there, sample, channel, *read)
    of_kernel = entry(here if position == 1 else there, made, channel, *inside)
    mine, met = (of_x, of_kernel) if position == 0 else (of_kernel, of_x)
    above = entry(end, sample, made, *map(identifier, PLACES[:n]))
    why = "what it meets in that window; s counts samples, c channels and f filters"
    return Row("local", derivative(above, mine), right=met, reason=(why,))


def _read(at: str, inside: str, step: int, around: int) -> str:
    """The place of an entry that a window has at a place of its own: ``2·i + m − 1``."""
    text = f"{at} + {inside}" if step == 1 else rf"{step} \cdot {at} + {inside}"
    return f"{text} - {around}" if around else text


def convolution_proof(position: int, n: int) -> Fold:
    """The rule of a convolution over ``n`` axes, from what its entries are."""
    i, m, p = (", ".join(letters[:n]) for letters in (PLACES, INSIDE, READ))
    met = ", ".join(f"{a} + {b}" for a, b in zip(PLACES[:n], INSIDE, strict=False))
    back = ", ".join(f"{a} - {b}" for a, b in zip(READ[:n], PLACES, strict=False))
    upstream = rf"\frac{{\partial L}}{{\partial y[{i}]}}"
    first = (
        f"y[{i}]",
        rf"\sum_{{{m}}} K[{m}] \cdot x[{met}]",
        "each window of x times the kernel, summed: here of one channel, one filter, a stride of 1 and no padding",
    )
    if position == 1:
        title = r"\frac{\partial L}{\partial K} = x \star \frac{\partial L}{\partial y}"
        rest = (
            (
                rf"\frac{{\partial y[{i}]}}{{\partial K[{m}]}}",
                f"x[{met}]",
                f"K[{m}] meets only that entry of the window at {i}",
            ),
            (
                rf"\frac{{\partial L}}{{\partial K[{m}]}}",
                rf"\sum_{{{i}}} {upstream} \cdot x[{met}]",
                "it reaches the loss through every window, and the ways add up",
            ),
            (
                "",
                rf"\left(x \star \frac{{\partial L}}{{\partial y}}\right)[{m}]",
                "the gradient is moved over x as if it were a kernel",
            ),
        )
    else:
        title = r"\frac{\partial L}{\partial x} = \frac{\partial L}{\partial y} \ast K"
        rest = (
            (
                rf"\frac{{\partial y[{i}]}}{{\partial x[{p}]}}",
                f"K[{back}]",
                f"x[{p}] stands at {back.replace('-', '−')} in the window at {i}, if that window reaches it",
            ),
            (
                rf"\frac{{\partial L}}{{\partial x[{p}]}}",
                rf"\sum_{{{i}}} {upstream} \cdot K[{back}]",
                "it reaches the loss through every window that it stands in",
            ),
            (
                "",
                rf"\left(\frac{{\partial L}}{{\partial y}} \ast K\right)[{p}]",
                f"as {i} grows the kernel is read backwards: it is turned round, and moved over the gradient",
            ),
        )
    rows = tuple(
        Row("", formula(left) if left else None, right=formula(right), reason=(why,))
        for left, right, why in (first, *rest)
    )
    return Fold(
        ("Why ", formula(title), " for ", formula(r"y = x \star K")),
        (Formula(rows),),
        f"why-convolution-{position}",
    )
