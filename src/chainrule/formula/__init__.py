r"""Formulas: one expression tree in which every number and symbol knows what it is, and its printers.

>>> from chainrule.formula import apply, gradient, identifier, to_text
>>> dh, z1 = gradient("h"), identifier("z1")
>>> mask = apply(r"\mathbf{1}[#1 > 0]", [z1])
>>> to_text(apply("#1 = #2", [gradient("z1"), apply(r"#1 \odot #2", [dh, mask])]))
['∂L/∂z1 = ∂L/∂h ⊙ 1[z1 > 0]']
"""

from __future__ import annotations

from chainrule.formula.build import (
    accent,
    big,
    call,
    chain,
    derivative,
    entry,
    fence,
    fraction,
    infix,
    marked,
    negative,
    power,
    root,
    sequence,
    subscript,
    transpose,
)
from chainrule.formula.canvas import Segment, columns
from chainrule.formula.latex import to_latex
from chainrule.formula.mathml import to_mathml
from chainrule.formula.names import gradient, identifier, plain
from chainrule.formula.notation import apply, formula, holes
from chainrule.formula.numbers import format_number, matrix, number
from chainrule.formula.text import to_segments, to_text
from chainrule.formula.tree import (
    Applied,
    Big,
    Call,
    Fence,
    Fraction,
    Kind,
    Marked,
    Matrix,
    Node,
    Number,
    Operand,
    Operator,
    Power,
    Ref,
    Root,
    Row,
    Strength,
    Subscript,
    Symbol,
    Text,
)

__all__ = [
    "Applied",
    "Big",
    "Call",
    "Fence",
    "Fraction",
    "Kind",
    "Marked",
    "Matrix",
    "Node",
    "Number",
    "Operand",
    "Operator",
    "Power",
    "Ref",
    "Root",
    "Row",
    "Segment",
    "Strength",
    "Subscript",
    "Symbol",
    "Text",
    "accent",
    "apply",
    "big",
    "call",
    "chain",
    "columns",
    "derivative",
    "entry",
    "fence",
    "format_number",
    "formula",
    "fraction",
    "gradient",
    "holes",
    "identifier",
    "infix",
    "marked",
    "matrix",
    "negative",
    "number",
    "plain",
    "power",
    "root",
    "sequence",
    "subscript",
    "to_latex",
    "to_mathml",
    "to_segments",
    "to_text",
    "transpose",
]
