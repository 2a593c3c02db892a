"""C text made to run: by the system's compiler, kept from process to process, loaded only if it is what was compiled here.

A library is known by its text, its compiler, and the processor it was compiled for; beside it stands its hash. What
another user could have written, what has changed, and what was made elsewhere is not loaded but compiled anew.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import platform
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chainrule.engines.stretch import Trouble
from chainrule.program import MissingEngineError
from chainrule.program.files import STALE

NAMES = ("cc", "gcc", "clang")
"""What a compiler may be called, where CC does not name one."""
PLAIN = ("-O2", "-fPIC", "-shared", "-fvisibility=hidden")
EXACT = ("-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast")
"""What lets entries be computed side by side without changing what comes out, NaN and infinity included."""
VECTORS = (
    "-ftree-vectorize", "-fvect-cost-model=dynamic", "-fopenmp-simd", "-fno-tree-slp-vectorize",
)  # fmt: skip
"""Loops become vectors, single lines do not: a processor waits long for a vector whose entries were stored one by one."""
PATIENCE = 300
"""Seconds after which a compiler is given up."""
MOST_KEPT = 512
"""Libraries in the cache; beyond that the oldest go."""


@dataclass(frozen=True, slots=True)
class Compiler:
    """A C compiler that works, and the options it takes."""

    path: str
    options: tuple[str, ...]
    identity: str


def library(text: str) -> ctypes.CDLL | Trouble:
    """The library that ``text`` compiles to, from the cache or anew."""
    found = compiler()
    if isinstance(found, Trouble):
        return found
    known_by = f"{text}\0{found.identity}\0{processor()}"
    key = hashlib.sha256(known_by.encode()).hexdigest()[:32]
    folder = cache_folder()
    if isinstance(folder, Path):
        kept = folder / f"{key}.so"
        if _is_ours(kept):
            with contextlib.suppress(OSError):
                return ctypes.CDLL(str(kept))
        made = _made(found, text, kept)
        if isinstance(made, ctypes.CDLL):
            return made
    # where nothing can be kept, or the disk of the cache is full
    return _made(found, text, None)


def _made(found: Compiler, text: str, place: Path | None) -> ctypes.CDLL | Trouble:
    """The library compiled anew, and kept at ``place`` if there is one."""
    try:
        with _workplace(place.parent if place else None) as folder:
            made = _compiled(found, text, Path(folder))
            if isinstance(made, Trouble):
                return made
            if place is not None:
                with contextlib.suppress(OSError):
                    _keep(made, place)
                    return ctypes.CDLL(str(place))
            # loaded from where it was made: on Unix its file may go once it is open
            return ctypes.CDLL(str(made))
    except OSError as error:
        return Trouble(f"there is no place for what the C compiler makes: {error}")


@functools.cache
def compiler() -> Compiler | Trouble:
    """The C compiler of this system, tried on a few lines."""
    named = os.environ.get("CC", "").split()
    for name in [*named[:1], *NAMES]:
        path = shutil.which(name)
        if path is None:
            continue
        for options in _choices():
            if _works(path, options):
                return Compiler(path, options, _identity(path, options))
    tried = ", ".join([*named[:1], *NAMES])
    return Trouble(f"there is no C compiler that works (looked for {tried})", advice())


def advice() -> str:
    """How to get a C compiler here."""
    return {
        "linux": "install one: apt install gcc, dnf install gcc, apk add gcc musl-dev",
        "darwin": "install one: xcode-select --install",
    }.get(sys.platform, "install gcc or clang, and put it on the PATH")


def _choices() -> Iterator[tuple[str, ...]]:
    """Sets of options, the best first; an older compiler does not know them all."""
    native = (
        "-mcpu=native"
        if platform.machine() in ("arm64", "aarch64")
        else "-march=native"
    )
    for own in ((native,), ()):
        yield (*PLAIN, *EXACT, *VECTORS, *own)
        yield (*PLAIN, *EXACT, "-fopenmp-simd", *own)
        yield (*PLAIN, *EXACT, *own)
    yield PLAIN


PROBE = """\
#include <math.h>
__attribute__((visibility("default"))) float probe(float x) { return sqrtf(x); }
"""


def _works(path: str, options: tuple[str, ...]) -> bool:
    # where there is no place to try it, none works
    with contextlib.suppress(OSError), _workplace(None) as folder:
        made = _compiled(Compiler(path, options, ""), PROBE, Path(folder))
        return isinstance(made, Path)
    return False


def _identity(path: str, options: tuple[str, ...]) -> str:
    """A compiler by its file and options: another version is another file."""
    real = os.path.realpath(path)
    seen = Path(real).stat()
    return "\0".join([real, str(seen.st_size), str(seen.st_mtime_ns), *options])


@functools.cache
def processor() -> str:
    """The processor by name and features, which a library for this very one may use all of."""
    words = [platform.system(), platform.machine(), platform.processor()]
    with contextlib.suppress(OSError):
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
        wanted = (
            "vendor_id",
            "model name",
            "cpu family",
            "model",
            "stepping",
            "flags",
            "Features",
            "CPU part",
        )
        first = text.split("\n\n")[0]
        words += [line for line in first.splitlines() if line.startswith(wanted)]
    if sys.platform == "darwin":
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
            told = subprocess.run(  # noqa: S603 - a program of the system, by its full path
                asked, capture_output=True, text=True, check=False, timeout=10
            )
            words.append(told.stdout)
    return "\n".join(words)


def _compiled(found: Compiler, text: str, folder: Path) -> Path | Trouble:
    source, made = folder / "program.c", folder / "program.so"
    source.write_text(text, encoding="utf-8")
    command = [found.path, *found.options, "-o", str(made), str(source), "-lm"]
    try:
        done = subprocess.run(  # noqa: S603 - the compiler that was found, on our own text
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=PATIENCE,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Trouble(f"the C compiler {found.path} cannot be run: {error}")
    if done.returncode or not made.exists():
        first = next(
            (line for line in done.stderr.splitlines() if "error" in line.lower()),
            done.stderr.strip().partition("\n")[0] or f"exit code {done.returncode}",
        )
        return Trouble(f"the C compiler {found.path} failed: {first.strip()}")
    return made


def cache_folder() -> Path | Trouble:
    """Where libraries are kept, for this user alone; Trouble where there is no such place."""
    named = os.environ.get("CHAINRULE_CACHE")
    if named:
        folder = Path(named)
    elif sys.platform == "darwin":
        folder = Path("~/Library/Caches/chainrule")
    else:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "chainrule"
    try:
        folder = folder.expanduser() / "c"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        seen = folder.stat()
    except (OSError, RuntimeError) as error:
        return Trouble(f"compiled programs cannot be kept: {error}")
    if not _is_own(seen):
        return Trouble(f"compiled programs are not kept: others can write to {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        return Trouble(f"compiled programs cannot be kept: {folder} is read-only")
    return folder


def _is_own(seen: os.stat_result) -> bool:
    """Whether a file or folder belongs to this user, and nobody else can write to it."""
    own = not hasattr(os, "getuid") or seen.st_uid == os.getuid()
    return own and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _is_ours(kept: Path) -> bool:
    """Whether a library is as it was when it was compiled here."""
    try:
        if not _is_own(kept.stat()):
            return False
        told = kept.with_suffix(".sha256").read_text(encoding="ascii")
        return told == hashlib.sha256(kept.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return False


def _keep(made: Path, place: Path) -> None:
    """Move a library into the cache, after its hash; two processes that do so at once do the same."""
    made.chmod(0o700)
    told = made.with_suffix(".sha256")
    told.write_text(hashlib.sha256(made.read_bytes()).hexdigest(), encoding="ascii")
    told.chmod(0o600)
    told.replace(place.with_suffix(".sha256"))
    made.replace(place)
    with contextlib.suppress(OSError):
        _tidy(place.parent)


def _tidy(folder: Path) -> None:
    """The oldest libraries go when there are too many, and what a killed process was at."""
    kept = sorted(folder.glob("*.so"), key=lambda one: one.stat().st_mtime)
    for old in kept[:-MOST_KEPT]:
        for one in (old, old.with_suffix(".sha256")):
            one.unlink(missing_ok=True)
    for left in folder.glob("making-*"):
        if time.time() - left.stat().st_mtime > STALE:
            shutil.rmtree(left, ignore_errors=True)


def _workplace(folder: Path | None) -> tempfile.TemporaryDirectory[str]:
    """A folder to compile in, inside of the cache if there is one, so that its result can be renamed into place."""
    made: tempfile.TemporaryDirectory[str] = tempfile.TemporaryDirectory(
        prefix="making-", dir=folder, ignore_cleanup_errors=True
    )
    return made


def require(found: ctypes.CDLL | Trouble) -> ctypes.CDLL:
    """The library, or E802 with what to do."""
    if isinstance(found, Trouble):
        raise MissingEngineError("E802", found.message, hint=found.hint)
    return found
