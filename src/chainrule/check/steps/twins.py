"""Which forward value a gradient stands beside: ``node.grad`` is meant to be the gradient of ``node.data``.

Nothing is read off names: two attributes are twins if on some object one holds, on all data, the true gradient of
what the other holds. Then it is so meant on every object that has both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from chainrule.check.steps.truths import Truths, everywhere
from chainrule.program import Value


@dataclass(frozen=True, slots=True)
class Twin:
    """What an object holds in two attributes: a forward value, and what was computed by hand, last."""

    attributes: tuple[str, str]
    forward: Value
    place: int


@dataclass(eq=False)
class Twins:
    """The twins of one script."""

    truths: Truths

    @cached_property
    def meant(self) -> dict[int, Value]:
        """Of what each hand-written value that has a twin is meant to be the gradient."""
        listed = list(self._pairs())
        right = Counter(one.attributes for one in listed if self._is_right(one))
        return {one.place: one.forward for one in listed if right[one.attributes]}

    def _is_right(self, twin: Twin) -> bool:
        matches = self.truths.matches(everywhere(self.truths.evidence, twin.place))
        return any(one.of is twin.forward and one.factor > 0 for one in matches)

    def _pairs(self) -> Iterator[Twin]:
        evidence = self.truths.evidence
        at, goals = evidence.tape.at, {u.after for u in evidence.updates}
        steps = evidence.tape.upstream(at[one] for one in goals if one in at)
        for held in self._objects.values():
            forward: dict[str, Value] = {}
            by_hand: dict[str, int] = {}
            for name, values in held.items():
                for value in values:
                    place = at.get(value)
                    if place is None:
                        continue
                    if place in evidence.behind_loss:
                        if value in self.truths.of:
                            forward[name] = value
                    elif place in steps and evidence.tape.n_inputs <= place:
                        by_hand[name] = place
            for one, value in forward.items():
                for other, place in by_hand.items():
                    if (
                        one != other
                        and value.shape == evidence.tape.values[place].shape
                    ):
                        yield Twin((one, other), value, place)

    @cached_property
    def _objects(self) -> dict[int, dict[str, list[Value]]]:
        """What the attributes of each object held, in order."""
        found: dict[int, dict[str, list[Value]]] = {}
        for one in self.truths.evidence.recording.notes.held:
            match one.slot:
                case ("item", int(owner), str(name)):
                    held = found.setdefault(owner, {}).setdefault(name, [])
                    held.append(one.value)
        return found
