"""What needs no factor, no term: ·1, + 0, written-out numbers gathered, divisions by what they are."""

from __future__ import annotations

import numpy as np

from chainrule import ops
from chainrule.derive.simplify.lines import (
    Args,
    Params,
    factored,
    is_number,
    is_one,
    is_written,
    keeps,
    made_by,
    record,
)
from chainrule.program import Arg, Builder, Op, Value

ROUNDING = 1e-12


def times_one(builder: Builder, op: Op, args: Args, _: Params) -> Arg | None:
    """A product with 1 is the other factor."""
    if op is ops.multiply:
        for one, other in (args, args[::-1]):
            if is_one(builder, one) and keeps(other, one):
                return other
    if op is ops.divide and is_number(args[1], 1) and keeps(args[0]):
        return args[0]
    if op is ops.power and is_number(args[1], 1) and keeps(args[0]):
        return args[0]
    return None


def plus_nothing(builder: Builder, op: Op, args: Args, _: Params) -> Arg | None:
    """A sum with 0 is the other term."""
    if op is ops.add:
        for zero, other in (args, args[::-1]):
            if (is_number(zero, 0) or made_by(builder, zero, ops.zeros_like)) and keeps(
                other, zero
            ):
                return other
    return None


def numbers_first(builder: Builder, op: Op, args: Args, _: Params) -> Arg | None:
    """Written-out factors are multiplied beforehand and stand in front: 2 · (½ · a)/n is a/n."""
    if op is ops.negative:
        scaled = factored(builder, args[0])
        return record(builder, ops.multiply, -scaled[0], scaled[1]) if scaled else None
    if op is not ops.multiply:
        return None
    for one, other in (args, args[::-1]):
        quotient = made_by(builder, one, ops.divide)
        if (
            quotient is not None
            and is_written(other)
            and isinstance(quotient.args[0], Value)
        ):
            above = record(builder, ops.multiply, other, quotient.args[0])
            return record(builder, ops.divide, above, quotient.args[1])
        if quotient is not None and is_written(quotient.args[0]) and keeps(other, one):
            above = record(builder, ops.multiply, quotient.args[0], other)
            return record(builder, ops.divide, above, quotient.args[1])
        share = factored(builder, quotient.args[0]) if quotient is not None else None
        if (
            quotient is not None
            and share
            and is_one(builder, share[1])
            and keeps(other, one)
        ):
            top = record(builder, ops.multiply, share[0], other)
            return record(builder, ops.divide, top, quotient.args[1])
        scaled = factored(builder, one)
        if scaled is None:
            continue
        if is_written(other):
            return record(builder, ops.multiply, other * scaled[0], scaled[1])
        if is_one(builder, scaled[1]) and keeps(other, one):
            return record(builder, ops.multiply, scaled[0], other)
    return None


def one_over(builder: Builder, op: Op, args: Args, _: Params) -> Arg | None:
    """A product with 1/b is a division by b."""
    if op is ops.multiply:
        for one, other in (args, args[::-1]):
            quotient = made_by(builder, one, ops.divide)
            if (
                quotient is not None
                and is_one(builder, quotient.args[0])
                and keeps(other, one)
            ):
                return record(builder, ops.divide, other, quotient.args[1])
            turned = made_by(builder, one, ops.negative)
            quotient = made_by(builder, turned.args[0], ops.divide) if turned else None
            if (
                quotient is not None
                and is_one(builder, quotient.args[0])
                and keeps(other, one)
            ):
                return record(
                    builder,
                    ops.negative,
                    record(builder, ops.divide, other, quotient.args[1]),
                )
    if (
        op is ops.divide
        and made_by(builder, args[0], ops.ones_like)
        and keeps(args[1], args[0])
    ):
        return record(builder, ops.divide, 1, args[1])
    return None


def shares_of_one(builder: Builder, op: Op, args: Args, _: Params) -> Arg | None:
    """Where the targets of each sample sum to 1, as labels do, a softmax times that sum is the softmax."""
    # what a total is in one turn of a loop says nothing of the other turns
    if op is ops.multiply and builder.around is None:
        for share, total in (args, args[::-1]):
            summed = made_by(builder, total, ops.sum)
            if (
                summed is not None
                and summed.params["keepdims"]
                and made_by(builder, share, ops.softmax)
                and np.all(np.abs(builder.number(total) - 1) < ROUNDING)
            ):
                return share
    return None
