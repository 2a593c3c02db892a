"""Parameters of a forward pass that nothing updates: by names, by products, by how their numbers were made."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Line, Value
from chainrule.roles.history import PRODUCTS, History
from chainrule.roles.kinds import COMPARED, Meetings, Met, is_label, kind_of
from chainrule.roles.names import meaning, parts

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
LETTERS = """
alpha beta gamma delta kappa lam lambda lmbda mu nu omega phi psi rho sigma tau theta zeta k p scale
width height length speed temperature signal noise amplitude frequency damping
"""
CONSTANTS = frozenset(LETTERS.split())
"""What a law or a model calls its constants; beside weights they are settings."""
NOISE = frozenset({"eps", "epsilon", "jitter"})
"""What is small where it is one number, and noise where it is an array."""
CARRIED = 3.0
"""What speaks against the state that a loop starts from, and an array that is being filled."""
FEWEST = 3
"""So many numbers may be in equal steps by chance."""
MANY = 2
"""So many weights in equal steps are a style, and no chance."""
ROWS = 1.5
"""What speaks against an array that has a row for each label: it is what is known of the samples."""


def learnt(
    history: History,
    lines: Sequence[Line],
    sources: Sequence[Value],
    *,
    given: bool = False,
) -> dict[Value, float]:
    """Each source that is learnt, with how much speaks for it.

    Of what is ``given`` to a function everything is learnt that nothing speaks against. In a script a single number is
    learnt if it is called a weight, or if no array is.
    """
    floats = [value for value in sources if value.differentiable]
    mixed = _Mixed.by(lines)
    scores = {value: _score(history, mixed, value) for value in floats}
    _weigh_grids(history, scores)
    if given:
        _weigh_against_labels(history, lines, scores, low_only=True)
        _weigh_factors_of_data(history, scores)
        chosen = [value for value in floats if scores[value] > -0.5]
    else:
        for value in floats:
            if value not in history.carried and any(history.turns_into(value)):
                scores[value] -= CARRIED
        _weigh_against_labels(history, lines, scores)
        arrays = {v: score for v, score in scores.items() if v.shape and score > -0.5}
        singles = [value for value in floats if not value.shape]
        chosen = _left(history, lines, arrays)
        if chosen:
            chosen += [value for value in singles if scores[value] >= 1]
        else:
            for value in singles:
                if _is_constant(value):
                    scores[value] = max(scores[value], 0.0)
            _share_statements(history, scores, singles)
            chosen = [value for value in singles if scores[value] > -0.5]
            if chosen and _is_formula(history, lines, floats, chosen):
                chosen = floats
    if not chosen:
        # nothing but what is called data: then the gradient is asked for by that
        chosen = [v for v in floats if meaning(v.name or "") != "mask"]
    return {value: scores[value] for value in floats if value in chosen}


@dataclass(frozen=True, slots=True)
class _Mixed:
    """What products mix: what stands before the others, with those, and what stands behind; ``results`` they have."""

    first: dict[Arg, list[Arg]]
    behind: frozenset[Arg]
    results: tuple[Value, ...]

    @staticmethod
    def by(lines: Sequence[Line]) -> _Mixed:
        """What ``lines`` mix."""
        products = [line for line in lines if line.op in PRODUCTS]
        first: dict[Arg, list[Arg]] = {}
        for line in products:
            first.setdefault(line.args[0], []).extend(line.args[1:2])
        behind = frozenset(arg for line in products for arg in line.args[1:])
        return _Mixed(first, behind, tuple(line.result for line in products))


def _left(
    history: History, lines: Sequence[Line], scores: dict[Value, float]
) -> list[Value]:
    """Without each weak one, left out in turn, that looks like a label, a mask or a setting then."""
    chosen = [*scores]
    for family in sorted(
        history.families.among(chosen).values(), key=lambda each: scores[each[0]]
    ):
        value, own = family[0], set(family)
        rest = [one for one in chosen if one not in own]
        if scores[value] >= 2 or not rest or _made(value, history) >= 1:
            continue
        meetings = Meetings(history, lines, rest)
        kind = kind_of(history, meetings, value)
        if kind == "setting" and value.shape and _is_bias(history, meetings, value):
            continue
        said = meaning(value.name or "")
        if kind in ("label", "mask", "setting") and said not in ("weight", "setting"):
            chosen = rest
    return chosen


def _is_bias(history: History, meetings: Meetings, value: Value) -> bool:
    """Whether an array of one number is added to what a product of weights gives: the bias of a single output."""
    return any(
        line.op is ops.add
        and (made := history.producer.get(other)) is not None
        and made.op in PRODUCTS
        for line, other in meetings.of(value)
    )


def _weigh_against_labels(
    history: History,
    lines: Sequence[Line],
    scores: dict[Value, float],
    *,
    low_only: bool = False,
) -> None:
    """Find the labels by where they meet the others; what has as many rows is what is known of the samples.

    What is called a label and is mixed in before the end is none, unless ``low_only`` asks for what speaks against.
    """
    arrays = [value for value in scores if value.shape]
    n_rows = set()
    others = [one for one in scores if meaning(one.name or "") != "label"]
    for family in history.families.among(arrays).values():
        own = set(family)
        rest = [one for one in others if one not in own]
        meetings = Meetings(history, lines, rest)
        met = meetings.of(family[0])
        said = meaning(family[0].name or "")
        compared = said == "label" or any(line.op is ops.subtract for line, _ in met)
        early = said == "label" and not any(
            line.op in COMPARED and line.op not in PRODUCTS and other.shape
            for line, other in met
        )
        is_last = compared and is_label(met, meetings)
        for value in family:
            if is_last:
                # a threshold is subtracted at the end, too: then the name counts, and not for much
                n_rows.add(len(history.number(value)))
                low = min(scores[value], -2.5)
                kept = said == "weight" and not _as_large(value, met)
                scores[value] = 0.5 if kept else low
            elif early and not low_only:
                # heights and temperatures are called y and T, too
                scores[value] += 2.5
    mixed = _Mixed.by(lines)
    for value in arrays:
        rows = len(history.number(value))
        weight = meaning(value.name or "") == "weight" or _made(value, history) > 0
        mixes = value in mixed.first or value in mixed.behind
        if rows < 2 or rows not in n_rows:
            continue
        if not weight and not mixes:
            scores[value] -= ROWS
        elif scores[value] > 0 and _stands_before_weights(mixed, value):
            scores[value] = -1.0


def _as_large(label: Value, met: Sequence[Met]) -> bool:
    """Whether rows are compared with rows of the same size: a threshold has no row for each sample."""
    return len(label.shape) > 1 and any(other.shape == label.shape for _, other in met)


def _stands_before_weights(mixed: _Mixed, value: Value) -> bool:
    """Whether an array is only ever multiplied by weights, standing before them: ``tokens_emb @ W_query``."""
    others = mixed.first.get(value, ())
    return (
        value not in mixed.behind
        and bool(others)
        and all(
            isinstance(other, Value) and meaning(other.name or "") == "weight"
            for other in others
        )
    )


def _is_constant(value: Value) -> bool:
    words = parts(value.name or "")
    return bool(words) and words[-1] in CONSTANTS


def _is_formula(
    history: History,
    lines: Sequence[Line],
    floats: Sequence[Value],
    chosen: Sequence[Value],
) -> bool:
    """Whether one statement gives all there is, single numbers, of which none is compared with what the others make."""
    bounds = history.families.bounds
    given = {bounds[one].places[0] if one in bounds else None for one in floats}
    if len(given) > 1 or None in given or any(one.shape for one in floats):
        return False
    meetings = Meetings(history, lines, chosen)
    rest = [one for one in floats if one not in chosen]
    return not any(kind_of(history, meetings, one) == "label" for one in rest)


def _share_statements(
    history: History, scores: dict[Value, float], singles: Sequence[Value]
) -> None:
    """A number whose name says nothing is what the others are that its statement gives: ``g, dt = 9.81, 0.02``."""
    given: dict[object, list[Value]] = {}
    for bound in history.recording.bounds():
        if bound.value in scores and bound.places:
            given.setdefault(bound.places[0], []).append(bound.value)
    for together in given.values():
        lowest = min(scores[one] for one in together)
        for value in together:
            if lowest <= BY_NAME["state"] and value in singles:
                said = meaning(value.name or "")
                scores[value] = lowest if said is None else scores[value]


def _score(history: History, mixed: _Mixed, value: Value) -> float:
    name = value.name or ""
    said = meaning(name)
    single = history.number(value).size == 1
    # of several entries a gamma or a scale is a weight; an epsilon is what is drawn
    drawn = not NOISE.isdisjoint(parts(name)[-1:])
    setting = -2.5 if single or drawn else 0.0
    score = setting if said == "setting" else BY_NAME[said]
    score += _made(value, history)
    if value in mixed.behind:
        score += 0.5
    if value in mixed.first:
        score += 0.0 if said == "weight" else -0.25
    if said is None and any(
        isinstance(other, Value) and meaning(other.name or "") == "weight"
        for other in mixed.first.get(value, ())
    ):
        # a @ W: the samples stand before the weights
        score -= 0.75
    if value in history.carried:
        score -= CARRIED
    first = min(map(history.before, mixed.results[:1]), default=0)
    if history.recording.met.get(value, 0) >= first > 0:
        # drawn in the middle of the forward pass, as noise is
        score -= 1
    return score


def _weigh_factors_of_data(history: History, scores: dict[Value, float]) -> None:
    """A number by which data are multiplied belongs to the model, whatever it is called: ``np.exp(-decay_rate * times)``."""
    for value in [v for v in scores if not v.shape]:
        if meaning(value.name or "") != "setting":
            continue
        own = {value}
        for line in history.readers.get(value, ()):
            if line.op is ops.negative:
                own.add(line.result)
        met = (line for one in own for line in history.readers.get(one, ()))
        if any(
            line.op is ops.multiply
            and any(arg in scores and arg.shape for arg in line.reads())
            for line in met
        ):
            scores[value] = max(scores[value], 0.0)


def _weigh_grids(history: History, scores: dict[Value, float]) -> None:
    """An array in equal steps is given and not learnt, unless every one that is called a weight is such a one."""
    laid = [value for value in scores if _is_laid_out(history.number(value))]
    weights = [v for v in scores if meaning(v.name or "") == "weight"]
    weights = [v for v in weights if history.number(v).size > FEWEST]
    says_something = len(weights) < MANY or not set(weights).issubset(laid)
    for value in laid:
        if says_something or value not in weights:
            scores[value] -= 2


def _is_laid_out(number: np.ndarray) -> bool:
    """Whether an array is a grid, in equal steps, or picks and leaves: noughts and one other number, and not the identity."""
    if number.size < 2:
        return False
    flat = number.ravel()
    taken = flat[flat != 0]
    if 0 < taken.size < flat.size and (taken == taken[0]).all():
        square = number.ndim == 2 and number.shape[0] == number.shape[1]
        return not (square and np.array_equal(number, np.eye(len(number))))
    step = np.diff(flat)
    return bool(
        flat.size > FEWEST and step[0] and np.allclose(step, step[0], rtol=1e-6)
    )


def _made(value: Value, history: History) -> float:
    """What the statement says that made it: small random numbers are weights, zeros may be a bias."""
    bound = history.families.bounds.get(value)
    return 0.0 if bound is None else _said_by(bound.places[0].source)


@cache
def _said_by(statement: str) -> float:
    try:
        tree = ast.parse(statement)
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
    if drawn and any(isinstance(node, ast.Compare) for node in ast.walk(tree)):
        # who is kept in a dropout is drawn, and not learnt
        return BY_NAME["mask"]
    scaled = any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult | ast.Div | ast.Sub)
        for node in ast.walk(tree)
    )
    if drawn:
        return 1.0 if scaled else 0.25
    return 0.25 if not words.isdisjoint({"zeros", "ones", "full"}) else 0.0
