"""Checking: a hand-written backward pass, or numbers stated in a text, held against the true ones.

The module is itself the function: ``chainrule.check(forward, backward, *inputs)`` is ``functions.check``.

>>> import numpy as np
>>> import chainrule
>>> def forward(x, w):
...     return x @ w
>>> def backward(dy, x, w):
...     return dy @ w.T, x.T @ dy
>>> bool(chainrule.check(forward, backward, np.ones((2, 3)), np.ones((3, 2))))
True
"""

from __future__ import annotations

import sys
import types
from typing import Any

from chainrule.check.functions import WrongGradient, assert_right
from chainrule.check.functions import check as check_functions
from chainrule.check.report import LineReport, Report
from chainrule.check.script import check_script
from chainrule.check.stated import Judgement, Sheet, check_claims
from chainrule.check.text import sheet_text, text
from chainrule.check.verdict import Verdict

__all__ = [
    "Judgement",
    "LineReport",
    "Report",
    "Sheet",
    "Verdict",
    "WrongGradient",
    "assert_right",
    "check_claims",
    "check_functions",
    "check_script",
    "sheet_text",
    "text",
]


class _Callable(types.ModuleType):
    """A module that may be called: importing it must not hide the function of its name."""

    def __call__(self, *args: Any, **options: Any) -> Report:
        """As ``functions.check``."""
        return check_functions(*args, **options)


sys.modules[__name__].__class__ = _Callable
