"""The chain rule, walked backwards over a program; every line it writes says why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from chainrule import ops
from chainrule.derive.derived import Contribution, Derived, Step
from chainrule.derive.display_names import MANY, SHORT, expression_of, owners
from chainrule.derive.reasons import said, why_total
from chainrule.derive.require import require_floats, require_scalar
from chainrule.derive.simplify import LAWS
from chainrule.derive.unbroadcast import fit
from chainrule.emit import expression
from chainrule.program import Line, NoRuleError, Program, ProgramError, Rule, Run, Value
from chainrule.trace import Traced, Tracer


def backward(
    run: Run, loss: Value | None = None, wrt: Sequence[Value] | None = None
) -> Derived:
    """Derive the gradients of ``loss`` with respect to ``wrt`` (by default: every float input).

    Lines of ``run`` that the loss does not need may be used by the backward pass where they hold what it needs.

    Raises:
        ProgramError: E323 if the loss is not a single number.
        NoRuleError: E303 if a gradient must pass an operation that has no rule.
        DTypeError: E110 if a gradient is asked with respect to integers.

    >>> import numpy as np
    >>> from chainrule.trace import trace
    >>> run = trace(
    ...     lambda w, x: np.sum(w * x), w=np.array([3.0, 4.0]), x=np.array([1.0, 2.0])
    ... )
    >>> backward(run).gradient("w")
    array([1., 2.])
    """
    loss = run.program.outputs[0] if loss is None else loss
    require_scalar(loss)
    needed = run.program.pruned([loss])
    targets = (
        tuple(v for v in needed.inputs if v.differentiable)
        if wrt is None
        else tuple(wrt)
    )
    require_floats(targets)
    return _Walk(run, needed, loss, targets).derived()


class _Walk:
    """The state of one walk: what reaches the loss, and the gradients found so far."""

    def __init__(
        self, whole: Run, needed: Program, loss: Value, wrt: tuple[Value, ...]
    ) -> None:
        self.whole = whole
        self.needed = needed
        self.loss = loss
        self.wrt = wrt
        self.tracer = Tracer(laws=LAWS, named=False)
        self.tracer.builder.adopt(whole)
        self.active = self._active()
        self.part_of = owners(whole.program)
        self.spelled: dict[Value, str] = {}
        self.found: dict[Value, list[Contribution]] = {}
        self.gradients: dict[Value, Value] = {}
        self.taken: set[Value] = set()
        self.settled: list[tuple[Value, Value, tuple[Contribution, ...]]] = []

    def _active(self) -> set[Value]:
        """The values that move when a target moves."""
        active = set(self.wrt)
        for line in self.needed.lines:
            if line.result.differentiable and not active.isdisjoint(
                arg
                for position, arg in enumerate(line.args)
                if isinstance(arg, Value) and not line.op.constant_in(position)
            ):
                active.add(line.result)
        return active

    def describe(self, value: Value) -> str:
        """A value in words: its name, or the name of what it is a part of."""
        return value.name or self.part_of.get(value, "it")

    def spell(self, value: Value) -> str:
        """A value as it stands in the source: its name, or its expression where that is short."""
        if value.name is not None or len(self.needed.lines) > MANY:
            return self.describe(value)
        if value not in self.spelled:
            part = expression_of(value, self.tracer.builder.producer)
            text = expression(value, part) if part is not None else ""
            self.spelled[value] = (
                text if 0 < len(text) <= SHORT else self.describe(value)
            )
        return self.spelled[value]

    def derived(self) -> Derived:
        self._seed()
        for line in reversed(self.needed.lines):
            value = line.result
            if value in self.active and (value is self.loss or value in self.found):
                self._settle(value)
                self._spread(line)
        for value in self.wrt:
            self._settle(value)
        outputs = (self.loss, *(self.gradients[value] for value in self.wrt))
        lines = tuple(self.tracer.builder.lines)
        program = Program(
            tuple(self.tracer.builder.inputs), lines, outputs, self.whole.program.name
        )
        program = _with_targets(program.pruned(), self.wrt)
        return Derived(
            Run(self.whole.program, self.whole.numbers),
            Run(program, self.tracer.builder.numbers),
            self.loss,
            self.wrt,
            self.gradients,
            tuple(self._steps(program)),
        )

    def _seed(self) -> None:
        seed = self.tracer.record(ops.ones_like, (self._traced(self.loss),))
        self.gradients[self.loss] = seed.value
        self.tracer.builder.give_reason(
            seed.value, "the loss moves one for one with itself"
        )

    def _traced(self, value: Value) -> Traced:
        return Traced(self.tracer, value)

    def _settle(self, value: Value) -> None:
        """Add up what has arrived at ``value``; nothing more can arrive."""
        if value in self.gradients:
            return
        contributions = tuple(self.found.get(value, ()))
        if contributions:
            total: Any = self._traced(contributions[0].gradient)
            for contribution in contributions[1:]:
                total = total + self._traced(contribution.gradient)
        else:
            total = self.tracer.record(ops.zeros_like, (self._traced(value),))
        why = self._unchanged(contributions) or why_total(
            value, [contribution.why for contribution in contributions], self.describe
        )
        gradient = self._named(value, total, why)
        _same_kind(value, gradient)
        self.gradients[value] = gradient
        self.taken.add(gradient)
        self.settled.append((value, gradient, contributions))

    def _unchanged(self, contributions: tuple[Contribution, ...]) -> str:
        """The reason of a nameless gradient that passes on unchanged: what made it says more than that it passes."""
        if len(contributions) != 1:
            return ""
        (only,) = contributions
        made = self.tracer.builder.producer.get(only.gradient)
        if only.gradient.name is not None or made is None:
            return ""
        if only.gradient is not self.gradients[only.line.result]:
            return ""
        return "" if only.gradient is self.gradients[self.loss] else made.why

    def _named(self, value: Value, total: Traced, why: str) -> Value:
        """The gradient under the name that belongs to it: dW1 for W1."""
        gradient = total.value
        if value.name is None:
            return gradient
        if gradient.name is not None and gradient is self.gradients[self.loss]:
            # two terms of the loss: each gradient is 1 by itself, not because the other is
            gradient = self.tracer.builder.twin(gradient)
        if (
            gradient.name is not None
            or gradient in self.whole.numbers
            or gradient in self.taken
        ):
            gradient = self.tracer.record(ops.identity, (total,), why=why).value
        if gradient.name is None:
            self.tracer.builder.give_reason(gradient, why)
            self.tracer.builder.christen(gradient, f"d{value.name}")
        return gradient

    def _spread(self, line: Line) -> None:
        """Send the gradient of a line's result on to its arguments."""
        for position, arg in enumerate(line.args):
            if (
                isinstance(arg, Value)
                and arg in self.active
                and not line.op.constant_in(position)
            ):
                self._contribute(line, position, arg)

    def _contribute(self, line: Line, position: int, target: Value) -> None:
        rule = _rule(line, position)
        args = [self.tracer.lift(arg) for arg in line.args]
        params = {
            key: self.tracer.lift_param(param) for key, param in line.params.items()
        }
        dy, y = self._traced(self.gradients[line.result]), self._traced(line.result)
        fitted, why_fit = fit(rule.vjp(dy, y, *args, **params), self._traced(target))
        gradient = (
            fitted.value
            if isinstance(fitted, Traced)
            else self._constant(fitted, target)
        )
        why = "; ".join(
            part
            for part in (said(rule, line, self.describe, self.spell), why_fit)
            if part
        )
        made = self.tracer.builder.producer.get(gradient)
        if made is not None and not made.why and gradient not in self.whole.numbers:
            self.tracer.builder.give_reason(gradient, why)
        self.found.setdefault(target, []).append(
            Contribution(line, position, rule, why, gradient)
        )

    def _constant(self, number: Any, target: Value) -> Value:
        """A gradient that a rule gave as a plain number, at every place."""
        ones = self.tracer.record(ops.ones_like, (self._traced(target),))
        return (ones * number).value  # type: ignore[no-any-return]

    def _steps(self, program: Program) -> Iterable[Step]:
        producer = program.producer()
        order = {line.result: position for position, line in enumerate(program.lines)}
        gradients = set(self.gradients.values())
        for value, gradient, contributions in self.settled:
            mine: dict[Value, Line] = {}
            ahead = [gradient]
            while ahead:
                line = producer.get(ahead.pop())
                if (
                    line is None
                    or line.result in mine
                    or line.result in self.whole.numbers
                ):
                    continue
                mine[line.result] = line
                ahead += [read for read in line.reads() if read not in gradients]
            lines = sorted(mine.values(), key=lambda line: order[line.result])
            yield Step(value, gradient, contributions, tuple(lines))


def _rule(line: Line, position: int) -> Rule:
    rule = line.op.rule(position)
    if rule is None:
        raise NoRuleError(
            "E303",
            f"no gradient is known through {line.op.name}",
            where=line.at,
            hint="write it in functions that have one (docs/operations.md), or give it a rule:\n"
            f"f = chainrule.Op({line.op.name}, lambda shape: shape,"
            " (chainrule.Rule(lambda dy, y, x: ..., 'why'),))",
        )
    return rule


def _same_kind(value: Value, gradient: Value) -> None:
    """A gradient has the shape and the type of what it belongs to, always."""
    if gradient.shape != value.shape or gradient.dtype != value.dtype:
        message = (
            f"the gradient of {value.name or 'a value'} came out as {gradient.shape}"
            f" {gradient.dtype}, not {value.shape} {value.dtype}: a rule is wrong"
        )
        raise ProgramError("E324", message)


def _with_targets(program: Program, wrt: Iterable[Value]) -> Program:
    """The program with every target among its inputs or lines, used or not."""
    computed = {line.result for line in program.lines}
    missing = tuple(v for v in wrt if v not in program.inputs and v not in computed)
    return Program(
        (*program.inputs, *missing), program.lines, program.outputs, program.name
    )
