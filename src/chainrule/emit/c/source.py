"""A program as one C file: what it needs, its passes, and the function that calls them in order."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from chainrule.emit.c import functions, tiles
from chainrule.emit.c.anonymous import without_names
from chainrule.emit.c.definitions import Definitions
from chainrule.emit.c.fusion import Fusion
from chainrule.emit.c.layout import Layout
from chainrule.emit.c.lengths import ONE
from chainrule.emit.c.nests import DType, Item, Statement, products
from chainrule.emit.c.panels import in_two_functions
from chainrule.emit.c.passes import COUNTERS, INDENT, Pass, Written
from chainrule.emit.c.special import SPECIAL
from chainrule.emit.c.storage import storage
from chainrule.emit.c.words import TYPES, is_entrywise, suffix
from chainrule.emit.names import Names, plain, wish
from chainrule.emit.wrap import comment
from chainrule.program import Arg, Program, Value

RESERVED = frozenset(
    {
        *("auto", "break", "case", "char", "const", "continue", "default", "do", "double", "else", "enum", "extern"),
        *("float", "for", "goto", "if", "inline", "int", "long", "register", "restrict", "return", "short", "signed"),
        *("sizeof", "static", "struct", "switch", "typedef", "union", "unsigned", "void", "volatile", "while", "main"),
        *("n", *COUNTERS, "i0", "j0", "top", "bottom", "block", "laid", "rest", "rows", "wide", "width", "panel", "tile", "room", "work", "outside"),
        *("VECTOR", "ROWS", "LINES", "TURNS", "INFINITY", "NAN", "y0", "y1", "yn", "j1", "jn", "gamma", "signgam", "index"),
        *("abs", "ceil", "clock", "cos", "div", "exp", "floor", "log", "pow", "sin", "sqrt", "tan", "time"),
    }
)  # fmt: skip
"""Names that C, its libraries and our own text have already."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """An argument of the function: an array by its address, or a number by its value."""

    value: Value
    name: str
    is_array: bool
    written: bool


@dataclass(frozen=True, slots=True)
class CSource:
    """A program in C: its passes and the function that calls them, without what they need.

    ``bytes`` of memory are needed for batches of ``most`` rows; ``types`` are those of products in tiles.
    """

    body: str
    name: str
    parameters: tuple[Parameter, ...]
    bytes: int
    most: int
    types: frozenset[DType]

    @property
    def text(self) -> str:
        """The whole file."""
        return assembled([self])


def assembled(sources: Sequence[CSource]) -> str:
    """Several programs as one file, after what any of them needs."""
    whole = "\n".join(source.body for source in sources)
    lines = ["#include <math.h>", "#include <stdint.h>", "#include <string.h>", ""]
    called = sorted(set(re.findall(r"\b(\w+_(?:f32|f64|i64|b)|at)\(", whole)))
    for text in functions.with_needed(called):
        lines += [text, ""]
    for name in sorted(set(re.findall(r"reduction\((\w+_\w+) :", whole))):
        lines += [*_reduction(name), ""]
    types = frozenset().union(*(source.types for source in sources))
    if types:
        lines += [*tiles.REGISTERS.splitlines(), ""]
    for dtype in sorted(types, key=str):
        lines += [
            *tiles.kernel(dtype, suffix(dtype), TYPES[dtype.name]).splitlines(),
            "",
        ]
    return "\n".join([*lines, *(source.body for source in sources)])


def write(
    program: Program,
    name: str,
    *,
    rows: Collection[Value] = (),
    most: int = 1,
    fixed: bool = False,
    over: Mapping[Value, Value] | None = None,
) -> CSource:
    """The C text of a program whose lines are all entry by entry, folds, products, views and the like.

    ``rows`` are the inputs whose first axis is the batch, of at most ``most`` rows, or of so many always where that is
    ``fixed``. An output in ``over`` is written over the input it has there.

    Raises:
        NotLinear: where a length grows otherwise than the batch does.
    """
    layout = Layout(program, tuple(rows), most if fixed else None)
    counts = bool(rows)
    return _Writer(program, name, layout, most, over or {}, counts=counts).source()


class _Writer:
    def __init__(
        self,
        program: Program,
        name: str,
        layout: Layout,
        most: int,
        over: Mapping[Value, Value],
        *,
        counts: bool,
    ) -> None:
        self.program = program
        self.counts = counts
        self.name = name
        self.layout = layout
        self.most = most
        self.over = over
        self.producer = program.producer()
        self.items = self._fused()
        inputs = [value for value in program.inputs if value.shape]
        outputs = [value for value in program.outputs if not self._is_number(value)]
        self.given = frozenset([*inputs, *outputs])
        self.kept = storage(self.items, self.layout.shapes, self.given, most)
        self.names = self._named()

    def _is_number(self, value: Value) -> bool:
        """Whether a computed value is kept as a number, not in an array."""
        single = all(length == ONE for length in self.layout.shapes[value])
        return single and value in self.producer and value not in self.over

    def _fused(self) -> list[Item]:
        fusion = Fusion(self.over)
        again = _cheap_again(self.program, set(self.over.values()))
        definitions = Definitions(self.layout, self.producer, SPECIAL, again)
        for line in self.program.lines:
            for defined in definitions.of(line):
                fusion.add(defined)
        return fusion.items

    def _named(self) -> dict[Value, str]:
        names = Names({*RESERVED, *functions.SOURCES, self.name})
        for value in self.program.values():
            if value.name is not None and value not in self.over:
                names.give(value, value.name)

        def word(arg: Arg) -> str:
            if not isinstance(arg, Value):
                return plain(arg)
            return names.of.get(arg, "")

        for value in self.program.values():
            if value in self.over:
                names.of[value] = names.of[self.over[value]]
            elif value in self.producer:
                names.give(value, wish(self.producer[value], self.producer, word))
            else:
                names.give(value, "array")
        return names.of

    # the whole text

    def source(self) -> CSource:
        """The program's own part of the file."""
        passes, calls = self._passes()
        parameters = self._parameters()
        body = "\n\n".join([*passes, self._whole(parameters, calls)]) + "\n"
        types = frozenset(product.value.dtype for product in products(self.items))
        return CSource(body, self.name, parameters, self._bytes(), self.most, types)

    def _passes(self) -> tuple[list[str], list[str]]:
        """The passes as functions, and the statements that call them."""
        functions_, body = [], []
        alike: dict[str, str] = {}
        taken = Names(set(self.names.values()) | RESERVED)
        declared: set[Value] = set()
        for item in self.items:
            written = Pass(self.names, self.kept, self.over, self.most).write(item)
            outer = [value for value in written.numbers if value in self.producer]
            for value in outer:
                if value not in declared and not isinstance(item, Statement):
                    declared.add(value)
                    body.append(f"{TYPES[value.dtype.name]} {self.names[value]};")
            if isinstance(item, Statement):
                value = item.nest.value
                (line,) = written.lines
                text = line.strip()
                if value in self.kept.numbers and value not in declared:
                    declared.add(value)
                    text = f"{TYPES[value.dtype.name]} {text}"
                body += [*self._reasons([value]), text]
                continue
            name = taken.free(f"{self.name}_{self.names[written.values[-1]]}")
            text = self._function(name, written)
            # turns of a loop that was written out do the same with other arrays: one function does for all of them
            anonymous = without_names(text, {name, *self.names.values()})
            known = alike.setdefault(anonymous, name)
            if known == name:
                functions_.append("\n".join([*self._told(written), text]))
            body.append(f"{known}({', '.join(self._arguments(written))});")
        return functions_, body

    def _reasons(self, values: Sequence[Value]) -> list[str]:
        said: list[str] = []
        for value in values:
            line = self.producer.get(value)
            why = line.why if line is not None else ""
            if why and why not in said:
                said.append(why)
        return [
            f"/* {' '.join(part.strip()[2:] for part in comment(one, 0))} */"
            for one in said
        ]

    def _told(self, written: Written) -> list[str]:
        """What stands above a pass: its names and reasons."""
        named = [
            self.names[value] for value in written.values if value.name is not None
        ]
        told = self._reasons(written.values)
        if named:
            told.insert(0, f"/* {', '.join(dict.fromkeys(named))} */")
        return told

    def _function(self, name: str, written: Written) -> str:
        """A pass as a function."""
        parameters, before, after = self._signature(written)
        if written.tiles is None:
            header = f"static void {name}({', '.join(parameters)})"
            return "\n".join([header, "{", *before, *written.lines, *after, "}"])
        lines = in_two_functions(name, written, parameters, before, after)
        return "\n".join(lines)

    def _signature(self, written: Written) -> tuple[list[str], list[str], list[str]]:
        """The parameters of a pass, what it begins with and what it ends with."""
        parameters = ["const long n"] if _mentions(written.lines, "n") else []
        for value, writes in written.arrays.items():
            constant = "" if writes else "const "
            kind = TYPES[value.dtype.name]
            parameters.append(f"{constant}{kind} *restrict {self.names[value]}")
        before, after = [], []
        for value, writes in written.numbers.items():
            kind, own = TYPES[value.dtype.name], self.names[value]
            if writes:
                parameters.append(f"{kind} *restrict {own}_made")
                before.append(f"{INDENT}{kind} {own};")
                after.append(f"{INDENT}*{own}_made = {own};")
            else:
                parameters.append(f"const {kind} {own}")
        if written.needs_room or written.laid:
            parameters.append("void *restrict room")
            kind = TYPES[written.values[0].dtype.name]
            before.append(f"{INDENT}{kind} *const panel = room;")
        if written.checks:
            parameters.append("int *outside")
        return parameters, before, after

    def _arguments(self, written: Written) -> list[str]:
        found = ["n"] if _mentions(written.lines, "n") else []
        for value in written.arrays:
            start = written.from_on.get(value)
            name = self.names[value]
            found.append(name if start is None else f"{name} + {start.text}")
        for value, writes in written.numbers.items():
            found.append(f"&{self.names[value]}" if writes else self.names[value])
        if written.needs_room or written.laid:
            found.append(f"work + {self.kept.bytes}")
        if written.checks:
            found.append("outside")
        return found

    def _bytes(self) -> int:
        rooms = [tiles.room(product, self.most) for product in products(self.items)]
        return self.kept.bytes + max(rooms, default=0)

    def _parameters(self) -> tuple[Parameter, ...]:
        over = {old: new for new, old in self.over.items()}
        found = [
            Parameter(value, self.names[value], bool(value.shape), value in over)
            for value in self.program.inputs
        ]
        for value in self.program.outputs:
            if value not in self.over:
                name = self.names[value]
                found.append(
                    Parameter(
                        value,
                        f"{name}_out" if self._is_number(value) else name,
                        True,
                        True,
                    )
                )
        return tuple(found)

    def _whole(self, parameters: Sequence[Parameter], body: Sequence[str]) -> str:
        listed = ["const long n"] if self.counts else []
        for one in parameters:
            kind = TYPES[one.value.dtype.name]
            constant = "" if one.written else "const "
            listed.append(
                f"{constant}{kind} *{one.name}"
                if one.is_array
                else f"const {kind} {one.name}"
            )
        listed += ["unsigned char *work", "int *outside"]
        arrays = [
            f"{TYPES[value.dtype.name]} *const {self.names[value]} = (void *)(work + {start});"
            for value, start in self.kept.memory.items()
        ]
        after = [
            f"*{self.names[value]}_out = {self.names[value]};"
            for value in self.program.outputs
            if value not in self.over and self._is_number(value)
        ]
        given = ["n", "work", "outside"] if self.counts else ["work", "outside"]
        unused = f"{', '.join(f'(void){one}' for one in given)};"
        lines = [*arrays, *body, *after, unused]
        # a step of batches is called by their loop alone, and may be drawn into it
        static = "static " if self.counts else ""
        header = f"{static}void {self.name}(\n    {', '.join(listed)})"
        return "\n".join([header, "{", *(INDENT + line for line in lines), "}"])


def _cheap_again(program: Program, overwritten: Collection[Value]) -> set[Value]:
    """Masks and the like, computed wherever they are read: that costs less than to keep them."""
    entrywise: dict[Value, bool] = dict.fromkeys(program.outputs, False)
    for line in program.lines:
        for arg in line.reads():
            entrywise[arg] = entrywise.get(arg, True) and is_entrywise(line)
    return {
        line.result
        for line in program.lines
        if line.op.kind in ("comparison", "logic")
        and entrywise.get(line.result, False)
        and is_entrywise(line)
        and not any(one in overwritten for one in line.reads())
    }


def _mentions(lines: Sequence[str], word: str) -> bool:
    pattern = re.compile(rf"\b{word}\b")
    return any(pattern.search(line) for line in lines)


def _reduction(name: str) -> list[str]:
    """What OpenMP has to be told of a fold that it does not know."""
    base, _, tag = name.rpartition("_")
    kind = {"f32": "float", "f64": "double"}[tag]
    first = "-INFINITY" if base == "maximum" else "INFINITY"
    return [
        f"#pragma omp declare reduction({name} : {kind} : omp_out = {name}(omp_out, omp_in)) initializer(omp_priv = {first})"
    ]
