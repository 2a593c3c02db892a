"""What stands around the statements of a loop: starts, lists, the header, what is handed on and what is left."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property

import numpy as np

from chainrule import ops
from chainrule.emit import layout
from chainrule.emit.literal import literal
from chainrule.emit.statements import Plan
from chainrule.emit.template import template
from chainrule.emit.wrap import comment
from chainrule.program import Arg, Carried, Line, Loop, Size, Value

Assignment = tuple[str, ast.expr]


class LoopText:
    """The text of one loop but for the statements in it.

    ``starts`` are assigned before it, and ``lists`` made; ``first`` opens the body; ``after`` follows the statements of values;
    ``last`` and ``hand_over`` close the body; ``left`` is assigned after the loop.
    """

    def __init__(self, plan: Plan, loop: Loop, depth: int) -> None:
        self.plan = plan
        self.loop = loop
        self.margin = layout.INDENT * depth
        self.inner = layout.INDENT * (depth + 1)
        self.lists: list[str] = []
        self.first: list[str] = []
        self.last: list[str] = []
        self.after: dict[Value, list[str]] = {}
        self.hand_over: list[Assignment] = []
        self.left: list[Assignment] = []
        self.starts = list(self._starts())
        for one in loop.carried:
            self._keep(one)
        for stacked in loop.stacks:
            self._stack(stacked.inside, stacked.out)
        self._hand_on()
        self._ends()

    @property
    def header(self) -> str:
        """``for t in range(len(x)):``."""
        counter = self.plan.names.counter(self.loop.counter)
        turns = f"range({layout.flat(self.turns)})"
        turns = f"reversed({turns})" if self.loop.reverse else turns
        return f"{self.margin}for {counter} in {turns}:"

    @cached_property
    def turns(self) -> ast.expr:
        """How many turns there are: ``len(x)``."""
        n = self.loop.n
        if isinstance(n, Size) and n.axes == (0,):
            array = self.plan.speller.expression(n.value)
            listed = n.value in self.plan.speller.rows
            rows = "len({0})" if listed else self.plan.dialect.rows
            return template(rows).filled({"0": array})
        return self.plan.speller.arg(n)

    def _starts(self) -> Iterator[Assignment]:
        """What the first turn finds."""
        plan = self.plan
        for one in self.loop.carried:
            name = plan.name(one.inside)
            if one not in self._met and one.kept is None:
                continue
            start = self._arg(one.start, one.inside)
            if plan.buffers.copied(one):
                start = template(plan.dialect.copy).filled({"0": start})
            elif isinstance(start, ast.Name) and start.id == name:
                continue
            yield name, start

    @cached_property
    def _met(self) -> set[Carried]:
        """What a turn reads, or the reader after the loop may find as it was before."""
        read = {value for item in self.loop.items for value in item.reads()}
        read |= {one.next for one in self.loop.carried if isinstance(one.next, Value)}
        read |= {
            one.inside for one in self.loop.stacks if isinstance(one.inside, Value)
        }
        return {one for one in self.loop.carried if one.inside in read}

    def _arg(self, arg: Arg, like: Value) -> ast.expr:
        """An argument as what ``like`` is: a number in every entry of an array."""
        speller = self.plan.speller
        if speller.is_number(arg) and like in self.plan.array_starts:
            return speller.as_array(speller.arg(arg), like.dtype)
        if isinstance(arg, Value):
            return self._cast(arg, like)
        if like.shape == ():
            number = (
                float(arg) if isinstance(arg, int) and like.dtype.kind == "f" else arg
            )
            return speller.arg(number)
        array = self.plan.buffers.alike(like, self.plan.name)
        if array is not None and arg == 0:
            zeros = f"{self.plan.dialect.module}.zeros_like({{0}})"
            return template(zeros).filled({"0": ast.Name(array)})
        return literal(np.full(like.shape, arg, like.dtype), self.plan.dialect)

    def _cast(self, value: Value, like: Value) -> ast.expr:
        """A value of the type that the turns hand on, where the language does not mix the two."""
        plan = self.plan
        node = plan.expression(value)
        _, wanted = plan.dialect.fits(Line(like, ops.add, (like, value)))
        if wanted is None:
            return node
        filling = {"0": node, "dtype": plan.speller.dtype(wanted)}
        return template(plan.dialect.cast).filled(filling)

    # arrays of all turns

    def _keep(self, one: Carried) -> None:
        """``hs = [h]`` and ``hs.append(h)``, or places in an array where the loop runs backwards."""
        if one.kept is None:
            return
        name, plan = self.plan.name(one.kept), self.plan
        state = plan.name(one.inside)
        if self.loop.reverse:
            n = layout.flat(self.turns)
            self.lists.append(f"{self.margin}{name} = [None] * ({n} + 1)")
            self.lists.append(f"{self.margin}{name}[{n}] = {state}")
        else:
            self.lists.append(f"{self.margin}{name} = [{state}]")
        self._collect(one.next, one.kept)

    def _stack(self, inside: Arg, out: Value) -> None:
        name = self.plan.name(out)
        if self.loop.reverse:
            n = layout.flat(self.turns)
            self.lists.append(f"{self.margin}{name} = [None] * {n}")
        else:
            self.lists.append(f"{self.margin}{name} = []")
        self._collect(inside, out)

    def _collect(self, value: Arg, rows: Value) -> None:
        """One turn's value joins the others."""
        plan = self.plan
        name, text = plan.name(rows), layout.flat(plan.speller.arg(value))
        counter = plan.names.counter(self.loop.counter)
        line = (
            f"{name}[{counter}] = {text}"
            if self.loop.reverse
            else f"{name}.append({text})"
        )
        if (
            isinstance(value, Value)
            and value in plan.producer
            and value in plan.own
            and value not in self._outside
        ):
            self.after.setdefault(value, []).append(self.inner + line)
        elif (
            isinstance(value, Value)
            and value in plan.scopes.begins
            and plan.scopes.begins[value] is self.loop
        ):
            self.first.append(self.inner + line)
        else:
            self.last += self._reason(value)
            self.last.append(self.inner + line)
        if rows not in plan.scopes.rows:
            joined = template(plan.dialect.stacked).filled({"0": ast.Name(name)})
            self.left.append((name, joined))

    def _reason(self, value: Arg) -> list[str]:
        made = self.plan.producer.get(value) if isinstance(value, Value) else None
        depth = len(self.inner) // len(layout.INDENT)
        return comment(made.why, depth) if made is not None and made.why else []

    @cached_property
    def _outside(self) -> set[Value]:
        return set(self.loop.reads())

    # from turn to turn

    def _hand_on(self) -> None:
        """``h = h_new`` where the two could not have one name."""
        plan = self.plan
        moves: list[Assignment] = []
        for one in self.loop.carried:
            name = plan.name(one.inside)
            if one not in self._met and one.end is None:
                continue
            node = self._arg(one.next, one.inside)
            if not (isinstance(node, ast.Name) and node.id == name):
                moves.append((name, node))
        self.hand_over += _at_once(moves)

    def _ends(self) -> None:
        """What is left of the last turn."""
        ends = [
            (self.plan.name(one.end), ast.Name(self.plan.name(one.inside)))
            for one in self.loop.carried
            if one.end is not None
        ]
        moves: list[Assignment] = [(to, by) for to, by in ends if to != by.id]
        self.left += _at_once(moves)


def _at_once(moves: list[Assignment]) -> list[Assignment]:
    """Assignments one after the other, or in one where the one gives anew what the other reads."""
    names = {name for name, _ in moves}
    tangled = any(
        isinstance(inner, ast.Name) and inner.id in names - {name}
        for name, node in moves
        for inner in ast.walk(node)
    )
    if not tangled:
        return moves
    both = ast.Tuple([node for _, node in moves], ast.Load())
    return [(", ".join(name for name, _ in moves), both)]
