"""A plot in characters: eight dots a character, its ends labelled."""

from __future__ import annotations

import math

from chainrule.formula import format_number
from chainrule.formula.canvas import Box, Line, Segment, box, ragged
from chainrule.lesson.parts import Plot

HEIGHT = 8
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def plot(part: Plot, width: int) -> Box:
    """All series in one frame, drawn as connected lines of braille dots."""
    points = [
        (x, y)
        for series in part.series
        for x, y in zip(series.x, series.y, strict=True)
        if math.isfinite(y)
    ]
    if not points:
        return box(f"{part.y_label}: nothing finite to draw", "faint")
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    grid = [[0] * width for _ in range(HEIGHT)]

    def dot(x: float, y: float) -> tuple[int, int]:
        across = 0.0 if right == left else (x - left) / (right - left)
        up = 0.5 if high == low else (y - low) / (high - low)
        return round(across * (2 * width - 1)), round((1 - up) * (4 * HEIGHT - 1))

    for series in part.series:
        kept = [
            dot(x, y)
            for x, y in zip(series.x, series.y, strict=True)
            if math.isfinite(y)
        ]
        for start, end in zip(kept, kept[1:] or kept, strict=False):
            _line(grid, start, end)
    return _framed(
        part,
        grid,
        (format_number(high), format_number(low)),
        (format_number(left), format_number(right)),
    )


def _line(grid: list[list[int]], start: tuple[int, int], end: tuple[int, int]) -> None:
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for i in range(steps + 1):
        x = round(start[0] + (end[0] - start[0]) * i / steps)
        y = round(start[1] + (end[1] - start[1]) * i / steps)
        grid[y // 4][x // 2] |= DOTS[y % 4][x % 2]


def _framed(
    part: Plot, grid: list[list[int]], ends: tuple[str, str], sides: tuple[str, str]
) -> Box:
    margin = max(map(len, (*ends, part.y_label)))
    lines: list[Line] = [(Segment(part.y_label.rjust(margin), "faint"),)]
    for i, row in enumerate(grid):
        label = ends[0] if i == 0 else ends[1] if i == len(grid) - 1 else ""
        drawn = "".join(chr(0x2800 + cell) if cell else " " for cell in row)
        lines.append(
            (
                Segment(label.rjust(margin)),
                Segment(" ┤" if label else " │", "faint"),
                Segment(drawn, "result"),
            )
        )
    width = len(grid[0])
    lines.append((Segment(" " * margin), Segment(" └" + "─" * width, "faint")))
    gap = max(width - len(sides[0]) - len(sides[1]), 1)
    lines.append(
        (
            Segment(" " * (margin + 2)),
            Segment(sides[0] + " " * gap + sides[1]),
            Segment(f"  {part.x_label}", "faint"),
        )
    )
    return ragged(lines)
