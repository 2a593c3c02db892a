"""Normalizing written by hand, known by what it computes: however it is spelled, its numbers are those of standardizing.

Means are taken by ``mean`` or as sums over a count, variances by ``var``, ``std``, squares of distances or the mean of
squares less the square of the mean, roots by ``sqrt`` or powers, and the spread is divided by or its inverse multiplied
with; some write gamma before and some after. What all have in common is the number that comes out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.match import Bindings, Idiom
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Array, Line, Op, Sample, Size, Turn, Value
from chainrule.program.line import concrete

MOST_LINES = 24
"""Of how many lines a normalization is made at most; what people write has 4 to 12."""
SENTENCE = "the mean taken away and the spread divided out: this is standardizing"


@dataclass(frozen=True, slots=True)
class Between:
    """The lines that lead from ``x`` alone, and from single numbers, to a result."""

    x: Value
    lines: tuple[Line, ...]
    scalars: tuple[Value, ...]

    def __call__(self, x: Array, scalars: Mapping[Value, float]) -> Array:
        """The result for another ``x``."""
        numbers: dict[Any, Any] = {self.x: x, **scalars}
        for line in self.lines:
            args = [
                arg.number if isinstance(arg, Size) else numbers.get(arg, arg)
                for arg in line.args
            ]
            numbers[line.result] = line.op.forward(*args, **concrete(line.params))
        return np.asarray(numbers[self.lines[-1].result])

    def axes(self) -> Iterator[tuple[int, ...]]:
        """Along which axes it may be: each by itself, and those that something is summed up over together."""
        together = {
            axes_of(concrete(line.params)["axis"], line.args[0].ndim)
            for line in self.lines
            if line.op.kind == "reduction" and isinstance(line.args[0], Value)
        }
        yield from ((axis,) for axis in range(self.x.ndim))
        yield from (axes for axes in together if 1 < len(axes) <= self.x.ndim)

    def counts_only(self, axes: tuple[int, ...]) -> bool:
        """Whether no length is used but the one along ``axes``; another may happen to be the same number."""
        return all(
            arg.axes in (axes, None)
            for line in self.lines
            for arg in line.args
            if isinstance(arg, Size)
        )

    def added(self) -> Iterator[float | Value]:
        """What may stand under the root beside the variance."""
        yield 0.0
        yield from self.scalars
        for line in self.lines:
            if line.op is ops.add:
                numbers = [arg for arg in line.args if isinstance(arg, int | float)]
                yield from (one for one in numbers if 0 < one < 1)


def lines_between(
    last: Line, x: Value, producer: Mapping[Value, Line]
) -> Between | None:
    """How ``last`` follows from ``x``; None where it takes more than single numbers besides."""
    known: dict[Value, bool] = {x: True}
    lines: list[Line] = []
    scalars: list[Value] = []

    def follows(line: Line) -> bool:
        """Whether ``line`` follows from ``x`` or from nothing at all; it is kept if so."""
        if len(known) > MOST_LINES or any(map(_moves, line.params.values())):
            return False
        reads = [arg for arg in line.args if isinstance(arg, Value)]
        ours = [arg for arg in reads if is_ours(arg)]
        if reads and not ours:
            return False
        scalars.extend(arg for arg in reads if arg not in (*ours, *scalars))
        lines.append(line)
        return True

    def is_ours(value: Value) -> bool:
        if value not in known:
            line = producer.get(value)
            known[value] = line is not None and follows(line)
        return known[value]

    whole = follows(last) and len(known) <= MOST_LINES
    if not whole or any(one.shape for one in scalars):
        return None
    return Between(x, tuple(lines), tuple(scalars))


def _moves(param: Any) -> bool:
    """Whether a parameter counts with the turns of a loop."""
    if isinstance(param, tuple):
        return any(map(_moves, param))
    if isinstance(param, slice):
        return any(map(_moves, (param.start, param.stop, param.step)))
    return isinstance(param, Turn)


@dataclass(frozen=True, eq=False)
class StandardizedProduct:
    """A product or a quotient whose numbers are those of standardizing, ``times`` a factor or not."""

    op: Op
    scaled: bool

    @cached_property
    def idiom(self) -> Idiom:
        """What it becomes; its left side is the same in one of the spellings."""
        becomes: Callable[..., Any] = _times if self.scaled else _normalized
        shapes = ((3, 4), (), *(((4,),) if self.scaled else ()))
        params = {"axis": 0, "ddof": 0, "under": True}
        sample = Sample(shapes, params, (0.1, 2.0))
        return Idiom(becomes, becomes, sample, SENTENCE)

    @cached_property
    def inputs(self) -> Mapping[str, str]:
        """The names of what is bound."""
        names = ("x", "eps", "times") if self.scaled else ("x", "eps")
        return dict(zip(names, names, strict=True))

    def match(self, line: Line, producer: Mapping[Value, Line]) -> Iterator[Bindings]:
        """The one way in which ``line`` is standardizing, if it is."""
        for centred, own, times in self._factors(line, producer):
            between = lines_between(own, centred.args[0], producer)  # type: ignore[arg-type]
            found = _standardizes(between) if between is not None else None
            if found is not None:
                yield {**found, "times": times} if self.scaled else found
                return

    def _factors(
        self, line: Line, producer: Mapping[Value, Line]
    ) -> Iterator[tuple[Line, Line, Arg]]:
        """What is centred, the line without a factor, and the factor."""
        firsts = line.args if line.op.commutes else line.args[:1]
        for at, first in enumerate(firsts):
            made = _made(first, producer)
            if made is None:
                continue
            if not self.scaled:
                if _is_centred(made, line):
                    yield made, line, 1
            elif made.op is ops.multiply:
                for factor, times in (made.args, made.args[::-1]):
                    inner = _made(factor, producer)
                    if inner is not None and _is_centred(inner, line):
                        args = list(line.args)
                        args[at] = factor
                        yield inner, _with(line, tuple(args)), times


def _made(arg: Arg, producer: Mapping[Value, Line]) -> Line | None:
    """The line of ``arg``, through other names of it."""
    line = producer.get(arg) if isinstance(arg, Value) else None
    while line is not None and line.op is ops.identity:
        line = _made(line.args[0], producer)
    return line


def _with(line: Line, args: tuple[Arg, ...]) -> Line:
    return Line(line.result, line.op, args, line.params)


def _is_centred(made: Line, line: Line) -> bool:
    """Whether fewer numbers are taken from an array as large as the result of ``line``."""
    if made.op is not ops.subtract:
        return False
    of, middle = made.args
    return (
        isinstance(of, Value)
        and isinstance(middle, Value)
        and of.shape == line.result.shape
        and math.prod(middle.shape) < math.prod(of.shape)
    )


def _normalized(x: Any, eps: Any, axis: Any, ddof: int, *, under: bool) -> Any:
    """With ``eps`` under the root, or beside the deviation."""
    op = ops.standardize if under else ops.zscore
    return op(x, eps, axis=axis, ddof=ddof)


def _times(x: Any, eps: Any, times: Any, axis: Any, ddof: int, *, under: bool) -> Any:
    return times * _normalized(x, eps, axis, ddof, under=under)


def _standardizes(between: Between) -> Bindings | None:
    """The settings with which the lines are standardizing on numbers drawn at random: near 1, and as small as ``eps``."""
    generator = np.random.default_rng(0)
    shape = between.x.shape
    x = generator.normal(size=shape)
    scalars = {one: 1e-3 * generator.uniform(1, 2) for one in between.scalars}
    with np.errstate(all="ignore"):
        for axes in between.axes():
            n = math.prod(shape[axis] for axis in axes)
            if n < 2 or not between.counts_only(axes):
                continue
            axis = _as_written(axes, len(shape))
            for eps in between.added():
                number = scalars[eps] if isinstance(eps, Value) else eps
                scales = (1.0, math.sqrt(number) or 1e-3)
                results = [between(scale * x, scalars) for scale in scales]
                for under, ddof in itertools.product((True, False), (0, 1)):
                    found: dict[str, Any] = {"axis": axis, "ddof": ddof, "under": under}
                    if all(
                        np.allclose(
                            result, _normalized(scale * x, number, **found), rtol=1e-7
                        )
                        for scale, result in zip(scales, results, strict=True)
                    ):
                        return {"x": between.x, "eps": eps, **found}
    return None


def _as_written(axes: tuple[int, ...], ndim: int) -> int | tuple[int, ...]:
    if len(axes) > 1:
        return axes
    return -1 if axes[0] == ndim - 1 > 0 else axes[0]


NORMALISATIONS: tuple[StandardizedProduct, ...] = tuple(
    StandardizedProduct(op, scaled)
    for op in (ops.multiply, ops.divide)
    for scaled in (False, True)
)


def centred(x: Any, axis: int) -> Any:
    """``x`` less its mean."""
    return x - np.mean(x, axis=axis, keepdims=True)


def squared(square: Callable[[Any], Any], *, keepdims: bool) -> Idiom:
    """A variance written as the mean of squares from the mean."""
    return Idiom(
        lambda x, axis: np.mean(square(centred(x, axis)), axis=axis, keepdims=keepdims),
        lambda x, axis: np.var(x, axis=axis, keepdims=keepdims),
        Sample(((3, 4),), {"axis": -1}),
        sentence="the mean of the squares from the mean: this is the variance",
    )


VARIANCES: tuple[Idiom, ...] = tuple(
    squared(square, keepdims=keepdims)
    for square in (lambda d: d**2, np.square, lambda d: d * d)
    for keepdims in (True, False)
)
