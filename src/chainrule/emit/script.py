"""A program that stands alone: data, parameters, a loop of steps, and the framework's own gradients to compare."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chainrule.emit import layout, wrap
from chainrule.emit.dialect import Dialect
from chainrule.emit.literal import is_small, literal
from chainrule.emit.template import template
from chainrule.emit.update import UpdateFunction
from chainrule.emit.wrap import comment
from chainrule.program import Array

WORDS = frozenset(
    {"options", "parser", "stored", "step", "gradients", "same", "own", "other", "file"}
)
"""Names a script uses for itself; ``file`` is what NumPy calls the place it saves to."""
TOLERANCE = {
    8: "rtol=1e-9, atol=1e-12",
    4: "rtol=1e-4, atol=1e-6",
    2: "rtol=1e-2, atol=1e-3",
}


@dataclass(frozen=True, slots=True)
class Trained:
    """A parameter, its gradient, what is remembered of it and its new value, by name."""

    name: str
    gradient: str
    kept: tuple[str, ...]
    new: str


def options(dialect: Dialect, steps: int, learning_rate: float) -> list[str]:
    """The lines that read the command line."""
    said = {"steps": int(steps), "learning_rate": float(learning_rate)}
    return dialect.options.format_map(said).splitlines()


def data(
    numbers: Mapping[str, Array], trained: Sequence[Trained], dialect: Dialect
) -> list[str]:
    """``x = np.array(…)`` for each input; large ones are read from the file beside the script."""
    large = [name for name, array in numbers.items() if not is_small(array)]
    moving = {one.name for one in trained} if dialect.variable else set()
    lines = [dialect.store] if large else []
    for name, array in numbers.items():
        if name in large:
            pattern = dialect.stored_variable if name in moving else dialect.stored
            source = template(pattern).filled({"0": ast.Constant(name)})
        else:
            source = literal(array, dialect, variable=name in moving)
        lines += wrap.assignment(name, source, 0)
    return lines


def autodiff(
    dialect: Dialect,
    inputs: Sequence[str],
    trained: Sequence[Trained],
    *,
    scalar: bool,
    connected: bool,
    picked: bool,
) -> list[str]:
    """The framework's own gradients, from the forward pass alone."""
    text = dialect.autodiff
    if dialect.autodiff_of_array and not scalar:
        text = dialect.autodiff_of_array
    names = [one.name for one in trained]
    fillings = {
        "arguments": ", ".join(inputs),
        "parameters": wrap.tuple_of(names),
        "positions": wrap.tuple_of([str(inputs.index(name)) for name in names]),
        "unconnected": "" if connected else dialect.unconnected,
        "picked": dialect.picked if picked else "",
    }
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        for filled in line.format_map(fillings).split("\n"):
            lines += _fitted(filled, inputs)
    return lines


def _fitted(line: str, inputs: Sequence[str]) -> list[str]:
    if len(line) <= layout.WIDTH:
        return [line]
    if line.startswith("def "):
        return wrap.signature(line[4 : line.index("(")], inputs)
    depth = (len(line) - len(line.lstrip())) // len(layout.INDENT)
    return wrap.statement(line.strip(), depth)


def loop(
    dialect: Dialect,
    inputs: Sequence[str],
    trained: Sequence[Trained],
    itemsize: int,
    update: UpdateFunction | None,
) -> list[str]:
    """Step after step: the gradients, the comparison, the update; at the end what has been reached."""
    arguments = ", ".join(inputs)
    derive = f"loss, gradients = loss_and_gradients({arguments})"
    lines = ["for step in range(1, options.steps + 1):", *_guarded(dialect, [derive])]
    if dialect.agree:
        why = (
            f"{dialect.title} differentiates the forward pass itself: the same numbers"
        )
        lines += comment(why)
        lines += wrap.statement(f"same = loss_and_gradients_by_autodiff({arguments})")
        pairs = "zip((loss, *gradients), (same[0], *same[1]), strict=True)"
        lines.append(f"    for own, other in {pairs}:")
        lines.append(
            f"        assert {dialect.agree.format(tolerance=TOLERANCE[itemsize])}"
        )
    lines += wrap.unpacked([one.gradient for one in trained], "gradients")
    lines.append(f'    print("Loss:", {dialect.number.format("loss")})')
    lines.append("    if step == 1:")
    for one in trained:
        lines += _shown(f"dL/d{one.name}", dialect.printed.format(one.gradient), 2)
    lines += _updated(dialect, trained, update)
    lines.append("")
    for one in trained:
        lines += _shown(one.name, dialect.printed_parameter.format(one.name), 0)
    lines += wrap.statement(derive, 0)
    lines.append(f'print("Loss after:", {dialect.number.format("loss")})')
    return lines


def _updated(
    dialect: Dialect, trained: Sequence[Trained], update: UpdateFunction | None
) -> list[str]:
    """The move of every parameter, in the loop."""
    rate = "options.learning_rate"
    if update is None:
        moves = [
            dialect.update.format(one.name, one.gradient, rate=rate) for one in trained
        ]
        why = "every parameter moves a little against its gradient"
        return [*comment(why), *_guarded(dialect, moves)]
    moves = []
    for one in trained:
        new = one.name if dialect.assign == "{0} = {1}" else one.new
        call = update.call(one.name, one.gradient, one.kept, "step", rate)
        moves.append(f"{', '.join([new, *one.kept])} = {call}")
        if new != one.name:
            moves.append(dialect.assign.format(one.name, new))
    return [*comment(update.why), *_guarded(dialect, moves)]


def started(
    dialect: Dialect, trained: Sequence[Trained], update: UpdateFunction | None
) -> list[str]:
    """The state of every parameter before the first step."""
    if update is None:
        return []
    lines: list[str] = []
    for one in trained:
        starts = update.starting(one.name, dialect)
        for kept, start in zip(one.kept, starts, strict=True):
            lines += wrap.statement(f"{kept} = {start}", 0)
    return [*lines, ""]


def _guarded(dialect: Dialect, statements: Sequence[str]) -> list[str]:
    """Statements in the loop, under the guard if the dialect has one."""
    depth = 2 if dialect.guard else 1
    lines = [layout.INDENT + dialect.guard] if dialect.guard else []
    for text in statements:
        lines += wrap.statement(text, depth)
    return lines


def _shown(title: str, what: str, depth: int) -> list[str]:
    return wrap.statement(f'print("{title}:\\n", {what})', depth)
