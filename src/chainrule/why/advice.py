"""What to write where a number is no number: candidates, each tried on the program before it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from chainrule.derive import backward, fuse, recognise
from chainrule.program import Array, ChainruleError, Line, Program, Run, Value, run
from chainrule.program.run import resolve
from chainrule.trace import Tracer
from chainrule.why.answer import Answer
from chainrule.why.entries import Entry
from chainrule.why.nonfinite import Origin
from chainrule.why.pass_names import PassNames
from chainrule.why.unrolled_pass import UnrolledPass

Change = Callable[[Any], Any]
CANDIDATES: tuple[tuple[str, Change], ...] = (
    (
        "{0} - np.max({0}, axis=-1, keepdims=True)",
        lambda x: x - np.max(x, axis=-1, keepdims=True),
    ),
    ("np.maximum({0}, 1e-12)", lambda x: np.maximum(x, 1e-12)),
    ("{0} + 1e-12", lambda x: x + 1e-12),
    ("np.clip({0}, 1e-7, 1 - 1e-7)", lambda x: np.clip(x, 1e-7, 1 - 1e-7)),
    ("np.clip({0}, -30, 30)", lambda x: np.clip(x, -30, 30)),
)
"""What people write in the place of an operand, and what it is in a program."""


MOVED = 0.1
"""By so much of its size a change may move an operand."""


def advised(
    words: PassNames,
    answer: Answer,
    origin: Origin,
    value: Value | None = None,
    entry: Entry = (),
) -> Answer:
    """The answer with what to write, where something was tried and gives numbers.

    ``value`` is whose gradient is asked for; without one it is the loss itself that must become a number.
    """
    ledger = words.ledger
    if origin.line is None:
        row = f", as row {answer.rows[0]}" if len(answer.rows) == 1 else ""
        return answer.with_advice(
            f"mend or leave out {answer.cause}{row}, before anything is computed from it"
        )
    known = _recognised(ledger, value, entry)
    if known:
        return answer.with_advice(known)
    for text, new in _changed(words, origin.line):
        if _is_number(new, value, entry):
            return answer.with_advice(text)
    return answer


def _recognised(ledger: UnrolledPass, value: Value | None, entry: Entry) -> str:
    """The form that the program is recognised as, if that stays finite."""
    try:
        with np.errstate(all="ignore"):
            known = fuse(recognise(ledger.run))
            finite = _is_number(known, value, entry)
    except (ChainruleError, ArithmeticError):
        return ""
    before = {line.op for line in ledger.lines}
    new = [line.op.title for line in known.program.lines if line.op not in before]
    if not finite or not new:
        return ""
    return f"{' and '.join(dict.fromkeys(new))} in one step, which stays finite here; chainrule emit writes it"


def _is_number(new: Run, value: Value | None, entry: Entry) -> bool:
    """Whether what is asked for is a number in the changed program."""
    loss = new.program.outputs[0]
    if not np.isfinite(new.numbers[loss]).all():
        return False
    if value is None:
        return True
    target = new.program.named().get(value.name or "", value)
    try:
        with np.errstate(all="ignore"):
            found: Array = backward(new, loss, [target]).gradient(target)
    except ChainruleError:
        return False
    return bool(np.isfinite(found[entry]))


def _changed(words: PassNames, line: Line) -> Iterator[tuple[str, Run]]:
    """The program with one operand written otherwise: of a line, or of what stands in it without a name."""
    ledger = words.ledger
    uses = [(line, place) for place in range(len(line.args))]
    for _, place in list(uses):
        inner = ledger.producer.get(line.args[place])  # type: ignore[arg-type]
        if inner is not None and inner.result.name is None:
            uses += [(inner, within) for within in range(len(inner.args))]
    for text, change in CANDIDATES:
        for where, place in uses:
            arg = where.args[place]
            if not isinstance(arg, Value) or not arg.differentiable:
                continue
            try:
                if _harmless(ledger, where, place, arg, change):
                    yield (
                        _said(words, where, arg, text),
                        _with(ledger, where, place, arg, change),
                    )
            except (ChainruleError, ArithmeticError, ValueError):
                continue


def _harmless(
    ledger: UnrolledPass, line: Line, place: int, arg: Value, change: Change
) -> bool:
    """Whether a change moves the operand hardly here, and the loss not at all at ordinary numbers."""
    old = ledger.number(arg)
    with np.errstate(all="ignore"):
        new = np.asarray(change(old))
        near = np.abs(new - old) <= MOVED * (1 + np.abs(old))
    ordinary = (
        np.linspace(0.3, 0.7, max(old.size, 1)).reshape(old.shape).astype(old.dtype)
    )
    before = _after(ledger, line, place, ordinary)
    after = _after(ledger, line, place, np.asarray(change(ordinary)))
    same = bool(np.allclose(before, after, 1e-6, equal_nan=True))
    # what takes the largest away moves far, and only where nothing depends on it
    return same and (
        bool(near.all())
        or bool(
            np.isfinite(before).all() and not np.array_equal(change(ordinary), ordinary)
        )
    )


def _after(ledger: UnrolledPass, line: Line, place: int, array: Array) -> Array:
    """The loss with other numbers for one operand of a line, everything else as it is."""
    numbers = dict(ledger.run.numbers)
    args = [*ledger.slopes.args(line)]
    args[place] = array
    numbers[line.result] = ledger.slopes.forward(line, args)
    after = False
    with np.errstate(all="ignore"):
        for one in ledger.lines:
            if after:
                there = [resolve(arg, numbers) for arg in one.args]
                numbers[one.result] = ledger.slopes.forward(one, there)
            after = after or one is line
    return numbers[ledger.loss]


def _said(words: PassNames, line: Line, arg: Value, text: str) -> str:
    name = words.value(arg)
    return f"{text.format(name)} in the place of {name} in {words.at(line)}"


def _with(
    ledger: UnrolledPass, line: Line, place: int, arg: Value, change: Change
) -> Run:
    tracer = Tracer(named=False)
    entering = tracer.input(ledger.number(arg), None)
    with np.errstate(all="ignore"):
        result = change(entering).value
    part = tracer.builder.run((result,)).program
    put = {entering.value: arg}
    lines = [
        Line(
            one.result,
            one.op,
            tuple(put.get(a, a) if isinstance(a, Value) else a for a in one.args),
            one.params,
        )
        for one in part.lines
    ]
    args = (*line.args[:place], result, *line.args[place + 1 :])
    items = []
    for one in ledger.lines:
        items += (
            [*lines, Line(one.result, one.op, args, one.params, one.why, one.places)]
            if one is line
            else [one]
        )
    program = Program(
        ledger.run.program.inputs, tuple(items), (ledger.loss,), "changed"
    )
    with np.errstate(all="ignore"):
        return run(program, {value: ledger.number(value) for value in program.inputs})
