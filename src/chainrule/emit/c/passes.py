"""Passes as C functions: the loops of one item, in the words of the program, with its reasons above."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chainrule.emit.c.expression import Expressions, flat
from chainrule.emit.c.lengths import NONE, ONE, Length
from chainrule.emit.c.nests import (
    Constant,
    Item,
    Loop,
    Nest,
    Product,
    Read,
    Statement,
    Tiles,
    everywhere,
    reads,
)
from chainrule.emit.c.storage import Storage
from chainrule.emit.c.tiles import FAR, NEAR, is_laid, panel
from chainrule.emit.c.words import TYPES, suffix
from chainrule.program import Value

INDENT = "    "
COUNTERS = "ijklmpqr"
LONGEST = 60
"""A number that is used once is put where it is used, while the text stays within this."""
UNROLLED = 8
"""Loops of at most so many turns in all are none in the machine's code."""


@dataclass(slots=True)
class Written:
    """A pass as text, and what it is called with.

    One in several panels is that of ``tiles``, its lines from ``first`` on for each panel; ``laid`` is where a left matrix
    begins whose rows are laid side by side before.
    """

    lines: list[str] = field(default_factory=list)
    arrays: dict[Value, bool] = field(default_factory=dict)
    from_on: dict[Value, Length] = field(default_factory=dict)
    numbers: dict[Value, bool] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)
    checks: bool = False
    needs_room: bool = False
    tiles: Product | None = None
    laid: str = ""
    first: int = 0


class Pass:
    """One item as text. ``names`` are those of arrays and numbers, ``declared`` numbers that exist outside already."""

    def __init__(
        self,
        names: Mapping[Value, str],
        kept: Storage,
        over: Mapping[Value, Value],
        most: int,
    ) -> None:
        self.most = most
        self.names = names
        self.kept = kept
        self.over = over
        self.written = Written()
        self.counters: dict[int, str] = {}
        self.width = ""

    def write(self, item: Item) -> Written:
        """The text of an item's loops; an array of which one part is read is handed over from there on.

        A statement by itself is handed nothing: it stands among the calls, where a name is the whole array.
        """
        if not isinstance(item, Statement):
            self.written.from_on = self._beginnings(item)
        self._items([item], 1, [])
        return self.written

    def _beginnings(self, item: Item) -> dict[Value, Length]:
        """The arrays that are met in one part alone, with where it begins."""
        starts: dict[Value, set[Length]] = {}
        for read in everywhere(item):
            starts.setdefault(read.root, set()).add(read.start)
        apart = {*self.over, *self.over.values(), *self.kept.numbers, *self.kept.tiled}
        return {
            root: start
            for root, (start, *others) in starts.items()
            if not others and start != NONE and root not in apart
        }

    # what stands in loops

    def _items(self, items: Sequence[Item], depth: int, turns: list[Loop]) -> None:
        for item in items:
            match item:
                case Statement():
                    self._statement(item, depth)
                case Loop():
                    self._items(item.before, depth, turns)
                    self._loop(item, depth, turns)
                case Tiles():
                    self._items(item.before, depth, turns)
                    self.written.first = len(self.written.lines)
                    self._tiles(item, depth)

    def _loop(self, loop: Loop, depth: int, turns: list[Loop]) -> None:
        counter = COUNTERS[len(turns)]
        self.counters[id(loop)] = counter
        sums = _sums(loop, self.kept, self.names)
        if (turns_in_all := _turns(loop)) and turns_in_all <= UNROLLED:
            self._line(depth - 1, f"#pragma GCC unroll {UNROLLED}", flush=True)
        elif sums:
            self._line(depth - 1, f"#pragma omp simd {sums}", flush=True)
        self._line(
            depth,
            f"for (long {counter} = 0; {counter} < {loop.extent.text}; {counter}++) {{",
        )
        self._items(loop.body, depth + 1, [*turns, loop])
        self._line(depth, "}")

    def _line(self, depth: int, text: str, *, flush: bool = False) -> None:
        self.written.lines.append(text if flush else INDENT * depth + text)

    def _statement(self, statement: Statement, depth: int) -> None:
        nest = statement.nest
        value = nest.value
        self._note(nest)
        counters = [self.counters[id(loop)] for loop in statement.loops]
        from_on = self.written.from_on
        spoken = Expressions(self.names, counters, self._at_hand, from_on)
        dtype = value.dtype
        if nest.combine:
            target = spoken.tree(nest.target, dtype)
            self._line(depth, self._combined(nest, spoken, flat(target)))
            return
        expression = spoken.tree(nest.expression, dtype)
        text = flat(expression)
        if value not in self.kept.numbers or self.kept.numbers[value] is None:
            self._line(depth, f"{flat(self._target(nest.target, spoken))} = {text};")
            return
        begins = isinstance(nest.expression, Constant)
        constant = "" if begins else "const "
        self._line(
            depth, f"{constant}{TYPES[dtype.name]} {self.names[value]} = {text};"
        )

    def _target(self, target: Read, spoken: Expressions) -> ast.expr:
        return self._at_hand(target) or spoken.entry(target, self.names[target.root])

    @staticmethod
    def _combined(nest: Nest, spoken: Expressions, target: str) -> str:
        entry = spoken.tree(nest.expression, nest.value.dtype)
        for sign in ("+", "*"):
            if nest.combine == f"{{0}} {sign} {{1}}":
                return f"{target} {sign}= {flat(entry)};"
        function = nest.combine.partition("(")[0]
        return f"{target} = {function}({target}, {flat(entry)});"

    def _at_hand(self, read: Read) -> ast.expr | None:
        if read.root in self.kept.numbers:
            return ast.Name(self.names[read.root])
        if read.root in self.kept.tiled:
            place = f"(i - i0) * {self.width} + j - j0"
            if read.start != NONE:
                place += f" + {read.start.text}"
            index = ast.parse(place, mode="eval").body
            return ast.Subscript(ast.Name(self.names[read.root]), index, ast.Load())
        return None

    def _note(self, nest: Nest) -> None:
        """Remember what a statement needs from outside."""
        made = self.written
        if nest.value not in made.values:
            made.values.append(nest.value)
        for read in [*reads(nest.expression), *_places(nest.target)]:
            self._touch(read.root, writes=False)
        self._touch(nest.target.root, writes=True)
        made.checks |= "outside" in str(nest.expression) or bool(nest.target.computed)

    def _touch(self, root: Value, *, writes: bool) -> None:
        if root in self.kept.tiled:
            return
        if root in self.kept.numbers:
            if self.kept.numbers[root] is None:
                known = self.written.numbers
                known[root] = known.get(root, False) or writes
            return
        known, array = self.written.arrays, self.over.get(root, root)
        known[array] = known.get(array, False) or writes

    # products

    def _tiles(self, tiles: Tiles, depth: int) -> None:
        product = tiles.product
        for read in (product.left, product.right):
            self._touch(read.root, writes=False)
        self._touch(product.target.root, writes=True)
        self.written.values.insert(0, product.value)
        self.counters[id(tiles.rows)], self.counters[id(tiles.columns)] = "i", "j"
        if tiles.one_panel:
            self.width = str(panel(product.value.dtype))
            self._line(depth, "const long j0 = 0;")
            self._panel(tiles, depth, product.columns.text)
        else:
            # how broad a tile is, the processor says: the text is compiled once for full ones, once for the last columns
            self.width = "width"
            self.written.tiles = product
            if is_laid(product, self.most):
                self.written.laid = self._pointer(product.left, 0, "top")
            self._panel(tiles, depth, "wide")

    def _panel(self, tiles: Tiles, depth: int, wide: str) -> None:
        """One panel: its columns gathered if need be, then tile after tile down its rows."""
        product, width = tiles.product, self.width
        tag = suffix(product.value.dtype)
        right, down = self._right(tiles, depth, wide)
        first, last = "0", product.rows.text
        left = self._pointer(product.left, 0, "i0")
        row, step = (stride.text for stride in product.left.strides)
        next_rows = f"rows_of({last} - i0)"
        if self.written.laid:
            first, last, row, step = "top", "bottom", "1", "ROWS"
            left = f"laid + (i0 - top) * {product.inner.factor}"
            next_rows = "ROWS < bottom - i0 ? ROWS : bottom - i0"
        self._line(depth, f"for (long i0 = {first}, rows; i0 < {last}; i0 += rows) {{")
        self._line(depth + 1, f"rows = {next_rows};")
        self._fetched(tiles, depth + 1)
        out, after, moved = self._out(tiles, depth + 1, wide)
        called = f"narrow_{tag}(" if tiles.one_panel else f"product_{tag}({width}, "
        self._line(depth + 1, f"{called}rows, {product.inner.text}, {left}, {row}, {step}, {right}, {down}, {out}, {after});")  # fmt: skip
        if moved:
            self._unpacked(product, depth + 1, wide, moved)
        self._tail(tiles, depth + 1, wide)
        self._line(depth, "}")

    def _fetched(self, tiles: Tiles, depth: int) -> None:
        """What a tile's end reads or writes of arrays that may be far off, asked for before its sums are begun."""
        product = tiles.product
        dtype, entries = product.value.dtype, product.rows.at(self.most) * product.columns.at(self.most)  # fmt: skip
        if tiles.one_panel or entries * dtype.itemsize <= FAR:
            return
        ended = [read for item in tiles.columns.body for read in everywhere(item)]
        asked: dict[str, str] = {}
        for read in [product.target, *ended]:
            near = read.root in self.kept.tiled or read.root in self.kept.numbers
            far, along = read.strides[:2]
            if not near and not read.computed and read.root.dtype == dtype and along == ONE and far != NONE:  # fmt: skip
                asked[self._from(read, ["i0", "j0"])] = far.text
        for place, far_text in asked.items():
            self._line(depth, f"fetch_{suffix(dtype)}({place}, rows, {far_text}, {self.width});")  # fmt: skip

    def _out(self, tiles: Tiles, depth: int, wide: str) -> tuple[str, str, str]:
        """Where a tile goes, how far it is from each of its rows to the next, and where it has to be moved from there: when."""
        product, width = tiles.product, self.width
        tag, kind = suffix(product.value.dtype), TYPES[product.value.dtype.name]
        own = product.value in self.kept.tiled
        place, far = self._from(product.target, ["i0", "j0"]), product.target.strides[0].text  # fmt: skip
        if wide == width and not own:
            return place, far, ""
        name = self.names[product.value] if own else "tile"
        columns = width if tiles.one_panel else f"BROAD_{tag}"
        self._line(depth, f"{kind} {name}[ROWS * {columns}];")
        if own or tiles.one_panel:
            return name, width, "" if own else f"{wide} < {width}"
        part = f"{wide} < {width}"
        return f"{part} ? tile : {place}", f"{part} ? {width} : {far}", part

    def _right(self, tiles: Tiles, depth: int, wide: str) -> tuple[str, str]:
        """Where the columns of a panel begin, and how far it is from each row to the next."""
        product, width = tiles.product, self.width
        tag, inner = suffix(product.value.dtype), product.inner.text
        right = self._pointer(product.right, 1, "j0")
        down, along = product.right.strides
        gather = f"gather_{tag}(panel, {right}, {inner}, {down.text}, {along.text}, {wide}, {width});"
        entries = product.inner.at(self.most) * product.columns.at(self.most)
        turned, large = along != ONE, entries * product.value.dtype.itemsize > NEAR
        if wide == width and not turned and not large:
            return right, down.text
        self.written.needs_room = True
        if tiles.one_panel or turned or large:
            self._line(depth, gather)
            return "panel", width
        # what is small is read as it lies, but for the last columns
        part = f"{wide} < {width}"
        self._line(depth, f"if ({part})")
        self._line(depth + 1, gather)
        return f"{part} ? panel : {right}", f"{part} ? {width} : {down.text}"

    def _unpacked(self, product: Product, depth: int, wide: str, when: str) -> None:
        """A tile copied to where it belongs."""
        from_on = self.written.from_on
        spoken = Expressions(self.names, ["i", "j"], lambda _: None, from_on)
        target = spoken.entry(product.target, self.names[product.target.root])
        self._line(depth, f"for (long i = i0; {when} && i < i0 + rows; i++)")
        self._line(depth + 1, f"for (long j = j0; j < j0 + {wide}; j++)")
        self._line(depth + 2, f"{flat(target)} = tile[(i - i0) * {self.width} + j - j0];")  # fmt: skip

    def _tail(self, tiles: Tiles, depth: int, wide: str) -> None:
        """What is done with a tile once it is finished."""
        if tiles.one_panel and tiles.rows.body:
            self._line(depth, "for (long i = i0; i < i0 + rows; i++) {")
            self._items(tiles.rows.body, depth + 1, [tiles.rows])
            self._line(depth, "}")
        elif tiles.columns.body:
            self._line(depth, "for (long i = i0; i < i0 + rows; i++)")
            self._line(depth + 1, f"for (long j = j0; j < j0 + {wide}; j++) {{")
            self._items(tiles.columns.body, depth + 2, [tiles.rows, tiles.columns])
            self._line(depth + 1, "}")

    def _pointer(self, read: Read, loop: int, counter: str) -> str:
        """An array from a tile's first row, or column, on."""
        strides = [
            stride if k == loop else NONE for k, stride in enumerate(read.strides)
        ]
        return self._from(Read(read.root, read.start, tuple(strides)), [counter] * 2)

    def _from(self, read: Read, counters: Sequence[str]) -> str:
        from_on = self.written.from_on
        spoken = Expressions(self.names, counters, lambda _: None, from_on)
        text = flat(spoken.index(read))
        name = self.names[read.root]
        return name if text == "0" else f"{name} + {text}"


def _places(target: Read) -> Iterator[Read]:
    for _, place in target.computed:
        yield from reads(place)


def _turns(loop: Loop) -> int:
    """How many turns a loop has in all, those of loops inside included; 0 where that is not known."""
    inside = [_turns(item) for item in loop.body if isinstance(item, Loop)]
    if any(isinstance(item, Tiles) for item in loop.body) or 0 in inside:
        return 0
    return (loop.extent.number or 0) * max(sum(inside), 1)


def _sums(loop: Loop, kept: Storage, names: Mapping[Value, str]) -> str:
    """How a compiler may add up the turns of an innermost loop in several lanes at once."""
    words: list[str] = []
    for item in loop.body:
        if not isinstance(item, Statement):
            return ""
        nest = item.nest
        if len(item.loops) - 1 not in nest.folded or nest.value.dtype.kind != "f":
            continue
        if nest.target.computed or nest.value not in kept.numbers:
            return ""
        sign = REDUCED.get(nest.combine, nest.combine.partition("(")[0])
        words.append(f"reduction({sign} : {names[nest.value]})")
    return " ".join(words)


REDUCED = {"{0} + {1}": "+", "{0} * {1}": "*"}
"""What OpenMP calls a fold; others are called after the function that combines two."""
