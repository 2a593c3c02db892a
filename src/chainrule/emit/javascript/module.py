"""A module of NumPy's text as an ES module: statements with ``const`` and ``let``, reasons, the runtime, what runs."""

from __future__ import annotations

import ast
import io
import itertools
import json
import tokenize
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from chainrule.emit.javascript.runtime import shipped
from chainrule.emit.javascript.syntax import (
    FUNCTIONS,
    INDENT,
    JavascriptExpressions,
    Opened,
    laid,
)

Block = Sequence[ast.stmt]


def written(text: str) -> str:
    r"""The ES module that does what ``text`` does, a module in the words of NumPy.

    >>> module = written("def half(x):\n    # the mean of two\n    return x / 2\n")
    >>> print(module.partition("\n\n")[0])
    export function half(x) {
      // the mean of two
      return np.divide(x, 2);
    }
    """
    margin = _Margin.of(text)
    items = ast.parse(text).body
    functions = [item for item in items if isinstance(item, ast.FunctionDef)]
    running = [
        item
        for item in items
        if not isinstance(item, ast.FunctionDef | ast.Import | ast.ImportFrom)
    ]
    called: set[str] = set()
    lines: list[str] = []
    for one in functions:
        arguments = _arguments(one.args)
        lines += (row for row in margin.above(one.lineno) if row)
        lines += laid(f"export function {one.name}(", arguments, " {", 0)
        lines += _Body(one.body, margin, called, set(_names(one.args))).lines()
        lines += ["}", ""]
    main: list[str] = []
    if running:
        # what runs is called last, when all that it calls is there
        main = [
            "async function main() {",
            *_Body(running, margin, called, set()).lines(),
            "}",
            "",
        ]
    end = ["", "await main();"] if running else []
    return "\n".join([*lines, *main, *shipped(called), *end]) + "\n"


def _arguments(arguments: ast.arguments) -> Opened:
    plain = len(arguments.args) - len(arguments.defaults)
    names = [one.arg for one in arguments.args]
    given = [
        f"{name} = {JavascriptExpressions().doc(default)}"
        for name, default in zip(names[plain:], arguments.defaults, strict=True)
    ]
    rest = [f"...{arguments.vararg.arg}"] if arguments.vararg else []
    return Opened("", [*names[:plain], *given, *rest], ")")


def _names(arguments: ast.arguments) -> Iterator[str]:
    yield from (one.arg for one in arguments.args)
    if arguments.vararg:
        yield arguments.vararg.arg


@dataclass(frozen=True, slots=True)
class _Margin:
    """The comments of a text by their lines, and its empty lines."""

    comments: Mapping[int, str]
    empty: frozenset[int]

    @classmethod
    def of(cls, text: str) -> _Margin:
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        comments = {
            one.start[0]: f"//{one.string[1:]}"
            for one in tokens
            if one.type == tokenize.COMMENT
        }
        numbered = enumerate(text.splitlines(), 1)
        return cls(comments, frozenset(n for n, line in numbered if not line.strip()))

    def above(self, line: int) -> list[str]:
        """The comments right above a line, and the empty line above them."""
        found: list[str] = []
        while (line := line - 1) in self.comments:
            found.insert(0, self.comments[line])
        return ["", *found] if line in self.empty else found


class _Body:
    """The statements of one function."""

    def __init__(
        self, block: Block, margin: _Margin, called: set[str], known: set[str]
    ) -> None:
        self.body = block
        self.margin = margin
        self.declared = set(known)
        self.counters = {
            one.target.id
            for statement in block
            for one in ast.walk(statement)
            if isinstance(one, ast.For) and isinstance(one.target, ast.Name)
        }
        self.assigned = Counter(known)
        self.made: dict[str, list[ast.expr]] = {}
        self.home = _homes(block)
        for statement in block:
            for one in ast.walk(statement):
                self._note(one)
        self.write = JavascriptExpressions(set(self.counters), called)
        self._find_numbers()

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=[target], value=value):
                for name in _targets(target):
                    self.assigned[name] += 1
                    whole = isinstance(target, ast.Name)
                    self.made.setdefault(name, []).append(value if whole else target)
            case ast.comprehension(target=ast.Name(id=name)):
                self.counters.add(name)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                self.assigned[name] += 1
                self.made.setdefault(name, []).append(value)

    def _find_numbers(self) -> None:
        """Names that stand for plain numbers alone."""
        for name, values in self.made.items():
            if len(values) == 1 == self.assigned[name] and self.write.is_number(
                values[0]
            ):
                self.write.numbers = {*self.write.numbers, name}

    def lines(self) -> list[str]:
        """The statements, indented once."""
        found = self.block(self.body, 1)
        return found[1:] if found and not found[0] else found

    def block(self, block: Block, depth: int) -> list[str]:
        lines: list[str] = []
        for statement in block:
            above = self.margin.above(statement.lineno)
            lines += [f"{INDENT * depth}{line}" if line else "" for line in above]
            new = [
                name
                for name in _occurring(statement)
                if self.home.get(name) is block and name not in self.declared
            ]
            lines += self.statement(
                statement, [n for n in new if n not in self.counters], depth
            )
        return lines

    def statement(self, node: ast.stmt, new: list[str], depth: int) -> list[str]:
        """One statement, with the declaration of what is ``new`` in it."""
        match node:
            case ast.Assign(targets=[ast.Name() | ast.Tuple() as target], value=value):
                return self._assigned(target, value, new, depth)
            case ast.Assign(targets=[ast.Subscript() as target], value=value):
                return self._written(target, value, "put", depth)
            case ast.AugAssign(target=ast.Subscript() as target, op=op, value=value):
                value = ast.BinOp(target, op, value)
                return self._written(target, value, "put", depth)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                value = ast.BinOp(ast.Name(name), op, value)
                return self._assigned(target, value, new, depth)
        lines = [f"{INDENT * depth}let {name};" for name in new]
        self.declared.update(new)
        match node:
            case ast.Return(value=ast.expr() as value):
                lines += laid("return ", self.write.doc(value), ";", depth)
            case ast.Expr(value=value):
                lines += laid("", self.write.doc(value), ";", depth)
            case ast.For():
                lines += [f"{INDENT * depth}{self._header(node)} {{"]
                lines += [*self.block(node.body, depth + 1), f"{INDENT * depth}}}"]
            case ast.If(test=test, body=body):
                lines += [f"{INDENT * depth}if ({self.write.doc(test)}) {{"]
                lines += [*self.block(body, depth + 1), f"{INDENT * depth}}}"]
            case ast.Raise(exc=ast.Call(args=[ast.Constant(value=said)])):
                thrown = Opened("RangeError(", [json.dumps(said)], ")")
                lines += laid("throw new ", thrown, ";", depth)
            case ast.Pass():
                pass
            case _:
                message = f"no statement of a module is {ast.unparse(node)}"
                raise TypeError(message)
        return lines

    def _assigned(
        self, target: ast.expr, value: ast.expr, new: list[str], depth: int
    ) -> list[str]:
        names = _targets(target)
        here = set(new) >= set(names)
        before = [name for name in new if not (here and name in names)]
        lines = [f"{INDENT * depth}let {name};" for name in before]
        self.declared.update(new)
        once = all(self.assigned[name] == 1 for name in names)
        word = ("const " if once else "let ") if here else ""
        text = self.write.doc(target)
        made = (
            Opened("new Array(", [self._length(value)], ")")
            if _is_blank(value)
            else None
        )
        return [
            *lines,
            *laid(f"{word}{text} = ", made or self.write.doc(value), ";", depth),
        ]

    def _length(self, value: ast.expr) -> str | Opened:
        return self.write.doc(value.right) if isinstance(value, ast.BinOp) else "0"

    def _written(
        self, target: ast.Subscript, value: ast.expr, name: str, depth: int
    ) -> list[str]:
        array = self.write.doc(target.value)
        if isinstance(target.value, ast.Name) and self._is_list(target.value.id):
            places = self.write.doc(target.slice)
            return laid(f"{array}[{places}] = ", self.write.doc(value), ";", depth)
        self.write.called.add(name)
        index = Opened("[", self.write.index(target.slice), "]")
        items = [array, index, self.write.doc(value)]
        return laid("", Opened(f"np.{name}(", items, ")"), ";", depth)

    def _is_list(self, name: str) -> bool:
        return any(_is_blank(value) for value in self.made.get(name, ()))

    def _header(self, node: ast.For) -> str:
        """``for (let t = 0; t < x.length; t++)``."""
        counter, turns = self.write.doc(node.target), node.iter
        backwards = False
        match turns:
            case ast.Call(func=ast.Name(id="reversed"), args=[inner]):
                backwards, turns = True, inner
            case ast.Name(id=name):
                return f"for (const {counter} of {name})"
        bounds = [turns] if not isinstance(turns, ast.Call) else turns.args
        start = bounds[0] if len(bounds) == 2 else ast.Constant(0)
        stop = bounds[-1]
        if (
            isinstance(stop, ast.BinOp)
            and isinstance(stop.op, ast.Add)
            and ast.unparse(stop.right) == "1"
        ):
            last, sign, end = self.write.doc(stop.left), "<=", self.write.doc(stop.left)
        else:
            last = self.write.doc(ast.BinOp(stop, ast.Sub(), ast.Constant(1)))
            sign, end = "<", self.write.doc(stop)
        begin = self.write.doc(start)
        if backwards:
            return f"for (let {counter} = {last}; {counter} >= {begin}; {counter}--)"
        return f"for (let {counter} = {begin}; {counter} {sign} {end}; {counter}++)"


def _is_blank(value: ast.expr) -> bool:
    """``[None] * n``, a list whose places are filled one by one."""
    return isinstance(value, ast.BinOp) and isinstance(value.left, ast.List)


def _targets(target: ast.expr) -> list[str]:
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=items):
            return [name for item in items for name in _targets(item)]
        case _:
            return []


def _occurring(statement: ast.stmt) -> list[str]:
    """The names in a statement, in the order of the text."""
    names = [node for node in ast.walk(statement) if isinstance(node, ast.Name)]
    names.sort(key=lambda node: (node.lineno, node.col_offset))
    return list(dict.fromkeys(node.id for node in names))


def _homes(block: Block) -> dict[str, Block]:
    """The innermost block around all places where a name that is assigned occurs."""
    paths: dict[str, list[tuple[Block, ...]]] = {}
    assigned: set[str] = set()

    def walk(block: Block, path: tuple[Block, ...]) -> None:
        for statement in block:
            inner = statement.body if isinstance(statement, ast.For | ast.If) else []
            within = {id(node) for one in inner for node in ast.walk(one)}
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and id(node) not in within:
                    paths.setdefault(node.id, []).append((*path, block))
                    if isinstance(node.ctx, ast.Store):
                        assigned.add(node.id)
            walk(inner, (*path, block))

    walk(block, ())
    return {name: _common(paths[name])[-1] for name in assigned}


def _common(paths: list[tuple[Block, ...]]) -> list[Block]:
    levels = itertools.takewhile(
        lambda level: all(one is level[0] for one in level), zip(*paths, strict=False)
    )
    return [level[0] for level in levels]


__all__ = ["FUNCTIONS", "written"]
