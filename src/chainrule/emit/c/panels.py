"""Passes of a product too broad for one tile: a panel of its columns as a function, and all of them in turn."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.emit.c.nests import Product
from chainrule.emit.c.passes import INDENT, Written
from chainrule.emit.c.words import TYPES, suffix


def in_two_functions(
    name: str,
    written: Written,
    parameters: Sequence[str],
    before: Sequence[str],
    after: Sequence[str],
) -> list[str]:
    """A pass in two functions: one panel, compiled for each width of a tile; and all of them in turn.

    ``before`` is what a function with these ``parameters`` begins with, ``after`` what it ends with.
    """
    product = written.tiles
    assert product is not None  # noqa: S101 - asked by the caller
    given, inside = [], list(before)
    for one in parameters:
        own = one.rpartition(" ")[2].lstrip("*")
        number = own.removesuffix("_made")
        given.append(own if number == own else f"&{number}")
        if number != own:
            place = next(
                k for k, text in enumerate(inside) if text.endswith(f" {number};")
            )
            inside[place] = inside[place].removesuffix(";") + f" = *{own};"
    counters = ["j0", "wide", "width"]
    if written.laid:
        counters = ["top", "bottom", *counters]
        given += counters[:2]
        inside.append(INDENT + _laid_at(product))
    panel = ", ".join([*parameters, *(f"const long {one}" for one in counters)])
    lines = _in_turn(product, f"{name}_panel({', '.join(given)}")
    if written.laid:
        lines = _in_blocks(product, written.laid, lines)
    return [
        f"static inline __attribute__((always_inline)) void {name}_panel({panel})",
        "{",
        *inside,
        *written.lines[written.first :],
        *after,
        "}",
        "",
        f"static void {name}({', '.join(parameters)})",
        "{",
        *(text for text in before if "room" not in text),
        *written.lines[: written.first],
        *(INDENT + line for line in lines),
        *after,
        "}",
    ]


def _in_turn(product: Product, called: str) -> list[str]:
    """One panel after another; the last columns are in a narrow one where they fit into it."""
    columns, tag = product.columns.factor, suffix(product.value.dtype)
    return [
        f"const long rest = {columns} % BROAD_{tag};",
        f"for (long j0 = 0; j0 + BROAD_{tag} <= {columns}; j0 += BROAD_{tag})",
        f"{INDENT}{called}, j0, BROAD_{tag}, BROAD_{tag});",
        f"if (rest > NARROW_{tag})",
        f"{INDENT}{called}, {columns} - rest, rest, BROAD_{tag});",
        "else if (rest)",
        f"{INDENT}{called}, {columns} - rest, rest, NARROW_{tag});",
    ]


def _in_blocks(product: Product, laid: str, lines: Sequence[str]) -> list[str]:
    """All panels for a block of rows that are laid side by side, then for the next."""
    rows, inner = product.rows.factor, product.inner.factor
    kind, tag = TYPES[product.value.dtype.name], suffix(product.value.dtype)
    step = product.left.strides[1].text
    return [
        _laid_at(product),
        f"const long block = block_of({rows}, {inner} * sizeof({kind}));",
        f"for (long top = 0; top < {rows}; top += block) {{",
        f"{INDENT}const long bottom = {rows} - top < block ? {rows} : top + block;",
        f"{INDENT}lay_{tag}(laid, {laid}, bottom - top, {inner}, {step});",
        *(INDENT + line for line in lines),
        "}",
    ]


def _laid_at(product: Product) -> str:
    """Where rows are laid side by side: behind the columns of a panel."""
    kind, tag = TYPES[product.value.dtype.name], suffix(product.value.dtype)
    return (
        f"{kind} *const laid = ({kind} *)room + BROAD_{tag} * {product.inner.factor};"
    )
