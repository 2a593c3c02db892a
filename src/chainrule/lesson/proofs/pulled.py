"""Why a rule holds where every entry depends on all: the chain rule walked through what the op is made of."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive import Derived, GradientStep, backward
from chainrule.derive.simplify import LAWS
from chainrule.formula import Node, gradient, identifier, infix, to_text
from chainrule.lesson.notation.slopes import (
    expression,
    printed,
    pulled,
    settled,
    tracer_of,
)
from chainrule.lesson.notation.writer import Writer
from chainrule.lesson.parts import Fold, Formula, Row, Spans
from chainrule.lesson.proofs.definition import LETTERS, definition_of, variable_names
from chainrule.program import Array, Op, Sample, Value
from chainrule.trace import Tracer


def provable(op: Op) -> bool:
    """Whether an op says what it is made of, and mixes entries."""
    return not op.elementwise and op.definition is not None


def prove(op: Op, position: int, params: Mapping[str, Any] | None = None) -> Fold:
    """The proof of one rule of ``op``: upstream gradient in, gradient out, through every piece.

    It is told along the axes that ``params`` say, if the op has a sample for them.
    """
    proof = DefinitionWalk(op, position, params)
    return Fold(
        proof.title, (Formula(tuple(proof.rows())),), f"why-{op.name}-{position}"
    )


def _trivial(op: Op) -> bool:
    """Whether an op is too little to give its result a letter."""
    return op.kind == "sum" or op is ops.multiply or op.unseen


class DefinitionWalk:
    """A definition walked backwards, on the op's own sample, over its last axis."""

    def __init__(
        self, op: Op, position: int, params: Mapping[str, Any] | None = None
    ) -> None:
        definition = definition_of(op)
        self.op, self.position = op, position
        wanted = inspect.signature(definition).parameters
        known = [one for one in op.samples if all(map(np.prod, one.shapes))]
        same = [one for one in known if {**op.params, **one.params} == params]
        self.sample = (same or known)[0]
        self.params = {**op.params, **self.sample.params}
        if not same and "axis" in self.params and self.params["axis"] is None:
            self.params["axis"] = -1
        self.tracer = Tracer(named=False, laws=LAWS)
        self.letters = variable_names(op)
        arrays = [
            self.tracer.input(array, letter)
            for letter, array in zip(
                self.letters, sample_arrays(op, self.sample), strict=True
            )
        ]
        result = definition(
            *arrays, **{k: v for k, v in self.params.items() if k in wanted}
        )
        self.inputs = [array.value for array in arrays]
        self.upstream = self.tracer.input(
            np.linspace(0.5, 1.5, result.number.size).reshape(result.shape), "upstream"
        )
        self.result: Value = result.value
        self.given = self._christen()
        loss = np.sum(self.upstream * result)
        loss.value.christen("loss")
        self.derived: Derived = backward(
            self.tracer.builder.run([loss.value]), loss.value, [self.inputs[position]]
        )
        self.writer = Writer(
            self.derived.run, self._names(), {}, self.derived.forward.program.producer()
        )

    def _christen(self) -> dict[str, Value]:
        """Names for the pieces worth one: those used twice, and what is not plain arithmetic."""
        uses = Counter(
            read for line in self.tracer.builder.lines for read in line.reads()
        )
        free = [
            letter
            for letter in LETTERS
            if letter not in self.letters and letter not in "ab"
        ]
        given: dict[str, Value] = {}
        for line in self.tracer.builder.lines:
            value = line.result
            if value is self.result:
                continue
            if (
                value.dtype.kind == "f"
                and (uses[value] > 1 or not _trivial(line.op))
                and free
            ):
                value.christen(free.pop(0))
                given[value.name or ""] = value
        self.result.christen("y" if "y" not in self.letters else "f")
        return given

    def _names(self) -> dict[Value, Node]:
        names: dict[Value, Node] = {
            value: identifier(value.name or "")
            for value in (*self.inputs, *self.given.values())
        }
        names[self.result] = identifier(self.result.name or "")
        names[self.upstream.value] = gradient(self.result.name or "")
        for value, found in self.derived.gradients.items():
            if value.name is not None and value is not self.derived.loss:
                names.setdefault(found, gradient(value.name))
        return names

    @property
    def title(self) -> Spans:
        """What is proved."""
        return (
            "Why ",
            infix(self._left(), "=", self._form()),
            " for ",
            infix(identifier(self.result.name or ""), "=", self._head()),
        )

    def _left(self) -> Node:
        return gradient(self.letters[self.position])

    def _head(self) -> Node:
        tracer = Tracer(named=False)
        arrays = [
            tracer.input(array, letter)
            for letter, array in zip(
                self.letters, sample_arrays(self.op, self.sample), strict=True
            )
        ]
        result = tracer.record(self.op, arrays, self.params)
        return Writer(
            tracer.builder.run([result.value]),
            {a.value: identifier(a.value.name or "") for a in arrays},
            {},
        ).written(result.value)

    def _form(self) -> Node:
        """The rule's own form, over the upstream gradient, the arguments and the result."""
        tracer = Tracer(named=False)
        arrays = [
            tracer.input(array, letter)
            for letter, array in zip(
                self.letters, sample_arrays(self.op, self.sample), strict=True
            )
        ]
        upstream = tracer.input(self.upstream.number, "upstream")
        result = tracer.record(self.op, arrays, self.params)
        run = tracer.builder.run([result.value])
        again = tracer_of(run)
        line = run.program.producer()[result.value]
        found = settled(
            again, pulled(again, line, self.position, again.lift(upstream.value))
        )
        names: dict[Value, Node] = {
            a.value: identifier(a.value.name or "") for a in arrays
        }
        names[upstream.value] = gradient(self.result.name or "")
        names[result.value] = identifier(self.result.name or "")
        return expression(found, names)

    def rows(self) -> Iterator[Row]:
        """The pieces, then their gradients from the end back, then the rule's form."""
        shape = self.inputs[self.position].shape
        letter = self.letters[self.position]
        # an x, said ex
        article = "an" if letter[0] in "aefhilmnorsxAEFHILMNORSX" else "a"
        reason: Spans = (f"told on {article} {letter} of shape {shape}",)
        for value in (*self.given.values(), self.result):
            yield Row(
                left=identifier(value.name or ""),
                right=self.writer.written(value),
                reason=reason,
            )
            reason = ()
        target = self.inputs[self.position]
        last: Node | None = None
        for step in self.derived.steps:
            value = step.value
            if value.name is None or value is self.derived.loss or value is self.result:
                continue
            if value not in self.given.values() and value is not target:
                continue
            last = self._written(step)
            whys = dict.fromkeys(
                printed(contribution.why) for contribution in step.contributions
            )
            yield Row(left=gradient(value.name), right=last, reason=("; ".join(whys),))
        form = self._form()
        if last is None or to_text(last) != to_text(form):
            yield Row(right=form, reason=("with the pieces put in",))

    def _written(self, step: GradientStep) -> Node:
        """A gradient; one that is only copied along an axis is the gradient it is copied from."""
        if (
            step.gradient in self.writer.producer
            and step.gradient not in self.derived.forward.numbers
        ):
            return self.writer.written(step.gradient)
        return gradient(step.contributions[0].line.result.name or "")

    def numbers(self) -> tuple[Array, Array]:
        """The gradient by the walk and by the rule, which are equal."""
        target = self.inputs[self.position]
        walked = self.derived.gradient(target)
        arrays = [np.asarray(self.derived.run.numbers[value]) for value in self.inputs]
        rule = self.op.rule(self.position)
        if rule is None:
            raise TypeError(self.op)
        result = self.op(*arrays, **self.params)
        return walked, np.asarray(
            rule.vjp(self.upstream.number, result, *arrays, **self.params)
        )


def sample_arrays(op: Op, sample: Sample | None = None) -> list[Array]:
    """Numbers to walk on: a sample of the op, its first if none is given, spread over its domain."""
    sample = sample or op.samples[0]
    low, high = sample.domain
    arrays = []
    for position, shape in enumerate(sample.shapes):
        size = int(np.prod(shape))
        spread: Array = low + (high - low) * (
            np.arange(size) * 0.618 + 0.1 + 0.3 * position
        ) % (high - low)
        if position in sample.integers:
            spread = np.arange(size) % sample.integers[position]
        arrays.append(spread.reshape(shape))
    return arrays
