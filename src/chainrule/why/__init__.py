"""Why a number is what it is: the line and the entry that a zero, a NaN, an infinity, a tiny or a huge gradient comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from chainrule.program import Run, UsageError, Value
from chainrule.why import nonfinite, sizes, values, zeros
from chainrule.why.advice import advised
from chainrule.why.answer import Answer
from chainrule.why.entries import Entry, only, places
from chainrule.why.everywhere import everywhere
from chainrule.why.pass_names import PassNames
from chainrule.why.question import Question, understood
from chainrule.why.steps import later
from chainrule.why.unrolled_pass import UnrolledPass, flat


def why(
    written: Run,
    asked: str,
    *,
    loss: Value,
    parameters: Sequence[Value] = (),
    roles: Mapping[str, str] | None = None,
    whole: Run | None = None,
    learning_rate: float | None = None,
) -> Answer:
    """Where an entry of a gradient, or of a value, comes from.

    ``asked`` is a name of ``written`` with an index or without: of what is learnt or given it means the gradient, of any other name
    the value; ``dNAME`` is the gradient of any name. Of several entries the most striking one is told: no number
    before infinity, before 0, before the largest. ``whole`` is all that a script did: what is asked about may become no
    number in a later step, by a ``learning_rate`` that is too large.

    Raises:
        UsageError: E327 for a name that does not exist, E411 for an index that does not.

    >>> from chainrule.trace import trace
    >>> run = trace(
    ...     lambda x, w: np.sum(np.maximum(0, w * x)),
    ...     x=np.array([1.0, 2.0]),
    ...     w=np.array([3.0, -4.0]),
    ... )
    >>> named = run.program.named()
    >>> answer = why(run, "w[1]", loss=run.program.outputs[0], parameters=[named["w"]])
    >>> answer.kind, answer.reason, answer.cause
    ('zero', 'unit off', '(w * x)[1]')
    """
    run = flat(written)
    # a loop written out has other values under the same names
    known = run.program.named()
    ends = run.program.outputs[0] if loss not in run.numbers else loss
    learnt = tuple(known[one.name] for one in parameters if one.name in known)
    try:
        question = understood(asked, run.program, ends, learnt)
    except UsageError:
        if whole is None:
            raise
        # it is there and the loss does not need it
        run, question = whole, understood(asked, whole.program, ends, learnt)
        if question.value in whole.program.inputs and question.value.differentiable:
            question = replace(question, gradient=True)
    ledger = UnrolledPass(run, ends, question.value, learnt, roles or {})
    words = PassNames(ledger)
    answer = (
        _of_gradient(words, question)
        if question.gradient
        else _of_value(words, question)
    )
    if answer.kind in ("ordinary", "large") and whole is not None:
        return later(ledger, whole, question, learning_rate) or answer
    return answer


def whys(
    written: Run,
    names: Sequence[str],
    *,
    loss: Value,
    parameters: Sequence[Value] = (),
    roles: Mapping[str, str] | None = None,
) -> dict[str, dict[tuple[int, ...], Answer]]:
    """Why the gradients of ``names`` are what they are: for each name the answers by the entry's place.

    Of a large lesson, what there is room for: see :data:`chainrule.why.everywhere.MOST`.
    """
    found: dict[str, dict[tuple[int, ...], Answer]] = {}
    asked = everywhere(
        written, names, _told, loss=loss, parameters=parameters, roles=roles
    )
    for name, place, answer in asked:
        found.setdefault(name, {})[place] = answer
    return found


def _told(ledger: UnrolledPass, asked: str) -> Answer:
    """The answer on a gradient of the value that a ledger is for."""
    program = ledger.run.program
    question = understood(asked, program, ledger.loss, ledger.parameters)
    return _of_gradient(PassNames(ledger), question)


def _of_value(words: PassNames, question: Question) -> Answer:
    ledger = words.ledger
    entry = striking(ledger.number(question.value), question.mask)
    return values.told(words, named(words, question, entry), question.value, entry)


def _of_gradient(words: PassNames, question: Question) -> Answer:
    ledger = words.ledger
    if question.value not in ledger.uses and question.value is not ledger.loss:
        return zeros.unread(words, question.text, question.value)
    gradient = ledger.gradient(question.value)
    entry = striking(gradient, question.mask)
    number = float(gradient[entry])
    asked = named(words, question, entry)
    if not np.isfinite(number):
        origin = nonfinite.origin_of_gradient(ledger, question.value, entry)
        answer = nonfinite.told(words, asked, number, origin)
        return advised(words, answer, origin, question.value, entry)
    if number != 0:
        return sizes.told(words, asked, question.value, entry)
    one = only(gradient.shape, entry)
    return zeros.told(words, asked, question.value, one)


def named(words: PassNames, question: Question, entry: Entry) -> str:
    """What is asked about, with the entry that is told."""
    ledger = words.ledger
    if question.mask.sum() == 1:
        return question.text
    one = words.entry(question.value, entry)
    return f"∂{words.value(ledger.loss)}/∂{one}" if question.gradient else one


def striking(array: np.ndarray, mask: np.ndarray) -> Entry:
    """Of the entries of ``mask`` the one to be told: no number before infinity, before 0, before the largest.

    >>> striking(np.array([1.0, 0.0, np.inf]), np.ones(3, bool))
    (2,)
    """
    for special in (np.isnan(array), np.isinf(array), array == 0):
        found = places(mask & special)
        if found:
            return found[0]
    best = np.argmax(np.where(mask, np.abs(array), -1))
    return places(np.arange(array.size).reshape(array.shape) == best)[0]


__all__ = ["Answer", "why", "whys"]
