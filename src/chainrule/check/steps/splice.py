"""Source with some of its nodes written otherwise, and everything else as it was."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.check.trees import tree_copy
from chainrule.trace.source import span_of

Node = ast.expr | ast.stmt

WORD = re.compile(r"\{(\w+)\}")
"""Where a word belongs in a sentence that an edit says of itself."""

SINGLE = re.compile(r"'([^'\"\\]*)'")
"""A text in single quotes, in which nothing is quoted."""

Pieces = dict[ast.AST, Node]
"""What takes the place of which node of a statement."""


def own_end(node: ast.stmt) -> int:
    """The last line of a statement; of a compound one, of its head."""
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return max(node.lineno, int(body[0].lineno) - 1)
    return node.end_lineno or node.lineno


class Fill(ast.NodeTransformer):
    """Names of operands become what is written for them; a factor 1 is left out."""

    def __init__(self, texts: Mapping[str, ast.expr]) -> None:
        self.texts = texts

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name, or what is written for it."""
        found = self.texts.get(node.id)
        return node if found is None else tree_copy(found)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """``1.0 * x`` as ``x``."""
        one = isinstance(node.left, ast.Constant) and node.left.value == 1.0
        self.generic_visit(node)
        return node.right if one and isinstance(node.op, ast.Mult) else node


def is_inside(old: ast.AST, pieces: Pieces) -> bool:
    """Whether a node stands inside of another that is replaced."""
    return any(
        other is not old and any(one is old for one in ast.walk(other))
        for other in pieces
    )


def loaded(target: ast.expr) -> ast.expr:
    """A target as an expression that reads it."""
    read = tree_copy(target)
    if isinstance(read, ast.Name | ast.Attribute | ast.Subscript):
        read.ctx = ast.Load()
    return read


def joined(node: ast.AugAssign, new: ast.BinOp) -> ast.stmt | None:
    """``d *= c`` times x as ``d *= c * x``, ``d += c`` plus x as ``d += c + x``."""
    same = isinstance(node.op, ast.Mult) and isinstance(new.op, ast.Mult | ast.Div)
    same = same or (
        isinstance(node.op, ast.Add) and isinstance(new.op, ast.Add | ast.Sub)
    )
    if not same:
        return None
    value = ast.BinOp(node.value, new.op, new.right)
    return ast.AugAssign(tree_copy(node.target), node.op, value)


def set_option(
    call: ast.Call, name: str, place: int | None, value: Any, default: Any
) -> None:
    """An option of a call set, by its keyword or where it stands; one at its default is left out."""
    written = ast.parse(repr(value), mode="eval").body
    for keyword in list(call.keywords):
        if keyword.arg == name:
            if value == default or value is None:
                call.keywords.remove(keyword)
            else:
                keyword.value = written
            return
    if place is not None and place < len(call.args):
        call.args[place] = written
    elif value != default and value is not None:
        call.keywords.append(ast.keyword(name, written))


def spliced(
    lines: Sequence[str],
    first: int,
    pieces: Sequence[tuple[ast.AST, Node]],
    *,
    brackets: bool,
) -> str | None:
    """Lines of source with new texts where old nodes stand."""
    text = "\n".join(lines).encode()
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()) + 1)
    spans: list[tuple[int, int, str]] = []
    for old, new in pieces:
        if not isinstance(old, ast.expr):
            return None
        row, column, end_row, end_column = span_of(old)
        start, end = starts[row - first] + column, starts[end_row - first] + end_column
        written = ast.unparse(ast.fix_missing_locations(new))
        if b'"' in text[start:end] and b"'" not in text[start:end]:
            written = SINGLE.sub(r'"\1"', written)
        spans.append((start, end, f"({written})" if brackets else written))
    for start, end, written in sorted(spans, reverse=True):
        # the brackets around what was there go with it where they are not needed
        if not brackets and text[start - 1 : start] + text[end : end + 1] == b"()":
            before = text[start - 2 : start - 1]
            if not (before.isalnum() or before in b"_])"):
                bare = text[: start - 1] + written.encode() + text[end + 1 :]
                whole = text[:start] + written.encode() + text[end:]
                text = bare if _parses_alike(bare, whole) else whole
                continue
        text = text[:start] + written.encode() + text[end:]
    return text.decode()


def _parses_alike(one: bytes, other: bytes) -> bool:
    trees = []
    for text in (one, other):
        try:
            trees.append(ast.dump(ast.parse(_dedented(text.decode()))))
        except SyntaxError:
            return False
    return trees[0] == trees[1]


def _dedented(text: str) -> str:
    lines = text.splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    inner = "\n".join(
        line[indent:] if line[:indent].isspace() else line for line in lines
    )
    if inner.startswith(("elif", "else")):
        inner = inner.removeprefix("el")
    return f"{inner} pass" if inner.rstrip().endswith(":") else inner


def says(text: str, goal: ast.stmt, old: ast.stmt) -> bool:
    """Whether a text is the statement that was meant."""
    try:
        (found,) = ast.parse(_dedented(text)).body
    except (SyntaxError, ValueError):
        try:
            (found,) = ast.parse(f"def f():\n {_dedented(text)}").body[0].body  # type: ignore[attr-defined]
        except (SyntaxError, ValueError):
            return False
    return all(
        _same(getattr(found, name, None), getattr(goal, name, None))
        for name in old._fields
        if name not in ("body", "orelse", "type_comment")
    )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, ast.AST) and isinstance(other, ast.AST):
        return ast.unparse(one) == ast.unparse(other)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def words_at(words: Mapping[str, str], sentence: str) -> str:
    """A sentence with its words; a last clause whose words cannot be named here is left out."""
    head, colon, clause = sentence.rpartition(": ")
    if colon and any(word not in words for word in WORD.findall(clause)):
        sentence = f"{head}."
    return WORD.sub(lambda found: words.get(found[1], "it"), sentence)
