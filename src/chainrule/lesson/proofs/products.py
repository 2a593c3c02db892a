"""Matrix products: their local derivative entry by entry, and why the other factor comes back turned around."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from chainrule.formula import Node, big, derivative, entry, formula, identifier, infix
from chainrule.lesson.notation.names import name
from chainrule.lesson.parts import Fold, Formula, Row
from chainrule.program import Line, Value


def product_slope(
    line: Line, position: int, end: Node, here: Node, taken: AbstractSet[str]
) -> Row | None:
    """The local derivative of a matrix product, entry by entry; a vector has one index, whose letter is not ``taken``."""
    left, right = line.args
    if (
        not (isinstance(left, Value) and isinstance(right, Value))
        or max(left.ndim, right.ndim) > 2
    ):
        return None
    other = line.args[1 - position]
    if not isinstance(other, Value) or other.name is None:
        return None
    free = (letters for letters in ("ijk", "pqr", "uvw") if taken.isdisjoint(letters))
    i, j, k = map(identifier, next(free, "αβγ"))
    places = ((i, k) if left.ndim == 2 else (k,), (k, j) if right.ndim == 2 else (k,))
    result = (*places[0][:-1], *places[1][1:])
    mine, met = (
        entry(here, *places[position]),
        entry(name(other.name), *places[1 - position]),
    )
    factors = (mine, met) if position == 0 else (met, mine)
    above = entry(end, *result) if result else end
    return Row(
        "local",
        derivative(above, mine),
        right=met,
        reason=(
            "the factor it meets in the sum ",
            big("∑", infix(factors[0], "·", factors[1]), k),
        ),
    )


PRODUCT_PROOFS = (
    (
        r"\frac{\partial L}{\partial A} = \frac{\partial L}{\partial Y} \cdot B^{\top}",
        (
            (r"Y[i, j]", r"\sum_{k} A[i, k] \cdot B[k, j]", "what a matrix product is"),
            (
                r"\frac{\partial Y[i, j]}{\partial A[i, k]}",
                "B[k, j]",
                "A[i, k] meets only that factor, in row i of Y",
            ),
            (
                r"\frac{\partial L}{\partial A[i, k]}",
                r"\sum_{j} \frac{\partial L}{\partial Y[i, j]} \cdot B[k, j]",
                "by every entry of that row; the ways add up",
            ),
            (
                "",
                r"\left(\frac{\partial L}{\partial Y} \cdot B^{\top}\right)[i, k]",
                "B turned around: Bᵀ[j, k] = B[k, j]",
            ),
        ),
    ),
    (
        r"\frac{\partial L}{\partial B} = A^{\top} \cdot \frac{\partial L}{\partial Y}",
        (
            (r"Y[i, j]", r"\sum_{k} A[i, k] \cdot B[k, j]", "what a matrix product is"),
            (
                r"\frac{\partial Y[i, j]}{\partial B[k, j]}",
                "A[i, k]",
                "B[k, j] meets only that factor, in column j",
            ),
            (
                r"\frac{\partial L}{\partial B[k, j]}",
                r"\sum_{i} A[i, k] \cdot \frac{\partial L}{\partial Y[i, j]}",
                "by every entry of it; the ways add up",
            ),
            (
                "",
                r"\left(A^{\top} \cdot \frac{\partial L}{\partial Y}\right)[k, j]",
                "A turned around: Aᵀ[k, i] = A[i, k]",
            ),
        ),
    ),
)
"""Why the gradient of a matrix product comes back through the other factor, turned around: left, right."""


def product_proof(position: int, *, other_told: bool = False) -> Fold:
    """The rule of a matrix product, from what its entries are; shorter where that of the other factor was told."""
    title, lines = PRODUCT_PROOFS[position]
    # what a product is was said there
    shown = lines[1:] if other_told else lines
    rows = tuple(
        Row("", formula(left) if left else None, right=formula(right), reason=(why,))
        for left, right, why in shown
    )
    return Fold(
        ("Why ", formula(title), " for Y = A B"),
        (Formula(rows),),
        f"why-matmul-{position}",
    )
