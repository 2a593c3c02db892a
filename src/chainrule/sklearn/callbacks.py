"""scikit-learn 1.9's callbacks where they are there, nothing where they are not; typed for our own use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable[..., Any])

try:
    from sklearn.callback import CallbackSupportMixin
    from sklearn.callback import with_callbacks as _with_callbacks
except ImportError:  # before scikit-learn 1.9

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Nothing: this scikit-learn has no callbacks."""

    def _with_callbacks(method: Any) -> Any:
        return method


def with_callbacks(method: Method) -> Method:
    """A method of fitting that scikit-learn's callbacks are told of."""
    told: Method = _with_callbacks(method)
    return told


def stochastic(method: Method) -> Method:
    """A method that exists only where the solver takes steps on parts of the data."""
    from sklearn.utils.metaestimators import available_if

    shown: Method = available_if(lambda estimator: estimator.check_stochastic())(method)
    return shown


__all__ = ["CallbackSupportMixin", "stochastic", "with_callbacks"]
