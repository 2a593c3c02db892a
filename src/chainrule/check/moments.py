"""A script's values by name at any moment of its training: in the first pass, after one update, after many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chainrule.check.claims import Claims, Step
from chainrule.check.study import Study, compute, quickly
from chainrule.derive import Derived, backward, recognise
from chainrule.program import Array, ChainruleError, Line, Value

Named = dict[str, Array]


@dataclass(eq=False)
class Moments:
    """The true values of a script, by name; gradients are called d and the name of what they belong to."""

    study: Study
    _kept: dict[tuple[str, int], dict[Value, Array]] = field(default_factory=dict)

    @cached_property
    def claims(self) -> Claims:
        """What the script's updates use."""
        return Claims(self.study)

    @cached_property
    def forward_lines(self) -> tuple[Line, ...]:
        """The lines from the data and the parameters to the loss, and named ones beside them."""
        behind = set(self.study.derived.forward.program.inputs)
        kept = []
        hand = {claim.value for claim in self.claims.all} | {
            after for _, after in self.claims.updates
        }
        for line in self.study.lines:
            if line.result in behind or line.result in hand:
                continue
            if not any(read in hand for read in line.reads()):
                kept.append(line)
            else:
                hand.add(line.result)
        return tuple(kept)

    @cached_property
    def told(self) -> Derived:
        """The gradients by the way a text goes: through ŷ(1 - ŷ), not through the parts of a written-out sigmoid."""
        forward = self.study.derived.forward
        try:
            known = recognise(forward)
            roots = [
                value
                for value in self.study.derived.wrt
                if value in known.program.inputs
            ]
            between = backward(known, None, roots).gradients
            inner = [
                value
                for value in between
                if value not in roots and value is not known.program.outputs[0]
            ]
            return backward(known, None, [*roots, *inner])
        except (ChainruleError, ArithmeticError, ValueError, IndexError):
            return self.study.derived

    @cached_property
    def gradient_lines(self) -> tuple[Line, ...]:
        """The lines of the derived backward pass, and those of the forward pass that it is told with."""
        forward = {line.result for line in self.study.lines}
        return tuple(
            line for line in self.told.run.program.lines if line.result not in forward
        )

    @cached_property
    def twins(self) -> dict[str, Value]:
        """The forward values that the backward pass is told with, by name."""
        return self.told.forward.program.named()

    @cached_property
    def gradients(self) -> dict[Value, Value]:
        """The gradient of each parameter, as told."""
        by_name = {
            value.name: gradient for value, gradient in self.told.gradients.items()
        }
        return {
            value: by_name[value.name]
            for value in self.study.roots
            if value.name in by_name
        }

    @cached_property
    def names(self) -> dict[str, Value]:
        """Every name that may be stated, with its value."""
        found: dict[str, Value] = {}
        for value in (
            *self.study.trials[0].numbers,
            *(line.result for line in self.forward_lines),
        ):
            if value.name:
                found.setdefault(value.name, value)
        for execution in self.study.executions:
            # an array that is filled entry by entry is stated as it is in the end
            for name, (_, item) in zip(execution.names, execution.results, strict=True):
                if name and isinstance(item, Value) and item in self.study.forward:
                    found[name] = item
        for value, gradient in self.told.gradients.items():
            if value.name:
                found[f"d{value.name}"] = gradient
        for claim in self.claims.all:
            found.setdefault(claim.name, claim.value)
        return found

    @cached_property
    def given(self) -> set[str]:
        """The names of what the script starts from."""
        return {value.name for value in self.study.roots if value.name}

    def at(self, after: int, stated: Mapping[str, Array] | None = None) -> Named:
        """Every named value after so many updates; ``stated`` ones are taken as they are, and carried on."""
        replaced = {
            value: number
            for name, number in (stated or {}).items()
            for value in self._values(name)
        }
        if not replaced:
            return self._by_name(self._moment("true", after))
        numbers = self._pass(self._start(), replaced)
        for _ in range(after):
            numbers = self._pass({**numbers, **self._updated(numbers)}, {})
        return self._by_name(numbers)

    def _values(self, name: str) -> list[Value]:
        value = self.names[name]
        twin = self.twins.get(value.name or "")
        return [value] if twin is None else [value, twin]

    def variants(self, after: int) -> Iterator[tuple[str, Named]]:
        """What common mistakes of procedure would have led to."""
        for step in self.claims.steps:
            name = step.parameter.name
            if name and step.parameter.ndim and after:
                yield (
                    f"The gradients of the layers before were taken through the already updated {name}.",
                    self._by_name(self._moment(f"through {name}", after)),
                )

    # running

    def _start(self) -> dict[Value, Array]:
        return dict(self.study.trials[0].numbers)

    def _moment(self, manner: str, after: int) -> dict[Value, Array]:
        key = (manner, after)
        if key not in self._kept:
            if after == 0:
                self._kept[key] = self._pass(self._start(), {})
            else:
                through = next(
                    (
                        step
                        for step in self.claims.steps
                        if manner == f"through {step.parameter.name}"
                    ),
                    None,
                )
                done = max(
                    (n for way, n in self._kept if way == manner and n < after),
                    default=0,
                )
                numbers = dict(self._moment(manner, done))
                for _ in range(after - done - 1):
                    numbers.update(self._updated(numbers, through))
                    self._short_pass(numbers)
                # the moment before is often asked for, too
                self._kept[manner, after - 1] = numbers = self._pass(numbers, {})
                self._kept[key] = self._pass(
                    {**numbers, **self._updated(numbers, through)}, {}
                )
        return self._kept[key]

    def _pass(
        self, start: Mapping[Value, Array], replaced: Mapping[Value, Array]
    ) -> dict[Value, Array]:
        """Forward and backward from parameters and data."""
        numbers = dict(start)
        numbers.update(replaced)
        for line in self._all_lines:
            if line.result not in replaced:
                compute(line, numbers)
        return numbers

    @cached_property
    def _short_pass(self) -> Callable[[dict[Value, Array]], None]:
        """The pass without the lines that no update needs."""
        wanted = {
            self.gradients[step.parameter]
            for step in self.claims.steps
            if step.parameter in self.gradients
        }
        wanted |= {
            read
            for lines in self._update_lines.values()
            for line in lines
            for read in line.reads()
        }
        kept = []
        for line in reversed(self._all_lines):
            if line.result in wanted:
                wanted.update(line.reads())
                kept.append(line)
        return quickly(reversed(kept))

    @cached_property
    def _all_lines(self) -> tuple[Line, ...]:
        lines = (*self.forward_lines, *self.gradient_lines)
        return tuple(line for line in lines if line.result not in self._fixed)

    @cached_property
    def _fixed(self) -> set[Value]:
        return set(self.study.script.parameters) | self.study.roots

    def _updated(
        self, numbers: Mapping[Value, Array], through: Step | None = None
    ) -> dict[Value, Array]:
        """The parameters after one update; ``through`` is updated before the others' gradients are taken."""
        if through is not None:
            after = self._one(through, numbers)
            changed = {**numbers, through.parameter: after}
            self._backward_alone(changed)
            others = {
                step.parameter: self._one(step, changed) for step in self.claims.steps
            }
            return {**others, through.parameter: after}
        return {step.parameter: self._one(step, numbers) for step in self.claims.steps}

    @cached_property
    def _backward_alone(self) -> Callable[[dict[Value, Array]], None]:
        """The gradients the updates need, from forward values as they are."""
        wanted = {
            self.gradients[step.parameter]
            for step in self.claims.steps
            if step.parameter in self.gradients
        }
        kept = []
        for line in reversed(self.gradient_lines):
            if line.result in wanted and not self._is_forward(line):
                wanted.update(line.reads())
                kept.append(line)
        return quickly(reversed(kept))

    @cached_property
    def _told_forward(self) -> set[Value]:
        return set(self.told.forward.program.values())

    def _is_forward(self, line: Line) -> bool:
        return line.result in self._told_forward

    @cached_property
    def _after(self) -> dict[Value, Value]:
        return dict(reversed(self.claims.updates))

    @cached_property
    def _update_lines(self) -> dict[Value, tuple[Line, ...]]:
        """The lines from a parameter's gradient to its new value."""
        return {
            step.parameter: tuple(
                line
                for line in self.study.lines
                if step.value in self.study.cone(line.result)
                and line.result in self.study.cone(self._after[step.parameter])
                and line.result is not step.value
            )
            for step in self.claims.steps
        }

    @cached_property
    def _quick_updates(self) -> dict[Value, Callable[[dict[Value, Array]], None]]:
        return {value: quickly(lines) for value, lines in self._update_lines.items()}

    @cached_property
    def _factor(self) -> dict[Value, float]:
        """By what the values that updates use differ from the gradients: minus one where they are added."""
        found = {}
        for step in self.claims.steps:
            factors = self.claims.scale(step.value, step.parameter)
            found[step.parameter] = (
                factors[0] if factors is not None else float(step.sign)
            )
        return found

    def _one(self, step: Step, numbers: Mapping[Value, Array]) -> Array:
        """A parameter after its update with the true gradient."""
        gradient = self.gradients.get(step.parameter)
        if gradient is None or gradient not in numbers:
            return np.asarray(numbers[step.parameter])
        after = self._after[step.parameter]
        live = dict(numbers)
        live[step.value] = np.asarray(numbers[gradient]) * self._factor[step.parameter]
        self._quick_updates[step.parameter](live)
        return np.asarray(live[after])

    def _by_name(self, numbers: Mapping[Value, Array]) -> Named:
        return {
            name: np.asarray(numbers[value])
            for name, value in self.names.items()
            if value in numbers
        }
