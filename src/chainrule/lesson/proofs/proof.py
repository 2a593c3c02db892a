"""Why a rule holds: derived before the reader's eyes from what the op is made of, by the rules of its pieces."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

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
from chainrule.lesson.parts import Fold, Formula, Row, Spans
from chainrule.lesson.symbols.slopes import (
    Slope,
    expression,
    pulled,
    reason,
    recorder_of,
    settled,
)
from chainrule.lesson.symbols.writer import Writer, numbers, written
from chainrule.program import Line, Op, Run, Value
from chainrule.trace import Recorder

LETTERS = ("g", "u", "v", "w", "a", "b", "c", "r", "s", "q")
QUIET = frozenset({"add", "subtract", "identity"})
LONG = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """A definition traced on single numbers: its run, its variables, what it gives."""

    run: Run
    variables: tuple[Value, ...]
    result: Value


def provable(op: Op) -> bool:
    """Whether an op says what it is made of, entry by entry."""
    return op.elementwise and op.definition is not None


def definition_of(op: Op) -> Callable[..., Any]:
    """What the op is made of; asked of provable ops only."""
    if op.definition is None:
        raise TypeError(op)
    return op.definition


def setting(op: Op, at: Sequence[float], params: dict[str, Any]) -> Setting:
    """The op's definition at the numbers ``at``."""
    definition = definition_of(op)
    recorder = Recorder(laws=(), named=False)
    traced = [recorder.input(np.asarray(float(one)), None) for one in at]
    wanted = inspect.signature(definition).parameters
    result = definition(*traced, **{k: v for k, v in params.items() if k in wanted})
    run = recorder.run([result.value])
    return Setting(run, tuple(one.value for one in traced), result.value)


def variable_names(op: Op) -> tuple[str, ...]:
    """The letters of a definition's variables: z alone, else as its author calls them."""
    listed = [
        name
        for name, parameter in inspect.signature(definition_of(op)).parameters.items()
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY
        and name not in op.params
    ]
    return ("z",) if len(listed) == 1 else tuple(listed)


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
        params = {**op.params, **params}
        self.op, self.position, self.at, self.params = op, position, at, params
        self.set = setting(op, at, params)
        self.letters = [identifier(one) for one in variable_names(op)]
        self.variable = self.set.variables[position]
        self.names: dict[Value, Node] = dict(
            zip(self.set.variables, self.letters, strict=True)
        )
        self.active = self._active()
        self.free = [letter for letter in LETTERS if letter not in variable_names(op)]
        self.head = self._head()
        self.step_inputs: list[Value] = []

    def _active(self) -> set[Value]:
        active = {self.variable}
        for line in self.set.run.program.lines:
            if line.result.differentiable and not active.isdisjoint(line.reads()):
                active.add(line.result)
        return active

    def _head(self) -> Node:
        """The op applied to its letters: σ(z); one letter for what has several, ℓ."""
        if len(self.letters) > 1:
            return Symbol("ℓ")
        values = [Value((), np.dtype(float)) for _ in self.letters]
        line = Line(
            Value((), np.dtype(float)),
            self.op,
            tuple(values),
            {**self.op.params, **self.params},
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
        return self._slope_at(self.letters[self.position])

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
        return self._by(self.top, self.letters[self.position])

    @property
    def title(self) -> Spans:
        """What is proved."""
        return ("Why ", infix(self.slope, "=", self._form()))

    def _form(self) -> Node:
        """The rule's own form of the slope."""
        return self._slope_of_op(list(self.letters), self.head)

    def _slope_of_op(self, args: list[Node], result: Node) -> Node:
        found, names = self._op_slope()
        return expression(
            found,
            dict(zip(names, [*args, result], strict=True)),
        )

    def _op_slope(self) -> tuple[Slope, list[Value]]:
        recorder = Recorder(laws=(), named=False)
        traced = [recorder.input(np.asarray(float(one)), None) for one in self.at]
        result = recorder.record(self.op, traced, self.params)
        run = recorder.run([result.value])
        (line,) = [line for line in run.program.lines if line.result is result.value]
        again = recorder_of(run)
        found = settled(again, pulled(again, line, self.position, 1))
        return found, [*(one.value for one in traced), result.value]

    def rows(self) -> Iterator[Row]:
        """The proof, line by line."""
        producer = self.set.run.program.producer()
        outer = producer[self.set.result]
        inner = [
            arg
            for arg in dict.fromkeys(outer.args)
            if isinstance(arg, Value) and arg in self.active
        ]
        named: dict[Value, Node] = {
            value: identifier(self.free.pop(0))
            for value in inner
            if value is not self.variable
        }
        whole = {**self.names, **named}
        if not self._names_pieces(outer):
            yield from self._at_once()
            return
        first = self._text(self.set.result, whole)
        if to_text(first) != to_text(self.head):
            yield Row(left=self.head, right=first, reason=self._with(named))
        for value in named:
            partial = self._partial(outer, value, whole)
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
            last = self._partial(outer, self.variable, whole)
            yield Row(
                left=self.slope,
                right=last,
                reason=(self._why(outer, self.variable, whole),),
            )
        yield from self._end(last)

    def _names_pieces(self, outer: Line) -> bool:
        """Whether the outermost operation is worth a step of its own; a minus or a plain sum is not."""
        return outer.op.name not in {"negative", "add", "subtract"}

    def _at_once(self) -> Iterator[Row]:
        """A sum of terms: each term by its own rule."""
        yield Row(left=self.head, right=self._text(self.set.result, self.names))
        found, whys = self._slope(self.set.result)
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
        return Writer(self.set.run, names, {}).written(value)

    def _partial(self, line: Line, value: Value, names: dict[Value, Node]) -> Node:
        """∂line/∂value, over every place in which it stands."""
        recorder = recorder_of(self.set.run)
        total: Any = None
        for position, arg in enumerate(line.args):
            if arg is value:
                part = pulled(recorder, line, position, 1)
                total = part if total is None else total + part
        return expression(settled(recorder, total), names)

    def _why(self, line: Line, value: Value, names: dict[Value, Node]) -> str:
        writer = Writer(
            self.set.run,
            {**names, line.result: self.head}
            if line.result is self.set.result
            else names,
            {},
        )
        return reason(line, line.args.index(value), writer.said)

    def _inner(self, value: Value, letter: Node) -> Iterator[Row]:
        """The slope of a named piece in the variable, with the reasons of its links."""
        found, whys = self._slope(value)
        yield Row(
            left=self._by(letter, self.letters[self.position]),
            right=found,
            reason=("; ".join(whys),),
        )

    def _slope(self, value: Value) -> tuple[Node, list[str]]:
        found, lines = self._walk(value)
        writer = Writer(self.set.run, self.names, {})
        telling = [
            (line, position)
            for line, position in lines
            if line.op.name not in QUIET and not self._constant_factor(line)
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
            if not (isinstance(arg, Value) and arg in self.active)
        ]
        return line.op.name == "multiply" and len(still) == 1

    def _walk(self, value: Value) -> tuple[Slope, list[tuple[Line, int]]]:
        """The slope of ``value`` in the variable, walked backwards; and the rules that were used."""
        recorder = recorder_of(self.set.run)
        arrived: dict[Value, Any] = {value: 1}
        used: list[tuple[Line, int]] = []
        for line in reversed(self.set.run.program.lines):
            upstream = arrived.get(line.result)
            if upstream is None or line.result not in self.active:
                continue
            for position, arg in enumerate(line.args):
                if (
                    isinstance(arg, Value)
                    and arg in self.active
                    and not line.op.still(position)
                ):
                    used.append((line, position))
                    part = pulled(recorder, line, position, upstream)
                    arrived[arg] = arrived[arg] + part if arg in arrived else part
        return settled(recorder, arrived[self.variable]), used

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
            term = self._partial(outer, value, names)
            if value is not self.variable:
                right = (
                    self._slope(value)[0]
                    if expand
                    else self._by(named[value], self.letters[self.position])
                )
                term = right if _is_one(term) else infix(term, "·", right)
            terms.append(term)
        return reduce(lambda left, right: infix(left, "+", right), terms)

    def _step(self, step: Callable[..., Any]) -> Node:
        return expression(
            self._step_slope(step),
            dict(zip(self.step_inputs, self.letters, strict=True)),
        )

    def _step_slope(self, step: Callable[..., Any]) -> Slope:
        recorder = Recorder(laws=(), named=False)
        traced = [recorder.input(np.asarray(float(one)), None) for one in self.at]
        self.step_inputs = [one.value for one in traced]
        wanted = inspect.signature(step).parameters
        keywords = {key: value for key, value in self.params.items() if key in wanted}
        return settled(recorder, step(*traced, **keywords))

    def numbers(self) -> list[float]:
        """The slope at ``at`` as each part of the proof gives it: the chain, every step, the rule; all equal."""
        walked = self._walk(self.set.result)[0]
        steps = [self._step_slope(step) for step in self.op.steps]
        return [_number(found) for found in (walked, *steps, self._op_slope()[0])]

    def _places(self) -> Spans:
        pairs = zip(self.letters, self.at, strict=True)
        return (
            ", at ",
            sequence(*(infix(letter, "=", number(one)) for letter, one in pairs)),
        )

    def _here(self) -> Node:
        found, names = self._op_slope()
        if isinstance(found.of, float):
            return number(found.of)
        forward = found.run.numbers
        inside = expression(found, {value: numbers(forward[value]) for value in names})
        return chain(inside, numbers(forward[found.of]))


def _is_one(node: Node) -> bool:
    return to_text(node) == ["1"]


def _number(found: Slope) -> float:
    return (
        float(found.run.numbers[found.of]) if isinstance(found.of, Value) else found.of
    )
