"""What each value is in its network, read off from how it is used: weights, a bias, an input of a unit."""

from __future__ import annotations

from functools import cached_property

from chainrule import ops
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.notation.turns import of_a_turn
from chainrule.lesson.parts import Role
from chainrule.program import Line, Value

ON_THE_WAY = "a value on the way"


class Roles:
    """The part every named value plays in one story."""

    def __init__(self, story: Story) -> None:
        self.story = story
        program = story.literal.forward
        self.uses: dict[Value, list[Line]] = {}
        for line in program.lines:
            for value in line.reads():
                self.uses.setdefault(value, []).append(line)
        self.parameters = set(story.study.parameters)

    def role(self, name: str) -> Role:
        """One of the five roles a drawing knows."""
        if name == self.story.study.loss_name:
            return "loss"
        if name in self.parameters:
            return "parameter"
        if name not in self.story.lines:
            return "hidden" if of_a_turn(name) else "data"
        return "prediction" if name == self.prediction else "hidden"

    @cached_property
    def prediction(self) -> str:
        """The last value before the label comes in."""
        lines = self.story.lines
        for name, line in lines.items():
            if not self._moving(name) or name in self._entered:
                continue
            stops = self._stops_of(line)
            # the labels as given, or what was made of them, as one-hot rows
            labels = [
                v for v in stops if v not in self.parameters and not self._moving(v)
            ]
            here = [v for v in stops if self._moving(v) and v in lines]
            if labels and len(here) == 1:
                return here[0]
        return ""

    @cached_property
    def _entered(self) -> set[str]:
        """The values at which a parameter enters, or on the way from which; a penalty may join at the loss."""
        found: set[str] = set()
        for name, line in reversed(self.story.lines.items()):
            entered = name in found or self._has_parameter(line)
            if entered and name != self.story.study.loss_name:
                found.add(name)
                found.update(self._stops_of(line))
        return found

    def _moving(self, name: str) -> bool:
        return name in self.story.literal.stops or name == self.story.study.loss_name

    def _has_parameter(self, line: Line) -> bool:
        return any(name in self.parameters for name in self._inputs_of(line))

    def _inputs_of(self, line: Line) -> list[str]:
        return [n for n in self._stops_of(line) if n not in self.story.lines]

    def _stops_of(self, line: Line) -> list[str]:
        """The named values a line is written in."""
        return self.story.stops_of(line)

    def words(self, name: str) -> str:
        """What a value is, in a few words."""
        match self.role(name):
            case "loss":
                return "the loss"
            case "parameter":
                return self._parameter(self.story.literal.stops[name].value)
            case "data":
                return "data"
            case "prediction":
                return "the prediction"
        return self._hidden(self.story.lines[name])

    def _parameter(self, value: Value) -> str:
        used = [line.op for line in self.uses.get(value, [])]
        if any(op.kind == "product" for op in used):
            return "weights"
        if ops.add in used:
            return "a bias"
        return "a parameter"

    def _hidden(self, line: Line) -> str:
        if line.op is ops.softmax:
            return "shares that add up to 1"
        if line.op.kind == "activation":
            return "the output of the hidden units"
        into = [
            user.op
            for user in self.uses.get(line.result, [])
            if user.op.kind == "activation"
        ]
        if into:
            last = self.story.textbook.stops.get(line.result.name or "")
            output = last is not None and any(
                w.end is self.story.textbook.derived.loss for w in last.ways
            )
            if output:
                return "the input of the output unit"
            return "scores" if ops.softmax in into else "the input of the hidden units"
        return ON_THE_WAY

    def meaning(self, name: str) -> str:
        """What the gradient of a value says."""
        size = self.story.literal.stops[name].value.shape
        single = all(length == 1 for length in size)
        match self.role(name), self.words(name):
            case "prediction", _:
                return (
                    "how the loss changes with the prediction"
                    if single
                    else "how the loss changes with each prediction"
                )
            case _, "weights":
                return "how the loss changes with each weight"
            case _, "a bias":
                return (
                    "how the loss changes with the bias"
                    if single
                    else "how the loss changes with each bias"
                )
            case _, "the input of the output unit":
                return "how the loss changes with what goes into the output unit"
            case _, "the input of the hidden units":
                return "how the loss changes with each hidden unit's input"
            case _, "the output of the hidden units":
                return "how the loss changes with each hidden unit's output"
        return (
            "how the loss changes with it"
            if single
            else "how the loss changes with each of its entries"
        )
