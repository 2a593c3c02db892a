"""Another value was meant: one of the same shape, the weight before its update, what follows another layer."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.check.place import known
from chainrule.check.slips.expressions import transposed
from chainrule.check.slips.masks import in_mask
from chainrule.check.slips.record import Change, slip
from chainrule.check.spelled import CannotSpell, text_of
from chainrule.check.suspect import Suspect
from chainrule.program import Value

LONGEST = 60


@slip("wrong operand", "The wrong operand: {old} where {new} belongs.")
def wrong_operand(suspect: Suspect) -> Iterator[Change]:
    """Another value of the same shape was meant."""
    for node, item in suspect.leaves:
        for other in suspect.others(item, node):
            if (
                not in_mask(suspect, node)
                and not _is_old(suspect, item, other.item)
                and other.id != text_of(node)
            ):
                yield Change(node, other, {"old": text_of(node), "new": other.id})


@slip(
    "stale variable",
    "{old} still holds the gradient of {held}; here it is the gradient of {wanted} that is needed.",
)
def stale_variable(suspect: Suspect) -> Iterator[Change]:
    """A gradient left over from another layer, where the next one was never computed."""
    derived = suspect.study.derived
    held = {
        text: target
        for target, gradient in derived.gradients.items()
        if (text := suspect.texts.get(gradient)) is not None
    }
    for node, item in suspect.leaves:
        old = text_of(node)
        for target, gradient in derived.gradients.items():
            if (
                old not in held
                or target.name is None
                or target.shape != item.shape
                or held[old] is target
                or gradient in suspect.texts
            ):
                continue
            try:
                new = suspect.words.expression(gradient)
            except CannotSpell:
                continue
            words = {"old": old, "held": held[old].name or "", "wanted": target.name}
            if len(text_of(new)) <= LONGEST and words["held"]:
                yield Change(node, new, words)


def _is_old(suspect: Suspect, item: Value, other: object) -> bool:
    return suspect.study.before.get(item) is other


@slip("wrong operand", "The wrong operand: {old} where {new} belongs.")
def wrong_operand_turned(suspect: Suspect) -> Iterator[Change]:
    """Another value of the reversed shape was meant, turned."""
    for node, item in suspect.leaves:
        if len(item.shape) != 2:
            continue
        for text, other in suspect.place.visible.items():
            if (
                isinstance(other, Value)
                and other.shape == item.shape[::-1]
                and other is not item
                and suspect.usable(other)
            ):
                yield Change(
                    node,
                    transposed(known(text, other)),
                    {"old": text_of(node), "new": f"{text}.T"},
                )


@slip(
    "updated weight",
    "{old} has been updated before this line; the gradient goes through its old value.",
)
def updated_weight(suspect: Suspect) -> Iterator[Change]:
    """The parameter was updated before its old value was used up."""
    for node, item in suspect.leaves:
        for other in suspect.older(item, text_of(node)):
            yield Change(node, other, {"old": text_of(node)})
