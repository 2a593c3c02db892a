"""Logarithms of what exponentials make, taken before the exponential is: nothing overflows, nothing meets log 0.

What is built from exponentials by products, quotients, sums and choices is positive, and its logarithm is built from
their exponents. Where the number itself could round to 0 or infinity, the logarithm is told from that, and a quotient
is the exponential of a difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.simplify.lines import is_number, is_written, made_by, record
from chainrule.program import Arg, Array, Builder, Line, Op, Size, Value
from chainrule.trace import Traced, Tracer

DEEPEST = 40
"""Through how many lines a logarithm is looked for; further down it is left as it is written."""


@dataclass(frozen=True, slots=True, eq=False)
class Positive:
    """A value above 0: what writes its logarithm, and whether in floats it may round to 0, or to infinity."""

    log: Callable[[], Arg]
    vanishes: bool = False
    overflows: bool = False


def log_from_exponents(
    builder: Builder, op: Op, args: tuple[Arg, ...], params: Mapping[str, Any]
) -> Arg | None:
    """A logarithm of what may round to 0 or infinity, from the exponents."""
    if op is not ops.log:
        return None
    found = _Search(builder).positive(args[0])
    if found is None or not (found.vanishes or found.overflows):
        return None
    return _if_alike(builder, found.log(), op, args, params)


def ratio_from_exponents(
    builder: Builder, op: Op, args: tuple[Arg, ...], params: Mapping[str, Any]
) -> Arg | None:
    """A quotient whose parts may both round to infinity, or both to 0, as the exponential of a difference."""
    if op is not ops.divide and op is not ops.reciprocal:
        return None
    above, below = args if op is ops.divide else (1, *args)
    search = _Search(builder)
    log_below, log_above = search.positive(below), search.positive(above)
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
    """An op that takes a logarithm of what may vanish, as its definition: there the logarithm is told from exponents."""
    op = line.op
    if op is ops.log or op.definition is None or not _takes_a_logarithm(op):
        return None
    search = _Search(tracer.builder)
    minus = made_by(tracer.builder, line.args[0], ops.negative)
    found = search.complement(minus.args[0]) if minus else search.positive(line.args[0])
    if found is None or not found.vanishes:
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


def _if_alike(
    builder: Builder,
    better: Arg,
    op: Op,
    args: tuple[Arg, ...],
    params: Mapping[str, Any],
) -> Arg | None:
    """``better`` if it has the shape and the type that the line itself would have."""
    with np.errstate(all="ignore"):
        numbers = [builder.number(arg) for arg in args]
        plain: Array = np.asarray(op.forward(*numbers, **params))
    if not isinstance(better, Value):
        return None
    return (
        better if (better.shape, better.dtype) == (plain.shape, plain.dtype) else None
    )


class _Search:
    """Looks for logarithms of values; each value is looked at once."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._seen: dict[Arg, Positive | None] = {}

    def positive(self, arg: Arg, depth: int = 0) -> Positive | None:
        """``arg`` as something positive, if it is seen to be."""
        if is_written(arg) and arg > 0:  # type: ignore[operator]
            number = math.log(arg)  # type: ignore[arg-type]
            return Positive(lambda: number)
        line = self.builder.producer.get(arg) if isinstance(arg, Value) else None
        if line is None or depth > DEEPEST:
            return None
        if arg not in self._seen:
            self._seen[arg] = self._of(line, depth + 1)
        return self._seen[arg]

    def complement(self, arg: Arg) -> Positive | None:
        """1 - ``arg``, where that is positive: of a sigmoid, and of the square of tanh."""
        sigmoid = made_by(self.builder, arg, ops.sigmoid)
        if sigmoid is not None:
            (x,) = sigmoid.args
            return Positive(
                lambda: self.write(ops.log_sigmoid, self.write(ops.negative, x)),
                vanishes=True,
            )
        squared = made_by(self.builder, arg, ops.square)
        power = made_by(self.builder, arg, ops.power)
        if power is not None and is_number(power.args[1], 2):
            squared = power
        tanh = squared and made_by(self.builder, squared.args[0], ops.tanh)
        if tanh is None:
            return None
        (x,) = tanh.args
        return Positive(
            lambda: self.write(ops.multiply, -2, self.write(ops.log_cosh, x)),
            vanishes=True,
        )

    def write(self, op: Op, *args: Arg, **params: Any) -> Arg:
        return record(self.builder, op, *args, **params)

    def one_over(self, arg: Arg, found: Positive) -> Arg:
        """1 over ``arg``: of 1 and an exponential it is the sigmoid."""
        total = made_by(self.builder, arg, ops.add)
        for one, other in (total.args, total.args[::-1]) if total else ():
            power = made_by(self.builder, other, ops.exp)
            if power is not None and is_number(one, 1):
                return self.write(ops.sigmoid, self.write(ops.negative, power.args[0]))
        return self.write(ops.exp, self.write(ops.negative, found.log()))

    def _of(self, line: Line, depth: int) -> Positive | None:
        args, params = line.args, line.params
        if line.op is ops.exp:
            return Positive(lambda: args[0], vanishes=True, overflows=True)
        if line.op is ops.sigmoid:
            return Positive(lambda: self.write(ops.log_sigmoid, args[0]), vanishes=True)  # fmt: skip
        if line.op is ops.softmax:
            return Positive(
                lambda: self.write(ops.log_softmax, args[0], **params), vanishes=True
            )
        if line.op is ops.cosh:
            return Positive(lambda: self.write(ops.log_cosh, args[0]), overflows=True)
        if line.op is ops.subtract and is_number(args[0], 1):
            return self.complement(args[1])
        if line.op is ops.array:
            return self._written_numbers(line)
        if line.op is ops.where:
            return self._choice(args, depth)
        first = self.positive(args[0], depth) if args else None
        if first is None:
            return None
        if line.op.kind in ("view", "indexing"):
            return Positive(
                lambda: self.write(line.op, first.log(), *args[1:], **params),
                first.vanishes,
                first.overflows,
            )
        if line.op in (ops.sum, ops.mean):
            return self._total(line, first)
        if len(args) == 2:
            return self._of_two(line, first, depth)
        return None

    def _written_numbers(self, line: Line) -> Positive | None:
        if not np.all(self.builder.number(line.result) > 0):
            return None
        return Positive(lambda: self.write(ops.log, line.result))

    def _choice(self, args: tuple[Arg, ...], depth: int) -> Positive | None:
        one, other = (self.positive(arg, depth) for arg in args[1:])
        if one is None or other is None:
            return None
        return Positive(
            lambda: self.write(ops.where, args[0], one.log(), other.log()),
            one.vanishes or other.vanishes,
            one.overflows or other.overflows,
        )

    def _total(self, line: Line, first: Positive) -> Positive:
        def log() -> Arg:
            total = self.write(ops.logsumexp, first.log(), **line.params)
            if line.op is ops.sum:
                return total
            entries = line.args[0]
            assert isinstance(entries, Value)  # noqa: S101 - what is averaged is an array
            axis = line.params["axis"]
            axes = tuple(range(entries.ndim)) if axis is None else axis
            count = Size(entries, (axes,) if isinstance(axes, int) else axes)
            return self.write(ops.subtract, total, self.write(ops.log, count))

        return Positive(log, first.vanishes, first.overflows)

    def _of_two(self, line: Line, first: Positive, depth: int) -> Positive | None:
        if line.op is ops.power and is_written(line.args[1]):
            up = line.args[1] > 0  # type: ignore[operator]
            ends = (first.vanishes, first.overflows)
            return Positive(
                lambda: self.write(ops.multiply, line.args[1], first.log()),
                *(ends if up else ends[::-1]),
            )
        minus = made_by(self.builder, line.args[1], ops.negative)
        if line.op is ops.add and minus and is_number(line.args[0], 1):
            return self.complement(minus.args[0])
        second = self.positive(line.args[1], depth)
        joined = {
            ops.multiply: ops.add,
            ops.divide: ops.subtract,
            ops.add: ops.logaddexp,
        }.get(line.op)
        if second is None or joined is None:
            return None
        ends = (second.vanishes, second.overflows)
        low, high = ends if line.op is not ops.divide else ends[::-1]
        both = line.op is ops.add
        return Positive(
            lambda: self.write(joined, first.log(), second.log()),
            first.vanishes and low if both else first.vanishes or low,
            first.overflows or high,
        )
