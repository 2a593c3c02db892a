"""Families of ops: helpers that say once what a whole family shares, and return an Op."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.program import Op, Rule, Sample

REALS = (
    Sample(((2, 3),)),
    Sample(((3,),)),
    Sample(((),)),
    Sample(((0, 3),)),
)


def on(
    samples: Sequence[Sample], low: float, high: float, *away: float
) -> tuple[Sample, ...]:
    """The same samples with numbers from ``low`` to ``high``, away from some points."""
    return tuple(
        Sample(s.shapes, s.params, (low, high), away, s.integers) for s in samples
    )


POSITIVE = on(REALS, 0.3, 3.0)
PAIRS = (
    Sample(((2, 3), (2, 3))),
    Sample(((2, 3), (3,))),
    Sample(((2, 1), (1, 3))),
    Sample(((), (3,))),
    Sample(((), ())),
    Sample(((0, 2), (2,))),
)
POSITIVE_PAIRS = on(PAIRS, 0.3, 3.0)
REDUCED = (
    Sample(((2, 3),), {"axis": -1, "keepdims": True}),
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0}),
    Sample(((2, 3, 4),), {"axis": (0, 2)}),
    Sample(((2, 3, 2),), {"axis": (-1, 0), "keepdims": True}),
    Sample(((3,),), {"axis": 0}),
    Sample(((),)),
    Sample(((0, 3),), {"axis": 1}),
)
AXES = {"axis": None, "keepdims": False}


def unary(
    forward: Callable[..., Any], slope: Callable[..., Any], why: str, **facts: Any
) -> Op:
    """A function of NumPy of one argument; ``slope(y, x, **params)`` is its derivative."""
    rules = (sloped(slope, why),)
    return Op(forward, shapes.broadcast, rules, **{"samples": REALS, **facts})


def sloped(slope: Callable[..., Any], why: str) -> Rule:
    """The rule of a function of one argument, by its derivative ``slope(y, x, **params)``."""

    def vjp(dy: Any, y: Any, x: Any, **params: Any) -> Any:
        return dy * slope(y, x, **params)

    return Rule(vjp, why)


def composite(
    forward: Callable[..., Any],
    *rules: Rule | None,
    definition: Callable[..., Any] | None = None,
    forms: tuple[Callable[..., Any], ...] | None = (),
    **facts: Any,
) -> Op:
    """An elementwise op that is made of simpler ones, as ``forward`` writes it in plain NumPy.

    That is also how languages write it that have no word for it, and, where textbooks define it no other way, its
    definition. Both are recognised in a user's code, as the other ``forms`` are; none are where ``forms`` is None,
    and the definition is not where its stable form is another step, told as such.
    """
    means = definition or forward
    own = (forward,) if "stable" in facts else (means, forward)
    ways = () if forms is None else dict.fromkeys((*own, *forms))
    return Op(
        quietly(forward),
        shapes.broadcast,
        rules,
        definition=means,
        forms=tuple(ways),
        **{"samples": REALS, **facts},
    )


def mask(
    forward: Callable[..., Any],
    notation: str,
    sign: str = "",
    n_arguments: int = 2,
    **facts: Any,
) -> Op:
    """A question with a yes or a no at every place, so no gradient passes."""
    spelling = {"numpy": f"{{0}} {sign} {{1}}"} if sign else {}
    samples = PAIRS if n_arguments == 2 else REALS
    return Op(
        forward,
        shapes.broadcast,
        (None,) * n_arguments,
        notation=rf"\mathbf{{1}}[{notation}]",
        says="1 where it holds, 0 elsewhere",
        **{"kind": "comparison", "samples": samples, "spelling": spelling, **facts},
    )


def steps(forward: Callable[..., Any], notation: str, **facts: Any) -> Op:
    """A function that jumps from one level to the next, and is flat between its jumps."""
    flat = Rule(lambda dy, y, x: np.zeros_like(x), "between its jumps a step is flat")
    return Op(
        forward,
        shapes.broadcast,
        facts.pop("rules", (flat,)),
        notation=notation,
        caution="at a jump its slope is taken as 0",
        analytic=False,
        **{"samples": REALS, **facts},
    )


def spread(y: Any, x: Any, axis: Any, keepdims: bool) -> Any:  # noqa: FBT001 - NumPy's own parameter
    """What a reduction of ``x`` gave, copied back along the axes that were reduced."""
    return np.broadcast_to(kept(y, axis, keepdims), x.shape)


def kept(y: Any, axis: Any, keepdims: bool) -> Any:  # noqa: FBT001 - NumPy's own parameter
    """What a reduction gave, with the reduced axes as axes of length 1 again."""
    return y if keepdims or axis is None else np.expand_dims(y, axis)


def stays(axis: Any) -> bool:
    """Whether what is reduced along ``axis`` must keep it to stand beside what it came from."""
    return axis is not None and axis != 0


def count(x: Any, axis: Any) -> Any:
    """How many entries each result of a reduction is made of, read from the array."""
    if axis is None:
        return x.size
    total: Any = 1
    for one in shapes.axes_of(axis, x.ndim):
        total = x.shape[one] * total if total != 1 else x.shape[one]
    return total


def of_library(path: str) -> Callable[..., Any]:
    """A function of a library that need not be there until it is called.

    It is asked in double precision, and answers in that of the arrays it is given: some of SciPy's functions are
    hardly exact in single precision, others forget it.
    """
    module, _, name = path.rpartition(".")

    def forward(*args: Any, **params: Any) -> Any:
        function = getattr(import_module(module), name)
        narrow = {
            arg.dtype
            for arg in args
            if isinstance(arg, np.ndarray) and arg.dtype.kind == "f"
        } == {np.dtype(np.float32)}
        if not narrow:
            return function(*args, **params)
        wide = (
            arg.astype(np.float64)
            if isinstance(arg, np.ndarray) and arg.dtype.kind == "f"
            else arg
            for arg in args
        )
        return function(*wide, **params).astype(np.float32)

    forward.__name__ = name
    return forward


def quietly(forward: Callable[..., Any]) -> Callable[..., Any]:
    """``forward`` where a number too small to tell from 0 is 0, whatever ``np.seterr`` says."""

    def run(*args: Any, **params: Any) -> Any:
        with np.errstate(under="ignore"):
            return forward(*args, **params)

    run.__name__ = forward.__name__
    return run
