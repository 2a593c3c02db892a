"""Which hand-written line claims to be which gradient: by value, by name, by the update that uses it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.agree import agree, factor, may_be, same_layout, squeezed
from chainrule.check.names import bases, is_local
from chainrule.check.study import Study, Trial
from chainrule.program import Arg, Array, Value
from chainrule.trace.statements.watch import Execution

SPELLED = re.compile(r"^(?:d|D|g|grad|partial)_?")


@dataclass(eq=False)
class Claim:
    """One hand-written value: where it was bound, and the gradients it may be.

    ``exact`` is the value of which it is the gradient, up to a constant factor, on every data set.
    ``targets`` are the values its name may mean. ``parameter`` is the one whose update uses it, or whose
    gradient its name says it is.
    """

    execution: Execution
    text: str
    name: str
    value: Value
    exact: Value | None = None
    targets: tuple[Value, ...] = ()
    parameter: Value | None = None
    free: bool = False

    @property
    def target(self) -> Value | None:
        """The value of which this is meant to be the gradient."""
        return (
            self.parameter or self.exact or (self.targets[0] if self.targets else None)
        )

    @property
    def said(self) -> str | None:
        """The value that the name spells out, as ``dh`` does; ``delta`` and ``error`` spell out none."""
        augmented = self.execution.site.augmented is not None
        if self.parameter is not None or not self.targets or augmented:
            return None
        name = self.targets[0].name
        return (
            name
            if name and SPELLED.match(self.name) and self.name.endswith(name)
            else None
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What an update takes away: ``sign`` is -1 where the step is added, ``value`` is what is scaled."""

    parameter: Value
    value: Value
    sign: int
    scales: tuple[Value, ...] = ()


@dataclass(eq=False)
class Claims:
    """Every hand-written value of a script that may be a gradient."""

    study: Study
    mapped: Mapping[str, str] = field(default_factory=dict)

    @property
    def updates(self) -> list[tuple[Value, Value]]:
        """Before and after of every update."""
        return self.study.updates

    @cached_property
    def parameters(self) -> set[Value]:
        """What is updated, or asked for."""
        return {*self.study.script.parameters, *(before for before, _ in self.updates)}

    @cached_property
    def steps(self) -> list[Step]:
        """What each parameter's update uses."""
        found = (self.step(before, after) for before, after in self.updates)
        return [step for step in found if step is not None]

    def step(self, before: Value, after: Value) -> Step | None:
        """What the update from ``before`` to ``after`` uses; None if it is no plain addition."""
        line = self.study.producer[after]
        if line.op not in (ops.add, ops.subtract) or before not in line.args:
            return None
        first = line.args[0] is before
        moved = line.args[1] if first else line.args[0]
        sign = 1 if line.op is ops.subtract and first else -1
        if not isinstance(moved, Value):
            return None
        return self._peeled(Step(before, moved, sign))

    def _peeled(self, step: Step) -> Step:
        """The step without the learning rate and other numbers in front."""
        bound = {claim.value for claim in self._bound()}
        value, sign, scales = step.value, step.sign, list(step.scales)
        while value not in bound:
            line = self.study.producer.get(value)
            if line is None:
                break
            args = line.args
            if line.op is ops.negative and isinstance(args[0], Value):
                value, sign = args[0], -sign
            elif line.op in (ops.multiply, ops.divide):
                numbers = [arg for arg in args if not self._is_array(arg)]
                arrays = [
                    arg
                    for arg in args
                    if isinstance(arg, Value) and self._is_array(arg)
                ]
                if len(arrays) != 1 or (
                    line.op is ops.divide and arrays[0] is not args[0]
                ):
                    break
                scales += [arg for arg in numbers if isinstance(arg, Value)]
                if sum(self._is_negative(arg) for arg in numbers) % 2:
                    sign = -sign
                value = arrays[0]
            else:
                break
        return Step(step.parameter, value, sign, tuple(scales))

    def _is_negative(self, number: Arg) -> bool:
        """Whether a learning rate stands there with its sign: ``W += -lr * dW``."""
        if isinstance(number, Value):
            numbers = self.study.trials[0].numbers
            return number in numbers and bool(np.all(numbers[number] < 0))
        return isinstance(number, int | float) and number < 0

    def _is_array(self, arg: object) -> bool:
        return isinstance(arg, Value) and (arg.shape != () or arg in self.study.moved)

    def _bound(self) -> Iterator[Claim]:
        """Every hand-written array or number that got a name."""
        hidden = {after for _, after in self.updates}
        data = set(self.study.derived.forward.program.inputs)
        for execution in self.study.executions:
            for (text, item), name in zip(
                execution.results, execution.names, strict=True
            ):
                if (
                    isinstance(item, Value)
                    and item.dtype.kind == "f"
                    and item not in self.study.forward
                    and item not in hidden
                    and item not in data
                    and item in self.study.moved
                    and item in self.study.producer
                    and self.study.producer[item].op is not ops.zeros_like
                ):
                    yield Claim(execution, text or "", name or "", item)

    @cached_property
    def all(self) -> list[Claim]:
        """Every claim, in the order of the script, matched by value, by name and by update."""
        found = list(self._bound())
        for claim in found:
            claim.targets = tuple(self._named(claim))
            claim.exact = self.matched(claim)
            if claim.exact is None and self._is_slope(claim):
                claim.targets = ()
        bound = {claim.value for claim in found}
        for before, after in self.updates:
            step = self.step(before, after)
            if (
                step is not None
                and step.value not in bound
                and not self._is_optimised(step.value, step.parameter, found)
            ):
                execution = next(
                    (
                        e
                        for e in self.study.executions
                        if any(i is after for _, i in e.results)
                    ),
                    None,
                )
                if execution is not None:
                    unnamed = Claim(execution, "", "", step.value, free=not step.scales)
                    unnamed.exact = self.matched(unnamed)
                    found.append(unnamed)
        self._take_parameters(found)
        return found

    def _take_parameters(self, found: Sequence[Claim]) -> None:
        """A parameter's gradient is what its update uses; without an update, what its name says."""
        parts = self._parts(found)
        for claim in found:
            wanted = claim.targets[0] if claim.targets else None
            if wanted not in self.parameters or not self._is_last(claim, found):
                continue
            if claim.exact is None and (
                claim.value in parts.get(wanted, ())
                or self._is_optimised(claim.value, wanted, found)
            ):
                claim.targets = ()
            else:
                claim.parameter = wanted
        for step in self.steps:
            using = [claim for claim in found if claim.value is step.value]
            if (
                using
                and not any(claim.parameter is step.parameter for claim in using)
                and not _is_its_own(using[-1])
                and not self._is_optimised(step.value, step.parameter, found)
            ):
                using[-1].parameter = step.parameter

    def _parts(self, found: Sequence[Claim]) -> dict[Value | None, set[Value]]:
        """What goes by a parameter's gradient and is a summand of what goes by it later: a helper's dW, without decay."""
        parts: dict[Value | None, set[Value]] = {}
        for claim in found:
            wanted = claim.targets[0] if claim.targets else None
            ahead = [claim.value] if wanted in self.parameters else []
            while ahead:
                line = self.study.producer.get(ahead.pop())
                if line is not None and line.op in (ops.add, ops.subtract):
                    summands = [arg for arg in line.args if isinstance(arg, Value)]
                    parts.setdefault(wanted, set()).update(summands)
                    ahead += summands
        return parts

    def _is_optimised(
        self, step: Value, parameter: Value, found: Sequence[Claim]
    ) -> bool:
        """Whether a step is an optimizer's: made of right gradients, of its own state, and of plain numbers.

        Momentum, Adam, weight decay and clipping take a step that is no gradient, and are right.
        """
        gradients = {claim.value for claim in found if claim.exact in self.parameters}
        own = {claim.value for claim in found if claim.exact is parameter}
        # what only makes a number, as a norm does, may be computed in any way
        ahead, seen, leaves = [(step, False)], {step}, set[Value]()
        while ahead:
            value, in_number = ahead.pop()
            line = self.study.producer.get(value)
            is_gradient = value in gradients and value is not step
            if is_gradient or line is None or value in self.study.forward:
                leaves.add(value)
                continue
            in_number = in_number or value.shape == ()
            if not (in_number or line.op.elementwise or line.op is ops.identity):
                return False
            fresh = [
                one for one in line.args if isinstance(one, Value) and one not in seen
            ]
            seen.update(fresh)
            ahead += [(one, in_number) for one in fresh]
        beside = leaves - gradients - self.parameters
        state = {one for one in beside if one.shape == parameter.shape}
        return (
            bool(leaves & own)
            and not any(one in self.study.forward and one.shape != () for one in beside)
            and (step not in own or bool(state))
        )

    def _is_last(self, claim: Claim, found: Sequence[Claim]) -> bool:
        """Whether nothing is bound to the same name in the same place later."""
        return not any(
            other.text == claim.text
            and other.name == claim.name
            and other.execution.frame == claim.execution.frame
            and other.execution.order > claim.execution.order
            for other in found
        )

    # by name

    def _named(self, claim: Claim) -> Iterator[Value]:
        seen: set[Value] = set()
        for value in self._candidates(claim):
            if value in self.study.derived.gradients and value not in seen:
                seen.add(value)
                yield value

    def _candidates(self, claim: Claim) -> list[Value]:
        asked = self.mapped.get(claim.text) or self.mapped.get(claim.name)
        if asked is not None:
            return self._called(asked)
        if (
            not claim.name
            or claim.text.endswith("[…]")
            or is_local(claim.name, self._names)
        ):
            return []
        found: list[Value] = []
        visible = self.study.watch.visible(claim.execution)
        for base in bases(claim.name):
            called = self._called(base)
            near = [
                visible.get(base),
                *self._items(visible, base),
                *self._owned(claim, base),
            ]
            found += self._in_turn(claim, called)
            found += [value for value in near if isinstance(value, Value)]
            found += called
        fits = [value for value in found if _layout(value) == _layout(claim.value)]
        return fits + [value for value in found if value not in fits]

    @cached_property
    def _names(self) -> set[str]:
        return {value.name for value in self.study.derived.gradients if value.name} - {
            self.study.script.loss.name or ""
        }

    def _items(self, visible: Mapping[str, object], base: str) -> list[object]:
        """What is read here as an item of ``base``: ``h[t]`` before ``h[t - 1]``."""
        texts = [
            text
            for text in visible
            if text.startswith(f"{base}[") or text.endswith(f".{base}")
        ]
        return [visible[text] for text in sorted(texts, key=len)]

    def _in_turn(self, claim: Claim, found: list[Value]) -> list[Value]:
        """A backward loop meets the values of a forward loop the other way round: the n-th, n-th from the end."""
        same = [e for e in self.study.executions if e.site is claim.execution.site]
        turn = same.index(claim.execution)
        in_loop = len(same) > 1 and len({e.frame for e in same}) == 1
        order = self.study.position
        found = sorted(found, key=lambda value: -order.get(value, -1))
        return [found[turn]] if in_loop and turn < len(found) else []

    def _owned(self, claim: Claim, base: str) -> list[Value]:
        owner = claim.execution.owner
        if owner is None:
            return []
        held = self.study.watch.owned.get((owner, base), [])
        return [value for value in held if isinstance(value, Value)]

    def _called(self, base: str) -> list[Value]:
        """Forward values by that name, the latest first: a backward pass meets them in that order."""
        named = [value for value in self.study.derived.gradients if value.name]
        exact = [value for value in named if value.name == base]
        again = [
            value for value in named if value.name != base and _stem(value.name) == base
        ]
        near = [
            value
            for value in named
            if (value.name or "").lower() == base.lower() and value not in exact
        ]
        near += [
            value
            for value in named
            if _stem(value.name).lower() == base.lower()
            and value not in [*again, *near, *exact]
        ]
        starts = [
            value
            for value in named
            if len(base) > 2 and (value.name or "").lower().startswith(base.lower())
        ]
        order = self.study.position
        again.sort(key=lambda value: -order.get(value, -1))
        return [*exact, *again, *near, *starts]

    # by value

    def matched(
        self, claim: Claim, numbers: Sequence[Mapping[Value, Array]] | None = None
    ) -> Value | None:
        """The value of which a claim is the gradient, up to a factor, on all data; None if there is none."""
        held = numbers or [trial.numbers for trial in self.study.trials]
        if any(claim.value not in one for one in held):
            return None
        preferred = {value: i for i, value in enumerate(claim.targets)}
        found: dict[Value, tuple[int, bool, bool, bool]] = {}
        data = self.study.roots - self.parameters
        for value in self._of_size(held[0][claim.value], held[-1][claim.value]):
            factors = self.scale(claim.value, value, held)
            if factors is not None and (value in preferred or self._counts(value)):
                is_one = np.allclose(factors, 1, rtol=1e-6)
                found[value] = (
                    preferred.get(value, len(preferred)),
                    value in data,
                    not is_one,
                    value.name is None,
                )
        return min(found, key=found.__getitem__, default=None)

    def _is_slope(self, claim: Claim) -> bool:
        """Whether ``ds`` is the slope of s alone, ``s * (1 - s)``, which a gradient of the loss is yet to meet."""
        trials = self.study.trials
        return any(
            before is not target
            and before.shape == target.shape
            and all(
                claim.value in trial.numbers
                and target in trial.truth
                and before in trial.truth
                and trial.numbers[claim.value].shape == trial.truth[target].shape
                and agree(
                    trial.numbers[claim.value] * trial.truth[target],
                    trial.truth[before],
                )
                for trial in trials
            )
            for target in claim.targets
            if self._counts(target)
            for before in self.study.cone(target) & self.study.derived.gradients.keys()
        )

    def _counts(self, value: Value) -> bool:
        """Whether a value moves the loss: zeros are the gradient of anything that does not."""
        return any(np.any(trial.truth[value]) for trial in self.study.trials)

    def _of_size(self, number: Array, other: Array) -> list[Value]:
        """The values whose gradients are as long as a number of the first trial, and may be one of the last."""
        last = self.study.trials[-1]
        return [
            value
            for value in self.study.derived.gradients
            if value in self.study.trials[0].truth
            and not self._is_turned(value)
            and same_layout(number, self.study.trials[0].truth[value])
            and may_be(other, last.truth[value])
        ]

    def _is_turned(self, value: Value) -> bool:
        """Whether a value is only minus another one on its way: a sign would be lost in it."""
        line = self.study.producer.get(value)
        return value.name is None and line is not None and line.op is ops.negative

    def scale(
        self,
        written: Value,
        true: Value,
        numbers: Sequence[Mapping[Value, Array]] | None = None,
    ) -> tuple[float, ...] | None:
        """The factor between a value and a gradient on each data set, if it is one for all of a size."""
        return scale(self.study.trials, written, true, numbers)


def scale(
    trials: Sequence[Trial],
    written: Value,
    true: Value,
    numbers: Sequence[Mapping[Value, Array]] | None = None,
) -> tuple[float, ...] | None:
    """The factor between a value and a gradient on each data set; one factor for all data sets of a size."""
    held = [trial.numbers for trial in trials] if numbers is None else numbers
    if any(written not in one for one in held):
        return None
    if any(true not in trial.truth for trial in trials):
        return None
    groups: dict[tuple[int, ...], list[int]] = {}
    for i, trial in enumerate(trials):
        sizes = tuple(number.size for value, number in trial.truth.items())
        groups.setdefault(sizes, []).append(i)
    factors = [1.0] * len(trials)
    for members in groups.values():
        mine = [held[i][written] for i in members]
        theirs = [trials[i].truth[true] for i in members]
        if all(not np.any(one) for one in theirs):
            if any(np.any(np.abs(one) > 1e-12) for one in mine):
                return None
            continue
        found = factor(mine, theirs)
        if found is None:
            return None
        for i in members:
            factors[i] = found
    return tuple(factors)


def _is_its_own(claim: Claim) -> bool:
    """Whether a claim is the gradient its name says: then another's update takes it by mistake."""
    return (
        bool(claim.text)
        and claim.parameter is not None
        and claim.exact is claim.parameter
    )


def _layout(value: Value) -> tuple[int, ...]:
    return squeezed(np.empty(value.shape))


def _stem(name: str | None) -> str:
    """A name without the count that a second binding added: ``h`` for ``h_2``."""
    stem, _, count = (name or "").rpartition("_")
    return stem if stem and count.isdigit() else name or ""
