"""A command that runs a user's script, in a process of its own: only a command that came to its end has a verdict.

A script may be replaced by another program or be killed, or end the process in code that is not followed; the
process then ends, perhaps with exit code 0, and nothing was checked.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
from collections.abc import Callable
from types import FrameType

from chainrule.program import ProgramError

RAISED = 70


def apart(command: Callable[[], None]) -> None:
    """Run a command that leaves with its exit code in a child, where the system can fork, and leave with that code."""
    if not hasattr(os, "fork"):
        command()
        return
    verdict, told = os.pipe()
    parent, child = os.getpid(), os.fork()
    if not child:
        os.close(verdict)
        _die_with(parent)
        _tell_verdict(command, told)
    os.close(told)
    status = _wait(child)
    ready = select.select([verdict], [], [], 0)[0]
    found = os.read(verdict, 1) if ready else b""
    # the streams were flushed by the child; this process has written nothing
    os._exit(found[0] if found else _without_verdict(status))


def _tell_verdict(command: Callable[[], None], told: int) -> None:
    """Run the command, and tell with which code it came to its end, whatever is still to end with the process."""
    try:
        command()
    except SystemExit as end:
        os.write(told, bytes([end.code if isinstance(end.code, int) else 0]))
        raise
    except Exception:
        # with --debug an error leaves as it is, and its traceback is all there is to say
        os.write(told, bytes([RAISED]))
        raise


def _wait(child: int) -> int:
    """The status that the child ended with; Ctrl-C is its affair, and what asks us to end asks it."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        os.kill(child, number)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, pass_on)
    return os.waitpid(child, 0)[1]


def _without_verdict(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGINT:
        return 130
    how = f"exit code {code}" if code >= 0 else f"signal {-code}"
    error = ProgramError(
        "E333",
        f"the process ended ({how}) before the script was read to its end, so nothing is known of it",
        hint="os._exit, os.exec and the like leave at once; sys.exit lets others finish",
    )
    with contextlib.suppress(OSError):
        # the guarded streams were the child's
        os.write(2, f"error[{error.code}]: {error.body()}\n".encode())
    return error.exit_code


def _die_with(parent: int) -> None:
    """Do not outlive the process that waits for us, which somebody may have killed."""
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(ProgramError.exit_code)
