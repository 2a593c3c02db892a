"""A whole training step as one program: forward, backward and the optimizer's update, state in, state out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

import numpy as np

from chainrule.derive import Derived, backward, fuse, recognise
from chainrule.derive.simplify import LAWS
from chainrule.engines import BufferedSource, buffered_source
from chainrule.engines.c.training import compiled_step
from chainrule.engines.jax import jax_step
from chainrule.engines.lowering import lean
from chainrule.engines.stretch import Rows, Step, Trouble
from chainrule.nn import Optimizer
from chainrule.program import Array, Line, Program, Run, Value
from chainrule.trace import Traced, Tracer, trace

WHOLE_EPOCHS: Mapping[str, Callable[..., Step | Trouble]] = {
    "c": compiled_step,
    "jax": jax_step,
}
"""The engines that take whole epochs: how each makes a step of a program, or says why not."""
MAKING = RLock()
"""Held while a step is derived or compiled, so that threads that need the same one wait for the first."""


@dataclass(frozen=True, slots=True)
class StepLimits:
    """What keeps a step small: gradients clipped by value or by their common norm, weights by their norm."""

    clip_value: float | None = None
    clip_norm: float | None = None
    max_norm: float | None = None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program as the function its text makes, called by position.

    ``function`` gives every result an array of its own; a loop asks for ``repeated``.
    """

    run: Run
    written: BufferedSource
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    whole: dict[Any, Step | Trouble] = field(default_factory=dict)

    def by(self, engine: str, rows: Rows, size: int, **how: Any) -> Step | Trouble:
        """The same for an engine that takes whole epochs, made once for every size of batch and how it is made."""
        key = (engine, size, *how.items())
        with MAKING:
            if key not in self.whole:
                making = WHOLE_EPOCHS[engine]
                program = self.run.program
                self.whole[key] = making(program, self.outputs, rows, size, **how)
        return self.whole[key]

    @property
    def text(self) -> str:
        """What is run."""
        return self.written.text

    @property
    def function(self) -> Callable[..., Any]:
        """From the inputs to the outputs, which stay as they are whatever is called later."""
        return self.written.function

    def repeated(self) -> Callable[..., Any]:
        """The same for one caller in one thread, who calls it over and over: it keeps what it computes with."""
        return self.written.repeated()


def compiled(
    run: Run, name: str, outputs: Sequence[str], *, owned: Sequence[str] = ()
) -> Compiled:
    """The NumPy engine's function for a program; ``outputs`` are what callers call its results.

    The arrays of ``owned`` are the caller's to lose: the function may write their new values into them.
    """
    inputs = tuple(value.name or "" for value in run.program.inputs)
    text = buffered_source(lean(run).program, name, owned)
    # its numbers are as large as the weights, many times over, and nobody needs them any more
    return Compiled(Run(run.program, {}), text, inputs, tuple(outputs))


def derive(
    forward: Callable[..., Any], arrays: Mapping[str, Array], parameters: Sequence[str]
) -> tuple[Run, Derived]:
    """The forward run as a textbook has it, and its gradients.

    ``forward`` returns the loss, and after it whatever else a step carries on.
    """
    run = fuse(recognise(trace(forward, **dict[str, Any](arrays))))
    named = run.program.named()
    wrt = [named[name] for name in parameters]
    return run, backward(run, run.program.outputs[0], wrt)


def training_step(
    run: Run,
    derived: Derived,
    *,
    optimizer: Optimizer,
    carried: Mapping[str, str],
    limits: StepLimits = StepLimits(),
) -> Run:
    """The program from data, parameters and state to the loss and the new parameters and state.

    ``carried`` maps a state of the forward pass (a running mean) to the line that has its new value. The outputs
    are the loss, the new parameters, the optimizer's new state, and what is carried.
    """
    tracer = Tracer(laws=LAWS, named=False)
    tracer.builder.adopt(_both(run, derived))
    named = run.program.named()
    gradients = {
        value.name or "": Traced(tracer, derived.gradients[value])
        for value in derived.wrt
    }
    new = updates(tracer, gradients, optimizer, limits)
    loss = derived.loss
    outputs = [loss, *new, *(named[name] for name in carried.values())]
    whole = tracer.builder.run(outputs, "step")
    return Run(whole.program.pruned(), whole.numbers)


def gradient_step(run: Run, derived: Derived, carried: Mapping[str, str]) -> Run:
    """The program from data and parameters to the loss, the gradients, and what is carried."""
    both = _both(run, derived)
    named = run.program.named()
    outputs = (
        derived.loss,
        *(derived.gradients[value] for value in derived.wrt),
        *(named[name] for name in carried.values()),
    )
    program = Program(both.program.inputs, both.program.lines, outputs, "gradients")
    return Run(program.pruned(), both.numbers)


def update_step(derived: Derived, *, optimizer: Optimizer, limits: StepLimits) -> Run:
    """The program from parameters, gradients and state to the new parameters and state."""
    tracer = Tracer(laws=LAWS, named=False)
    gradients = {}
    for value in derived.wrt:
        tracer.input(derived.run.numbers[value], value.name)
        gradients[value.name or ""] = tracer.input(
            derived.gradient(value), f"d{value.name}"
        )
    return tracer.builder.run(updates(tracer, gradients, optimizer, limits), "update")


def updates(
    tracer: Tracer,
    gradients: Mapping[str, Traced],
    optimizer: Optimizer,
    limits: StepLimits,
) -> list[Value]:
    """Write the update of every parameter; the values that hold the new parameters, then the new state."""
    inputs = {value.name: Traced(tracer, value) for value in tracer.builder.inputs}
    parameters = {name: inputs[name] for name in gradients}
    dtype = next(iter(gradients.values())).dtype if gradients else np.dtype(np.float64)
    numbers = {name: parameter.number for name, parameter in parameters.items()}
    state = {
        name: tracer.input(start, name)
        for name, start in optimizer.start(numbers).items()
    }
    rate = tracer.input(np.asarray(optimizer.learning_rate, dtype), "learning_rate")
    t = tracer.input(np.asarray(1, dtype), "t") if optimizer.counts else None
    new: dict[str, Value] = {}
    for name, gradient in clipped(gradients, limits).items():
        made = optimizer.update(
            name, parameters[name], gradient, state, t=t, learning_rate=rate
        )
        if limits.max_norm is not None and parameters[name].ndim == 2:
            made[name] = shortened(made[name], limits.max_norm)
        for key, item in made.items():
            if key in new:
                continue
            final = key == name or key in state
            tracer.builder.christen(item.value, f"new_{key}" if final else key)
            new[key] = item.value
    return [new[name] for name in (*gradients, *state)]


def clipped(gradients: Mapping[str, Any], limits: StepLimits) -> dict[str, Any]:
    """The gradients within their limits: each entry by value, all together by their common norm."""
    kept = dict(gradients)
    if limits.clip_value is not None:
        bound = limits.clip_value
        kept = {
            name: np.clip(gradient, -bound, bound) for name, gradient in kept.items()
        }
    if limits.clip_norm is not None and kept:
        squares: Any = 0
        for gradient in kept.values():
            squares = squares + np.sum(gradient**2)
        scale = np.minimum(1, limits.clip_norm / (np.sqrt(squares) + 1e-6))
        kept = {name: gradient * scale for name, gradient in kept.items()}
    return kept


def shortened(W: Any, longest: float) -> Any:
    """``W`` with each unit's weights no longer than ``longest``."""
    length = np.sqrt(np.sum(W**2, axis=0) + 1e-30)
    return W * np.minimum(1, longest / length)


def _both(run: Run, derived: Derived) -> Run:
    """The forward lines, all of them, and the backward lines after them."""
    known = {line.result for line in run.program.lines}
    after: list[Line] = [
        line for line in derived.run.program.lines if line.result not in known
    ]
    program = Program(
        run.program.inputs, (*run.program.lines, *after), run.program.outputs
    )
    return Run(program, {**run.numbers, **derived.run.numbers})
