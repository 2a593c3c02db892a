"""The second door: a plain script, run as it is, becomes a recording."""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from chainrule.program import ChainruleError, ProgramError, SourceSpan, Value
from chainrule.program.sources import read_source
from chainrule.trace import refusals
from chainrule.trace.instrument.code import HOOKED, compiled
from chainrule.trace.limits import Enough, Limits
from chainrule.trace.reading import Reading
from chainrule.trace.recording import Recording
from chainrule.trace.replay import Chances, Replay, ValueReached
from chainrule.trace.surroundings import alarm, as_main
from chainrule.trace.tracer import Tracer


class ScriptError(ProgramError):
    """A script that does not run (E330)."""

    @classmethod
    def of(cls, error: Exception, where: SourceSpan | None) -> ScriptError:
        """The script's own error, with its place."""
        said = "".join(traceback.format_exception_only(error)).strip()
        message = f"the script does not run: {said}"
        return cls("E330", message, where=where, hint=_removed_from_numpy(error))


def _removed_from_numpy(error: Exception) -> str:
    """What NumPy says of a name that it once had, where the script takes its names without the module's."""
    found = re.search(r"name '(\w+)'", str(error))
    if found is None or not isinstance(error, ImportError | NameError):
        return ""
    scopes = [frame.f_globals for frame, _ in traceback.walk_tb(error.__traceback__)]
    starred = bool(scopes) and scopes[-1].get("ndarray") is np.ndarray
    if not (starred if isinstance(error, NameError) else error.name == "numpy"):
        return ""
    try:
        getattr(np, found[1])
    except AttributeError as numpys:
        first = str(numpys).partition("\n")[0]
        return "" if first.startswith("module 'numpy' has no attribute") else first
    return ""


@dataclass(frozen=True, slots=True)
class ScriptReading:
    """A script that was read.

    ``passed`` says at which hook each value was met, so that :meth:`again` finds it when the script is run once more.
    ``failure`` is what stopped it, if it did not run to its end.
    """

    file: str
    text: str
    recording: Recording
    passed: Mapping[Value, tuple[int, int]]
    chances: Chances
    failure: ChainruleError | None = None
    left: str = ""
    """How the script ended itself, where it did."""

    def again(self, moves: Mapping[Value, Any], wanted: Value) -> Any:
        """The number of ``wanted`` when the script is run once more, nothing recorded, with some values moved."""
        steps = {self.passed[value]: step for value, step in moves.items()}
        replay = Replay(self.chances, steps, self.passed[wanted])
        with (
            contextlib.suppress(ValueReached, SystemExit, Exception),
            self.chances.again(replay),
        ):
            _run(compiled(self.text, self.file), self.file, io.StringIO())
        return replay.seen


def record_script(
    path: str | Path,
    *,
    text: str | None = None,
    limits: Limits | None = None,
    pairs: bool = False,
    patient: bool = False,
    follow_branches: bool = True,
) -> ScriptReading:
    """Run a script, as ``python path`` would, and record it until it ends or has gone far enough.

    ``text`` is run in place of what the file holds. With ``pairs`` a column that meets a flat array is not refused.
    A script that fails after something was recorded is read as far as it came if ``patient``.

    Raises:
        ScriptError: E330 with the script's own error and its place.
    """
    file = str(path)
    source = read_source(file) if text is None else text
    limits = limits or Limits()
    tracer = Tracer(
        lets_go=True,
        follow_branches=follow_branches,
        pairs=pairs,
        boundary=(_run.__code__,),
    )
    reading = Reading(tracer, is_script=True, limits=limits)
    printed = io.StringIO()
    reading.lender.stdout = printed
    chances = Chances.now()
    failure: ChainruleError | None = None
    ended, left = "end", ""
    linecache.checkcache(file)
    pid = os.getpid()
    try:
        with _failing(file):
            code = compiled(source, file)
        with _failing(file), reading.going_on(chances), alarm(limits.patience):
            left = _run(code, file, printed)
    except Enough:
        ended = "limit"
    except ChainruleError as error:
        failure, ended = error, "error"
        cause = error.__cause__
        if isinstance(cause, Exception) and _runs_alone(source, file, chances, limits):
            failure = refusals.not_taken(cause, refusals.failed_at(cause, {file}))
    if os.getpid() != pid:
        # a process that the script made of itself: the reading goes on in the other one
        os._exit(0)
    failure = failure or tracer.refused
    if failure is not None and not patient:
        raise failure
    run = tracer.builder.run(())
    recording = Recording(
        run,
        tuple(tracer.events),
        {file: source},
        printed.getvalue(),
        ended,
        tracer.builder.met,
        tracer.has_matrices,
    )
    return ScriptReading(
        file, source, recording, reading.passed, chances, failure, left
    )


def _runs_alone(source: str, file: str, chances: Chances, limits: Limits) -> bool:
    """Whether a script that failed as it was read runs, or is still running when the time is up, where nobody reads."""
    try:
        with chances.again(), alarm(limits.patience):
            _run(compile(source, file, "exec"), file, io.StringIO())
    except Enough:
        return True
    except Exception:  # noqa: BLE001 - the script's own error, whichever it is
        return False
    return True


def _run(code: CodeType, file: str, printed: io.StringIO) -> str:
    """Run a script; how it ended itself, if it did."""
    scope: dict[str, Any] = {"__name__": "__main__", "__file__": file}
    try:
        with HOOKED.while_reading(), as_main(file, printed):
            exec(code, scope)  # noqa: S102 - running the user's script is what was asked for
    except SystemExit as end:
        at = refusals.failed_at(end, {file})
        return f"the script ended itself{f' in {at.describe()}' if at else ''}"
    return ""


@contextlib.contextmanager
def _failing(file: str) -> Iterator[None]:
    """The script's own errors, with their place."""
    try:
        yield
    except ChainruleError:
        raise
    except SyntaxError as error:
        at = SourceSpan(file, error.lineno or 0, (error.offset or 1) - 1)
        raise ScriptError("E330", f"SyntaxError: {error.msg}", where=at) from None
    except Exception as error:
        raise ScriptError.of(error, refusals.failed_at(error, {file})) from error
