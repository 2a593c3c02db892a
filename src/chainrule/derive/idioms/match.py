"""A pattern is a traced lambda; matching finds it in a program, whatever the order of commuting arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.spread import only_long_axis, spread_reduction
from chainrule.program import Arg, Line, Op, Run, Sample, Size, Turn, Value
from chainrule.program.sizes import as_long_as
from chainrule.trace import Tracer

Bindings = dict[str, Any]
SIZES = "sizes to compare"


class _AnyInt(int):
    """A parameter of a pattern that matches every integer, and remembers which."""

    name: str


class _AnyFloat(float):
    """A number of a pattern that matches every number, and remembers which."""

    name: str


def always(**_: Any) -> bool:
    """What holds whatever the numbers are."""
    return True


@dataclass(frozen=True, eq=False)
class Idiom:
    """``pattern(*arrays, **params)`` may be replaced by ``becomes(*arrays, **params)``; the two are equal.

    Both are plain lambdas over NumPy and the catalogue. ``sample`` gives the shapes the pattern is traced on, and
    sample values of its keywords, each of which matches any. ``fits`` may look at the shapes bound, ``holds`` at the
    numbers, which in a loop are known of one turn alone.
    ``sentence`` says why the two are equal, or what the replacement gains.
    """

    pattern: Callable[..., Any]
    becomes: Callable[..., Any]
    sample: Sample
    sentence: str = ""
    proof: tuple[str, ...] = ()
    holds: Callable[..., bool] = always
    fits: Callable[..., bool] = always


@dataclass(frozen=True, eq=False)
class Pattern:
    """An idiom's left side as lines."""

    idiom: Idiom
    run: Run
    inputs: Mapping[Value, str]

    @cached_property
    def producer(self) -> Mapping[Value, Line]:
        """The line each value of the pattern comes from."""
        return self.run.program.producer()

    @property
    def root(self) -> Line:
        """The last line."""
        return self.producer[self.run.program.outputs[0]]

    @property
    def op(self) -> Op:
        """The op of the last line, by which candidates are found."""
        return self.root.op

    @cached_property
    def behind(self) -> frozenset[Op]:
        """The ops that have to stand right behind the last line; a reduction may be told by how it is spread."""
        computed = [self.producer[arg] for arg in self.root.reads() if arg in self.producer]  # fmt: skip
        return frozenset(one.op for one in computed if not one.params.get("keepdims"))

    def match(self, line: Line, producer: Mapping[Value, Line]) -> Iterator[Bindings]:
        """Every way the pattern ends in ``line``."""
        for bound in self._line(self.root, line, producer, {}):
            if self._sizes_agree(bound.pop(SIZES, ()), bound, producer):
                yield bound

    def _sizes_agree(
        self,
        pairs: tuple[tuple[Size, Size], ...],
        bound: Bindings,
        producer: Mapping[Value, Line],
    ) -> bool:
        """Whether the lengths used are those of the values bound, not others that happen to be as long."""
        for expected, given in pairs:
            found = as_long_as(producer, given.value, given.axes)
            # a length may be read from what the pattern computes, as from a log-softmax
            owns = as_long_as(self.producer, expected.value, expected.axes)
            mine = ((bound.get(self.inputs.get(v, "")), axes) for v, axes in owns)
            if not any(
                isinstance(own, Value)
                and not found.isdisjoint(as_long_as(producer, own, axes))
                for own, axes in mine
            ):
                return False
        return True

    def _line(
        self, pattern: Line, line: Line, producer: Mapping[Value, Line], bound: Bindings
    ) -> Iterator[Bindings]:
        if pattern.op is not line.op or len(pattern.args) != len(line.args):
            return
        merged = _params(pattern, line, bound)
        if merged is None:
            return
        orders = [line.args]
        if line.op.commutes:
            orders.append(line.args[::-1])
        for args in orders:
            seen = [
                self._as_kept(expected, arg, producer)
                for expected, arg in zip(pattern.args, args, strict=True)
            ]
            kept = tuple(arg for arg in seen if arg is not None)
            if len(kept) == len(seen):
                yield from self._args(pattern.args, kept, producer, merged)

    def _as_kept(
        self, pattern: Arg, arg: Arg, producer: Mapping[Value, Line]
    ) -> Arg | None:
        """Where the pattern keeps the axis of a reduction: the reduction behind ``arg``, if it is spread as that would be."""
        expected = self.producer.get(pattern) if isinstance(pattern, Value) else None
        if (
            expected is None
            or not expected.params.get("keepdims")
            or not isinstance(arg, Value)
        ):
            return arg
        made = producer.get(arg)
        bare = made is not None and made.op is expected.op
        return spread_reduction(arg, producer) or (None if bare else arg)

    def _args(
        self,
        patterns: tuple[Arg, ...],
        args: tuple[Arg, ...],
        producer: Mapping[Value, Line],
        bound: Bindings,
    ) -> Iterator[Bindings]:
        if not patterns:
            yield bound
            return
        for found in self._arg(patterns[0], args[0], producer, bound):
            yield from self._args(patterns[1:], args[1:], producer, found)

    def _arg(
        self, pattern: Arg, arg: Arg, producer: Mapping[Value, Line], bound: Bindings
    ) -> Iterator[Bindings]:
        if isinstance(pattern, Value):
            name = self.inputs.get(pattern)
            if name is not None:
                yield from _bind(name, arg, bound)
            elif isinstance(arg, Value) and arg in producer:
                made = _made(producer[arg], producer)
                yield from self._line(self.producer[pattern], made, producer, bound)
        elif isinstance(pattern, _AnyFloat):
            if not isinstance(arg, Size | Turn) and (
                not isinstance(arg, Value) or arg.shape == ()
            ):
                yield from _bind(pattern.name, arg, bound)
        elif isinstance(pattern, Size):
            if isinstance(arg, Size):
                yield {**bound, SIZES: (*bound.get(SIZES, ()), (pattern, arg))}
        elif not isinstance(arg, Value | Size | Turn) and arg == pattern:
            yield bound


def _made(line: Line, producer: Mapping[Value, Line]) -> Line:
    """What is computed a second time under another name is the first, by that name."""
    while line.op is ops.identity and line.args[0] in producer:
        line = producer[line.args[0]]  # type: ignore[index]
    return line


def ops_behind(line: Line, producer: Mapping[Value, Line]) -> set[Op]:
    """The ops of what ``line`` reads."""
    return {
        _made(producer[arg], producer).op
        for arg in line.args
        if isinstance(arg, Value) and arg in producer
    }


def _bind(name: str, arg: Any, bound: Bindings) -> Iterator[Bindings]:
    if name not in bound:
        yield {**bound, name: arg}
    elif bound[name] is arg or (not isinstance(arg, Value) and bound[name] == arg):
        yield bound


def _params(pattern: Line, line: Line, bound: Bindings) -> Bindings | None:
    """The bindings with this line's parameters, or None where a parameter differs."""
    merged = dict(bound)
    for key, expected in pattern.params.items():
        given = line.params.get(key)
        if key == "axis" and given is None and isinstance(expected, _AnyInt):
            given = only_long_axis(line)
        if key == "keepdims" and expected is True and line.op.kind == "reduction":
            continue  # that it is spread as if it were kept is known
        if isinstance(expected, _AnyInt | _AnyFloat):
            if given is None or isinstance(given, bool):
                return None
            axis = _counted_from_the_end(line, given)
            if merged.setdefault(expected.name, axis) != axis:
                return None
        elif isinstance(expected, Size) and isinstance(given, Size):
            merged[SIZES] = (*merged.get(SIZES, ()), (expected, given))
        elif (
            _counted_from_the_end(line, given) != _counted_from_the_end(line, expected)
            and given != expected
        ):
            return None
    return merged


def _counted_from_the_end(line: Line, axis: Any) -> Any:
    """An axis as a negative number, so that 1 and -1 of a matrix are the same axis."""
    first = next((arg for arg in line.args if isinstance(arg, Value)), None)
    if type(axis) is int and axis >= 0 and first is not None:
        return axis - first.ndim
    return axis


def compile_pattern(idiom: Idiom) -> Pattern:
    """The left side of an idiom, traced on sample numbers."""
    tracer = Tracer(named=False)
    inputs = {}
    arrays = []
    for position, (name, shape) in enumerate(
        zip(_arguments(idiom), idiom.sample.shapes, strict=True)
    ):
        whole = position in idiom.sample.integers
        number = np.zeros(shape, np.int64) if whole else np.full(shape, 0.5)
        traced = tracer.input(number, None)
        inputs[traced.value] = name
        arrays.append(traced)
    params = {key: _any(key, sample) for key, sample in idiom.sample.params.items()}
    result = idiom.pattern(*arrays, **params)
    return Pattern(idiom, tracer.builder.run([result.value]), inputs)


def _arguments(idiom: Idiom) -> list[str]:
    """The names of the pattern's arrays."""
    return [
        name
        for name in inspect.signature(idiom.pattern).parameters
        if name not in idiom.sample.params
    ]


def _any(name: str, sample: Any) -> Any:
    if isinstance(sample, bool) or not isinstance(sample, int | float):
        return sample
    wild = _AnyInt(sample) if isinstance(sample, int) else _AnyFloat(sample)
    wild.name = name
    return wild


def from_forms(op: Op) -> Iterator[Idiom]:
    """The idioms that an op's own record lists: ways in which people write it out."""
    if not op.forms:
        return
    sample = op.samples[0]
    for form in op.forms:
        taken = inspect.signature(form).parameters
        params = {
            key: sample.params.get(key, default)
            for key, default in op.params.items()
            if key in taken
        }
        kept = replace(sample, params=params)
        yield Idiom(form, op, kept, f"this is {op.name}, written out")


__all__ = ["Idiom", "Pattern", "compile_pattern", "from_forms", "ops"]
