"""A network drawn in characters: a box a column, and what leads from each to the next on the arrow."""

from __future__ import annotations

from chainrule.formula import format_number
from chainrule.lesson.canvas import (
    Block,
    beside,
    drawn,
    length,
    padded,
    plain_text,
    word,
)
from chainrule.lesson.parts import Circle, Graph


def graph(part: Graph, width: int) -> Block:
    """The drawing, broken into as many strips as the width asks for."""
    columns = [_column(part, i) for i in range(len(part.columns))]
    strips: list[Block] = []
    current: Block | None = None
    for i, column in enumerate(columns):
        arrow = _arrow(plain_text(part.between[i - 1]) if i else "")
        if current is None:
            current = column
            continue
        longer = beside(current, arrow, column)
        if longer.width > width:
            strips.append(beside(current, _arrow_on()))
            current = beside(arrow, column)
        else:
            current = longer
    if current is not None:
        strips.append(current)
    lines = [
        line
        for i, strip in enumerate(strips)
        for line in ((() if i else None), *strip.lines)
        if line is not None
    ]
    return Block(tuple(lines))


def _column(part: Graph, index: int) -> Block:
    """A titled box with one line a unit: its value, and the gradient that comes back."""
    circles = [circle for circle in part.circles if circle.column == index]
    title = drawn(part.columns[index])
    values = [_value(circle) for circle in circles]
    grads = [
        "" if circle.gradient is None else format_number(circle.gradient)
        for circle in circles
    ]
    wide = max(map(len, values), default=0)
    back = max(map(len, grads), default=0)
    inner = wide + (3 + back if back else 0)
    inner = max(inner, title.width)
    top = ((" ┌", "faint"), ("─" * (inner + 2), "faint"), ("┐ ", "faint"))
    bottom = ((" └", "faint"), ("─" * (inner + 2), "faint"), ("┘ ", "faint"))
    gap = inner + 4 - title.width
    lines = [
        ((" " * (gap // 2 + 1), ""), *title.lines[0], (" " * (gap - gap // 2 + 1), "")),
        top,
    ]
    for value, grad in zip(values, grads, strict=True):
        left = value.rjust(wide)
        pieces = [(" │ ", "faint"), (left, "value")]
        if back:
            pieces += [(" │ ", "faint"), (grad.rjust(back), "upstream")]
        used = wide + (3 + back if back else 0)
        lines.append((*pieces, (" " * (inner - used), ""), (" │ ", "faint")))
    lines.append(bottom)
    return Block(tuple(lines), 2 + (len(circles) - 1) // 2)


def _value(circle: Circle) -> str:
    if circle.value is None:
        return circle.note
    return format_number(circle.value)


def _arrow(text: str) -> Block:
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    wide = max(len(text) + 2, 4)
    over = text.center(wide)
    return Block((((over, ""),), (("─" * (wide - 1) + "▶", "faint"),)), 1)


def _arrow_on() -> Block:
    return word(" ⋯", "faint")


__all__ = ["graph", "length", "padded"]
