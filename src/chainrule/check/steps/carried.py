"""What a pass leaves behind in a gradient: what is added up and never set back to 0 before the next pass.

In the first pass such a gradient is right. In the second its step is the true one and, beside it, the first once more.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet

import numpy as np

from chainrule.check.agree import close, ratio
from chainrule.check.edits import Edit, edited
from chainrule.check.report import LineReport
from chainrule.check.steps.finals import Final, Finals
from chainrule.check.steps.operand_nodes import operand_nodes
from chainrule.check.steps.sites import Site, Sites, Statement
from chainrule.check.steps.slots import Slots, upstream
from chainrule.check.steps.verdicts import Verdicts
from chainrule.check.steps.versions import Versions
from chainrule.program import Array, Value

KEEPS = (
    "The gradient still holds what the pass before has added: the second step is taken with both. "
    "Set it to 0 before each pass."
)
BELOW = " Below the step:"


def may_be_carried(first: Finals) -> bool:
    """Whether some gradient of one pass is in the next one's by another way than through what is learnt."""
    return bool(_added_to(first))


def _added_to(first: Finals) -> dict[int, tuple[Value, Value]]:
    """By what a step leads to: a gradient, and what the same expression has made of it in a later pass."""
    recording = first.evidence.recording
    versions = Versions(recording, Slots(recording).chains)
    values, place = first.evidence.tape.values, recording.place
    moved = [
        (one, values[one.after], values[one.cuts[-1]], chain)
        for one in first.all
        if one.after is not None and one.cuts
        for chain in versions.chains
        if one.parameter in chain and values[one.after] in chain
    ]
    learnt = {version for *_, chain in moved for version in chain}
    found: dict[int, tuple[Value, Value]] = {}
    for one, after, gradient, chain in moved:
        for later in chain[chain.index(after) + 1 :]:
            again = [
                value
                for value in upstream(recording.producer, later, learnt - {later})
                - {gradient}
                if place(value) == place(gradient)
                and gradient in upstream(recording.producer, value, learnt)
            ]
            if again:
                last = max(again, key=recording.position.__getitem__)
                found.setdefault(one.after or 0, (gradient, last))
                break
    return found


def carried(first: Finals, second: Finals) -> list[Final]:
    """The finals of a first pass whose gradient a second pass takes once more, beside its own.

    By what number the loss is divided may be written nowhere; it is one number.
    """
    numbers = first.evidence.recording.run.numbers
    added = _added_to(first)
    sums = []
    for one, now in _wrong_again(first, second):
        pair, true = added.get(one.after or 0), _true(second, now)
        if pair is not None and true is not None:
            past, written = (np.ravel(numbers[value]) for value in pair)
            if past.size == written.size == true.size and np.any(past):
                sums.append((one, written - past, true))
    scales = [first.convention, -first.convention]
    # of a single number any other is a multiple
    scales += [ratio(rest, true) or 0.0 for _, rest, true in sums if true.size > 1]
    found: list[Final] = []
    for scale in filter(None, scales):
        fits = [one for one, rest, true in sums if close(rest, scale * true)]
        found = max(found, fits, key=len)
    return found


def _true(second: Finals, now: Final) -> Array | None:
    number = second.evidence.worlds[0].numbers[now.target]
    return None if number is None else np.ravel(number)


def _wrong_again(first: Finals, second: Finals) -> list[tuple[Final, Final]]:
    """What the steps of a first pass moved and those of the second move wrongly."""
    of_first = {one.after: one for one in first.all}
    values, at = second.evidence.tape.values, first.evidence.tape.at
    moved = [(of_first.get(at.get(values[now.before])), now) for now in second.wrong()]
    return [(one, now) for one, now in moved if one is not None]


def carried_lines(
    first: Finals, second: Finals, text: str, heals: Callable[[str], bool]
) -> Iterator[LineReport]:
    """The lines that add to what they should begin with, or the steps after which it is to be set to 0.

    ``heals`` is asked of a fixed text.
    """
    sites = Sites(first.evidence)
    kept = carried(first, second)
    for edits in (_assignments(kept, sites), _resets(first, kept, sites)):
        made = [edit for edit in edits.values() if edit is not None]
        is_whole = bool(made) and len(made) == len(edits)
        if is_whole and heals(edited(text, made)):
            break
    else:
        edits = dict.fromkeys(edits or _assignments(kept, sites))
    verdicts = Verdicts(first, sites, None)
    for statement, edit in edits.items():
        yield verdicts.wrong_at(
            statement,
            KEEPS if edit is None or not edit.is_insertion else KEEPS + BELOW,
            ("gradient never set to 0",),
            fix=None if edit is None else edit.text.strip(),
            edits=() if edit is None else (edit,),
        )


def _assignments(kept: Iterable[Final], sites: Sites) -> dict[Statement, Edit | None]:
    """``d += x`` as ``d = x``, where it is added to once in a pass."""
    found: dict[Statement, Edit | None] = {}
    for one in kept:
        made = [sites.of_place[cut] for cut in one.cuts if cut in sites.of_place]
        if not made:
            continue
        statement, node, text = made[-1].statement, made[-1].statement.node, None
        if len(made[-1].runs) == 1 and isinstance(node, ast.AugAssign):
            text = ast.unparse(
                ast.Assign([node.target], node.value, lineno=node.lineno)
            )
        found[statement] = _line(node, text, below=False)
    return found


def _resets(
    first: Finals, kept: Iterable[Final], sites: Sites
) -> dict[Statement, Edit | None]:
    """The gradient set to 0 below the step that has used it up."""
    found: dict[Statement, Edit | None] = {}
    for one in kept:
        step = None if one.after is None else sites.of_place.get(one.after)
        if step is None or step.statement.node is None:
            return {}
        taken = {first.evidence.tape.values[cut] for cut in one.cuts}
        names = (_named(site, taken, sites) for site in step.statement.sites)
        name = next((one for one in names if one is not None), None)
        text = None
        if name is not None:
            is_array = first.evidence.tape.values[one.cuts[-1]].shape != ()
            text = f"{ast.unparse(name)}{'[...]' if is_array else ''} = 0"
        found[step.statement] = _line(step.statement.node, text, below=True)
    return found


def _named(site: Site, taken: AbstractSet[Value], sites: Sites) -> ast.expr | None:
    """The name under which a step reads one of these values."""
    n_args = len(site.runs[0].args)
    nodes = operand_nodes(site.node, n_args, sites.modules)
    return next(
        (
            node
            for run in site.runs
            for arg, node in zip(run.args, nodes, strict=False)
            if arg in taken
            and isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
        ),
        None,
    )


def _line(node: ast.stmt | None, text: str | None, *, below: bool) -> Edit | None:
    """A line in the place of a statement, or below it."""
    if node is None or text is None:
        return None
    last = node.end_lineno or node.lineno
    written = " " * node.col_offset + text
    return Edit(last + 1, last, written) if below else Edit(node.lineno, last, written)
