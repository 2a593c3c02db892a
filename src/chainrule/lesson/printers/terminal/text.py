"""The lesson in a terminal: boxes of Unicode, four colours with four meanings, nothing but the lesson."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO, assert_never

from chainrule.formula import Text
from chainrule.formula.canvas import (
    Box,
    Line,
    Segment,
    beside,
    box,
    length,
    ragged,
    stacked,
    widened,
)
from chainrule.lesson.notation.names import numbers
from chainrule.lesson.parts import (
    Chain,
    Fold,
    Formula,
    Graph,
    Heading,
    Note,
    Numbers,
    Part,
    Plot,
    Prose,
    Row,
    Source,
    Table,
)
from chainrule.lesson.printers.shown import shown as slices
from chainrule.lesson.printers.terminal import graph, plot
from chainrule.lesson.printers.terminal.canvas import (
    drawn,
    fitted,
    indented,
    narrowed,
    plain_text,
    printed,
    side,
    wrapped,
)
from chainrule.lesson.printers.terminal.cells import (
    drawn_cell,
    drawn_text,
    squeezed,
    table_row,
    way,
)
from chainrule.lesson.summary import is_small, summarise

NARROW, WIDE, PIPED = 60, 118, 100
MARGIN, LABEL, INDENT = 3, 10, 2


def to_text(parts: Iterable[Part], width: int = PIPED, *, color: bool = False) -> str:
    """The whole lesson as characters."""
    return "".join(chunks(parts, width, color=color))


def chunks(
    parts: Iterable[Part], width: int = PIPED, *, color: bool = False
) -> Iterator[str]:
    """The lesson part by part, as soon as each is composed."""
    printer = Printer(width)
    for part in parts:
        yield printed(printer.lines(part), color=color)


def width_of(stream: TextIO) -> int:
    """How wide to print there: the terminal's width within reason, or a page's."""
    if not stream.isatty():
        return PIPED
    return max(NARROW, min(shutil.get_terminal_size().columns, WIDE))


def wants_color(stream: TextIO) -> bool:
    """Whether colours are seen there and wanted (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def show(parts: Iterable[Part], stream: TextIO | None = None) -> None:
    """Print the lesson to a stream (standard output), as it is composed."""
    stream = sys.stdout if stream is None else stream
    for chunk in chunks(parts, width_of(stream), color=wants_color(stream)):
        stream.write(chunk)


MOST_LISTED = 28
"""How many lines the first listing has of those that are printed in every language."""


class Printer:
    """Lays parts out at one width; it remembers what stood before, for spacing and numbering."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.section = 0
        self.before: type | None = None
        self.listed = ("", 0)
        self.named = self.begun = self.labelled = False

    def lines(self, part: Part) -> Iterator[Line]:
        """The lines of one part, with the space before it."""
        close = self._close(part)
        # a result stands under the names of its formula, and so does that of another turn
        self.labelled = self.before is Formula or (
            self.labelled and self.before is Numbers
        )
        named = isinstance(part, Source) and self._elsewhere(part)
        block = self.block(part)
        if self.before is not None and not close:
            yield ()
        self.named = named
        self.begun = isinstance(part, Formula) and self.before is Chain
        self.before = type(part)
        yield from block.lines

    def _close(self, part: Part) -> bool:
        """Whether a part belongs directly under the one before."""
        if isinstance(part, Numbers):
            return self.before in (Formula, Numbers)
        if isinstance(part, Formula):
            # a step begins with its rule and goes on with its symbols
            return self.before is Chain or (self.before is Formula and self.begun)
        if isinstance(part, Source):
            return self._elsewhere(part) and self.named
        return isinstance(part, Note)

    def block(self, part: Part) -> Box:
        """A part as a block."""
        match part:
            case Heading(text, level):
                return self._heading(text, level)
            case Prose(spans):
                return indented(wrapped(spans, min(self.width, 96) - 1), 1)
            case Formula(rows):
                return self._formula(rows, MARGIN)
            case Chain():
                return self._chain(part)
            case Numbers():
                return self._numbers(part)
            case Source():
                return self._source(part)
            case Graph():
                return self._graph(part)
            case Table():
                return self._table(part)
            case Plot():
                curve = plot.plot(part, min(self.width - 20, 60))
                caption = wrapped(part.caption, self.width - MARGIN, "faint")
                return indented(stacked(curve, caption), MARGIN)
            case Fold(title, parts):
                return self._fold(title, parts)
            case Note(spans, tone, _):
                mark, style = ("▸", "faint") if tone == "note" else ("!", "caution")
                body = wrapped(
                    spans, self.width - MARGIN - 3, "" if tone == "caution" else "faint"
                )
                return beside(box(" " * MARGIN), box(f"{mark} ", style), body)
            case _:
                assert_never(part)

    def _heading(self, text: str, level: int) -> Box:
        if level == 1:
            return stacked(
                box(f" {text}", "strong"), box(" " + "═" * len(text), "faint")
            )
        if level == 2:
            self.section += 1
            title = f" {self.section}. {text} "
            rule = box("─" * (self.width - len(title)), "faint")
            return beside(box(title, "strong"), rule)
        return box(f" {text}", "strong")

    def _formula(self, rows: Sequence[Row], margin: int) -> Box:
        labels = any(row.label for row in rows)
        lefts = [drawn(row.left) if row.left is not None else box("") for row in rows]
        narrow = [block.width for block in lefts if block.width <= self.width // 2]
        across = max(narrow, default=0)
        start = margin + (LABEL if labels else 0)
        if any(self._is_wide(row, start + across) for row in rows):
            # what is too wide beside a long name stands beneath it
            across = min(across, INDENT)
        blocks = []
        column = self._reasons(rows, lefts, start, across)
        for row, left in zip(rows, lefts, strict=True):
            label = row.label
            if len(label) >= LABEL:
                blocks.append(beside(box(" " * margin), box(label, "faint")))
                label = ""
            begun = box(" " * margin)
            begun = beside(begun, box(label.ljust(LABEL) if labels else "", "faint"))
            if row.right is None:
                shown = beside(left, box("  ")) if left.width else box("")
                space = self.width - begun.width - shown.width
                blocks.append(beside(begun, shown, wrapped(row.reason, space)))
                continue
            head = beside(begun, widened(left, across))
            if left.width > across:
                blocks.append(beside(begun, left))
                head = box(" " * (start + across))
            blocks.append(self._row(head, row, column, start))
        return stacked(*blocks)

    def _is_wide(self, row: Row, start: int) -> bool:
        """Whether what a row says has no room beside its name."""
        if row.right is None:
            return False
        space = self.width - start
        return side(row.sign, row.right, max(space, 0)).width > space

    def _reasons(
        self, rows: Sequence[Row], lefts: Sequence[Box], start: int, across: int
    ) -> int:
        """The column in which reasons begin: behind the widest row that leaves room for one."""
        widest = 0
        for row, left in zip(rows, lefts, strict=True):
            if row.right is not None and row.reason:
                lead = start + (across if left.width <= across else 0)
                width = (
                    lead + side(row.sign, row.right, max(self.width - lead, 24)).width
                )
                if width <= self.width * 3 // 5:
                    widest = max(widest, width)
        return widest

    def _row(self, head: Box, row: Row, column: int, start: int) -> Box:
        whole = head
        if row.right is not None:
            space = max(self.width - head.width, 24)
            whole = beside(head, fitted(row.sign, row.right, space))
        if not row.reason:
            return whole
        reason = plain_text(row.reason).replace("\N{NO-BREAK SPACE}", " ")
        whole = widened(whole, max(whole.width, column))
        free = self.width - whole.width - 3
        if len(reason) <= free:
            return beside(whole, box("   "), box(reason, "faint"))
        beneath = wrapped(row.reason, free, "faint")
        if free >= 34 and beneath.width <= free:
            return beside(whole, box("   "), beneath)
        by = head.width + 3 if self.width - head.width >= 40 else start + INDENT
        return stacked(
            whole, indented(wrapped(row.reason, self.width - by, "faint"), by)
        )

    def _chain(self, part: Chain) -> Box:
        nth, count = part.position
        title = f" {part.title.upper()}  {nth} of {count}"
        texts = [" ".join(drawn_text(link)) for link in part.links]
        links = way(texts, part.current, self.width - 1)
        return ragged(
            [
                (Segment("─" * self.width, "faint"),),
                *self._apart((Segment(title, "strong"),), links),
                *self._where(part),
            ]
        )

    def _apart(self, left: Line, right: Line) -> Iterator[Line]:
        """Two texts at the two ends of a line, or of two lines."""
        gap = self.width - length(left) - length(right)
        if gap >= 2:
            yield (*left, Segment(" " * gap), *right)
        else:
            yield from filter(None, (left,))
            yield (Segment(" " * max(self.width - length(right), 1)), *right)

    def _where(self, part: Chain) -> Iterator[Line]:
        """What is meant, and the lines of the source at the right."""
        subject = " ".join(drawn_text(part.subject)) if part.subject is not None else ""
        lead: Line = (Segment(f" {subject}  {plain_text(part.meaning)}", "result"),)
        for source in part.sources:
            where = f"{source.text}  line {source.line}" if source.line else source.text
            if len(where) < self.width:
                yield from self._apart(lead, (Segment(where, "faint"),))
            else:
                yield from (
                    lead,
                    *indented(wrapped((where,), self.width - 3, "faint"), 3).lines,
                )
            lead = ()
        if not part.sources:
            yield lead

    def _numbers(self, part: Numbers) -> Box:
        follows = self.before is Formula
        label = box(
            ("result" if follows else "").ljust(LABEL if self.labelled else 0), "faint"
        )
        head = beside(box(" " * MARGIN), label, drawn(part.symbol))
        note = plain_text(part.note).replace("\N{NO-BREAK SPACE}", " ")
        if is_small(part.array) and part.array.ndim > 2 and part.array.size:
            return self._formula(slices(part), MARGIN)
        shown = (
            numbers(part.array, part.name, part.kind)
            if is_small(part.array)
            else Text(summarise(part.array))
        )
        lead = head.width
        whole = beside(head, side("=", shown, self.width - lead))
        if whole.width > self.width:
            # what is too wide beside a long name stands beneath it
            lead = MARGIN + (LABEL if self.labelled else 0) + INDENT
            body = fitted("=", shown, self.width - lead)
            whole = stacked(head, indented(body, lead))
        plain = note.startswith(("shape ", "a single number"))
        if not note or (part.array.size == 1 and not follows and plain):
            return whole
        if whole.width + len(note) + 3 <= self.width:
            return beside(whole, box("   "), box(note, "faint"))
        return stacked(whole, indented(box(note, "faint"), lead + 3))

    def _elsewhere(self, part: Source) -> bool:
        """Whether a listing stands here in one language, and of the others is said how to get them."""
        group, n_lines = self.listed
        return bool(group) and part.group == group and n_lines > MOST_LISTED

    def _source(self, part: Source) -> Box:
        title, text = part.title, part.text
        if self._elsewhere(part):
            # a terminal has no tabs: what is long is listed in one language
            how = f"chainrule emit … --in {part.language}"
            return beside(box(f" {title}".ljust(14), "strong"), box(how, "code"))
        if part.group != self.listed[0]:
            self.listed = (part.group, text.count("\n"))
        source = narrowed(text.rstrip().splitlines(), self.width - 4)
        code = ragged((Segment(f"    {line}", "code"),) for line in source)
        return stacked(box(f" {title}", "strong"), box(""), code)

    def _graph(self, part: Graph) -> Box:
        body = graph.graph(part, self.width - MARGIN)
        caption = wrapped(part.caption, min(self.width, 96) - MARGIN, "faint")
        return stacked(indented(body, MARGIN), box(""), indented(caption, MARGIN))

    def _fold(self, title: Sequence[object], parts: Sequence[Part]) -> Box:
        inner = Printer(self.width - 2)
        body = [ragged(inner.lines(part)) for part in parts]
        head = wrapped(tuple(title), self.width - MARGIN, "strong")  # type: ignore[arg-type]
        return stacked(indented(head, MARGIN), *(indented(block, 2) for block in body))

    def _table(self, part: Table) -> Box:
        cells = [[drawn_cell(cell) for cell in row] for row in part.rows]
        heads = [box(title, "faint") for title in part.columns]
        count = len(part.columns)
        widths = (
            [
                max(block.width for block in column)
                for column in zip(heads, *cells, strict=True)
            ]
            if count
            else []
        )
        widths = squeezed(widths, self.width - MARGIN - 3 * (count - 1))
        broken = any(
            block.height > 1 and block.width > width
            for row in cells
            for block, width in zip(row, widths, strict=True)
        )
        if broken:
            return self._below(heads, cells)
        rows = [
            table_row(heads, widths),
            box("─" * min(sum(widths) + 3 * (count - 1), self.width - MARGIN), "faint"),
        ]
        tall = any(block.height > 1 for row in cells for block in row)
        for row in cells:
            rows.append(table_row(row, widths))
            if tall:
                rows.append(box(""))
        body = indented(stacked(*rows), MARGIN)
        if not part.caption:
            return body
        return stacked(
            body, indented(wrapped(part.caption, self.width - MARGIN, "faint"), MARGIN)
        )

    def _below(self, heads: Sequence[Box], cells: Sequence[Sequence[Box]]) -> Box:
        """A table whose matrices are too wide to stand side by side: row by row, one cell under the other."""
        across = max(head.width for head in heads) + 3
        lines: list[Box] = []
        for first, *others in cells:
            lines.append(indented(first, MARGIN))
            lines += [
                beside(box(" " * 2 * MARGIN), widened(head, across), block)
                for head, block in zip(heads[1:], others, strict=True)
                if block.width
            ]
        return stacked(*lines)
