"""What a user points at (a script, a function, a network in words) becomes a run, its loss, its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.derive import Derived, backward, fuse, recognise
from chainrule.program import (
    Array,
    CannotTrace,
    Program,
    ProgramError,
    Run,
    Value,
)
from chainrule.program.rewritten import results_of
from chainrule.roles import RoleReport, roles_of, roles_of_call
from chainrule.trace import FunctionReading, ScriptReading, read_function, record_script
from chainrule.trace.events import TEXT, Escape, Objective
from chainrule.trace.fixed import what_is_fixed
from chainrule.trace.limits import Limits
from chainrule.trace.recording import Recording
from chainrule.trace.rolling import rolled
from chainrule.trace.trees import mapped, nested
from chainrule.verify import Again, on_the_way, refuse_still, unmeasured, verify

if TYPE_CHECKING:
    from chainrule.nn import Described, Optimizer
    from chainrule.why import Answer


@dataclass(frozen=True, slots=True)
class Target:
    """A forward program with its numbers, whose one output is the loss, and what is to be learnt.

    ``report`` are the roles of its values. ``doubts`` are the numbers that left the program on their way to the loss;
    with them, :meth:`derived` runs the user's own code ``again`` and refuses what does not agree. ``call`` is the
    function that was read, if it was one, and ``described`` the network, if it is one in words or a trained one.
    ``beside`` is what moves, too, and left the program: nothing that was followed leads from it to the loss.
    """

    run: Run
    loss: Value
    parameters: tuple[Value, ...]
    report: RoleReport
    file: str = ""
    doubts: tuple[Escape, ...] = ()
    again: Again | None = None
    call: FunctionReading | None = None
    described: Described | None = None
    recording: Recording | None = None
    beside: tuple[Value, ...] = ()

    def fixed(self, program: Program) -> tuple[str, ...]:
        """What ``program``, made of this target, holds of the one run that was read: other numbers may have it otherwise."""
        if self.recording is None or self.described is not None:
            return ()
        loss = self.report.loss if self.call is None else None
        return what_is_fixed(self.recording, program, self.run.program.inputs, loss)

    @property
    def has_matrices(self) -> bool:
        """Whether matrices of NumPy's were met as it was read."""
        return self.recording is not None and self.recording.has_matrices

    @property
    def branches(self) -> Run | None:
        """What the branches on the way to the loss hung on, as outputs of a run; None where there are none."""
        recording = self.recording
        if recording is None:
            return None
        lines = list(recording.program.every_line())
        places = {line.result: n for n, line in enumerate(lines)}
        end = places.get(self.report.loss, len(places))
        hung = [one.value for one in recording.guards() if one.n_lines <= end]
        if not hung:
            return None
        # from the lesson's own numbers on, though the script made them of others
        starts = self.run.program.inputs
        items = (
            item
            for item in recording.program.items
            if not {*starts} & {*results_of(item)}
        )
        inputs = dict.fromkeys((*recording.program.inputs, *starts))
        program = Program((*inputs,), (*items,), (*hung,)).pruned()
        return Run(program, recording.run.numbers)

    def derived(self, *, unroll: bool = False) -> Derived:
        """The textbook derivation: written-out forms recognised, links that cancel taken in one.

        What repeats is a loop, unless ``unroll`` asks for every turn by itself.

        Raises:
            CannotTrace: E304 where a gradient was lost on the way.
            ProgramError: E306 where the loss does not move with what is learnt.
        """
        run = fuse(recognise(self.run if unroll else self._rolled()))
        named = run.program.named()
        targets = [named[value.name or ""] for value in self.parameters]
        derived = backward(run, run.program.outputs[0], targets)
        gradients = {
            value: derived.gradient(target)
            for value, target in zip(self.parameters, targets, strict=True)
        }
        told_only = all(one.how == TEXT for one in self.doubts)
        if self.doubts and self.again is None and not told_only:
            raise unmeasured(self.doubts)
        if self.again is not None and (self.doubts or self._has_unused()):
            # what moves and was not found to lead to the loss has a gradient of nothing but zeros, or was lost
            numbers = self.report.recorded.numbers if self.beside else self.run.numbers
            still = {value: np.zeros_like(numbers[value]) for value in self.beside}
            try:
                verify(gradients | still, numbers, self.again, self.doubts)
            except CannotTrace as lost:
                raise (self.call and self.call.foreign()) or lost from None
        elif not _reached(self.run, self.loss, self.parameters):
            raise refuse_still(
                self.report.loss_name or "the loss",
                [value.name or "" for value in self.parameters],
            )
        return derived

    def _has_unused(self) -> bool:
        """Whether the loss of a function is not seen to use one of its parameters: that costs one look to be sure."""
        needed = set(self.run.program.pruned([self.loss]).values())
        unused = [value for value in self.parameters if value not in needed]
        return self.call is not None and 0 < len(unused) < len(self.parameters)

    def rate(self, asked: float | None, optimizer: object = None) -> float | None:
        """How far a step of plain gradient descent goes: as asked, else as the script goes; None where it does not."""
        own = self.report.learning_rate if optimizer is None else None
        return own if asked is None and own and np.isfinite(own) else asked

    def taught(
        self, optimizer: str | Optimizer | None, learning_rate: float | None
    ) -> tuple[str | Optimizer | None, float | None]:
        """The optimizer and the rate of a step: as asked, else those that a network was trained with, else a script's."""
        trained = self.described and self.described.optimizer
        if trained and optimizer is None and learning_rate is None:
            return trained, None
        return optimizer, self.rate(learning_rate, optimizer)

    def told(self, *, unroll: bool = False) -> Target:
        """This target as a lesson tells it: what repeats is a loop, unless ``unroll`` asks for every turn by itself."""
        run = self.run if unroll else self._rolled()
        named = run.program.named()
        parameters = tuple(named[value.name or ""] for value in self.parameters)
        return replace(
            self, run=run, loss=run.program.outputs[0], parameters=parameters
        )

    def _rolled(self) -> Run:
        """The program with its loops found again, where all that is to be learnt stands before them."""
        if self.call is None:
            found = self.report.rolled
        else:
            found = rolled(self.run, self.parameters, self.call.recording.met).run
        return found if set(self.parameters) <= set(found.program.inputs) else self.run

    def why(self, asked: str) -> Answer:
        """Where an entry of a gradient or of a value comes from: a zero, a NaN, a tiny or a huge number.

        Raises:
            UsageError: E327 for a name that does not exist, E411 for an index that does not.
        """
        from chainrule.why import why

        whole = self.report.recorded
        # with the lines that prepare the data: what is no number may have become so there
        near = Run(whole.program.pruned([self.loss]), whole.numbers)
        there = self.loss in whole.numbers and set(self.parameters) <= {
            *near.program.values()
        }
        return why(
            near if there else self.run,
            asked,
            loss=self.loss,
            parameters=self.parameters,
            roles=self.report.roles,
            whole=whole if there else None,
            learning_rate=self.report.learning_rate,
        )

    def faithful(self) -> Target:
        """This target, where its program is all that the loss depends on.

        Raises:
            CannotTrace: E304 where a gradient was lost on the way.
            ProgramError: E306 where the loss does not move with what is learnt.
        """
        if self.doubts or not _reached(self.run, self.loss, self.parameters):
            self.derived()
        return self

    def gradients(self) -> dict[str, Any]:
        """The gradients of what is learnt, by name; of an argument that is a structure, in that structure.

        So are those of a script's list or dict that was asked for; what it holds beside them is left out.
        """
        derived = self.derived()
        # an array of its own for each: what one caller changes no other sees
        flat = {
            value: np.array(derived.gradient(target))
            for value, target in zip(self.parameters, derived.wrt, strict=True)
        }
        places = {one.value: one for one in (self.call.known if self.call else ())}
        inside = self.report.inside
        found: dict[str, Any] = (
            nested({path: flat[value] for value, path in inside.items()})
            if inside
            else {}
        )
        for value in self.parameters:
            place = places.get(value)
            if value in inside:
                continue
            if self.call is None or place is None or not self._is_whole(place.argument):
                found[value.name or ""] = flat[value]
            elif place.argument not in found:
                found[place.argument] = self._structured(place.argument, flat)
        return found

    def _is_whole(self, argument: str) -> bool:
        """Whether all floats of an argument are learnt, which is given back as it was given."""
        parts = [
            one
            for one in (self.call.known if self.call else ())
            if one.argument == argument
        ]
        return all(
            one.value in self.parameters or not one.value.differentiable
            for one in parts
        ) and any(one.path for one in parts)

    def _structured(self, argument: str, flat: Mapping[Value, Array]) -> Any:
        """The gradients in the structure of an argument; None for what has none."""
        if self.call is None:
            return None
        at = {
            one.path: flat[one.value]
            for one in self.call.known
            if one.argument == argument and one.value in flat
        }
        return mapped(self.call.given[argument], lambda path, _: at.get(path))


def _reached(run: Run, loss: Value, parameters: Sequence[Value]) -> bool:
    """Whether the loss is computed from any of the parameters."""
    needed = set(run.program.pruned([loss]).values())
    return any(value in needed for value in parameters)


def from_script(
    path: str | Path,
    *,
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    follow_branches: bool = True,
) -> Target:
    """A plain NumPy script, run as it is."""
    reading = record_script(path, follow_branches=follow_branches)
    stopped = reading.recording.ended == "limit"
    report = None
    try:
        report = roles_of(reading.recording, loss=loss, wrt=wrt)
    except ProgramError as error:
        if not stopped:
            raise _of_a_part(error, reading) from None
    if report is None or (stopped and not _trains(reading, report)):
        # a forward pass may be longer than most trainings: it gets the time it needs
        reading = record_script(
            path, limits=Limits.patient(), follow_branches=follow_branches
        )
        try:
            report = roles_of(reading.recording, loss=loss, wrt=wrt)
        except ProgramError as error:
            raise _of_a_part(error, reading) from None
    escapes = list(reading.recording.escapes())
    doubts = on_the_way(report.recorded, escapes, report.parameters, report.loss)
    beside = [
        value
        for value in report.beside
        if value.differentiable and value in reading.passed
        if any(
            one.how != TEXT
            for one in on_the_way(report.recorded, escapes, [value], report.loss)
        )
    ]
    doubts += on_the_way(report.recorded, escapes, beside, report.loss)
    return Target(
        report.run,
        report.loss,
        report.parameters,
        report,
        reading.file,
        tuple(doubts),
        None if report.implied_loss else _script_again(reading, report),
        recording=reading.recording,
        beside=tuple(beside),
    )


def _of_a_part(error: ProgramError, reading: ScriptReading) -> ProgramError:
    """The error; where the script was not read to its end, it says that what is missed may come later."""
    recording = reading.recording
    lines = recording.program.lines
    error.detail = "\n".join(filter(None, (error.detail, reading.left)))
    if recording.ended == "limit" and lines:
        at = lines[-1].at
        where = f", in {at.describe()}" if at is not None else ""
        stopped = f"the reading stopped before the script's end, after {len(lines)} operations{where}"
        error.detail = "\n".join(filter(None, (error.detail, stopped)))
        error.hint = "let the script come to its loss sooner: with fewer steps before it, or smaller arrays"
    return error


def _trains(reading: ScriptReading, report: RoleReport) -> bool:
    """Whether a script was seen to train, so that what it does later it has done before."""
    events = reading.recording.events
    return bool(report.steps) or any(isinstance(one, Objective) for one in events)


def _script_again(reading: ScriptReading, report: RoleReport) -> Again | None:
    values = (*report.parameters, report.loss)
    if any(value not in reading.passed for value in values):
        return None

    def again(moved: Mapping[Value, Array]) -> Any:
        steps = {
            value: moved[value] - report.recorded.numbers[value] for value in moved
        }
        seen = reading.again(steps, report.loss)
        return None if seen is None or np.size(seen) != 1 else np.asarray(seen).item()

    return again


def from_described(
    described: Described, *, loss: str | None = None, wrt: Sequence[str] | None = None
) -> Target:
    """A network in words, or a trained one on some samples: its forward pass with its arrays."""
    names = list(wrt) if wrt else list(described.parameters)
    target = from_function(
        described.function, inputs=described.arrays, loss=loss, wrt=names
    )
    return replace(target, described=described)


def from_function(
    function: Callable[..., Any],
    args: Sequence[Any] = (),
    inputs: Mapping[str, Any] | None = None,
    *,
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    follow_branches: bool = True,
) -> Target:
    """A function, called once on the arrays given."""
    call = read_function(function, args, inputs, follow_branches=follow_branches)
    report = roles_of_call(call, loss=loss, wrt=wrt)
    escapes = list(call.recording.escapes())
    beside = [
        value
        for value in report.beside
        if on_the_way(call.run, escapes, [value], report.loss)
    ]
    doubts = on_the_way(call.run, escapes, [*report.parameters, *beside], report.loss)
    place = next(
        (i for i, (_, value) in enumerate(call.outputs) if value is report.loss), None
    )

    def again(moved: Mapping[Value, Array]) -> Any:
        if place is None:
            return None
        leaf = call.again(moved)[place]
        return None if np.size(leaf) != 1 else np.asarray(leaf).item()

    return Target(
        report.run,
        report.loss,
        report.parameters,
        report,
        doubts=tuple(doubts),
        again=again,
        call=call,
        recording=call.recording,
        beside=tuple(beside),
    )
