"""A framework that is not installed, named with the line that installs it."""

from __future__ import annotations

import importlib
from types import ModuleType

from chainrule.program import MissingEngineError


def framework(module: str, extra: str) -> ModuleType:
    """The module of a framework.

    Raises:
        MissingEngineError: E802 if it cannot be imported.

    >>> framework("no_such_framework", "torch")
    Traceback (most recent call last):
    chainrule.program.errors.MissingEngineError: MissingEngineError[E802]: no_such_framework is not installed
      fix: pip install "chainrule[torch]"
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingEngineError(
            "E802",
            f"{module} is not installed"
            if error.name == module
            else f"{module} cannot be imported: {error}",
            hint=f'pip install "chainrule[{extra}]"',
        ) from error
