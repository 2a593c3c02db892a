"""A forward and a backward function, or a framework's custom gradient, checked: line by line, else by numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from chainrule.check import frameworks
from chainrule.check.differences import Tolerance
from chainrule.check.report import Report
from chainrule.check.script import check_script
from chainrule.check.text import text
from chainrule.check.together import together
from chainrule.program import ChainruleError


class WrongGradient(ChainruleError, AssertionError):  # noqa: N818 - it says what was found
    """A checked gradient is wrong (E340); ``report`` says where and why."""

    exit_code = 1

    def __init__(self, report: Report) -> None:
        super().__init__("E340", "a gradient is wrong", detail=text(report, 88))
        self.report = report


def check(
    forward: Any,
    backward: Callable[..., Any] | Any = None,
    *inputs: Any,
    eps: float = 1e-4,
    atol: float = 1e-7,
    rtol: float = 1e-5,
    raise_exception: bool = True,
    seed: int = 0,
) -> Report:
    """Hold a hand-written ``backward`` against the true gradient of ``forward``, line by line.

    ``forward(*inputs)`` returns an array, or an array and a cache. ``backward(upstream, cache)``, or
    ``backward(upstream, *inputs)`` where there is no cache, returns the gradient of each float input: one, a
    tuple in their order, or a dict by name. Instead of the two, ``forward`` may be a custom gradient of a
    framework: a ``torch.autograd.Function``, a ``jax.custom_vjp`` or a ``tf.custom_gradient`` function, with
    ``inputs`` from the second argument on, as arrays or as the framework's own tensors.

    Functions in Python over arrays are followed line by line, on the inputs and on others like them, and the
    report names the first wrong line. What cannot be followed is compared with five-point differences of step
    ``eps``, argument by argument, and the report says why. ``atol`` and ``rtol`` are those of gradcheck: an entry
    is right within ``atol + rtol * |true|``. ``seed`` draws the upstream gradients and the other data.

    Raises:
        WrongGradient: E340 if a gradient is wrong, unless ``raise_exception`` is False.

    >>> def forward(x, w):
    ...     h = np.tanh(x @ w)
    ...     return h, (x, w, h)
    >>> def backward(dh, cache):
    ...     x, w, h = cache
    ...     da = dh * (1 - h**2)
    ...     return da @ w.T, x.T @ da
    >>> import numpy as np
    >>> x, w = np.ones((2, 3)), np.full((3, 4), 0.1)
    >>> bool(check(forward, backward, x, w))
    True
    """
    __tracebackhide__ = True
    custom = frameworks.custom(forward)
    if custom is not None:
        inputs = inputs if backward is None else (backward, *inputs)
    elif backward is None:
        raise TypeError("check(forward, backward, *inputs): backward is missing")
    else:
        custom = frameworks.Plain(forward, backward)
    report = together(custom, custom.plain(inputs), Tolerance(eps, atol, rtol), seed)
    if raise_exception and not report.ok:
        raise WrongGradient(report) from None
    return report


def assert_right(what: Any, *functions_or_inputs: Any, **options: Any) -> Report:
    """For tests: raise, with the report, unless every hand-written line is right.

    ``what`` is the path of a script, with the options of ``check_script``; or a forward function or a custom
    gradient, with what ``check`` takes after it.

    Raises:
        WrongGradient: E340 if a line is wrong.
    """
    __tracebackhide__ = True
    if not isinstance(what, str | Path):
        return check(what, *functions_or_inputs, **options)
    report = check_script(what, **options)
    if not report.ok:
        raise WrongGradient(report)
    return report


__all__ = ["WrongGradient", "assert_right", "check"]
