"""Arrays as literals, digit for digit; arrays too large to read go into a file beside the script."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from chainrule.emit.dialect import Dialect
from chainrule.emit.spelling import Speller, dtype_name
from chainrule.emit.template import template
from chainrule.program import Array

LARGEST = 64
"""Entries of the largest array that is written out."""
FEW = 4
"""More zeros than this are not written out one by one."""


def is_small(array: Array) -> bool:
    """Whether an array is written out in the script itself."""
    return array.size <= LARGEST or _is_zero(array)


def literal(array: Array, dialect: Dialect, *, variable: bool = False) -> ast.expr:
    """``np.array([[1.0, 2.0]])``, with its type where the literal alone would come out as another."""
    says = array.dtype.name not in dialect.implied
    if array.size == 0 or (array.size > FEW and _is_zero(array)):
        pattern = dialect.zeros_variable if variable else dialect.zeros
        node, says = _shape(array), says or array.dtype.kind != "f"
    else:
        pattern = dialect.variable if variable else dialect.array
        node = _nested(_numbers(array), Speller(dialect, lambda _: ast.Name("_")))
    kind = (
        f", dtype={dialect.module}.{dtype_name(array.dtype, dialect)}" if says else ""
    )
    return template(pattern.replace("{dtype}", kind)).filled({"0": node})


def _is_zero(array: Array) -> bool:
    """Whether all entries are 0, and none of them -0."""
    return not array.any() and not np.signbit(array).any()


def _shape(array: Array) -> ast.expr:
    lengths: list[ast.expr] = [ast.Constant(length) for length in array.shape]
    return lengths[0] if len(lengths) == 1 else ast.Tuple(lengths, ast.Load())


def _numbers(array: Array) -> Any:
    """Nested lists of Python numbers, a float32 with no more digits than it has."""
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        return (
            np.array([float(str(one)) for one in array.ravel()])
            .reshape(array.shape)
            .tolist()
        )
    return array.tolist()


def _nested(item: Any, speller: Speller) -> ast.expr:
    if isinstance(item, list):
        return ast.List([_nested(one, speller) for one in item], ast.Load())
    return speller.number(item)
