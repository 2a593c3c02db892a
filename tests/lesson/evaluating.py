"""A reader with a pocket calculator: works out a printed formula from the digits and the symbols on the page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from chainrule.formula import (
    Applied,
    Big,
    Call,
    Fence,
    Fraction,
    Marked,
    Matrix,
    Number,
    Operand,
    Operator,
    Power,
    Root,
    Row,
    Subscript,
    Symbol,
    Text,
    to_text,
)

DECIMALS = 4
"""How many decimals a lesson prints at least, but for zeros at the end."""
AXES = {"rows": -2, "columns": -1}
COMPARED = {
    ">": np.greater,
    "<": np.less,
    "≥": np.greater_equal,
    "≤": np.less_equal,
    "=": np.equal,
    "≠": np.not_equal,
}
FUNCTIONS = {
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "tanh": np.tanh,
    "sin": np.sin,
    "cos": np.cos,
    "σ": lambda z: np.exp(-np.logaddexp(0, -z)),
    "Φ": lambda z: _normal(z),
    "GELU": lambda z: z * _normal(z),
    "GELU_tanh": lambda z: (
        z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
    ),
    "ReLU": lambda z: np.maximum(0, z),
    "ELU": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "LeakyReLU": lambda z: np.where(z > 0, z, 0.01 * z),
    "Huber": lambda e: np.where(np.abs(e) <= 1, e**2 / 2, np.abs(e) - 0.5),
    "sign": np.sign,
    "erf": lambda z: 2 * _normal(np.sqrt(2) * z) - 1,
    "exp": np.exp,
    "column": lambda x: np.asarray(x)[:, None] if np.ndim(x) else x,
    "where": np.where,
    "clip": np.clip,
    "min": np.minimum,
}


def _normal(z):
    from scipy.special import ndtr

    return ndtr(z)


EACH = "every sample"
TURNS = "the letters of an index are turns"


class CannotEvaluate(Exception):  # noqa: N818 - it says what is the case
    """A formula with something the calculator has no key for."""


def written(node):
    """A formula in one line."""
    return " ".join(to_text(node))


@dataclass
class Calculator:
    """``known`` are the arrays on the page by their symbols; ``classes`` is the axis that a bare softmax or Σ_k runs over.

    Digits stand for any number that rounds to them: with ``luck`` each is one of those, at random. ``shape`` is that of
    what is to come out: it says how many classes a label is one of.
    """

    known: Mapping = field(default_factory=dict)
    classes: int = -1
    luck: np.random.Generator | None = None
    shape: tuple[int, ...] = ()

    def __call__(self, node):
        """The number or array a formula comes to."""
        match node:
            case Number(digits, exponent):
                return self.digits(digits, exponent)
            case Matrix(rows):
                return self.matrix(rows)
            case Operand(body) | Marked(body):
                return self(body)
            case Symbol() | Text():
                return self.named(node)
            case Fraction(top, bottom, derivative):
                return self.named(node) if derivative else self(top) / self(bottom)
            case Fence("(" | "[", Row() as listed, ")" | "]") if listed.glue == ",":
                return np.array(self.listed(listed))
            case Fence("|", body, "|"):
                return np.abs(self(body))
            case Fence("‖", body, "‖"):
                return np.linalg.norm(self(body))
            case Fence("(" | "[", body, ")" | "]"):
                return self(body)
            case Power(base, exponent):
                return self.power(base, exponent)
            case Root(body, None):
                return np.sqrt(self(body))
            case Call(head, body, opening):
                return (
                    self.index(head, body) if opening == "[" else self.call(head, body)
                )
            case Applied(head, body):
                return self.call(head, body)
            case Big("∑", body, below):
                return self.reduced(np.sum, body, below)
            case Row(items):
                return self.row(items)
        raise CannotEvaluate(written(node))

    def digits(self, digits, exponent):
        number = float(digits) * 10.0 ** (exponent or 0)
        decimals = len(digits.partition(".")[2])
        if self.luck is None or not decimals:
            return number
        # zeros at the end are left out: 0.5 is printed for 0.50003
        half = 0.5 * 10.0 ** ((exponent or 0) - max(decimals, DECIMALS))
        return number + self.luck.uniform(-half, half)

    def matrix(self, rows):
        if any(
            isinstance(cell, Operator) or written(cell) == "…"
            for row in rows
            for cell in row
        ):
            raise CannotEvaluate("an array shortened")
        return np.array([[self(cell) for cell in row] for row in rows])

    def named(self, node):
        name = written(node)
        if name == "π":
            # no letter that may stand for anything
            return np.pi
        if name in self.known:
            return self.known[name]
        raise CannotEvaluate(f"the symbol {name}")

    def listed(self, body):
        items = body.items if isinstance(body, Row) and body.glue == "," else (body,)
        return [self(item) for item in items if not isinstance(item, Operator)]

    def power(self, base, exponent):
        if isinstance(exponent, Operator):
            return np.transpose(self(base))
        inner = base.body if isinstance(base, Operand) else base
        if isinstance(inner, Symbol) and inner.letter == "e" and "e" not in self.known:
            return np.exp(self(exponent))
        return np.asarray(self(base), float) ** self(exponent)

    def call(self, head, body):
        head = head.body if isinstance(head, Operand) else head
        below = None
        word = written(head)
        if isinstance(head, Subscript) and word not in FUNCTIONS:
            below, head = head.index, head.base
            word = written(head)
        if word == "softmax":
            z = self(body)
            axis = None if np.ndim(z) < 2 else self.classes
            grown = np.exp(z - np.max(z))
            return grown / grown.sum(axis=axis, keepdims=True)
        if word == "onehot":
            return self.one_hot(np.asarray(self(body)).astype(int))
        if word == "max" and below is None:
            chosen = self.listed(body)
            return np.maximum(*chosen) if len(chosen) > 1 else np.max(chosen[0])
        reduction = {
            "mean": np.mean,
            "max": np.max,
            "min": np.min,
            "var": np.var,
            "std": np.std,
        }.get(word)
        if reduction is not None and (below is not None or word not in ("max", "min")):
            return self.reduced(reduction, body, below)
        if word not in FUNCTIONS:
            raise CannotEvaluate(f"the function {word}")
        return FUNCTIONS[word](*self.listed(body))

    def one_hot(self, labels):
        """A 1 at each label, along the axis of the classes; one label stands for a sample in a column, too."""
        if not self.shape:
            raise CannotEvaluate("a label among how many classes")
        if not labels.ndim:
            return np.eye(max(self.shape))[labels].reshape(self.shape)
        rows = np.eye(self.shape[self.classes])[labels]
        return np.moveaxis(rows, -1, self.classes)

    def index(self, head, body):
        head = head.body if isinstance(head, Operand) else head
        if isinstance(head, Symbol) and head.letter == "1":
            return self(body) * 1.0
        while isinstance(body, Operand | Marked):
            body = body.body
        array = np.asarray(self(head))
        if not array.ndim:
            raise CannotEvaluate("an entry of what is no array")
        items = body.items if isinstance(body, Row) and body.glue == "," else (body,)
        places = [self.place(item) for item in items if not isinstance(item, Operator)]
        # an i that nothing on the page is called runs over the samples
        counted = next((len(one) for one in places if np.ndim(one) == 1), len(array))
        return array[
            tuple(np.arange(counted) if isinstance(one, str) else one for one in places)
        ]

    def place(self, item):
        item = item.body if isinstance(item, Operand) else item
        if isinstance(item, Symbol) and item.letter == "i" and "i" not in self.known:
            if TURNS in self.known:
                raise CannotEvaluate("a turn that is not said")
            return EACH
        if isinstance(item, Text):
            words = item.words
            if words == "…":
                return Ellipsis
            if words == "new axis":
                return None
            if ":" in words:
                return slice(
                    *(self.turn(end) if end else None for end in words.split(":"))
                )
            return self.turn(words)
        return np.asarray(self(item)).astype(int)

    def turn(self, text):
        """A place that may move with the turns: 3, i, i+3."""
        terms = re.findall(r"([+-]?)(\d*)([a-z]*)", text)
        total = 0
        for sign, digits, letter in terms:
            if letter and letter not in self.known:
                raise CannotEvaluate(f"the turn {letter}")
            if digits or letter:
                size = int(digits or 1) * (self.known[letter] if letter else 1)
                total += -size if sign == "-" else size
        return total

    def reduced(self, function, body, below):
        if isinstance(body, Row) and body.glue == "," and "ddof" in written(body):
            *_, less = written(body)
            body, function = body.items[0], partial(function, ddof=int(less))
        array = np.asarray(self(body))
        word = "" if below is None else written(below)
        if word in ("", "all"):
            return function(array)
        if not array.ndim:
            raise CannotEvaluate("rows and columns of one letter")
        if word == "k":
            return function(array, axis=self.classes if array.ndim > 1 else None)
        if word.startswith("axis "):
            return function(array, axis=int(word[5:]), keepdims=True)
        if word.startswith("axes "):
            return function(
                array, axis=tuple(map(int, word[5:].split(","))), keepdims=True
            )
        if word not in AXES:
            raise CannotEvaluate(f"a reduction over {word}")
        return function(array, axis=AXES[word], keepdims=True)

    def row(self, items):
        """Sums of products, left to right, as the signs bind."""
        for at, item in enumerate(items):
            if isinstance(item, Operator) and item.sign in COMPARED:
                return COMPARED[item.sign](
                    self.row(items[:at]), self.row(items[at + 1 :])
                )
        terms, sign, factors, joint = [], 1.0, None, "·"
        for item in items:
            if isinstance(item, Operator):
                if item.sign in "+-" and item.form == "infix":
                    terms.append(sign * factors)
                    sign, factors = (1.0 if item.sign == "+" else -1.0), None
                elif item.sign == "-" and item.form == "prefix":
                    sign = -sign
                elif item.sign in {"·", "⊙", "⊗", "/", "", " "}:
                    joint = item.sign or "·"
                else:
                    raise CannotEvaluate(f"the sign {item.sign}")
                continue
            value = self(item)
            factors = value if factors is None else times(factors, joint, value)
            joint = "·"
        total = sign * factors
        for term in reversed(terms):
            total = added(term, total)
        return total


def added(left, right):
    """Two terms; a column that a matrix makes of one number is a vector beside a vector."""
    a, b = np.asarray(left), np.asarray(right)
    if {a.ndim, b.ndim} == {1, 2} and a.size == b.size:
        return a.ravel() + b.ravel()
    return a + b


def times(left, joint, right):
    """Two factors under their sign: ⊙ entry by entry, ⊗ every entry with every other, · as matrices."""
    a, b = np.asarray(left), np.asarray(right)
    if joint == "/":
        return a / b
    if joint == "⊗":
        return np.outer(a, b)
    if joint == "⊙" or a.size == 1 or b.size == 1:
        return a * b
    return a @ b


def evaluate(node):
    """What a formula of digits alone comes to."""
    return Calculator()(node)
