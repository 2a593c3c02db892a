"""Writing: a program as source that a person would have written, in NumPy, TensorFlow, PyTorch, JAX and JavaScript."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from chainrule.emit import functions, layout, script
from chainrule.emit.composite import spelled_out
from chainrule.emit.conditions import LengthCondition
from chainrule.emit.derivation import Derivation
from chainrule.emit.dialect import Dialect
from chainrule.emit.javascript import JAVASCRIPT
from chainrule.emit.jax import JAX
from chainrule.emit.literal import is_small
from chainrule.emit.names import Names, valid
from chainrule.emit.numpy import NUMPY
from chainrule.emit.spelling import require_spellings
from chainrule.emit.statements import GradientRoles, Plan
from chainrule.emit.tensorflow import TENSORFLOW
from chainrule.emit.torch import TORCH
from chainrule.emit.update import UpdateFunction, start_function
from chainrule.program import Array, Program, Run, UsageError, Value

DIALECTS: Mapping[str, Dialect] = {
    dialect.name: dialect for dialect in (NUMPY, TENSORFLOW, TORCH, JAX, JAVASCRIPT)
}
Part = Literal["forward", "backward", "step", "script"]


def emit(
    what: Derivation | Run,
    *,
    dialect: str = "numpy",
    part: Part = "backward",
    learning_rate: float = 0.1,
    steps: int = 1,
    name: str | None = None,
    update: UpdateFunction | None = None,
    lengths: Sequence[LengthCondition] = (),
    fixed: Sequence[str] = (),
    matrices: bool = False,
) -> str:
    """The source of ``part`` in ``dialect``.

    ``forward`` is a function that returns the loss (and the values the backward pass needs), ``backward`` is
    ``loss_and_gradients``, ``step`` adds the update of every parameter, ``script`` is a program that runs by
    itself. A ``Run`` that nothing was derived from has a ``forward`` only. ``name`` names the forward function.
    ``update`` is the optimizer of a step or a script; without one, parameters move along their gradients.
    ``lengths`` are those that the gradients need of the inputs; others are refused when the source runs. ``fixed`` is
    what was decided by the numbers of the run that was read: a comment says it. Where ``matrices`` were met, what is
    handed to the source is made arrays first.

    Raises:
        UsageError: E410 for a dialect or a part that does not exist.
        ProgramError: E305 for an op of one's own that has no spelling in the dialect.

    >>> import numpy as np
    >>> from chainrule.derive import backward
    >>> from chainrule.trace import trace
    >>> def energy(x, w):
    ...     z = w * x
    ...     return np.sum(z**2)
    >>> run = trace(energy, x=np.array([1.0, 2.0]), w=np.array([3.0, 4.0]))
    >>> print(emit(backward(run, wrt=[run.program.named()["w"]])), end="")
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def loss_and_gradients(x, w):
        z = w * x
        loss = np.sum(z**2)
        # the power comes down and leaves one less
        dz = 2 * z
        # in a product, the slope in w is the other factor, x
        dw = dz * x
        return loss, (dw,)
    """
    if part not in get_args(Part):
        message = f"there is no part {part!r}"
        raise UsageError("E410", message, hint="forward, backward, step or script")
    chosen = dialect_of(dialect)
    program = what.program if isinstance(what, Run) else what.run.program
    require_spellings(spelled_out(program, chosen), chosen)
    if isinstance(what, Run):
        return _forward_of_run(what, chosen, part, name)
    said = functions.said_of(fixed)
    matrices = matrices and chosen is NUMPY
    match part:
        case "forward":
            return _forward(what, chosen, name, said, matrices=matrices)
        case "backward" | "step":
            names = {"step", "gradients", "start", *_taken(update)}
            taken = names if part == "step" else ()
            plan = functions.backward_plan(what, chosen, taken)
            function = functions.backward_function(
                what, plan, lengths, matrices=matrices
            )
            blocks = [[*said, *function]]
            if part == "step":
                step = functions.step_function(what, plan, learning_rate, update)
                blocks += [*_update_functions(update, chosen), step]
            return _module(what, chosen, blocks)
        case "script":
            return _script(
                what,
                chosen,
                learning_rate=learning_rate,
                steps=steps,
                update=update,
                lengths=lengths,
                said=said,
            )


def dialect_of(name: str) -> Dialect:
    """The dialect of that name, title or module.

    Raises:
        UsageError: E410 for one that does not exist, with the nearest.

    >>> dialect_of("PyTorch").name, dialect_of("np").name
    ('torch', 'numpy')
    """
    known = {
        word.lower(): one
        # NumPy's words are its own, also where another language speaks them
        for one in [*DIALECTS.values()][::-1]
        for word in (one.module, one.title, one.name, *one.aliases)
    }
    found = known.get(name.strip().lower())
    if found is not None:
        return found
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"did you mean {known[close[0]].name}?" if close else ", ".join(DIALECTS)
    raise UsageError("E410", f"there is no dialect {name!r}", hint=hint)


def _module(derived: Derivation, dialect: Dialect, blocks: list[list[str]]) -> str:
    return functions.module(
        dialect, blocks, wide=functions.is_wide(derived.run.program)
    )


def _function_name(program: Program, dialect: Dialect, name: str | None) -> str:
    wish = name or (program.name if program.name not in {"program", "f"} else "forward")
    return Names(dialect.reserved).free(wish)


def _forward_of_run(run: Run, dialect: Dialect, part: str, name: str | None) -> str:
    if part != "forward":
        message = f"the part {part!r} needs gradients, and none were derived"
        raise UsageError(
            "E410", message, hint="derive them: chainrule.derive.backward(run)"
        )
    lines = functions.forward_function(
        run.program, dialect, _function_name(run.program, dialect, name)
    )
    return functions.module(dialect, [lines], wide=functions.is_wide(run.program))


def _forward(
    derived: Derivation,
    dialect: Dialect,
    name: str | None,
    said: Sequence[str],
    *,
    matrices: bool,
) -> str:
    also = functions.needed_later(derived)
    whole = derived.run.program.pruned([derived.loss, *also])
    program = Program(whole.inputs, whole.items, (derived.loss,), whole.name)
    called = _function_name(program, dialect, name)
    lines = functions.forward_function(
        program, dialect, called, also=also, matrices=matrices
    )
    return _module(derived, dialect, [[*said, *lines]])


def _update_functions(
    update: UpdateFunction | None, dialect: Dialect
) -> list[list[str]]:
    if update is None:
        return []
    return [update.function(dialect), start_function(update, dialect)]


def _taken(update: UpdateFunction | None) -> set[str]:
    return set() if update is None else {update.name}


def _script(
    derived: Derivation,
    dialect: Dialect,
    *,
    learning_rate: float,
    steps: int,
    update: UpdateFunction | None,
    lengths: Sequence[LengthCondition],
    said: Sequence[str],
) -> str:
    plan = functions.backward_plan(
        derived, dialect, {"forward", "total_loss", *script.WORDS, *_taken(update)}
    )
    blocks = [[*said, *functions.backward_function(derived, plan, lengths)]]
    inputs = [plan.name(value) for value in plan.program.inputs]
    pairs = functions.trained(derived, plan, update)
    if dialect.autodiff:
        program = functions.forward_alone(
            derived.forward, [derived.loss], plan.program.inputs
        )
        blocks.append(functions.forward_function(program, dialect, "forward"))
        scalar = derived.loss.shape == ()
        blocks.append(
            script.autodiff(
                dialect,
                inputs,
                pairs,
                scalar=scalar,
                connected=functions.is_connected(derived),
                picked=functions.is_picked(derived),
            )
        )
    if update is not None:
        blocks.append(update.function(dialect))
    lines = [
        *script.options(dialect, steps, learning_rate),
        "",
        *script.data(functions.numbers_of(derived, plan), pairs, dialect),
        "",
        *script.started(dialect, pairs, update),
        *script.loop(dialect, inputs, pairs, derived.loss.dtype.itemsize, update),
    ]
    return _module(derived, dialect, [*blocks, lines])


def stored_arrays(derived: Derivation) -> dict[str, Array]:
    """The arrays that a script reads from the ``.npz`` file beside it: those too large to be written out."""
    plan = functions.backward_plan(
        derived, NUMPY, {"forward", "total_loss", *script.WORDS}
    )
    numbers = functions.numbers_of(derived, plan)
    return {name: array for name, array in numbers.items() if not is_small(array)}


def expression(value: Value, program: Program, dialect: str = "numpy") -> str:
    """The text of a value: its name, or what computes it.

    >>> import numpy as np
    >>> from chainrule.trace import trace
    >>> run = trace(
    ...     lambda W, x, b: np.tanh(W @ x + b), np.ones((2, 3)), np.ones(3), np.ones(2)
    ... )
    >>> expression(run.program.lines[1].result, run.program)
    'W @ x + b'
    """
    if value.name is not None:
        return value.word or value.name
    producer = program.producer()
    if value not in producer:
        return "it"
    part = Program(program.inputs, program.items, (value,), program.name).pruned()
    names = Names()
    for one in part.values():
        if one.word is not None:
            # what the turns of a loop share has one name in what is said of it
            names.of[one] = valid(one.word)
    plan = Plan(
        part, dialect_of(dialect), GradientRoles(frozenset(part.values())), names
    )
    if not plan.templates[value].is_expression:
        return plan.name(value)
    plan.put_in_place()
    return layout.flat(plan.computed(value))


__all__ = [
    "DIALECTS",
    "Derivation",
    "Dialect",
    "Part",
    "UpdateFunction",
    "dialect_of",
    "emit",
    "expression",
    "stored_arrays",
]
