"""What a reader of roles is told: the loss, what is learnt, what the other values are, and how sure that is."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from chainrule import ops
from chainrule.program import Line, Run, Value
from chainrule.roles.candidate import LearntParameter
from chainrule.roles.numbering import renumber
from chainrule.trace.rolling import rolled
from chainrule.trace.slice import cut, severed


@dataclass(frozen=True)
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
    steps: tuple[LearntParameter, ...] = field(default=(), repr=False)
    starts: frozenset[Value] = field(default=frozenset(), repr=False)
    met: Mapping[Value, int] = field(default_factory=dict, repr=False)
    inside: Mapping[Value, tuple[Hashable, ...]] = field(
        default_factory=dict, repr=False
    )
    beside: tuple[Value, ...] = field(default=(), repr=False)
    """What moves, too, as it was before the loss, where nothing that was followed leads from it to the loss."""
    words: Mapping[Value, str] = field(default_factory=dict, repr=False)
    """What the reader calls a value: the name of what held it first."""

    @cached_property
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
        words = {x: x.word for x in run.program.values() if x.word is not None}
        words |= {found.of(one): self.words[one] for one in new}
        renumber(run.program, found.of(self.loss), words)
        return run
