"""A program as the text that the NumPy engine runs: every result written where there is room for it already.

The text that readers get (``chainrule emit``) says what is computed; this one also says where it is put, and
gives arrays their sums by their own methods, because for small networks most of the time goes into the calls.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.simplify.lines import is_written
from chainrule.emit import emit, layout, wrap
from chainrule.emit.body import statement
from chainrule.emit.composite import spelled_out
from chainrule.emit.functions import imports, roots
from chainrule.emit.names import Names, plain, valid
from chainrule.emit.numpy import NUMPY
from chainrule.emit.statements import GradientRoles, Plan
from chainrule.emit.template import Filling, template
from chainrule.emit.wrap import comment
from chainrule.engines.buffer_plan import (
    Storage,
    folded,
    is_product,
    is_reduction,
    is_single,
    is_ufunc,
    storage,
    writes,
)
from chainrule.engines.memory_arena import Arena
from chainrule.engines.numpy import load
from chainrule.program import Arg, Line, Program, Run, Value
from chainrule.program.uncollected import uncollected


@dataclass(frozen=True)
class BufferedSource:
    """A program as text and as the function it makes.

    ``function`` depends on nothing but its arguments. ``repeated`` gives one that keeps its arrays from call to
    call, for one caller in one thread: what it returns is never written over.
    """

    text: str
    program: Program
    places: Storage
    batch: int | None
    source: Callable[..., Any]

    def function(self, *arrays: Any) -> Any:
        """The results for these arrays, each in an array of its own unless it belongs to an owned one."""
        if self.batch is not None and not isinstance(arrays[self.batch], np.ndarray):
            return self.plain(*arrays)
        return self.source(*arrays, [None] * len(self.places.kept))

    def repeated(self) -> Callable[..., Any]:
        """The same, with what is computed on the way put where it was put before.

        Between two calls only the length of the batch may change: of the first array that is not owned, and of
        others with it.
        """
        if self.batch is None:
            return self.function
        batch, source = self.batch, self.source
        arena = Arena(self.program, self.places.kept)
        kept: dict[int, Sequence[Any]] = {}

        def again(*arrays: Any) -> Any:
            samples = arrays[batch]
            if not isinstance(samples, np.ndarray):
                return self.plain(*arrays)
            n = len(samples)
            if n not in kept:
                kept.clear()
                kept[n] = arena.arrays([np.shape(array) for array in arrays])
            return source(*arrays, kept[n])

        return again

    @cached_property
    def plain(self) -> Callable[..., Any]:
        """The function of the text that readers get, for samples that cannot be told where to put a product: sparse."""
        name = self.source.__name__
        text = emit(Run(self.program, {}), dialect="numpy", part="forward", name=name)
        return load(text, name)[name]


@uncollected()
def buffered_source(
    program: Program, name: str, owned: Collection[str] = ()
) -> BufferedSource:
    """The text of a program, and its function ``name``; it may write over the inputs that are ``owned``.

    >>> from chainrule.trace import trace
    >>> def layer(x, W, b):
    ...     z = x @ W + b
    ...     return np.sum(np.tanh(z))
    >>> run = trace(layer, np.ones((2, 3)), np.ones((3, 4)), np.ones(4))
    >>> print(buffered_source(run.program, "layer").text, end="")
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def layer(x, W, b, kept):
        (x_W,) = kept
        x_W = x.dot(W, out=x_W)
        z = np.add(x_W, b, out=x_W)
        tanh_z = np.tanh(z, out=z)
        loss = np.add.reduce(tanh_z, axis=None)
        return loss
    """
    program = spelled_out(program, NUMPY)
    losable = {value for value in program.inputs if value.name in owned}
    places = storage(program, losable)
    text = _Text(program, name, places).source()
    given = [
        i
        for i, value in enumerate(program.inputs)
        if value.shape and value not in losable
    ]
    batch = given[0] if given else None
    return BufferedSource(text, program, places, batch, load(text, name)[name])


SUM_OF_PIECES = (
    "{result} = np.zeros({shape}, dtype={0}.dtype)\n{result}[{index}] += {0}"
)
LONG_ROW = 128
"""From this width on, a relu is quicker with a row of zeros than with one 0."""


class _Text:
    """The text being written."""

    def __init__(self, program: Program, name: str, places: Storage) -> None:
        self.program = program
        self.name = name
        self.places = places
        self.names = Names({name, NUMPY.module, "kept"})
        whole = GradientRoles(frozenset(program.values()))
        self.plan = Plan(program, NUMPY, whole, self.names)
        self.plan.give_statements(
            line.result
            for line in program.lines
            if writes(line) or is_single(line) or line.result in places.pieces
        )
        self.added = {piece.result for piece in places.pieces.values()}
        self.summed: dict[Value, str] = {}
        for line in reversed(program.lines):
            if line.result in places.pieces and isinstance(line.args[0], Value):
                name = self.summed.get(line.result) or self.plan.name(line.result)
                self.summed[line.args[0]] = name
        self.constants: dict[str, str] = {}

    def source(self) -> str:
        """The whole of it: the import, the constants, the function."""
        inputs = [self.plan.name(value) for value in self.program.inputs]
        kept = [self.plan.name(value) for value in self.places.kept]
        header = wrap.signature(self.name, [*inputs, "kept"])
        body = [*self._numbers(), *self._body()]
        unpacked = wrap.unpacked(kept, "kept") if kept else []
        together = ", ".join(self.plan.name(value) for value in self.program.outputs)
        constants = [f"{name} = {text}" for text, name in self.constants.items()]
        function = [
            *header,
            *unpacked,
            *body,
            f"{layout.INDENT}return {together}",
        ]
        heading = imports(NUMPY, roots("\n".join([*constants, *function])))
        blocks = [heading, constants, function]
        return "\n\n\n".join("\n".join(block) for block in blocks if block) + "\n"

    def _numbers(self) -> list[str]:
        """Numbers among the inputs that several arrays meet, made arrays once instead of at every call."""
        lines: list[str] = []
        for value in self.program.inputs:
            readers = [line for line in self.program.lines if value in line.args]
            meets = {
                other.dtype
                for line in readers
                for other in line.args
                if isinstance(other, Value)
            }
            if (
                value.shape == ()
                and len(readers) > 2
                and meets == {value.dtype}
                and all(map(is_ufunc, readers))
                and all(map(writes, readers))
            ):
                name = self.plan.name(value)
                lines += wrap.statement(
                    f"{name} = np.array({name}, dtype=np.{value.dtype.name})"
                )
        return lines

    def _body(self) -> list[str]:
        lines: list[str] = []
        said = ""
        for line in self.program.lines:
            if line.result not in self.plan.own or line.result in self.added:
                continue
            if line.why and line.why != said:
                lines += comment(line.why)
                said = line.why
            lines += self._statement(line)
        return lines

    def _piece(self, line: Line) -> list[str]:
        """A piece is added where it belongs, to the array that becomes the sum; the first of them makes that array."""
        piece = self.places.pieces.get(line.result, line)
        name = self.summed.get(line.result) or self.plan.name(line.result)
        filled = self.plan.speller.fillings(piece, name)
        written = template(SUM_OF_PIECES).statements(filled)
        shown = written if piece is line else written[1:]
        texts = [ast.unparse(ast.fix_missing_locations(one)) for one in shown]
        return [row for text in texts for row in wrap.statement(text)]

    def _statement(self, line: Line) -> list[str]:
        if line.result in self.summed or line.result in self.places.pieces:
            return self._piece(line)
        name = self.plan.name(line.result)
        form = _form(line)
        if form is None:
            return statement(self.plan, line.result)
        fillings: dict[str, Filling] = dict(self.plan.speller.fillings(line, name))
        if is_ufunc(line):
            if line.op is ops.relu:
                fillings["zero"] = self._zero(line)
            fillings |= {
                str(position): self._constant(arg, line)
                for position, arg in enumerate(line.args)
                if is_written(arg)
            }
        place = self.places.into.get(line.result)
        if place is None and line.result in self.places.kept:
            place = line.result
        node = template(form).filled(fillings)
        if place is not None and isinstance(node, ast.Call):
            out = ast.keyword("out", ast.Name(self.plan.name(place)))
            node = ast.Call(node.func, node.args, [*node.keywords, out])
        return wrap.assignment(name, node)

    def _zero(self, line: Line) -> ast.expr:
        """The 0 of a relu: for long rows a whole row of them, which NumPy compares in half the time."""
        x = line.args[0]
        if not isinstance(x, Value) or x.ndim < 2 or x.shape[-1] < LONG_ROW:
            return self._constant(0, line)
        row = f"np.zeros({{0}}.shape[-1], dtype=np.{x.dtype.name})"
        return template(row).filled({"0": self.plan.speller.arg(x)})

    def _constant(self, arg: Arg, line: Line) -> ast.expr:
        """A number as an array of no dimensions, which NumPy need not convert at every call."""
        floats = {
            other.dtype
            for other in line.args
            if isinstance(other, Value) and other.dtype.kind == "f" and other.shape
        }
        if len(floats) != 1:
            return self.plan.speller.arg(arg)
        (dtype,) = floats
        text = layout.flat(self.plan.speller.arg(arg))
        wish = valid(plain(arg).strip("_") or "number")
        return self._module_name(wish, f"np.array({text}, dtype=np.{dtype.name})")

    def _module_name(self, wish: str, text: str) -> ast.expr:
        if text not in self.constants:
            self.constants[text] = self.names.free(wish)
        return ast.Name(self.constants[text])


def _form(line: Line) -> str | None:
    """How a line is called with its result's place; None where its usual spelling will do."""
    if is_product(line):
        return "{0}.dot({1})"
    if is_reduction(line):
        keep = ", keepdims=True" if line.params["keepdims"] else ""
        return f"np.{_named(folded(line.op))}.reduce({{0}}, axis={{axis}}{keep})"
    if not writes(line):
        return None
    if line.op is ops.relu:
        return "np.maximum({zero}, {0})"
    return f"np.{_named(line.op.ufunc)}({', '.join(f'{{{i}}}' for i in range(len(line.args)))})"


def _named(ufunc: np.ufunc | None) -> str:
    return "" if ufunc is None else ufunc.__name__
