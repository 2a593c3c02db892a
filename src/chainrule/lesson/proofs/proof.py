"""Why a rule holds: derived before the reader's eyes from what the op is made of, by the rules of its pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.formula import (
    Applied,
    Call,
    Node,
    Operand,
    Symbol,
    accent,
    call,
    chain,
    derivative,
    identifier,
    infix,
    number,
    sequence,
    to_text,
)
from chainrule.lesson.notation.names import numbers
from chainrule.lesson.notation.slopes import expression, reason
from chainrule.lesson.notation.writer import Writer
from chainrule.lesson.notation.written import written
from chainrule.lesson.parts import Fold, Formula, Row, Spans
from chainrule.lesson.proofs.definition import LETTERS, Made, variable_names
from chainrule.program import Line, Op, Value


def prove(op: Op, position: int, at: Sequence[float], params: dict[str, Any]) -> Fold:
    """The proof of one rule of ``op``, with the numbers ``at`` put in at its end."""
    proof = Proof(op, position, at, params)
    return Fold(
        proof.title, (Formula(tuple(proof.rows())),), anchor=f"why-{op.name}-{position}"
    )


class Proof:
    """One proof being written."""

    def __init__(
        self, op: Op, position: int, at: Sequence[float], params: dict[str, Any]
    ) -> None:
        self.op, self.at = op, at
        self.made = Made(op, position, at, params)
        self.letters = [identifier(one) for one in variable_names(op)]
        self.letter = self.letters[position]
        self.names: dict[Value, Node] = dict(
            zip(self.made.variables, self.letters, strict=True)
        )
        self.free = [letter for letter in LETTERS if letter not in variable_names(op)]
        self.head = self._head()

    def _head(self) -> Node:
        """The op applied to its letters: σ(z); one letter for what has several, ℓ."""
        if len(self.letters) > 1:
            return Symbol("ℓ")
        values = [Value((), np.dtype(float)) for _ in self.letters]
        line = Line(
            Value((), np.dtype(float)),
            self.op,
            tuple(values),
            self.made.params,
        )
        return written(line, list(self.letters))

    @property
    def top(self) -> Node:
        """What stands above the bar: dσ, or d of the whole op."""
        head = self.head
        short = (
            self._named
            and isinstance(head, Call | Applied)
            and len("".join(to_text(head.head))) == 1
        )
        return head.head if short and isinstance(head, Call | Applied) else head

    @property
    def sign(self) -> str:
        """The d of a derivative."""
        return "d" if len(self.letters) == 1 else "∂"

    def _by(self, above: Node, below: Node) -> Node:
        return derivative(above, below, self.sign)

    @property
    def slope(self) -> Node:
        """The slope that is asked for: σ′(z), or ∂ℓ/∂p of what has several letters."""
        return self._slope_at(self.letter)

    @property
    def _named(self) -> bool:
        """Whether the op is a named function of its one letter, as σ(z) is and log(1 + z) is not."""
        if len(self.letters) > 1 or not isinstance(self.head, Call | Applied):
            return False
        body = self.head.body
        return (body.body if isinstance(body, Operand) else body) == self.letters[0]

    def _slope_at(self, letter: Node) -> Node:
        if self._named and isinstance(self.head, Call | Applied):
            head = self.head.head
            return call(
                accent(head.body if isinstance(head, Operand) else head, "prime"),
                letter,
            )
        return self._by(self.top, self.letter)

    @property
    def title(self) -> Spans:
        """What is proved."""
        return ("Why ", infix(self.slope, "=", self._form()))

    def _form(self) -> Node:
        """The rule's own form of the slope."""
        return self._slope_of_op(list(self.letters), self.head)

    def _slope_of_op(self, args: list[Node], result: Node) -> Node:
        found, names = self.made.op_slope()
        return expression(
            found,
            dict(zip(names, [*args, result], strict=True)),
        )

    def rows(self) -> Iterator[Row]:
        """The proof, line by line."""
        producer = self.made.run.program.producer()
        outer = producer[self.made.result]
        inner = [
            arg
            for arg in dict.fromkeys(outer.args)
            if isinstance(arg, Value) and arg in self.made.active
        ]
        named: dict[Value, Node] = {
            value: identifier(self.free.pop(0))
            for value in inner
            if value is not self.made.variable
        }
        whole = {**self.names, **named}
        if not self._names_pieces(outer):
            yield from self._at_once()
            return
        first = self._text(self.made.result, whole)
        if to_text(first) != to_text(self.head):
            yield Row(left=self.head, right=first, reason=self._with(named))
        for value in named:
            partial = expression(self.made.partial(outer, value), whole)
            yield Row(
                left=self._by(self.top, whole[value]),
                right=partial,
                reason=(self._why(outer, value, whole),),
            )
        for value, letter in named.items():
            yield from self._inner(value, letter)
        if named:
            yield Row(left=self.slope, right=self._sum(outer, inner, whole, named))
            last = self._sum(outer, inner, self.names, named, expand=True)
            yield Row(right=last)
        else:
            last = expression(self.made.partial(outer, self.made.variable), whole)
            yield Row(
                left=self.slope,
                right=last,
                reason=(self._why(outer, self.made.variable, whole),),
            )
        yield from self._end(last)

    def _names_pieces(self, outer: Line) -> bool:
        """Whether the outermost operation is worth a step of its own; a minus or a plain sum is not."""
        return outer.op.kind != "sum"

    def _at_once(self) -> Iterator[Row]:
        """A sum of terms: each term by its own rule."""
        yield Row(left=self.head, right=self._text(self.made.result, self.names))
        found, whys = self._slope(self.made.result)
        yield Row(left=self.slope, right=found, reason=("; ".join(whys),))
        yield from self._end(found)

    def _end(self, last: Node | None = None) -> Iterator[Row]:
        """The steps to the textbook's form, that form, and the numbers at one point."""
        for step in self.op.steps:
            last = self._step(step)
            yield Row(right=last)
        form = self._form()
        if last is None or to_text(last) != to_text(form):
            yield Row(right=form)
        single = self._named
        left = self._slope_at(number(self.at[0])) if single else self.slope
        yield Row(
            left=left,
            right=self._here(),
            reason=("here", *(() if single else self._places())),
        )

    def _with(self, named: dict[Value, Node]) -> Spans:
        spans: list[Any] = []
        for value, letter in named.items():
            spans += [
                " and " if spans else "with ",
                infix(letter, "=", self._text(value, self.names)),
            ]
        return tuple(spans)

    def _text(self, value: Value, names: dict[Value, Node]) -> Node:
        return Writer(self.made.run, names, {}).written(value)

    def _why(self, line: Line, value: Value, names: dict[Value, Node]) -> str:
        writer = Writer(
            self.made.run,
            {**names, line.result: self.head}
            if line.result is self.made.result
            else names,
            {},
        )
        return reason(line, line.args.index(value), writer.said)

    def _inner(self, value: Value, letter: Node) -> Iterator[Row]:
        """The slope of a named piece in the variable, with the reasons of its links."""
        found, whys = self._slope(value)
        yield Row(
            left=self._by(letter, self.letter),
            right=found,
            reason=("; ".join(whys),),
        )

    def _slope(self, value: Value) -> tuple[Node, list[str]]:
        found, lines = self.made.walked(value)
        writer = Writer(self.made.run, self.names, {})
        telling = [
            (line, position)
            for line, position in lines
            if not _quiet(line.op) and not self._constant_factor(line)
        ]
        # the same rule used twice is told once
        once = {
            (line.op, position): (line, position)
            for line, position in reversed(telling or lines[:1])
        }
        whys = [
            reason(line, position, writer.said)
            for line, position in reversed(once.values())
        ]
        return expression(found, self.names), list(dict.fromkeys(whys))

    def _constant_factor(self, line: Line) -> bool:
        """A product with something the variable does not reach: its factor just stays."""
        still = [
            arg
            for arg in line.args
            if not (isinstance(arg, Value) and arg in self.made.active)
        ]
        return line.op is ops.multiply and len(still) == 1

    def _sum(
        self,
        outer: Line,
        inner: Sequence[Value],
        names: dict[Value, Node],
        named: dict[Value, Node],
        *,
        expand: bool = False,
    ) -> Node:
        """The chain rule: the outer slopes times the inner ones, added up."""
        terms: list[Node] = []
        for value in inner:
            term = expression(self.made.partial(outer, value), names)
            if value is not self.made.variable:
                right = (
                    self._slope(value)[0]
                    if expand
                    else self._by(named[value], self.letter)
                )
                term = right if _is_one(term) else infix(term, "·", right)
            terms.append(term)
        return reduce(lambda left, right: infix(left, "+", right), terms)

    def _step(self, step: Callable[..., Any]) -> Node:
        found, names = self.made.step_slope(step)
        return expression(found, dict(zip(names, self.letters, strict=True)))

    def _places(self) -> Spans:
        pairs = zip(self.letters, self.at, strict=True)
        return (
            ", at ",
            sequence(*(infix(letter, "=", number(one)) for letter, one in pairs)),
        )

    def _here(self) -> Node:
        found, names = self.made.op_slope()
        if isinstance(found.of, float):
            return number(found.of)
        forward = found.run.numbers
        inside = expression(found, {value: numbers(forward[value]) for value in names})
        return chain(inside, numbers(forward[found.of]))


def _quiet(op: Op) -> bool:
    """Whether what passes through is as it was, so that there is no rule to tell."""
    return op.kind == "sum" and op is not ops.negative


def _is_one(node: Node) -> bool:
    return to_text(node) == ["1"]
