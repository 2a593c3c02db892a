"""Copies along axes: what broadcasting makes by itself, and what is turned there and back."""

from __future__ import annotations

from typing import Any

from chainrule import ops
from chainrule.derive.simplify.lines import Args, Params, made_by, record
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Builder, Op, Size
from chainrule.program.program import arg_shape


def copied_anyway(builder: Builder, op: Op, args: Args, params: Params) -> Arg | None:
    """What broadcasting copies by itself need not be copied before."""
    if not op.elementwise or len(args) < 2:
        return None
    slim = list(args)
    copies = [made_by(builder, arg, ops.broadcast_to) for arg in args]
    for position, copy in enumerate(copies):
        if copy is None:
            continue
        wide = ops.multiply.shape(*map(arg_shape, args))
        trial = [*slim[:position], copy.args[0], *slim[position + 1 :]]
        if ops.multiply.shape(*map(arg_shape, trial)) == wide:
            slim = trial
    if slim == list(args):
        return None
    return record(builder, op, *slim, **params)


def one_without_an_axis(
    builder: Builder, op: Op, args: Args, params: Params
) -> Arg | None:
    """A single number beside an array needs no axis of its own."""
    if not op.elementwise or len(args) < 2:
        return None
    for position, arg in enumerate(args):
        axis = made_by(builder, arg, ops.expand_dims)
        if axis is None or arg_shape(axis.args[0]) != ():
            continue
        slim = (*args[:position], axis.args[0], *args[position + 1 :])
        wide = ops.multiply.shape(*map(arg_shape, args))
        if ops.multiply.shape(*map(arg_shape, slim)) == wide:
            return record(builder, op, *slim, **params)
    return None


def copied_last(builder: Builder, op: Op, args: Args, params: Params) -> Arg | None:
    """What is done to copies of one number is done to the number, and copied then."""
    copies = [made_by(builder, arg, ops.broadcast_to) for arg in args]
    if (
        op is ops.expand_dims
        and copies[0] is not None
        and arg_shape(copies[0].args[0]) == ()
    ):
        shape = list(copies[0].params["shape"])
        axes = axes_of(params["axis"], len(shape) + _count(params["axis"]))
        for axis in sorted(axes):
            shape.insert(axis, 1)
        return record(builder, ops.broadcast_to, copies[0].args[0], shape=tuple(shape))
    # a line that gives a second name is there for the name
    kept = op in (ops.identity, ops.where)
    if not op.elementwise or not any(copies) or kept:
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
    result = record(builder, op, *slim, **params)
    return record(builder, ops.broadcast_to, result, shape=widest.params["shape"])


def _count(axis: Any) -> int:
    return 1 if isinstance(axis, int) else len(axis)


def there_and_back(builder: Builder, op: Op, args: Args, params: Params) -> Arg | None:
    """Turned twice is as before; copied to its own shape is itself."""
    if op is ops.transpose and params["axes"] is None:
        inner = made_by(builder, args[0], ops.transpose)
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


def product_turned(builder: Builder, op: Op, args: Args, params: Params) -> Arg | None:
    """``(q.T @ d).T`` is ``d.T @ q``: a product that is turned is that of its factors, turned, the other way round."""
    if op is not ops.transpose or params["axes"] is not None:
        return None
    product = made_by(builder, args[0], ops.matmul)
    if product is None or any(len(arg_shape(arg)) != 2 for arg in product.args):
        return None
    left, right = product.args
    if not any(_turned(builder, one) for one in (left, right)):
        return None
    turned = [record(builder, ops.transpose, one, axes=None) for one in (right, left)]
    return record(builder, ops.matmul, *turned)


def _turned(builder: Builder, arg: Arg) -> bool:
    line = made_by(builder, arg, ops.transpose)
    return line is not None and line.params["axes"] is None


def _length(one: Any) -> int:
    return one.number if isinstance(one, Size) else one
