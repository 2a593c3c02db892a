"""What people write by mistake, and what they meant: the kinds of edits, the likeliest first; a file a kind."""

from __future__ import annotations

from chainrule.check.steps.edits import (
    activations,
    axes,
    brackets,
    factors,
    layout,
    masks,
    numbers,
    operands,
    paths,
    signs,
    terms,
)
from chainrule.check.steps.edits.record import Edit, Edits, Operand

TIERS = (
    # something else stands where it should be
    (
        operands.updated_weight,
        layout.flat_and_column,
        activations.other_side,
        masks.other_mask,
        signs.difference_turned,
        signs.other_sign,
        masks.inverted,
        numbers.truncated,
        numbers.other_power,
        numbers.other_constant,
        numbers.written_size,
        terms.other_regulariser,
        factors.surplus_number,
        axes.other_axis,
        axes.mean_for_sum,
        operands.other_operand,
        layout.turned,
        layout.product,
        brackets.regrouped,
    ),
    # something is missing, or too many
    (
        axes.picked_for_sum,
        axes.missing_sum,
        axes.needless_sum,
        activations.missing_slope,
        terms.overwritten,
        terms.repeated_index,
        terms.missing_regulariser,
        terms.not_handed_on,
        terms.missing_summand,
        paths.missing_path,
        factors.surplus_factor,
        activations.needless_call,
        activations.surplus_slope,
        activations.rowwise_as_entrywise,
        terms.surplus_term,
        factors.other_number,
        factors.other_scale,
        operands.other_index,
    ),
    # what is not so likely
    (
        activations.wrong_slope,
        activations.not_through,
        factors.missing_factor,
        factors.factor_inside,
        factors.summand_scale,
        operands.other_operand_turned,
        layout.other_product,
    ),
    (operands.other_order,),
)

FORWARD = (
    signs.other_sign,
    signs.difference_turned,
    factors.surplus_number,
    brackets.regrouped,
    operands.other_operand,
    numbers.other_power,
    axes.mean_for_sum,
    axes.other_axis,
    layout.product,
)
"""What is written by mistake in a forward pass that runs."""

__all__ = ["FORWARD", "TIERS", "Edit", "Edits", "Operand"]
