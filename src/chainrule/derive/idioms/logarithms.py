"""Logarithms of what exponentials make, taken before the exponential is: nothing overflows, nothing meets log 0.

Where the number itself could round to 0 or infinity, its logarithm is told from the exponents, and a quotient is the
exponential of a difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.positive import LogarithmSearch
from chainrule.derive.simplify.lines import is_written, made_by, record
from chainrule.program import Arg, Array, Builder, Line, Op, Value
from chainrule.program.ledger import bare
from chainrule.trace import Traced, Tracer


def log_from_exponents(
    builder: Builder, op: Op, args: tuple[Arg, ...], params: Mapping[str, Any]
) -> Arg | None:
    """A logarithm of what may round to 0 or infinity, from the exponents."""
    if op is not ops.log:
        return None
    found = LogarithmSearch(builder).positive(args[0])
    if found is None or not found.rounds:
        return None
    return _if_alike(builder, found.log(), op, args, params)


def ratio_from_exponents(
    builder: Builder, op: Op, args: tuple[Arg, ...], params: Mapping[str, Any]
) -> Arg | None:
    """A quotient whose parts may both round to infinity, or both to 0, as the exponential of a difference."""
    if op is not ops.divide and op is not ops.reciprocal:
        return None
    above, below = args if op is ops.divide else (1, *args)
    search = LogarithmSearch(builder)
    log_below, log_above = search.certain(below), search.certain(above)
    if log_below is None:
        return None
    both_vanish = log_above is not None and log_above.vanishes and log_below.vanishes
    if not log_below.overflows and not both_vanish:
        return None
    if log_above is None or is_written(above):
        share = record(builder, ops.multiply, above, search.one_over(below, log_below))
    else:
        share = search.write(
            ops.exp, search.write(ops.subtract, log_above.log(), log_below.log())
        )
    return _if_alike(builder, share, op, args, params)


LOGARITHMS = (log_from_exponents, ratio_from_exponents)


def written_out(tracer: Tracer, line: Line) -> Traced | None:
    """An op that takes a logarithm of what may round to 0 or infinity, as its definition: there it is told from exponents."""
    op = line.op
    if op is ops.log or op.definition is None or not _takes_a_logarithm(op):
        return None
    search = LogarithmSearch(tracer.builder)
    minus = made_by(tracer.builder, line.args[0], ops.negative)
    found = search.complement(minus.args[0]) if minus else search.positive(line.args[0])
    if found is None or not found.rounds:
        return None
    if not found.overflows and _is_guarded(op, -1.0 if minus else 1.0):
        return None
    better: Traced = op.definition(*map(tracer.lift, line.args), **line.params)
    return better


@cache
def _takes_a_logarithm(op: Op) -> bool:
    """Whether the definition of an op takes the logarithm of its first argument, or of what is made of it."""
    sample, tracer = op.samples[0], Tracer(named=False)
    arrays = [
        tracer.input(np.full(shape, 0 if place in sample.integers else 0.5), None)
        for place, shape in enumerate(sample.shapes)
    ]
    assert op.definition is not None  # noqa: S101 - asked of ops that have one
    op.definition(*arrays, **{**op.params, **sample.params})
    return any(line.op is ops.log for line in tracer.builder.lines)


@cache
def _is_guarded(op: Op, whole: float) -> bool:
    """Whether an op is finite where its first argument has rounded to 0 or to ``whole``: something keeps its logarithms from 0."""
    sample = op.samples[0]
    for end in (0.0, whole):
        arrays = [
            np.full(shape, 0 if place in sample.integers else 0.5 if place else end)
            for place, shape in enumerate(sample.shapes)
        ]
        with np.errstate(all="ignore"):
            found = op.forward(*arrays, **{**op.params, **sample.params})
        if not np.isfinite(found).all():
            return False
    return True


def _if_alike(
    builder: Builder,
    better: Arg,
    op: Op,
    args: tuple[Arg, ...],
    params: Mapping[str, Any],
) -> Arg | None:
    """``better`` if it has the shape and the type that the line itself would have."""
    with np.errstate(all="ignore"):
        numbers = [bare(builder.number(arg)) for arg in args]
        plain: Array = np.asarray(op.forward(*numbers, **params))
    if not isinstance(better, Value):
        return None
    return (
        better if (better.shape, better.dtype) == (plain.shape, plain.dtype) else None
    )
