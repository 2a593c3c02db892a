"""Escape, then verify, for functions that are derived once: where numbers leave, the function itself says what is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.program import Array, Program, Run, Value
from chainrule.trace import Traced, Tracer
from chainrule.trace.events import TEXT, Escape
from chainrule.transforms.derivation import FollowedFunction, transposed
from chainrule.transforms.differentiation import Differentiation
from chainrule.transforms.structure import LEAVES, leaves_of, put_together
from chainrule.transforms.variant import variant
from chainrule.verify import lost, on_the_way, verify

if TYPE_CHECKING:
    from chainrule.trace.replay import Chances

Given = tuple[Sequence[Any], Mapping[str, Any]]
"""Arguments by position and by name."""


def held_to_itself(
    asked: Differentiation,
    followed: FollowedFunction,
    tracer: Tracer,
    given: Given,
    chances: Chances,
) -> bool:
    """Measure what was followed against the function, where numbers left it; whether any did, for more than a text.

    With a number that left, the program is right for these
    arguments only.

    Raises:
        CannotTrace: E304 where a gradient was lost on the way.
    """
    n_counted = 1 if asked.single_loss else followed.n_values
    whole = followed.run.program
    outputs = whole.outputs[:n_counted]
    run = Run(Program(whole.inputs, whole.lines, outputs, whole.name), followed.run.numbers)  # fmt: skip
    escapes = [one for one in tracer.events if isinstance(one, Escape)]
    # a whole number has no slope that could be lost, and still is that of these arguments
    escaped = any(one.how != TEXT for one in escapes)
    # all that was recorded: what only led to where a number left is not needed by the program itself
    every = Run(Program((), tuple(tracer.builder.lines), ()), run.numbers)
    end = Value((), np.dtype(float))
    doubts = on_the_way(every, escapes, followed.wrt, end)
    # what is not seen to be used may be, and costs one look
    used = set(run.program.pruned().values())
    if not doubts and used.issuperset(followed.wrt):
        return escaped
    values = [value for value in outputs if value.differentiable]
    run = Run(Program(whole.inputs, whole.lines, tuple(values), whole.name), run.numbers)  # fmt: skip
    generator = np.random.default_rng(20260226)
    weights = [
        generator.uniform(0.5, 1.5, value.shape).astype(value.dtype) for value in values
    ]
    if values:
        gradients = _weighed(FollowedFunction(run, len(values), followed.wrt), weights)
        weighed = dict(zip(values, weights, strict=True))
        again = _again(asked, followed.wrt, outputs, weighed, (*given, chances))
        verify(gradients, run.numbers, again, doubts)
    return escaped


def _weighed(
    followed: FollowedFunction, weights: Sequence[Array]
) -> dict[Value, Array]:
    """The gradient of the sum of what a function gives, each weighed."""
    derivation = transposed(followed)
    known = derivation.run.program.inputs[: len(followed.run.program.inputs)]
    numbers = [derivation.run.numbers[value] for value in known]
    made = variant(derivation, known, ())(numbers, weights)
    found = made[derivation.n_values : derivation.n_values + derivation.n_results]
    return {
        value: np.asarray(one, value.dtype)
        for value, one in zip(followed.wrt, found, strict=True)
    }


def _again(
    asked: Differentiation,
    wrt: Sequence[Value],
    outputs: Sequence[Value],
    weights: Mapping[Value, Array],
    given: tuple[Sequence[Any], Mapping[str, Any], Chances],
) -> Callable[[Mapping[Value, Array]], Any]:
    """The function on moved arguments, with what it gives weighed and added up."""
    args, kwargs, chances = given

    def again(moved: Mapping[Value, Array]) -> Any:
        new = _moved(asked, (args, kwargs), iter([moved[value] for value in wrt]))
        with chances.again(), np.errstate(all="ignore"):
            result = asked.function(*new[0], **new[1])
        if asked.has_aux:
            result, _ = result
        found = [result] if asked.single_loss else leaves_of(result)
        if len(found) != len(outputs):
            raise lost([])
        return sum(
            float(np.sum(np.asarray(one) * weights[value]))
            for one, value in zip(found, outputs, strict=True)
            if value in weights
        )

    return again


def _moved(
    asked: Differentiation,
    given: Given,
    numbers: Iterator[Array],
) -> tuple[list[Any], dict[str, Any]]:
    """The arguments, with other numbers for the floats that are differentiated by."""

    def other(leaf: Any) -> Any:
        if isinstance(leaf, Traced) or np.asarray(leaf).dtype.kind != "f":
            return leaf
        number = next(numbers)
        if isinstance(leaf, np.ndarray):
            return np.array(number)
        return float(number) if type(leaf) is float else number[()]

    args, kwargs = list(given[0]), dict(given[1])
    for place in asked.wrt:
        name = asked.name_of(place)
        if isinstance(place, int) and place < len(args):
            args[place] = put_together(args[place], other, leaves=LEAVES)
        else:
            kwargs[name] = put_together(kwargs[name], other, leaves=LEAVES)
    return args, kwargs
