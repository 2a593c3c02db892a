"""A program that stands alone: data, parameters, a loop of steps, and the framework's own gradients to compare."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.emit import layout, wrap
from chainrule.emit.body import comment
from chainrule.emit.dialect import Dialect
from chainrule.emit.literal import is_small, literal
from chainrule.emit.template import template
from chainrule.program import Array

WORDS = frozenset(
    {"options", "parser", "stored", "step", "gradients", "same", "own", "other"}
)
"""Names a script uses for itself."""
TOLERANCE = {
    8: "rtol=1e-9, atol=1e-12",
    4: "rtol=1e-4, atol=1e-6",
    2: "rtol=1e-2, atol=1e-3",
}


@dataclass(frozen=True, slots=True)
class Trained:
    """A parameter and its gradient, by name."""

    name: str
    gradient: str


def options(steps: int, learning_rate: float) -> list[str]:
    """The lines that read the command line."""
    return [
        "parser = argparse.ArgumentParser()",
        f'parser.add_argument("--steps", type=int, default={int(steps)})',
        f'parser.add_argument("--learning-rate", type=float, default={float(learning_rate)})',
        "options = parser.parse_args()",
    ]


def data(
    numbers: Mapping[str, Array], trained: Sequence[Trained], dialect: Dialect
) -> list[str]:
    """``x = np.array(…)`` for each input; large ones are read from the file beside the script."""
    large = [name for name, array in numbers.items() if not is_small(array)]
    lines = ['stored = np.load(Path(__file__).with_suffix(".npz"))'] if large else []
    for name, array in numbers.items():
        moves = bool(dialect.variable) and any(one.name == name for one in trained)
        if name in large:
            source: ast.expr = template(dialect.stored).filled(
                {"0": ast.Constant(name)}
            )
            if moves:
                source = template(dialect.variable).filled({"0": source})
        else:
            source = literal(
                array, dialect, dialect.variable if moves else dialect.array
            )
        lines += layout.assignment(name, source, 0) or [
            f"{name} = {layout.flat(source)}"
        ]
    return lines


def autodiff(
    dialect: Dialect, inputs: Sequence[str], trained: Sequence[Trained], *, scalar: bool
) -> list[str]:
    """The framework's own gradients, from the forward pass alone."""
    text = dialect.autodiff
    if dialect.autodiff_of_array and not scalar:
        text = dialect.autodiff_of_array
    names = [one.name for one in trained]
    fillings = {
        "arguments": ", ".join(inputs),
        "parameters": wrap.tuple_of(names),
        "targets": wrap.tuple_of(names) if len(names) == 1 else ", ".join(names),
        "positions": wrap.tuple_of([str(inputs.index(name)) for name in names]),
    }
    lines: list[str] = []
    for line in text.strip("\n").splitlines():
        lines += _fitted(line, fillings, inputs)
    return lines


def _fitted(line: str, fillings: Mapping[str, str], inputs: Sequence[str]) -> list[str]:
    filled = line.format_map(fillings)
    if len(filled) <= layout.WIDTH:
        return [filled]
    depth = (len(filled) - len(filled.lstrip())) // len(layout.INDENT)
    if filled.startswith("def "):
        return wrap.signature(filled[4 : filled.index("(")], inputs)
    if filled.lstrip().startswith("return"):
        return [filled]
    return wrap.statement(filled.strip(), depth)


def loop(
    dialect: Dialect, inputs: Sequence[str], trained: Sequence[Trained], itemsize: int
) -> list[str]:
    """Step after step: the gradients, the comparison, the update; at the end what has been reached."""
    call = f"loss_and_gradients({', '.join(inputs)})"
    lines = ["for step in range(1, options.steps + 1):"]
    lines += wrap.statement(f"loss, gradients = {call}")
    if dialect.agree:
        lines += comment(
            f"{dialect.title} differentiates the forward pass itself: the same numbers"
        )
        lines += wrap.statement(
            f"same = {call.replace('gradients(', 'gradients_by_autodiff(', 1)}"
        )
        agree = dialect.agree.format(tolerance=TOLERANCE[itemsize])
        lines += [
            "    for own, other in zip((loss, *gradients), (same[0], *same[1]), strict=True):",
            f"        assert {agree}",
        ]
    lines += wrap.unpacked([one.gradient for one in trained], "gradients")
    lines.append(f'    print("Loss:", {dialect.number.format("loss")})')
    lines.append("    if step == 1:")
    lines += [_shown(f"dL/d{one.name}", one.gradient, dialect, 2) for one in trained]
    lines += comment("every parameter moves a little against its gradient")
    for one in trained:
        move = dialect.update.format(
            one.name, one.gradient, rate="options.learning_rate"
        )
        lines += wrap.statement(move)
    lines.append("")
    lines += [_shown(one.name, one.name, dialect, 0) for one in trained]
    lines += wrap.statement(f"loss, gradients = {call}", 0)
    lines.append(f'print("Loss after:", {dialect.number.format("loss")})')
    return lines


def _shown(title: str, name: str, dialect: Dialect, depth: int) -> str:
    return (
        f'{layout.INDENT * depth}print("{title}:\\n", {dialect.printed.format(name)})'
    )


def uses_files(numbers: Mapping[str, Array]) -> bool:
    """Whether the script reads a file beside it."""
    return any(not is_small(np.asarray(array)) for array in numbers.values())
