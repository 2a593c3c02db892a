"""Where the number of a value comes from, forward: what made it 0, what made it no number, how it was computed."""

from __future__ import annotations

import numpy as np

from chainrule.program import Value
from chainrule.why import nonfinite
from chainrule.why.advice import advised
from chainrule.why.answer import Answer
from chainrule.why.culprit import zero_value
from chainrule.why.entries import Entry
from chainrule.why.nonfinite import operands
from chainrule.why.pass_names import PassNames, plain


def told(words: PassNames, asked: str, value: Value, entry: Entry) -> Answer:
    """The answer about one entry of a value of the forward pass."""
    ledger = words.ledger
    array = ledger.number(value)
    number = float(array[entry])
    if not np.isfinite(number):
        origin = nonfinite.origin_of_value(ledger, value, entry)
        answer = nonfinite.told(words, asked, number, origin)
        return advised(words, answer, origin)
    rows = (
        words.rows(
            np.isin(
                np.arange(array.size).reshape(array.shape),
                np.ravel_multi_index(entry, array.shape),
            )
        )
        if entry
        else ()
    )
    line = ledger.producer.get(value)
    if number == 0:
        found = zero_value(words, value, entry)
        return Answer(
            asked,
            0.0,
            "zero",
            found.reason,
            (f"{asked} is 0: {found.said}.",),
            line.at if line else None,
            words.entry(found.value or value, found.entry),
            rows,
        )
    return _made(words, asked, number, value, entry)


def _made(
    words: PassNames, asked: str, number: float, value: Value, entry: Entry
) -> Answer:
    ledger = words.ledger
    line = ledger.made(value)
    head = f"{asked} is {plain(number)}, an ordinary number"
    if line is None:
        role = ledger.roles.get(value.name or "", "input")
        return Answer(
            asked, number, "ordinary", "given", (f"{head}: it is given, as {role}.",)
        )
    _, shown = operands(words, line, entry)
    said = f"{head}: {words.at(line)} computes it from {shown}. Its gradient is asked for by d{words.value(value)}."
    return Answer(
        asked, number, "ordinary", "largest contribution", (said,), line.at, asked
    )
