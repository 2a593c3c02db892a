"""What each value is in its network, read off from how it is used: weights, a bias, an input of a unit."""

from __future__ import annotations

from collections import deque
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.notation.turns import of_a_turn, of_another_turn
from chainrule.lesson.parts import Role
from chainrule.program import Line, Value

ON_THE_WAY = "a value on the way"
GATE, GATED, STATE = (
    "a gate",
    "the input of a gate",
    "a state, handed on from turn to turn",
)


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
        return "prediction" if name in self.predictions else "hidden"

    @property
    def prediction(self) -> str:
        """The first of the predictions, or nothing."""
        return next(iter(self.predictions), "")

    @cached_property
    def predictions(self) -> dict[str, None]:
        """The last value before each label comes in; after it only the terms of a sum join."""
        found: dict[str, None] = {}
        for name, line in self.story.lines.items():
            if not self._moving(name) or name in self._entered:
                continue
            stops = self._stops_of(line)
            here = [v for v in stops if self._moving(v) and v in self.story.lines]
            if len(here) != 1 or not any(self._is_label(v, here[0]) for v in stops):
                continue
            if found.keys().isdisjoint(self._behind(here[0])) and self._is_left_alone(
                here[0]
            ):
                found[here[0]] = None
        return found

    def _is_label(self, name: str, predicted: str) -> bool:
        """Whether a name may be that of labels, as given or made one-hot: no setting, and no mask."""
        values = self.story.study.values
        if name in self.parameters or self._moving(name) or name not in values:
            # what one turn of a loop reads of the turn before has no numbers of its own
            return False
        mask = values[name].dtype == bool
        return not mask and (values[name].size > 1 or values[predicted].size == 1)

    def _behind(self, name: str) -> set[str]:
        """A name and those it is made of."""
        found, ahead = {name}, [name]
        while ahead:
            line = self.story.lines.get(ahead.pop())
            new = set(self._stops_of(line)) - found if line is not None else set()
            found |= new
            ahead += new
        return found

    def _is_left_alone(self, name: str) -> bool:
        """Whether no product mixes anything else that moves into what is made of a value."""
        made = {name}
        for other, line in self.story.lines.items():
            stops = self._stops_of(line)
            if made.isdisjoint(stops):
                continue
            made.add(other)
            joined = any(self._moving(v) and v not in made for v in stops)
            writer = self.story.literal.writer
            if joined and any(
                op.kind == "product" for op in writer.ops_in(line.result)
            ):
                return False
        return True

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
        if line.op is ops.log_softmax:
            return "the logarithms of shares"
        if self._is_gate(line):
            return GATE
        if line.op.kind == "activation":
            return f"the output of the {self._units(line.result)}"
        into = [
            user
            for user in self.uses.get(line.result, [])
            if user.op.kind == "activation"
        ]
        if any(user.op is ops.softmax for user in into):
            return "scores"
        if not (into and self._is_weighed(line)):
            handed_on = line.result.name in self._handed_on
            return STATE if handed_on else ON_THE_WAY
        if all(map(self._is_gate, into)):
            return GATED
        return f"the input of the {self._units(line.result)}"

    def _is_gate(self, line: Line) -> bool:
        """Whether shares between 0 and 1 say, entry by entry, how much goes through of something else that is computed."""
        low, high = line.op.range
        if low != 0 or high != 1 or line.op is ops.softmax:
            return False
        return any(
            other is not line.result and self._is_computed(other)
            for user in self.uses.get(line.result, [])
            if user.op is ops.multiply and user.result.shape == line.result.shape
            for other in user.reads()
        )

    def _is_computed(self, value: Value) -> bool:
        name = value.name or ""
        made = value in self.story.literal.writer.producer
        if value.name is None or name in self.parameters:
            return made
        return self._moving(name) or of_a_turn(name)

    def _is_weighed(self, line: Line) -> bool:
        """Whether weights come in, or part of what they gave is taken: what two gates let through is no input of units."""
        if line.op.kind in ("product", "view", "indexing", "arrangement"):
            return True
        reads = [one for one in line.reads() if self._is_computed(one)]
        if any(one.name in self.parameters for one in line.reads()):
            return True
        producer = self.story.literal.writer.producer
        nameless = [producer[one] for one in reads if one.name is None]
        if line.op.kind != "sum" and len(reads) > 1:
            return False
        return any(map(self._is_weighed, nameless))

    @cached_property
    def _handed_on(self) -> set[str]:
        """What a turn of a loop hands on to the next."""
        firsts = {
            first.partition("[")[0]
            for one in self.story.study.literal.repeated
            for first, _ in one.hands_on
        }
        return {
            name
            for name in self.story.lines
            if of_a_turn(name) and name.partition("[")[0] in firsts
        }

    def _units(self, value: Value) -> str:
        """Which units a value belongs to: hidden ones, if a parameter enters further on."""
        name = value.name or ""
        if name in self._before_parameters:
            return "hidden units"
        return "output unit" if self._count(value) == 1 else "output units"

    def _count(self, value: Value) -> int:
        """How many units a value has a number of: its samples stand beside the weights, in the other axis."""
        producer = self.story.literal.writer.producer
        ahead = deque([value])
        while ahead:
            line = producer.get(ahead.popleft())
            if line is None:
                continue
            if line.op.kind == "product" and len(line.args) == 2:
                left, right = line.args
                shape = line.result.shape
                if isinstance(left, Value) and left.name in self.parameters:
                    return shape[-2] if len(shape) > 1 else int(np.prod(shape))
                if isinstance(right, Value) and right.ndim < 2:
                    return 1
                return shape[-1] if shape else 1
            ahead += [one for one in line.args if isinstance(one, Value)]
        return int(np.prod(value.shape))

    @cached_property
    def _before_parameters(self) -> set[str]:
        """What is read, or is on the way to what is read, where a parameter enters in a product."""
        found: set[str] = set()
        before = -1
        while before < len(found):
            before = len(found)
            # what a turn hands on is read by the next one
            handed = {n.partition("[")[0] for n in found if of_another_turn(n)}
            for name, line in reversed(self.story.lines.items()):
                if of_a_turn(name) and name.partition("[")[0] in handed:
                    found.add(name)
                if name in found or (
                    self._has_parameter(line) and name != self.story.study.loss_name
                ):
                    found.update(self._stops_of(line))
        return found

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
            case _, "a gate":
                return "how the loss changes with how far each gate is open"
            case _, "the input of a gate":
                return "how the loss changes with what opens each gate"
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
            case _, "the input of the output units":
                return "how the loss changes with what goes into each output unit"
            case _, "the output of the output unit" | "the output of the output units":
                return "how the loss changes with what comes out at the end"
            case _, "the input of the hidden units":
                return "how the loss changes with each hidden unit's input"
            case _, "the output of the hidden units":
                return "how the loss changes with each hidden unit's output"
        return (
            "how the loss changes with it"
            if single
            else "how the loss changes with each of its entries"
        )
