"""What is drawn at random: its state is remembered, for the code to be run once more, and its places are noted."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.trace.events import Escape, Fixed
from chainrule.trace.gather import holds_traced
from chainrule.trace.lending import Lending


def drawing(lender: Lending, method: Any) -> Callable[..., Any] | None:
    """What is called in the place of a generator's method; None for the method of anything else."""
    owner = method.__self__
    if is_generator(owner):
        lender.chances.met(owner)
        return functools.partial(_drawn, lender, method)
    if isinstance(owner, random.Random):
        return functools.partial(_chosen, lender, method)
    return None


def is_generator(owner: Any) -> bool:
    """Whether methods of an object draw numbers at random: what they are is another thing with each NumPy."""
    return type(owner).__module__.startswith("numpy.random")


SPREAD = {"normal": 0.0, "laplace": 0.0, "gumbel": 0.0, "logistic": 0.0, "uniform": 0.0, "exponential": None}  # fmt: skip
"""What is drawn around a place and with a width, or with a width alone: the same noise, moved and stretched."""


def _spread(lender: Lending, method: Any, *given: Any, **options: Any) -> Any:
    """``rng.normal(mu, sigma)``: the noise is drawn as it is, and a slope leads to where it lies and how wide."""
    names: tuple[str, ...] = ("loc", "scale")
    if method.__name__ == "uniform":
        names = ("low", "high")
    place = SPREAD[method.__name__]
    names = names if place is not None else ("scale",)
    known = dict(zip((*names, "size"), given, strict=False)) | options
    size = known.pop("size", None)
    first = known.get(names[0], place) if place is not None else 0.0
    second = known.get(names[-1], 1.0)
    width = second - first if names == ("low", "high") else second
    shape = np.broadcast_shapes(
        *(tuple(map(int, np.shape(one))) for one in (first, width))
    )
    noise = method(size=shape if size is None else size)
    _note(lender, noise)
    return first + width * (noise if shape or size is not None else float(noise))


def _drawn(lender: Lending, method: Any, *args: Any, **kwargs: Any) -> Any:
    """With a whole number, or one of what is plain, no slope is lost; lengths are those of what was drawn."""
    if method.__name__ in SPREAD and holds_traced([*args, *kwargs.values()]):
        return _spread(lender, method, *args, **kwargs)
    events = lender.tracer.events
    start = len(events)
    result = lender.elsewhere(method, *args, **kwargs)
    picked = method.__name__ == "choice" and not holds_traced(args[:1])
    flat = picked or np.asarray(result).dtype.kind in "iub"
    lost = Fixed | Escape if flat else Fixed
    if any(isinstance(one, Escape) for one in events[start:]):
        lender.tracer.draws_by_what_is_given = True
    events[start:] = [one for one in events[start:] if not isinstance(one, lost)]
    _note(lender, result)
    return result


def _chosen(lender: Lending, method: Any, *args: Any, **kwargs: Any) -> Any:
    """What Python's own ``random`` gives, as it is."""
    result = method(*args, **kwargs)
    _note(lender, result)
    return result


def _note(lender: Lending, result: Any) -> None:
    """A number that was drawn is another one in another run; an array, too, where it is written out."""
    number = result.item() if isinstance(result, np.generic) else result
    lender.tracer.fix(number if isinstance(number, int | float) else None)
