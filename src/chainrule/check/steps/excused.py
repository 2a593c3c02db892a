"""What is no true gradient by itself and no mistake either: a rate, rounding, an attack on data, a rule nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.check.agree import RELATIVE
from chainrule.check.steps.finals import Final, Finals, State
from chainrule.check.steps.tape import Failed, Numbers, number_of
from chainrule.check.steps.walk import HANDING_ON
from chainrule.program import Array


@dataclass(eq=False)
class Excused:
    """A second look at the finals that were judged wrong."""

    finals: Finals

    @cached_property
    def worlds(self) -> list[Numbers]:
        """The numbers of all worlds."""
        return [world.numbers for world in self.finals.evidence.worlds]

    def judge(self) -> None:
        """Excuse what is to be excused; of what cannot be told, say so."""
        factor = self._common_factor() if self.finals.wrong() else None
        if factor is not None and (self.finals.is_implied or self._is_rate(factor)):
            for one in self.finals.all:
                one.state = State.RIGHT
        for one in self.finals.wrong():
            if self._is_rounded(one) or self._moves_data(one) or self._is_mixed(one):
                one.state = State.CANNOT_TELL

    # rates

    def _common_factor(self) -> float | None:
        """The one number that all steps are times their gradients, if there is one."""
        found = [
            None if one.after is None else self.finals.factors(one, self.worlds)
            for one in self.finals.all
        ]
        factors = np.array([one for one in found if one is not None])
        known = factors[~np.isnan(factors)]
        if len(factors) < len(found) or not known.size:
            return None
        return float(known[0]) if np.ptp(known) <= RELATIVE * known.max() else None

    def _is_rate(self, factor: float) -> bool:
        """Whether steps that nothing scales where they are taken were scaled by a number before, as word2vec's errors are."""
        # a whole number counts what a mean is taken over
        rates = {rate for one in self.finals.all for rate in one.rates}
        if any(not isinstance(r, int) and self.finals.may_be_rate(r) for r in rates):
            return False
        tape = self.finals.evidence.tape
        behind = tape.upstream([one.after for one in self.finals.all if one.after])
        for place in behind - self.finals.evidence.behind_loss:
            line = tape.line(place)
            if line is None or line.op is not ops.multiply:
                continue
            for arg in line.args:
                number = number_of(arg, tape.at, self.worlds[0])
                if (
                    self.finals.may_be_rate(arg)
                    and number is not None
                    and abs(abs(float(np.ravel(number)[0])) - factor)
                    <= RELATIVE * factor
                ):
                    return True
        return False

    # rounding

    def _is_rounded(self, final: Final) -> bool:
        return self._wide is not None and self.finals.is_right(final, self._wide)

    @cached_property
    def _wide(self) -> list[Numbers] | None:
        """The numbers as they were without rounding to narrow types; None where there is no such rounding."""
        tape = self.finals.evidence.tape
        behind = tape.upstream([goal for one in self.finals.all for goal in one.goals])
        narrow = {
            place: self._first_of(place)
            for place in sorted(behind - self.finals.evidence.behind_loss)
            if (line := tape.line(place)) is not None
            and line.op is ops.astype
            and line.result.dtype.kind == "f"
            and line.result.dtype.itemsize < 8
        }
        if not narrow:
            return None
        cone = sorted({*narrow, *tape.downstream(narrow)} & behind)
        try:
            return [tape.replay(numbers, cone, narrow) for numbers in self.worlds]
        except Failed:
            return None

    def _first_of(self, place: int) -> Callable[[Numbers], Array]:
        read = self.finals.evidence.tape.reads[place][0]
        return lambda numbers: numbers[read]

    # data

    def _moves_data(self, final: Final) -> bool:
        """Whether a step that is wrong for its sign alone moves data, as an attack on a network does: that may go uphill.

        Data have one entry for every label along an axis, and all that is learnt goes down beside them.
        """
        tape, place = self.finals.evidence.tape, final.before
        others = [one for one in self.finals.all if one is not final]
        lengths = {
            tape.values[label].shape[axis]
            for label in self.finals.evidence.labels
            for axis in (0, -1)
            if tape.values[label].shape
        }
        shape = tape.values[place].shape
        if not shape or not {shape[0], shape[-1]} & {n for n in lengths if n > 1}:
            return False
        if not others or any(one.state is not State.RIGHT for one in others):
            return False
        if not final.rates or any(set(final.rates) & set(o.rates) for o in others):
            # at the rate of all others, it is the sign that is wrong
            return False
        self.finals.direction = -self.finals.direction
        try:
            return self.finals.is_right(final, self.worlds) or self._is_sign_of(final)
        finally:
            self.finals.direction = -self.finals.direction

    def _is_sign_of(self, final: Final) -> bool:
        """Whether a step has the gradient's sign, or the other one, entry by entry."""
        signs = set[float]()
        for numbers in self.worlds:
            true = final.part(numbers[final.target])
            step = final.part(numbers[final.before]) - final.part(
                numbers[final.after or 0]
            )
            if step.shape != true.shape:
                return False
            signs |= set(np.sign(step * true).ravel().tolist())
        return len(signs - {0.0}) == 1

    # what nobody knows

    def _is_mixed(self, final: Final) -> bool:
        """Whether a right gradient is followed downwards by a rule that nobody knows: one that mixes its entries, as Newton's."""
        if final.after is None or not self._descends(final):
            return False
        bare = replace(final, after=None, signs={}, columns=None)
        # what goes by a name is what was followed, but for an operation that mixes its entries
        doors = () if final.cuts else self._doors(final.after)
        return any(
            self.finals.is_right(replace(bare, cuts=(place,)), self.worlds)
            for place in (*self._mixed(final.after), *doors)
        )

    def _doors(self, after: int) -> Iterator[int]:
        """The values with a name through which all that a step knows of the labels has come."""
        evidence = self.finals.evidence
        tape, labels = evidence.tape, set(evidence.labels)
        named = evidence.bound & evidence.judged & tape.upstream([after])
        for door in sorted(named - evidence.behind_loss - {after}):
            ahead, seen = [after], {after, door}
            while ahead and seen.isdisjoint(labels):
                further = set(tape.reads[ahead.pop()]) - seen
                seen |= further
                ahead += further
            if labels and seen.isdisjoint(labels):
                yield door

    def _mixed(self, after: int) -> set[int]:
        """What goes into the first operations, back from a step, that are none entry by entry."""
        evidence = self.finals.evidence
        tape, ahead, seen = evidence.tape, [after], {after}
        found: set[int] = set()
        while ahead:
            line = tape.line(place := ahead.pop())
            if line is None or place in evidence.behind_loss:
                continue
            reads = set(tape.reads[place])
            if not line.op.elementwise and line.op not in HANDING_ON:
                found |= reads & evidence.bound & evidence.judged
                continue
            ahead += reads - seen
            seen |= reads
        return found - evidence.behind_loss

    def _descends(self, final: Final) -> bool:
        """Whether a step goes down in every world."""
        for numbers in self.worlds:
            true, after = numbers[final.target], numbers[final.after or 0]
            before = numbers[final.before]
            if true is None or after is None or after.shape != before.shape:
                return False
            step = final.part(before - after).ravel()
            if not float(step @ final.part(true).ravel()) * self.finals.direction > 0:
                return False
        return True
