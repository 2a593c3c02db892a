"""An optimizer written out: a function for one parameter, the state it starts from, and its call."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chainrule.emit import layout, wrap
from chainrule.emit.body import body
from chainrule.emit.dialect import Dialect
from chainrule.emit.names import Names
from chainrule.emit.statements import GradientRoles, Plan
from chainrule.emit.wrap import comment
from chainrule.program import Run


@dataclass(frozen=True, slots=True)
class UpdateFunction:
    """How one parameter follows its gradient.

    ``run`` is a program from the parameter, its gradient, its state, the step's number where it ``counts``, the learning
    rate and the settings to the new parameter and the new state. ``start`` is what each kind of state starts at,
    ``defaults`` are the numbers of the settings, ``why`` says what it does.
    """

    run: Run
    why: str
    start: Mapping[str, float]
    defaults: Mapping[str, float]
    counts: bool

    @property
    def name(self) -> str:
        """What the function is called."""
        return self.run.program.name

    def function(self, dialect: Dialect) -> list[str]:
        """``def adam(W, dW, m, v, t, learning_rate, beta1=0.9, …)``, its lines, what is new."""
        plan = Plan(
            self.run.program,
            dialect,
            GradientRoles(frozenset(self.run.program.values())),
            Names({self.name, *dialect.taken}),
        )
        inputs = [plan.name(value) for value in self.run.program.inputs]
        arguments = [
            f"{one}={layout.flat(ast.Constant(self.defaults[one]))}"
            if one in self.defaults
            else one
            for one in inputs
        ]
        new = ", ".join(plan.name(value) for value in self.run.program.outputs)
        header = wrap.signature(self.name, arguments)
        return [*header, *body(plan), f"    return {new}"]

    def kept(self, name: str) -> list[str]:
        """What is remembered of a parameter, by name: ``m_W1`` and ``v_W1``."""
        return [f"{kind}_{name}" for kind in self.start]

    def starting(self, name: str, dialect: Dialect) -> list[str]:
        """What is remembered of a parameter before the first step."""
        empty = f"{dialect.module}.zeros_like({name})"
        return [repr(start) if start else empty for start in self.start.values()]

    def call(
        self, name: str, gradient: str, kept: Sequence[str], t: str, rate: str
    ) -> str:
        """``adam(W1, dW1, m_W1, v_W1, t, learning_rate)``."""
        counted = [t] if self.counts else []
        arguments = ", ".join([name, gradient, *kept, *counted, rate])
        return f"{self.name}({arguments})"


def start_function(update: UpdateFunction, dialect: Dialect) -> list[str]:
    """``def start(*parameters)``: the state of every parameter before the first step."""
    return [
        "def start(*parameters):",
        *comment("nothing is remembered yet, of any parameter"),
        f"    return [{wrap.tuple_of(update.starting('W', dialect))} for W in parameters]",
    ]
