"""Parameters of a forward pass that nothing updates: by names, by products, by how their numbers were made."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from chainrule import ops
from chainrule.program import Line, Value
from chainrule.roles.history import History
from chainrule.roles.kinds import Meetings, kind_of
from chainrule.roles.names import meaning

BY_NAME = {
    "weight": 2.0,
    "data": -2.0,
    "label": -2.5,
    "mask": -3.0,
    "state": -2.0,
    "score": -2.0,
    # what nothing computes is no loss
    "loss": 0.0,
    None: 0.0,
}
PRODUCTS = (ops.matmul, ops.tensordot, ops.einsum)


def learnt(
    history: History,
    lines: Sequence[Line],
    sources: Sequence[Value],
    *,
    given: bool = False,
) -> dict[Value, float]:
    """Each source that is learnt, with how much speaks for it.

    Of what is ``given`` to a function everything is learnt that nothing speaks against.
    """
    scores = {
        value: _score(history, lines, value)
        for value in sources
        if value.differentiable
    }
    chosen = [value for value, score in scores.items() if score > -0.5]
    if not chosen:
        # nothing but what is called data: then the gradient is asked for by that
        return {v: s for v, s in scores.items() if meaning(v.name or "") != "mask"}
    if given:
        return {value: scores[value] for value in chosen}
    # each weak one is left out in turn: does it look like a label, a mask or a setting then?
    for value in sorted(chosen, key=lambda one: scores[one]):
        if scores[value] >= 2 or len(chosen) == 1 or _made(value, history) >= 1:
            continue
        rest = [one for one in chosen if one is not value]
        kind = kind_of(history, Meetings(history, lines, rest), value)
        said = meaning(value.name or "")
        if kind in ("label", "mask", "setting") and said not in ("weight", "setting"):
            chosen = rest
    return {value: scores[value] for value in chosen}


def _score(history: History, lines: Sequence[Line], value: Value) -> float:
    name = value.name or ""
    said = meaning(name)
    single = history.number(value).size == 1
    # of several entries a gamma or a scale is a weight
    setting = -2.5 if single else 0.0
    score = setting if said == "setting" else BY_NAME[said]
    score += _made(value, history)
    if any(line.op in PRODUCTS and value in line.args[1:] for line in lines):
        score += 0.5
    if any(line.op in PRODUCTS and value is line.args[0] for line in lines):
        score += 0.0 if said == "weight" else -0.25
    if said is None and any(
        line.op in PRODUCTS
        and value is line.args[0]
        and isinstance(line.args[1], Value)
        and meaning(line.args[1].name or "") == "weight"
        for line in lines
    ):
        # a @ W: the samples stand before the weights
        score -= 0.75
    if _is_carried(history, value):
        score -= 3
    return score


def _is_carried(history: History, value: Value) -> bool:
    """Whether the variable of a value goes on: the state of a loop, an array that is being filled."""
    return any(value in variable.versions[:-1] for variable in history.variables)


def _made(value: Value, history: History) -> float:
    """What the statement says that made it: small random numbers are weights, zeros may be a bias."""
    for bound in history.recording.bounds():
        if bound.value is not value or not bound.places:
            continue
        place = bound.places[0]
        try:
            tree = ast.parse(place.source)
        except SyntaxError:
            return 0.0
        words = {
            node.attr if isinstance(node, ast.Attribute) else node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute | ast.Name)
        }
        drawn = not words.isdisjoint(
            {"randn", "rand", "normal", "uniform", "random", "standard_normal"}
        )
        scaled = any(
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mult | ast.Div | ast.Sub)
            for node in ast.walk(tree)
        )
        if drawn:
            return 1.0 if scaled else 0.25
        return 0.25 if not words.isdisjoint({"zeros", "ones", "full"}) else 0.0
    return 0.0
