"""A framework that is not installed, named with the line that installs it."""

from __future__ import annotations

import importlib
import re
from types import ModuleType

from chainrule.program import MissingEngineError


def framework(module: str, extra: str, oldest: str = "") -> ModuleType:
    """The module of a framework, of a version from ``oldest`` on.

    Raises:
        MissingEngineError: E802 if it cannot be imported, or is older.

    >>> framework("no_such_framework", "torch")
    Traceback (most recent call last):
    chainrule.program.errors.MissingEngineError: MissingEngineError[E802]: no_such_framework is not installed
      fix: pip install "chainrule[torch]"
    """
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise MissingEngineError(
            "E802",
            f"{module} is not installed"
            if error.name == module
            else f"{module} cannot be imported: {error}",
            hint=f'pip install "chainrule[{extra}]"',
        ) from error
    if oldest and _numbers(found.__version__) < _numbers(oldest):
        raise MissingEngineError(
            "E802",
            f"{module} {found.__version__} is too old: {oldest} is the first that serves",
            hint=f'pip install --upgrade "chainrule[{extra}]"',
        )
    return found


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version)[:3]]
