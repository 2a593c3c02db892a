"""A minus: twice is none, and it stands in front."""

from __future__ import annotations

from chainrule import ops
from chainrule.derive.simplify.lines import (
    Args,
    Params,
    is_negative,
    is_number,
    is_one,
    keeps,
    made_by,
    record,
)
from chainrule.program import Arg, Builder, Op


def double_minus(builder: Builder, op: Op, args: Args, _: Params) -> Arg | None:
    """Minus of minus is plus; a factor of -1 is a minus; a minus moves out of a product."""
    if op is ops.negative:
        share = made_by(builder, args[0], ops.divide)
        if share is not None and isinstance(share.args[0], int | float):
            return record(builder, ops.divide, -share.args[0], share.args[1])
        above = (
            made_by(builder, share.args[0], ops.negative) if share is not None else None
        )
        if share is not None and above is not None:
            return record(builder, ops.divide, above.args[0], share.args[1])
        inner = made_by(builder, args[0], ops.negative)
        return inner.args[0] if inner else None
    if op is ops.multiply:
        for one, other in (args, args[::-1]):
            if is_number(one, -1) and keeps(other):
                return record(builder, ops.negative, other)
            minus = made_by(builder, one, ops.negative)
            if (
                minus is not None
                and is_one(builder, minus.args[0])
                and keeps(other, one)
            ):
                return record(builder, ops.negative, other)
            other_minus = made_by(builder, other, ops.negative)
            if minus is not None and other_minus is not None:
                return record(builder, ops.multiply, minus.args[0], other_minus.args[0])
            share = made_by(builder, one, ops.divide)
            if (
                other_minus is not None
                and share is not None
                and is_negative(share.args[0])
            ):
                turned = record(builder, ops.negative, one)
                factors = (turned, other_minus.args[0])
                kept = factors if one is args[0] else factors[::-1]
                return record(builder, ops.multiply, *kept)
    if op is ops.divide:
        above, below = (made_by(builder, arg, ops.negative) for arg in args)
        if above is not None and below is not None:
            return record(builder, ops.divide, above.args[0], below.args[0])
    return None


def minus_out(builder: Builder, op: Op, args: Args, params: Params) -> Arg | None:
    """A minus inside a sum, a mean, a product or a quotient stands in front of it as well."""
    if op in (ops.sum, ops.mean, ops.multiply, ops.divide):
        for position, arg in enumerate(args):
            minus = made_by(builder, arg, ops.negative)
            if minus is not None and minus.result.name is None:
                slim = [*args[:position], minus.args[0], *args[position + 1 :]]
                inner = record(builder, op, *slim, **params)
                return record(builder, ops.negative, inner)
    return None
