"""Pooling: the largest entry of every window, or their mean; images and rows stand as for a convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.convolutions import (
    alone,
    channels_last,
    framed_shape,
    n_space,
    pairs,
    places,
    seen,
    space,
    unframed,
)
from chainrule.ops.moving_windows import add_windows
from chainrule.ops.spelling import Site, Spelling
from chainrule.program import Op, Rule, Sample, Shape, ShapeError

Lengths = tuple[int, ...]


def pooled_shape(x: Shape, *, size: Lengths, stride: Lengths, padding: Lengths) -> Shape:  # fmt: skip
    """An entry for each window, channel by channel."""
    return (*x[:2], *places(x, size, stride, padding))


def unpooled_shape(dy: Shape, *rest: Shape, shape: Any, size: Lengths, stride: Lengths, padding: Lengths) -> Shape:  # fmt: skip
    """The shape asked for, which has just these windows."""
    wanted = shapes.given(shape=shape)
    if pooled_shape(wanted, size=size, stride=stride, padding=padding) != dy:
        message = f"an array of {wanted} has no windows of {size} that give {dy}"
        raise ShapeError("E101", message)
    return wanted


def inner(ndim: int) -> Lengths:
    """The axes of the windows themselves, behind those of an array of ``ndim`` axes."""
    return tuple(range(ndim, 2 * ndim - 2))


def largest(x: Any, size: Lengths, stride: Lengths, padding: Lengths) -> Any:
    """The largest entry of every window; what frames the array is never it."""
    return np.max(seen(x, size, stride, padding, -np.inf), axis=inner(x.ndim))


def shares(x: Any, size: Lengths, stride: Lengths, padding: Lengths) -> Any:
    """1 at the largest entry of every window and 0 elsewhere; equal ones share."""
    axes = inner(x.ndim)
    whole = seen(x, size, stride, padding, -np.inf)
    chosen = (whole == np.max(whole, axis=axes, keepdims=True)).astype(x.dtype)
    return chosen / np.sum(chosen, axis=axes, keepdims=True)


def put_together(parts: Any, shape: Shape, stride: Lengths, padding: Lengths) -> Any:
    """What windows say of their entries, added up on the array that they were seen in."""
    wide = framed_shape(shape, padding)
    whole = add_windows(parts, shape=wide, axis=space(len(shape)), stride=stride)
    return unframed(whole, padding)


def to_largest(dy: Any, x: Any, size: Lengths, stride: Lengths, padding: Lengths) -> Any:  # fmt: skip
    """Each window's gradient at its largest entry."""
    parts = shares(x, size, stride, padding) * np.expand_dims(dy, inner(x.ndim))
    return put_together(parts, x.shape, stride, padding)


def mean_of(x: Any, size: Lengths, stride: Lengths, padding: Lengths) -> Any:
    """The mean of every window; the zeros that frame the array count."""
    return np.mean(seen(x, size, stride, padding), axis=inner(x.ndim))


def to_all(dy: Any, shape: Shape, size: Lengths, stride: Lengths, padding: Lengths) -> Any:  # fmt: skip
    """Each window's gradient in equal parts to its entries."""
    each = np.expand_dims(dy / shapes.size(size), inner(len(shape)))
    parts = np.broadcast_to(each, (*dy.shape, *size))
    return put_together(parts, shape, stride, padding)


def _said(site: Site) -> str:
    """Size, stride and padding, as PyTorch takes them."""
    size, stride, padding = (site.params[key] for key in ("size", "stride", "padding"))
    text = f", {alone(size)}"
    text += f", stride={alone(stride)}" if stride != size else ""
    return text + (f", padding={alone(padding)}" if any(padding) else "")


def in_torch(name: str) -> Any:
    """PyTorch's own, which frames with at most half of a window."""

    def template(site: Site) -> str | None:
        size, padding = site.params["size"], site.params["padding"]
        wide = any(2 * one > width for one, width in zip(padding, size, strict=True))
        if n_space(site) > 3 or wide:
            return None
        return f"torch.nn.functional.{name}{n_space(site)}d({{0}}{_said(site)})"

    return template


def in_tensorflow(name: str) -> Any:
    """TensorFlow's own for images, which has channels last."""

    def template(site: Site) -> str | None:
        if n_space(site) != 2 or any(site.params["padding"]):
            return None
        there, back = channels_last(2)
        size, stride = alone(site.params["size"]), alone(site.params["stride"])
        pooled = f"tf.nn.{name}_pool2d(tf.transpose({{0}}, {there}), {size}, {stride}, 'VALID')"
        return f"tf.transpose({pooled}, {back})"

    return template


def in_jax(start: str, function: str, after: Callable[[Lengths], str]) -> Spelling:
    """XLA's fold of windows."""

    def template(site: Site) -> str:
        size, stride = ((1, 1, *site.params[key]) for key in ("size", "stride"))
        around = pairs((0, 0, *site.params["padding"]))
        fold = f"jax.lax.reduce_window({{0}}, {start}, jax.lax.{function}, {size}, {stride}, {around})"
        return fold + after(site.params["size"])

    return template


def _sample(shape: Shape, size: Lengths, stride: Lengths, padding: Lengths) -> Any:
    return shape, {"size": size, "stride": stride, "padding": padding}


POOLED = (
    _sample((2, 2, 4, 4), (2, 2), (2, 2), (0, 0)),
    _sample((1, 2, 5, 6), (3, 2), (2, 2), (1, 0)),
    _sample((2, 1, 5, 5), (3, 3), (1, 1), (0, 0)),
    _sample((1, 1, 4, 5), (2, 2), (3, 2), (1, 1)),
    _sample((2, 3, 7), (3,), (2,), (0,)),
)
BACK = tuple(
    (pooled_shape(shape, **params), {"shape": shape, **params})
    for shape, params in POOLED
)
SETTINGS = {"size": (2, 2), "stride": (2, 2), "padding": (0, 0)}
max_pool: Op = Op(
    largest,
    pooled_shape,
    (
        Rule(
            lambda dy, y, x, size, stride, padding: max_unpool(
                dy, x, size=size, stride=stride, padding=padding
            ),
            "only the largest entry of a window moves what it gave, so that entry gets the window's gradient",
        ),
    ),
    name="max_pool",
    params=SETTINGS,
    spelling={
        "torch": in_torch("max_pool"),
        "tensorflow": in_tensorflow("max"),
        "jax": in_jax("-jnp.inf", "max", lambda _: ""),
    },
    title="max pooling",
    notation=r"\operatorname{maxpool}(#1)",
    caution="equal largest entries of a window share its gradient equally",
    samples=tuple(Sample((shape,), params) for shape, params in POOLED),
    analytic=False,
)
max_unpool: Op = Op(
    to_largest,
    lambda dy, x, **params: unpooled_shape(dy, shape=x, **params),
    (
        Rule(
            lambda dg, g, dy, x, size, stride, padding: np.sum(
                shares(x, size, stride, padding) * seen(dg, size, stride, padding),
                axis=inner(x.ndim),
            ),
            "read where each window's gradient went",
        ),
        None,
    ),
    name="max_unpool",
    params=SETTINGS,
    title="the way back of max pooling",
    notation=r"\operatorname{unpool}(#1)",
    samples=tuple(
        Sample((pooled_shape(shape, **params), shape), params)
        for shape, params in POOLED
    ),
    analytic=False,
)
avg_pool: Op = Op(
    mean_of,
    pooled_shape,
    (
        Rule(
            lambda dy, y, x, size, stride, padding: avg_unpool(
                dy, shape=x.shape, size=size, stride=stride, padding=padding
            ),
            "each entry of a window moves its mean by its share, one part in their count",
        ),
    ),
    name="avg_pool",
    params=SETTINGS,
    spelling={
        "torch": in_torch("avg_pool"),
        "tensorflow": in_tensorflow("avg"),
        "jax": in_jax("0.0", "add", lambda size: f" / {shapes.size(size)}"),
    },
    title="average pooling",
    notation=r"\operatorname{avgpool}(#1)",
    samples=tuple(Sample((shape,), params) for shape, params in POOLED),
)
avg_unpool: Op = Op(
    to_all,
    unpooled_shape,
    (
        Rule(
            lambda dg, g, dy, shape, size, stride, padding: avg_pool(
                dg, size=size, stride=stride, padding=padding
            ),
            "each window's gradient went in equal parts to its entries, and is read as their mean",
        ),
    ),
    name="avg_unpool",
    params={"shape": (), **SETTINGS},
    title="the way back of average pooling",
    notation=r"\operatorname{unpool}(#1)",
    samples=tuple(Sample((shape,), params) for shape, params in BACK),
)
