"""Blind slips: one-operator edits of the backward passes of right scripts, each proved to change a step.

A slip counts if the script still runs, sees the same data and parameters, takes finite steps, and takes wrong ones: not
the right ones at another rate.
"""

import ast
import random
from collections import Counter
from dataclasses import replace

import cases
import numpy as np
from edits import Edit, Script, edits_of
from proof import Measured, measure

TRIES = 12  # of each kind in a script, until one is proved


def proved(script: Script, edit: Edit, case: cases.Case, right: Measured) -> bool:
    """Whether the edit makes the script take finite, wrong steps from where it began."""
    try:
        changed = script.edited(edit)
        ast.parse(changed)
        measured = measure(changed, case.path, case.proof)
        # where no loss is computed, a step that is right for another usual loss is no slip
        for loss in case.proof.others:
            meant = replace(case.proof, loss=loss, others=())
            if measure(changed, case.path, meant).exact_up_to_rate:
                return False
    except Exception:  # noqa: BLE001  # an edit that breaks the script is no slip
        return False
    same = all(
        np.allclose(measured.due[0][name], due, rtol=1e-9, atol=0)
        for name, due in right.due[0].items()
    )
    finite = all(
        np.isfinite(step).all() for one in measured.taken for step in one.values()
    )
    if not (same and finite and measured.wrong):
        return False
    if case.proof.gradients:
        return True
    if measured.exact_up_to_rate or (
        case.proof.rule and not first_step_wrong(measured)
    ):
        return False
    statement = script.source.splitlines()[edit.lines[0] - 1]
    at_rate = str(case.proof.rate) in statement
    return not (at_rate and (edit.kind == "term" or measured.exact_but_rates))


def first_step_wrong(measured: Measured) -> bool:
    """Another momentum is no slip: what an optimizer remembers may be wrong only where its first step is."""
    first = Measured(measured.taken[:1], measured.due[:1])
    return first.wrong and not first.exact_up_to_rate


def shuffled(items: list, seed: int) -> list:
    found = list(items)
    random.Random(f"order {seed}").shuffle(found)  # noqa: S311
    return found


def sample(right: list[cases.Case], n: int, seed: int) -> list[tuple[cases.Case, str]]:
    """``n`` proved slips, each with its script's text; the kinds of edits and the scripts drawn evenly."""
    draw = random.Random(f"slips {seed}")  # noqa: S311
    workshops: dict[str, Workshop] = {}
    counts: Counter[str] = Counter()
    found: list[tuple[cases.Case, str]] = []
    queue: list[cases.Case] = []
    dry = 0
    while len(found) < n and dry < 2 * len(right):
        if not queue:
            queue = shuffled(right, draw.random())
        case = queue.pop()
        if case.name not in workshops:
            workshops[case.name] = Workshop(case)
        edit = workshops[case.name].draw(draw, counts)
        if edit is None:
            dry += 1
            continue
        dry = 0
        counts[edit.kind] += 1
        truth = {"lines": list(edit.lines), "kind": edit.kind}
        where = f"{case.name.removesuffix('_fixed')}:{edit.lines[0]} {edit.kind}"
        name = f"{seed}.{len(found) + 1:03} {where}"
        slip = cases.Case("blind", name, case.path, truth, case.proof)
        found.append((slip, workshops[case.name].script.edited(edit)))
    return found


class Workshop:
    """One right script and the edits of it that have not been tried."""

    def __init__(self, case: cases.Case) -> None:
        self.case = case
        self.script = Script(case.path.read_text(encoding="utf-8"))
        self.right = measure(self.script.source, case.path, case.proof)
        self.left: dict[str, list[Edit]] = {}
        for edit in dict.fromkeys(edits_of(self.script, case)):
            self.left.setdefault(edit.kind, []).append(edit)

    def draw(self, draw: random.Random, counts: Counter) -> Edit | None:
        """A proved edit, of the kind that there are fewest of so far."""
        for kind in sorted(self.left, key=lambda one: (counts[one], one)):
            for _ in range(TRIES):
                if not self.left[kind]:
                    break
                place = draw.randrange(len(self.left[kind]))
                edit = self.left[kind].pop(place)
                if proved(self.script, edit, self.case, self.right):
                    return edit
        return None
