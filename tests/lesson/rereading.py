"""Every formula of a lesson worked out again, and held against what is printed beside it."""

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from evaluating import TURNS, Calculator, CannotEvaluate, written

from chainrule.formula import Marked, Operand, Operator, Symbol
from chainrule.formula import Row as Side
from chainrule.lesson.parts import Code, Fold, Formula, Heading, Numbers, Prose

EXACT = 1e-9
TRIES = 4
MOVED = ("before", "after")
"""Rows of the update that speak of the loss at two moments."""


@dataclass(frozen=True)
class Verdict:
    """What became of one printed side of an equation: it agrees, contradicts, or could not be worked out."""

    formula: str
    beside: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.outcome}: {self.formula}   beside {self.beside}"


class Anything(dict):
    """The symbols of a proof: a letter that nothing defines may be any number."""

    def __missing__(self, name):
        if self.may_be_anything(name):
            rng = np.random.default_rng(zlib.crc32(name.encode()))
            self[name] = rng.uniform(0.3, 0.7)
            return self[name]
        raise KeyError(name)

    def __contains__(self, name):
        return super().__contains__(name) or self.may_be_anything(name)

    @staticmethod
    def may_be_anything(name):
        """Whether a name is a letter of its own, or the gradient that comes from above."""
        letter = name.removeprefix("∂L/∂")
        return len(letter) == 1 and letter.isalpha() and letter not in "eσijk"


def sides(node):
    """The sides of an equation: a = b = c is three."""
    while isinstance(node, Marked | Operand):
        node = node.body
    if not (isinstance(node, Side) and node.glue == "="):
        return [node]
    found, side = [], []
    for item in (*node.items, Operator("=")):
        if item == Operator("="):
            found.append(
                side[0] if len(side) == 1 else Side(tuple(side), node.left, node.right)
            )
            side = []
        else:
            side.append(item)
    return found


def reread(parts) -> Iterator[Verdict]:
    """A verdict on every side of every equation of the lesson, in its order.

    A symbol stands for the array printed under its name; what the sides of one equation come to must be the
    same, and the same as the array that is printed as their result.
    """
    known = {}
    for part in itertools.takewhile(lambda one: not _is_update(one), parts):
        if isinstance(part, Numbers):
            known.setdefault(written(part.symbol), part.array)
    if any(isinstance(part, Numbers) and part.name.endswith("]") for part in parts):
        known[TURNS] = True
    yield from _reread(parts, known)


def _is_update(part):
    return isinstance(part, Heading) and part.anchor == "update"


def _reread(parts, known):
    for part, following in itertools.zip_longest(parts, parts[1:]):
        match part:
            case Numbers(symbol=symbol, array=array):
                known[written(symbol)] = array
            case Prose(spans=spans):
                _define(spans, known)
            case Formula():
                result = (
                    following
                    if isinstance(following, Numbers) and following.kind == "result"
                    else None
                )
                yield from _formula(part, result, known)
            case Fold(parts=inner):
                scope = Anything()
                yield from _reread(inner, scope)


def _define(spans, known):
    """What a sentence says of a letter: with g = 1 + e^(−z), of length η = 0.1."""
    for span in spans:
        if isinstance(span, str | Code):
            continue
        left, *rights = sides(span)
        name = written(left)
        if (
            rights
            and isinstance(left, Marked | Operand | Symbol)
            and not dict.__contains__(known, name)
        ):
            try:
                known[name] = _value(rights[0], known, -1)
            except CannotEvaluate:
                continue


def _formula(part, result, known):
    if any(row.label in MOVED for row in part.rows):
        return
    for row in part.rows:
        _define(row.reason, known)
    group, left = [], None
    for row in (*part.rows, None):
        if row is None or row.left is not None:
            if group:
                mine = row is None and _is_of(result, left)
                yield from _equation(left, group, result if mine else None, known)
            group, left = [], row.left if row is not None else None
        if row is not None and row.right is not None:
            group += [row.right] if row.sign in ("=", "←") else []


def _is_of(result, left):
    """Whether an array is what a left side names: not where that is what one turn adds to it."""
    return result is None or left is None or written(left) == written(result.symbol)


def _equation(left, group, result, known):
    name = "" if left is None else written(left)
    printed = [one for node in group for one in sides(node)]
    in_digits = isinstance(known, Anything) and "." in written(printed[0])
    truth = (
        result.array
        if result is not None
        else None
        if in_digits
        else _known(left, known)
    )
    doubt = 0.0
    for node in printed:
        text = written(node)
        beside = f"{name} = {written(printed[0])}"
        try:
            if truth is None:
                truth, doubt = _measured(node, known, -1)
                if name and not in_digits:
                    known[name] = truth
                yield Verdict(text, beside, "agrees")
                continue
            agrees = any(
                _agrees(node, truth, doubt, known, classes) for classes in (-1, 0)
            )
        except CannotEvaluate as why:
            yield Verdict(text, beside, f"not worked out: {why}")
            continue
        except (ValueError, IndexError) as why:
            outcome = (
                "not worked out: " if isinstance(known, Anything) else "CONTRADICTS: "
            )
            yield Verdict(text, beside, outcome + str(why))
            continue
        yield Verdict(text, beside, "agrees" if agrees else "CONTRADICTS")


def _known(left, known):
    """The array on the page, or the entry of one, that a left side names."""
    if left is None:
        return None
    name = written(left)
    if dict.__contains__(known, name):
        return known[name]
    if isinstance(known, Anything):
        return None
    try:
        return _value(left, known, -1)
    except CannotEvaluate:
        return None


def _value(node, known, classes, shape=(), luck=None):
    with np.errstate(all="ignore"):
        return Calculator(known, classes, luck, shape)(node)


def _measured(node, known, classes, shape=()):
    """What a side comes to, and how far the digits left out may move it."""
    found = _value(node, known, classes, shape)
    lucky = [
        _value(node, known, classes, shape, np.random.default_rng(seed))
        for seed in range(TRIES)
    ]
    with np.errstate(all="ignore"):
        return found, 4 * max(
            float(np.max(np.abs(one - found), initial=0)) for one in lucky
        )


def _agrees(node, truth, doubt, known, classes):
    """Whether a side comes to ``truth``: as closely as the digits on it can tell."""
    try:
        found, spread = _measured(node, known, classes, np.shape(truth))
        if np.ndim(found) != np.ndim(truth):
            found, truth = _squeezed(found), _squeezed(truth)
        found, truth = np.asarray(found, float), np.asarray(truth, float)
        found = np.broadcast_to(found, truth.shape)
    except (ValueError, IndexError):
        return False
    near = np.abs(truth).max(initial=0)
    slack = EXACT * (1 + near) + spread + doubt
    if any(one.isdigit() for one in written(node)):
        slack += 6e-5 * (1 + near)
    with np.errstate(invalid="ignore"):
        close = np.abs(found - truth) <= slack
    return bool(np.all(close | (found == truth) | (np.isnan(found) & np.isnan(truth))))


def _squeezed(array):
    return np.asarray(array, float).squeeze()
