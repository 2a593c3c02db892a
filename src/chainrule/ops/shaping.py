"""Shaping: the same entries in another arrangement, and as another element type."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.spelling import Site, Spelling, axes_listed, call, ndim
from chainrule.program import Op, Rule, Sample, Value


def fresh(arrange: Callable[..., Any]) -> Callable[..., Any]:
    """A NumPy function that gives a view, giving an array of its own instead."""

    def forward(x: Any, **params: Any) -> Any:
        return np.copy(arrange(x, **params))

    forward.__name__ = arrange.__name__
    return forward


def untransposed(axes: Sequence[int] | None, n_axes: int) -> tuple[int, ...] | None:
    """The order of axes that undoes ``axes``."""
    if axes is None:
        return None
    return tuple(int(place) for place in np.argsort(shapes.axes_of(axes, n_axes)))


def _tf_order(order: Callable[[Site], Sequence[int]]) -> Callable[[Site], str]:
    """TensorFlow's one way to arrange axes: their order written out."""
    return lambda site: f"tf.transpose({{0}}, {tuple(order(site))})"


def _swapped(site: Site) -> list[int]:
    order = list(range(ndim(site)))
    one, other = axes_listed(site, (site.params["axis1"], site.params["axis2"]))
    order[one], order[other] = order[other], order[one]
    return order


def _moved(site: Site) -> list[int]:
    source = axes_listed(site, site.params["source"])
    target = axes_listed(site, site.params["destination"])
    order = [axis for axis in range(ndim(site)) if axis not in source]
    for place, axis in sorted(zip(target, source, strict=True)):
        order.insert(place, axis)
    return order


def _permuted(site: Site) -> str:
    if site.params["axes"] is not None:
        return "{0}.permute({axes})"
    n = ndim(site)
    turned = f"{{0}}.permute({tuple(reversed(range(n)))})"
    return "{0}" if n < 2 else "{0}.T" if n == 2 else turned


transpose = Op(
    fresh(np.transpose),
    shapes.transpose,
    (
        Rule(
            lambda dy, y, x, axes: np.transpose(dy, untransposed(axes, x.ndim)),
            "what was turned is turned back",
        ),
    ),
    params={"axes": None},
    numpy_functions=(np.transpose, np.permute_dims),
    spelling={
        "numpy": lambda site: (
            "{0}.T" if site.params["axes"] is None else "{0}.transpose({axes})"
        ),
        "torch": _permuted,
        "tensorflow": lambda site: (
            "tf.transpose({0})"
            if site.params["axes"] is None
            else "tf.transpose({0}, {axes})"
        ),
    },
    kind="view",
    result_name=("{0}_T", "T"),
    notation=r"{#1}^{\top}",
    samples=(
        Sample(((2, 3),)),
        Sample(((2, 3, 4),), {"axes": (1, 2, 0)}),
        Sample(((2, 3, 4),)),
        Sample(((2, 3),), {"axes": (-1, 0)}),
        Sample(((3,),)),
        Sample(((0, 3),)),
    ),
)
swapaxes = Op(
    fresh(np.swapaxes),
    shapes.arranged(np.swapaxes),
    (
        Rule(
            lambda dy, y, x, axis1, axis2: np.swapaxes(dy, axis1, axis2),
            "what was turned is turned back",
        ),
    ),
    params={"axis1": None, "axis2": None},
    numpy_functions=(np.swapaxes,),
    spelling={
        "numpy": "{0}.swapaxes({axis1}, {axis2})",
        "tensorflow": _tf_order(_swapped),
    },
    kind="view",
    result_name=("{0}_T", "T"),
    notation=r"{#1}^{\top}",
    samples=(
        Sample(((2, 3, 4),), {"axis1": -1, "axis2": -2}),
        Sample(((2, 3, 4),), {"axis1": 0, "axis2": 2}),
        Sample(((2, 3),), {"axis1": 1, "axis2": 1}),
    ),
)
moveaxis = Op(
    fresh(np.moveaxis),
    shapes.arranged(np.moveaxis),
    (
        Rule(
            lambda dy, y, x, source, destination: np.moveaxis(dy, destination, source),
            "what was moved is moved back",
        ),
    ),
    params={"source": None, "destination": None},
    numpy_functions=(np.moveaxis,),
    spelling={
        "numpy": "np.moveaxis({0}, {source}, {destination})",
        "torch": "torch.movedim({0}, {source}, {destination})",
        "tensorflow": _tf_order(_moved),
    },
    kind="view",
    notation=r"{#1}^{\top}",
    samples=(
        Sample(((2, 3, 4),), {"source": 0, "destination": -1}),
        Sample(((2, 3, 4, 2),), {"source": (0, -1), "destination": (2, 0)}),
    ),
)


def _reshaped(site: Site, made: str) -> str:
    """A row of all entries is asked for as people do: ``reshape(-1)``. A plain number has no methods: ``made`` an array first."""
    flat = ".reshape(-1)" if site.params["shape"] == (-1,) else ".reshape({shape})"
    return (made if getattr(site.args[0], "weak", True) else "{0}") + flat


reshape = Op(
    fresh(lambda x, shape: np.reshape(x, shape)),
    shapes.reshape,
    (
        Rule(
            lambda dy, y, x, shape: np.reshape(dy, x.shape),
            "the entries go back to their places",
        ),
    ),
    name="reshape",
    params={"shape": None},
    numpy_functions=(np.reshape,),
    spelling={
        "numpy": lambda site: _reshaped(site, "np.array({0})"),
        "torch": lambda site: _reshaped(site, "torch.as_tensor({0})"),
        "tensorflow": "tf.reshape({0}, {shape})",
    },
    kind="view",
    result_name=("{0}_reshaped", "reshaped"),
    notation=r"\operatorname{reshape}(#1)",
    samples=(
        Sample(((2, 3),), {"shape": (3, 2)}),
        Sample(((2, 3),), {"shape": (-1,)}),
        Sample(((2, 6),), {"shape": (2, -1, 3)}),
        Sample(((),), {"shape": (1, 1)}),
        Sample(((0, 3),), {"shape": (3, 0)}),
        Sample(((6,),), {"shape": (2, 3)}),
    ),
)
expand_dims = Op(
    fresh(np.expand_dims),
    shapes.expand,
    (
        Rule(
            lambda dy, y, x, axis: np.reshape(dy, x.shape),
            "the added axis goes away again",
        ),
    ),
    params={"axis": None},
    numpy_functions=(np.expand_dims,),
    spelling={
        "numpy": "np.expand_dims({0}, {axis})",
        "torch": lambda site: _unsqueezed(site, "{text}.unsqueeze({axis})"),
        "tensorflow": lambda site: _unsqueezed(site, "tf.expand_dims({text}, {axis})"),
    },
    kind="view",
    result_name=("{0}_expanded", "expanded"),
    notation="#1",
    samples=(
        Sample(((2, 3),), {"axis": 1}),
        Sample(((3,),), {"axis": (0, 2)}),
        Sample(((),), {"axis": -1}),
        Sample(((2, 3),), {"axis": -1}),
    ),
)


def _unsqueezed(site: Site, one: str) -> str:
    """One new axis after the other, for frameworks that make one at a time."""
    axis = site.params["axis"]
    listed = (axis,) if isinstance(axis, int) else axis
    total = ndim(site) + len(listed)
    text = "{0}"
    for place in sorted(int(item) % total for item in listed):
        text = one.replace("{text}", text).replace("{axis}", str(place))
    return text


squeeze = Op(
    fresh(np.squeeze),
    shapes.arranged(np.squeeze),
    (
        Rule(
            lambda dy, y, x, axis: np.reshape(dy, x.shape),
            "the axis that was dropped comes back",
        ),
    ),
    params={"axis": None},
    numpy_functions=(np.squeeze,),
    spelling={
        "tensorflow": call("tf.squeeze", {"axis": None}),
    },
    kind="view",
    notation="#1",
    samples=(
        Sample(((2, 1, 3),), {"axis": 1}),
        Sample(((1, 3, 1),)),
        Sample(((1, 3, 1),), {"axis": (0, -1)}),
        Sample(((1, 1),)),
    ),
)
FILLS = {0.0: "zeros", 1.0: "ones"}


def _spread(module: str, full: str) -> Spelling:
    """Copies of an array; a number at every place is ``np.zeros``, ``np.ones`` or ``np.full``."""

    def template(site: Site) -> str:
        number = site.args[0]
        if isinstance(number, Value) and not number.plain:
            return f"{module}.broadcast_to({{0}}, {{shape}})"
        # NumPy's and JAX's own widths are what is meant there
        kind = site.result.dtype.name
        said = "" if module == "np" else f", dtype={module}.{kind}"
        word = None
        if isinstance(number, float) and math.copysign(1, number) > 0:
            word = FILLS.get(number)
        if word is not None:
            return f"{module}.{word}({{shape}}{said})"
        if module == "torch" and isinstance(number, Value):
            # a parameter is a tensor, which is no number to fill with
            return f"torch.as_tensor({{0}}{said}).expand({{shape}})"
        if module == "tf":
            return f"tf.fill({{shape}}, tf.cast({{0}}{said}))"
        return f"{full}({{shape}}, {{0}}{said})"

    return template


broadcast_to = Op(
    fresh(np.broadcast_to),
    shapes.broadcast_to,
    (
        Rule(
            lambda dy, y, x, shape: dy,
            "each copy sends its gradient back, and they add up",
        ),
    ),
    params={"shape": None},
    numpy_functions=(np.broadcast_to,),
    spelling={
        "numpy": _spread("np", "np.full"),
        "torch": _spread("torch", "torch.full"),
        "tensorflow": _spread("tf", "tf.fill"),
    },
    kind="view",
    result_name=("{0}_spread", "spread"),
    notation="#1",
    samples=(
        Sample(((3,),), {"shape": (2, 3)}),
        Sample(((2, 1),), {"shape": (2, 3)}),
        Sample(((),), {"shape": (2, 2)}),
        Sample(((1, 3),), {"shape": (0, 3)}),
    ),
)


def _kind(template: str) -> Callable[[Site], str]:
    return lambda site: template.replace("<dtype>", site.params["dtype"])


astype = Op(
    lambda x, dtype: np.asanyarray(x).astype(dtype),
    lambda shape, **_: shape,
    (
        Rule(
            lambda dy, y, x, dtype: dy.astype(x.dtype), "only the element type changes"
        ),
    ),
    name="astype",
    params={"dtype": None},
    spelling={
        "numpy": lambda site: (
            "{0}.astype(bool)"
            if site.params["dtype"] == "bool"
            else f"{{0}}.astype(np.{site.params['dtype']})"
        ),
        "torch": _kind("{0}.to(torch.<dtype>)"),
        "tensorflow": _kind("tf.cast({0}, tf.<dtype>)"),
    },
    kind="arrangement",
    notation="#1",
    samples=(
        Sample(((2, 3),), {"dtype": "float64"}),
        Sample(((),), {"dtype": "int64"}),
    ),
)


def _axes_given(function: str, word: str) -> Callable[[Site], str]:
    """A call with its axes as a tuple, for frameworks that take no other."""
    return lambda site: (
        f"{function}({{0}}, {word}={axes_listed(site, site.params['axis'])})"
    )


flip = Op(
    fresh(np.flip),
    shapes.arranged(np.flip),
    (
        Rule(
            lambda dy, y, x, axis: np.flip(dy, axis),
            "what was reversed is reversed back",
        ),
    ),
    params={"axis": None},
    numpy_functions=(np.flip,),
    spelling={
        "torch": _axes_given("torch.flip", "dims"),
        "tensorflow": _axes_given("tf.reverse", "axis"),
    },
    kind="view",
    notation=r"\operatorname{flip}(#1)",
    samples=(
        Sample(((2, 3),), {"axis": 0}),
        Sample(((2, 3),), {"axis": (0, -1)}),
        Sample(((2, 3),)),
        Sample(((3,),)),
    ),
)


def turned_back(shift: Any) -> Any:
    """The shift that undoes a shift."""
    return tuple(-one for one in shift) if isinstance(shift, tuple) else -shift


roll = Op(
    np.roll,
    lambda shape, **_: shape,
    (
        Rule(
            lambda dy, y, x, shift, axis: np.roll(dy, turned_back(shift), axis=axis),
            "what was pushed on is pulled back",
        ),
    ),
    params={"shift": 1, "axis": None},
    spelling={
        "numpy": call("np.roll", {"shift": None, "axis": None}, shift=""),
        "torch": call(
            "torch.roll", {"shift": None, "axis": None}, shift="", axis="dims"
        ),
        "tensorflow": lambda site: (
            "tf.reshape(tf.roll(tf.reshape({0}, (-1,)), {shift}, axis=0), {0}.shape)"
            if site.params["axis"] is None
            else "tf.roll({0}, {shift}, axis={axis})"
        ),
    },
    kind="arrangement",
    notation=r"\operatorname{roll}(#1)",
    samples=(
        Sample(((2, 3),), {"shift": 1, "axis": 1}),
        Sample(((2, 3),), {"shift": 2}),
        Sample(((2, 3),), {"shift": (1, -1), "axis": (0, 1)}),
        Sample(((4,),), {"shift": -3}),
    ),
)
