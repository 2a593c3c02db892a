"""Tidying while writing: ·1, double minus, copies that broadcasting makes anyway; one law a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.untaken import stays_untaken
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Line, Op, Size, Value
from chainrule.program.program import arg_shape
from chainrule.trace import Recorder

Params = Mapping[str, Any]
Args = tuple[Arg, ...]
ROUNDING = 1e-12


def _made_by(recorder: Recorder, arg: Arg, op: Op) -> Line | None:
    """The line of ``arg`` if ``op`` made it."""
    line = recorder.producer.get(arg) if isinstance(arg, Value) else None
    return line if line is not None and line.op is op else None


def _number(arg: Arg, number: float) -> bool:
    """Whether ``arg`` is this number, written out."""
    return not isinstance(arg, Value | Size) and arg == number


def _ones(recorder: Recorder, arg: Arg) -> bool:
    return _number(arg, 1) or _made_by(recorder, arg, ops.ones_like) is not None


def _keeps(arg: Arg, *others: Arg) -> bool:
    """Whether ``arg`` alone has the shape and type that it has together with ``others``."""
    if not isinstance(arg, Value) or arg.dtype.kind != "f" or arg.weak:
        return False
    shape = ops.multiply.shape(arg.shape, *(arg_shape(other) for other in others))
    return bool(shape == arg.shape)


def _record(recorder: Recorder, op: Op, *args: Arg, **params: Any) -> Arg:
    return recorder.lower(
        recorder.record(op, [recorder.lift(arg) for arg in args], params)
    )


def times_one(recorder: Recorder, op: Op, args: Args, _: Params) -> Arg | None:
    """A product with 1 is the other factor."""
    if op is ops.multiply:
        for one, other in (args, args[::-1]):
            if _ones(recorder, one) and _keeps(other, one):
                return other
    if op is ops.divide and _number(args[1], 1) and _keeps(args[0]):
        return args[0]
    if op is ops.power and _number(args[1], 1) and _keeps(args[0]):
        return args[0]
    return None


def plus_nothing(recorder: Recorder, op: Op, args: Args, _: Params) -> Arg | None:
    """A sum with 0 is the other term."""
    if op is ops.add:
        for zero, other in (args, args[::-1]):
            if (
                _number(zero, 0) or _made_by(recorder, zero, ops.zeros_like)
            ) and _keeps(other, zero):
                return other
    return None


def double_minus(recorder: Recorder, op: Op, args: Args, _: Params) -> Arg | None:
    """Minus of minus is plus; a factor of -1 is a minus; a minus moves out of a product."""
    if op is ops.negative:
        share = _made_by(recorder, args[0], ops.divide)
        if share is not None and isinstance(share.args[0], int | float):
            return _record(recorder, ops.divide, -share.args[0], share.args[1])
        above = (
            _made_by(recorder, share.args[0], ops.negative)
            if share is not None
            else None
        )
        if share is not None and above is not None:
            return _record(recorder, ops.divide, above.args[0], share.args[1])
        inner = _made_by(recorder, args[0], ops.negative)
        return inner.args[0] if inner else None
    if op is ops.multiply:
        for one, other in (args, args[::-1]):
            if _number(one, -1) and _keeps(other):
                return _record(recorder, ops.negative, other)
            minus = _made_by(recorder, one, ops.negative)
            if (
                minus is not None
                and _ones(recorder, minus.args[0])
                and _keeps(other, one)
            ):
                return _record(recorder, ops.negative, other)
            other_minus = _made_by(recorder, other, ops.negative)
            if minus is not None and other_minus is not None:
                return _record(
                    recorder, ops.multiply, minus.args[0], other_minus.args[0]
                )
            share = _made_by(recorder, one, ops.divide)
            if (
                other_minus is not None
                and share is not None
                and _negative(share.args[0])
            ):
                turned = _record(recorder, ops.negative, one)
                factors = (turned, other_minus.args[0])
                kept = factors if one is args[0] else factors[::-1]
                return _record(recorder, ops.multiply, *kept)
    if op is ops.divide:
        above, below = (_made_by(recorder, arg, ops.negative) for arg in args)
        if above is not None and below is not None:
            return _record(recorder, ops.divide, above.args[0], below.args[0])
    return None


def numbers_first(recorder: Recorder, op: Op, args: Args, _: Params) -> Arg | None:
    """Written-out factors are multiplied beforehand and stand in front: 2 · (½ · a)/n is a/n."""
    if op is ops.negative:
        scaled = _scaled(recorder, args[0])
        return (
            _record(recorder, ops.multiply, -scaled[0], scaled[1]) if scaled else None
        )
    if op is not ops.multiply:
        return None
    for one, other in (args, args[::-1]):
        quotient = _made_by(recorder, one, ops.divide)
        if (
            quotient is not None
            and _written(other)
            and isinstance(quotient.args[0], Value)
        ):
            above = _record(recorder, ops.multiply, other, quotient.args[0])
            return _record(recorder, ops.divide, above, quotient.args[1])
        if quotient is not None and _written(quotient.args[0]) and _keeps(other, one):
            above = _record(recorder, ops.multiply, quotient.args[0], other)
            return _record(recorder, ops.divide, above, quotient.args[1])
        share = _scaled(recorder, quotient.args[0]) if quotient is not None else None
        if (
            quotient is not None
            and share
            and _ones(recorder, share[1])
            and _keeps(other, one)
        ):
            top = _record(recorder, ops.multiply, share[0], other)
            return _record(recorder, ops.divide, top, quotient.args[1])
        scaled = _scaled(recorder, one)
        if scaled is None:
            continue
        if _written(other):
            return _record(recorder, ops.multiply, other * scaled[0], scaled[1])
        if _ones(recorder, scaled[1]) and _keeps(other, one):
            return _record(recorder, ops.multiply, scaled[0], other)
    return None


def _negative(arg: Arg) -> bool:
    """Whether ``arg`` is a number below 0, written out."""
    return isinstance(arg, int | float) and arg < 0


def _written(arg: Arg) -> bool:
    return isinstance(arg, int | float) and not isinstance(arg, bool)


def _scaled(recorder: Recorder, arg: Arg) -> tuple[Any, Arg] | None:
    """The written-out factor and the rest of a product, if ``arg`` is one and has no name."""
    line = _made_by(recorder, arg, ops.multiply)
    if line is None or line.result.name is not None:
        return None
    for number, rest in (line.args, line.args[::-1]):
        if _written(number) and isinstance(rest, Value):
            return number, rest
    return None


def minus_out(recorder: Recorder, op: Op, args: Args, params: Params) -> Arg | None:
    """A minus inside a sum, a mean, a product or a quotient stands in front of it as well."""
    if op in (ops.sum, ops.mean, ops.multiply, ops.divide):
        for position, arg in enumerate(args):
            minus = _made_by(recorder, arg, ops.negative)
            if minus is not None and minus.result.name is None:
                slim = [*args[:position], minus.args[0], *args[position + 1 :]]
                inner = _record(recorder, op, *slim, **params)
                return _record(recorder, ops.negative, inner)
    return None


def one_over(recorder: Recorder, op: Op, args: Args, _: Params) -> Arg | None:
    """A product with 1/b is a division by b."""
    if op is ops.multiply:
        for one, other in (args, args[::-1]):
            quotient = _made_by(recorder, one, ops.divide)
            if (
                quotient is not None
                and _ones(recorder, quotient.args[0])
                and _keeps(other, one)
            ):
                return _record(recorder, ops.divide, other, quotient.args[1])
            turned = _made_by(recorder, one, ops.negative)
            quotient = (
                _made_by(recorder, turned.args[0], ops.divide) if turned else None
            )
            if (
                quotient is not None
                and _ones(recorder, quotient.args[0])
                and _keeps(other, one)
            ):
                return _record(
                    recorder,
                    ops.negative,
                    _record(recorder, ops.divide, other, quotient.args[1]),
                )
    if (
        op is ops.divide
        and _made_by(recorder, args[0], ops.ones_like)
        and _keeps(args[1], args[0])
    ):
        return _record(recorder, ops.divide, 1, args[1])
    return None


def copied_anyway(recorder: Recorder, op: Op, args: Args, params: Params) -> Arg | None:
    """What broadcasting copies by itself need not be copied before."""
    if not op.elementwise or len(args) < 2:
        return None
    slim = list(args)
    wide = ops.multiply.shape(*(arg_shape(arg) for arg in args))
    for position, arg in enumerate(args):
        copy = _made_by(recorder, arg, ops.broadcast_to)
        if copy is None:
            continue
        trial = [*slim[:position], copy.args[0], *slim[position + 1 :]]
        if ops.multiply.shape(*(arg_shape(one) for one in trial)) == wide:
            slim = trial
    if slim == list(args):
        return None
    return _record(recorder, op, *slim, **params)


def one_without_an_axis(
    recorder: Recorder, op: Op, args: Args, params: Params
) -> Arg | None:
    """A single number beside an array needs no axis of its own."""
    if not op.elementwise or len(args) < 2:
        return None
    wide = ops.multiply.shape(*(arg_shape(arg) for arg in args))
    for position, arg in enumerate(args):
        axis = _made_by(recorder, arg, ops.expand_dims)
        if axis is None or arg_shape(axis.args[0]) != ():
            continue
        slim = (*args[:position], axis.args[0], *args[position + 1 :])
        if ops.multiply.shape(*(arg_shape(one) for one in slim)) == wide:
            return _record(recorder, op, *slim, **params)
    return None


def copied_last(recorder: Recorder, op: Op, args: Args, params: Params) -> Arg | None:
    """What is done to copies of one number is done to the number, and copied then."""
    copies = [_made_by(recorder, arg, ops.broadcast_to) for arg in args]
    if (
        op.name == "expand_dims"
        and copies[0] is not None
        and arg_shape(copies[0].args[0]) == ()
    ):
        shape = list(copies[0].params["shape"])
        axes = axes_of(params["axis"], len(shape) + _count(params["axis"]))
        for axis in sorted(axes):
            shape.insert(axis, 1)
        return _record(
            recorder, ops.broadcast_to, copies[0].args[0], shape=tuple(shape)
        )
    if not op.elementwise or not any(copies) or op.name == "where":
        return None
    slim = [
        copy.args[0] if copy else arg for copy, arg in zip(copies, args, strict=True)
    ]
    if any(arg_shape(arg) != () for arg in slim):
        return None
    widest = max(
        (copy for copy in copies if copy), key=lambda copy: len(copy.params["shape"])
    )
    if ops.multiply.shape(*(arg_shape(arg) for arg in args)) != widest.result.shape:
        return None
    result = _record(recorder, op, *slim, **params)
    return _record(recorder, ops.broadcast_to, result, shape=widest.params["shape"])


def _count(axis: Any) -> int:
    return 1 if isinstance(axis, int) else len(axis)


def shares_of_one(recorder: Recorder, op: Op, args: Args, _: Params) -> Arg | None:
    """Where the targets of each sample sum to 1, as labels do, a softmax times that sum is the softmax."""
    if op is ops.multiply:
        for share, total in (args, args[::-1]):
            summed = _made_by(recorder, total, ops.sum)
            if (
                summed is not None
                and summed.params["keepdims"]
                and _made_by(recorder, share, ops.softmax)
                and np.all(np.abs(recorder.number(total) - 1) < ROUNDING)
            ):
                return share
    return None


def there_and_back(
    recorder: Recorder, op: Op, args: Args, params: Params
) -> Arg | None:
    """Turned twice is as before; copied to its own shape is itself."""
    if op is ops.transpose and params["axes"] is None:
        inner = _made_by(recorder, args[0], ops.transpose)
        if inner is not None and inner.params["axes"] is None:
            return inner.args[0]
    if op is ops.reshape or op is ops.broadcast_to:
        target = op.shape(
            arg_shape(args[0]),
            shape=tuple(int(_length(one)) for one in params["shape"]),
        )
        if target == arg_shape(args[0]):
            return args[0]
    return None


def _length(one: Any) -> int:
    return one.number if isinstance(one, Size) else one


REWRITING = (double_minus, minus_out)
"""The laws that hold while a user's own forward pass is rewritten: nothing of it is moved but a minus."""
LAWS = (
    times_one,
    plus_nothing,
    double_minus,
    numbers_first,
    one_over,
    copied_anyway,
    one_without_an_axis,
    copied_last,
    shares_of_one,
    there_and_back,
    stays_untaken,
)
