"""The mistakes people make in backward passes, the likeliest first; adding one is adding a record to its family."""

from __future__ import annotations

from chainrule.check.slips import (
    factors,
    masks,
    operands,
    products,
    rounding,
    signs,
    slopes,
    sums,
    terms,
)
from chainrule.check.slips.record import Change, Slip

SLIPS: tuple[Slip, ...] = (
    slopes.other_side_of_the_bend,
    operands.updated_weight,
    masks.wrong_mask,
    signs.needless_minus,
    signs.flipped_difference,
    masks.mask_inverted,
    signs.wrong_sign,
    factors.written_size,
    factors.wrong_power,
    sums.wrong_axis,
    terms.regulariser,
    factors.surplus_number,
    factors.mean_for_sum,
    factors.wrong_constant,
    factors.uneven_summand,
    operands.wrong_operand,
    products.not_turned,
    products.elementwise_for_product,
    sums.missing_sum,
    sums.needless_sum,
    slopes.missing_slope,
    rounding.truncation,
    terms.carry_dropped,
    terms.missing_term,
    operands.stale_variable,
    terms.overwritten,
    terms.missing_summand,
    factors.surplus_factor,
    slopes.surplus_slope,
    terms.surplus_term,
    slopes.softmax_as_elementwise,
    slopes.wrong_slope,
    operands.wrong_operand_turned,
    factors.forgotten_factor,
)

__all__ = ["SLIPS", "Change", "Slip"]
