"""The chain rule, walked backwards over lines and loops; every line it writes says why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from chainrule import ops
from chainrule.derive.derived import Arrival, Backwards, Contribution
from chainrule.derive.display_names import (
    MANY,
    SHORT,
    called,
    expression_of,
    owners,
)
from chainrule.derive.reach import active_values
from chainrule.derive.reasons import said, why_total
from chainrule.derive.simplify import LAWS
from chainrule.derive.unbroadcast import fit
from chainrule.emit import expression
from chainrule.program import (
    Builder,
    Item,
    Line,
    Loop,
    NoRuleError,
    Program,
    ProgramError,
    Rule,
    Run,
    Value,
)
from chainrule.trace import Traced, Tracer

Found = dict[Value, list[Contribution | Arrival]]


class BackwardWalk:
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
        self.active = active_values(needed.items, wrt)
        self.n_lines = sum(1 for _ in needed.every_line())
        self.part_of = owners(whole.program)
        self.forward = frozenset(whole.program.values())
        self.spelled: dict[Value, str] = {}
        self.found: Found = {}
        self.gradients: dict[Value, Value] = {}
        self.taken: set[Value] = set()
        self.settled: list[tuple[Value, Value, tuple[Contribution | Arrival, ...]]] = []
        self.loops: list[Backwards] = []
        # what backward turns read of forward ones, and under which value it is kept for them
        self.kept: dict[Value, Value] = {}

    @property
    def builder(self) -> Builder:
        """What is being written: the program, or the body of a loop."""
        return self.tracer.builder

    @contextmanager
    def body_of(self, loop: Loop) -> Iterator[Builder]:
        """The body of a backward loop; what is found in it is its own."""
        outer, found = self.tracer.builder, self.found
        self.tracer.builder, self.found = outer.inside(), {}
        self.builder.know(item for item in loop.items if isinstance(item, Line))
        try:
            yield self.builder
        finally:
            self.tracer.builder, self.found = outer, found

    def describe(self, value: Value) -> str:
        """A value in words: its name, or what computes it."""
        return called(value, self.builder.producer)

    def goal(self, value: Value) -> str:
        """Where a value goes, in words: the sum that it is a part of, or itself."""
        return self.part_of.get(value) or self.spell(value)

    def spell(self, value: Value) -> str:
        """A value as it stands in the source: its name, or its expression where that is short."""
        if value.name is not None or self.n_lines > MANY:
            return self.describe(value)
        if value not in self.spelled:
            part = expression_of(value, self.builder.producer)
            text = expression(value, part) if part is not None else ""
            self.spelled[value] = (
                text if 0 < len(text) <= SHORT else self.describe(value)
            )
        return self.spelled[value]

    def seed(self) -> None:
        """The gradient that everything starts from."""
        seed = self.tracer.record(ops.ones_like, (self.traced(self.loss),))
        self.gradients[self.loss] = seed.value
        self.builder.give_reason(seed.value, "the loss moves one for one with itself")

    def items(self, items: Sequence[Item]) -> None:
        """Send the gradients of what ``items`` compute on to what they read."""
        from chainrule.derive.through_loops import through

        for item in reversed(items):
            match item:
                case Line(result=value):
                    if value in self.active and (
                        value is self.loss or value in self.found
                    ):
                        self.settle(value)
                        self._spread(item)
                case Loop():
                    through(self, item)

    def traced(self, value: Value) -> Traced:
        """A value as rules meet it."""
        return Traced(self.tracer, value)

    def settle(self, value: Value) -> Value:
        """Add up what has arrived at ``value``; nothing more can arrive."""
        if value in self.gradients:
            return self.gradients[value]
        arrived = tuple(self.found.get(value, ()))
        if arrived:
            total: Any = self.traced(arrived[0].gradient)
            for one in arrived[1:]:
                total = total + self.traced(one.gradient)
        else:
            total = self.tracer.record(ops.zeros_like, (self.traced(value),))
        why = self._unchanged(arrived) or why_total(
            value, [one.why for one in arrived], self.describe
        )
        gradient = self._named(value, total, why)
        _same_kind(value, gradient)
        self.gradients[value] = gradient
        self.taken.add(gradient)
        self.settled.append((value, gradient, arrived))
        return gradient

    def _unchanged(self, arrived: tuple[Contribution | Arrival, ...]) -> str:
        """The reason of a nameless gradient that passes on unchanged: what made it says more than that it passes."""
        only = arrived[0] if len(arrived) == 1 else None
        if not isinstance(only, Contribution):
            return ""
        made = self.builder.producer.get(only.gradient)
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
            gradient = self.builder.twin(gradient)
        if (
            gradient.name is not None
            or gradient in self.forward
            or gradient in self.taken
        ):
            gradient = self.tracer.record(ops.identity, (total,), why=why).value
            if gradient.name is not None:
                # two terms of one sum: the gradient of each follows from that of the sum
                gradient = self.builder.twin(gradient)
        if gradient.name is None:
            if gradient in self.builder.producer:
                self.builder.give_reason(gradient, why)
            self.builder.christen(gradient, f"d{value.word or value.name}")
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
        dy, y = self.traced(self.gradients[line.result]), self.traced(line.result)
        fitted, why_fit = fit(rule.vjp(dy, y, *args, **params), self.traced(target))
        gradient = (
            fitted.value
            if isinstance(fitted, Traced)
            else self._constant(fitted, target)
        )
        why = "; ".join(
            part for part in (said(rule, line, self.goal, self.spell), why_fit) if part
        )
        made = self.builder.producer.get(gradient)
        if made is not None and not made.why and gradient not in self.forward:
            self.builder.give_reason(gradient, why)
        self.found.setdefault(target, []).append(
            Contribution(line, position, rule, why, gradient)
        )

    def _constant(self, number: Any, target: Value) -> Value:
        """A gradient that a rule gave as a plain number, at every place."""
        ones = self.tracer.record(ops.ones_like, (self.traced(target),))
        return (ones * number).value  # type: ignore[no-any-return]


def _rule(line: Line, position: int) -> Rule:
    rule = line.op.rule(position)
    if rule is None:
        name = line.op.name
        forward = name if name.replace(".", "").isidentifier() else "forward"
        raise NoRuleError(
            "E303",
            f"no gradient is known through {name}",
            where=line.at,
            hint="write it in functions that have one (docs/operations.md), or give it a rule:\n"
            f"f = chainrule.Op({forward}, lambda shape: shape,"
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
