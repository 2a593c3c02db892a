"""One line of a program in one dialect: its spelling with the arguments put in."""

from __future__ import annotations

import ast
import itertools
import math
import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Self

import numpy as np

from chainrule import ops
from chainrule.emit.dialect import Dialect, DType, as_they_are
from chainrule.emit.names import Names
from chainrule.emit.plain_numbers import OfLengths
from chainrule.emit.template import Filling, Template, template
from chainrule.ops.spelling import Site
from chainrule.program import (
    Arg,
    IndexSlot,
    Line,
    Op,
    Program,
    ProgramError,
    Size,
    Turn,
    Value,
)
from chainrule.program.line import moving_in, substitute
from chainrule.program.program import arg_shape, concrete

_NUMPY = re.compile(r"\bnp\.")
_LIBRARY = re.compile(r"\b(math|scipy)\.")
Expression = Callable[[Value], ast.expr]


def spelling(line: Line, dialect: Dialect) -> Template:
    """How ``dialect`` writes ``line``: as the op says, else as NumPy does, else as a plain call."""
    return template(_word(line, dialect) or _call(line, dialect))


def has_word(line: Line, dialect: Dialect) -> bool:
    """Whether ``dialect`` can write the op of ``line`` as it is, without taking it apart."""
    if dialect.name in line.op.spelling and line.op.spelling[dialect.name] is None:
        return False
    return _word(line, dialect) is not None or _is_a_function(line.op, dialect)


def _word(line: Line, dialect: Dialect) -> str | None:
    """What the op's record says for ``dialect``, or for NumPy where that says the same."""
    own = _chosen(line, dialect.name)
    if own is not None:
        return own
    text = _chosen(line, "numpy")
    if text is not None and dialect.can_write is not None:
        return text if dialect.can_write(text) else None
    if text is None or (dialect.name != "numpy" and _LIBRARY.search(text)):
        return None
    if not _NUMPY.search(text):
        return text
    return _NUMPY.sub(f"{dialect.module}.", text) if dialect.speaks_numpy else None


def _is_a_function(op: Op, dialect: Dialect) -> bool:
    """Whether ``dialect`` has a function under the op's own name: what NumPy has under it, others have, too."""
    if getattr(np, op.name, None) not in (op.forward, *op.numpy_functions):
        return False
    if dialect.can_write is not None and not dialect.can_write(f"np.{op.name}()"):
        return False
    return dialect.speaks_numpy or ops.CATALOGUE.get(op.name) is op


def _chosen(line: Line, name: str) -> str | None:
    found = line.op.spelling.get(name)
    if found is None or isinstance(found, str):
        return found
    params = concrete(line.params)
    if "index" in params:
        params["index"] = _with_holes(line)
    site = Site(
        line.args,
        params,
        tuple(arg_shape(arg) for arg in line.args),
        line.result,
    )
    chosen: str | None = found(site)
    return chosen


class _Hole(int):
    """A whole number that a spelling reckons with, and a hole in its text: a length or a turn is no number there."""

    text: str

    def __new__(cls, number: int, text: str) -> Self:
        self = super().__new__(cls, number)
        self.text = text
        return self

    def __str__(self) -> str:
        return self.text

    def __format__(self, spec: str) -> str:
        return format(self.text, spec)

    def __neg__(self) -> _Hole:
        return _Hole(-int(self), f"-({self.text})")

    def __sub__(self, other: int) -> _Hole:
        return _Hole(int(self) - other, f"{self.text} - {other}")


def _with_holes(line: Line) -> Any:
    """The index of a line with a hole for each length, each turn and each single number in it."""
    places = itertools.count()
    moving = substitute(
        line.params["index"],
        lambda one: _Hole(one.number, f"{{moving_{next(places)}}}"),
    )
    return tuple(_single(item, line) for item in moving)


def _single(item: Any, line: Line) -> Any:
    """A whole number where the index array has no axes, which every language reads as one."""
    if not isinstance(item, IndexSlot) or item.picked is not None:
        return item
    place = line.op.first_index + item.position
    return item if arg_shape(line.args[place]) else _Hole(0, f"{{{place}}}")


def _call(line: Line, dialect: Dialect) -> str:
    """``np.name(args, param=…)``, without the parameters that are at their defaults."""
    said = [
        f"{dialect.renames.get(key, key)}={{{key}}}"
        for key, param in line.params.items()
        if not _is_default(line.op, key, param)
    ]
    known = _is_a_function(line.op, dialect)
    function = f"{dialect.functions}.{line.op.name}" if known else line.op.name
    return f"{function}({', '.join(['{args}', *said])})"


def require_spellings(program: Program, dialect: Dialect) -> None:
    """Raise where a line of ``program`` cannot be written in ``dialect``.

    Raises:
        ProgramError: E305 for an op that the dialect has no word for, and that is made of none it has.
    """
    for line in program.every_line():
        _require_type(line, dialect)
        if has_word(line, dialect):
            continue
        op = line.op
        if op.says == "opaque":
            message = f"{op.name} is computed as it is, and {dialect.title} source cannot say it"
            hint = "compute it before, and hand its result in as an argument"
        elif ops.CATALOGUE.get(op.name) is op:
            message = f"{dialect.title} has no function for {op.name}, and it is made of none that it has"
            if dialect.name in op.spelling and op.caution:
                message = f"the {op.name} of {dialect.title} may give other numbers: {op.caution}"
            elsewhere = [name for name in op.spelling if _chosen(line, name)]
            hint = f"emit it for {' or '.join(elsewhere)}"
        else:
            message = f"nothing says how {op.name} is written for {dialect.name}"
            hint = (
                f"give its record a spelling: spelling={{{dialect.name!r}: '...'}}, an expression with"
                " {0} for the first argument"
            )
        raise ProgramError("E305", message, where=line.at, hint=hint)


def _require_type(line: Line, dialect: Dialect) -> None:
    dtype = line.result.dtype.name
    if dialect.types is not None and dtype not in dialect.types:
        known = ", ".join(sorted(dialect.types))
        message = (
            f"{dialect.title} has no arrays of {dtype}, and {line.op.name} makes one"
        )
        raise ProgramError("E305", message, where=line.at, hint=f"it has {known}")


def _is_default(op: Op, key: str, param: Any) -> bool:
    default = op.params.get(key)
    return type(param) is type(default) and bool(param == default)


class Speller:
    """Writes lines in a dialect; ``expression`` says how each value is written where it is used."""

    def __init__(
        self,
        dialect: Dialect,
        expression: Expression,
        names: Names | None = None,
        rows: AbstractSet[Value] = frozenset(),
        of_lengths: OfLengths | None = None,
    ) -> None:
        self.dialect = dialect
        self.expression = expression
        self.names = names or Names()
        self.rows = rows
        self.of_lengths = of_lengths or OfLengths()

    def template(self, line: Line) -> Template:
        """How a line is written: what is read a row at a time is a list, a number out of a table a plain number."""
        if line.result in self.rows and line.op is ops.stack:
            return template("[{args}]")
        if line.result in self.of_lengths.entries:
            return template(self.dialect.out_of_table.replace("{0}", "{0}[{index}]"))
        return spelling(line, self.dialect)

    def fillings(self, line: Line, result: str) -> Mapping[str, Filling]:
        """What goes into each hole of the line's spelling."""
        args = self.fitted(line)
        if line.result in self.of_lengths.arrays:
            # what compares counts gives yes or no of whole numbers
            counts = line.result.dtype.kind == "b"
            dtype = np.dtype(np.int64) if counts else line.result.dtype
            args = [self.as_array(arg, dtype) for arg in args]
        arrays = args[line.op.first_index :] if "index" in line.params else []
        filled: dict[str, Filling] = {str(i): arg for i, arg in enumerate(args)}
        filled["args"] = list(args)
        filled["result"] = ast.Name(result)
        for key, param in line.params.items():
            if key == "index":
                filled[key] = self.index(param, arrays)
                moving = enumerate(moving_in(param))
                filled |= {f"moving_{place}": self.param(one) for place, one in moving}
            elif key == "dtype":
                filled[key] = dtype_name(np.dtype(param), self.dialect)
            else:
                filled[key] = self.param(param)
        return filled

    def fitted(self, line: Line) -> list[ast.expr]:
        """The arguments of a line, of the types that it takes."""
        # a number of the language's own takes the type of what it meets
        own = self.of_lengths.numbers & set(line.args)
        numbers = tuple(0 if arg in own else arg for arg in line.args)
        wanted = self.dialect.fits(replace(line, args=numbers) if own else line)
        return [
            self._fitted(arg, dtype, line)
            for arg, dtype in zip(line.args, wanted, strict=True)
        ]

    def is_number(self, arg: Arg) -> bool:
        """Whether an argument is a number of Python's in a language that does not mix these with its arrays."""
        plain = not isinstance(arg, Value) or arg in self.of_lengths.numbers
        return plain and self.dialect.fits is not as_they_are

    def as_array(self, number: ast.expr, dtype: DType) -> ast.expr:
        """A number of the language's own as an array."""
        written = self.dialect.array.replace("{dtype}", ", dtype={dtype}")
        return template(written).filled({"0": number, "dtype": self.dtype(dtype)})

    def _fitted(self, arg: Arg, dtype: DType | None, line: Line) -> ast.expr:
        node = self.arg(arg)
        if dtype is None:
            return node
        alike = [
            other
            for other in line.args
            if isinstance(other, Value) and other.dtype == dtype and not other.plain
        ]
        kind: ast.expr = self.dtype(dtype)
        for other in alike:
            named = self.expression(other)
            if isinstance(named, ast.Name):
                kind = ast.Attribute(named, "dtype", ast.Load())
                break
        return template(self.dialect.cast).filled({"0": node, "dtype": kind})

    def dtype(self, dtype: DType) -> ast.expr:
        """An element type, as the dialect names it."""
        return ast.Attribute(
            ast.Name(self.dialect.module), dtype_name(dtype, self.dialect), ast.Load()
        )

    def arg(self, arg: Arg) -> ast.expr:
        """An argument of a line."""
        if isinstance(arg, Value):
            return self.expression(arg)
        if isinstance(arg, Turn):
            return self.turn(arg)
        return self.size(arg) if isinstance(arg, Size) else self.number(arg)

    def turn(self, turn: Turn) -> ast.expr:
        """A number that counts with the loops around: ``t``, ``t + 1``, ``2 * i``."""
        parts: list[ast.expr] = []
        for counter, step in turn.steps:
            name = ast.Name(self.names.counter(counter))
            parts.append(
                name
                if abs(step) == 1
                else ast.BinOp(ast.Constant(abs(step)), ast.Mult(), name)
            )
        signs = [step for _, step in turn.steps]
        if turn.offset or not parts:
            first = turn.offset > 0 and min(signs, default=1) < 0
            parts.insert(0 if first else len(parts), ast.Constant(abs(turn.offset)))
            signs.insert(0 if first else len(signs), turn.offset)
        node = parts[0] if signs[0] >= 0 else ast.UnaryOp(ast.USub(), parts[0])
        for part, sign in zip(parts[1:], signs[1:], strict=True):
            node = ast.BinOp(node, ast.Add() if sign >= 0 else ast.Sub(), part)
        return node

    def number(self, number: float) -> ast.expr:
        """A number written out; infinities have names."""
        if isinstance(number, bool | np.bool_):
            return ast.Constant(bool(number))
        if not math.isfinite(number):
            text = self.dialect.nan if math.isnan(number) else self.dialect.infinity
            node = template(text).filled({})
        else:
            node = ast.Constant(abs(number))
        minus = math.copysign(1, number) < 0 and not math.isnan(number)
        return ast.UnaryOp(ast.USub(), node) if minus else node

    def size(self, size: Size) -> ast.expr:
        """A length, read from its array when the code runs."""
        array = self.expression(size.value)
        axes = size.axes
        if size.value in self.rows:
            return template("len({0})").filled({"0": array})
        if axes is None or (len(axes) > 1 and set(axes) == set(range(size.value.ndim))):
            return template(self.dialect.count).filled({"0": array})
        if not axes:
            return ast.Constant(1)
        lengths = [
            template(self.dialect.length).filled({"0": array, "axis": ast.Constant(a)})
            for a in axes
        ]
        product = lengths[0]
        for length in lengths[1:]:
            product = ast.BinOp(product, ast.Mult(), length)
        return product

    def param(self, param: Any) -> ast.expr:
        """A parameter: a number, a name, a size, or a tuple of such."""
        match param:
            case Size():
                return self.size(param)
            case Turn():
                return self.turn(param)
            case tuple() | list():
                whole = self._whole_shape(tuple(param))
                return whole or ast.Tuple(
                    [self.param(one) for one in param], ast.Load()
                )
            case None | str():
                return ast.Constant(param)
            case slice():
                return self.index_item(param, [])
            case _:
                return self.number(param)

    def _whole_shape(self, param: tuple[Any, ...]) -> ast.expr | None:
        """``x.shape``, where a tuple names each length of ``x`` in order."""
        first = param[0] if param else None
        if not isinstance(first, Size) or len(param) != first.value.ndim:
            return None
        for axis, one in enumerate(param):
            if (
                not isinstance(one, Size)
                or one.value is not first.value
                or one.axes != (axis,)
            ):
                return None
        return ast.Attribute(self.expression(first.value), "shape", ast.Load())

    def index(self, index: tuple[Any, ...], arrays: list[ast.expr]) -> ast.expr:
        """What stands in the square brackets, arrays in its holes."""
        items = [self.index_item(item, arrays) for item in index]
        return items[0] if len(items) == 1 else ast.Tuple(items, ast.Load())

    def index_item(self, item: Any, arrays: list[ast.expr]) -> ast.expr:
        """One axis of an index."""
        match item:
            case IndexSlot(position=position):
                return arrays[position]
            case slice():
                bounds = (item.start, item.stop, item.step)
                parts = [None if one is None else self.param(one) for one in bounds]
                return ast.Slice(*parts)
            case None:
                return ast.Constant(None)
            case _ if item is Ellipsis:
                return ast.Constant(...)
            case _:
                return self.param(item)


def dtype_name(dtype: DType, dialect: Dialect) -> str:
    """What the dialect's module calls an element type."""
    return "bool_" if dtype.name == "bool" and dialect.speaks_numpy else dtype.name
