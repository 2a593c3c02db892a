"""Ctrl-C, kept until a step is done: half a step is no place to go on from."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def deferred() -> Iterator[list[int]]:
    """Ctrl-C is noted in a list, and acted upon between two steps: half a step is no place to go on from.

    A second Ctrl-C interrupts at once. Outside of the main thread signals are not ours to take.
    """
    asked: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is not signal.default_int_handler:
        yield asked
        return

    def note(number: int, frame: Any) -> None:
        asked.append(number)
        if len(asked) > 1:
            signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
