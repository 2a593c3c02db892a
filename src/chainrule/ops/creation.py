"""Making arrays: ones, zeros, numbers in a row, and a one among zeros."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.spelling import Site, ndim
from chainrule.program import Op, Sample, Shape
from chainrule.program.conversions import as_array
from chainrule.program.remembered import Remembered

LIKE = (Sample(((2, 3),)), Sample(((),)), Sample(((0, 3),)))

ones_like = Op(
    np.ones_like,
    shapes.broadcast,
    (None,),
    spelling={"tensorflow": "tf.ones_like({0})"},
    kind="creation",
    result_name=("ones", "ones"),
    notation="1",
    samples=LIKE,
    says="1 at every place",
)
zeros_like = Op(
    np.zeros_like,
    shapes.broadcast,
    (None,),
    # what stands in np.empty_like is not said; zeros are as good, and the same each time
    numpy_functions=(np.empty_like,),
    spelling={"tensorflow": "tf.zeros_like({0})"},
    kind="creation",
    result_name=("zeros", "zeros"),
    notation="0",
    samples=LIKE,
    says="0 at every place",
)
full_like = Op(
    np.full_like,
    shapes.broadcast,
    (None,),
    params={"fill_value": 0},
    spelling={
        "numpy": "np.full_like({0}, {fill_value})",
        "torch": "torch.full_like({0}, {fill_value})",
        "tensorflow": "{fill_value} * tf.ones_like({0})",
    },
    kind="creation",
    notation="#fill_value",
    samples=(
        Sample(((2, 3),), {"fill_value": 0.5}),
        Sample(((),), {"fill_value": -3}),
    ),
    says="one number at every place",
)
arange = Op(
    lambda n: np.arange(n),
    lambda n: (int(n),),
    (),
    name="arange",
    params={"n": 0},
    spelling={
        "numpy": "np.arange({n})",
        "torch": "torch.arange({n})",
        "tensorflow": "tf.range({n}, dtype=tf.int64)",
    },
    kind="creation",
    notation=r"0, \dots, #n - 1",
    samples=(Sample((), {"n": 4}), Sample((), {"n": 0})),
    says="0, 1, 2 and so on",
)
eye = Op(
    lambda n, dtype: np.eye(n, dtype=dtype),
    lambda n, **_: (int(n), int(n)),
    (),
    name="eye",
    params={"n": 0, "dtype": "float64"},
    spelling={
        "numpy": lambda site: f"np.eye({{n}}{_numpy_type(site)})",
        "torch": lambda site: f"torch.eye({{n}}, dtype=torch.{site.params['dtype']})",
        "tensorflow": lambda site: f"tf.eye({{n}}, dtype=tf.{site.params['dtype']})",
    },
    kind="creation",
    notation="I",
    samples=(
        Sample((), {"n": 3}),
        Sample((), {"n": 2, "dtype": "bool"}),
        Sample((), {"n": 0, "dtype": "float32"}),
    ),
    says="ones on the diagonal, zeros beside it",
)


def _numpy_type(site: Site) -> str:
    dtype: str = site.params["dtype"]
    if dtype == "float64":
        return ""
    return ", dtype=bool" if dtype == "bool" else f", dtype=np.{dtype}"


def one_hot_forward(labels: Any, n: int, axis: int, dtype: str) -> Any:
    """A 1 at each label and 0 at the other ``n - 1`` places, along a new axis."""
    labels = as_array(labels)
    if isinstance(labels, Remembered):
        # a plain table does not know by what it was read
        found = np.equal(np.expand_dims(np.mod(labels, n), -1), np.arange(n))
        return np.moveaxis(found.astype(dtype), -1, axis)
    rows = np.eye(n, dtype=dtype)[labels]
    return np.ascontiguousarray(np.moveaxis(rows, -1, axis))


def one_hot_shape(labels: Shape, *, n: int, axis: int, **_: Any) -> Shape:
    """A new axis of length ``n``."""
    (place,) = shapes.axes_of(axis, len(labels) + 1)
    return (*labels[:place], int(n), *labels[place:])


def _moved(rows: str, move: str) -> Any:
    """Rows of an identity matrix, their entries moved to the axis asked for: of a matrix, its columns."""

    def template(site: Site) -> str:
        dtype = site.params["dtype"]
        kind = "" if dtype == "float64" else f", dtype=np.{dtype}"
        text = rows.replace("<dtype>", dtype).replace("<kind>", kind)
        axis = site.params["axis"]
        if axis in (-1, ndim(site)):
            return text
        if axis in (0, -2) and ndim(site) == 1:
            return text.replace("[{0}]", "[:, {0}]")
        return move.replace("<rows>", text).replace("<axis>", str(axis))

    return template


one_hot = Op(
    one_hot_forward,
    one_hot_shape,
    (None,),
    name="one_hot",
    params={"n": 0, "axis": -1, "dtype": "float64"},
    spelling={
        "numpy": _moved("np.eye({n}<kind>)[{0}]", "np.moveaxis(<rows>, -1, <axis>)"),
        "jax": _moved(
            "jnp.eye({n}, dtype=jnp.<dtype>)[{0}]", "jnp.moveaxis(<rows>, -1, <axis>)"
        ),
        "torch": _moved(
            "torch.eye({n}, dtype=torch.<dtype>)[{0}]",
            "torch.movedim(<rows>, -1, <axis>)",
        ),
        "tensorflow": lambda site: (
            f"tf.one_hot({{0}}, {{n}}, axis={site.params['axis']}, dtype=tf.{site.params['dtype']})"
        ),
    },
    kind="creation",
    notation=r"\operatorname{onehot}(#1)",
    samples=(
        Sample(((4,),), {"n": 3}, integers={0: 3}),
        Sample(((2, 3),), {"n": 4, "axis": 1}, integers={0: 4}),
        Sample(((2,),), {"n": 4, "axis": 0, "dtype": "float32"}, integers={0: 4}),
        Sample(((),), {"n": 3}, integers={0: 3}),
        Sample(((0,),), {"n": 3}, integers={0: 3}),
    ),
    says="1 at the label, 0 elsewhere",
)
