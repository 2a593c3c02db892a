"""A reader with a pocket calculator: works out a printed formula from the digits that stand on the page."""

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

AXES = {"rows": 0, "columns": 1, "all": 0}
FUNCTIONS = {
    "log": np.log,
    "tanh": np.tanh,
    "σ": lambda z: 1 / (1 + np.exp(-z)),
    "ReLU": lambda z: np.maximum(0, z),
    "sign": np.sign,
    "softmax": lambda z: np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True),
}


class CannotEvaluate(Exception):  # noqa: N818 - it says what is the case
    """A formula with something the calculator has no key for."""


def evaluate(node):
    """The number or array a formula comes to."""
    match node:
        case Number(digits, exponent):
            return float(digits) * 10.0 ** (exponent or 0)
        case Matrix(rows):
            return np.array([[evaluate(cell) for cell in row] for row in rows])
        case Operand(body) | Marked(body):
            return evaluate(body)
        case Fence("(" | "[", Row() as listed, ")" | "]") if listed.glue == ",":
            return np.array(
                [
                    evaluate(item)
                    for item in listed.items
                    if not isinstance(item, Operator)
                ]
            )
        case Fence("[", Marked(Fence()) | Operand(Marked(Fence())), "]"):
            raise CannotEvaluate("an index")
        case Fence("|", body, "|"):
            return np.abs(evaluate(body))
        case Fence(_, body, _):
            return evaluate(body)
        case Fraction(top, bottom):
            return evaluate(top) / evaluate(bottom)
        case Power(base, exponent):
            return _power(base, exponent)
        case Root(body, None):
            return np.sqrt(evaluate(body))
        case Call(head, body):
            return _call(head, body)
        case Applied(head, body):
            return _call(head, body)
        case Big("∑", body, below):
            return _reduced(np.sum, evaluate(body), below)
        case Row(items):
            return _row(items)
    raise CannotEvaluate(" ".join(to_text(node)))


def _power(base, exponent):
    if isinstance(exponent, Operator):
        return np.transpose(evaluate(base))
    inner = base.body if isinstance(base, Operand) else base
    if isinstance(inner, Symbol) and inner.letter == "e":
        return np.exp(evaluate(exponent))
    return evaluate(base) ** evaluate(exponent)


def _call(head, body):
    head = head.body if isinstance(head, Operand) else head
    axis = None
    if isinstance(head, Subscript):
        axis, head = head.index, head.base
    word = " ".join(to_text(head))
    if word == "max" and axis is None:
        listed = body.items if isinstance(body, Row) else (body,)
        return np.maximum(*(evaluate(i) for i in listed if not isinstance(i, Operator)))
    reduction = {"mean": np.mean, "max": np.max}.get(word)
    if reduction is not None:
        return _reduced(reduction, evaluate(body), axis)
    if word not in FUNCTIONS:
        raise CannotEvaluate(word)
    return FUNCTIONS[word](evaluate(body))


def _reduced(function, array, axis):
    if axis is None:
        return function(array)
    word = axis.words if isinstance(axis, Text) else " ".join(to_text(axis))
    if word not in AXES:
        raise CannotEvaluate(word)
    return function(array, axis=AXES[word], keepdims=True)


def _row(items):
    """Sums of products, left to right, as the signs bind."""
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
                raise CannotEvaluate(item.sign)
            continue
        value = evaluate(item)
        factors = value if factors is None else _times(factors, joint, value)
        joint = "·"
    return sum([*terms, sign * factors])


def _times(left, joint, right):
    a, b = np.asarray(left), np.asarray(right)
    if joint == "/":
        return a / b
    if joint == "⊗":
        return np.outer(a, b)
    if joint == "⊙" or a.size == 1 or b.size == 1:
        return a * b
    return a @ b
