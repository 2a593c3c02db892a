"""What is above 0 because exponentials made it, and its logarithm from their exponents.

Products, quotients, sums and choices of exponentials are positive, and their logarithms are built from those of the parts.
With a factor of unknown sign a number is positive only if its logarithm is taken: what is asked for, not what is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.contractions import aligned
from chainrule.derive.simplify.lines import is_number, is_written, made_by, record
from chainrule.program import Arg, Builder, Line, Op, Size, Value
from chainrule.program.program import arg_shape
from chainrule.program.sizes import measured

DEEPEST = 40
"""Through how many lines a logarithm is looked for; further down it is left as it is written."""


@dataclass(frozen=True, slots=True, eq=False)
class Positive:
    """A value above 0: what writes its logarithm, and whether in floats it may round to 0, or to infinity.

    One with a factor of unknown sign is ``assumed`` to be above 0, since its logarithm is taken. ``parts`` write its
    exponent and that factor for a sum over it, where the factors may be of both signs, and 0.
    """

    log: Callable[[], Arg]
    vanishes: bool = False
    overflows: bool = False
    assumed: bool = False
    parts: Callable[[], tuple[Arg, Arg]] | None = None

    @property
    def rounds(self) -> bool:
        """Whether the logarithm of the rounded number may be far from its own."""
        return self.vanishes or self.overflows


class LogarithmSearch:
    """Looks for logarithms of values; each value is looked at once."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self._seen: dict[Arg, Positive | None] = {}

    def positive(self, arg: Arg, depth: int = 0) -> Positive | None:
        """``arg`` as something positive, if it is seen to be, or must be for its logarithm to exist."""
        if is_written(arg) and arg > 0:  # type: ignore[operator]
            number = math.log(arg)  # type: ignore[arg-type]
            return Positive(lambda: number)
        line = self.builder.producer.get(arg) if isinstance(arg, Value) else None
        if line is None or depth > DEEPEST:
            return None
        if arg not in self._seen:
            self._seen[arg] = self._of(line, depth + 1)
        return self._seen[arg]

    def certain(self, arg: Arg, depth: int = 0) -> Positive | None:
        """``arg`` as something positive, whatever is done with it."""
        found = self.positive(arg, depth)
        return None if found is None or found.assumed else found

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
        """Write a line; its result."""
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
            return self._choice(line, depth)
        if line.op is ops.add:
            return self._added(line, depth)
        if line.op in (ops.multiply, ops.divide):
            return self._of_two(line, depth)
        if line.op in (ops.matmul, ops.einsum):
            return self._contracted(line, depth)
        first = self.positive(args[0], depth) if args else None
        return None if first is None else self._of_one(line, first)

    def _of_one(self, line: Line, first: Positive) -> Positive | None:
        # an index that writes has other entries than those of its first argument
        if line.op.kind == "view" or line.op is ops.getitem:
            return self._seen_through(line, first)
        if line.op in (ops.sum, ops.mean):
            return self._total(line, first)
        if line.op is ops.power and is_written(line.args[1]) and not first.assumed:
            up = line.args[1] > 0  # type: ignore[operator]
            ends = (first.vanishes, first.overflows)
            return Positive(
                lambda: self.write(ops.multiply, line.args[1], first.log()),
                *(ends if up else ends[::-1]),
            )
        if line.op is ops.prod and not first.assumed:
            # a product of many shares rounds to 0 where none of them does
            return Positive(
                lambda: self.write(ops.sum, first.log(), **line.params), True, True
            )  # fmt: skip
        return None

    def _written_numbers(self, line: Line) -> Positive | None:
        if not np.all(self.builder.number(line.result) > 0):
            return None
        return Positive(lambda: self.write(ops.log, line.result))

    def _seen_through(self, line: Line, first: Positive) -> Positive:
        def seen(arg: Arg) -> Arg:
            return self.write(line.op, arg, *line.args[1:], **line.params)

        parts = first.parts
        if parts is None:
            return replace(first, log=lambda: seen(first.log()))
        return self._weighed(
            lambda: tuple(map(seen, parts())), first.vanishes, first.overflows
        )

    def _weighed(
        self,
        parts: Callable[[], Any],
        vanishes: bool,  # noqa: FBT001 - as Positive has them
        overflows: bool,  # noqa: FBT001
    ) -> Positive:
        """What is the exponential of an exponent times a factor, which together are ``parts``."""

        def log() -> Arg:
            exponent, factor = parts()
            return self.write(ops.add, exponent, self.write(ops.log, factor))

        return Positive(log, vanishes, overflows, assumed=True, parts=parts)

    def _choice(self, line: Line, depth: int) -> Positive | None:
        condition, *branches = line.args
        one, other = (self.positive(arg, depth) for arg in branches)
        for found, rest, counts in (
            (one, branches[1], (1.0, 0.0)),
            (other, branches[0], (0.0, 1.0)),
        ):
            if found and not found.assumed and is_number(rest, 0):
                return self._where_it_counts(line, found, counts)
        if one is None or other is None:
            return None
        return Positive(
            lambda: self.write(ops.where, condition, one.log(), other.log()),
            one.vanishes or other.vanishes,
            one.overflows or other.overflows,
            one.assumed or other.assumed,
        )

    def _where_it_counts(
        self, line: Line, found: Positive, counts: tuple[float, float]
    ) -> Positive:
        """A choice of something positive or 0: the same, times 1 or 0."""

        def parts() -> tuple[Arg, Arg]:
            factor = self.write(ops.where, line.args[0], *counts)
            return self._spread(found.log(), line.result), self._spread(
                factor, line.result
            )

        return self._weighed(parts, found.vanishes, found.overflows)

    def _total(self, line: Line, first: Positive) -> Positive | None:
        parts = first.parts
        if first.assumed and parts is None:
            return None

        def log() -> Arg:
            if parts is not None:
                total = self.write(ops.weighted_logsumexp, *parts(), **line.params)
            else:
                total = self.write(ops.logsumexp, first.log(), **line.params)
            if line.op is ops.sum:
                return total
            entries = line.args[0]
            assert isinstance(entries, Value)  # noqa: S101 - what is averaged is an array
            axis = line.params["axis"]
            axes = tuple(range(entries.ndim)) if axis is None else axis
            count = Size(entries, (axes,) if isinstance(axes, int) else axes)
            return self.write(ops.subtract, total, self.write(ops.log, count))

        return Positive(log, first.vanishes, first.overflows, first.assumed)

    def _added(self, line: Line, depth: int) -> Positive | None:
        if minus := self._taken_from_one(line):
            return self.complement(minus)
        terms, found = list(self._terms(line)), []
        for term in terms:
            log = self.positive(term, depth)
            if log is None or (log.assumed and len(terms) > 1):
                return None
            found.append(log)
        if len(found) < 2:
            return found[0] if found else None
        return Positive(
            lambda: reduce(lambda a, b: self.write(ops.logaddexp, a, b), (one.log() for one in found)),
            all(one.vanishes for one in found),
            any(one.overflows for one in found),
        )  # fmt: skip

    def _taken_from_one(self, line: Line) -> Arg | None:
        minus = made_by(self.builder, line.args[1], ops.negative)
        return minus.args[0] if minus and is_number(line.args[0], 1) else None

    def _terms(self, line: Line) -> Iterator[Arg]:
        """What a sum of sums adds up; Python's own ``sum`` begins with a 0, and adds one after the other."""
        waiting = [*line.args[::-1]]
        while waiting:
            term = waiting.pop()
            further = made_by(self.builder, term, ops.add)
            if further is not None and self._taken_from_one(further) is None:
                waiting += further.args[::-1]
            elif not is_number(term, 0):
                yield term

    def _of_two(self, line: Line, depth: int) -> Positive | None:
        first, second = (self.positive(arg, depth) for arg in line.args)
        product = line.op is ops.multiply
        if first is None or second is None:
            return self._times_unknown(line, first, second)
        if first.assumed and second.assumed:
            return None
        ends = (second.vanishes, second.overflows)
        low, high = ends if product else ends[::-1]
        vanishes, overflows = first.vanishes or low, first.overflows or high
        joined = ops.add if product else ops.subtract
        weighed, other = (second, first) if product and second.assumed else (first, second)  # fmt: skip
        if weighed.parts is None:
            return Positive(
                lambda: self.write(joined, first.log(), second.log()),
                vanishes,
                overflows,
                first.assumed or second.assumed,
            )
        parts = weighed.parts

        def both() -> tuple[Arg, Arg]:
            exponent, factor = parts()
            exponent = self.write(joined, exponent, other.log())
            return self._spread(exponent, line.result), self._spread(factor, line.result)  # fmt: skip

        return self._weighed(both, vanishes, overflows)

    def _times_unknown(
        self, line: Line, first: Positive | None, second: Positive | None
    ) -> Positive | None:
        """A product with a factor, or a quotient by one, of which nothing is known."""
        known, unknown = (first, line.args[1]) if first else (second, line.args[0])
        if known is None or not known.rounds or not _is_real(unknown):
            return None
        if known.assumed and known.parts is None:
            return None
        inverse = known is second and line.op is ops.divide
        if inverse and known.assumed:
            return None

        def parts() -> tuple[Arg, Arg]:
            exponent, factor = known.parts() if known.parts else (known.log(), None)
            if inverse:
                exponent = self.write(ops.negative, exponent)
            if factor is not None:
                factor = self.write(line.op, factor, unknown)
            elif line.op is ops.divide and not inverse:
                factor = self.write(ops.reciprocal, unknown)
            else:
                factor = unknown
            return self._spread(exponent, line.result), self._spread(factor, line.result)  # fmt: skip

        ends = (known.vanishes, known.overflows)
        return self._weighed(parts, *(ends[::-1] if inverse else ends))

    def _contracted(self, line: Line, depth: int) -> Positive | None:
        """A sum of products, if all products together are no more than what there is anyway."""
        found = aligned(line)
        if found is None:
            return None
        logs = [self.certain(arg, depth) for arg in line.args]
        if not any(log is not None and log.rounds for log in logs):
            return None
        if not all(map(_is_real, line.args)):
            return None

        def log() -> Arg:
            exponents = [
                found.spread(self.write, one.log(), place)
                for place, one in enumerate(logs)
                if one is not None
            ]
            factors = [
                found.spread(self.write, line.args[place], place)
                for place, one in enumerate(logs)
                if one is None
            ]
            exponent = reduce(lambda a, b: self.write(ops.add, a, b), exponents)
            summed = {"axis": found.summed, "keepdims": False}
            if not factors:
                return self.write(ops.logsumexp, exponent, **summed)
            factor = reduce(lambda a, b: self.write(ops.multiply, a, b), factors)
            return self.write(ops.weighted_logsumexp, exponent, factor, **summed)

        known = [one for one in logs if one is not None]
        return Positive(
            log,
            any(one.vanishes for one in known),
            any(one.overflows for one in known),
            assumed=len(known) < len(logs),
        )

    def _spread(self, arg: Arg, like: Value) -> Arg:
        if arg_shape(arg) == like.shape:
            return arg
        made = self.builder.producer
        lengths = (measured(made, like, (axis,)) for axis in range(like.ndim))
        return self.write(ops.broadcast_to, arg, shape=tuple(lengths))


def _is_real(arg: Arg) -> bool:
    return isinstance(arg, Value) and arg.dtype.kind in "fiub"
