"""The verdict on every parameter's gradient, whether a line holds it alone or not."""

from __future__ import annotations

from chainrule.check.steps.finals import Final, State
from chainrule.check.steps.verdicts import Verdicts
from chainrule.check.verdict import Verdict, worst


def parameter_verdicts(found: Verdicts) -> dict[str, Verdict]:
    """What can be said of each parameter's gradient, the worst of its updates."""
    verdicts: dict[str, Verdict] = {}
    for final in found.finals.all:
        name = final.name or "?"
        verdicts[name] = worst(
            (_of_final(found, final), verdicts.get(name, Verdict.RIGHT))
        )
    return verdicts


def _of_final(found: Verdicts, final: Final) -> Verdict:
    """Wrong where a statement of its own is corrected; where only one before it is, its gradient follows."""
    if final.state is State.RIGHT:
        return Verdict.RIGHT
    if final.state is State.CANNOT_TELL:
        return Verdict.CANNOT_TELL
    own = {
        site.statement
        for goal in final.goals
        if (site := found.sites.of_place.get(goal)) is not None
    }
    corrections = () if found.search is None else found.search.corrections
    healing = [one for one in corrections if final in one.healed]
    edited = {edit.site.statement for one in healing for edit in one.edits}
    if healing and edited.isdisjoint(own):
        return Verdict.FOLLOWS
    return Verdict.RIGHT_HERE if found.is_right_here([final]) else Verdict.WRONG
