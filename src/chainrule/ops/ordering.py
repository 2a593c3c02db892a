"""Ordering: where the largest and the smallest stand, and in which order; whole numbers, so without a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import AXES
from chainrule.ops.spelling import Site, ndim
from chainrule.program import Op, Sample, Shape

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
