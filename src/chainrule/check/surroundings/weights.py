"""Which values are weights, and which of them have a gradient that no update uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainrule.check.claims import Claim
from chainrule.check.surroundings.steps import Steps
from chainrule.program import Value
from chainrule.trace.statements.roles import DATA

WEIGHT = re.compile(
    r"^(W|w|U|V|u|v|b|B|weights?|bias(es)?|gamma|beta|theta|Theta|kernel|K)([_\d]\w*)?$"
)


def is_named_a_weight(name: str) -> bool:
    """Whether a name is a weight's, and no data's.

    >>> [is_named_a_weight(name) for name in ("W1", "bias", "x", "mask")]
    [True, True, False, False]
    """
    return bool(WEIGHT.match(name)) and not DATA.match(name)


def unused(steps: Steps) -> Iterator[tuple[Claim, Value]]:
    """Gradients of parameters that no update uses, where others are updated, with their parameters."""
    moved = {steps.root(move.before) for move in steps.moves}
    stems = {_stem(steps.called(one)) for one in steps.updated}
    for target in steps.truth:
        name = steps.called(target)
        if (
            target in moved
            or name in steps.scene.updated_somewhere
            or target not in steps.study.roots
            or not (_stem(name) in stems or is_named_a_weight(name))
        ):
            continue
        claim = steps.right_claim(target) or _named_claim(steps, target)
        if claim is not None:
            yield claim, target


def forgotten(steps: Steps, besides: Value) -> tuple[Claim, Value] | None:
    """A parameter other than ``besides`` whose gradient is there and which is never updated."""
    return next((one for one in unused(steps) if one[1] is not besides), None)


def _named_claim(steps: Steps, target: Value) -> Claim | None:
    named = [
        one for one in steps.claims.all if one.text and one.targets[:1] == (target,)
    ]
    return named[-1] if named else None


def _stem(name: str) -> str:
    return name.rstrip("0123456789_").lower()
