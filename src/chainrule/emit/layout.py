"""From a syntax tree to text: as few brackets as the strengths allow, and lines no longer than 88."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Sequence

WIDTH = 88
INDENT = "    "

COMPARE, ADD, TIMES, SIGN, POWER, ATOM = range(6)
"""How strongly an operator holds its operands together, weakest first."""

BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", ADD),
    ast.Sub: ("-", ADD),
    ast.Mult: ("*", TIMES),
    ast.Div: ("/", TIMES),
    ast.FloorDiv: ("//", TIMES),
    ast.Mod: ("%", TIMES),
    ast.MatMult: ("@", TIMES),
    ast.Pow: ("**", POWER),
}
COMPARISON: dict[type[ast.cmpop], str] = {
    ast.Gt: ">",
    ast.Lt: "<",
    ast.GtE: ">=",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
AUGMENTED = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}


def strength(node: ast.expr) -> int:
    """How strongly the outermost operator of ``node`` binds."""
    match node:
        case ast.BinOp(op=op):
            return BINARY[type(op)][1]
        case ast.UnaryOp(op=ast.USub()):
            return SIGN
        case ast.Compare() | ast.UnaryOp():
            return COMPARE
        case ast.Constant(value=int() | float() as number) if number < 0:
            return SIGN
        case _:
            return ATOM


def flat(node: ast.expr) -> str:
    """``node`` on one line, with the brackets it needs and no others.

    >>> flat(ast.parse("((a * b)) - (c - d)", mode="eval").body)
    'a * b - (c - d)'
    >>> flat(ast.parse("(-x) ** 2 + (y ** 2)", mode="eval").body)
    '(-x) ** 2 + y**2'
    """
    match node:
        case ast.Name(id=name):
            return name
        case ast.Constant(value=value):
            return _constant(value)
        case ast.BinOp():
            return "".join(
                part if not part_op else f" {part_op} {part}"
                for part_op, part in chain(node)
            )
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            # the formatter writes -(x**2), so that nobody reads (-x)**2
            return (
                f"-({flat(operand)})"
                if _is_power(operand)
                else f"-{_within(operand, SIGN)}"
            )
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return f"not {_within(operand, COMPARE)}"
        case ast.UnaryOp(op=ast.Invert(), operand=operand):
            return f"~{_within(operand, SIGN)}"
        case ast.Compare(left=left, ops=[sign], comparators=[right]):
            return (
                f"{_within(left, ADD)} {COMPARISON[type(sign)]} {_within(right, ADD)}"
            )
        case ast.Call(func=function):
            return f"{_within(function, ATOM)}({', '.join(arguments(node))})"
        case ast.Attribute(value=value, attr=name):
            dotted = _within(value, ATOM)
            # 1.T would read as a float: a number before a dot stands in brackets
            return f"({dotted}).{name}" if _is_number(value) else f"{dotted}.{name}"
        case ast.Subscript(value=value, slice=index):
            return f"{_within(value, ATOM)}[{_index(index)}]"
        case ast.Tuple(elts=items):
            inner = ", ".join(flat(item) for item in items)
            return f"({inner},)" if len(items) == 1 else f"({inner})"
        case ast.List(elts=items):
            return f"[{', '.join(flat(item) for item in items)}]"
        case ast.Slice():
            return _slice(node)
        case _:
            message = f"a spelling may not hold {type(node).__name__}"
            raise TypeError(message)


def arguments(call: ast.Call) -> list[str]:
    """The arguments of a call, each on one line."""
    return [
        *(flat(item) for item in call.args),
        *(f"{item.arg}={flat(item.value)}" for item in call.keywords),
    ]


def chain(node: ast.BinOp) -> list[tuple[str, str]]:
    """A binary expression as operands with the signs before them; equal strength on the left is one chain."""
    sign, level = BINARY[type(node.op)]
    if level == POWER:
        hugging = _is_base(node.left) and _is_exponent(node.right)
        left, right = _within(node.left, ATOM), _within(node.right, SIGN)
        return [("", f"{left}**{right}" if hugging else f"{left} ** {right}")]
    links: list[tuple[str, str]] = []
    inner: ast.expr = node
    while isinstance(inner, ast.BinOp) and BINARY[type(inner.op)][1] == level:
        sign = BINARY[type(inner.op)][0]
        # a - (b - c): the right side needs brackets even at equal strength
        links.append((sign, _within(inner.right, level + 1)))
        inner = inner.left
    links.append(("", _within(inner, level)))
    return links[::-1]


def _within(node: ast.expr, least: int) -> str:
    text = flat(node)
    return text if strength(node) >= least else f"({text})"


def _constant(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float):
        return re.sub(r"e([-+])0+", r"e\1", repr(value)).replace("e+", "e")
    return "..." if value is Ellipsis else repr(value)


def _is_power(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float)


def _is_dotted(node: ast.expr) -> bool:
    """A name, or a name with attributes: ``np.linalg.norm``."""
    return isinstance(node, ast.Name) or (
        isinstance(node, ast.Attribute) and _is_dotted(node.value)
    )


def _is_base(node: ast.expr) -> bool:
    """Whether a power may stand close to this on its left, as in ``x**2``."""
    return _is_dotted(node) or isinstance(node, ast.Constant)


def _is_exponent(node: ast.expr) -> bool:
    """Whether a power may stand close to this on its right, as in ``x**-1``."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_base(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _is_base(left) and _is_exponent(right)
        case _:
            return _is_base(node)


def _index(node: ast.expr) -> str:
    if isinstance(node, ast.Tuple) and node.elts:
        inner = ", ".join(flat(item) for item in node.elts)
        return f"{inner}," if len(node.elts) == 1 else inner
    return flat(node)


def _slice(node: ast.Slice) -> str:
    parts = [node.lower, node.upper] + ([node.step] if node.step is not None else [])
    simple = all(part is None or _is_plain_bound(part) for part in parts)
    texts = ["" if part is None else flat(part) for part in parts]
    if simple:
        return ":".join(texts)
    text = texts[0]
    for position, part in enumerate(texts[1:]):
        before = " " if texts[position] else ""
        text += f"{before}:" + (f" {part}" if part else "")
    return text


def _is_plain_bound(node: ast.expr) -> bool:
    match node:
        case ast.Name() | ast.Constant():
            return True
        case ast.UnaryOp(operand=operand):
            return _is_plain_bound(operand)
        case _:
            return False


def assignment(target: str, node: ast.expr, depth: int = 1) -> list[str] | None:
    """``target = node`` in as many lines as it needs; None where it would read badly.

    What reads badly, and is better given in two statements: a bracket opened inside of what is already
    broken, a product or a difference torn apart at a call.
    """
    return broken(f"{target} = ", node, "", depth)


def returned(node: ast.expr, depth: int = 1) -> list[str] | None:
    """``return node`` in as many lines as it needs; None where it would read badly."""
    if isinstance(node, ast.Tuple) and len(node.elts) > 1:
        text = INDENT * depth + "return " + flat(node)[1:-1]
        return [text] if len(text) <= WIDTH else None
    return broken("return ", node, "", depth)


def broken(before: str, node: ast.expr, after: str, depth: int) -> list[str] | None:
    """``before node after``, opened at the brackets of ``node`` where one line is too narrow."""
    margin = INDENT * depth
    line = f"{margin}{before}{flat(node)}{after}"
    if len(line) <= WIDTH:
        return [line]
    match node:
        case ast.Call(func=function) if _is_dotted(function):
            items = [("", item) for item in node.args]
            items += [(f"{item.arg}=", item.value) for item in node.keywords]
            head = f"{before}{flat(function)}("
            return _opened(head, arguments(node), items, f"){after}", depth)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Call() as call):
            return broken(f"{before}-", call, after, depth)
        case ast.UnaryOp(op=ast.USub(), operand=ast.BinOp() as inner):
            if strength(inner) < SIGN:
                return _chain_lines(f"{before}-", inner, after, depth)
            return None
        case ast.BinOp():
            return _chain_lines(before, node, after, depth)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if elements:
            opening, closing = "[]" if isinstance(node, ast.List) else "()"
            items = [("", item) for item in elements]
            return _one_a_line(before + opening, items, closing + after, depth)
        case ast.Name() | ast.Constant():
            inside = f"{margin}{INDENT}{flat(node)}"
            return [f"{margin}{before}(", inside, f"{margin}){after}"]
        case _:
            return None


def _opened(
    head: str,
    texts: Sequence[str],
    items: Sequence[tuple[str, ast.expr]],
    tail: str,
    depth: int,
) -> list[str] | None:
    """The arguments of a call: all on one line of their own, else one a line."""
    margin = INDENT * depth
    together = f"{margin}{INDENT}{', '.join(texts)}"
    if texts and len(together) <= WIDTH:
        return [f"{margin}{head}", together, f"{margin}{tail}"]
    if len(items) == 1:
        return _only_argument(head, items[0], tail, depth)
    return _one_a_line(head, items, tail, depth)


def _only_argument(
    head: str, item: tuple[str, ast.expr], tail: str, depth: int
) -> list[str] | None:
    """A call of one long argument: a sum gets a term a line, a list opens its bracket."""
    margin = INDENT * depth
    before, node = item
    if isinstance(node, ast.BinOp) and not before:
        links = _links(node, depth + 1)
        return links and [f"{margin}{head}", *links, f"{margin}{tail}"]
    inner = broken(before, node, "", depth + 1)
    return inner and [f"{margin}{head}", *inner, f"{margin}{tail}"]


def _one_a_line(
    head: str, items: Iterable[tuple[str, ast.expr]], tail: str, depth: int
) -> list[str] | None:
    margin = INDENT * depth
    lines = [f"{margin}{head}"]
    for before, node in items:
        inner = f"{margin}{INDENT}{before}{flat(node)},"
        if len(inner) <= WIDTH:
            lines.append(inner)
            continue
        if not isinstance(node, ast.List | ast.Tuple):
            return None
        opened = broken(before, node, ",", depth + 1)
        if opened is None:
            return None
        lines += opened
    return [*lines, f"{margin}{tail}"]


def _links(node: ast.BinOp, depth: int) -> list[str] | None:
    """The terms of a chain, one a line, if each of them fits."""
    links = chain(node)
    lines = [
        f"{INDENT * depth}{sign}{' ' if sign else ''}{text}" for sign, text in links
    ]
    short = all(len(line) <= WIDTH for line in lines)
    return lines if short and len(links) > 1 else None


def _chain_lines(
    before: str, node: ast.BinOp, after: str, depth: int
) -> list[str] | None:
    margin = INDENT * depth
    links = len(chain(node))
    if links == 1 or (
        links == 2 and (_ends_in_bracket(node) or _starts_in_bracket(node))
    ):
        return None
    whole = f"{margin}{INDENT}{flat(node)}"
    lines = [whole] if len(whole) <= WIDTH else _links(node, depth + 1)
    return lines and [f"{margin}{before}(", *lines, f"{margin}){after}"]


def _ends_in_bracket(node: ast.BinOp) -> bool:
    return chain(node)[-1][1].endswith((")", "]"))


def _starts_in_bracket(node: ast.BinOp) -> bool:
    return chain(node)[0][1].endswith((")", "]")) or chain(node)[0][1].startswith("(")


def statement(node: ast.stmt, depth: int = 1) -> list[str] | None:
    """A statement of a spelling, as lines; None where one of its expressions would read badly."""
    match node:
        case ast.Assign(targets=[target], value=value):
            return assignment(flat(target), value, depth)
        case ast.AugAssign(target=target, op=op, value=value):
            before = f"{flat(target)} {AUGMENTED[type(op)]} "
            laid = broken(before, value, "", depth)
            if laid is None and isinstance(value, ast.Subscript):
                margin = INDENT * depth
                inside = f"{margin}{INDENT}{flat(value)}"
                return [f"{margin}{before}(", inside, f"{margin})"]
            return laid
        case ast.Expr(value=value):
            laid = broken("", value, "", depth)
            if laid is None and isinstance(value, ast.Call):
                # the method of what a call gives: its own arguments are laid out
                head = f"{flat(value.func)}("
                items = [("", one) for one in value.args]
                return _opened(head, arguments(value), items, ")", depth)
            return laid
        case ast.For(target=target, iter=turns, body=body):
            lines = [f"{INDENT * depth}for {flat(target)} in {flat(turns)}:"]
            for one in body:
                inner = statement(one, depth + 1)
                if inner is None:
                    return None
                lines += inner
            return lines
        case _:
            message = f"a spelling may not hold {type(node).__name__}"
            raise TypeError(message)
