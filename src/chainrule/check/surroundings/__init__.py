"""What ruins training silently around a right backward pass: mistakes of the forward pass and of the updates.

Each mistake is a row of a table: a function that looks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from chainrule.check.surroundings.columns import column_against_flat, rows_along_columns
from chainrule.check.surroundings.finding import Finding, Piece, Severity, pieced
from chainrule.check.surroundings.logs import log_of_zero
from chainrule.check.surroundings.lost import lost_updates
from chainrule.check.surroundings.means import (
    entropy_over_samples,
    loss_not_reduced,
    norm_over_the_wrong_axis,
)
from chainrule.check.surroundings.never import never_updated
from chainrule.check.surroundings.scene import Scene
from chainrule.check.surroundings.softmax import softmax_over_samples
from chainrule.check.surroundings.steps import Steps
from chainrule.check.surroundings.suspected import Suspected, suspects
from chainrule.check.surroundings.truncation import (
    cast_to_integers,
    integer_buffers,
    whole_division,
)
from chainrule.check.surroundings.updates import (
    assigned_the_step,
    updated_twice,
    updated_upwards,
    updated_with_another,
)

FORWARD: tuple[Callable[[Scene], Iterator[Finding]], ...] = (
    column_against_flat,
    rows_along_columns,
    softmax_over_samples,
    entropy_over_samples,
    norm_over_the_wrong_axis,
    loss_not_reduced,
    log_of_zero,
    whole_division,
    integer_buffers,
    cast_to_integers,
)
UPDATES: tuple[Callable[[Steps], Iterator[Finding]], ...] = (
    lost_updates,
    assigned_the_step,
    updated_upwards,
    updated_with_another,
    updated_twice,
    never_updated,
)


def in_forward(scene: Scene) -> tuple[Finding, ...]:
    """The mistakes of a forward pass, in the order of the source."""
    return _once(one for find in FORWARD for one in find(scene))


def in_updates(steps: Steps) -> tuple[Finding, ...]:
    """The mistakes of the updates, in the order of the source."""
    return _once(one for find in UPDATES for one in find(steps))


def _once(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """What is found at one place in many turns of a loop is one finding."""
    places: dict[tuple[str, int, int], Finding] = {}
    for one in found:
        places.setdefault((one.kind, one.line, one.column), one)
    return tuple(sorted(places.values(), key=lambda one: (one.line, one.column)))


__all__ = [
    "FORWARD",
    "UPDATES",
    "Finding",
    "Piece",
    "Scene",
    "Severity",
    "Steps",
    "Suspected",
    "in_forward",
    "in_updates",
    "pieced",
    "suspects",
]
