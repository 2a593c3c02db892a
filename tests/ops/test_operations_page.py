"""docs/operations.md says what the catalogue says; --update-golden writes it anew."""

import inspect
import re
from pathlib import Path

import pytest

from chainrule import ops
from chainrule.formula import apply, identifier, to_text
from chainrule.program import Op

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
HEAD = """# The operations

Everything a program may be made of, a family a table, as the records in `src/chainrule/ops/` say it; a test keeps this
page and the records equal. The last column says by which rule the gradient passes each argument, in the names of the
rule's own arguments, y being the result. Where a slope has a kink or an edge, the convention follows in italics.
"""
LETTERS = "abcdefgh"


def row(op: Op) -> str:
    """One op: its name, its parameters, how it is written, how its gradient passes."""
    params = ", ".join(f"`{name}={default!r}`" for name, default in op.params.items())
    return f"| `{op.name}` | {params} | {written(op)} | {passing(op)} |"


def written(op: Op) -> str:
    sample = op.samples[0]
    arguments = [identifier(LETTERS[i]) for i in range(len(sample.shapes))]
    params = {name: identifier(name) for name in op.params}
    (line,) = to_text(
        apply(
            op.notation,
            arguments,
            {k: v for k, v in params.items() if k != "axis"},
        )
    )
    return f"`{line}`".replace("|", "\\|")


def passing(op: Op) -> str:
    reasons: list[str] = []
    for position in range(len(op.samples[0].shapes)):
        rule = op.rule(position)
        if rule is not None and re.sub(r"[{}]", "", rule.why) not in reasons:
            reasons.append(re.sub(r"[{}]", "", rule.why))
    if not reasons:
        unknown = not any(
            op.constant_in(position) for position in range(len(op.samples[0].shapes))
        )
        says = f"{op.says}; " if op.says else ""
        reasons = [
            f"{says}{'no gradient is known' if unknown and op.samples[0].shapes else 'no gradient passes'}"
        ]
    text = "; ".join(reasons)
    return (f"{text}. *{op.caution}*" if op.caution else text).replace("|", "\\|")


def page() -> str:
    parts = [HEAD]
    for family in ops.FAMILIES:
        source = inspect.getsource(family)
        own = [
            op
            for name, op in vars(family).items()
            if isinstance(op, Op)
            and any(f"\n{name}{sign}" in source for sign in (" = ", ": Op = "))
        ]
        title = (family.__doc__ or "").strip()
        parts += [
            f"\n## {title}\n",
            "| op | parameters | written | how the gradient passes |",
            "|---|---|---|---|",
        ]
        parts += [row(op) for op in own]
    return "\n".join(parts) + "\n"


def test_the_page_of_operations_is_what_the_records_say(request: pytest.FixtureRequest):
    text = page()
    if request.config.getoption("--update-golden"):
        PAGE.write_text(text, encoding="utf-8", newline="\n")
    assert PAGE.read_text(encoding="utf-8") == text


def test_every_op_stands_on_the_page():
    text = page()
    for name in ops.CATALOGUE:
        assert f"\n| `{name}` |" in text
