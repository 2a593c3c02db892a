"""From a function followed once to the program of what was asked: gradients, or products with its Jacobian or Hessian."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.derive import backward, fuse, recognise
from chainrule.derive.simplify import LAWS
from chainrule.program import DTypeError, Program, ProgramError, Run, Value
from chainrule.trace import Traced, Tracer


@dataclass(frozen=True, slots=True, eq=False)
class FollowedFunction:
    """A function followed: its run, whose outputs are the ``n_values`` that it gave and then what branches looked at.

    ``wrt`` are the inputs to differentiate by.
    """

    run: Run
    n_values: int
    wrt: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RunnableProgram:
    """A program to be run over and over: ``extra`` are inputs that the function itself does not have.

    Its outputs are ``n_values`` of the function, ``n_results`` that were derived, and what branches looked at.
    """

    run: Run
    extra: tuple[Value, ...]
    n_values: int
    n_results: int


Kind = Callable[[FollowedFunction], RunnableProgram]


def textbook(followed: FollowedFunction) -> FollowedFunction:
    """The same with written-out forms recognised and links that cancel taken in one."""
    return FollowedFunction(
        fuse(recognise(followed.run)), followed.n_values, followed.wrt
    )


def gradient(followed: FollowedFunction) -> RunnableProgram:
    """The first value, and its gradient."""
    found = textbook(followed)
    loss, *others = found.run.program.outputs
    derived = backward(found.run, loss, found.wrt)
    whole = derived.whole(*others)
    n = len(found.wrt)
    _, *rest = whole.program.outputs
    results, kept = rest[:n], rest[n:]
    n_aux = found.n_values - 1
    outputs = (loss, *kept[:n_aux], *results, *kept[n_aux:])
    return RunnableProgram(_with(whole, outputs), (), found.n_values, n)


def transposed(followed: FollowedFunction) -> RunnableProgram:
    """The values, and for each a weight: the sum of all, weighed, differentiated. A row of the Jacobian at a time."""
    found = textbook(followed)
    run, weights = _weighed(found.run, found.run.program.outputs[: found.n_values])
    derived = backward(run, run.program.outputs[0], found.wrt)
    whole = derived.whole()
    results = whole.program.outputs[1:]
    outputs = _outputs(found, results)
    return RunnableProgram(_with(whole, outputs), weights, found.n_values, len(results))


def along(followed: FollowedFunction) -> RunnableProgram:
    """The values, and how they move in a direction.

    By the double-backward identity: the gradient of Σ u·f is Jᵀu, whose product with the direction v has the gradient
    J v in u, whatever u is. No rule is needed for it that backward passes do not have.
    """
    found = textbook(followed)
    values = found.run.program.outputs[: found.n_values]
    run, weights = _weighed(found.run, values)
    first = backward(run, run.program.outputs[0], found.wrt)
    whole = first.whole()
    run, directions = _weighed(whole, whole.program.outputs[1:], like=found.wrt)
    second = backward(run, run.program.outputs[0], weights)
    whole = second.whole()
    results = whole.program.outputs[1:]
    outputs = _outputs(found, results)
    extra = (*directions, *weights)
    return RunnableProgram(_with(whole, outputs), extra, found.n_values, len(results))


def curvature(followed: FollowedFunction) -> RunnableProgram:
    """The first value, and the product of its Hessian with a direction: the gradient of the slope along it."""
    found = textbook(followed)
    loss = found.run.program.outputs[0]
    first = backward(found.run, loss, found.wrt)
    whole = first.whole()
    run, directions = _weighed(whole, whole.program.outputs[1:], like=found.wrt)
    second = backward(run, run.program.outputs[0], found.wrt)
    whole = second.whole()
    results = whole.program.outputs[1:]
    outputs = _outputs(found, results)
    extra = directions
    return RunnableProgram(_with(whole, outputs), extra, found.n_values, len(results))


def _outputs(found: FollowedFunction, results: Sequence[Value]) -> tuple[Value, ...]:
    own = found.run.program.outputs
    return (*own[: found.n_values], *results, *own[found.n_values :])


def _weighed(
    run: Run, values: Sequence[Value], like: Sequence[Value] = ()
) -> tuple[Run, tuple[Value, ...]]:
    """The run with one more line or few: the sum of ``values``, each weighed with a new input."""
    tracer = Tracer(laws=LAWS, named=False)
    tracer.builder.adopt(run)
    total: Any = None
    weights = []
    for position, value in enumerate(values):
        number = run.numbers[value]
        about = like[position] if like else value
        weight = tracer.input(
            np.ones(number.shape, _float_of(about)), f"along_{about.name or position}"
        )
        weights.append(weight.value)
        term = np.sum(np.multiply(Traced(tracer, value), weight))
        total = term if total is None else total + term
    if total is None:
        raise ProgramError("E325", "there is nothing to differentiate by")
    found = tracer.builder.run([total.value], run.program.name)
    return found, tuple(weights)


def _float_of(value: Value) -> Any:
    if not value.differentiable:
        raise DTypeError(
            "E110",
            f"{value.name or 'a value'} is {value.dtype}; only floats have a slope",
            hint="return floats, or the other values through has_aux=True",
        )
    return value.dtype


def _with(run: Run, outputs: tuple[Value, ...]) -> Run:
    whole = run.program
    program = Program(whole.inputs, whole.lines, outputs, whole.name).pruned()
    # every input stays, used or not: they are what the function is called with
    return Run(Program(whole.inputs, program.lines, outputs, whole.name), run.numbers)


def written_into(
    tracer: Tracer, run: Run, known: dict[Value, Value]
) -> Iterator[Traced]:
    """The outputs of a program as further lines of ``tracer``; ``known`` are its inputs there."""
    for line in run.program.lines:
        args = [
            tracer.lift(known[arg] if isinstance(arg, Value) else _moved(arg, known))
            for arg in line.args
        ]
        params = {key: _moved(param, known) for key, param in line.params.items()}
        known[line.result] = tracer.record(line.op, args, params, line.why).value
    for value in run.program.outputs:
        yield Traced(tracer, known[value])


def _moved(param: Any, known: dict[Value, Value]) -> Any:
    from chainrule.program import Size
    from chainrule.program.program import substitute

    return substitute(param, lambda size: Size(known[size.value], size.axes))
