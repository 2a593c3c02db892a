"""The answers of a whole lesson: why each of its gradients is what it is, entry by entry, for a page to look up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from chainrule.program import ChainruleError, Item, Line, Run, Value
from chainrule.why.answer import Answer
from chainrule.why.unrolled_pass import UnrolledPass, flat

MOST: Final = 160
"""So many entries are asked about at most, those of what is learnt first."""
WORK: Final = MOST * 60**2
"""An answer is followed along every line, and what each hands on is measured: of long programs fewer are asked about."""

Told = Callable[[UnrolledPass, str], Answer]


def everywhere(
    written: Run,
    names: Sequence[str],
    told: Told,
    *,
    loss: Value,
    parameters: Sequence[Value] = (),
    roles: Mapping[str, str] | None = None,
) -> Iterator[tuple[str, tuple[int, ...], Answer]]:
    """For every entry of the gradients of ``names`` its name, its place and the answer, as ``told`` finds it."""
    left = min(MOST, WORK // max(1, _n_taken(written.program.items)) ** 2)
    if not left:
        return
    run = flat(written)
    known = run.program.named()
    ends = run.program.outputs[0] if loss not in run.numbers else loss
    learnt = tuple(known[one.name] for one in parameters if one.name in known)
    for name in names:
        value = known.get(name)
        if value is None or not value.differentiable or np.prod(value.shape) > left:
            continue
        ledger = UnrolledPass(run, ends, value, learnt, roles or {})
        for place in np.ndindex(value.shape):
            left -= 1
            index = f"[{', '.join(map(str, place))}]" if place else ""
            try:
                yield name, place, told(ledger, f"d{name}{index}")
            except ChainruleError:
                continue


def _n_taken(items: Sequence[Item]) -> int:
    """How many lines are run, those of a loop in every turn of it."""
    return sum(
        1 if isinstance(one, Line) else one.turns * _n_taken(one.items) for one in items
    )
