"""What a user points at (a script, a function, a network in words) becomes a run, its loss, its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.derive import Derived, backward, fuse, recognise
from chainrule.program import Program, ProgramError, Run, UsageError, Value
from chainrule.trace import read_script, trace
from chainrule.trace.roles import choose_parameters

if TYPE_CHECKING:
    from chainrule.nn import Described


@dataclass(frozen=True, slots=True)
class Target:
    """A forward program with its numbers, whose one output is the loss, and what is to be learnt."""

    run: Run
    loss: Value
    parameters: tuple[Value, ...]
    file: str = ""

    def derived(self) -> Derived:
        """The textbook derivation: written-out forms recognised, links that cancel taken in one."""
        run = fuse(recognise(self.run))
        named = run.program.named()
        targets = [named[value.name or ""] for value in self.parameters]
        return backward(run, run.program.outputs[0], targets)


def from_script(
    path: str | Path, *, loss: str | None = None, wrt: Sequence[str] | None = None
) -> Target:
    """A plain NumPy script, run as it is."""
    script = read_script(path, loss=loss, wrt=wrt)
    return Target(script.forward, script.loss, script.parameters, script.file)


def from_described(
    described: Described, *, loss: str | None = None, wrt: Sequence[str] | None = None
) -> Target:
    """A network in words, or a trained one on some samples: its forward pass with its arrays."""
    names = list(wrt) if wrt else list(described.parameters)
    return from_function(
        described.function, inputs=described.arrays, loss=loss, wrt=names
    )


def from_function(
    function: Callable[..., Any],
    args: Sequence[Any] = (),
    inputs: Mapping[str, Any] | None = None,
    *,
    loss: str | None = None,
    wrt: Sequence[str] | None = None,
    follow_branches: bool = False,
) -> Target:
    """A function, called once on the arrays given."""
    run = trace(function, *args, follow_branches=follow_branches, **(inputs or {}))
    chosen = _loss_of(run, loss)
    names = {
        value.name: value for value in run.program.values() if value.name is not None
    }
    parameters = choose_parameters(run, chosen, (), wrt, names)
    whole = run.program
    program = Program(whole.inputs, whole.lines, (chosen,), whole.name)
    return Target(Run(program, run.numbers), chosen, parameters)


def _loss_of(run: Run, asked: str | None) -> Value:
    """The output asked for, or the only single number returned."""
    if asked is not None:
        named = run.program.named()
        if asked in named:
            return named[asked]
        seen = ", ".join(named)
        raise UsageError(
            "E325", f"no value is called {asked!r}", detail=f"names seen: {seen}"
        )
    outputs = run.program.outputs
    if not outputs:
        raise ProgramError(
            "E325",
            f"{run.program.name} returns nothing",
            hint="return the loss: a single number computed from the arguments",
        )
    single = [
        value
        for value in outputs
        if run.numbers[value].size == 1 and value.differentiable
    ]
    return single[0] if single else outputs[0]
