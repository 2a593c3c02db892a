"""The gradients of a loss: the chain rule walked backwards over a program, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from chainrule.derive.derived import (
    Arrival,
    Backwards,
    Computed,
    Contribution,
    Derived,
    GradientStep,
)
from chainrule.derive.remembered import with_kept
from chainrule.derive.require import require_floats, require_scalar
from chainrule.derive.walk import BackwardWalk
from chainrule.program import Line, Program, Run, Value
from chainrule.program.loop import loops_of
from chainrule.program.uncollected import uncollected


@uncollected()
def backward(
    run: Run, loss: Value | None = None, wrt: Sequence[Value] | None = None
) -> Derived:
    """Derive the gradients of ``loss`` with respect to ``wrt`` (by default: every float input).

    Lines of ``run`` that the loss does not need may be used by the backward pass where they hold what it needs.

    Raises:
        ProgramError: E323 if the loss is not a single number.
        NoRuleError: E303 if a gradient must pass an operation that has no rule.
        DTypeError: E110 if a gradient is asked with respect to integers.

    >>> import numpy as np
    >>> from chainrule.trace import trace
    >>> run = trace(
    ...     lambda w, x: np.sum(w * x), w=np.array([3.0, 4.0]), x=np.array([1.0, 2.0])
    ... )
    >>> backward(run).gradient("w")
    array([1., 2.])
    """
    loss = run.program.outputs[0] if loss is None else loss
    require_scalar(loss)
    needed = run.program.pruned([loss])
    targets = (
        tuple(v for v in needed.inputs if v.differentiable)
        if wrt is None
        else tuple(wrt)
    )
    require_floats(targets)
    walk = BackwardWalk(run, needed, loss, targets)
    walk.seed()
    # with what nothing needs: a softmax that the loss is not taken from stands in the gradient
    walk.items(run.program.items)
    for value in targets:
        walk.settle(value)
    return _derived(walk)


def _derived(walk: BackwardWalk) -> Derived:
    """What the walk has found."""
    outputs = (walk.loss, *(walk.gradients[value] for value in walk.wrt))
    items = with_kept(walk.builder.items, walk.kept)
    name = walk.whole.program.name
    program = Program(tuple(walk.builder.inputs), items, outputs, name)
    program = _with_targets(program.pruned(), walk.wrt)
    numbers = walk.builder.numbers
    return Derived(
        Run(walk.whole.program, walk.whole.numbers),
        Run(program, numbers if program.flat else Computed(program, numbers)),
        walk.loss,
        walk.wrt,
        walk.gradients,
        tuple(_steps(walk, program)),
        tuple(_with_final_loops(walk, program)),
    )


def _steps(walk: BackwardWalk, program: Program) -> Iterable[GradientStep]:
    producer = program.producer()
    order = {value: position for position, value in enumerate(producer)}
    gradients = set(walk.gradients.values())
    for value, gradient, arrived in walk.settled:
        mine: dict[Value, Line] = {}
        ahead = [gradient]
        while ahead:
            line = producer.get(ahead.pop())
            if line is None or line.result in mine or line.result in walk.forward:
                continue
            mine[line.result] = line
            ahead += [read for read in line.reads() if read not in gradients]
        lines = sorted(mine.values(), key=lambda line: order[line.result])
        yield GradientStep(
            value,
            gradient,
            tuple(one for one in arrived if isinstance(one, Contribution)),
            tuple(lines),
            tuple(one for one in arrived if isinstance(one, Arrival)),
        )


def _with_final_loops(walk: BackwardWalk, program: Program) -> Iterable[Backwards]:
    """The pairs of loops as they stand in the program, the outer ones first."""
    loops = list(loops_of(program.items))
    for pair in reversed(walk.loops):
        both = [one for one in loops if one.counter is pair.loop.counter]
        forward = [one for one in both if one.reverse is pair.loop.reverse]
        back = [one for one in both if one.reverse is not pair.loop.reverse]
        if back:
            # of a loop forward of which nothing is read there is the pair alone
            loop = forward[0] if forward else pair.loop
            yield replace(pair, loop=loop, back=back[-1])


def _with_targets(program: Program, wrt: Iterable[Value]) -> Program:
    """The program with every target among its inputs or lines, used or not."""
    known = set(program.values())
    missing = tuple(value for value in wrt if value not in known)
    return Program(
        (*program.inputs, *missing), program.items, program.outputs, program.name
    )
