"""Parameters that stay as they are while the others learn."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from chainrule.check.claims import Claim
from chainrule.check.surroundings.finding import Finding, Piece, Severity
from chainrule.check.surroundings.steps import Steps
from chainrule.check.surroundings.updates import meant_elsewhere
from chainrule.check.surroundings.weights import is_named_a_weight, unused
from chainrule.program import Value
from chainrule.program.source_places import line_in

WORD = re.compile(r"[A-Za-z_]\w*")
PARTS = re.compile(r"(\W+)")


def never_updated(steps: Steps) -> Iterator[Finding]:
    """A parameter whose gradient no update uses, or which has none."""
    if not steps.updated:
        return
    meant = meant_elsewhere(steps)
    found = list(unused(steps))
    for claim, target in found:
        node = steps.scene.own(claim.execution.site.statement)
        if target in meant or node is None:
            continue
        is_read = bool(steps.scene.readers.get(claim.value))
        pieces = _added(steps, claim, target)
        where = (
            f" After {line_in(steps.scene.script.file, pieces[0].line)}:"
            if pieces
            else ""
        )
        found_here = steps.scene.finding(
            "never updated",
            Severity.MISTAKE,
            node,
            f"{claim.text} is computed{'' if is_read else ' and not used'}: {steps.called(target)} is never updated, "
            f"and stays as it was made while the others learn.{where}",
            pieces,
            name=claim.text,
            shown=pieces[0].text.strip() if pieces else None,
        )
        yield replace(found_here, parameter=steps.called(target))
    yield from _without_gradient(steps, {target for _, target in found})


def _added(steps: Steps, claim: Claim, target: Value) -> tuple[Piece, ...]:
    """An update like the last one, in a line behind it."""
    for move in reversed(steps.kept):
        parameter = steps.root(move.before)
        statement = steps.scene.statement(move.node)
        if (
            parameter is None
            or move.step is None
            or statement.end_lineno != statement.lineno
        ):
            continue
        used = _last_word(steps.named(move.step.value))
        text = steps.scene.text[statement.lineno - 1]
        words = {
            steps.called(parameter): steps.called(target),
            used: _last_word(claim.text),
        }
        if not set(words) <= set(WORD.findall(text)):
            continue
        new = "".join(words.get(part, part) for part in PARTS.split(text))
        line, column = statement.lineno, len(text)
        return (Piece(line, column, line, column, f"\n{new}"),)
    return ()


def _last_word(text: str) -> str:
    """The name in ``self.dW1`` or ``grads["dW1"]``."""
    words = WORD.findall(text)
    return words[-1] if words else text


def _without_gradient(steps: Steps, known: set[Value]) -> Iterator[Finding]:
    """A weight that has no gradient at all, beside its partner or behind an earlier layer that learns."""
    updated = steps.updated
    missing = [
        root
        for root in steps.study.roots
        if root in steps.truth
        and root not in updated
        and root not in known
        and steps.called(root) not in steps.scene.updated_somewhere
        and root.shape != ()
        and root not in {steps.root(move.before) for move in steps.moves}
        and is_named_a_weight(steps.called(root))
        and not any(one.exact is root for one in steps.claims.all)
    ]
    if not missing or len(missing) >= len(updated):
        return
    layers = {_layer(steps.called(one)) for one in updated}
    for root in missing:
        own = _layer(steps.called(root))
        if own is not None and not any(
            one is not None and one <= own for one in layers
        ):
            continue
        node = _first_seen(steps, root)
        if node is None:
            continue
        stays = steps.scene.finding(
            "never updated",
            Severity.WARNING,
            node,
            f"{steps.called(root)} has no gradient and is never updated, while the others are. If it is meant to stay, all is well.",
            (),
            name=steps.called(root),
        )
        yield replace(stays, parameter=steps.called(root))


def _first_seen(steps: Steps, root: Value) -> ast.AST | None:
    """Where a parameter is made, else where it is read first."""
    for bound in steps.study.script.bound:
        if bound.value is root:
            return steps.scene.node(bound.at)
    for line in steps.scene.readers.get(root, ()):
        for arg, node in zip(line.args, steps.scene.operands(line) or (), strict=False):
            if arg is root:
                return node
    return None


def _layer(name: str) -> int | None:
    found = re.search(r"(\d+)$", name)
    return None if found is None else int(found[1])
