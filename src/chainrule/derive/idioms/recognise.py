"""Programs rewritten by idioms: hand-written forms become ops of the catalogue, neighbouring links one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.forms import FORMS
from chainrule.derive.idioms.fusions import FUSIONS
from chainrule.derive.idioms.logarithms import LOGARITHMS, written_out
from chainrule.derive.idioms.match import Idiom, Pattern, compile_pattern, from_forms
from chainrule.derive.simplify import REWRITING
from chainrule.program import Array, Line, Op, Program, Run, ShapeError, Size, Value
from chainrule.program.builder import Law
from chainrule.program.program import substitute
from chainrule.trace import Traced, Tracer

CLOSE = 1e-4
Index = Mapping[Op, Sequence[Pattern]]


def recognise(run: Run) -> Run:
    """The same program with every known hand-written form as the op it is.

    Names, places and inputs stay. Values are equal up to rounding, and finite wherever the op's own forward is.
    """
    return rewrite(run, _known(len(ops.CATALOGUE)))


def fuse(run: Run) -> Run:
    """The same program with links that cancel taken in one: a cross-entropy of a sigmoid, of the logits."""
    return rewrite(run, _fusions(), (*REWRITING, *LOGARITHMS))


@cache
def _known(n_ops: int) -> Index:  # noqa: ARG001 - anew once ops have been registered
    listed = [idiom for op in ops.CATALOGUE.values() for idiom in from_forms(op)]
    return _index([*FORMS, *listed])


@cache
def _fusions() -> Index:
    return _index(FUSIONS)


def _index(idioms: Iterable[Idiom]) -> Index:
    """Patterns by the op they end in, the largest first; each also as it looks once its parts are recognised."""
    written = [compile_pattern(idiom) for idiom in idioms]
    found: dict[Op, list[Pattern]] = {}
    for pattern in written:
        found.setdefault(pattern.op, []).append(pattern)
    for pattern in written:
        others = {
            op: [p for p in ps if _another(p, pattern)] for op, ps in found.items()
        }
        seen = Pattern(pattern.idiom, rewrite(pattern.run, others), pattern.inputs)
        if seen.run.program.outputs[0] in seen.producer and _differ(seen, pattern):
            found.setdefault(seen.op, []).append(seen)
    for patterns in found.values():
        patterns.sort(key=lambda pattern: -len(pattern.producer))
    return found


def _another(candidate: Pattern, pattern: Pattern) -> bool:
    """Whether a pattern is of other parts: not the same idiom, nor another way to the same op."""
    return (
        candidate.idiom is not pattern.idiom
        and candidate.idiom.becomes is not pattern.idiom.becomes
        and len(candidate.producer) < len(pattern.producer)
    )


def _differ(one: Pattern, other: Pattern) -> bool:
    return [line.op for line in one.run.program.lines] != [
        line.op for line in other.run.program.lines
    ]


def rewrite(run: Run, patterns: Index, laws: Sequence[Law] = REWRITING) -> Run:
    """``run`` with the patterns replaced wherever they end."""
    tracer = Tracer(laws=laws, named=False)
    new: dict[Value, Any] = {}
    for value in run.program.inputs:
        tracer.builder.inputs.append(value)
        tracer.builder.numbers[value] = run.numbers[value]
        new[value] = value
    tracer.builder.taken.update(run.program.named())
    for line in run.program.lines:
        tracer.places = line.places
        args = [_mapped(tracer, arg, new) for arg in line.args]
        params = {key: _measured(param, new) for key, param in line.params.items()}
        # what nothing before it has changed is not computed again
        same = all(
            tracer.builder.numbers[new[arg]] is run.numbers[arg] for arg in line.reads()
        )
        number = run.numbers[line.result] if same else None
        result = tracer.record(line.op, args, params, line.why, number)
        result = _replaced(tracer, _inside(tracer, result, line, patterns), patterns)
        name = line.result.name
        if name is not None:
            if result.value.name is not None:
                result = tracer.again(result)
            result.value.christen(name)
        new[line.result] = result.value
    outputs = [new[value] for value in run.program.outputs]
    _say_what_is_stable(tracer, {line.op for line in run.program.lines}, outputs)
    program = Program(
        tuple(tracer.builder.inputs),
        tuple(tracer.builder.lines),
        tuple(outputs),
        run.program.name,
    )
    named = [
        value
        for value in new.values()
        if value.name is not None and value not in run.program.inputs
    ]
    kept = program.pruned([*outputs, *named])
    return Run(
        Program(program.inputs, kept.lines, program.outputs, program.name),
        tracer.builder.numbers,
    )


def _say_what_is_stable(
    tracer: Tracer, before: AbstractSet[Op], outputs: Sequence[Value]
) -> None:
    """A statement in which a stable form took the place of the one written by hand says so."""
    waiting: dict[Value, str] = {}
    for line in tuple(tracer.builder.lines):
        why = line.op.stable if line.op not in before else ""
        why = why or next(filter(None, map(waiting.get, line.reads())), "")
        if not why or line.why:
            continue
        tracer.builder.give_reason(line.result, why)
        if line.result.name is None and line.result not in outputs:
            waiting[line.result] = why


def _mapped(tracer: Tracer, arg: Any, new: Mapping[Value, Value]) -> Any:
    return tracer.lift(new[arg] if isinstance(arg, Value) else _measured(arg, new))


def _measured(param: Any, new: Mapping[Value, Value]) -> Any:
    """A parameter or size that reads its lengths from the new values."""
    return substitute(param, lambda size: Size(new[size.value], size.axes))


def _replaced(tracer: Tracer, result: Traced, patterns: Index) -> Traced:
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


def _inside(tracer: Tracer, result: Traced, line: Line, patterns: Index) -> Traced:
    """``result`` with what stands behind a minus replaced, where a law has just put that minus in front."""
    made = tracer.builder.producer.get(result.value)
    if made is None or made.op is not ops.negative or line.op is ops.negative:
        return result
    (behind,) = made.reads()
    inner = Traced(tracer, behind)
    better = _replaced(tracer, inner, patterns)
    return result if better is inner else tracer.record(ops.negative, (better,))


def _first(tracer: Tracer, line: Any, patterns: Index) -> Traced | None:
    for pattern in patterns.get(line.op, ()):
        for bound in pattern.match(line, tracer.builder.producer):
            numbers = {
                key: tracer.builder.number(arg) if isinstance(arg, Value) else arg
                for key, arg in bound.items()
            }
            if not pattern.idiom.holds(**numbers):
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


def _as_before(before: Array, after: Array) -> bool:
    """Whether the numbers are the same up to rounding, where the hand-written form has not overflowed."""
    if before.shape != after.shape:
        return False
    with np.errstate(all="ignore"):
        same = np.abs(before - after) <= CLOSE * (1 + np.abs(after))
    return bool(np.all(same | ~np.isfinite(before)))


def _apply(pattern: Pattern, bound: Mapping[str, Any]) -> Any:
    arrays = [bound[name] for name in pattern.inputs.values()]
    params = pattern.idiom.sample.params
    return pattern.idiom.becomes(
        *arrays, **{key: bound.get(key, given) for key, given in params.items()}
    )
