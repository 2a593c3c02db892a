"""Formulas in plain characters: matrices drawn, everything else on one line, long ones broken as by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, assert_never

from chainrule.formula import names
from chainrule.formula.brackets import bracketed, plain_exponent
from chainrule.formula.canvas import (
    Box,
    Line,
    Segment,
    beside,
    box,
    columns,
    delimiter,
    merged,
    ragged,
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


def to_text(node: Node, width: int | None = None, *, inside: bool = True) -> list[str]:
    r"""The lines of a formula in plain characters, at most ``width`` columns wide where it can be broken.

    It is broken ``inside`` of brackets, too, where nothing else makes it fit.

    >>> from chainrule.formula import formula
    >>> to_text(formula(r"\hat{y} = \frac{1}{1 + e^{-z}}"))
    ['ŷ = 1/(1 + e^(−z))']
    """
    return [_letters(line) for line in to_box(node, width, inside=inside).lines]


def _letters(line: Line) -> str:
    text = "".join([segment.text for segment in line])
    if not text[-1:].isspace():
        return text
    return "".join(segment.text for segment in merged(line))


def to_segments(node: Node, width: int | None = None) -> list[list[Segment]]:
    """The same lines as stretches of characters, each with its kind and origin, for a terminal to colour."""
    return [list(merged(line)) for line in to_box(node, width).lines]


def to_box(node: Node, width: int | None = None, *, inside: bool = True) -> Box:
    """The same lines as a box, to be set beside others."""
    settled = bracketed(node, "linear")
    whole = _draw(settled)
    if width is None or whole.width <= width:
        return whole
    outside = _Breaker(inside=False).broken(settled, width)
    if outside.width <= width or not inside:
        return outside
    return _Breaker(inside=True).broken(settled, width)


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
            return beside(*_row(items))
        case Fraction(top, bottom):
            return beside(_draw(top), box("/"), _draw(bottom))
        case Power(base, exponent):
            return _raised(_draw(base), exponent, _draw(exponent))
        case Subscript(base, index):
            return beside(_draw(base), _script("_", index))
        case Root(body, degree):
            return _rooted(_draw(body), degree)
        case Fence(opening, body, closing):
            return _fenced(opening, _draw(body), closing)
        case Call(head, body, opening, closing):
            return beside(_draw(head), _draw(Fence(opening, body, closing)))
        case Applied(head, body):
            return beside(_applied(head, body), _draw(body))
        case Big(sign, body, below, above):
            return beside(_big(sign, below, above), _draw(body))
        case Matrix():
            return _matrix(node)
        case Accent(body, mark):
            return beside(_draw(body), box(names.COMBINING.get(mark, "")))
        case Marked(body, of, kind):
            return _marked(_draw(body), Segment("", kind, of))
        case _:
            assert_never(node)


def _fenced(opening: str, inner: Box, closing: str) -> Box:
    return beside(delimiter(opening, inner), inner, delimiter(closing, inner))


def _applied(head: Node, body: Node) -> Box:
    """A function before its argument, with the gap that is between them."""
    close = isinstance(body, Fence) and body.opening == "("
    return beside(_draw(head), box("" if close else " "))


def _big(sign: str, below: Node | None, above: Node | None) -> Box:
    shown = {"∑": "Σ", "∏": "Π"}.get(sign, sign)
    return beside(box(shown), _script("_", below), _script("^", above), box(" "))


def _operator(sign: str, form: str) -> Box:
    shown = UPPER.get(sign, sign)
    if form == "infix":
        return box(f" {shown} ")
    return box({",": ", ", "⊤": "ᵀ"}.get(shown, shown))


def _row(items: tuple[Node, ...]) -> list[Box]:
    parts: list[Box] = []
    for i, item in enumerate(items):
        # two names side by side would read as one, but ŷ(1 − ŷ) needs no gap
        if item == Operator("", "tight") and not isinstance(items[i + 1], Fence):
            parts.append(box(" "))
        else:
            parts.append(_draw(item))
    return parts


def _script(mark: str, node: Node | None) -> Box:
    """A limit or an index, written close: Σ_(i=1)^n."""
    if node is None:
        return box("")
    drawn = _draw(node)
    if drawn.height > 1:
        return beside(box(mark), drawn)
    close = (box(s.text.replace(" ", ""), s.kind, s.of) for s in drawn.lines[0])
    return beside(box(mark), *close)


def _raised(base: Box, exponent: Node, drawn: Box) -> Box:
    small = plain_exponent(exponent)
    raised = box(small) if small else beside(box("^"), drawn)
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


@dataclass(frozen=True, slots=True)
class _Breaker:
    """Formulas broken to a width, ``inside`` of brackets, too, or only before the signs outside of them."""

    inside: bool

    def fitted(self, node: Node, width: int) -> Box:
        """A part of a formula, broken where it is too wide."""
        drawn = _draw(node)
        return drawn if drawn.width <= width else self.broken(node, width)

    def broken(self, node: Node, width: int) -> Box:
        """Broken before each relation, aligned under the first; then before + and −; then before a product's sign."""
        match node:
            case Marked(body, of, kind):
                return _marked(self.broken(body, width), Segment("", kind, of))
            case Operand(body, _, _):
                return self.broken(body, width)
            case Row() if node.glue != " " and len(pieces := _pieces(node)) > 1:
                if node.left is Strength.RELATION:
                    return self._relations(pieces, width)
                return self._filled(pieces, width)
            case _:
                return self._within(node, width) if self.inside else _draw(node)

    def _within(self, node: Node, width: int) -> Box:
        match node:
            case Fence(opening, body, closing):
                whole, inner = _draw(body), self.fitted(body, width - 2)
                if whole.height > 1:
                    return _fenced(opening, inner, closing)
                return _then(whole, beside(box(opening), inner), box(closing))
            case Call(head, body, opening, closing):
                lead, body = _draw(head), Fence(opening, body, closing)
            case Applied(head, body):
                lead = _applied(head, body)
            case Big(sign, body, below, above):
                lead = _big(sign, below, above)
            case Power(base, exponent):
                lower, raised = _draw(base), _draw(exponent)
                if lower.height > 1:
                    lower = self.fitted(base, width - raised.width - 1)
                raised = self.fitted(exponent, width - lower.width - 1)
                return _raised(lower, exponent, raised)
            case Fraction(top, bottom):
                return self._over(top, bottom, width)
            case Row(items):
                return self._widest(items, width)
            case _:
                return _draw(node)
        return beside(lead, self.fitted(body, width - lead.width))

    def _widest(self, items: tuple[Node, ...], width: int) -> Box:
        """Things side by side, the widest of them broken."""
        parts = _row(items)
        widths = [part.width for part in parts]
        place = widths.index(max(widths))
        room = width - sum(widths) + widths[place]
        broken = beside(*parts[:place], self.fitted(items[place], room))
        return _then(parts[place], broken, beside(*parts[place + 1 :]))

    def _over(self, top: Node, bottom: Node, width: int) -> Box:
        """A fraction, with its bottom on a line of its own where it has no room beside its top."""
        whole, below = _draw(top), beside(box("/"), _draw(bottom))
        beneath = _then(whole, self.fitted(top, width - below.width), below)
        if beneath.width <= width:
            return beneath
        above, below = self.fitted(top, width), self.fitted(bottom, width - 2)
        return stacked(above, beside(box("/ "), below), baseline=above.baseline)

    def _relations(self, pieces: list[tuple[str, Node]], width: int) -> Box:
        (_, first), *others = pieces
        lead = _draw(first)
        indent = lead.width
        rows: list[Box] = []
        for sign, side in others:
            mark = box(f" {UPPER.get(sign, sign)} ")
            inner = self.fitted(side, width - indent - mark.width)
            start = lead if not rows else box(" " * indent)
            # the sign stands on the first line of a side that was itself broken
            rows.append(beside(start, mark, inner))
        return stacked(*rows, baseline=rows[0].baseline)

    def _filled(self, pieces: list[tuple[str, Node]], width: int) -> Box:
        """As many pieces a line as fit, each further line beginning with its sign."""
        rows: list[Box] = []
        whole = box("")
        for sign, operand in pieces:
            shown = UPPER.get(sign, sign)
            joint = ", " if sign == "," else f" {shown} "
            drawn = _draw(operand)
            if rows:
                longer = _then(whole, rows[-1], beside(box(joint), drawn))
                if longer.width <= width:
                    rows[-1] = longer
                    continue
            start = f"{shown} " if rows and sign != "," else ""
            if rows and sign == ",":
                rows[-1] = _then(whole, rows[-1], box(","))
            whole = drawn
            fitted = self.fitted(operand, width - columns(start))
            rows.append(beside(box(start), fitted))
        return stacked(*rows, baseline=rows[0].baseline)


def _then(whole: Box, broken: Box, after: Box) -> Box:
    """What was broken and what stands after it: beside matrices, behind the last of several lines of words."""
    if whole.height > 1 or broken.height == 1:
        return beside(broken, after)
    *lines, last = broken.lines
    if after.height == 1:
        return ragged([*lines, (*merged(last), *after.lines[0])], broken.baseline)
    return beside(ragged([*lines, merged(last)], len(lines)), after)


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
