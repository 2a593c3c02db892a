"""Write the forward pass in NumPy; get the backward pass derived, explained and written out."""

import typing as _typing

from chainrule.door import emit, explain, gradients
from chainrule.program import ChainruleError, Op, Rule
from chainrule.trace import trace
from chainrule.version import __version__

__all__ = [
    "ChainruleError",
    "Op",
    "Rule",
    "__version__",
    "check",
    "emit",
    "explain",
    "gradients",
    "trace",
]

if _typing.TYPE_CHECKING:
    from chainrule.check.functions import check


def __getattr__(name: str) -> _typing.Any:
    """``chainrule.check``, imported when it is asked for: the package is itself the function."""
    if name == "check":
        import importlib

        return importlib.import_module("chainrule.check")
    message = f"module 'chainrule' has no attribute {name!r}"
    raise AttributeError(message)
