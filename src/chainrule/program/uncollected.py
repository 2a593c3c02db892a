"""Work that makes a great many lasting things, without a search for cycles among them every few hundred."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Python's search for cycles put off until after the work: nothing that a program is made of goes before its end.

    Through ten thousand lines, searching took a quarter of the time of deriving.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
