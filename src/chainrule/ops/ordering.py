"""Ordering: where entries stand, and in which order; whole numbers, so without a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import AXES
from chainrule.ops.spelling import Site, call, ndim
from chainrule.program import Op, Sample, Shape, Value

FOUND = (
    Sample(((2, 3),), {"axis": -1}),
    Sample(((2, 3),)),
    Sample(((2, 3),), {"axis": 0, "keepdims": True}),
    Sample(((3,),)),
)


def _tf_found(function: str) -> Any:
    """TensorFlow finds along one axis, and does not keep it."""

    def template(site: Site) -> str:
        axis = site.params["axis"]
        if axis is None:
            found = f"{function}(tf.reshape({{0}}, (-1,)))"
            ones = (1,) * ndim(site)
            return f"tf.reshape({found}, {ones})" if site.params["keepdims"] else found
        found = f"{function}({{0}}, axis={axis})"
        return f"tf.expand_dims({found}, {axis})" if site.params["keepdims"] else found

    return template


argmax = Op(
    np.argmax,
    shapes.reduce_some,
    (None,),
    params=AXES,
    spelling={
        "tensorflow": _tf_found("tf.argmax"),
    },
    kind="order",
    notation=r"\operatorname{argmax}_{#axis}(#1)",
    samples=FOUND,
    says="where the largest entry stands; the first of them, if there are several",
)
argmin = Op(
    np.argmin,
    shapes.reduce_some,
    (None,),
    params=AXES,
    spelling={
        "tensorflow": _tf_found("tf.argmin"),
    },
    kind="order",
    notation=r"\operatorname{argmin}_{#axis}(#1)",
    samples=FOUND,
    says="where the smallest entry stands; the first of them, if there are several",
)


def argsort_shape(shape: Shape, *, axis: int | None) -> Shape:
    """The same shape; all in a row where no axis is given."""
    return (shapes.size(shape),) if axis is None else shapes.along(shape, axis=axis)


argsort = Op(
    lambda x, axis: np.argsort(x, axis=axis, kind="stable"),
    argsort_shape,
    (None,),
    name="argsort",
    params={"axis": -1},
    spelling={
        "numpy": lambda site: (
            'np.argsort({0}, kind="stable")'
            if site.params["axis"] == -1
            else 'np.argsort({0}, axis={axis}, kind="stable")'
        ),
        "torch": lambda site: (
            "torch.argsort({0}.reshape(-1), stable=True)"
            if site.params["axis"] is None
            else f"torch.argsort({{0}}, dim={site.params['axis']}, stable=True)"
        ),
        "tensorflow": lambda site: (
            "tf.argsort(tf.reshape({0}, (-1,)), stable=True)"
            if site.params["axis"] is None
            else f"tf.argsort({{0}}, axis={site.params['axis']}, stable=True)"
        ),
        "jax": lambda site: f"jnp.argsort({{0}}, axis={site.params['axis']})",
    },
    kind="order",
    notation=r"\operatorname{argsort}(#1)",
    samples=(
        Sample(((2, 3),)),
        Sample(((2, 3),), {"axis": 0}),
        Sample(((2, 3),), {"axis": None}),
    ),
    says="the order in which the entries grow",
)


def nonzero_shape(_: Shape, *, axis: int, n: int) -> Shape:
    """As many places as there are entries that are not 0, along any axis."""
    return (n,)


nonzero = Op(
    lambda x, axis, n: np.nonzero(x)[axis],
    nonzero_shape,
    (None,),
    name="nonzero",
    params={"axis": 0, "n": 0},
    spelling={
        "numpy": "np.nonzero({0})[{axis}]",
        "torch": "torch.nonzero({0}, as_tuple=True)[{axis}]",
        "tensorflow": lambda site: (
            "tf.where({0})[:, {axis}]"
            if site.args[0].dtype.kind == "b"
            else "tf.where({0} != 0)[:, {axis}]"
        ),
    },
    kind="order",
    notation=r"\operatorname{nonzero}_{#axis}(#1)",
    samples=(
        Sample(((2, 3),), {"axis": 1, "n": 6}, domain=(0.5, 2.0)),
        Sample(((3,),), {"axis": 0, "n": 0}, integers={0: 1}),
    ),
    says="where the entries are that are not 0, along one axis",
)

SIDE = {"side": "left"}


def _tf_places(site: Site) -> str:
    """TensorFlow looks up rows of numbers, of the type of the ordered ones."""
    wanted, shape, ordered = "{1}", site.shapes[1], site.args[0]
    if isinstance(ordered, Value) and not isinstance(site.args[1], Value):
        wanted = f"tf.constant({{1}}, dtype=tf.{ordered.dtype})"
    if len(shape) != 1:
        wanted = f"tf.reshape({wanted}, (-1,))"
    found = f"tf.searchsorted({{0}}, {wanted}, side={{side}}, out_type=tf.int64)"
    return found if len(shape) == 1 else f"tf.reshape({found}, {shape})"


searchsorted = Op(
    lambda a, v, side: np.searchsorted(a, v, side=side),
    lambda _, wanted, side: wanted,
    (None, None),
    name="searchsorted",
    params=SIDE,
    spelling={
        "numpy": call("np.searchsorted", SIDE),
        "torch": call("torch.searchsorted", SIDE),
        "tensorflow": _tf_places,
    },
    kind="order",
    notation=r"\operatorname{searchsorted}(#1, #2)",
    samples=(
        Sample(((1,), (2, 3))),
        Sample(((1,), (4,)), {"side": "right"}),
        Sample(((1,), ())),
    ),
    says="before which of ordered numbers each number would stand",
)
