"""The update of an optimizer that remembers: each of its lines in symbols, with the numbers put in, and what comes out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chainrule.derive.update import update, varies
from chainrule.emit import emit
from chainrule.formula import Kind, Node, Symbol, identifier, infix, number
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.notation.names import gradient_of, name
from chainrule.lesson.notation.writer import Writer
from chainrule.lesson.parts import Formula, Numbers, Part, Prose, Row, Spans
from chainrule.program import Array, Line, Run, Value

LETTERS = {"learning_rate": "η", "eps": "ε", "mu": "μ", "rho": "ρ", "weight_decay": "λ"}
"""What mathematics calls the settings; the others are their own symbols."""


def symbol_of(setting: str) -> Node:
    """A setting as mathematics writes it."""
    return Symbol(LETTERS[setting]) if setting in LETTERS else identifier(setting)


def symbol(called: str, one: str, kind: Kind = "") -> Node:
    """``m_hat_W1`` as m̂ with the index W1: what belongs to a parameter has its name as an index."""
    stem = called.removesuffix(f"_{one}")
    if stem in ("m_hat", "v_hat"):
        accented = identifier(stem, called, kind)
        return replace(accented, index=one, written="")
    return name(called, kind)


def opening(story: Story) -> Iterator[Part]:
    """What the optimizer does, and with which settings."""
    chosen, step = story.study.optimizer, story.study.step
    settings: list[Node] = [
        infix(symbol_of(key), "=", number(one))
        for key, one in {
            "learning_rate": chosen.learning_rate,
            **chosen.settings,
        }.items()
        if varies(one)
    ]
    if chosen.counts:
        settings.append(infix(Symbol("t"), "=", number(step)))
    listed: list[str | Node] = []
    for setting in settings:
        listed += [", " if listed else "", setting]
    said: Spans = (
        f"The step is made by {chosen.name} ({chosen.rule.source}): {chosen.rule.clause}. Here ",
        *listed,
        ". All parameters move at once, from the gradients above.",
    )
    yield Prose(said)


def moved(story: Story, one: str, before: Array) -> Iterator[Part]:
    """The update of one parameter: what is remembered of it, then line by line."""
    study = story.study
    chosen, known = study.optimizer, study.moments[study.step - 1].state
    kept = {kind: known[chosen.key(kind, one)] for kind in chosen.state}
    run = update(
        chosen,
        before,
        study.gradients[one],
        kept,
        t=study.step,
        name=one,
        behind=f"_{one}",
    )
    yield Prose(("What is remembered of ", name(one), ", and its update line by line:"))
    for kind, array in kept.items():
        remembered = f"{kind}_{one}"
        yield Numbers(
            remembered, symbol(remembered, one), array, "value", ("before the step",)
        )
    writer = Writer(run, _names(run, story, one), {})
    statements = _statements(story, run)
    for line in run.program.lines:
        if line.result.name is not None:
            yield from _line(writer, line, one, statements.get(line.result.name, ""))


def _names(run: Run, story: Story, one: str) -> dict[Value, Node]:
    """Symbols of the named values; what is new has the symbol of what was, as in the papers."""
    found: dict[Value, Node] = {}
    for called, value in run.program.named().items():
        if called == f"d{one}":
            found[value] = gradient_of(one, story.study.loss_name, "upstream")
        elif called in story.study.optimizer.settings or called == "learning_rate":
            found[value] = symbol_of(called)
        else:
            found[value] = symbol(called.removeprefix("new_"), one)
    return found


def _line(writer: Writer, line: Line, one: str, statement: str) -> Iterator[Part]:
    called = line.result.name or ""
    known = called.removeprefix("new_")
    reason: Spans = (line.why,) if line.why else ()
    sign = "←" if known != called else "="
    rows = [
        Row(
            "symbols",
            symbol(known, one, "result"),
            sign,
            writer.written(line.result),
            reason,
        )
    ]
    stages = writer.stages(line.result)
    rows += [
        Row("numbers" if not at else "", None, "=", stage)
        for at, stage in enumerate(stages)
    ]
    yield Formula(tuple(rows))
    yield Numbers(
        called,
        symbol(known, one),
        writer.run.numbers[line.result],
        "result",
        ("after the step",) if known != called else (),
        statement,
    )


def _statements(story: Story, run: Run) -> dict[str, str]:
    """The NumPy statement of each line, its settings as numbers; none that reads what has no name in the lesson."""
    study = story.study
    settings = {**study.optimizer.settings, "learning_rate": study.learning_rate}
    put_in = _SettingsAsNumbers({**settings, "t": study.step})
    known = {*run.program.named(), "np"}
    (function,) = (
        node
        for node in ast.parse(emit(run, part="forward")).body
        if isinstance(node, ast.FunctionDef)
    )
    found = {}
    for statement in function.body:
        if isinstance(statement, ast.Assign) and isinstance(
            statement.targets[0], ast.Name
        ):
            called = statement.targets[0].id
            read = {
                node.id for node in ast.walk(statement) if isinstance(node, ast.Name)
            }
            if read <= known:
                found[called] = ast.unparse(put_in.visit(statement))
    return found


class _SettingsAsNumbers(ast.NodeTransformer):
    """Settings replaced by their numbers."""

    def __init__(self, numbers: Mapping[str, Any]) -> None:
        self.numbers = numbers

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.numbers:
            return ast.Constant(self.numbers[node.id])
        return node
