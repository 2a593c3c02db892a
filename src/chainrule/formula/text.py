"""Formulas in plain characters: matrices drawn, everything else on one line, long ones broken as by hand."""

from __future__ import annotations

from typing import Final, assert_never

from chainrule.formula import names
from chainrule.formula.brackets import bracketed, plain_exponent
from chainrule.formula.canvas import (
    Box,
    Segment,
    beside,
    box,
    columns,
    delimiter,
    merged,
    stacked,
    widened,
)
from chainrule.formula.numbers import written
from chainrule.formula.tree import (
    Accent,
    Applied,
    Big,
    Call,
    Fence,
    Fraction,
    Marked,
    Matrix,
    Node,
    Number,
    Operand,
    Operator,
    Power,
    Root,
    Row,
    Strength,
    Subscript,
    Symbol,
    Text,
)

UPPER: Final = {"-": "−", "*": "∗"}


def to_text(node: Node, width: int | None = None) -> list[str]:
    r"""The lines of a formula in plain characters, at most ``width`` columns wide where it can be broken.

    >>> from chainrule.formula import formula
    >>> to_text(formula(r"\hat{y} = \frac{1}{1 + e^{-z}}"))
    ['ŷ = 1/(1 + e^(−z))']
    """
    return [
        "".join(segment.text for segment in line) for line in to_segments(node, width)
    ]


def to_segments(node: Node, width: int | None = None) -> list[list[Segment]]:
    """The same lines as stretches of characters, each with its kind and origin, for a terminal to colour."""
    return [list(merged(line)) for line in to_box(node, width).lines]


def to_box(node: Node, width: int | None = None) -> Box:
    """The same lines as a box, to be set beside others."""
    settled = bracketed(node, "linear")
    whole = _draw(settled)
    if width is not None and whole.width > width:
        whole = _broken(settled, width)
    return whole


def _draw(node: Node) -> Box:
    match node:
        case Number(_, _, of, kind):
            return box(written(node), kind, of)
        case Symbol(_, _, _, _, _, of, kind):
            return box(names.plain(node), kind, of)
        case Text(words, of, kind):
            return box(words, kind, of)
        case Operator(sign, form):
            return _operator(sign, form)
        case Operand(body, _, _):
            return _draw(body)
        case Row(items):
            return _row(items)
        case Fraction(top, bottom):
            return beside(_draw(top), box("/"), _draw(bottom))
        case Power(base, exponent):
            return _raised(_draw(base), exponent)
        case Subscript(base, index):
            return beside(_draw(base), _script("_", index))
        case Root(body, degree):
            return _rooted(_draw(body), degree)
        case Fence(opening, body, closing):
            inner = _draw(body)
            return beside(delimiter(opening, inner), inner, delimiter(closing, inner))
        case Call(head, body, opening, closing):
            return beside(_draw(head), _draw(Fence(opening, body, closing)))
        case Applied(head, body):
            gap = () if isinstance(body, Fence) and body.opening == "(" else (box(" "),)
            return beside(_draw(head), *gap, _draw(body))
        case Big(sign, body, below, above):
            limits = (_script("_", below), _script("^", above))
            shown = {"∑": "Σ", "∏": "Π"}.get(sign, sign)
            return beside(box(shown), *limits, box(" "), _draw(body))
        case Matrix():
            return _matrix(node)
        case Accent(body, mark):
            return beside(_draw(body), box(names.COMBINING.get(mark, "")))
        case Marked(body, of, kind):
            return _marked(_draw(body), Segment("", kind, of))
        case _:
            assert_never(node)


def _operator(sign: str, form: str) -> Box:
    shown = UPPER.get(sign, sign)
    if form == "infix":
        return box(f" {shown} ")
    return box({",": ", ", "⊤": "ᵀ"}.get(shown, shown))


def _row(items: tuple[Node, ...]) -> Box:
    parts: list[Box] = []
    for i, item in enumerate(items):
        # two names side by side would read as one, but ŷ(1 − ŷ) needs no gap
        if item == Operator("", "tight") and not isinstance(items[i + 1], Fence):
            parts.append(box(" "))
        else:
            parts.append(_draw(item))
    return beside(*parts)


def _script(mark: str, node: Node | None) -> Box:
    """A limit or an index, written close: Σ_(i=1)^n."""
    if node is None:
        return box("")
    drawn = _draw(node)
    if drawn.height > 1:
        return beside(box(mark), drawn)
    close = (box(s.text.replace(" ", ""), s.kind, s.of) for s in drawn.lines[0])
    return beside(box(mark), *close)


def _raised(base: Box, exponent: Node) -> Box:
    small = plain_exponent(exponent)
    raised = box(small) if small else beside(box("^"), _draw(exponent))
    if base.height == 1:
        return beside(base, raised)
    return beside(
        base, Box(raised.lines, raised.width, raised.baseline + base.baseline)
    )


def _rooted(body: Box, degree: Node | None) -> Box:
    if degree is None:
        return beside(box("√"), body)
    return beside(box("root("), body, box(", "), _draw(degree), box(")"))


def _matrix(node: Matrix) -> Box:
    """Two rows are drawn three lines high, so that the formula's own line runs between them."""
    grid = [[_draw(cell) for cell in row] for row in node.rows]
    columns_of = zip(zip(*node.rows, strict=True), zip(*grid, strict=True), strict=True)
    drawn = [_column(cells, parts) for cells, parts in columns_of]
    lines = [
        beside(box(" "), *_separated(row), box(" ")) for row in zip(*drawn, strict=True)
    ]
    if len(lines) == 2:
        lines.insert(1, box(""))
    body = stacked(*lines)
    body = Box(body.lines, body.width, (body.height - 1) // 2)
    whole = beside(delimiter("[", body), body, delimiter("]", body))
    return _marked(whole, Segment("", node.kind, node.of)) if node.kind else whole


def _column(cells: tuple[Node, ...], parts: tuple[Box, ...]) -> list[Box]:
    """The cells of a column, their decimal points under one another."""
    whole = [_before_point(cell, part) for cell, part in zip(cells, parts, strict=True)]
    left = max(whole)
    shifted = [
        beside(box(" " * (left - own)), part)
        for own, part in zip(whole, parts, strict=True)
    ]
    width = max(part.width for part in shifted)
    return [widened(part, width) for part in shifted]


def _before_point(cell: Node, part: Box) -> int:
    return (
        columns(written(cell).partition(".")[0].partition(" ")[0])
        if isinstance(cell, Number)
        else part.width
    )


def _separated(row: tuple[Box, ...]) -> list[Box]:
    return [
        part
        for i, cell in enumerate(row)
        for part in ((box("  "), cell) if i else (cell,))
    ]


def _marked(drawn: Box, mark: Segment) -> Box:
    """The mark on every stretch that has none of its own."""
    lines = tuple(
        tuple(Segment(s.text, s.kind or mark.kind, s.of or mark.of) for s in line)
        for line in drawn.lines
    )
    return Box(lines, drawn.width, drawn.baseline)


def _broken(node: Node, width: int) -> Box:
    """Broken before each relation, aligned under the first; then before + and −; then before a product's sign."""
    if isinstance(node, Marked):
        return _marked(_broken(node.body, width), Segment("", node.kind, node.of))
    body = node.body if isinstance(node, Operand) else node
    if not isinstance(body, Row) or body.glue == " ":
        return _draw(node)
    pieces = _pieces(body)
    if len(pieces) == 1:
        return _draw(node)
    if body.left is Strength.RELATION:
        return _relations(pieces, width)
    return _filled(pieces, width)


def _pieces(row: Row) -> list[tuple[str, Node]]:
    """The row cut before each of its infix signs: (sign, operand)."""
    pieces: list[tuple[str, Node]] = []
    pending: list[Node] = []
    sign = ""
    for item in row.items:
        if isinstance(item, Operator) and item.form in {"infix", "separator"}:
            pieces.append((sign, _rejoined(pending, row)))
            sign, pending = item.sign, []
        else:
            pending.append(item)
    return [*pieces, (sign, _rejoined(pending, row))]


def _rejoined(items: list[Node], row: Row) -> Node:
    return items[0] if len(items) == 1 else Row(tuple(items), row.left, row.right)


def _relations(pieces: list[tuple[str, Node]], width: int) -> Box:
    (_, first), *others = pieces
    lead = _draw(first)
    indent = lead.width
    rows: list[Box] = []
    for sign, side in others:
        mark = box(f" {UPPER.get(sign, sign)} ")
        inner = _fitted(side, width - indent - mark.width)
        start = lead if not rows else box(" " * indent)
        # the sign stands on the first line of a side that was itself broken
        rows.append(beside(start, mark, inner))
    return stacked(*rows, baseline=rows[0].baseline)


def _filled(pieces: list[tuple[str, Node]], width: int) -> Box:
    """As many pieces a line as fit, each further line beginning with its sign."""
    rows: list[Box] = []
    current: Box | None = None
    for sign, operand in pieces:
        shown = UPPER.get(sign, sign)
        if current is None:
            current = _fitted(operand, width)
            continue
        joint = ", " if sign == "," else f" {shown} "
        longer = beside(current, box(joint), _draw(operand))
        if longer.width <= width:
            current = longer
            continue
        start = "" if sign == "," else f"{shown} "
        rows.append(beside(current, box(",")) if sign == "," else current)
        current = beside(box(start), _fitted(operand, width - columns(start)))
    if current is not None:
        rows.append(current)
    return stacked(*rows, baseline=rows[0].baseline)


def _fitted(node: Node, width: int) -> Box:
    drawn = _draw(node)
    return drawn if drawn.width <= width else _broken(node, width)
