"""A derived pass as a C file: the loss, its gradients, or a step that writes over what it updates."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.derive import Derived
from chainrule.emit import Part
from chainrule.emit.c import CSource, write
from chainrule.emit.functions import said_of
from chainrule.engines.c.training import simple, step_source
from chainrule.engines.stretch import Rows, Trouble
from chainrule.nn import Optimizer
from chainrule.program import Program, ProgramError, UsageError
from chainrule.train.loop.training_step import StepLimits, gradient_step, training_step


def c_source(
    derived: Derived, part: Part, optimizer: Optimizer, fixed: Sequence[str] = ()
) -> str:
    """The C text of ``part``; lengths are those of the arrays at hand.

    Raises:
        UsageError: E410 for a script, which C has none of.
        ProgramError: E305 for an op that C has no words for.
    """
    match part:
        case "forward":
            found = _function(derived.forward.program.pruned([derived.loss]), "forward")
        case "backward":
            program = gradient_step(derived.forward, derived, {}).program
            found = _function(program, "loss_and_gradients")
        case "step":
            found = _step(derived, optimizer)
        case _:
            raise UsageError(
                "E410",
                "C has functions, and no script",
                hint="forward, backward or step",
            )
    if isinstance(found, Trouble):
        raise ProgramError("E305", found.message, hint="write it for another framework")
    said = [row.replace("*/", "* /") for row in said_of(fixed)]
    above = "".join(f"/{row.replace('#', '*', 1)} */\n" for row in said)
    return f"{above}{_how_to_call(found)}\n{found.text}"


def _function(program: Program, name: str) -> CSource | Trouble:
    whole = simple(program)
    return whole if isinstance(whole, Trouble) else write(whole, name)


def _step(derived: Derived, optimizer: Optimizer) -> CSource | Trouble:
    step = training_step(
        derived.forward, derived, optimizer=optimizer, carried={}, limits=StepLimits()
    )
    updated = [value.name or "" for value in derived.wrt]
    numbers = {value.name or "": derived.run.numbers[value] for value in derived.wrt}
    outputs = ["loss", *updated, *optimizer.start(numbers)]
    made = step_source(step.program, outputs, Rows((), {}), 1, fixed=False)
    return made if isinstance(made, Trouble) else made[0]


def _how_to_call(source: CSource) -> str:
    """What a caller gives besides the program's own arrays."""
    over = [one.name for one in source.parameters if one.written]
    return "\n".join(
        [
            f"/* {source.name} writes to {', '.join(over)}; it works in {source.bytes} bytes at work, which begin at a",
            "   multiple of 64, and sets *outside to 1 where an index is outside of its array. */",
        ]
    )
