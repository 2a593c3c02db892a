"""Which values of a program get a statement of their own, and under which name."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

from chainrule.emit import plain_numbers
from chainrule.emit.buffers import Buffers
from chainrule.emit.composite import spelled_out, with_parts
from chainrule.emit.dialect import Dialect
from chainrule.emit.liveness import Liveness, assign
from chainrule.emit.memory import SharedMemory, handed_on, is_view
from chainrule.emit.names import Names, plain, valid, wish
from chainrule.emit.order import Order
from chainrule.emit.scopes import Scopes, reads_row
from chainrule.emit.shorten import shorten
from chainrule.emit.spelling import Speller
from chainrule.emit.starts import starts_as_arrays
from chainrule.emit.template import template
from chainrule.program import Arg, Carried, Line, Program, Value

LONGEST_INLINE = 160
"""A nameless expression longer than this is never put inside another."""
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class GradientRoles:
    """What is known about a program from having derived it: which values are gradients of which."""

    forward: frozenset[Value] = frozenset()
    gradient_of: Mapping[Value, Value] = field(default_factory=dict)
    use_of: Mapping[Value, tuple[Value, Value]] = field(default_factory=dict)
    part_of: Mapping[Value, Value] = field(default_factory=dict)
    targets: Sequence[Value] = ()


class Plan:
    """A program laid out as statements in one dialect."""

    def __init__(
        self, program: Program, dialect: Dialect, roles: GradientRoles, names: Names
    ) -> None:
        whole = program
        self.program = program = spelled_out(whole, dialect)
        self.dialect = dialect
        self.roles = replace(roles, forward=with_parts(roles.forward, whole, program))
        self.names, self._named = names, frozenset(names.of)
        self.lines = tuple(program.every_line())
        self.scopes = Scopes(program)
        followed = dialect.entries_are_views and self.roles.forward >= {
            *program.values()
        }
        self.buffers = Buffers(program, self.scopes, dialect, followed=followed)
        self.producer = program.producer()
        self.readers = self._readers()
        rows = self.scopes.rows
        lengths = plain_numbers.of_lengths(self.lines, self.readers, rows, dialect)
        self.speller = Speller(dialect, self.expression, names, rows, lengths)
        self.templates = {one.result: self.speller.template(one) for one in self.lines}
        self.uses = self._count()
        self.own: set[Value] = set()
        self.copied: AbstractSet[Value] = frozenset()
        self._built: dict[Value, ast.expr] = {}
        # what a loop begins with, hands on or stacks goes where arrays go
        as_arrays = {*program.outputs, *self.scopes.asked}
        self.numbers = plain_numbers.plain_numbers(
            self.lines, as_arrays, self.readers, dialect
        )
        self._name_the_users()
        self._decide()
        shorten(self, self.roles.forward)
        if self.scopes.loops:
            self._name_by_liveness()

    @cached_property
    def array_starts(self) -> frozenset[Value]:
        """What turns hand on that is an array from the first turn on."""
        is_number = self.speller.is_number
        return starts_as_arrays(self.lines, self.scopes, self.readers, is_number)

    def _count(self) -> Counter[Value]:
        """How often each value stands in the text, by the holes of the spellings that read it."""
        uses: Counter[Value] = Counter(self.program.outputs)
        for line in self.lines:
            holes = self.templates[line.result].holes
            for position, arg in enumerate(line.args):
                if isinstance(arg, Value):
                    uses[arg] += max(
                        holes[str(position)], holes["args"] + holes["index"], 1
                    )
            for value in line.measures():
                uses[value] += 1
        return uses + self.scopes.asked

    def _name_the_users(self) -> None:
        for value in self.program.values():
            if value.name is not None and not self.shares(value):
                self.names.give(value, value.name)
        for position, value in enumerate(self.program.inputs):
            self.names.give(value, f"array_{position}")
        self.own.update(self.program.inputs)

    def shares(self, value: Value) -> bool:
        """Whether a value has the name that other values of its word have, each in its time: it goes with a loop."""
        in_time = value not in self._named and bool(self.scopes.loops)
        return in_time and (
            value.word is not None
            or self.roles.gradient_of.get(value, value).word is not None
            or value in self.scopes.begins
            or value in self.scopes.made_of
            or (value.name is not None and bool(self.scopes.around.get(value)))
        )

    def _decide(self) -> None:
        measured = {value for line in self.lines for value in line.measures()}
        self.own.update(self.program.outputs)
        self.own.update(self.scopes.begins)
        self.own.update(value for loop in self.scopes.loops for value in loop.results)
        self.own.update(
            one.next
            for loop in self.scopes.loops
            for one in loop.carried
            if isinstance(one.next, Value)
        )
        crossing = {v for v in self.scopes.crossing() if v in self.producer}
        self.own.update(v for v in crossing if self.producer[v].op.kind != "view")
        shown = (v for v in handed_on(self.buffers) if v in self.producer)
        self.own.update(v for v in shown if is_view(self.producer[v]))
        size: dict[Value, tuple[int, int]] = {}
        for line in self.lines:
            value = line.result
            length, depth = self._extent(line, size)
            if value in self.numbers and plain_numbers.filler(line) is not None:
                size[value] = (1, 1)
                continue
            if (
                value.name is not None
                or value in measured
                or not self.templates[value].is_expression
                or (self.uses[value] > 1 and not self._cheap(line))
                or length > LONGEST_INLINE
                or depth > DEEPEST
            ):
                self.own.add(value)
            size[value] = (length, depth)
        self._name_what_has_a_gradient()

    def _extent(
        self, line: Line, size: Mapping[Value, tuple[int, int]]
    ) -> tuple[int, int]:
        """About how long and how deep the text of a line is with its arguments put in."""
        length, depth = len(line.op.name), 0
        for arg in line.args:
            if isinstance(arg, Value) and arg not in self.own and arg in size:
                length += size[arg][0]
                depth = max(depth, size[arg][1])
            else:
                length += len(arg.name or "x" * 8) if isinstance(arg, Value) else 4
        return length + 3, depth + 1

    def _cheap(self, line: Line) -> bool:
        """Whether writing it twice costs nothing and reads better: ``h.T``, ``1 - y``, ``z > 0``."""
        values = [arg for arg in line.args if isinstance(arg, Value)]
        readers = self.readers.get(line.result, ())
        if any(arg not in self.own for arg in values) or not all(
            self.templates[reader.result].is_expression for reader in readers
        ):
            return False
        uses = self.uses[line.result]
        match line.op.kind:
            case "view":
                return True
            case "indexing" | "sum":
                return len(values) == 1 and (uses <= 3 or line.op.kind == "indexing")
            case "comparison":
                return uses <= 2
            case _:
                return False

    def _name_what_has_a_gradient(self) -> None:
        """A nameless value whose gradient gets a statement gets one too, so that the gradient has a name."""
        for gradient, value in self.roles.gradient_of.items():
            if gradient.name is not None or value not in self.producer:
                continue
            if gradient in self.producer and self._activation(value) is not None:
                self.own.add(gradient)
            if gradient in self.own:
                self.own.add(value)

    def put_in_place(self) -> None:
        """Let what the user has not named stand where it is used, as often as that is: there are no statements before."""
        nameless = {v for v in self.own if v.name is None and v in self.producer}
        self.own -= {v for v in nameless if self.templates[v].is_expression}
        self._built.clear()

    def give_statements(self, values: Iterable[Value]) -> None:
        """Give each of these values a statement of its own, however short it is."""
        self.own.update(values)
        self._built.clear()

    def expression(self, value: Value) -> ast.expr:
        """How a value is written where it is used: its name, or what computes it."""
        if value in self.own or value not in self.producer:
            return ast.Name(self.name(value))
        if value not in self._built:
            self._built[value] = self.computed(value)
        return self._built[value]

    def computed(self, value: Value) -> ast.expr:
        """What computes a value."""
        line = self.producer[value]
        filled = plain_numbers.filler(line)
        if value in self.numbers and filled is not None:
            return ast.Constant(filled)
        text = self.templates[value].filled(self.speller.fillings(line, ""))
        if value in self.copied:
            text = template(self.dialect.copy).filled({"0": text})
        return text

    def name(self, value: Value) -> str:
        """The name of a value, made up when it is first needed."""
        if value in self.names.of:
            return self.names.of[value]
        if self.shares(value):
            # which of its word's names is free in its time is known when all statements are
            return self.word(value)
        return self.names.give(value, self._wish(value))

    def order(self) -> Order:
        """What decides the order of the statements."""
        roles = self.roles
        return Order(
            self.producer, self.own, roles.forward, roles.targets, roles.gradient_of
        )

    def _name_by_liveness(self) -> None:
        """Names for what goes with loops, now that all statements are known."""
        # in the order of the program: which of two values gets a name may not hang on where they lie in memory
        there = dict.fromkeys(v for v in self.program.values() if v in self.own)
        words = {v: self.word(v) for v in there if self.shares(v)}
        for loop in self.scopes.loops:
            for one in loop.carried:
                called = self._carried_word(one)
                for value in (one.inside, one.start, one.next, one.end):
                    nameless = isinstance(value, Value) and value.name is None
                    if nameless and value in there and value.word is None:
                        words[value] = called
        known = {value: name for value, name in words.items() if value in self.own}
        live = Liveness(self.program, self.order())
        assign(self.names, self.program, live, known, self._onto)
        self.copied = SharedMemory(self.buffers).overwritten(live, self.name)
        self._built.clear()

    def _carried_word(self, one: Carried) -> str:
        """What that is called which one turn hands on to the next."""
        for value in (one.inside, one.next, one.end, one.start):
            if isinstance(value, Value) and (value.word or value.name):
                return self.word(value)
        return "state"

    def _onto(self, value: Value, before: Value) -> bool:
        """Whether the statement of ``value`` may take the name of ``before``, which it is the last to read."""
        line = self.producer.get(value)
        if line is None or self.templates[value].is_expression:
            return True
        # a language that writes copies the array first, and reads it no more
        return self.buffers.copies_first(line) and line.args[0] is before

    def word(self, value: Value) -> str:
        """What a value is to be called, as others of its word are."""
        of = self.roles.gradient_of.get(value)
        if value.word is None and of is not None:
            return valid(f"d{self.word(of) if self.shares(of) else self.name(of)}")
        called = value.word or value.name
        made_of = self.scopes.made_of.get(value)
        if called is None and isinstance(made_of, Value):
            called = f"{self._word(made_of)}s"
        return valid(called or "value")

    def _wish(self, value: Value) -> str:
        of = self.roles.gradient_of.get(value)
        if of is not None:
            return f"d{self.name(of)}"
        use = self.roles.use_of.get(value)
        if use is not None and use[0] in self.names.of:
            known = use[1] in self.names.of
            through = f"from_{self.name(use[1])}" if known else "part"
            return f"d{self.name(use[0])}_{through}"
        partial = self.roles.part_of.get(value)
        if partial is not None:
            return f"d{self.name(partial)}_so_far"
        activation = self._activation(value)
        if activation is not None:
            return f"pre_{activation}"
        return wish(self.producer[value], self.producer, self._word)

    def _activation(self, value: Value) -> str | None:
        """The name of what this value is the input of, if it is the sum of a layer."""
        if (
            self.producer[value].op.kind not in ("sum", "product")
            or value not in self.roles.forward
        ):
            return None
        for reader in self.readers.get(value, ()):
            if plain_numbers.bends(reader) and reader.result in self.roles.forward:
                return self._nearest(reader.result)
        return None

    def _nearest(self, value: Value) -> str | None:
        """The name of a value, or of the next named one that is computed from it alone."""
        for _ in range(4):
            if value.name is not None:
                return value.word or value.name
            readers = [
                line
                for line in self.readers.get(value, ())
                if line.result in self.roles.forward
            ]
            if len(readers) != 1:
                return None
            value = readers[0].result
        return None

    def _readers(self) -> Mapping[Value, list[Line]]:
        """The lines that read each value."""
        readers: dict[Value, list[Line]] = {}
        for line in self.lines:
            for value in dict.fromkeys(line.reads()):
                readers.setdefault(value, []).append(line)
        return readers

    def _word(self, arg: Arg) -> str:
        if not isinstance(arg, Value):
            return plain(arg)
        if arg in self.own or arg not in self.producer:
            return self.name(arg)
        line = self.producer[arg]
        if reads_row(line) and isinstance(line.args[0], Value):
            return arg.word or self.name(line.args[0])
        return wish(self.producer[arg], self.producer, self._word)
