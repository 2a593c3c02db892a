"""The lesson told to arrays that remember how they were computed, so that a page can compute every number again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from chainrule.emit.javascript.source import can_run, source
from chainrule.lesson.analysis.subject_study import Study
from chainrule.lesson.parts import Part
from chainrule.program import Run, Value, run
from chainrule.program.ledger import Ledger, look
from chainrule.program.remembered import remember

MOST_INPUTS: Final = 400
MOST_LINES: Final = 3000
_READ: Final = re.compile(r"\bv(\d+)\b")

Retell = Callable[[Run], Study]
"""The study of a run of the same program on other numbers."""
Composed = Callable[[Study], Iterable[Part]]


@dataclass(frozen=True, eq=False)
class Live:
    """A lesson whose numbers know their lines: each part with what it was told for.

    ``always`` is what the whole lesson was told for: where it changes, another lesson would be told.
    """

    study: Study
    parts: tuple[Part, ...]
    looked: tuple[tuple[Any, ...], ...]
    always: tuple[Any, ...]
    ledger: Ledger

    def program(self, wanted: Sequence[int]) -> str:
        """A function in JavaScript, of the inputs as lists in their order, that gives the lines that are wanted."""
        texts = self.ledger.texts
        needed: set[int] = set()
        ahead = list(wanted)
        while ahead:
            at = ahead.pop()
            if at not in needed:
                needed.add(at)
                if at not in self.ledger.inputs.values():
                    ahead += map(int, _READ.findall(texts[at]))
        inputs = list(self.ledger.inputs.values())
        lines = [f"def live({', '.join(f'v{at}' for at in inputs)}):"]
        for at in inputs:
            number = self.ledger.numbers[at]
            array = f"np.array(v{at}, dtype=np.{number.dtype.name})"
            lines.append(f"    v{at} = np.reshape({array}, {number.shape})")
        lines += [f"    v{at} = {texts[at]}" for at in sorted(needed - {*inputs})]
        lines += [f"    return [{', '.join(f'v{at}' for at in wanted)}]", ""]
        return source("\n".join(lines))


def live(
    written: Run, retell: Retell, composed: Composed, branches: Run | None = None
) -> Live | str:
    """The lesson on ``written`` told again to arrays that remember, or why it stands still.

    The outputs of ``branches`` decided which lines were written.
    """
    program = written.program
    named = [one for one in program.inputs if one.name is not None]
    if sum(written.numbers[one].size for one in named) > MOST_INPUTS:
        return f"it starts from more than {MOST_INPUTS} numbers"
    ledger = Ledger(can_run)
    inputs = {
        one: remember(ledger, one.name, written.numbers[one])
        if one.name is not None
        else written.numbers[one]
        for one in program.inputs
    }
    if branches is not None:
        _look_at_branches(branches, inputs, written)
    study = retell(run(program, inputs))
    always = ledger.taken()
    parts: list[Part] = []
    looked: list[tuple[Any, ...]] = []
    for part in composed(study):
        parts.append(part)
        looked.append(ledger.taken())
        if len(ledger.texts) > MOST_LINES:
            return f"its numbers take more than {MOST_LINES} steps to compute"
    return Live(study, tuple(parts), tuple(looked), always, ledger)


def _look_at_branches(branches: Run, inputs: Mapping[Value, Any], written: Run) -> None:
    """Look at what decided which lines there are."""
    own: dict[str | None, Value] = {one.name: one for one in inputs}
    given = {}
    for one in branches.program.inputs:
        number = branches.numbers[one]
        same = own.get(one.name) if one.name is not None else None
        is_ours = same is not None and np.array_equal(written.numbers[same], number)
        given[one] = inputs[same] if is_ours and same is not None else number
    done = run(branches.program, given)
    for out in branches.program.outputs:
        look(done.numbers[out])
