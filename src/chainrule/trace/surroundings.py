"""The surroundings a script expects: its folder importable, its name as the command, no windows, nobody at the keys."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import signal
import sys
import threading
import types
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.program.sources import ARGUMENTS
from chainrule.trace.instrument.code import compiled, is_library
from chainrule.trace.limits import Enough

ONE_AT_A_TIME = threading.RLock()
"""Scripts change what belongs to the whole process: standard output, the command line, the path of imports."""


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the user's with hooks."""

    def source_to_code(self, data: Any, path: Any, **_: Any) -> types.CodeType:  # type: ignore[override]
        text = importlib.util.decode_source(data) if isinstance(data, bytes) else data
        return compiled(text, str(path))

    def get_code(self, fullname: str) -> types.CodeType:
        # what was compiled before, without hooks, is not taken
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


class _Finder:
    """Finds the modules that the user wrote, wherever Python would find them."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The spec of a module with hooks; None leaves it to Python."""
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        origin = spec.origin if spec is not None else None
        if spec is None or origin is None or not origin.endswith(".py"):
            return None
        if is_library(origin):
            return None
        spec.loader = _Loader(name, origin)
        return spec


@contextlib.contextmanager
def as_main(file: str, printed: io.StringIO) -> Iterator[None]:
    """Everything as ``python file`` has it, and as before afterwards."""
    with ONE_AT_A_TIME, contextlib.ExitStack() as stack:
        stack.enter_context(_put_back())
        stack.enter_context(settings_kept())
        sys.path.insert(0, str(Path(file).resolve().parent))
        sys.argv[:] = [file, *ARGUMENTS.get()]
        sys.meta_path.insert(0, _Finder)
        os.environ["MPLBACKEND"] = "Agg"
        stack.enter_context(contextlib.redirect_stdout(printed))
        stack.enter_context(_nobody_at_the_keys())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _put_back() -> Iterator[None]:
    """The path, the command line, the modules and the environment as they were."""
    path, argv, finders = sys.path[:], sys.argv[:], sys.meta_path[:]
    modules, backend = dict(sys.modules), os.environ.get("MPLBACKEND")
    try:
        yield
    finally:
        sys.path[:], sys.argv[:], sys.meta_path[:] = path, argv, finders
        for name in [name for name in sys.modules if name not in modules]:
            file = getattr(sys.modules[name], "__file__", None)
            # another script has helpers of its own under the same names
            if file is not None and not is_library(file):
                del sys.modules[name]
        if backend is None:
            os.environ.pop("MPLBACKEND", None)
        else:
            os.environ["MPLBACKEND"] = backend


@contextlib.contextmanager
def settings_kept() -> Iterator[None]:
    """What a script may set for the whole process, and would for what is done with it afterwards, as it was.

    NumPy's errors and printing, the folder, the rights of new files, how deep calls may go, who gets a signal.
    """
    folder, deepest, mask = Path.cwd(), sys.getrecursionlimit(), os.umask(0o077)
    os.umask(mask)
    handlers = _handlers()
    try:
        with np.errstate(), np.printoptions(), contextlib.redirect_stderr(sys.stderr):
            yield
    finally:
        sys.setrecursionlimit(deepest)
        os.umask(mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        with contextlib.suppress(OSError):
            os.chdir(folder)


def _handlers() -> dict[int, Any]:
    """Who gets a signal by which people and systems end a process; only the main thread may say."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    numbers = (signal.SIGINT, signal.SIGTERM)
    # one that was set by another language is not Python's to put back
    found = {number: signal.getsignal(number) for number in numbers}
    return {number: one for number, one in found.items() if one is not None}


@contextlib.contextmanager
def _nobody_at_the_keys() -> Iterator[None]:
    """Whoever asks for input finds the end of it."""
    keys, sys.stdin = sys.stdin, io.StringIO()
    try:
        yield
    finally:
        sys.stdin = keys


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """An end after so many seconds, also for code in which nothing is hooked; in the main thread, where it can be."""
    usable = hasattr(signal, "setitimer") and (
        threading.current_thread() is threading.main_thread()
    )
    if not usable or signal.getsignal(signal.SIGALRM) not in (signal.SIG_DFL, None):
        yield
        return

    def ring(*_: Any) -> None:
        raise Enough

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
