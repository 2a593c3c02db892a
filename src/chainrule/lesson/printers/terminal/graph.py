"""A network drawn in characters: a box a column, and what leads from each to the next on the arrow."""

from __future__ import annotations

from chainrule.formula import format_number, to_text
from chainrule.formula.canvas import Box, Segment, beside, box, ragged, stacked
from chainrule.lesson.parts import Circle, Graph
from chainrule.lesson.printers.terminal.canvas import drawn, plain_text, wrapped

ON = " ⋯"
"""Where a drawing goes on below."""


def graph(part: Graph, width: int) -> Box:
    """The drawing, broken into as many strips as the width asks for; arrows that skip a column stand below it."""
    columns = [_column(part, i) for i in range(len(part.columns))]
    column_of = {circle.identity: circle.column for circle in part.circles}
    pairs = dict.fromkeys(
        (column_of[arrow.tail], column_of[arrow.head]) for arrow in part.arrows
    )
    strips: list[Box] = []
    current: Box | None = None
    for i, column in enumerate(columns):
        joint = _joint(part, i, joined=(i - 1, i) in pairs)
        if current is None:
            current = column
            continue
        longer = beside(current, joint, column)
        going_on = 0 if i == len(columns) - 1 else len(ON)
        if longer.width + going_on > width:
            strips.append(beside(current, box(ON, "faint")))
            current = beside(joint, column)
        else:
            current = longer
    if current is not None:
        strips.append(current)
    strips += _skips(part, [pair for pair in pairs if pair[1] != pair[0] + 1], width)
    apart = [one for strip in strips for one in (box(""), strip)]
    return stacked(*apart[1:])


def _joint(part: Graph, index: int, *, joined: bool) -> Box:
    """What stands before a column: an arrow with its words, or a gap where nothing leads there directly."""
    if not index:
        return box("")
    return _arrow(plain_text(part.between[index - 1])) if joined else box("   ")


def _skips(part: Graph, pairs: list[tuple[int, int]], width: int) -> list[Box]:
    """Arrows to a column that is not the next."""
    if not pairs:
        return []
    said = []
    for tail, head in pairs:
        names = [" ".join(to_text(part.columns[i])) for i in (tail, head)]
        # what enters besides is said here too; what is done with it is not this arrow's alone
        entering = (
            [span for span in part.between[head - 1] if not isinstance(span, str)]
            if head
            else []
        )
        words = ", ".join(plain_text((span,)) for span in entering)
        said.append(f"{names[0]} ─▶ {names[1]}" + (f" ({words})" if words else ""))
    text = "further arrows:   " + "    ".join(
        one.replace(" ", "\N{NO-BREAK SPACE}") for one in said
    )
    return [wrapped((text,), width, "faint")]


def _column(part: Graph, index: int) -> Box:
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
    top, bottom = (
        f" {left}{'─' * (inner + 2)}{right} " for left, right in ("┌┐", "└┘")
    )
    gap = inner + 4 - title.width
    lines = [
        (
            Segment(" " * (gap // 2 + 1)),
            *title.lines[0],
            Segment(" " * (gap - gap // 2 + 1)),
        ),
        (Segment(top, "faint"),),
    ]
    for value, grad in zip(values, grads, strict=True):
        left = value.rjust(wide)
        wall = Segment(" │ ", "faint")
        pieces = [wall, Segment(left, "value")]
        if back:
            pieces += [wall, Segment(grad.rjust(back), "upstream")]
        used = wide + (3 + back if back else 0)
        lines.append((*pieces, Segment(" " * (inner - used)), wall))
    lines.append((Segment(bottom, "faint"),))
    return ragged(lines, 2 + (len(circles) - 1) // 2)


def _value(circle: Circle) -> str:
    if circle.value is None:
        return circle.note
    return format_number(circle.value)


def _arrow(text: str) -> Box:
    text = text.replace("\N{NO-BREAK SPACE}", " ")
    wide = max(len(text) + 2, 4)
    over = text.center(wide)
    return stacked(box(over), box("─" * (wide - 1) + "▶", "faint"), baseline=1)
