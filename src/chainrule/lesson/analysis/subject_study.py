"""What a lesson is about, worked out once: both derivations, every update step, the numbers before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from chainrule.derive import Derived, backward, fuse, recognise
from chainrule.lesson.analysis.nameless import christen
from chainrule.lesson.analysis.sums import as_sums
from chainrule.lesson.analysis.told import Told
from chainrule.lesson.analysis.turn_writing import Untold
from chainrule.lesson.analysis.turns import told, told_forward
from chainrule.lesson.reading import Reading
from chainrule.nn import Optimizer
from chainrule.nn import optimizer as optimizer_of
from chainrule.program import Array, Program, Run, UsageError, Value, run
from chainrule.program.conversions import as_float
from chainrule.roles.names import meaning
from chainrule.trace.rolling import unrolled

USUAL_RATE = 0.1
"""The learning rate of plain gradient descent in a lesson."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of training: the parameters, the loss they give, its gradients, and what the optimizer remembers."""

    parameters: Mapping[str, Array]
    loss: float
    state: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Study:
    """One step of learning, taken apart.

    ``written`` is the program as the reader wrote it, ``literal`` the chain rule on it factor by factor (with
    written-out forms recognised), ``textbook`` the same with links that cancel taken in one. ``moments`` are the
    parameters and losses before the first step, after it, and so on. ``christened`` are the names that values
    got for the telling only. ``reading`` says what was taken as what. What repeats is told in one turn of it; ``source``
    is the textbook derivation as it runs, with its loops, and ``given`` the program as it was read, with them.
    """

    given: Run
    written: Run
    literal: Told
    textbook: Told
    source: Derived
    moments: tuple[Moment, ...]
    optimizer: Optimizer
    step: int
    christened: frozenset[str] = frozenset()
    reading: Reading = field(default_factory=Reading)

    @property
    def learning_rate(self) -> float:
        """How far a step goes."""
        return self.optimizer.learning_rate

    @property
    def loss_name(self) -> str:
        """What the reader calls the loss."""
        return self.literal.loss.name or "loss"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of what is learnt."""
        return tuple(value.name or "" for value in self.literal.wrt)

    @property
    def loss(self) -> float:
        """The loss before this step."""
        return self.moments[self.step - 1].loss

    @property
    def loss_after(self) -> float:
        """The loss after this step."""
        return self.moments[self.step].loss

    @property
    def updated(self) -> Mapping[str, Array]:
        """The parameters after this step."""
        return self.moments[self.step].parameters

    @cached_property
    def values(self) -> dict[str, Array]:
        """Every named value of the forward pass, inputs first."""
        forward = self.literal.forward
        return {
            name: forward.numbers[value]
            for name, value in forward.program.named().items()
        }

    @cached_property
    def gradients(self) -> dict[str, Array]:
        """The gradient of every named value on the way from the parameters to the loss."""
        return {
            value.name: _numbers(self.literal, gradient)
            for value, gradient in self.literal.gradients.items()
            if value.name is not None
            and value is not self.literal.loss
            and gradient in self.literal.run.numbers
        } | {name: self.textbook.gradient(name) + 0 for name in self.parameters}

    def loss_with(self, name: str, entry: tuple[int, ...], change: float) -> float:
        """The loss measured with one entry of a parameter moved by ``change``."""
        forward = self.source.forward
        program = forward.program
        numbers: dict[Value, Any] = {v: forward.numbers[v] for v in program.inputs}
        before = numbers[program.named()[name]]
        nudge = np.zeros(before.shape, before.dtype)
        nudge[entry] = change
        moved = before + nudge
        numbers[program.named()[name]] = moved
        return _number(
            run(program.pruned([self.source.loss]), numbers)[self.source.loss]
        )


def _numbers(derived: Derived, gradient: Value) -> Array:
    # adding 0 turns -0.0, which a mask leaves behind, into 0.0
    return derived.run.numbers[gradient] + np.zeros(
        (), derived.run.numbers[gradient].dtype
    )


def _number(array: Array) -> float:
    return as_float(array)


def study(
    written: Run,
    *,
    loss: Value | str | None = None,
    wrt: Sequence[Value | str] | None = None,
    optimizer: str | Optimizer | None = None,
    learning_rate: float | None = None,
    steps: int = 1,
    step: int = 1,
    reading: Reading | None = None,
) -> Study:
    """Work out a lesson on ``written``: both derivations at the chosen step, and ``steps`` updates.

    Without an ``optimizer`` it is plain gradient descent, with the learning rate 0.1 where none is given.

    Raises:
        UsageError: E411 for a step that is not taken, E327 for a name that does not exist.
    """
    if not 1 <= step <= steps:
        raise UsageError(
            "E411",
            f"step {step} is not among the {steps} taken",
            hint=f"ask for steps={step}, or choose a step from 1 to {steps}",
        )
    written, names, derivations = _tellable(_ending_in(written, loss), wrt)
    rate = USUAL_RATE if optimizer is None else None
    chosen = optimizer_of(
        optimizer or "sgd", rate if learning_rate is None else learning_rate
    )
    moments = tuple(_moments(derivations.source, chosen, steps))
    if step > 1:
        written = _moved(written, moments[step - 1].parameters)
        derivations = _derivations(written, names)
    loss_name = derivations.literal.loss.name
    return Study(
        written,
        derivations.written,
        derivations.literal,
        derivations.textbook,
        derivations.source,
        moments,
        chosen,
        step,
        derivations.christened,
        reading or Reading(dict.fromkeys(names, "parameter"), loss_name),
    )


def _tellable(
    written: Run, wrt: Sequence[Value | str] | None
) -> tuple[Run, tuple[str, ...], _Derivations]:
    """``written`` and its derivations; every turn of its loops by itself where one turn cannot tell them."""
    written = as_sums(written)
    names = _names(written, wrt)
    try:
        return written, names, _derivations(written, names)
    except Untold:
        program = unrolled(written.program)
        given = {one: written.numbers[one] for one in program.inputs}
        flat = run(program, given)
        return flat, names, _derivations(flat, names)


class _Derivations(NamedTuple):
    """The program as it is told, the chain rule on it factor by factor and in one, and the latter with its loops."""

    written: Run
    literal: Told
    textbook: Told
    source: Derived
    christened: frozenset[str]


def _derivations(written: Run, names: Sequence[str]) -> _Derivations:
    """What a lesson tells of ``written``.

    Raises:
        Untold: where one turn of a loop cannot tell them all.
    """
    recognised = recognise(written)
    named = recognised.program.named()
    christened = christen(recognised.program, [named[name] for name in names])
    source = literal = _derived(recognised, names)
    textbook = as_written = told(literal)
    fused = fuse(recognised)
    before, after = (one.program.every_line() for one in (recognised, fused))
    if [line.op for line in before] != [line.op for line in after]:
        source = _derived(fused, names)
        textbook = told(source)
    return _Derivations(
        told_forward(written), as_written, textbook, source, frozenset(christened)
    )


def _ending_in(written: Run, loss: Value | str | None) -> Run:
    """The run with the loss as its one output."""
    program = written.program
    if loss is None:
        chosen = program.outputs[0]
    elif isinstance(loss, str):
        chosen = _named(program, loss)
    else:
        chosen = loss
    if chosen.name is None:
        chosen.christen("loss" if "loss" not in program.named() else "total_loss")
    return Run(
        Program(program.inputs, program.items, (chosen,), program.name), written.numbers
    )


def _named(program: Program, name: str) -> Value:
    named = program.named()
    if name not in named:
        seen = ", ".join(named)
        raise UsageError(
            "E327", f"no value is called {name!r}", detail=f"names seen: {seen}"
        )
    return named[name]


def _names(written: Run, wrt: Sequence[Value | str] | None) -> tuple[str, ...]:
    """The names of the parameters: those chosen, or every float whose name says that it is one, or nothing."""
    program = written.program
    if wrt is None:
        floats = [one for one in program.pruned().inputs if one.differentiable]
        wrt = [one for one in floats if _may_be_learnt(one)] or floats
    chosen = [_named(program, v) if isinstance(v, str) else v for v in wrt]
    return tuple(value.name or "" for value in chosen)


def _may_be_learnt(value: Value) -> bool:
    said = meaning(value.name or "")
    # an array called beta is learnt, a number is set
    return said in ("weight", None) or (said == "setting" and value.shape != ())


def _derived(forward: Run, names: Sequence[str]) -> Derived:
    named = forward.program.named()
    return backward(
        forward, forward.program.outputs[0], [named[name] for name in names]
    )


def _moved(written: Run, parameters: Mapping[str, Array]) -> Run:
    """The same program with other parameters."""
    program = written.program
    numbers: dict[Value, Any] = {
        value: written.numbers[value] for value in program.inputs
    }
    named = program.named()
    numbers |= {named[name]: array for name, array in parameters.items()}
    return run(program, numbers)


def _moments(derived: Derived, optimizer: Optimizer, steps: int) -> Iterator[Moment]:
    """Every moment of training: all parameters move at once, each by its gradient."""
    program = derived.run.program
    inputs: dict[Value, Any] = {v: derived.run.numbers[v] for v in program.inputs}
    state = optimizer.start({v.name or "": inputs[v] for v in derived.wrt})
    now = derived.run
    # after the last step only the loss is asked
    ahead = program.pruned(program.outputs[:1])
    for t in range(1, steps + 1):
        loss, *gradients = (now.numbers[value] for value in program.outputs)
        slopes = {
            value.name or "": gradient
            for value, gradient in zip(derived.wrt, gradients, strict=True)
        }
        yield replace(_moment(derived, inputs, loss, state), gradients=slopes)
        new: dict[str, Any] = {}
        for value in derived.wrt:
            name = value.name or ""
            gradient = slopes[name]
            rate = np.asarray(optimizer.learning_rate, gradient.dtype)
            new |= optimizer.update(
                name, inputs[value], gradient, state, t=t, learning_rate=rate
            )
            inputs[value] = new[name]
        state = {name: new[name] for name in state}
        now = run(program if t < steps else ahead, inputs)
    yield _moment(derived, inputs, now.numbers[program.outputs[0]], state)


def _moment(
    derived: Derived,
    inputs: Mapping[Value, Any],
    loss: Array,
    state: Mapping[str, Array],
) -> Moment:
    parameters = {value.name or "": inputs[value] for value in derived.wrt}
    return Moment(parameters, _number(loss), dict(state))
