"""Programs rewritten by idioms: hand-written forms become ops of the catalogue, neighbouring links one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.forms import FORMS
from chainrule.derive.idioms.fusions import FUSIONS
from chainrule.derive.idioms.labels import LABELS, WrittenLabel
from chainrule.derive.idioms.logarithms import LOGARITHMS, written_out
from chainrule.derive.idioms.match import (
    Idiom,
    Pattern,
    always,
    compile_pattern,
    from_forms,
    ops_behind,
)
from chainrule.derive.idioms.normalisations import NORMALISATIONS, StandardizedProduct
from chainrule.derive.idioms.windowed import WINDOWED, Windowed
from chainrule.derive.simplify import REWRITING
from chainrule.program import (
    Builder,
    Item,
    Line,
    Loop,
    Op,
    Program,
    Run,
    ShapeError,
    Size,
    Turn,
    Value,
)
from chainrule.program import run as again
from chainrule.program.builder import Law
from chainrule.program.loop import lines_of, loops_of
from chainrule.program.program import substitute
from chainrule.program.rewritten import put
from chainrule.program.uncollected import uncollected
from chainrule.trace import Traced, Tracer

Known = Pattern | StandardizedProduct | Windowed | WrittenLabel
Index = Mapping[Op, Sequence[Known]]


def recognise(run: Run) -> Run:
    """The same program with every known hand-written form as the op it is.

    Names, places and inputs stay. Values are equal up to rounding, and finite wherever the op's own forward is.
    """
    return rewrite(run, _known(tuple(ops.CATALOGUE.values())))


def fuse(run: Run) -> Run:
    """The same program with links that cancel taken in one: a cross-entropy of a sigmoid, of the logits."""
    return rewrite(run, _fusions(), (*REWRITING, *LOGARITHMS))


@cache
def _known(catalogue: tuple[Op, ...]) -> Index:
    listed = [idiom for op in catalogue for idiom in from_forms(op)]
    found: dict[Op, list[Known]] = {
        op: [*patterns] for op, patterns in _index([*FORMS, *listed]).items()
    }
    for computed in (*NORMALISATIONS, *WINDOWED, *LABELS):
        found.setdefault(computed.op, []).append(computed)
    return found


@cache
def _fusions() -> Index:
    return _index(FUSIONS)


def _index(idioms: Iterable[Idiom]) -> dict[Op, list[Pattern]]:
    """Patterns by the op they end in, the largest first; each also as it looks once its parts are recognised."""
    written = [compile_pattern(idiom) for idiom in idioms]
    found: dict[Op, list[Pattern]] = {}
    for pattern in written:
        found.setdefault(pattern.op, []).append(pattern)
    for pattern in written:
        parts = rewrite(pattern.run, _Others(found, pattern))
        seen = Pattern(pattern.idiom, parts, pattern.inputs)
        if seen.run.program.outputs[0] in seen.producer and _differ(seen, pattern):
            found.setdefault(seen.op, []).append(seen)
    for patterns in found.values():
        patterns.sort(key=lambda pattern: -len(pattern.producer))
    return found


@dataclass(frozen=True)
class _Others:
    """The patterns of parts of another: not of the same idiom, nor another way to the same op."""

    found: Index
    pattern: Pattern

    def get(self, op: Op) -> Sequence[Known]:
        mine, size = self.pattern.idiom, len(self.pattern.run.program.items)
        return [
            one
            for one in self.found.get(op, ())
            if isinstance(one, Pattern)
            and one.idiom is not mine
            and one.idiom.becomes is not mine.becomes
            and len(one.run.program.items) < size
        ]


def _differ(one: Pattern, other: Pattern) -> bool:
    return [line.op for line in one.run.program.lines] != [
        line.op for line in other.run.program.lines
    ]


@uncollected()
def rewrite(
    run: Run, patterns: Index | _Others, laws: Sequence[Law] = REWRITING
) -> Run:
    """``run`` with the patterns replaced wherever they end."""
    rewriting = _Rewriting(run, patterns, laws)
    rewriting.items(run.program.items)
    outputs = [rewriting.new[value] for value in run.program.outputs]
    builder = rewriting.tracer.builder
    _say_what_is_stable(builder, rewriting.before, outputs)
    program = builder.run(outputs, run.program.name).program
    inner = {value for loop in loops_of(program.items) for value in loop.inner()}
    named = [
        value
        for value in rewriting.new.values()
        if value.name is not None
        and value not in run.program.inputs
        and value not in inner
    ]
    kept = program.pruned([*outputs, *named], named=True)
    slim = Program(program.inputs, kept.items, program.outputs, program.name)
    if rewriting.known:
        return Run(slim, builder.numbers)
    # what the turns of a loop compute otherwise than before is known once they are taken
    return again(slim, builder.numbers)


class _Rewriting:
    """A program being written anew; ``new`` says what a value has become, ``before`` which ops there were.

    ``known`` says whether every loop does what it did, so that what it came to stands.
    """

    def __init__(
        self, run: Run, patterns: Index | _Others, laws: Sequence[Law]
    ) -> None:
        self.run = run
        self.patterns = patterns
        self.tracer = Tracer(laws=laws, named=False)
        self.new: dict[Value, Value] = {}
        self.before = {line.op for line in run.program.every_line()}
        self.known = True
        for value in run.program.inputs:
            self.tracer.builder.inputs.append(value)
            self._stays(value)
        self.tracer.builder.taken.update(run.program.named())

    def _stays(self, value: Value) -> None:
        self.tracer.builder.numbers[value] = self.run.numbers[value]
        self.new[value] = value

    def items(self, items: Sequence[Item]) -> None:
        for item in items:
            match item:
                case Line():
                    self._line(item)
                case Loop():
                    self._loop(item)

    def _line(self, line: Line) -> None:
        tracer = self.tracer
        tracer.places = line.places
        args = [tracer.lift(put(arg, self.new)) for arg in line.args]
        params = {
            key: substitute(param, self._moved) for key, param in line.params.items()
        }
        # what nothing before it has changed is not computed again
        number = self.run.numbers[line.result] if self._same(line) else None
        result = tracer.record(line.op, args, params, line.why, number)
        if not line.args and _called_otherwise(line.result, result.value):
            # h = np.zeros(3) and c = np.zeros(3) are two values, though their numbers are the same
            builder = tracer.builder
            own = builder.append(
                line.op, (), params, line.why, line.places, number=number
            )
            result = tracer.lift(own)
        result = _inside(tracer, result, line, self.patterns)
        result = _replaced(tracer, result, self.patterns)
        name = line.result.name
        if name is not None:
            if result.value.name is not None:
                result = tracer.again(result)
            result.value.christen(name, line.result.word)
        self.new[line.result] = result.value

    def _same(self, item: Item) -> bool:
        """Whether an item reads the very numbers that it read before."""
        before, now = self.run.numbers, self.tracer.builder.numbers
        return all(now[self.new[arg]] is before[arg] for arg in item.reads())

    def _moved(self, one: Size | Turn) -> Any:
        return put(one, self.new)

    def _loop(self, loop: Loop) -> None:
        """The body is a program of its own, which reads what stands before it."""
        outer = self.tracer.builder
        self.known = self.known and self._same(loop)
        starts = [put(one.start, self.new) for one in loop.carried]
        for value in (*(one.inside for one in loop.carried), *loop.results):
            self._stays(value)
        self.tracer.builder = outer.inside()
        try:
            self.items(loop.items)
            nexts = [put(one.next, self.new) for one in loop.carried]
            insides = [put(one.inside, self.new) for one in loop.stacks]
            left = [one for one in (*nexts, *insides) if isinstance(one, Value)]
            _say_what_is_stable(self.tracer.builder, self.before, left)
            items = self.tracer.builder.items
        finally:
            self.tracer.builder = outer
        ops_before, ops_now = (
            [line.op for line in lines_of(one)] for one in (loop.items, items)
        )
        self.known = self.known and ops_before == ops_now
        outer.repeat(
            replace(
                loop,
                n=put(loop.n, self.new),
                items=items,
                carried=tuple(
                    replace(one, start=start, next=following)
                    for one, start, following in zip(
                        loop.carried, starts, nexts, strict=True
                    )
                ),
                stacks=tuple(
                    replace(one, inside=inside)
                    for one, inside in zip(loop.stacks, insides, strict=True)
                ),
            )
        )


def _say_what_is_stable(
    builder: Builder, before: AbstractSet[Op], outputs: Sequence[Value]
) -> None:
    """A statement in which a stable form took the place of the one written by hand says so."""
    waiting: dict[Value, str] = {}
    for line in tuple(builder.lines):
        why = line.op.stable if line.op not in before else ""
        why = why or next(filter(None, map(waiting.get, line.reads())), "")
        if not why or line.why:
            continue
        builder.give_reason(line.result, why)
        if line.result.name is None and line.result not in outputs:
            waiting[line.result] = why


def _called_otherwise(value: Value, found: Value) -> bool:
    """Whether what stands already for a value goes by another name."""
    mine, its = value.word or value.name, found.word or found.name
    return mine is not None and its is not None and mine != its


def _replaced(tracer: Tracer, result: Traced, patterns: Index | _Others) -> Traced:
    """``result`` by the first idiom that ends in it, and by the next, until none does."""
    for _ in range(8):
        line = tracer.builder.producer.get(result.value)
        better = _first(tracer, line, patterns) if line is not None else None
        if better is None and line is not None and tracer.builder.laws != REWRITING:
            better = written_out(tracer, line)
        if better is None or better.value is result.value:
            return result
        result = better
    return result


def _inside(
    tracer: Tracer, result: Traced, line: Line, patterns: Index | _Others
) -> Traced:
    """``result`` with what stands behind a minus replaced, where a law has just put that minus in front."""
    made = tracer.builder.producer.get(result.value)
    if made is None or made.op is not ops.negative or line.op is ops.negative:
        return result
    (behind,) = made.reads()
    inner = Traced(tracer, behind)
    better = _replaced(tracer, inner, patterns)
    return result if better is inner else tracer.record(ops.negative, (better,))


def _first(tracer: Tracer, line: Any, patterns: Index | _Others) -> Traced | None:
    known = patterns.get(line.op)
    behind = ops_behind(line, tracer.builder.producer) if known else set()
    for pattern in known or ():
        # most lines do not come near: what stands behind them says so without a search
        if isinstance(pattern, Pattern) and not pattern.behind <= behind:
            continue
        for bound in pattern.match(line, tracer.builder.producer):
            if not _holds(pattern.idiom, tracer.builder, bound):
                continue
            lifted = {key: tracer.lift(arg) for key, arg in bound.items()}
            try:
                better: Traced = _apply(pattern, lifted)
            except ShapeError:  # the better form does not take what the pattern met
                continue
            if (
                better.number.shape == line.result.shape
                and better.dtype == line.result.dtype
            ):
                return better
    return None


def _holds(idiom: Idiom, builder: Builder, bound: Mapping[str, Any]) -> bool:
    """Whether the numbers bound are such that an idiom may be replaced; in a loop, what they are in one turn says nothing."""
    if idiom.holds is always and idiom.fits is always:
        return True
    numbers = {
        key: builder.number(arg) if isinstance(arg, Value) else np.asarray(arg)
        for key, arg in bound.items()
    }
    if not idiom.fits(**numbers):
        return False
    return idiom.holds is always or (builder.around is None and idiom.holds(**numbers))


def _apply(pattern: Known, bound: Mapping[str, Any]) -> Any:
    arrays = [bound[name] for name in pattern.inputs.values()]
    params = {
        key: bound.get(key, given) for key, given in pattern.idiom.sample.params.items()
    }
    axis = params.get("axis")
    if (
        isinstance(axis, int) and axis < -1
    ):  # matched from the end, written as people do
        params["axis"] = axis + arrays[0].ndim
    return pattern.idiom.becomes(*arrays, **params)
