"""Expressions of NumPy's text in JavaScript's syntax: ``W @ x + b`` is ``np.add(np.matmul(W, x), b)``."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from chainrule import ops
from chainrule.emit.javascript.runtime import parameters, vocabulary

WIDTH = 88
INDENT = "  "
FUNCTIONS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder",
    ast.Pow: "power",
    ast.MatMult: "matmul",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
    ast.USub: "negative",
    ast.Invert: "logical_not",
}
ON_NUMBERS: dict[type[ast.AST], tuple[str, int]] = {
    ast.Add: ("+", 1),
    ast.Sub: ("-", 1),
    ast.Mult: ("*", 2),
    ast.Div: ("/", 2),
    ast.Eq: ("===", 0),
    ast.NotEq: ("!==", 0),
}
ATOM = 4
LISTED = {ops.reshape.name, ops.transpose.name}
"""Methods whose arguments are one list: ``x.transpose(0, 2, 1)``."""
DTYPE = re.compile(r"bool_?|u?int\d+|float\d+")
HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Opened:
    """A text with a bracket in it that may be opened, an item a line."""

    head: str
    items: Sequence[str | Opened]
    tail: str

    def __str__(self) -> str:
        return f"{self.head}{', '.join(map(str, self.items))}{self.tail}"


def laid(before: str, doc: str | Opened, after: str, depth: int) -> list[str]:
    """``before doc after`` on one line, or with brackets opened until every line fits."""
    line = f"{INDENT * depth}{before}{doc}{after}"
    if len(line) <= WIDTH or isinstance(doc, str) or not doc.items:
        return [line]
    if len(doc.items) == 1 and str(doc.items[0]).startswith("["):
        # a list that is all there is opens its own bracket
        return laid(f"{before}{doc.head}", doc.items[0], f"{doc.tail}{after}", depth)
    lines = [f"{INDENT * depth}{before}{doc.head}"]
    if doc.head == "[" and all(isinstance(item, str) for item in doc.items):
        margin = INDENT * (depth + 1)
        numbers = ", ".join(map(str, doc.items)) + ","
        filled = textwrap.wrap(numbers, WIDTH - len(margin), break_on_hyphens=False)
        return [
            *lines,
            *(margin + one for one in filled),
            f"{INDENT * depth}{doc.tail}{after}",
        ]
    for item in doc.items:
        lines += laid("", item, ",", depth + 1)
    return [*lines, f"{INDENT * depth}{doc.tail}{after}"]


def function_name(node: ast.expr) -> str | None:
    """The runtime's name of a function: ``add_at`` for ``np.add.at``; None for a method or a name.

    >>> function_name(ast.parse("np.linalg.inv", mode="eval").body)
    'inv'
    """
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in ("np", "scipy") or not parts:
        return None
    return "_".join(part for part in parts if part not in ("linalg", "special"))


def can_write(text: str) -> bool:
    """Whether the runtime has every function that a spelling in NumPy's words calls.

    >>> can_write("np.linalg.inv({0}) + 1"), can_write("np.fft.fft({0})")
    (True, False)
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(HOLE.sub(r"hole_\1", text))):
        match node:
            case ast.Call(func=ast.Attribute(attr=method) as function):
                found.add(function_name(function) or method)
            case ast.BinOp(op=op) | ast.UnaryOp(op=op) | ast.Compare(ops=[op]):
                found.add(FUNCTIONS.get(type(op), "?"))
            case ast.Name(id="math"):
                found.add("math")
    return found <= vocabulary()


@dataclass(slots=True)
class JavascriptExpressions:
    """Writes expressions; ``numbers`` are the names of plain numbers, which have operators of their own."""

    numbers: AbstractSet[str] = frozenset()
    called: set[str] = field(default_factory=set)

    def is_number(self, node: ast.expr) -> bool:
        """Whether an expression is a plain number, whatever the arrays are."""
        match node:
            case ast.Constant(value=value):
                return isinstance(value, int | float)
            case ast.Name(id=name):
                return name in self.numbers
            case ast.Call(func=ast.Name(id="len")):
                return True
            case ast.Attribute(attr="size" | "ndim"):
                return True
            case ast.Attribute(value=ast.Name(id="np"), attr="inf" | "nan"):
                return True
            case ast.Subscript(value=ast.Attribute(attr="shape")):
                return True
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.is_number(operand)
            case ast.BinOp(left=left, op=op, right=right):
                known = isinstance(op, ast.Add | ast.Sub | ast.Mult | ast.Div)
                return known and self.is_number(left) and self.is_number(right)
            case _:
                return False

    def doc(self, node: ast.expr) -> str | Opened:
        """``node`` as a text that can be laid out."""
        match node:
            case ast.Constant():
                return _constant(node.value)
            case ast.Name(id=name):
                return name
            case ast.BinOp(left=left, op=op, right=right):
                if self.is_number(node):
                    return self._operator(op, left, right)
                return self._applied(FUNCTIONS[type(op)], [left, right])
            case ast.UnaryOp(op=op, operand=operand):
                if isinstance(op, ast.USub) and self.is_number(operand):
                    return f"-{self._within(operand, ATOM)}"
                return self._applied(FUNCTIONS[type(op)], [operand])
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                if (
                    self.is_number(left)
                    and self.is_number(right)
                    and type(op) in ON_NUMBERS
                ):
                    return self._operator(op, left, right)
                return self._applied(FUNCTIONS[type(op)], [left, right])
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return Opened("[", [self.doc(item) for item in items], "]")
            case ast.ListComp(elt=made, generators=[one]):
                head = f"{self.doc(one.iter)}.map(({self.doc(one.target)}) => "
                return Opened(head, [self.doc(made)], ")")
            case ast.Attribute():
                return self._attribute(node)
            case ast.Subscript(value=value, slice=index):
                return self._read(value, index)
            case ast.Call():
                return self._call(node)
            case _:
                message = f"a spelling may not hold {type(node).__name__}"
                raise TypeError(message)

    def _operator(self, op: ast.AST, left: ast.expr, right: ast.expr) -> str:
        sign, level = ON_NUMBERS[type(op)]
        return f"{self._within(left, level)} {sign} {self._within(right, level + 1)}"

    def _within(self, node: ast.expr, least: int) -> str:
        text = str(self.doc(node))
        strength = ATOM
        if isinstance(node, ast.BinOp) and self.is_number(node):
            strength = ON_NUMBERS[type(node.op)][1]
        elif text.startswith("-"):
            strength = ATOM - 1
        return text if strength >= least else f"({text})"

    def _applied(
        self, name: str, args: Sequence[ast.expr], keywords: Sequence[ast.keyword] = ()
    ) -> Opened:
        self.called.add(name)
        given = {one.arg: one for one in keywords}
        places = [one for one in parameters(name)[len(args) :] if one in given]
        items = [
            self.doc(one) for one in [*args, *(given.pop(p).value for p in places)]
        ]
        said = [f"{one.arg}: {self._said(one)}" for one in given.values()]
        if said:
            items.append(f"{{ {', '.join(said)} }}")
        return Opened(f"np.{name}(", items, ")")

    def _said(self, keyword: ast.keyword) -> str | Opened:
        match keyword:
            case ast.keyword(arg="dtype", value=ast.Name(id="bool" as name)):
                return f'"{name}"'
            case _:
                return self.doc(keyword.value)

    def _attribute(self, node: ast.Attribute) -> str:
        match node:
            case ast.Attribute(value=ast.Name(id="np"), attr="inf"):
                return "Infinity"
            case ast.Attribute(value=ast.Name(id="np"), attr="nan"):
                return "NaN"
            case ast.Attribute(value=ast.Name(id="np"), attr=name) if DTYPE.fullmatch(
                name
            ):
                return f'"{name.rstrip("_")}"'
            case _:
                if node.attr == "T":
                    self.called.add("T")
                return f"{self.doc(node.value)}.{node.attr}"

    def _read(self, value: ast.expr, index: ast.expr) -> str | Opened:
        text = self.doc(value)
        native = isinstance(value, ast.Attribute) and value.attr == "shape"
        if (native and _is_place(index)) or _is_text(index):
            return f"{text}[{self.doc(index)}]"
        self.called.add("at")
        return Opened(f"{text}.at(", self.index(index), ")")

    def index(self, node: ast.expr) -> list[str | Opened]:
        """The items of an index; a slice between plain numbers is a text, "1:-1"."""
        items = node.elts if isinstance(node, ast.Tuple) else [node]
        return [self._item(item) for item in items]

    def _item(self, item: ast.expr) -> str | Opened:
        if not isinstance(item, ast.Slice):
            return self.doc(item)
        parts = [item.lower, item.upper] + ([item.step] if item.step else [])
        if all(part is None or _is_place(part, signed=True) for part in parts):
            return f'"{":".join("" if part is None else ast.unparse(part) for part in parts)}"'
        return self._applied("slice", [part or ast.Constant(None) for part in parts])

    def _call(self, node: ast.Call) -> str | Opened:
        args = node.args
        match node.func:
            case ast.Name(id="len"):
                return f"{self._within(args[0], ATOM)}.length"
            case ast.Name(id="slice"):
                return self._applied("slice", args)
            case ast.Name(id="print"):
                return Opened("console.log(", [self.doc(arg) for arg in args], ")")
            case ast.Name(id=name):
                return Opened(f"{name}(", [self.doc(arg) for arg in args], ")")
            case ast.Attribute(value=value, attr="append"):
                return Opened(f"{self.doc(value)}.push(", [self.doc(args[0])], ")")
            case ast.Attribute(value=value, attr="item" | "tolist" as method):
                return f"{self.doc(value)}.{method}()"
        called = function_name(node.func)
        if called == "load":
            self.called.add("load")
            return "await np.load(import.meta.url)"
        if called is not None:
            keywords = [*node.keywords]
            if called == "array" and not keywords and _are_whole(args[0]):
                keywords = [ast.keyword("dtype", ast.Constant("int64"))]
            return self._applied(called, args, keywords)
        if not isinstance(node.func, ast.Attribute):
            message = f"a spelling may not call {ast.unparse(node.func)}"
            raise TypeError(message)
        name = node.func.attr
        if name in LISTED and not (len(args) == 1 and not self.is_number(args[0])):
            args = [ast.List(list(args), ast.Load())]
        return self._applied(name, [node.func.value, *args], node.keywords)


def _constant(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case float() | int():
            text = repr(value).removesuffix(".0")
            return re.sub(r"e([-+])0+", r"e\1", text).replace("e+", "e")
        case _:
            return '"..."'


def _is_place(node: ast.expr, *, signed: bool = False) -> bool:
    """Whether an index is a whole number written out."""
    if signed and isinstance(node, ast.UnaryOp):
        return _is_place(node.operand)
    return isinstance(node, ast.Constant) and isinstance(node.value, int)


def _are_whole(node: ast.expr) -> bool:
    """Whether a list holds whole numbers, all of them written out."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return bool(items) and all(_are_whole(item) for item in items)
        case _:
            return _is_place(node, signed=True) and not isinstance(
                getattr(node, "value", None), bool
            )


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
