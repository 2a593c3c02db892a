"""A derived pass as source, with the optimizer that was asked for written into its step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.derive import Derived
from chainrule.derive.longer_batch import for_longer_batches
from chainrule.derive.update import update as traced
from chainrule.derive.update import varies
from chainrule.emit import Part, UpdateFunction, emit
from chainrule.nn import Optimizer
from chainrule.nn import optimizer as optimizer_of
from chainrule.nn.update_rules import SHARED
from chainrule.program import UsageError
from chainrule.roles.names import meaning

RATE = 0.1
"""The learning rate of plain gradient descent, where none is given."""


def source(
    derived: Derived,
    *,
    dialect: str,
    part: Part,
    optimizer: str | Optimizer | None,
    learning_rate: float | None,
    steps: int,
    learns: bool = False,
    fixed: Sequence[str] = (),
    matrices: bool = False,
) -> str:
    """The source of ``part``; without a learning rate it is the optimizer's usual one.

    ``learns`` says that what is differentiated by is what a script learns, whatever it is called; its shapes do not
    follow the batch. ``fixed`` is what the source holds of the one run that was read; ``matrices`` whether that had some.

    Raises:
        UsageError: E410 for an optimizer that does not exist, E411 for one where nothing is updated.
    """
    chosen = None if optimizer is None else optimizer_of(optimizer, learning_rate)
    if chosen is not None and part not in ("step", "script"):
        raise UsageError(
            "E411",
            f"the part {part!r} updates nothing, so {chosen.name} has no place in it",
            hint="ask for the part step or script",
        )
    if dialect == "c":
        # what writes a whole step is the trainer's, which other dialects do not wait for
        from chainrule.c_source import c_source

        return c_source(derived, part, chosen or optimizer_of("sgd", RATE), fixed)
    parameters = [
        value
        for value in derived.wrt
        if learns or meaning(value.name or "") == "weight"
    ]
    derived, lengths = for_longer_batches(derived, parameters)
    usual = RATE if chosen is None else chosen.learning_rate
    return emit(
        derived,
        dialect=dialect,
        part=part,
        learning_rate=usual if learning_rate is None else learning_rate,
        steps=steps,
        update=None if chosen is None else _update(chosen, derived.loss.dtype),
        lengths=lengths,
        fixed=fixed,
        matrices=matrices,
    )


def _update(optimizer: Optimizer, dtype: np.dtype[Any]) -> UpdateFunction | None:
    """The update of one parameter; None for plain gradient descent, which needs no function."""
    if optimizer.name == "sgd":
        return None
    sample = np.ones(2, dtype)
    start = {kind: SHARED.get(kind, 0.0) for kind in optimizer.state}
    kept = {
        kind: np.asarray(one, dtype) if one else np.zeros(2, dtype)
        for kind, one in start.items()
    }
    rule, settings = optimizer.rule, optimizer.settings
    return UpdateFunction(
        run=traced(optimizer, sample, sample, kept),
        why=f"{rule.name}: {rule.clause} ({rule.source})",
        start=start,
        defaults={key: one for key, one in settings.items() if varies(one)},
        counts=optimizer.counts,
    )
