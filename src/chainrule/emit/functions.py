"""The parts that can be asked for: forward pass, forward and backward, a training step, a script."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

import numpy as np

from chainrule.emit import layout, script, wrap
from chainrule.emit.body import body
from chainrule.emit.conditions import LengthCondition, as_arrays, checks
from chainrule.emit.derivation import Derivation
from chainrule.emit.dialect import Dialect
from chainrule.emit.names import Names, valid
from chainrule.emit.order import Entry, is_forward
from chainrule.emit.statements import GradientRoles, Plan
from chainrule.emit.update import UpdateFunction
from chainrule.emit.wrap import comment
from chainrule.program import Array, IndexSlot, Item, Loop, Program, Run, Value
from chainrule.program.rewritten import results_of

GRADIENTS = "loss_and_gradients"
DOWNHILL = "every parameter moves a little against its gradient"


def roles(derived: Derivation) -> GradientRoles:
    """Which values are forward, and which are gradients of which."""
    forward = set(derived.forward.program.values())
    gradient_of: dict[Value, Value] = {}
    for value, gradient in derived.gradients.items():
        if gradient not in forward:
            gradient_of.setdefault(gradient, value)
    use_of = {
        contribution.gradient: (step.value, contribution.line.result)
        for step in derived.steps
        if len(step.contributions) > 1
        for contribution in step.contributions
    }
    targets = [derived.gradients[value] for value in derived.wrt]
    return GradientRoles(
        frozenset(forward), gradient_of, use_of, _sums_so_far(derived), targets
    )


def _sums_so_far(derived: Derivation) -> dict[Value, Value]:
    """The sums on the way to a gradient that many uses add to, and the value it is the gradient of."""
    producer = derived.run.program.producer()
    part_of: dict[Value, Value] = {}
    for step in derived.steps:
        summed = producer.get(step.gradient)
        for _ in step.contributions[2:]:
            first = summed.args[0] if summed is not None and summed.args else None
            if not isinstance(first, Value) or first.name is not None:
                break
            part_of[first] = step.value
            summed = producer.get(first)
    return part_of


FIXED = (
    "This was read from one run, and holds as long as the following comes out as it did there;"
    " for other data, emit it again:"
)


def said_of(fixed: Sequence[str]) -> list[str]:
    """What was decided by the numbers of one run, as a comment above the first function."""
    if not fixed:
        return []
    return [
        *comment(FIXED, 0),
        *(row for one in fixed for row in comment(f"- {one}", 0)),
    ]


def forward_alone(
    run: Run, outputs: Sequence[Value], inputs: Sequence[Value]
) -> Program:
    """The forward lines that ``outputs`` need, with exactly these inputs."""
    return Program(
        tuple(inputs),
        run.program.pruned(outputs).items,
        tuple(outputs),
        run.program.name,
    )


def forward_function(
    program: Program,
    dialect: Dialect,
    name: str,
    *,
    also: Sequence[Value] = (),
    matrices: bool = False,
) -> list[str]:
    """``def forward(x, W): … return loss``, or ``return loss, (h, z)`` with values wanted ``also``."""
    whole = Program(
        program.inputs, program.items, (*program.outputs, *also), program.name
    )
    names = Names({name, *dialect.taken})
    plan = Plan(whole, dialect, GradientRoles(frozenset(whole.values())), names)
    header = wrap.signature(name, [plan.name(value) for value in program.inputs])
    header += as_arrays(plan) if matrices else []
    only = program.outputs[0] if len(program.outputs) == 1 and not also else None
    if only in plan.producer and plan.templates[only].is_expression:
        inlined = layout.returned(plan.computed(only))
        if inlined is not None and name in {plan.name(only), valid(only.name or "")}:
            return [*header, *body(plan, without=only), *inlined]
    lines = [*header, *body(plan)]
    if also:
        first = plan.name(program.outputs[0])
        return [*lines, *wrap.returned(first, [plan.name(value) for value in also])]
    together = ", ".join(plan.name(value) for value in program.outputs)
    return [*lines, f"{layout.INDENT}return {together}"]


def backward_plan(
    derived: Derivation, dialect: Dialect, taken: Iterable[str] = ()
) -> Plan:
    """The statements of forward and backward, named."""
    called = derived.loss.word or derived.loss.name
    own = set() if called == "loss" else {"loss"}
    names = Names({GRADIENTS, *dialect.taken, *own, *taken})
    for value in derived.run.program.inputs:
        if (value.word or value.name) == called and value is not derived.loss:
            # a step gives the loss its name: what the next begins with needs another
            names.give(value, f"{called}_start")
    return Plan(derived.run.program, dialect, roles(derived), names)


def backward_function(
    derived: Derivation,
    plan: Plan,
    lengths: Sequence[LengthCondition] = (),
    *,
    matrices: bool = False,
) -> list[str]:
    """``def loss_and_gradients(x, y, W): … return loss, (dW,)``; other ``lengths`` of the inputs are refused.

    Where the program that was read had ``matrices``, what is handed to this one may be matrices, too.
    """
    header = wrap.signature(
        GRADIENTS, [plan.name(value) for value in plan.program.inputs]
    )
    gradients = [plan.name(derived.gradients[value]) for value in derived.wrt]
    header += as_arrays(plan) if matrices else []
    lines = [*header, *checks(lengths, plan), *body(plan)]
    return [*lines, *wrap.returned(plan.name(derived.loss), gradients)]


def step_function(
    derived: Derivation, plan: Plan, learning_rate: float, update: UpdateFunction | None
) -> list[str]:
    """``def step(x, y, W, learning_rate=0.1): … return loss, (W,)``; with an optimizer, its state goes in and out."""
    inputs = [plan.name(value) for value in plan.program.inputs]
    pairs = trained(derived, plan, update)
    rate = plan.names.free("learning_rate")
    remembered = plan.names.free("state")
    t = plan.names.free("t")
    extra = [] if update is None else [remembered, *([t] if update.counts else [])]
    lines = wrap.signature("step", [*inputs, *extra, f"{rate}={float(learning_rate)}"])
    lines += wrap.statement(f"loss, gradients = {GRADIENTS}({', '.join(inputs)})")
    lines += wrap.unpacked([one.gradient for one in pairs], "gradients")
    if update is None:
        lines += comment(DOWNHILL)
        for one in pairs:
            lines += wrap.statement(
                f"{one.name} = {one.name} - {rate} * {one.gradient}"
            )
        return [*lines, *wrap.returned("loss", [one.name for one in pairs])]
    states = [wrap.tuple_of(one.kept) for one in pairs]
    lines += wrap.unpacked(states, remembered)
    lines += comment(update.why)
    for one in pairs:
        call = update.call(one.name, one.gradient, one.kept, t, rate)
        new = ", ".join([one.name, *one.kept])
        lines += wrap.statement(f"{new} = {call}")
    lines += wrap.statement(f"{remembered} = [{', '.join(states)}]")
    names = wrap.tuple_of([one.name for one in pairs])
    return [*lines, f"{layout.INDENT}return loss, {names}, {remembered}"]


def trained(
    derived: Derivation, plan: Plan, update: UpdateFunction | None = None
) -> list[script.Trained]:
    """Parameters, gradients and what is remembered of them, by the names they have outside of the functions."""
    inputs = [plan.name(value) for value in plan.program.inputs]
    names = Names({*inputs, "loss", "gradients", "state", "t", *script.WORDS})
    found = []
    for value in derived.wrt:
        name = plan.name(value)
        kept = [] if update is None else update.kept(name)
        found.append(
            script.Trained(
                name,
                names.free(f"d{name}"),
                tuple(names.free(one) for one in kept),
                names.free(f"new_{name}"),
            )
        )
    return found


def numbers_of(derived: Derivation, plan: Plan) -> dict[str, Array]:
    """The inputs' numbers, by the names they have in the script."""
    inputs = plan.program.inputs
    return {
        plan.name(value): np.asarray(derived.run.numbers[value]) for value in inputs
    }


def needed_later(derived: Derivation) -> list[Value]:
    """Named forward values that the backward lines read: what a forward pass keeps for them."""
    forward = set(derived.forward.program.values())
    whole = derived.run.program.items
    mine = [item for item in whole if is_forward(_entry(item), forward)]
    read = {value for item in whole if item not in mine for value in item.reads()}
    kept = [value for item in mine for value in results_of(item) if value in read]
    return [
        value
        for value in kept
        if (value.name or value.word) is not None and value is not derived.loss
    ]


def _entry(item: Item) -> Entry:
    return item if isinstance(item, Loop) else item.result


def module(dialect: Dialect, blocks: Sequence[Sequence[str]], *, wide: bool) -> str:
    """Imports, then blocks of lines two blank lines apart."""
    used = roots("\n".join(line for block in blocks for line in block))
    heading: list[str] = []
    if "argparse" in used:
        heading.append("import argparse")
    if "Path" in used:
        heading.append("from pathlib import Path")
    if heading:
        heading.append("")
    set_up = dialect.wide if wide else ()
    heading += imports(dialect, used | roots("\n".join(set_up)))
    if set_up:
        heading += ["", *set_up]
    whole = "\n".join("\n".join(block) + "\n\n" for block in [heading, *blocks])
    return dialect.finished(whole.rstrip("\n") + "\n")


def imports(dialect: Dialect, used: set[str]) -> list[str]:
    """The lines that import the libraries among the names ``used``."""
    known = {**dialect.imports, "np": "import numpy as np", "math": "import math"}
    known |= {root: f"import {root}" for root in used if root.startswith("scipy.")}
    return sorted(text for root, text in known.items() if root in used)


def roots(text: str) -> set[str]:
    """The names that a text begins at, and the parts of SciPy that it calls."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Name(id=name):
                found.add(name)
            case ast.Attribute(value=ast.Name(id="scipy"), attr=part):
                found.add(f"scipy.{part}")
    return found


def is_connected(derived: Derivation) -> bool:
    """Whether the loss depends on every parameter."""
    reached = {step.value for step in derived.steps if step.contributions}
    return reached.issuperset(derived.wrt)


def is_picked(derived: Derivation) -> bool:
    """Whether entries of a parameter are picked by an array of places."""
    return any(
        line.args[0] in derived.wrt
        and any(isinstance(item, IndexSlot) for item in line.params.get("index", ()))
        for line in derived.forward.program.every_line()
        if line.args
    )


def is_wide(program: Program) -> bool:
    """Whether 64-bit floats take part."""
    return any(value.dtype == np.float64 for value in program.values())
