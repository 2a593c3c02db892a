"""A script under study: its lines run on several data sets, beside the true gradients of each."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.agree import agree
from chainrule.check.trials import Numbers, datasets
from chainrule.derive import Derived, backward, fuse, recognise
from chainrule.program import (
    Array,
    ChainruleError,
    Line,
    ProgramError,
    Size,
    Value,
    run,
)
from chainrule.program.program import substitute
from chainrule.program.run import measure, resolve
from chainrule.program.sources import read_source
from chainrule.trace.events import Escape, Guard
from chainrule.trace.slice import cut
from chainrule.trace.statements import Script
from chainrule.trace.statements.watch import Execution, Watch

SPREADS = (1.0, 0.3, 0.1, 0.03, 0.01)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One data set: the numbers of every line, the true gradient of every value, and how it was reached."""

    kind: str
    numbers: Mapping[Value, Array]
    truth: Mapping[Value, Array]
    inner: Mapping[Value, Array]


@dataclass(eq=False)
class Study:
    """Everything known about a script before it is judged."""

    script: Script
    derived: Derived
    textbook: Derived | None = None
    trials: list[Trial] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def watch(self) -> Watch:
        """What the script's statements saw."""
        if self.script.watch is None:
            message = "the script was read without watch=True"
            raise TypeError(message)
        return self.script.watch

    @property
    def executions(self) -> list[Execution]:
        """Every time a bound expression ran, in order."""
        return self.watch.executions

    @cached_property
    def roots(self) -> set[Value]:
        """What the loss is computed from."""
        return set(_roots(self.script))

    @cached_property
    def tree(self) -> ast.Module:
        """The script's syntax tree."""
        text = self.script.text or read_source(self.script.file)
        return ast.parse(text)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every recorded line."""
        return self.script.recorded.program.lines

    @cached_property
    def producer(self) -> dict[Value, Line]:
        """The line each value comes from."""
        return self.script.recorded.program.producer()

    @cached_property
    def position(self) -> dict[Value, int]:
        """Where each value's line stands."""
        return {line.result: i for i, line in enumerate(self.lines)}

    @cached_property
    def forward(self) -> set[Value]:
        """What the loss is made of."""
        return set(self.script.recorded.program.pruned([self.script.loss]).values())

    @cached_property
    def moved(self) -> set[Value]:
        """What moves when a parameter or the data move; a length does not."""
        moved = set(self.script.parameters) | set(self.derived.forward.program.inputs)
        for line in self.lines:
            if any(isinstance(arg, Value) and arg in moved for arg in line.args):
                moved.add(line.result)
        return moved

    @cached_property
    def guards(self) -> list[tuple[Value, Array]]:
        """What the script did next hung on these: where one is another, its lines are those of another script."""
        recording = self.script.recording
        events = () if recording is None else recording.events
        return [
            (event.value, self.script.recorded.numbers[event.value])
            for event in events
            if isinstance(event, Guard | Escape)
            and event.value.dtype.kind in "iub"
            and event.value in self.script.recorded.numbers
        ]

    @cached_property
    def cones(self) -> dict[Value, frozenset[Value]]:
        """Everything each hand-written value was computed from, itself included."""
        cones: dict[Value, frozenset[Value]] = {}
        for line in self.lines:
            parts = [cones.get(read, frozenset((read,))) for read in line.reads()]
            cones[line.result] = frozenset((line.result,)).union(*parts)
        return cones

    def cone(self, value: Value) -> frozenset[Value]:
        """Everything ``value`` was computed from, itself included."""
        return self.cones.get(value, frozenset((value,)))

    @cached_property
    def updates(self) -> list[tuple[Value, Value]]:
        """Before and after of every update; also of one that silently makes a parameter larger."""
        pairs = [
            (u.before, u.after) for u in self.script.updates if u.before in self.roots
        ]
        for execution in self.executions:
            for text, after in execution.results:
                line = self.producer.get(after) if isinstance(after, Value) else None
                if (
                    line is None
                    or text is None
                    or line.op not in (ops.add, ops.subtract)
                ):
                    continue
                before = line.args[0]
                if (
                    isinstance(before, Value)
                    and before in self.roots
                    and self.watch.visible(execution).get(text) is before
                    and (before, after) not in pairs
                    and line.result not in self.forward
                ):
                    pairs.append((before, line.result))
        return pairs

    @cached_property
    def before(self) -> dict[Value, Value]:
        """What each updated parameter was."""
        return {after: before for before, after in self.updates}

    def rerun(
        self, trial: Trial, overrides: Mapping[Value, Array], upto: Value | None = None
    ) -> Numbers:
        """The trial's numbers with some hand-written values replaced, and what follows from them."""
        numbers = dict(trial.numbers)
        numbers.update(overrides)
        touched = set(overrides)
        wanted = None if upto is None else self.cone(upto)
        for line in self.lines:
            result = line.result
            if result in overrides or (wanted is not None and result not in wanted):
                continue
            if any(read in touched for read in line.reads()):
                touched.add(result)
                compute(line, numbers)
        return numbers


def study(script: Script, *, seed: int = 0, calm: bool = False) -> Study:
    """Derive the true gradients and run everything on several data sets; ``calm`` ones, with small parameters.

    Raises:
        ProgramError: E328 if the script's own loss is not a finite number.
    """
    roots = _roots(script)
    derived = derive(script, roots)
    found = Study(script, derived, _textbook(derived))
    for data in datasets(roots, script.parameters, seed=seed, calm=calm):
        for spread in SPREADS:
            trial = _trial(found, data.kind, data.numbers(spread))
            if trial is not None and (not found.trials or _is_stable(found, trial)):
                found.trials.append(trial)
                break
        if not found.trials:
            raise ProgramError(
                "E328",
                "the loss or a gradient is not a finite number at these values",
                hint="check the data, and logarithms, divisions and exponentials on the way to the loss",
            )
    return found


def derive(script: Script, roots: Iterable[Value]) -> Derived:
    """The true gradients of everything between the data and the loss."""
    floats = [value for value in roots if value.differentiable]
    extra = [value for value in floats if value not in script.parameters]
    wanted = [*script.parameters, *extra]
    try:
        forward = cut(script.recorded, script.loss, wanted)
        between = backward(forward, script.loss, wanted).gradients
    except ChainruleError:
        # what prepares the data need not be differentiable
        forward, wanted = script.forward, list(script.parameters)
        between = backward(forward, script.loss, wanted).gradients
    inner = [
        value for value in between if value not in wanted and value is not script.loss
    ]
    derived = backward(forward, script.loss, [*wanted, *inner])
    # nobody writes the gradient of the loss by itself
    others = {k: v for k, v in derived.gradients.items() if k is not script.loss}
    return replace(derived, gradients=others)


def _textbook(derived: Derived) -> Derived | None:
    """The same gradients by the textbook's way, which rounding does not spoil; None if there is no such way."""
    wanted = [value for value in derived.wrt if value in derived.forward.program.inputs]
    try:
        return backward(fuse(recognise(derived.forward)), None, wanted)
    except (ChainruleError, ArithmeticError, ValueError, IndexError):
        return None


def _is_stable(found: Study, trial: Trial) -> bool:
    """Whether rounding does not matter to the true gradients: where a sigmoid is saturated, it does."""
    if found.textbook is None:
        return True
    try:
        with np.errstate(all="ignore"):
            other = run(found.textbook.run.program, trial.numbers).numbers
    except Exception:  # noqa: BLE001 - a shape that is baked in somewhere: nothing to compare with
        return True
    return all(
        agree(other[gradient], trial.truth[value])
        for value, gradient in found.textbook.gradients.items()
        if value in found.textbook.wrt and gradient in other
    )


def _roots(script: Script) -> dict[Value, Array]:
    """The numbers from which the loss is computed: parameters, what the pass updates, and inputs behind the data."""
    producer = script.recorded.program.producer()
    roots: dict[Value, None] = dict.fromkeys(script.parameters)
    # what another pass made of them is no part of this one, whether or not they were asked for
    updated = {update.before for update in script.updates}
    ahead: list[Value] = [script.loss]
    seen: set[Value] = set()
    while ahead:
        value = ahead.pop()
        if value in seen or value in roots:
            continue
        seen.add(value)
        line = producer.get(value)
        if line is None or value in updated:
            roots[value] = None
        else:
            ahead += line.reads()
    return {value: script.recorded.numbers[value] for value in roots}


def _trial(found: Study, kind: str, given: Mapping[Value, Array]) -> Trial | None:
    recorded = found.script.recorded
    numbers: Numbers = {
        value: recorded.numbers[value] for value in recorded.program.inputs
    }
    numbers.update(given)
    forward = found.forward
    with np.errstate(all="ignore"):
        for line in found.lines:
            if line.result in given:
                continue
            if not compute(line, numbers) and (
                line.result in forward or "batch" in kind
            ):
                return None
        if not all(
            np.array_equal(numbers[value], outcome)
            for value, outcome in found.guards
            if value in numbers
        ):
            return None
        try:
            truth = run(found.derived.run.program, numbers)
        except Exception:  # noqa: BLE001 - a shape that does not fit this data set: it is no data set
            return None
    gradients = {
        value: truth.numbers[gradient]
        for value, gradient in found.derived.gradients.items()
        if gradient in truth.numbers
    }
    sound = [
        numbers[found.script.loss],
        *(gradients[value] for value in found.derived.wrt),
    ]
    if not all(np.all(np.isfinite(one)) for one in sound):
        return None
    return Trial(kind, numbers, gradients, truth.numbers)


def quickly(lines: Iterable[Line]) -> Callable[[dict[Value, Array]], None]:
    """A function that computes ``lines`` over and over: what can be looked up once is."""
    steps = [
        (
            line.result,
            line.op.forward,
            line.args,
            any(isinstance(arg, Value | Size) for arg in line.args),
            line.params,
            any(True for _ in line.measures()),
        )
        for line in lines
    ]

    def compute_all(numbers: dict[Value, Array]) -> None:
        with np.errstate(all="ignore"):
            for result, forward, args, reads, params, measures in steps:
                given = (
                    [
                        numbers[a] if type(a) is Value else resolve(a, numbers)
                        for a in args
                    ]
                    if reads
                    else args
                )
                options = params
                if measures:
                    options = {
                        key: substitute(p, lambda size: measure(size, numbers))
                        for key, p in params.items()
                    }
                numbers[result] = forward(*given, **options)

    return compute_all


def compute(line: Line, numbers: MutableMapping[Value, Array]) -> bool:
    """Compute a line; what cannot be computed on this data set is left out."""
    try:
        args = [resolve(arg, numbers) for arg in line.args]
        params = {
            key: substitute(param, lambda size: measure(size, numbers))
            for key, param in line.params.items()
        }
        with np.errstate(all="ignore"):
            numbers[line.result] = np.asarray(line.op.forward(*args, **params))
    except Exception:  # noqa: BLE001 - whatever NumPy raises at shapes that do not fit
        numbers.pop(line.result, None)
        return False
    return True
