"""The lesson told to arrays that remember how they were computed, so that a page can compute every number again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from chainrule.emit.javascript.source import can_run, source
from chainrule.lesson.analysis.subject_study import Study
from chainrule.lesson.parts import Part
from chainrule.nn import Optimizer
from chainrule.program import Run, Value, run
from chainrule.program.ledger import Ledger, look
from chainrule.program.remembered import remember

MOST_INPUTS: Final = 400
MOST_LINES: Final = 3000
_FLOATS: Final = re.compile(r"np\.array\(([^()]*), dtype=np\.float64\)")
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
        """Functions in JavaScript: ``live`` gives the lines that are wanted, of the inputs as lists in their order.

        ``step`` is the optimizer's, if there is one that can be written: see :func:`step_of`.
        """
        numbers = self.ledger.numbers
        inputs = list(self.ledger.inputs.values())
        shaped = [
            f"v{at} = np.reshape(np.array(v{at}, dtype=np.{numbers[at].dtype.name}), {numbers[at].shape})"
            for at in inputs
        ]
        text = _function("live", self.ledger, inputs, wanted, shaped)
        # what an array holds where nothing is said
        plain = _FLOATS.sub(r"np.array(\1)", f"{text}\n{self.step or ''}")
        return source(plain)

    @cached_property
    def step(self) -> str | None:
        """How the optimizer of the lesson moves a parameter, in NumPy's words."""
        return step_of(self.study.optimizer)


def _function(
    called: str,
    ledger: Ledger,
    given: Sequence[int],
    wanted: Sequence[int],
    first: Sequence[str] = (),
) -> str:
    """The lines of a ledger that are wanted, as a function of some of its lines."""
    needed: set[int] = set()
    ahead = list(wanted)
    while ahead:
        at = ahead.pop()
        if at not in needed:
            needed.add(at)
            if at not in given:
                ahead += map(int, _READ.findall(ledger.texts[at]))
    lines = [*first]
    lines += [f"v{at} = {ledger.texts[at]}" for at in sorted(needed - {*given})]
    lines += [f"return [{', '.join(f'v{at}' for at in wanted)}]"]
    head = f"def {called}({', '.join(f'v{at}' for at in given)}):"
    return "\n    ".join([head, *lines]) + "\n"


def step_of(optimizer: Optimizer) -> str | None:
    """A step as a function of a parameter, its gradient, the number of the step, the learning rate and the state.

    It gives the parameter and the state after it; None if that cannot be written.

    >>> from chainrule.nn import optimizer
    >>> print(step_of(optimizer("momentum")))
    def step(v0, v1, v2, v3, v4):
        v5 = np.multiply(0.9, v4)
        v6 = np.add(v5, v1)
        v7 = np.multiply(v3, v6)
        v8 = np.subtract(v0, v7)
        return [v8, v6]
    <BLANKLINE>
    """
    ledger = Ledger(can_run)
    names = ("W", "dW", "t", "rate", *optimizer.state)
    W, dW, t, rate, *kept = (
        remember(ledger, name, np.ones(() if name in {"t", "rate"} else 2))
        for name in names
    )
    keys = [optimizer.key(kind, "") for kind in optimizer.state]
    state = dict(zip(keys, kept, strict=True))
    made = optimizer.update("", W, dW, state, t=t, learning_rate=rate)
    wanted = [getattr(made[key], "at", None) for key in ("", *keys)]
    known = [at for at in wanted if at is not None]
    if ledger.taken() or len(known) < len(wanted):
        return None
    return _function("step", ledger, list(ledger.inputs.values()), known)


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
