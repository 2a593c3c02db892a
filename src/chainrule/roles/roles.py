"""The roles of a recording's values, with a confidence that is said."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from chainrule.program import ProgramError, Value
from chainrule.program.errors import nearest
from chainrule.program.names import free_name
from chainrule.roles.candidate import (
    DESCENDS,
    Candidate,
    LearntParameter,
    is_called_loss,
)
from chainrule.roles.history import History
from chainrule.roles.implied import Implied, implied_loss
from chainrule.roles.losses import candidates, the_end
from chainrule.roles.names import meaning
from chainrule.roles.numbering import renumber
from chainrule.roles.others import others_of, settings_of
from chainrule.roles.parameters import Learnt, called
from chainrule.roles.report import RoleReport
from chainrule.roles.updates import descent
from chainrule.trace import Recording
from chainrule.trace.events import Objective
from chainrule.trace.slice import cut
from chainrule.verify import lost

SURE = 1.0
"""A loss leads clearly where the next candidate is this far behind."""


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
        self.doubts: list[str] = []
        self.minimised: Value | None = None

    def roles(self) -> RoleReport:
        told = self._minimised()
        if told is not None:
            return told
        found = self._first_what_is_asked(candidates(self.history, self.asked))
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
                self.history.run = made.run
                return self._told(made)
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
        return self._told(chosen)

    def _first_what_is_asked(self, found: list[Candidate]) -> list[Candidate]:
        """What reads all that somebody has asked gradients of, or is called a loss, before what does not."""
        if self.wrt is None or self.asked is not None:
            return found
        names, history = self.wrt, self.history

        def misses(one: Candidate) -> bool:
            behind = history.behind(one.value)
            return not is_called_loss(one) and any(
                behind.isdisjoint(called(history, name, one.value)) for name in names
            )

        return sorted(found, key=misses)

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
            self._doubt(
                f"{first.name}, minimised first", (one.value.name for one in others)
            )
        return self._told(Candidate(first.value, None, ()))

    def _doubt(self, chosen: str, others: Iterable[str | None]) -> None:
        also = " or ".join(map(str, others))
        also = f" (it could be {also})" if also else ""
        self.doubts.append(f"taken as the loss: {chosen}{also}: --loss NAME")

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
        if not clear:
            names = dict.fromkeys(one.name for one in others if one.name != chosen.name)
            near = [name for name in names if name][:3]
            self._doubt(chosen.name or "a value without a name", near)

    def _told(self, found: Candidate | Implied) -> RoleReport:
        if isinstance(found, Implied):
            loss, name, implied = found.loss, None, found.words
        else:
            loss, name, implied = found.value, found.name, None
        steps, recorded = found.steps, self.history.run
        how = descent(self.history, steps, found.gradients)
        frozen: list[str] = []
        inside: dict[Value, tuple[Hashable, ...]] = {}
        if self.wrt is not None:
            for one in self.wrt:
                inside |= called(self.history, one, loss)
            parameters = [*inside]
        elif self.minimised is not None:
            parameters = [self.minimised]
        else:
            learnt = Learnt(self.history, loss, steps)
            self.doubts += learnt.doubts
            parameters, frozen = learnt.values, learnt.fixed
        self._christen(parameters, steps)
        starts = self._starts(loss, parameters)
        run = cut(recorded, loss, parameters, starts)
        names = {step.value: step.variable.name for step in steps}
        words = {value: one.name for value, one in self.history.own.items()}
        # what a loop over the parameters calls each of them is no name of theirs
        words |= {one: name for one, name in names.items() if one in parameters}
        renumber(run.program, loss, words, recorded.program.values())
        roles = {names.get(v, v.name or ""): "parameter" for v in parameters}
        roles |= dict.fromkeys(frozen, "frozen")
        others = [*others_of(self.history, run, parameters)]
        if how is not None:
            others += settings_of(self.history, run, steps, how)
        for one, role in others:
            roles.setdefault(one, role)
        if how is not None and how.rate_value is not None and how.rate_value.name:
            roles[how.rate_value.name] = "setting"
        said = (
            "no loss is computed before the steps; they descend"
            f" {implied}, which is taken"
        )
        return RoleReport(
            run,
            recorded,
            loss,
            name,
            tuple(parameters),
            roles,
            how.rate if how is not None else None,
            how.optimizer if how is not None else None,
            implied,
            "low" if self.doubts else "high",
            (*([said] if implied else ()), *self.doubts),
            steps,
            frozenset(starts),
            self.history.recording.met,
            {value: path for value, path in inside.items() if path},
            () if self.wrt is not None else tuple(self._beside(loss)),
            words,
        )

    def _christen(
        self, parameters: Sequence[Value], steps: Sequence[LearntParameter]
    ) -> None:
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

    def _no_loss_called(self, name: str) -> ProgramError:
        names = [one.name for one in self.history.singles()]
        return ProgramError(
            "E325",
            f"no single number is called {name!r}",
            detail=f"single numbers seen: {', '.join(names) or 'none'}",
            hint=nearest(name, names)
            if names
            else f"a loss is a single number: write one, as np.sum({name})",
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
