"""Arrays as literals, digit for digit; arrays too large to read go into a file beside the script."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np

from chainrule.emit.dialect import Dialect
from chainrule.emit.spell import Speller, dtype_name
from chainrule.emit.template import template
from chainrule.program import Array

LARGEST = 64
"""Entries of the largest array that is written out."""


def is_small(array: Array) -> bool:
    """Whether an array is written out in the script itself."""
    return array.size <= LARGEST


def literal(array: Array, dialect: Dialect, pattern: str) -> ast.expr:
    """``np.array([[1.0, 2.0]])``, with its type where the literal alone would come out as another."""
    speller = Speller(dialect, lambda _: ast.Name("_"))
    if array.size == 0:
        pattern, node = _empty(dialect, pattern), _shape(array)
    else:
        node = _nested(_numbers(array), speller)
    if dialect.says_dtype(array.dtype) or (
        array.size == 0 and array.dtype != np.float64
    ):
        pattern = f"{pattern[:-1]}, dtype={dialect.module}.{dtype_name(array.dtype, dialect)})"
    return template(pattern).filled({"0": node})


def _empty(dialect: Dialect, pattern: str) -> str:
    """Nested brackets lose the other lengths of an array without entries; zeros of its shape keep them."""
    if pattern == dialect.variable:
        return pattern.replace("{0}", f"{dialect.module}.zeros({{0}})")
    return f"{dialect.module}.zeros({{0}})"


def _shape(array: Array) -> ast.expr:
    return ast.Tuple([ast.Constant(length) for length in array.shape], ast.Load())


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
