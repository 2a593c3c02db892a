"""Write the forward pass in NumPy; get the backward pass derived, explained and written out."""

import typing as _typing

from chainrule.api import emit, explain, gradients
from chainrule.program import ChainruleError, Op, Rule
from chainrule.trace import trace
from chainrule.version import __version__

__all__ = [
    "ChainruleError",
    "Network",
    "Op",
    "Rule",
    "__version__",
    "check",
    "emit",
    "explain",
    "fit_many",
    "grad",
    "gradients",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "trace",
    "value_and_grad",
]

if _typing.TYPE_CHECKING:
    from chainrule.check.functions import check
    from chainrule.train import Network, fit_many
    from chainrule.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad

_LATER = {
    "Network": "train",
    "fit_many": "train",
    **dict.fromkeys(
        ("grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad"), "transforms"
    ),
}
"""Names that are imported when they are asked for, and from where."""
_PACKAGES = ("check", "nn", "sklearn", "train", "transforms")


def __getattr__(name: str) -> _typing.Any:
    """``chainrule.Network`` and the packages, imported when they are asked for; ``check`` is itself the function."""
    import importlib

    if name in _LATER:
        return getattr(importlib.import_module(f"chainrule.{_LATER[name]}"), name)
    if name in _PACKAGES:
        return importlib.import_module(f"chainrule.{name}")
    message = f"module 'chainrule' has no attribute {name!r}"
    raise AttributeError(message)
