"""What a simulation carries from turn to turn: it moves as a parameter does, and nothing is learnt by it."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.roles.candidate import DESCENDS, Candidate, is_called_loss
from chainrule.roles.history import History, Variable
from chainrule.roles.names import meaning


def states_of(history: History, found: Sequence[Candidate]) -> set[Variable]:
    """What moves, and is read turn after turn by a loss that it neither goes down nor up: the state of a simulation.

    Only a loss whose name leaves no doubt says so, and only of variables that are not called weights: the errors of a
    training may be added up, too, and its steps may be wrong.
    """
    clear = [one for one in found if is_called_loss(one)]
    if any(abs(one.cosine or 0) >= DESCENDS for one in clear):
        return set()
    states: set[Variable] = set()
    for one in clear:
        behind = history.behind(one.value)
        read = {v: [x for x in v.versions if x in behind] for v in history.moving}
        last = frozenset(versions[-1] for versions in read.values() if versions)
        directly = history.walk([one.value], last)
        states |= {
            variable
            for variable, versions in read.items()
            if meaning(variable.name) != "weight"
            and variable is not one.variable
            and not directly.isdisjoint(versions[:-1])
        }
    return states
