"""An optimizer's update of one parameter as a program: every line of it named, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from chainrule.derive.simplify import LAWS
from chainrule.nn import Optimizer
from chainrule.nn.update_rules import REASONS
from chainrule.program import Array, Program, Run
from chainrule.program import run as run_on
from chainrule.program.conversions import as_array
from chainrule.trace import Tracer


def update(
    optimizer: Optimizer,
    W: Array,
    dW: Array,
    state: Mapping[str, Array],
    *,
    t: int = 1,
    name: str = "W",
    behind: str = "",
) -> Run:
    """The program from a parameter called ``name``, its gradient, its state and the settings to what is new.

    ``behind`` follows the names of its state and of the lines between.
    The inputs are ``W``, ``dW``, the state by its names, ``t`` where the rule counts, ``learning_rate`` and the
    settings; the outputs ``new_W`` and the new state. A setting that is 0, None or a choice is not an input.

    >>> from chainrule.nn import optimizer
    >>> W, dW = np.array([1.0]), np.array([0.5])
    >>> run = update(optimizer("momentum", 0.1), W, dW, {"velocity": np.array([2.0])})
    >>> [value.name for value in run.program.inputs]
    ['W', 'dW', 'velocity', 'learning_rate', 'mu']
    >>> [float(run.numbers[value][0]) for value in run.program.outputs]
    [0.77, 2.3]
    """
    tracer = Tracer(laws=LAWS, named=False)
    dtype = W.dtype

    numbers: dict[str, Any] = {}

    def given(number: Any, called: str) -> Any:
        numbers[called] = as_array(number).astype(dtype)
        return tracer.input(np.asarray(number, dtype), called)

    traced = given(W, name), given(dW, f"d{name}")
    kept = {kind: given(state[kind], f"{kind}{behind}") for kind in optimizer.state}
    counted = given(t, "t") if optimizer.counts else None
    rate = given(optimizer.learning_rate, "learning_rate")
    settings = {
        key: given(one, key) if varies(one) else one
        for key, one in optimizer.settings.items()
    }
    chosen = replace(optimizer, settings=settings)
    # the state of one parameter needs no parameter's name behind it
    state_of = {chosen.key(kind, ""): one for kind, one in kept.items()}
    made = chosen.update("", *traced, state_of, t=counted, learning_rate=rate)
    reasons = {}
    for key, item in made.items():
        kind = key.removesuffix("_")
        called = f"{kind}{behind}" if kind else name
        tracer.builder.christen(
            item.value, f"new_{called}" if kind in (*kept, "") else called
        )
        reasons[item.value] = REASONS.get(kind, "")
    outputs = [made[key].value for key in ("", *state_of)]
    run = tracer.builder.run(outputs, optimizer.name)
    lines = [
        replace(line, why=reasons.get(line.result, "")) for line in run.program.lines
    ]
    program = run.program
    whole = Program(program.inputs, tuple(lines), tuple(outputs), optimizer.name)
    # on the arrays as they came: one that remembers how it was computed goes on remembering
    return run_on(whole.pruned(), numbers)


def varies(setting: Any) -> bool:
    """Whether a setting is a number that a formula computes with."""
    return isinstance(setting, float) and setting != 0
