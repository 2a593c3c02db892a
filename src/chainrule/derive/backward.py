"""The chain rule, walked backwards over a program; every line it writes says why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.fit import fit
from chainrule.derive.laws import LAWS
from chainrule.program import (
    DTypeError,
    Line,
    NoRuleError,
    Op,
    Program,
    ProgramError,
    Rule,
    Run,
    UsageError,
    Value,
)
from chainrule.trace import Recorder, Traced


@dataclass(frozen=True, slots=True)
class Fold:
    """Two links of the chain in one: the gradient of ``outer`` at ``position``, taken straight through ``inner``.

    ``pull(dy, y, inner_y, *inner_args_and_other_outer_args)``: see each fold. ``holds`` says whether the fold
    is true for these numbers.
    """

    outer: Op
    position: int
    inner: Op
    rule: Rule
    holds: Callable[..., bool] = lambda *_, **__: True


@dataclass(frozen=True, slots=True, eq=False)
class Contribution:
    """What one use of a value adds to its gradient: the use, the rule, and the result."""

    line: Line
    position: int
    rule: Rule
    gradient: Value
    through: Line | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One gradient: of which value, from which contributions, by which lines."""

    value: Value
    gradient: Value
    contributions: tuple[Contribution, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Derived:
    """A forward program and its backward program, with numbers, step by step."""

    forward: Run
    run: Run
    loss: Value
    wrt: tuple[Value, ...]
    gradients: Mapping[Value, Value]
    steps: tuple[Step, ...]

    def gradient(self, value: Value | str) -> Any:
        """The numbers of ∂loss/∂value."""
        found = self.forward.program.named()[value] if isinstance(value, str) else value
        return self.run.numbers[self.gradients[found]]


def backward(
    run: Run,
    loss: Value | None = None,
    wrt: Sequence[Value] | None = None,
    *,
    folds: Iterable[Fold] = (),
) -> Derived:
    """Derive the gradients of ``loss`` with respect to ``wrt`` (by default: every float input).

    Raises:
        ProgramError: E323 if the loss is not a single number.
        NoRuleError: E303 if a gradient must pass an operation that has no rule.
        DTypeError: E110 if a gradient is asked with respect to integers.
    """
    loss = run.program.outputs[0] if loss is None else loss
    _require_scalar(loss)
    forward = run.program.pruned([loss])
    targets = (
        tuple(v for v in forward.inputs if v.differentiable)
        if wrt is None
        else tuple(wrt)
    )
    _require_floats(targets)
    walk = _Walk(Run(forward, run.numbers), loss, targets, tuple(folds))
    return walk.derived()


def _require_scalar(loss: Value) -> None:
    if int(np.prod(loss.shape)) != 1:
        name = loss.name or "the loss"
        raise ProgramError(
            "E323",
            f"{name} has the shape {loss.shape}; a loss is a single number",
            hint=f"reduce it: np.mean({name}) or np.sum({name})",
        )
    if not loss.differentiable:
        raise DTypeError(
            "E110",
            f"the loss is {loss.dtype}; it must be a float",
            hint="compute it in floats",
        )


def _require_floats(targets: Iterable[Value]) -> None:
    for value in targets:
        if not value.differentiable:
            name = value.name or "a value"
            raise DTypeError(
                "E110",
                f"{name} holds {value.dtype}: a gradient with respect to integers does not exist",
                hint=f"make it a float: {name} = {name}.astype(np.float64), or write 2.0 for 2",
            )


class _Walk:
    """The state of one walk: what reaches the loss, and the gradients found so far."""

    def __init__(
        self, forward: Run, loss: Value, wrt: tuple[Value, ...], folds: tuple[Fold, ...]
    ) -> None:
        self.forward = forward
        self.loss = loss
        self.wrt = wrt
        self.folds = {(fold.outer, fold.position, fold.inner): fold for fold in folds}
        self.recorder = Recorder(laws=LAWS, named=False)
        self.recorder.adopt(forward)
        self.producer = forward.program.producer()
        self.active = self._active()
        self.found: dict[Value, list[Contribution]] = {}
        self.gradients: dict[Value, Value] = {}
        self.steps: list[Step] = []

    def _active(self) -> set[Value]:
        """The values that move when a target moves."""
        active = set(self.wrt)
        for line in self.forward.program.lines:
            if line.result.differentiable and any(
                arg in active for arg in line.args if isinstance(arg, Value)
            ):
                active.add(line.result)
        return active

    def derived(self) -> Derived:
        self._seed()
        for line in reversed(self.forward.program.lines):
            if line.result in self.active and (
                line.result is self.loss or line.result in self.found
            ):
                self._settle(line.result)
                self._spread(line)
        for value in self.wrt:
            self._settle(value)
        outputs = (self.loss, *(self.gradients[value] for value in self.wrt))
        whole = Program(
            tuple(self.recorder.inputs),
            tuple(self.recorder.lines),
            outputs,
            self.forward.program.name,
        )
        whole = _with_targets(whole.pruned(), self.wrt)
        kept = set(whole.lines)
        steps = tuple(
            Step(
                step.value,
                step.gradient,
                step.contributions,
                tuple(line for line in step.lines if line in kept),
            )
            for step in self.steps
        )
        return Derived(
            self.forward,
            Run(whole, self.recorder.numbers),
            self.loss,
            self.wrt,
            self.gradients,
            steps,
        )

    def _seed(self) -> None:
        seed = self.recorder.record(ops.ones_like, (self._traced(self.loss),))
        self.gradients[self.loss] = seed.value

    def _traced(self, value: Value) -> Traced:
        return Traced(self.recorder, value)

    def _settle(self, value: Value) -> None:
        """Add up what has arrived at ``value``; nothing more can arrive."""
        if value in self.gradients:
            return
        start = len(self.recorder.lines)
        contributions = tuple(self.found.get(value, ()))
        if contributions:
            total: Any = self._traced(contributions[0].gradient)
            for contribution in contributions[1:]:
                total = total + self._traced(contribution.gradient)
        else:
            total = self.recorder.record(ops.zeros_like, (self._traced(value),))
        why = _why_total(value, contributions)
        gradient = self._named(value, total, why)
        _same_kind(value, gradient)
        self.gradients[value] = gradient
        first = min(
            [
                start,
                *(
                    self.recorder.position(line)
                    for line in self._own_lines(contributions)
                ),
            ]
        )
        self.steps.append(
            Step(value, gradient, contributions, tuple(self.recorder.lines[first:]))
        )

    def _own_lines(self, contributions: Iterable[Contribution]) -> Iterable[Line]:
        for contribution in contributions:
            line = self.recorder.producer.get(contribution.gradient)
            if line is not None:
                yield line

    def _named(self, value: Value, total: Traced, why: str) -> Value:
        """The gradient under the name that belongs to it: dW1 for W1."""
        gradient = total.value
        if value.name is None:
            return gradient
        if (
            gradient.name is not None
            or gradient in self.forward.numbers
            or gradient in self.gradients.values()
        ):
            gradient = self.recorder.record(ops.identity, (total,), why=why).value
        elif why and gradient in self.recorder.producer:
            self.recorder.give_reason(gradient, why)
        self.recorder.christen(gradient, f"d{value.name}")
        return gradient

    def _spread(self, line: Line) -> None:
        """Send the gradient of a line's result on to its arguments."""
        for position, arg in enumerate(line.args):
            if isinstance(arg, Value) and arg in self.active:
                fold = self._fold(line, position, arg)
                if fold is not None:
                    self._contribute(*fold)
                else:
                    self._contribute(
                        line,
                        position,
                        _rule(line, position),
                        self._pull(line, position),
                        arg,
                    )

    def _pull(self, line: Line, position: int) -> Any:
        rule = _rule(line, position)
        args = [self.recorder.lift(arg) for arg in line.args]
        params = {
            key: _lifted(self.recorder, param) for key, param in line.params.items()
        }
        return rule.pull(
            self._traced(self.gradients[line.result]),
            self._traced(line.result),
            *args,
            **params,
        )

    def _fold(self, line: Line, position: int, arg: Value) -> tuple[Any, ...] | None:
        inner = self.producer.get(arg)
        fold = (
            self.folds.get((line.op, position, inner.op)) if inner is not None else None
        )
        if (
            fold is None
            or inner is None
            or not isinstance(inner.args[0], Value)
            or inner.args[0] not in self.active
        ):
            return None
        outer_args = [self.recorder.lift(other) for other in line.args]
        numbers = [self.recorder.number(other) for other in line.args]
        params = {
            **line.params,
            **{f"inner_{key}": param for key, param in inner.params.items()},
        }
        if not fold.holds(*numbers, **params):
            return None
        gradient = fold.rule.pull(
            self._traced(self.gradients[line.result]), *outer_args, **params
        )
        return line, position, fold.rule, gradient, inner.args[0], inner

    def _contribute(
        self,
        line: Line,
        position: int,
        rule: Rule,
        pulled: Any,
        target: Value,
        through: Line | None = None,
    ) -> None:
        fitted, why_fit = fit(pulled, self._traced(target))
        gradient = (
            fitted.value
            if isinstance(fitted, Traced)
            else self._constant(fitted, target)
        )
        why = "; ".join(part for part in (said(rule, line, through), why_fit) if part)
        made = self.recorder.producer.get(gradient)
        if made is not None and not made.why and gradient not in self.forward.numbers:
            self.recorder.give_reason(gradient, why)
        self.found.setdefault(target, []).append(
            Contribution(line, position, rule, gradient, through)
        )

    def _constant(self, number: Any, target: Value) -> Value:
        ones = self.recorder.record(ops.ones_like, (self._traced(target),))
        return self.recorder.lower(ones * number)  # type: ignore[return-value]


def _rule(line: Line, position: int) -> Rule:
    rule = line.op.rule(position)
    if rule is None:
        raise NoRuleError(
            "E303",
            f"no gradient is known through {line.op.name}",
            where=line.at,
            hint=f"write it in operations of the catalogue, or give it a rule:\n"
            f"{line.op.name} = chainrule.Op(forward, shape, (chainrule.Rule(lambda dy, y, x: ..., 'why'),))",
        )
    return rule


def _lifted(recorder: Recorder, param: Any) -> Any:
    if isinstance(param, tuple):
        return tuple(_lifted(recorder, item) for item in param)
    return recorder.lift(param) if type(param).__name__ == "Size" else param


def said(rule: Rule, line: Line, through: Line | None = None) -> str:
    """A rule's reason in the user's names."""
    inner = (through.result, *through.args) if through is not None else ()
    args = (
        (None, line.result, *line.args)
        if through is None
        else (None, *line.args, *inner)
    )
    names = {
        word: (arg.name if isinstance(arg, Value) and arg.name else _plain(arg))
        for word, arg in zip(rule.words, args, strict=False)
    }
    try:
        return rule.why.format_map(names)
    except (KeyError, IndexError, ValueError):
        return rule.why


def _plain(arg: Any) -> str:
    return str(arg) if isinstance(arg, int | float) else "it"


def _why_total(value: Value, contributions: Sequence[Contribution]) -> str:
    if not contributions:
        return f"the loss does not depend on {value.name or 'it'}"
    if len(contributions) > 1:
        return f"{value.name or 'it'} is used {_times(len(contributions))}, and the gradients of its uses add up"
    contribution = contributions[0]
    return said(contribution.rule, contribution.line, contribution.through)


def _times(count: int) -> str:
    return {2: "twice", 3: "three times"}.get(count, f"{count} times")


def _same_kind(value: Value, gradient: Value) -> None:
    """A gradient has the shape and the type of what it belongs to, always."""
    if gradient.shape != value.shape or gradient.dtype != value.dtype:
        message = (
            f"the gradient of {value.name or 'a value'} came out as {gradient.shape} {gradient.dtype}, "
            f"not {value.shape} {value.dtype}: a rule is wrong"
        )
        raise ProgramError("E324", message)


def _with_targets(program: Program, wrt: Iterable[Value]) -> Program:
    """The program with every target among its inputs, used or not."""
    computed = {line.result for line in program.lines}
    missing = tuple(v for v in wrt if v not in program.inputs and v not in computed)
    return Program(
        (*program.inputs, *missing), program.lines, program.outputs, program.name
    )
