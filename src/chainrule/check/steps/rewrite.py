"""A correction as text: the user's own source with as little changed as possible."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.edits import Edit as LineEdit
from chainrule.check.languages import Language
from chainrule.check.moved_statements import Move
from chainrule.check.steps.correction import Correction
from chainrule.check.steps.edits.record import Edit, Operand
from chainrule.check.steps.evidence import Evidence
from chainrule.check.steps.moving import copied, later_update
from chainrule.check.steps.operand_nodes import operand_nodes
from chainrule.check.steps.sites import Sites, Statement
from chainrule.check.steps.splice import (
    Fill,
    Pieces,
    is_inside,
    joined,
    loaded,
    own_end,
    says,
    set_option,
    spliced,
)
from chainrule.check.steps.tape import number_of
from chainrule.check.trees import same, tree_copy, with_pieces
from chainrule.emit import expression
from chainrule.program import ChainruleError, Value
from chainrule.trace import Traced, Tracer


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction written out: the words for its sentence, the statement to write, the changes to the source.

    ``move`` says in words what is to stand elsewhere; ``part`` is what in the old statement is wrong.
    """

    words: Mapping[str, str]
    statement: str | None
    edits: tuple[LineEdit, ...]
    part: ast.expr | None = None
    move: str | None = None


@dataclass(eq=False)
class Rewriter:
    """Corrections of one script, written out."""

    evidence: Evidence
    sites: Sites

    @property
    def language(self) -> Language:
        """What the user writes in."""
        return self.evidence.recording.language

    def fix(self, correction: Correction) -> list[Fix]:
        """The texts of a correction, one an edit; of several in one statement, the statement once."""
        found = [self._words(edit) for edit in correction.edits]
        statement = correction.statement
        pieces: Pieces = {}
        inserted: list[LineEdit] = []
        advice: list[str] = []
        moved: Move | None = None
        is_whole = True
        for edit in correction.edits:
            if any(operand.old for operand in edit.operands):
                moved = self._moved(edit) or moved
                advice += [moved.advice] if moved is not None else []
                is_whole = is_whole and moved is not None
            elif any(operand.hands_on for operand in edit.operands):
                handed = self._handed_on(edit, statement)
                inserted += handed
                is_whole = is_whole and bool(handed)
            elif self._writes_entries(edit):
                below = self._below(edit, statement)
                inserted += below
                advice += [f"below    {one.text.strip()}" for one in below]
                is_whole = is_whole and bool(below)
            else:
                piece = self._piece(edit, pieces)
                is_whole = is_whole and piece is not None
                pieces.update(piece or {})
        text = self._text(statement, pieces) if pieces else None
        edits = [*inserted, *(moved.edits if moved is not None else ())]
        if text is not None and statement.node is not None:
            first = statement.node.lineno
            last = own_end(statement.node)
            edits.append(LineEdit(first, last, text))
        if not is_whole or (pieces and text is None):
            edits = []
        return [
            Fix(
                words,
                text if i == 0 else None,
                tuple(edits) if i == 0 else (),
                part,
                "; ".join(dict.fromkeys(advice)) or None if i == 0 else None,
            )
            for i, (words, part) in enumerate(found)
        ]

    # the words of a sentence

    def _words(self, edit: Edit) -> tuple[dict[str, str], ast.expr | None]:
        words = dict(edit.words)
        node = edit.site.node
        if node is not None:
            words["old"] = ast.unparse(node)
        for i, operand in enumerate(edit.operands):
            words[str(i)] = operand.text
        part: ast.expr | None = node if isinstance(node, ast.expr) else None
        if edit.part is not None:
            held = edit.operands[edit.part]
            words["part"] = held.text
            part = held.node or part
            inner = self._traced(edit, edit.inner, edit.inner_operands)
            words["part_new"] = "" if inner is None else ast.unparse(inner)
        new = None if node is None else self._new(edit, {})
        if new is not None:
            words["new"] = ast.unparse(new)
        if isinstance(new, ast.BinOp) and ast.unparse(new.left) == words.get("old"):
            words["added"] = ast.unparse(new.right)
        return words, part

    # an expression anew

    def _piece(self, edit: Edit, before: Pieces) -> Pieces | None:
        """Which node of the statement becomes what."""
        node, statement = edit.site.node, edit.site.statement.node
        if statement is None:
            return None
        if edit.write is not None:
            written = edit.write(tree_copy(statement))
            return None if written is None else {statement: written}
        if node is None:
            return None
        if edit.site.is_argument:
            return {node: ast.parse(edit.words["meant"], mode="eval").body}
        if edit.part is not None:
            held = edit.operands[edit.part].node
            inner = self._traced(edit, edit.inner, edit.inner_operands)
            is_read = not isinstance(node, ast.AugAssign) or held is node.value
            if held is not None and inner is not None and is_read:
                return {held: inner}
        if isinstance(node, ast.AugAssign):
            whole = self._augmented(edit, node)
            return None if whole is None else {node: whole}
        if isinstance(node, ast.Subscript | ast.Name | ast.Attribute) and isinstance(
            node.ctx, ast.Store
        ):
            return self._stored(edit, statement)
        new = self._new(edit, before)
        return None if new is None else {node: new}

    def _new(self, edit: Edit, before: Pieces) -> ast.expr | None:
        """The expression that takes the place of the edited one."""
        node = edit.site.node
        if edit.params is not None and isinstance(node, ast.Call):
            return self._called(edit, node)
        if edit.part is not None and isinstance(node, ast.expr):
            held = edit.operands[edit.part].node
            inner = self._traced(edit, edit.inner, edit.inner_operands)
            if held is not None and inner is not None:
                pieced: ast.expr = with_pieces(node, {held: inner})
                return pieced
        return self._traced(edit, edit.new, edit.operands, before)

    def _called(self, edit: Edit, node: ast.Call) -> ast.expr | None:
        """A call with other options, or of another function: ``x.sum(axis=0)`` as ``x.sum(axis=1)``."""
        called = tree_copy(node)
        op = edit.site.op
        name = edit.words.get("of")
        if name is not None and isinstance(called.func, ast.Attribute):
            before = called.func.attr
            called.func.attr = before.replace(before.rpartition("_")[2], name)
            return called
        if op is None:
            return None
        n_args = len(edit.operands)
        receiver = isinstance(node.func, ast.Attribute) and operand_nodes(
            node, n_args, self.sites.modules
        )[:1] == [node.func.value]
        places = {param: n_args - receiver + i for i, param in enumerate(op.params)}
        for param, value in (edit.params or {}).items():
            name = self.language.options.get(param, param)
            set_option(called, name, places.get(param), value, op.params.get(param))
        return called

    def _augmented(self, edit: Edit, node: ast.AugAssign) -> ast.stmt | None:
        """``d *= c`` otherwise: augmented again where it can be, else assigned."""
        target = loaded(node.target)
        new = self._traced(edit, edit.new, edit.operands, {}, whole=node)
        if new is None:
            return None
        if isinstance(new, ast.BinOp) and same(new.left, target):
            return ast.AugAssign(tree_copy(node.target), new.op, new.right)
        old = ast.BinOp(target, node.op, node.value)
        if isinstance(new, ast.BinOp) and same(new.left, old):
            whole = joined(node, new)
            if whole is not None:
                return whole
        return ast.Assign([tree_copy(node.target)], new)

    def _stored(self, edit: Edit, statement: ast.stmt) -> Pieces | None:
        """What is written into an array, otherwise."""
        if not isinstance(statement, ast.Assign) or edit.part != 1:
            return None
        inner = self._traced(edit, edit.inner, edit.inner_operands)
        return None if inner is None else {statement.value: inner}

    def _traced(
        self,
        edit: Edit,
        new: Any,
        operands: Sequence[Operand],
        before: Pieces | None = None,
        whole: ast.AugAssign | None = None,
    ) -> ast.expr | None:
        """What ``new`` computes, written in NumPy, with the user's own texts for what it computes with."""
        recorder = Tracer(named=False, lets_go=True, follow_branches=True, pairs=True)
        given: list[Any] = []
        texts: dict[str, ast.expr] = {}
        world = self.evidence.worlds[0].numbers
        for i, operand in enumerate(operands):
            text = self._operand(edit, operand, before or {}, whole)
            item = operand.first
            if text is None or (
                isinstance(text, ast.Constant) and not isinstance(item, Value)
            ):
                given.append(number_of(item, self.evidence.tape.at, world))
                continue
            number = number_of(item, self.evidence.tape.at, world)
            if operand.index is not None:
                number = number[operand.index[0]]
            name = f"operand_{i}"
            texts[name] = text
            given.append(recorder.input(np.asarray(number), name))
        try:
            result = new(*given)
        except (ChainruleError, ValueError, TypeError, IndexError, AttributeError):
            return None
        if not isinstance(result, Traced):
            return ast.Constant(result) if isinstance(result, int | float) else None
        written = expression(
            result.value,
            recorder.builder.run((result.value,)).program,
            self.language.spelling,
        )
        try:
            tree = ast.parse(written, mode="eval").body
        except SyntaxError:
            return None
        filled: ast.expr = Fill(texts).visit(tree)
        return filled

    def _operand(
        self, edit: Edit, operand: Operand, before: Pieces, whole: ast.AugAssign | None
    ) -> ast.expr | None:
        """An operand as it is written at the place."""
        if whole is not None and operand.text == ast.unparse(whole):
            return ast.BinOp(loaded(whole.target), whole.op, whole.value)
        node: ast.AST | None = operand.node
        if node is not None:
            if (
                isinstance(edit.site.node, ast.AugAssign)
                and node is edit.site.node.target
            ):
                return loaded(edit.site.node.target)
            pieced: ast.expr = with_pieces(node, before)
            return pieced
        try:
            return ast.parse(operand.text, mode="eval").body
        except SyntaxError:
            return None

    # a statement anew

    def _text(self, statement: Statement, pieces: Pieces) -> str | None:
        """The statement with its pieces changed, everything else as the user wrote it."""
        node = statement.node
        if node is None:
            return None
        source = self.sites.trees.text(statement.file)
        first, last = node.lineno, own_end(node)
        lines = source.splitlines()[first - 1 : last]
        goal = with_pieces(node, pieces)
        if node in pieces:
            indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
            # what stands behind it on its line stays: a comment, another statement
            behind = lines[-1].encode()[node.end_col_offset :].decode()
            whole = isinstance(node, ast.Assign | ast.AugAssign)
            anew = ast.unparse(ast.fix_missing_locations(goal))
            return indent + anew + (behind if whole else "")
        outer = [old for old in pieces if not is_inside(old, pieces)]
        for brackets in (False, True):
            text = spliced(
                lines, first, [(old, pieces[old]) for old in outer], brackets=brackets
            )
            if text is not None and says(text, goal, node):
                return text
        return None

    # statements elsewhere

    def _writes_entries(self, edit: Edit) -> bool:
        """Whether all of an array is to be otherwise, of which the statement writes some entries."""
        tape = self.evidence.tape
        line = tape.line(edit.site.runs[0].result)
        written = line is not None and line.op in (ops.setitem, ops.add_at)
        return written and edit.part is None and edit.write is None

    def _below(self, edit: Edit, statement: Statement) -> list[LineEdit]:
        """What is missing of the whole array, in a line below: ``d /= n`` after ``d[i] -= 1``."""
        node = edit.site.node
        target = node.target if isinstance(node, ast.AugAssign) else node
        if not isinstance(target, ast.Subscript) or statement.node is None:
            return []
        held, old = target.value, ast.unparse(edit.site.node or target)
        operands = [
            replace(one, node=held, text=ast.unparse(held)) if one.text == old else one
            for one in edit.operands
        ]
        new = self._traced(edit, edit.new, operands)
        if new is None or not isinstance(held, ast.Name | ast.Attribute):
            return []
        stored = tree_copy(held)
        stored.ctx = ast.Store()
        anew: ast.stmt = ast.Assign([stored], new)
        if isinstance(new, ast.BinOp) and same(new.left, held):
            anew = ast.AugAssign(stored, new.op, new.right)
        last = own_end(statement.node)
        text = " " * statement.node.col_offset + ast.unparse(
            ast.fix_missing_locations(anew)
        )
        return [LineEdit(last + 1, last, text)]

    def _moved(self, edit: Edit) -> Move | None:
        """The update moved below the last use of the weight; of a view, a copy where it is taken."""
        old = next(operand for operand in edit.operands if operand.old)
        item = old.first
        for update in self.evidence.updates:
            if update.before is item:
                return later_update(self.evidence, self.sites, update)
        return copied(self.evidence, self.sites, item)

    def _handed_on(self, edit: Edit, statement: Statement) -> list[LineEdit]:
        """What is handed on, as a last statement of the loop around."""
        operand = next(one for one in edit.operands if one.hands_on)
        loop = self.sites.trees.loop(statement.file, statement.node)
        if loop is None:
            return []
        last = loop.body[-1]
        indent = " " * last.col_offset
        below = (last.end_lineno or last.lineno) + 1
        return [
            LineEdit(below, below - 1, f"{indent}{operand.text} = {operand.hands_on}")
        ]


Walk = Iterator[ast.AST]
