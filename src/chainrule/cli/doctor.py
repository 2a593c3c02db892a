"""``chainrule doctor``: versions, extras, engines and devices, and how to get what is missing."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import sys
from collections.abc import Iterator

EXAMPLES = "chainrule doctor"
FOR_DEVELOPERS = ("test", "dev", "docs")
REQUIREMENT = re.compile(r"^([\w.-]+)[^;]*(?:;.*extra == ['\"](\w+)['\"])?")


def doctor() -> None:
    """Show what is installed here, what each extra would add, and what steps can run on."""
    from chainrule.version import __version__

    lines = [
        f"chainrule {__version__}",
        f"python {platform.python_version()}, {platform.platform()}",
        "",
        *table(_packages()),
        "",
        *table(_engines()),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


def table(rows: Iterator[tuple[str, str]]) -> list[str]:
    """Two columns, the first as wide as its widest word."""
    listed = [*rows]
    wide = max(len(name) for name, _ in listed)
    return [f"{name.ljust(wide)}  {told}" for name, told in listed]


def _packages() -> Iterator[tuple[str, str]]:
    """Every package that chainrule or one of its extras asks for, as its own metadata says."""
    for line in importlib.metadata.requires("chainrule") or []:
        match = REQUIREMENT.match(line)
        if match is None or match[2] in FOR_DEVELOPERS:
            continue
        package, extra = match[1], match[2]
        version = _version(package)
        if version is None:
            missing = f'not installed: pip install "chainrule[{extra}]"'
            yield package, missing if extra else "missing: pip install chainrule"
        else:
            yield package, f"{version}  ({extra})" if extra else version


def _version(package: str) -> str | None:
    # TensorFlow has a package of its own without a GPU
    for name in (package, f"{package}-cpu"):
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _engines() -> Iterator[tuple[str, str]]:
    from chainrule.engines.c.compiler import cache_folder, compiler
    from chainrule.engines.stretch import Trouble

    yield "engine numpy", "ready"
    found, kept = compiler(), cache_folder()
    if isinstance(found, Trouble):
        yield "engine c", f"{found.message}; {found.hint}"
    else:
        yield "engine c", f"ready, by {found.path}"
    where = kept.message if isinstance(kept, Trouble) else f"kept in {kept}"
    yield "compiled steps", where
    yield "processors", str(os.cpu_count())
    yield "engine jax", _devices()


def _devices() -> str:
    if _version("jax") is None:
        return 'pip install "chainrule[jax]"'
    try:
        import jax

        return "ready, on " + ", ".join(str(device) for device in jax.devices())
    except Exception as error:  # noqa: BLE001 - what a broken installation raises is what is to be told
        return f"JAX does not start: {type(error).__name__}: {error}"
