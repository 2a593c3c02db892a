"""Tidying while writing: ·1, double minus, copies that broadcasting makes anyway; one law a function."""

from __future__ import annotations

from chainrule.derive.masked_branches import stays_untaken
from chainrule.derive.simplify.copies import (
    copied_anyway,
    copied_last,
    one_without_an_axis,
    product_turned,
    there_and_back,
)
from chainrule.derive.simplify.factors import (
    numbers_first,
    one_over,
    plus_nothing,
    shares_of_one,
    times_one,
)
from chainrule.derive.simplify.scalars import numbers_worked_out
from chainrule.derive.simplify.signs import double_minus, minus_out

REWRITING = (double_minus, minus_out, plus_nothing)
"""The laws that hold while a user's own forward pass is rewritten: nothing of it is moved but a minus.

The 0 that ``sum(…)`` and ``loss = 0`` begin with is left out.
"""
LAWS = (
    times_one,
    plus_nothing,
    double_minus,
    numbers_worked_out,
    numbers_first,
    one_over,
    copied_anyway,
    one_without_an_axis,
    copied_last,
    shares_of_one,
    there_and_back,
    product_turned,
    stays_untaken,
)
"""The laws under which a backward pass is written."""
