"""Single numbers before an array: what is written out among them is worked out, 1 · (½ · λ) · 2 · W is λ · W."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import reduce
from typing import Any

from chainrule import ops
from chainrule.derive.simplify.lines import Args, Params, is_written, keeps, record
from chainrule.program import Arg, Builder, Op, Value

MOST_FACTORS = 40
"""So many products are opened; a longer one is no scale that was written before an array."""


def factors(builder: Builder, arg: Arg) -> Iterator[tuple[Arg, bool]]:
    """What is multiplied to ``arg``, each with whether it is divided by; arrays of several factors are one.

    A product of products of more than ``MOST_FACTORS`` is one where it is not taken apart yet.
    """
    waiting: list[tuple[Arg, bool]] = [(arg, False)]
    n_opened = 0
    while waiting:
        one, below = waiting.pop()
        line = builder.producer.get(one) if isinstance(one, Value) else None
        if line is None or n_opened > MOST_FACTORS:
            yield one, below
        elif line.op is ops.ones_like and not line.result.shape:
            yield 1, below
        elif line.op is ops.identity and not line.result.shape:
            waiting.append((line.args[0], below))
        elif _opens(line.op, line.args) and line.result.name is None:
            n_opened += 1
            waiting.append((line.args[1], below != (line.op is ops.divide)))
            waiting.append((line.args[0], below))
        else:
            yield one, below


def _opens(op: Op, args: Args) -> bool:
    """Whether a product or a quotient is of single numbers, but for one array above at most."""
    arrays = [isinstance(arg, Value) and arg.ndim > 0 for arg in args]
    return (op is ops.multiply and sum(arrays) < 2) or (
        op is ops.divide and not arrays[1]
    )


def numbers_worked_out(builder: Builder, op: Op, args: Args, _: Params) -> Arg | None:
    """Where numbers written out meet before an array, apart from single values, they become one."""
    if op is not ops.multiply:
        return None
    found = [one for arg in args for one in factors(builder, arg)]
    written = [(arg, below) for arg, below in found if is_written(arg)]
    others = [(arg, below) for arg, below in found if not is_written(arg)]
    arrays = [arg for arg, _ in others if isinstance(arg, Value) and arg.ndim > 0]
    scalars = [one for one in others if one[0] not in arrays]
    if len(arrays) != 1 or not scalars or len(written) < 2:
        return None
    if not keeps(arrays[0], *args) or (arrays[0], True) in others:
        return None
    above, under = _reduced(written)
    if (above != 1) + (under != 1) >= len(written):
        return None
    tops = [arg for arg, below in scalars if not below]
    bottoms = [arg for arg, below in scalars if below]
    before = [above, *tops] if above != 1 else tops
    under_all = [under, *bottoms] if under != 1 else bottoms
    if not tops:  # a number and an array over what is left: 2 · (z - y)/n
        whole = _product(builder, [*before, arrays[0]])
        return record(builder, ops.divide, whole, _product(builder, under_all))
    top = _product(builder, before)
    if under_all:
        top = record(builder, ops.divide, top, _product(builder, under_all))
    return record(builder, ops.multiply, top, arrays[0])


def _reduced(written: list[tuple[Any, bool]]) -> tuple[float, float]:
    """What the numbers come to, above and below a line."""
    above = math.prod(number for number, below in written if not below)
    under = math.prod(number for number, below in written if below)
    if above and under % above == 0:
        above, under = 1, under / above
    elif under and above % under == 0:
        above, under = above / under, 1
    return tuple(int(one) if one == int(one) else one for one in (above, under))  # type: ignore[return-value]


def _product(builder: Builder, args: list[Any]) -> Arg:
    product: Arg = reduce(lambda a, b: record(builder, ops.multiply, a, b), args)
    return product
