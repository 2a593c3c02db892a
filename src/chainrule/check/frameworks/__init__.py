"""Custom gradients of PyTorch, JAX and TensorFlow, and plain pairs of functions: run by numbers, or replayed."""

from __future__ import annotations

import inspect
import sys
from typing import Any

from chainrule.check.frameworks.custom import Custom
from chainrule.check.frameworks.jax import Jax
from chainrule.check.frameworks.plain import Plain
from chainrule.check.frameworks.tensorflow import TensorFlow
from chainrule.check.frameworks.torch import Torch

__all__ = ["Custom", "Plain", "custom"]


def custom(function: Any) -> Custom | None:
    """A framework's custom gradient as what can be checked; None for a plain function."""
    torch, jax = sys.modules.get("torch"), sys.modules.get("jax")
    if (
        torch is not None
        and inspect.isclass(function)
        and issubclass(function, torch.autograd.Function)
    ):
        return Torch(function)
    if jax is not None and isinstance(function, jax.custom_vjp):
        return Jax(function)
    if "tensorflow" in sys.modules and _is_tensorflow(function):
        return TensorFlow(function)
    return None


def _is_tensorflow(function: Any) -> bool:
    """Whether a function was decorated with ``tf.custom_gradient``."""
    code = getattr(
        getattr(function, "__wrapped__", None) and function, "__code__", None
    )
    decorator = getattr(function, "_tf_decorator", None)
    return decorator is not None or (
        code is not None and "custom_gradient" in code.co_filename
    )
