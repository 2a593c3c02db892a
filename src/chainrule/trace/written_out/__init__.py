"""Functions that are simpler ones put together: followed through what they are, and held to what they give.

A function of NumPy or SciPy that is no operation of the catalogue is written here in those that are. Each time one is
followed, its numbers are compared with those of the function itself: where the two differ (an option or a range that
the few lines do not cover), it is an operation through which no gradient is known.
"""

from __future__ import annotations

import inspect
import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.trace.gather import plain_of
from chainrule.trace.numpy_adapters.require import UNSET
from chainrule.trace.tracing import Tracing
from chainrule.trace.written_out import (
    arrangements,
    array_standard,
    fourier,
    images,
    interpolators,
    linear,
    linear_maps,
    nan_functions,
    numpy_functions,
    polynomials,
    scipy_functions,
    selecting,
    statistics,
    windows,
)
from chainrule.trace.written_out.distributions import distributions

Definition = Callable[..., Any]

MET: dict[Any, tuple[str, Definition]] = {}
WAITING: dict[str, Mapping[str, Definition]] = {
    "numpy": {
        **numpy_functions.DEFINITIONS,
        **nan_functions.DEFINITIONS,
        **array_standard.DEFINITIONS,
        **arrangements.DEFINITIONS,
        **selecting.DEFINITIONS,
        **polynomials.DEFINITIONS,
        **linear.NUMPY,
        **fourier.NUMPY,
        **windows.NUMPY,
    },
    "scipy.fft": fourier.SCIPY,
    "scipy.fftpack": fourier.FFTPACK,
    "scipy.interpolate": interpolators.DEFINITIONS,
    "scipy.linalg": linear.SCIPY,
    "scipy.ndimage": {**images.DEFINITIONS, **linear_maps.NDIMAGE},
    "scipy.stats": {**distributions(), **statistics.DEFINITIONS},
    **scipy_functions.DEFINITIONS,
}
"""Definitions by module and name, of modules that nobody has imported yet."""
CLOSE = {8: 1e-9, 4: 1e-4, 2: 1e-2}
"""How near the numbers must come, by the bytes of an entry."""


class NotCovered(Exception):  # noqa: N818 - it says what is the case
    """What a definition does not cover; its text is how the function is called here."""


def definition_of(function: Any) -> tuple[str, Definition] | None:
    """What a function is called and is in simpler ones; met by identity.

    >>> definition_of(np.deg2rad)[0]
    'np.deg2rad'
    """
    for module in [one for one in WAITING if one in sys.modules]:
        for name, definition in WAITING.pop(module).items():
            try:
                theirs = operator.attrgetter(name)(sys.modules[module])
            except AttributeError:  # an older or a newer release
                continue
            called = f"{'np' if module == 'numpy' else module}.{name}"
            MET.setdefault(theirs, (called, definition))
    try:
        return MET.get(function)
    except TypeError:  # what has no hash is no function of a library
        return None


def follow_through(
    tracer: Tracing, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """The result of a function by its definition.

    Raises:
        NotCovered: for what the definition does not cover.
    """
    found = definition_of(function)
    if found is None:
        raise KeyError(function)
    name, definition = found
    known = inspect.signature(definition).parameters
    asked = {key: value for key, value in kwargs.items() if value is not UNSET}
    # None is what an option is that is left out, unless the few lines know of it
    given = {k: v for k, v in asked.items() if v is not None or k in known}
    args = [None if one is UNSET else one for one in args]
    try:
        inspect.signature(definition).bind(*args, **given)
    except TypeError:
        unknown = ", ".join(f"{key}=..." for key in given if key not in known)
        raise NotCovered(f"{name}({unknown or '...'})") from None
    # what the function itself objects to, it says itself
    true = function(*map(plain_of, args), **{k: plain_of(v) for k, v in asked.items()})
    result = attempt(tracer, lambda: definition(*args, **given))
    if result is None or not is_same(result, true):
        message = f"{name} with these arguments"
        raise NotCovered(message)
    return result


def attempt(tracer: Tracing, make: Callable[[], Any]) -> Any:
    """What a definition makes; None of what its few lines were not written for."""
    refused = tracer.refused
    try:
        return tracer.unbound(lambda _: make())
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # an error of ours, too, is the definition's and not the user's
        tracer.refused = refused
        return None


def is_same(result: Any, true: Any) -> bool:
    """Whether a result has the numbers that NumPy or SciPy gives, as far as rounding goes."""
    if isinstance(true, tuple | list):
        return len(result) == len(true) and all(map(is_same, result, true))
    found, wanted = np.asarray(plain_of(result)), np.asarray(true)
    if found.shape != wanted.shape or wanted.dtype.kind not in "fciub":
        return False
    if wanted.dtype.kind not in "fc":
        return np.array_equal(found, wanted)
    near = CLOSE.get(min(found.dtype.itemsize, wanted.dtype.itemsize), 1e-9)
    size = float(np.max(np.abs(wanted[np.isfinite(wanted)]), initial=0.0))
    return np.allclose(found, wanted, rtol=near, atol=near * size, equal_nan=True)
