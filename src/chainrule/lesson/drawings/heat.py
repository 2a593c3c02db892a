"""An array as a small picture: one colour below zero, another above, stronger the further away."""

from __future__ import annotations

import base64
import struct
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np

from chainrule.program import Array
from chainrule.program.conversions import as_floats

MOST_CELLS: Final = 64
BELOW: Final = (31, 95, 168)
ABOVE: Final = (177, 72, 12)
# what is NaN or infinite is drawn in a colour that no number has
BROKEN: Final = (134, 41, 143)


@dataclass(frozen=True, slots=True)
class Heat:
    """A picture as a data address, its size in cells, and how much of the array a cell stands for."""

    address: str
    rows: int
    columns: int
    block: tuple[int, int]
    strongest: float


def heat(array: Array) -> Heat:
    """The picture of an array; where it has too many entries, a cell shows the largest in size of its block.

    >>> picture = heat(np.linspace(-1, 1, 200 * 30).reshape(200, 30))
    >>> picture.rows, picture.columns, picture.block
    (50, 30, (4, 1))
    """
    flat = _flattened(as_floats(array))
    block = (-(-flat.shape[0] // MOST_CELLS), -(-flat.shape[1] // MOST_CELLS))
    cells = _largest_of(_largest_of(flat, block[0], 0), block[1], 1)
    size = np.abs(np.where(np.isfinite(cells), cells, 0.0))
    strongest = float(size.max(initial=0.0))
    share = size / strongest if strongest else size
    pixels = np.empty((*cells.shape, 4), dtype=np.uint8)
    pixels[..., :3] = np.where((cells < 0)[..., None], BELOW, ABOVE)
    # transparent where it is zero: the picture then suits a light and a dark page
    pixels[..., 3] = np.round(255 * np.sqrt(share))
    pixels[~np.isfinite(cells)] = (*BROKEN, 255)
    rows, columns = cells.shape
    return Heat(_address(pixels), rows, columns, block, strongest)


def _flattened(array: Array) -> Array:
    """Two axes: the last stays, all before it go down the page; a list is broken into lines."""
    if array.ndim == 1 and array.size > MOST_CELLS:
        across = max(MOST_CELLS // 2, int(np.ceil(np.sqrt(array.size))))
        lacking = -array.size % across
        return np.concatenate([array, np.zeros(lacking)]).reshape(-1, across)
    return array.reshape(-1, array.shape[-1]) if array.ndim else array.reshape(1, 1)


def _largest_of(array: Array, step: int, axis: int) -> Array:
    """Along one axis, of each ``step`` entries the one of largest size; what is not finite wins."""
    if step == 1:
        return array
    rows = np.moveaxis(array, axis, 0)
    lacking = -rows.shape[0] % step
    padded = np.concatenate([rows, np.zeros((lacking, *rows.shape[1:]))])
    blocks = padded.reshape(-1, step, *rows.shape[1:])
    size = np.where(np.isnan(blocks), np.inf, np.abs(blocks))
    at = np.argmax(size, axis=1, keepdims=True)
    return np.moveaxis(np.take_along_axis(blocks, at, axis=1)[:, 0], 0, axis)


def _address(pixels: Array) -> str:
    """The pixels as a PNG in a data address."""
    height, width, _ = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(name, body)
        for name, body in (
            (b"IHDR", head),
            (b"IDAT", zlib.compress(lines, 9)),
            (b"IEND", b""),
        )
    )
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _chunk(name: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + check
