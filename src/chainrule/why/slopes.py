"""What moves what: which entries of a line's result move with entries of an argument, at these numbers and at any.

The slope of an argument is no table: an op's own rule is linear in what comes from above, so its derivative with
respect to that is the slope itself, found by deriving the rule once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.derive.backward import backward
from chainrule.derive.simplify import LAWS
from chainrule.derive.unbroadcast import fit
from chainrule.program import Array, ChainruleError, Line, Op, Run, Value, run
from chainrule.program.line import substitute
from chainrule.program.run import measure, resolve
from chainrule.trace import Traced, Tracer

DRAWS = 4
"""How many other numbers are tried where it is asked whether a slope is always 0."""


@dataclass(frozen=True, slots=True)
class Push:
    """How one argument of an op moves its result: a program from the arguments and a direction to the movement."""

    derived: Run
    inputs: tuple[Value | None, ...]
    result: Value
    direction: Value
    moved: Value

    def __call__(self, args: list[Any], result: Array, direction: Array) -> Array:
        """The movement of every entry of the result, where the argument moves in ``direction``."""
        given: dict[Value, Any] = dict.fromkeys(self.derived.program.inputs)
        for value in given:
            given[value] = self.derived.numbers[value]
        given |= {
            value: np.asarray(arg)
            for value, arg in zip(self.inputs, args, strict=True)
            if value is not None
        }
        given |= {self.result: result, self.direction: direction}
        with np.errstate(all="ignore"):
            return run(self.derived.program, given).numbers[self.moved]


class Slopes:
    """The slopes of a program's lines at its numbers; each kind of line is derived once."""

    def __init__(self, numbers: Mapping[Value, Array]) -> None:
        self.numbers = numbers
        self._pushes: dict[Any, Push | None] = {}
        self._random = np.random.default_rng(17)

    def args(self, line: Line) -> list[Any]:
        """The numbers of a line's arguments."""
        return [resolve(arg, self.numbers) for arg in line.args]

    def params(self, line: Line) -> dict[str, Any]:
        """The parameters of a line, with every length measured."""
        return {
            key: substitute(one, lambda size: measure(size, self.numbers))
            for key, one in line.params.items()
        }

    def forward(self, line: Line, args: list[Any]) -> Array:
        """The result of a line on these arguments."""
        with np.errstate(all="ignore"):
            return np.asarray(line.op.forward(*args, **self.params(line)))

    def moved(
        self, line: Line, position: int, direction: Array, args: list[Any] | None = None
    ) -> Array | None:
        """How the result moves where an argument moves in ``direction``; None where no rule is known."""
        push = self._push(line, position)
        if push is None:
            return None
        here = args is None
        args = self.args(line) if args is None else args
        result = self.numbers[line.result] if here else self.forward(line, args)
        return push(args, result, direction)

    def moves(self, line: Line, position: int, mask: Array) -> Array:
        """Which entries of the result move with the entries of an argument that ``mask`` holds."""
        found = self.moved(line, position, self._directed(line, position, mask))
        if found is None:
            return np.zeros(line.result.shape, bool)
        # what is no number is not known to stand still
        return np.asarray((found != 0) | np.isnan(found))

    def could_move(
        self, line: Line, position: int, mask: Array, changed: int | None = None
    ) -> Array:
        """Which of them would at other numbers: of all arguments, or of the one that is ``changed``."""
        could = np.zeros(line.result.shape, bool)
        direction = self._directed(line, position, mask)
        for args in self.others(line, position, mask, changed):
            try:
                found = self.moved(line, position, direction, args)
            except (ArithmeticError, ValueError, IndexError, ChainruleError):
                continue
            if found is not None:
                could |= (found != 0) | np.isnan(found)
        return could

    def others(
        self, line: Line, position: int, mask: Array, changed: int | None = None
    ) -> Iterator[list[Any]]:
        """Other numbers for the arguments of a line: drawn, or with the entries of ``mask`` lifted and lowered."""
        here = self.args(line)
        for _ in range(DRAWS):
            yield [
                self._drawn(line, place, arg) if changed in (None, place) else arg
                for place, arg in enumerate(here)
            ]
        if (
            changed not in (None, position)
            or np.asarray(here[position]).dtype.kind != "f"
        ):
            return
        old = np.asarray(here[position])
        with np.errstate(all="ignore"):
            spread = 1 + 2 * np.max(np.abs(old[np.isfinite(old)]), initial=0.0)
        for step in (spread, -spread, 1.0, -1.0):
            with np.errstate(all="ignore"):
                moved = np.where(mask, old + step, old).astype(old.dtype)
            yield [*here[:position], moved, *here[position + 1 :]]

    def supports(
        self, line: Line, entry: tuple[int, ...] | Array
    ) -> list[Array | None]:
        """For each argument of a line the entries that one entry of the result is made of; None for plain numbers.

        A mask in the place of an entry asks for all of its entries.
        """
        one = np.zeros(line.result.shape)
        one[entry] = self._random.uniform(0.5, 1.5, np.shape(one[entry]))
        return [self._support(line, place, one) for place in range(len(line.args))]

    def _support(self, line: Line, position: int, one: Array) -> Array | None:
        if not isinstance(line.args[position], Value):
            return None
        shape = np.shape(resolve(line.args[position], self.numbers))
        rule = line.op.rule(position)
        if line.op.elementwise:
            return _alike(one, shape)
        if rule is None:
            return np.ones(shape, bool)
        found = np.zeros(shape, bool)
        for args in self.others(line, position, np.ones(shape, bool)):
            result = self.forward(line, args)
            with np.errstate(all="ignore"):
                try:
                    back = rule.vjp(
                        one.astype(result.dtype),
                        result,
                        *args,
                        **{**line.op.params, **self.params(line)},
                    )
                except (ArithmeticError, ValueError, IndexError, TypeError):
                    continue
            back = _summed(np.asarray(back), shape)
            found |= (back != 0) & ~np.isnan(back)
        return found

    def _directed(self, line: Line, position: int, mask: Array) -> Array:
        arg = line.args[position]
        dtype = arg.dtype if isinstance(arg, Value) else np.float64
        return np.where(mask, self._random.uniform(0.5, 1.5, np.shape(mask)), 0).astype(
            dtype
        )

    def _drawn(self, line: Line, place: int, arg: Any) -> Any:
        """Other numbers of the same kind: where the op is at home, or the other side of a mask; indices stay."""
        if not isinstance(line.args[place], Value):
            return arg
        old = np.asarray(arg)
        low, high = line.op.samples[0].domain if line.op.samples else (-2.0, 2.0)
        if old.dtype.kind == "b" and line.op.kind != "indexing":
            return self._random.integers(0, 2, old.shape).astype(bool)
        if old.dtype.kind != "f":
            return arg
        drawn = self._random.uniform(low, high, old.shape)
        return (
            drawn.item()
            if np.ndim(arg) == 0 and not isinstance(arg, np.ndarray)
            else drawn.astype(old.dtype)
        )

    def _push(self, line: Line, position: int) -> Push | None:
        args, params = self.args(line), self.params(line)
        kinds = tuple(
            (np.shape(arg), np.asarray(arg).dtype.str) if isinstance(of, Value) else arg
            for of, arg in zip(line.args, args, strict=True)
        )
        key = (line.op, position, kinds, repr(params), line.result.dtype.str)
        if key not in self._pushes:
            drawn = next(
                self.others(line, position, np.ones(np.shape(args[position]), bool))
            )
            with np.errstate(all="ignore"):
                self._pushes[key] = derived(line.op, position, drawn, params, line)
        return self._pushes[key]


def derived(
    op: Op, position: int, args: list[Any], params: dict[str, Any], line: Line
) -> Push | None:
    """The slope of one argument of an op, derived from its rule; None where it has none."""
    rule = op.rule(position)
    if rule is None:
        return None
    tracer = Tracer(laws=LAWS, named=False)
    inputs = [
        tracer.input(arg, None) if isinstance(of, Value) else arg
        for of, arg in zip(line.args, args, strict=True)
    ]
    result = np.asarray(op.forward(*args, **params))
    y = tracer.input(result, None)
    above = tracer.input(np.ones_like(result), None)
    direction = tracer.input(
        np.ones(np.shape(args[position]), np.asarray(args[position]).dtype), None
    )
    back, _ = fit(
        rule.vjp(above, y, *inputs, **{**op.params, **params}), inputs[position]
    )
    total = np.sum(back * direction)
    if not isinstance(total, Traced):
        return None
    whole = tracer.builder.run((total.value,))
    found = backward(whole, total.value, [above.value])
    values = tuple(one.value if isinstance(one, Traced) else None for one in inputs)
    return Push(
        found.run, values, y.value, direction.value, found.gradients[above.value]
    )


def _alike(one: Array, shape: tuple[int, ...]) -> Array:
    """The entries of an argument of that shape that meet the entries of ``one``, after broadcasting."""
    return np.asarray(_summed(one, shape) != 0)


def _summed(back: Array, shape: tuple[int, ...]) -> Array:
    """What broadcasting copied, added up."""
    back = np.asarray(back)
    if back.shape == shape:
        return back
    back = back.sum(axis=tuple(range(max(back.ndim - len(shape), 0))))
    stretched = tuple(
        axis
        for axis, length in enumerate(shape[len(shape) - back.ndim :])
        if length == 1 and back.shape[axis] != 1
    )
    whole: Array = back.sum(axis=stretched, keepdims=True)
    return np.broadcast_to(whole, shape)
