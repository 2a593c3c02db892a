"""What a page needs to follow its numbers: which printed number is which entry, what words and brackets rest on."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from chainrule.formula.moving import Alike, Sign, Width
from chainrule.formula.tree import Bound, Group, When
from chainrule.lesson.live import Live
from chainrule.lesson.parts import Numbers
from chainrule.nn.update_rules import SHARED

EPS: Final = 2.0**-52


@dataclass
class Bindings:
    """The numbers, brackets and conditions of a page, each called by its place in a list."""

    live: Live
    numbers: dict[Bound, int] = field(default_factory=dict)
    brackets: dict[When, int] = field(default_factory=dict)
    conditions: dict[Any, int] = field(default_factory=dict)
    told: dict[tuple[int, ...], int] = field(default_factory=dict)

    def number(self, bound: Bound) -> int:
        """What a printed entry is called."""
        return self.numbers.setdefault(bound, len(self.numbers))

    def bracket(self, when: When) -> int:
        """What a pair of brackets is called."""
        return self.brackets.setdefault(when, len(self.brackets))

    def part(self, looked: Iterable[Any]) -> int | None:
        """What a part is called that was told for what was looked at; None if it was told for all numbers."""
        found = {
            self.conditions.setdefault(one, len(self.conditions)) for one in looked
        }
        if not found:
            return None
        return self.told.setdefault(tuple(sorted(found)), len(self.told))

    def is_input(self, part: Numbers) -> bool:
        """Whether an array is one that the lesson starts from."""
        at = getattr(part.array, "at", None)
        return at is not None and self.live.ledger.inputs.get(part.name) == at

    def written(self) -> tuple[str, str]:
        """The data of the page as JSON, and its program as JavaScript."""
        always = [
            self.conditions.setdefault(one, len(self.conditions))
            for one in self.live.always
        ]
        loss: Any = self.live.study.loss
        data = _Data()
        conditions = [self._condition(one, data) for one in self.conditions]
        brackets = [
            [
                -1 if one.first is None else self.number(one.first),
                int(one.minus),
                int(one.power),
                -1 if one.last is None else self.number(one.last),
            ]
            for one in self.brackets
        ]
        numbers = [
            [data.line(one.line), one.place, one.digits, *data.group(one.group)]
            for one in self.numbers
        ]
        ledger = self.live.ledger
        found = {
            "inputs": [
                [
                    name,
                    list(ledger.numbers[at].shape),
                    ledger.numbers[at].dtype.name,
                    ledger.numbers[at].ravel().tolist(),
                    int(at in self.live.always),
                ]
                for name, at in ledger.inputs.items()
            ],
            "numbers": numbers,
            "groups": data.groups,
            "brackets": brackets,
            "conditions": conditions,
            "told": list(self.told),
            "always": always,
            "loss": [data.line(loss.at), loss.place] if hasattr(loss, "at") else None,
            "descent": self._descent(data),
            "gradients": {
                name: data.line(at)
                for name, one in self.live.study.gradients.items()
                if (at := getattr(one, "at", None)) is not None
            },
        }
        text = json.dumps(found, separators=(",", ":"))
        return text.replace("</", "<\\/"), self.live.program(list(data.lines))

    def _descent(self, data: _Data) -> Any:
        """How the parameters are learnt from the numbers that the lesson starts from.

        The learning rate, the loss and the gradients of the first step, what each kind of state starts from, and which
        step the lesson tells; None where the page cannot take the steps.
        """
        study = self.live.study
        start: Any = study.moments[0]
        slopes = {
            name: getattr(one, "at", None) for name, one in start.gradients.items()
        }
        lines = {name: data.line(at) for name, at in slopes.items() if at is not None}
        if (
            self.live.step is None
            or not hasattr(start.loss, "at")
            or len(lines) < len(slopes)
        ):
            return None
        rule = study.optimizer
        return [
            rule.learning_rate,
            [data.line(start.loss.at), start.loss.place],
            lines,
            [float(SHARED.get(kind, 0.0)) for kind in rule.state],
            study.step,
        ]

    def _condition(self, one: Any, data: _Data) -> Any:
        """A condition as the page holds it: a line, or numbers whose characters count."""
        match one:
            case int():
                return data.line(one)
            case Sign(number):
                return ["sign", self.number(number)]
            case Width(numbers, room, grow):
                return ["wide", room, int(grow), *map(self.number, numbers)]
            case Alike(pairs):
                called = [
                    [n if isinstance(n, str) else self.number(n) for n in pair]
                    for pair in pairs
                ]
                return ["alike", *called]
            case _:
                raise TypeError(one)


@dataclass
class _Data:
    """The lines that are asked for, and the groups, each once."""

    lines: dict[int, int] = field(default_factory=dict)
    known: dict[Group, int] = field(default_factory=dict)
    groups: list[Any] = field(default_factory=list)

    def line(self, at: int) -> int:
        return self.lines.setdefault(at, len(self.lines))

    def group(self, group: Group | None) -> list[int]:
        if group is None:
            return []
        if group not in self.known:
            self.known[group] = len(self.groups)
            self.groups.append([group.digits, group.noise / EPS, self._places(group)])
        return [self.known[group]]

    def _places(self, group: Group) -> Any:
        """The entries of a group: its line and their number, if they are the first ones of one line."""
        first = group.places[0]
        if not isinstance(first, float):
            count = len(group.places)
            if group.places == tuple((first[0], at) for at in range(count)):
                return f"{self.line(first[0])},{count}"
        return [
            one if isinstance(one, float) else [self.line(one[0]), one[1]]
            for one in group.places
        ]
