"""How arrays lie: a transpose, an outer product, a matrix product for an elementwise one, a column for a row."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits
from chainrule.check.steps.look import Look
from chainrule.program import Value

Product = Callable[[Any, Any], Any]
TURNED: tuple[Product, ...] = (
    lambda a, b: b @ a,
    lambda a, b: a.T @ b,
    lambda a, b: a @ b.T,
    lambda a, b: a.T @ b.T,
    lambda a, b: b.T @ a,
    lambda a, b: b @ a.T,
    lambda a, b: b.T @ a.T,
)
PRODUCTS = (ops.matmul, ops.outer)


def turned(look: Look) -> Edits:
    """A transpose missing, too many, or on the wrong side."""
    said = "A transpose is wrong: {old} where {new} belongs."
    if look.op is ops.transpose and len(look.args) == 1:
        yield look.edit("transpose", said, lambda a: +a, *look.args)
    if look.op in PRODUCTS and len(look.args) == 2:
        for new in TURNED:
            yield look.edit("transpose", said, new, *look.args)
    if len(look.shape) == 2 and look.op is not ops.transpose:
        yield look.edit("transpose", said, np.transpose, look.old)
    if look.op is not None and look.op.elementwise:
        for i, arg in enumerate(look.args):
            if len(arg.shape) == 2:
                yield from look.edit_arg("transpose", said, i, np.transpose)


def product(look: Look) -> Edits:
    """``*`` where ``@`` belongs, or the reverse; a dot product where an outer product belongs."""
    if len(look.args) != 2:
        return
    kind, said = "elementwise for matrix product", "This is {is} and should be {of}."
    if look.op is ops.multiply and max(len(arg.shape) for arg in look.args) > 0:
        words: dict[str, Any] = {"is": "elementwise", "of": "a matrix product"}
        for new in (lambda a, b: a @ b, *TURNED):
            yield look.edit(kind, said, new, *look.args, **words)
    if look.op in PRODUCTS:
        words = {"is": "a matrix product", "of": "elementwise"}
        elementwise: tuple[Product, ...] = (
            lambda a, b: a * b,
            lambda a, b: a.T * b,
            lambda a, b: a * b.T,
        )
        for new in elementwise:
            yield look.edit(kind, said, new, *look.args, **words)
    if look.op in (*PRODUCTS, ops.multiply):
        words = {"is": "no outer product", "of": "one"}
        for one, other in (look.args, look.args[::-1]):
            if len(one.shape) < 2 or len(other.shape) < 2:
                yield look.edit("outer product", said, np.outer, one, other, **words)


OTHER: tuple[Product, ...] = (
    np.outer,
    lambda a, b: a @ b,
    lambda a, b: a.T @ b,
    lambda a, b: a @ b.T,
    lambda a, b: a * b,
)


def other_product(look: Look) -> Edits:
    """Another product of other values, where the one that stands here has not even their shape."""
    if look.wanted is None or look.op not in (*PRODUCTS, ops.multiply, ops.divide):
        return
    said = "{old} should be {new}."
    for one in look.arrays:
        for other in look.arrays:
            for new in OTHER:
                if product_shape(new, one.shape, other.shape) == look.wanted:
                    yield look.edit("wrong product", said, new, one, other)


@cache
def product_shape(
    new: Product, one: tuple[int, ...], other: tuple[int, ...]
) -> tuple[int, ...] | None:
    """The shape of a product; None where there is none."""
    try:
        return np.shape(new(np.ones(one), np.ones(other)))
    except (ValueError, TypeError):
        return None


def flat_and_column(look: Look) -> Edits:
    """A flat array that meets a column, or the reverse: every entry is paired with every other."""
    said = "{part} is {is} where {of} is needed: every entry meets every other."
    for i, arg in enumerate(look.args):
        if not isinstance(arg.first, Value):
            continue
        for name, new_arg in RESHAPED.items():
            if len(arg.shape) == (1 if name != "flat" else 2):
                was = "flat" if len(arg.shape) == 1 else "a column or a row"
                words: dict[str, Any] = {"is": was, "of": name}
                yield from look.edit_arg(
                    "column against flat", said, i, new_arg, **words
                )


RESHAPED: dict[str, Callable[[Any], Any]] = {
    "a column": lambda a: a.reshape(-1, 1),
    "a row": lambda a: a.reshape(1, -1),
    "flat": lambda a: a.ravel(),
}
