"""A limit on how long something of a user's may run."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from chainrule.program.errors import LimitError


def can_limit() -> bool:
    """Whether a limit can be kept: in the main thread of a system with POSIX timers."""
    in_main = threading.current_thread() is threading.main_thread()
    return in_main and hasattr(signal, "setitimer")


@contextlib.contextmanager
def time_limit(seconds: float | None, what: str = "the script") -> Iterator[None]:
    """Raise E601 inside of ``what`` runs longer than ``seconds``, again and again if it does not let go; None is no limit."""
    if seconds is None or not can_limit():
        yield
        return

    def stop(_: int, __: FrameType | None) -> None:
        raise LimitError(
            "E601",
            f"{what} is still running after {seconds:g} {'second' if seconds == 1 else 'seconds'}",
            hint="a loop may never end; give it more time with --timeout SECONDS",
        )

    before = signal.signal(signal.SIGALRM, stop)
    # a script that catches every exception goes on, and is told again
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
