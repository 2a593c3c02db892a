"""Where a field over the plane is above a level: closed loops with the higher side on their left (marching squares)."""

from __future__ import annotations

import numpy as np

from chainrule.program import Array

Edge = tuple[int, int, str]

BOTTOM, RIGHT, TOP, LEFT = range(4)
SEGMENTS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((BOTTOM, LEFT),),
    2: ((RIGHT, BOTTOM),),
    3: ((RIGHT, LEFT),),
    4: ((TOP, RIGHT),),
    5: ((BOTTOM, LEFT), (TOP, RIGHT)),
    6: ((TOP, BOTTOM),),
    7: ((TOP, LEFT),),
    8: ((LEFT, TOP),),
    9: ((BOTTOM, TOP),),
    10: ((RIGHT, BOTTOM), (LEFT, TOP)),
    11: ((RIGHT, TOP),),
    12: ((LEFT, RIGHT),),
    13: ((BOTTOM, RIGHT),),
    14: ((LEFT, BOTTOM),),
}
"""Which sides of a cell a contour joins, by its corners inside: 1 lower left, 2 lower right, 4 upper right, 8 upper left."""
JOINED = {5: ((BOTTOM, RIGHT), (TOP, LEFT)), 10: ((LEFT, BOTTOM), (RIGHT, TOP))}
"""The same where opposite corners are inside and so is the middle."""


def loops(field: Array, across: Array, up: Array, level: float) -> tuple[Array, ...]:
    """The borders of ``field >= level`` as closed loops of points, straight between the points of the grid.

    ``field`` has a row for each of ``up`` and a column for each of ``across``. What reaches the edge of the grid is
    closed along it.

    >>> field = np.array([[0.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    >>> (loop,) = loops(field, np.arange(3.0), np.arange(3.0), 0.5)
    >>> sorted(map(tuple, loop.tolist()))
    [(0.5, 1.0), (1.0, 0.5), (1.0, 1.5), (1.5, 1.0)]
    """
    # a rim below the level, as wide as nothing
    lowest = min(float(field.min()), level) - 1.0
    field = np.pad(field, 1, constant_values=lowest)
    across, up = np.pad(across, 1, mode="edge"), np.pad(up, 1, mode="edge")
    inside = (field >= level).astype(int)
    kinds = (
        inside[:-1, :-1]
        + 2 * inside[:-1, 1:]
        + 4 * inside[1:, 1:]
        + 8 * inside[1:, :-1]
    )
    following: dict[Edge, Edge] = {}
    for row, column in np.argwhere((kinds > 0) & (kinds < 15)).tolist():
        kind = int(kinds[row, column])
        found = SEGMENTS[kind]
        if kind in JOINED:
            middle = field[row : row + 2, column : column + 2].mean()
            found = JOINED[kind] if middle >= level else found
        for start, end in found:
            following[_side(row, column, start)] = _side(row, column, end)
    points = (
        np.array([_crossing(edge, field, across, up, level) for edge in one])
        for one in _rounds(following)
    )
    return tuple(loop for loop in map(_straightened, points) if len(loop) > 2)


def _side(row: int, column: int, side: int) -> Edge:
    """A side of a cell, called the same by both cells that have it."""
    match side:
        case 0:
            return row, column, "across"
        case 1:
            return row, column + 1, "up"
        case 2:
            return row + 1, column, "across"
        case _:
            return row, column, "up"


def _rounds(following: dict[Edge, Edge]) -> list[list[Edge]]:
    found = []
    while following:
        start, edge = following.popitem()
        one = [start]
        while edge != start:
            one.append(edge)
            edge = following.pop(edge)
        found.append(one)
    return found


def _crossing(
    edge: Edge, field: Array, across: Array, up: Array, level: float
) -> tuple[float, float]:
    row, column, way = edge
    to = (row, column + 1) if way == "across" else (row + 1, column)
    low, high = float(field[row, column]), float(field[to])
    part = (level - low) / (high - low)
    return (
        float(across[column] + part * (across[to[1]] - across[column])),
        float(up[row] + part * (up[to[0]] - up[row])),
    )


def _straightened(loop: Array) -> Array:
    """The loop without points that stand on their neighbour, or straight between two."""
    loop = loop[np.any(loop != np.roll(loop, 1, axis=0), axis=1)]
    before, after = loop - np.roll(loop, 1, axis=0), np.roll(loop, -1, axis=0) - loop
    turn = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    size = float(np.abs(loop).max(initial=0.0)) or 1.0
    return np.asarray(loop[np.abs(turn) > 1e-12 * size * size])
