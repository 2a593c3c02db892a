"""Which single float is the loss: what it reads, who reads it, and whether the steps that were taken descend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice, pairwise

import numpy as np

from chainrule import ops
from chainrule.derive.backward import backward
from chainrule.program import ChainruleError, Value
from chainrule.roles.candidate import (
    DESCENDS,
    Candidate,
    LearntParameter,
    is_called_loss,
)
from chainrule.roles.history import History, Variable
from chainrule.roles.names import meaning, parts
from chainrule.roles.simulated import states_of
from chainrule.trace.slice import cut

NAMED = {"loss": 1.0, None: 0.0, "score": -1.5, "setting": -1.0}
"""What a name is worth; others are worth -0.5."""
GRADIENTS = frozenset({"grad", "grads", "gradient", "gradients"})
"""What is called so is no loss."""
PART = 4.0
"""What speaks against a value from which something called a loss is computed."""


def candidates(history: History, asked: str | None = None) -> list[Candidate]:
    """The candidates, the likeliest first; ``asked`` is the only name that is looked at."""
    found = _found(history, asked, history.moving)
    if states := states_of(history, found):
        # what a simulation carries on moves, too; nothing is learnt by it
        history.moving = {v: s for v, s in history.moving.items() if v not in states}
        found = _found(history, asked, history.moving)
    if not any(one.steps for one in found) and history.remade:
        found = _found(history, asked, history.remade)
    found = _without_copies(history, found)
    for one in found:
        if asked is None and _is_part(history, one, found):
            one.score -= PART
    found.sort(key=lambda one: -one.score)
    return found


def the_end(history: History) -> Candidate | None:
    """The one number that everything else leads to, where there are only single numbers: what a formula is about."""
    computed = [
        line.result for line in history.lines if any(True for _ in line.reads())
    ]
    if any(history.number(one).size != 1 for one in history.run.program.values()):
        return None
    ends = [one for one in computed if not history.readers.get(one)]
    if len(ends) != 1 or ends[0].dtype.kind != "f":
        return None
    return Candidate(ends[0], history.own.get(ends[0]), ())


def _found(
    history: History, asked: str | None, changed: Mapping[Variable, tuple[int, ...]]
) -> list[Candidate]:
    """The candidates where these variables may be what is learnt, each as it reads best."""
    found: list[Candidate] = []
    for variable in history.singles():
        if asked is not None and not _is_called(variable, asked):
            continue
        best: Candidate | None = None
        for candidate in _readings(history, variable, changed):
            _weigh(history, candidate, with_gradient=asked is None)
            if best is None or _worth(candidate) > _worth(best):
                best = candidate
        if best is not None:
            found.append(best)
    return found


def _worth(candidate: Candidate) -> tuple[int, float]:
    """Of two readings of one variable the one with more parameters, if the steps descend it."""
    descends = (candidate.cosine or 0) >= DESCENDS
    return len(candidate.steps) if descends else 0, round(candidate.score, 9)


def _is_called(variable: Variable, asked: str) -> bool:
    return asked == variable.name or any(asked == v.name for v in variable.versions[:3])


def _without_copies(history: History, found: Sequence[Candidate]) -> list[Candidate]:
    """One candidate a value: of two names the one that says more; what is rounded for a log is no loss of its own."""
    values = {v for one in found if one.variable for v in one.variable.versions}
    best: dict[Value, Candidate] = {}
    for one in found:
        other = best.get(one.value)
        if _rounded(history, one.value, values) is not None:
            continue
        if other is None or one.score > other.score:
            best[one.value] = one
    return list(best.values())


def _rounded(history: History, value: Value, values: set[Value]) -> Value | None:
    """The candidate that a value shows with fewer digits; None for one that is itself."""
    is_flat = False
    line = history.producer.get(value)
    while line is not None and len(reads := {*line.reads()}) == 1:
        # a function outside the catalogue has no rule
        is_flat = is_flat or line.op is ops.rint or line.op.rules == ()
        (one,) = reads
        if is_flat and one in values:
            return one
        line = history.producer.get(one)
    return None


def _readings(
    history: History, variable: Variable, changed: Mapping[Variable, tuple[int, ...]]
) -> Iterator[Candidate]:
    """The ways in which a variable may be a loss: which of its versions, and what it reads of the variables that move."""
    for position in islice(_complete(history, variable), 2):
        value = variable.versions[position]
        if value.dtype.kind != "f" or not (
            value in history.producer or value in history.returned
        ):
            continue
        yield Candidate(
            value,
            variable,
            steps_from(history, value, history.behind(value), changed),
        )


def _complete(history: History, variable: Variable) -> Iterator[int]:
    """The versions that are not on the way to the next one: a loss that is added up is whole at the end."""
    versions = variable.versions
    for i, (one, other) in enumerate(pairwise(versions)):
        if not history.leads(one, other):
            yield i
    yield len(versions) - 1


def steps_from(
    history: History,
    loss: Value,
    read: frozenset[Value],
    changed: Mapping[Variable, tuple[int, ...]],
) -> tuple[LearntParameter, ...]:
    """The parameters of a loss: it reads a version of a variable that moves, or is made anew, and not the next."""
    met: dict[Variable, Value] = {}
    for variable, steps in changed.items():
        versions = variable.versions
        # what a carried state, or a term before, read of it belongs to the steps before
        start = max((i for i, one in enumerate(versions) if one in read), default=-1)
        if start not in steps or loss in versions:
            continue
        # b = 0 is a whole number until its first step
        if versions[start].differentiable:
            met[variable] = versions[start]
    met = _not_computed_from_others(history, met)
    # moments, and gradients added up, are read by way of the parameters that they moved
    directly = history.walk([loss], frozenset(met.values()))
    found: list[LearntParameter] = []
    for variable, value in met.items():
        if value not in directly:
            continue
        after = _after(history, variable, variable.versions.index(value), loss)
        others = directly.intersection(variable.versions) - {value}
        # what a sum of losses reads again and again is a state, unless steps are added to it
        carried = variable not in history.moving and bool(others)
        if not carried and _driven(history, value, after, read):
            found.append(LearntParameter(variable, value, after))
    return tuple(one for one in found if not _moves_another(history, one, found))


def _moves_another(
    history: History, step: LearntParameter, steps: Sequence[LearntParameter]
) -> bool:
    """Whether a variable is the velocity of another one: what it became is what was added to that."""
    lines = (history.producer.get(other.after) for other in steps if other is not step)
    return any(
        line is not None
        and line.op in (ops.add, ops.subtract)
        and step.after in line.args
        for line in lines
    )


def _not_computed_from_others(
    history: History, met: dict[Variable, Value]
) -> dict[Variable, Value]:
    """Without what began as something computed, from another of them or from several things: ``probs``, changed later."""
    met = _without_other_names(met)
    holders = Counter(one for variable in met for one in set(variable.versions))

    def of_another(variable: Variable, one: Value) -> bool:
        return holders[one] > (one in variable.versions)

    return {
        variable: value
        for variable, value in met.items()
        if not history.meets(variable.versions[0], partial(of_another, variable))
        and _began_as_given(history, variable)
    }


def _without_other_names(met: dict[Variable, Value]) -> dict[Variable, Value]:
    """Without names that only go about among the others: the ``w`` of ``for w, g in ...: w -= lr * g``."""
    kept = dict(met)
    holders = Counter(one for variable in met for one in set(variable.versions))
    for variable in met:
        if all(holders[one] > 1 for one in variable.versions):
            del kept[variable]
            holders.subtract(set(variable.versions))
    return kept


def _began_as_given(history: History, variable: Variable) -> bool:
    """Whether a variable began as given, drawn or scaled, or is first seen in a step of such a value."""
    first = variable.versions[0]
    sources = history.behind(first) & history.given
    return len(sources) < 2 or any(
        history.has_step(source, first) for source in sources
    )


def _after(history: History, variable: Variable, start: int, loss: Value) -> Value:
    """What became of a parameter by the time that something of the loss's kind reads it again."""
    turns = [line.result for line in history.turns_of(loss)]
    again = turns[turns.index(loss) + 1 :][:1] if turns else []
    last = variable.versions[start + 1]
    behind = history.behind(again[0]) if again else frozenset()
    for version in variable.versions[start + 1 : start + 40]:
        if again and version not in behind:
            break
        last = version
        if not again:
            # nothing reads it again: each entry, or each term, may have been written by itself
            continue
    return last


def _driven(
    history: History, value: Value, after: Value, read: frozenset[Value]
) -> bool:
    """Whether the step was computed from something that the loss was computed from, too."""
    made = history.behind(after) - history.behind(value)
    if any(one in read for one in made):
        return True
    # X @ W written once more in the backward pass: the same operation on the parameter
    return any(
        line.result in made and other.result in read and other.op is line.op
        for line in history.readers.get(value, ())
        for other in history.readers.get(value, ())
    )


def _weigh(history: History, candidate: Candidate, *, with_gradient: bool) -> None:
    """What speaks for a candidate, in one number."""
    name = candidate.name or ""
    said = meaning(name)
    worth = NAMED.get(said, -0.5)
    if {*parts(name)[-1:]} & GRADIENTS:
        worth = NAMED["score"]
    if is_called_loss(candidate):
        worth += 0.5
    candidate.feeds = _feeds(history, candidate)
    if candidate.steps and with_gradient:
        _compare(history, candidate)
    score = worth
    if candidate.cosine is not None:
        # what the steps climb to the point may be a likelihood, or a loss whose step has the wrong sign
        along = max(candidate.cosine, -0.75 * candidate.cosine)
        score += 4 * along * _how_telling(candidate)
        score += 0.5 * len(candidate.steps) / max(len(history.moving), 1)
    if candidate.feeds:
        score -= 2
    if not candidate.steps:
        score -= 1.5 if history.moving else 0
        depends = len(history.behind(candidate.value))
        score += min(depends, 50) / 100
    if _only_on_the_way(history, candidate):
        # where nothing moves, what everything leads to is the loss
        score -= 0.4 if history.moving or is_called_loss(candidate) else 1.5
    if candidate.variable in history.moving and _is_used(history, candidate.variable):
        score -= PART
    candidate.score = score


def _is_used(history: History, variable: Variable) -> bool:
    """Whether something else is computed from each value that a variable goes through: then it is no sum of losses."""
    *before, _ = variable.versions[:4]
    return all(
        any(
            after not in history.behind(line.result)
            and line.result not in variable.versions
            and not history.leads(line.result, after)
            for line in history.readers.get(one, ())
        )
        for one, after in zip(before, variable.versions[1:4], strict=True)
    )


def _how_telling(candidate: Candidate) -> float:
    """How far a cosine speaks, from 0 to 1: a step of one number goes down or up by chance alone, one of many does not."""
    entries = sum(int(np.prod(step.value.shape)) for step in candidate.steps)
    return float(1 - 0.5 ** min(entries, 60))


def _is_part(
    history: History, candidate: Candidate, found: Sequence[Candidate]
) -> bool:
    """Whether something that is clearly called a loss is computed from it, which is not itself."""
    versions = candidate.variable.versions if candidate.variable else [candidate.value]
    return not is_called_loss(candidate) and any(
        is_called_loss(other)
        and other is not candidate
        and not history.behind(other.value).isdisjoint(versions)
        for other in found
    )


def _feeds(history: History, candidate: Candidate) -> bool:
    """Whether the steps were computed from it: then it is an error, not the loss."""
    return any(
        candidate.value in history.behind(step.after) for step in candidate.steps
    )


def _only_on_the_way(history: History, candidate: Candidate) -> bool:
    """Whether another single float is computed from it: a term of the loss, not the loss."""
    for line in history.readers.get(candidate.value, ()):
        if line.result.dtype.kind == "f" and history.number(line.result).size == 1:
            return True
    return False


def _compare(history: History, candidate: Candidate) -> None:
    """The cosine between each step taken and minus the gradient of the candidate."""
    values = [step.value for step in candidate.steps]
    try:
        run = cut(history.run, candidate.value, values)
        derived = backward(run, candidate.value, values)
    except ChainruleError:
        return
    found: dict[str, float] = {}
    for step in candidate.steps:
        gradient = derived.gradient(step.value).ravel()
        candidate.gradients[step.value] = gradient
        cosine = cosine_of(-gradient, step.taken(history))
        if cosine is not None:
            found[step.variable.name] = cosine
    if found:
        candidate.cosines = found
        candidate.cosine = float(np.mean(list(found.values())))


def cosine_of(one: np.ndarray, other: np.ndarray) -> float | None:
    """The cosine of the angle between two directions; None where one of them is none."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    if not np.isfinite(size) or size == 0:
        return None
    return float(one @ other) / size
