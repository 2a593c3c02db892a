"""The roles of a recording's values, with a confidence that is said."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from chainrule import ops
from chainrule.program import Line, ProgramError, Run, UsageError, Value
from chainrule.program.errors import nearest
from chainrule.program.names import free_name
from chainrule.roles.by_hand import with_gradient_by_hand
from chainrule.roles.candidate import DESCENDS, Candidate, Step, is_called_loss
from chainrule.roles.forward_only import learnt
from chainrule.roles.history import History
from chainrule.roles.implied import Implied, implied_loss
from chainrule.roles.kinds import Meetings, kind_of
from chainrule.roles.losses import candidates, the_end
from chainrule.roles.names import meaning, stem
from chainrule.roles.numbering import renumber
from chainrule.roles.updates import Descent, descent
from chainrule.trace import Recording
from chainrule.trace.events import Objective
from chainrule.trace.rolling import rolled
from chainrule.trace.slice import cut, severed
from chainrule.verify import lost

FEW = 6
"""Steps of fewer numbers than this may follow a gradient by chance."""
SURE = 1.0
"""A loss leads clearly where the next candidate is this far behind."""


@dataclass(frozen=True, slots=True)
class RoleReport:
    """Which value is the loss, which are learnt, and what the others are, by their names.

    ``run`` is the forward pass from them to the loss; ``recorded`` everything, with the lines of a loss that the
    script never computes if ``implied_loss`` says in words which one its steps descend. ``starts`` are the numbers that
    stand in ``run`` as they are, ``met`` says after how many lines something recorded was met first, ``inside`` where in a
    list or dict that was asked for by its name a value stands.
    """

    run: Run
    recorded: Run
    loss: Value
    loss_name: str | None
    parameters: tuple[Value, ...]
    roles: Mapping[str, str]
    learning_rate: float | None = None
    optimizer: str | None = None
    implied_loss: str | None = None
    confidence: Literal["high", "low"] = "high"
    messages: tuple[str, ...] = ()
    steps: tuple[Step, ...] = field(default=(), repr=False)
    starts: frozenset[Value] = field(default=frozenset(), repr=False)
    met: Mapping[Value, int] = field(default_factory=dict, repr=False)
    inside: Mapping[Value, tuple[Hashable, ...]] = field(
        default_factory=dict, repr=False
    )
    beside: tuple[Value, ...] = field(default=(), repr=False)
    """What moves, too, as it was before the loss, where nothing that was followed leads from it to the loss."""
    words: Mapping[Value, str] = field(default_factory=dict, repr=False)
    """What the reader calls a value: the name of what held it first."""

    def rolled(self) -> Run:
        """The forward pass of a script with its loops found again, as far as its turns fit into one body."""
        # before it is cut: a first turn that no parameter moves would else be no turn any more
        whole = severed(self.recorded, self.loss, self.parameters)
        lines = enumerate(self.recorded.program.lines)
        met = {**self.met, **{line.result: place for place, line in lines}}
        found = rolled(whole, self.parameters, met)
        starts = set(map(found.of, self.starts)) & set(found.run.program.inputs)
        # a sum of floats that begins at the whole number 0
        starts |= {
            item.result
            for item in found.run.program.items
            if isinstance(item, Line)
            and item.op is ops.astype
            and starts.issuperset(item.reads())
        }
        run = cut(found.run, found.of(self.loss), self.parameters, starts)
        new = [one for one in self.words if found.of(one) is not one]
        words = {found.of(one): self.words[one] for one in new}
        renumber(run.program, found.of(self.loss), words)
        return run


def roles_of(
    recording: Recording, *, loss: str | None = None, wrt: Sequence[str] | None = None
) -> RoleReport:
    """The roles of the values of a recording; ``loss`` and ``wrt`` are names that somebody has given.

    Raises:
        ProgramError: E325 where there is no single float that could be the loss, or none of the name given.
        UsageError: E327 for a name in ``wrt`` that no value has.
    """
    return _Reading(History(recording), loss, wrt).roles()


class _Reading:
    """One look at a recording."""

    def __init__(
        self, history: History, loss: str | None, wrt: Sequence[str] | None
    ) -> None:
        self.history = history
        self.asked = loss
        self.wrt = wrt
        self.messages: list[str] = []
        self.fixed: list[str] = []
        self.inside: dict[Value, tuple[Hashable, ...]] = {}
        self.minimised: Value | None = None
        self.sure = True

    def roles(self) -> RoleReport:
        told = self._minimised()
        if told is not None:
            return told
        found = candidates(self.history, self.asked)
        if self.asked is not None and not found:
            raise self._no_loss_called(self.asked)
        chosen = found[0] if found else None
        if self.asked is None and self._is_doubtful(chosen):
            own = chosen is not None and chosen.steps and not chosen.feeds
            made = implied_loss(self.history, held_too=not own)
            # an error of one sample descends as its square does, but its steps would not change with it
            least = 0.0 if chosen is None else (chosen.cosine or 0)
            least += -1e-9 if chosen is not None and chosen.feeds else 0.05
            if made is not None and made.cosine > least:
                return self._implied(made)
        unexplained = self._unexplained(chosen)
        if chosen is None or unexplained:
            end = the_end(self.history)
            if end is None:
                raise self._no_loss(unexplained)
            # names are given anew on the way of a formula, and nothing is stepped
            self.history.moving = {}
            found = [end, *(one for one in found if one.value is not end.value)]
            chosen = end
        if chosen.value in self.history.returned:
            raise lost(self.history.escapes_before(chosen.value))
        self._compare(found)
        return self._told(self.history.run, chosen.value, chosen.name, chosen, None)

    def _minimised(self) -> RoleReport | None:
        """What a minimiser says: the function that it is given is the loss, and what it moves is learnt."""
        met = {
            event.name: event
            for event in reversed(self.history.recording.events)
            if isinstance(event, Objective)
            and self.asked in (None, event.value.name)
            and (self.wrt is None or event.start.name in self.wrt)
        }
        if not met:
            return None
        first, *others = reversed(met.values())
        self.minimised = first.start
        if others:
            self.sure = False
            also = " or ".join(str(one.value.name) for one in others)
            self.messages.append(
                f"taken as the loss: {first.name}, minimised first (it could be {also}): --loss NAME"
            )
        found = Candidate(first.value, None, ())
        return self._told(self.history.run, found.value, first.value.name, found, None)

    def _unexplained(self, chosen: Candidate | None) -> str:
        """What moves in steps that no number computed here explains, where the loss is called so by nothing either."""
        if chosen is not None and (
            chosen.steps or chosen.score > 0 or self.asked is not None
        ):
            return ""
        behind = frozenset() if chosen is None else self.history.behind(chosen.value)
        names = [
            one.name
            for one in self.history.moving
            if not behind.issuperset(one.versions)
        ]
        return ", ".join(dict.fromkeys(names))

    def _is_doubtful(self, chosen: Candidate | None) -> bool:
        """Whether the script may have no loss of its own, though it takes steps."""
        if not self.history.moving or (chosen is not None and is_called_loss(chosen)):
            return False
        if chosen is None or not chosen.steps:
            return True
        return (chosen.cosine or 0) < DESCENDS or chosen.feeds

    def _implied(self, made: Implied) -> RoleReport:
        self.messages.append(
            f"the script computes no loss; its steps descend {made.words}, which is taken"
        )
        self.history.run = made.run
        return self._told(made.run, made.loss, None, made, made.words)

    def _compare(self, found: Sequence[Candidate]) -> None:
        """How sure the choice of the loss is."""
        if self.asked is not None:
            return
        chosen, *others = found
        rivals = [
            one
            for one in others
            if one.score > chosen.score - SURE
            and meaning(one.name or "") in ("loss", None)
            and chosen.value not in self.history.behind(one.value)
        ]
        named = meaning(chosen.name or "") == "loss"
        descends = chosen.cosine is not None and chosen.cosine >= DESCENDS
        behind = self.history.behind(chosen.value)
        # what is only added up, or handed on, on the way to the loss is no training
        if any(not behind.issuperset(one.versions) for one in self.history.moving):
            clear = descends and not (rivals and not named)
        else:
            clear = named and not any(
                meaning(one.name or "") == "loss" for one in rivals
            )
        if clear:
            return
        self.sure = False
        names = dict.fromkeys(one.name for one in others if one.name != chosen.name)
        near = [name for name in names if name][:3]
        also = f" (it could be {' or '.join(near)})" if near else ""
        self.messages.append(
            f"taken as the loss: {chosen.name or 'a value without a name'}{also}: --loss NAME"
        )

    def _told(
        self,
        recorded: Run,
        loss: Value,
        name: str | None,
        found: Candidate | Implied,
        implied: str | None,
    ) -> RoleReport:
        steps = found.steps
        how = descent(self.history, steps, found.gradients)
        parameters = self._parameters(loss, steps)
        self._christen(parameters, steps)
        starts = self._starts(loss, parameters)
        run = cut(recorded, loss, parameters, starts)
        words = {value: one.name for value, one in self.history.own.items()}
        renumber(run.program, loss, words, recorded.program.values())
        roles = self._roles(run, parameters, steps, how)
        return RoleReport(
            run,
            recorded,
            loss,
            name if implied is None else None,
            tuple(parameters),
            roles,
            how.rate if how is not None else None,
            how.optimizer if how is not None else None,
            implied,
            "high" if self.sure else "low",
            tuple(self.messages),
            steps,
            frozenset(starts),
            self.history.recording.met,
            self.inside,
            () if self.wrt is not None else tuple(self._beside(loss)),
            words,
        )

    def _christen(self, parameters: Sequence[Value], steps: Sequence[Step]) -> None:
        """A parameter that was computed and never bound to a name is called as its variable is."""
        taken = set(self.history.run.program.named())
        called = {step.value: step.variable.name for step in steps}
        for value in parameters:
            if value.name is None:
                name = free_name(called.get(value, "parameter"), taken)
                taken.add(name)
                value.christen(name)

    def _beside(self, loss: Value) -> Iterator[Value]:
        """What moves and does not lead to the loss: the last version of each that was there before it."""
        behind, until = self.history.behind(loss), self.history.before(loss)
        for variable in self.history.moving:
            if behind.isdisjoint(variable.versions):
                there = [v for v in variable.versions if self.history.before(v) < until]
                yield from there[-1:]

    def _starts(self, loss: Value, parameters: Sequence[Value]) -> set[Value]:
        """The plain numbers at which a sum begins that goes on to the loss: ``total = 0.0``, or ``total = 0``."""
        firsts = (
            (variable.versions[0], variable.versions[1].differentiable)
            for variable in self.history.variables
            if len(variable.versions) > 1
        )
        return {
            value
            for value, goes_on in firsts
            if (value.weak or (goes_on and value.dtype.kind == "i" and not value.shape))
            and value not in self.history.producer
            and value not in parameters
            and value is not loss
        }

    def _parameters(self, loss: Value, steps: tuple[Step, ...]) -> list[Value]:
        order = {value: i for i, value in enumerate(self.history.run.program.values())}
        if self.wrt is not None:
            return [one for name in self.wrt for one in self._called(name, loss)]
        if self.minimised is not None:
            return [self.minimised]
        given = self.history.sources(loss)
        stepped = dict.fromkeys(step.value for step in steps)
        # what a parameter was before is no other parameter
        before = {one for value in stepped for one in self.history.behind(value)}
        ours = [value for value in given if value not in before]
        near = self._no_labels(loss, ours, [*stepped]) if steps else ours
        by_hand = with_gradient_by_hand(self.history, loss, near)
        if steps:
            self._say_what_is_small(steps)
            rest = [one for one in ours if one not in by_hand]
            left_out = self._left_out_of_an_example(loss, steps, rest)
            self._say_what_stays([one for one in rest if one not in left_out])
            return sorted([*stepped, *by_hand, *left_out], key=order.__getitem__)
        lines = self._lines(loss)
        scores = learnt(self.history, lines, given)
        scores |= {value: 2.0 for value in by_hand if value not in scores}
        if not scores:
            raise ProgramError(
                "E325",
                f"{loss.name or 'the loss'} does not depend on any float that could be learnt",
                hint="name what is to be learnt: --wrt NAMES",
            )
        weak = [value.name for value, score in scores.items() if score < 1]
        if weak and len(weak) < len(scores):
            self.sure = False
            self._unsure([name or "?" for name in weak])
        elif weak and not any(meaning(name or "") == "weight" for name in weak):
            self.sure = False
            self.messages.append(
                f"taken as learnt: {', '.join(name or '?' for name in weak)}: --wrt NAMES"
            )
        return sorted(scores, key=order.__getitem__)

    def _say_what_is_small(self, steps: Sequence[Step]) -> None:
        """A few numbers go down a slope by chance, as the state of a simulation does: unsure, unless a name says weight."""
        entries = sum(int(np.prod(step.value.shape)) for step in steps)
        names = [
            step.variable.name
            for step in steps
            if meaning(step.variable.name) != "weight"
            and (entries < FEW or not step.value.shape)
        ]
        if names:
            self.sure = False
            self._unsure(names)

    def _unsure(self, names: Sequence[str]) -> None:
        self.messages.append(
            f"taken as learnt, which is a guess: {', '.join(names)}: --wrt NAMES"
        )

    def _no_labels(
        self, loss: Value, given: Sequence[Value], learnt: Sequence[Value]
    ) -> list[Value]:
        """Without what meets the prediction: the gradient of that has the direction of a label's."""
        meetings = Meetings(self.history, self._lines(loss), learnt)
        return [one for one in given if kind_of(self.history, meetings, one) != "label"]

    def _left_out_of_an_example(
        self, loss: Value, steps: Sequence[Step], given: Sequence[Value]
    ) -> list[Value]:
        """The numbers that an example does not step, though it steps one of them once: w1 of the weights w1, w2, ..."""
        line = self.history.producer.get(loss)
        times = sum(
            other.op is line.op and other.places == line.places
            for other in self.history.lines
            if line is not None
        )
        weights = [
            value
            for value in given
            if value.differentiable
            and not value.shape
            and meaning(value.name or "") == "weight"
        ]
        stepped = {stem(step.variable.name) for step in steps}
        if times > 1 or not any(stem(v.name or "") in stepped for v in weights):
            return []
        self.sure = False
        names = ", ".join(str(value.name) for value in weights)
        self.messages.append(
            f"taken as learnt, as the others of their kind: {names}: --wrt NAMES"
        )
        return weights

    def _say_what_stays(self, given: Sequence[Value]) -> None:
        """Weights beside those that move may have been left out on purpose, or in an example that shows one step."""
        self.fixed = [
            value.name
            for value in given
            if value.differentiable and value.name and meaning(value.name) == "weight"
        ]
        if self.fixed:
            self.sure = False
            self.messages.append(
                f"taken as fixed, for nothing moves {'it' if len(self.fixed) == 1 else 'them'}: "
                f"{', '.join(self.fixed)}: --wrt NAMES"
            )

    def _lines(self, loss: Value) -> list[Line]:
        behind = self.history.behind(loss)
        return [line for line in self.history.lines if line.result in behind]

    def _called(self, name: str, loss: Value) -> list[Value]:
        """The value of a name as the loss reads it; of a list or a dict, what is in it."""
        behind = self.history.behind(loss)
        exact = self.history.run.program.named().get(name)
        if exact is not None and exact in behind:
            return [exact]
        held = [one for one in self.history.variables if one.name == name]
        for variable in held:
            read = [value for value in variable.versions if value in behind]
            if read:
                return read[:1]
        if held:
            return [held[0].versions[0]]
        if exact is not None:
            return [exact]
        inside = {
            one.versions[0]: path
            for one in self.history.variables
            if len(path := one.slot.path()) > 1 and path[0] == name
            if one.versions[0] in behind and one.versions[0].differentiable
        }
        self.inside |= inside
        if inside:
            return [*inside]
        names = list(dict.fromkeys(one.name for one in self.history.variables))
        raise UsageError(
            "E327",
            f"no value is called {name!r}",
            detail=f"names seen: {', '.join(names)}",
            hint=nearest(name, names),
        )

    def _roles(
        self,
        run: Run,
        parameters: Sequence[Value],
        steps: tuple[Step, ...],
        how: Descent | None,
    ) -> dict[str, str]:
        roles: dict[str, str] = {}
        names = {step.value: step.variable.name for step in steps}
        for value in parameters:
            roles[names.get(value, value.name or "")] = "parameter"
        roles |= dict.fromkeys(self.fixed, "frozen")
        program = run.program
        behind = set(program.values())
        meetings = Meetings(self.history, program.lines, parameters)
        for value in self._given(run):
            if value in parameters or not value.name:
                continue
            roles.setdefault(value.name, self._role(value, meetings))
        if how is not None:
            self._update_roles(roles, steps, how, behind)
        return roles

    def _given(self, run: Run) -> Iterable[Value]:
        """Everything the forward pass starts from, through data that it prepares."""
        seen: dict[Value, None] = {}
        ahead = deque(run.program.inputs)
        while ahead:
            value = ahead.popleft()
            line = self.history.producer.get(value)
            reads = list(line.reads()) if line is not None else []
            if value.name is not None or not reads:
                seen[value] = None
            else:
                ahead += reads
        for line in run.program.lines:
            if not any(True for _ in line.reads()) and line.result.name:
                seen[line.result] = None
        return seen

    def _role(self, value: Value, meetings: Meetings) -> str:
        line = self.history.producer.get(value)
        if line is not None and line.op is ops.setitem:
            return "buffer"
        if self._is_state(value, meetings):
            return "state"
        kind = kind_of(self.history, meetings, value)
        weight = kind == "data" and meaning(value.name or "") == "weight"
        if weight and self.history.moving and value.differentiable:
            return "frozen"
        return kind

    def _is_state(self, value: Value, meetings: Meetings) -> bool:
        """Whether a value is carried on: the start of a variable that goes on in the forward pass, or called so."""
        for later in self.history.turns_into(value):
            if later in meetings.moved and later.shape == value.shape:
                return True
        if meaning(value.name or "") == "state":
            return bool(meetings.of(value))
        return False

    def _update_roles(
        self,
        roles: dict[str, str],
        steps: tuple[Step, ...],
        how: Descent,
        behind: set[Value],
    ) -> None:
        for value in how.state:
            if value.name and value not in behind:
                roles.setdefault(value.name, "optimizer")
        if how.rate_value is not None and how.rate_value.name:
            roles[how.rate_value.name] = "setting"
        for step in steps:
            for value in self.history.behind(step.after):
                if (
                    value.name
                    and value not in self.history.producer
                    and value not in behind
                    and self.history.number(value).size == 1
                ):
                    roles.setdefault(value.name, "setting")

    # refusals

    def _no_loss_called(self, name: str) -> ProgramError:
        names = [one.name for one in self.history.singles()]
        return ProgramError(
            "E325",
            f"no single number is called {name!r}",
            detail=f"single numbers seen: {', '.join(names) or 'none'}",
            hint=nearest(name, names),
        )

    def _no_loss(self, moved: str) -> ProgramError:
        for one in reversed(self.history.variables):
            last = one.versions[-1]
            said = len(one.slot.name) > 1 and meaning(one.slot.name) == "loss"
            if said and last.differentiable and last.shape:
                name = one.slot.name
                return ProgramError(
                    "E323",
                    f"{name} has the shape {last.shape}, and a loss is a single number",
                    hint=f"add it up: np.sum({name}), or np.mean({name})",
                )
        told = "no single float is computed, and nothing is updated"
        if moved:
            told = f"no number computed here explains the steps of {moved}"
        return ProgramError(
            "E325",
            f"no loss was found: {told}",
            hint="assign the loss to a name, as loss = ..., or name it: --loss NAME",
        )
