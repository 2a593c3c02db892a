"""The learning rate and the optimizer of a script: read off how its parameters became what they are next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule import ops
from chainrule.program import Arg, Array, Line, Value
from chainrule.roles.candidate import LearntParameter
from chainrule.roles.history import History, Variable
from chainrule.roles.names import parts

RATES = frozenset(
    (
        *("lr", "lrate", "rate", "eta", "alpha", "learning", "stepsize", "step"),
        *("speed", "lernrate", "tasa", "taux", "tasso", "taxa"),
    )
)
"""Parts of the names of learning rates."""


@dataclass(frozen=True, slots=True)
class Descent:
    """How a script steps: the rate, its name in the script, the optimizer, and the values that only it keeps."""

    rate: float | None
    rate_value: Value | None
    optimizer: str | None
    state: tuple[Value, ...]


def descent(
    history: History, steps: Sequence[LearntParameter], gradients: Mapping[Value, Array]
) -> Descent | None:
    """How the parameters were stepped; None where nothing was."""
    if not steps:
        return None
    found: list[tuple[float, Value | None]] = []
    for step in steps:
        found += _factors(history, step)
    found = found or [*_called_rates(history, steps)]
    found = found or [*_measured(history, steps, gradients)]
    if not found and not any(step.variable in history.moving for step in steps):
        # made anew: there is no step, and no rate
        return Descent(None, None, None, ())
    rate, value = _likeliest(found)
    optimizer, state = _optimizer(history, steps)
    return Descent(rate, value, optimizer, state)


def _likeliest(
    found: Sequence[tuple[float, Value | None]],
) -> tuple[float | None, Value | None]:
    """The factor that is called a rate, else the one nearest to the parameter; 1 where there is none."""
    for number, value in found:
        if value is not None and value.name and is_rate(value.name):
            return number, value
    if found:
        return found[0]
    return 1.0, None


def _measured(
    history: History, steps: Sequence[LearntParameter], gradients: Mapping[Value, Array]
) -> list[tuple[float, None]]:
    """The one number by which all steps go against the gradients, if they do."""
    known = [step for step in steps if step.value in gradients]
    if not known:
        return []
    against = -np.concatenate([gradients[step.value] for step in known])
    taken = np.concatenate([step.taken(history) for step in known])
    rate = float(taken @ against / (against @ against)) if against.any() else 0.0
    exact = np.allclose(taken, rate * against, rtol=1e-9, atol=0)
    # 0.30000000000000004 was written 0.3
    return [(float(f"{abs(rate):.12g}"), None)] if rate and exact else []


def _called_rates(
    history: History, steps: Sequence[LearntParameter]
) -> Iterator[tuple[float, Value]]:
    """The numbers called a rate from which a step was computed in a way that is not known here."""
    for step in steps:
        for value in history.behind(step.after) - history.behind(step.value):
            if value.name and is_rate(value.name) and history.number(value).size == 1:
                yield float(history.number(value).item()), value


def is_rate(name: str) -> bool:
    """Whether a name says that it is a learning rate.

    >>> [is_rate(name) for name in ("lr", "learning_rate", "eta0", "beta1")]
    [True, True, True, False]
    """
    return not RATES.isdisjoint(parts(name))


def _factors(
    history: History, step: LearntParameter
) -> list[tuple[float, Value | None]]:
    """The single numbers that scale what was added to a parameter, the outermost first."""
    found: list[tuple[float, Value | None]] = []
    for term in _terms(history, step.after, step.value):
        found += _scales(history, term, 0)
    return found


def _terms(history: History, value: Arg, old: Value) -> Iterator[Arg]:
    """What was added to ``old`` to make ``value``."""
    ahead = [value]
    seen: set[Value] = set()
    while ahead:
        one = ahead.pop()
        if not isinstance(one, Value) or one is old or one in seen:
            continue
        seen.add(one)
        line = history.producer.get(one)
        if line is None:
            continue
        if line.op in (ops.add, ops.subtract):
            for arg in line.args:
                if isinstance(arg, Value) and _carries(history, arg, old):
                    ahead.append(arg)
                else:
                    yield arg
        elif line.op is ops.setitem:
            ahead += line.args[:2]
        elif line.op is ops.getitem or _hands_on(line):
            ahead.append(line.args[0])


def _carries(history: History, value: Value, old: Value) -> bool:
    """Whether a term hands on the parameter itself."""
    if value is old:
        return True
    if value.shape != old.shape:
        line = history.producer.get(value)
        return line is not None and line.op is ops.getitem
    return history.has_step(old, value) or _is_decayed(history, value, old)


def _is_decayed(history: History, value: Value, old: Value) -> bool:
    line = history.producer.get(value)
    return line is not None and line.op is ops.multiply and old in line.args


def _scales(
    history: History, term: Arg, depth: int
) -> list[tuple[float, Value | None]]:
    """The scalar factors of a term: ``lr * g``, ``-lr * m / (sqrt(v) + eps)``."""
    line = history.producer.get(term) if isinstance(term, Value) else None
    if line is None or depth > 12:
        return []
    if line.op in (ops.negative, ops.divide) or _hands_on(line):
        return _scales(history, line.args[0], depth + 1)
    if line.op is ops.multiply:
        return _product(history, line, depth)
    if line.op in (ops.add, ops.subtract, ops.matmul, ops.outer, ops.sum, ops.mean):
        # a velocity: what it adds of the gradient is scaled by the rate
        return [
            one
            for arg in line.args
            for one in _scales(history, arg, depth + 1)
            if one[1] is not None and is_rate(one[1].name or "")
        ]
    return []


def _hands_on(line: Line) -> bool:
    """Whether the entries are those of the first argument, wherever they stand and of whatever type."""
    return line.op.unseen or line.op.kind == "view"


def _product(
    history: History, line: Line, depth: int
) -> list[tuple[float, Value | None]]:
    found: list[tuple[float, Value | None]] = []
    for arg, other in (line.args, line.args[::-1]):
        number = _single(history, arg)
        if number is not None and _is_array_or_computed(history, other):
            value = arg if isinstance(arg, Value) else None
            found.append((abs(number), _source(history, value)))
            if value is not None and value in history.producer:
                found += _scales(history, value, depth + 1)
            return [*found, *_scales(history, other, depth + 1)]
    for arg in line.args:
        found += _scales(history, arg, depth + 1)
    return found


def _source(history: History, value: Value | None) -> Value | None:
    """The named number behind ``-lr`` or ``lr / 1``."""
    while value is not None and value.name is None:
        line = history.producer.get(value)
        named = [arg for arg in (line.args if line else ()) if isinstance(arg, Value)]
        if line is None or len(named) != 1:
            return value
        if line.op is not ops.negative and not line.op.unseen:
            return value
        value = named[0]
    return value


def _single(history: History, arg: Arg) -> float | None:
    """A number that was written, or given, and depends on nothing else."""
    if isinstance(arg, int | float) and not isinstance(arg, bool):
        return float(arg)
    if not isinstance(arg, Value) or history.number(arg).size != 1:
        return None
    line = history.producer.get(arg)
    if line is None or line.op in (ops.negative, ops.array) or line.op.unseen:
        return float(history.number(arg).reshape(-1)[0])
    return None


def _is_array_or_computed(history: History, arg: Arg) -> bool:
    return isinstance(arg, Value) and (bool(arg.shape) or arg in history.producer)


def _optimizer(
    history: History, steps: Sequence[LearntParameter]
) -> tuple[str | None, tuple[Value, ...]]:
    """The name of the rule by what it keeps: nothing, a velocity, squares, both."""
    parameters = {step.value for step in steps}
    stepped = frozenset(one for step in steps for one in step.variable.versions)
    kept: list[Value] = []
    squares = running = 0
    n_roots = 0
    for step in steps:
        made = history.behind(step.after) - history.behind(step.value)
        n_roots += any(
            history.producer[value].op is ops.sqrt
            and history.producer[value].result.shape == step.value.shape
            for value in made
            if value in history.producer
        )
        for variable in history.variables:
            if not stepped.isdisjoint(variable.versions):
                continue
            after = [v for v in variable.versions if v in made and v is not step.after]
            if not after or after[0].shape != step.value.shape:
                continue
            start = variable.versions[0]
            if (
                start in parameters
                or step.value in variable.versions
                or len(variable.versions) < 2
            ):
                continue
            if not _carries_on(history, variable, after[-1], stepped, parameters):
                continue
            if not _is_made_of_itself(history, variable, after[-1], stepped):
                continue
            if start not in after:
                kept.append(start)
            if _has_square(history, after[-1]):
                squares += 1
            else:
                running += 1
    state = tuple(dict.fromkeys(kept))
    if squares and running:
        return "adam", state
    if squares:
        decays = any(_decays(history, one) for one in state)
        return ("rmsprop" if decays else "adagrad"), state
    if running:
        return "momentum", state
    return "sgd", state


def _carries_on(
    history: History,
    variable: Variable,
    last: Value,
    stepped: frozenset[Value],
    parameters: set[Value],
) -> bool:
    """Whether what a step was made with is kept for the next one, as a velocity is: a gradient is computed anew."""
    if parameters.isdisjoint(history.behind(last)):
        return False  # a rate that decays
    at = variable.versions.index(last)
    later = variable.versions[at + 1 : at + 5]
    if later:
        return any(last in history.walk([one], stepped) for one in later)
    behind = history.walk([last], stepped)
    return any(
        one in behind
        and parameters.isdisjoint(history.behind(one))
        and (place == 0 or not stepped.isdisjoint(history.behind(one)))
        for place, one in enumerate(variable.versions[:at])
    )


def _is_made_of_itself(
    history: History, variable: Variable, last: Value, stepped: frozenset[Value]
) -> bool:
    """Whether what is kept is made entry by entry of what it was, as a velocity is; a hidden state goes through weights."""
    at = variable.versions.index(last)
    return any(
        _is_made_of(history, one, {*variable.versions[:place]}, stepped)
        for place, one in enumerate(variable.versions[: at + 2])
        if place >= at
    )


def _is_made_of(
    history: History, value: Value, of: set[Value], stepped: frozenset[Value]
) -> bool:
    """Whether ``value`` follows entry by entry from one ``of`` these, and not by way of a parameter."""
    ahead, seen = [value], {value, *stepped}
    while ahead:
        line = history.producer.get(ahead.pop())
        if line is None or not (
            line.op.elementwise or line.op is ops.setitem or _hands_on(line)
        ):
            continue
        reads = set(line.reads()) - seen
        if reads & of:
            return True
        seen |= reads
        ahead += reads
    return False


def _has_square(history: History, value: Value) -> bool:
    line = history.producer.get(value)
    for _ in range(3):
        if line is None:
            return False
        for arg in line.args:
            inner = history.producer.get(arg) if isinstance(arg, Value) else None
            while inner is not None and inner.op is ops.multiply:
                rest = [
                    a
                    for a in inner.args
                    if isinstance(a, Value) and a.shape == value.shape
                ]
                # 0.001 * g ** 2, and (1 - beta) * g ** 2
                if len(rest) != 1 and not _has_number(history, inner):
                    break
                nested = history.producer.get(rest[0]) if rest else None
                if nested is None:
                    break
                inner = nested
            if inner is None:
                continue
            if inner.op is ops.square or (inner.op is ops.power and inner.args[1] == 2):
                return True
            if inner.op is ops.multiply and inner.args[0] is inner.args[1]:
                return True
        line = None
    return False


def _has_number(history: History, line: Line) -> bool:
    return any(_single(history, arg) is not None for arg in line.args)


def _decays(history: History, start: Value) -> bool:
    return any(
        line.op is ops.multiply and _has_number(history, line)
        for line in history.readers.get(start, ())
    )
