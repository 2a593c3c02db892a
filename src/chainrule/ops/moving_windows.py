"""Windows: an array looked at through a frame that moves over it, and what was seen put back where it stood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.spelling import Site
from chainrule.program import Op, Rule, Sample, Shape, ShapeError

Lengths = tuple[int, ...]


def steps(length: int, size: int, stride: int) -> int:
    """How many windows of ``size`` fit on an axis, ``stride`` apart; a rest too short for one is not looked at.

    Raises:
        ShapeError: E102 where none fits, or where the windows do not move.
    """
    if stride < 1 or size < 1:
        what = f"a window of {size} that moves by {stride}"
        raise ShapeError("E102", f"{what}: both are whole numbers from 1 on")
    if size > length:
        message = f"a window of {size} does not fit on an axis of {length}"
        raise ShapeError("E102", message, hint="a smaller window, or padding around")
    return (length - size) // stride + 1


def windows_shape(shape: Shape, *, size: Lengths, axis: Lengths, stride: Lengths) -> Shape:  # fmt: skip
    """Along each axis as many entries as there are windows; the windows' own axes come last."""
    places = shapes.axes_of(axis, len(shape))
    if not len(size) == len(places) == len(set(places)) == len(stride):
        message = f"windows of {size}, {stride} apart, along the axes {axis}: each axis takes one of each"
        raise ShapeError("E102", message)
    lengths = list(shape)
    for place, width, step in zip(places, size, stride, strict=True):
        lengths[place] = steps(shape[place], width, step)
    return (*lengths, *map(int, size))


def looked_at(x: Any, size: Lengths, axis: Lengths, stride: Lengths) -> Any:
    """The view of all windows, as NumPy gives it."""
    seen = np.lib.stride_tricks.sliding_window_view(x, size, axis=axis)
    index = [slice(None)] * x.ndim
    for place, step in zip(axis, stride, strict=True):
        index[place] = slice(None, None, step)
    return seen[tuple(index)]


def put_back(y: Any, shape: Shape, axis: Lengths, stride: Lengths) -> Any:
    """Zeros of ``shape`` with every window added where it stood."""
    n_windows = len(axis)
    # of the kind of y, so that one that remembers how it was computed goes on remembering
    result = np.zeros_like(y, shape=shape)
    for place in np.ndindex(*y.shape[-n_windows:]):
        index = [slice(None)] * len(shape)
        for one, start, step in zip(axis, place, stride, strict=True):
            index[one] = slice(start, start + step * y.shape[one], step)
        result[tuple(index)] += y[(..., *place)]
    return result


def add_shape(y: Shape, *, shape: Any, axis: Lengths, stride: Lengths) -> Shape:
    """The shape asked for, which has just these windows."""
    wanted = shapes.given(shape=shape)
    size = y[len(wanted) :]
    if y != windows_shape(wanted, size=size, axis=axis, stride=stride):
        message = f"an array of {wanted} has no windows of shape {y}, {stride} apart along {axis}"
        raise ShapeError("E101", message)
    return wanted


def _every(step: int) -> str:
    return ":" if step == 1 else f"::{step}"


def _cut(site: Site, cuts: Sequence[str]) -> str:
    """An index with ``cuts`` on the windowed axes of an array of so many axes, the others whole; none where all are."""
    n_axes = len(site.result.shape) - len(site.params["axis"])
    at = dict(zip(shapes.axes_of(site.params["axis"], n_axes), cuts, strict=True))
    if set(cuts) == {":"}:
        return ""
    return f"[{', '.join(at.get(axis, ':') for axis in range(max(at) + 1))}]"


def in_numpy(site: Site) -> str:
    """The view, and every so many of its windows."""
    view = "np.lib.stride_tricks.sliding_window_view({0}, {size}, axis={axis})"
    return view + _cut(site, [_every(step) for step in site.params["stride"]])


def in_torch(site: Site) -> str:
    """One axis after the other."""
    axes = shapes.axes_of(site.params["axis"], len(site.shapes[0]))
    parts = zip(axes, site.params["size"], site.params["stride"], strict=True)
    return "{0}" + "".join(f".unfold({a}, {n}, {step})" for a, n, step in parts)


def taken(take: str, move: str, arange: str) -> Any:
    """The entries at the places that the windows see, one axis after the other, for a language without such views."""

    def template(site: Site) -> str:
        axes = shapes.axes_of(site.params["axis"], len(site.shapes[0]))
        text = "{0}"
        n_axes = len(site.shapes[0])
        parts = zip(axes, site.params["size"], site.params["stride"], strict=True)
        for done, (axis, size, step) in enumerate(parts):
            last = f"{{0}}.shape[{axis}] - {size - 1}"
            starts = f"{arange}(0, {last}, {step})[:, None]"
            places = f"{starts} + {arange}({size})"
            gathered = f"{take}({text}, {places}, axis={axis})"
            text = gathered
            if axis + 1 != n_axes + done:
                text = f"{move}({gathered}, {axis + 1}, -1)"
        return text

    return template


def added(zeros: str) -> Any:
    """A loop over the places in a window: what they saw, all at once, is added where they saw it."""

    def template(site: Site) -> str:
        n_windows = len(site.params["axis"])
        axes = shapes.axes_of(site.params["axis"], len(site.result.shape))
        counters = "ijklmnop"[:n_windows]
        cuts = {}
        sizes = site.shapes[0][len(site.result.shape) :]
        for axis, letter, size, step in zip(axes, counters, sizes, site.params["stride"], strict=True):  # fmt: skip
            length, n = site.result.shape[axis], site.shapes[0][axis]
            if all(len(range(first, length, step)) == n for first in range(size)):
                cuts[axis] = f"{letter}::{step}"
                continue
            every = f" : {step}" if step > 1 else ""
            times = f"{step} * " if step > 1 else ""
            cuts[axis] = f"{letter} : {letter} + {times}{{0}}.shape[{axis}]{every}"
        index = ", ".join(cuts.get(axis, ":") for axis in range(max(axes) + 1))
        into = f"{{result}}[{index}] += {{0}}[..., {', '.join(counters)}]"
        last = range(len(site.shapes[0]) - n_windows, len(site.shapes[0]))
        lines = [f"{{result}} = {zeros}({{shape}}, dtype={{0}}.dtype)"]
        for depth, (letter, axis) in enumerate(zip(counters, last, strict=True)):
            lines.append(f"{'    ' * depth}for {letter} in range({{0}}.shape[{axis}]):")
        return "\n".join([*lines, "    " * n_windows + into])

    return template


def added_by_letters(site: Site) -> str:
    """TensorFlow writes into no array: each axis is a product with ones where a window saw the entry."""
    n_axes, n_windows = len(site.result.shape), len(site.params["axis"])
    axes = shapes.axes_of(site.params["axis"], n_axes)
    letters = "abcdefgh"[:n_axes]
    inner, outer = "ijklmnop"[:n_windows], "qrstuvwx"[:n_windows]
    given, ones, result = letters + inner, [], list(letters)
    for axis, small, large, step in zip(axes, inner, outer, site.params["stride"], strict=True):  # fmt: skip
        length = site.result.shape[axis]
        n, size = site.shapes[0][axis], site.shapes[0][n_axes + inner.index(small)]
        starts = f"tf.range(0, {n * step}, {step})[:, None]"
        places = f"{starts} + tf.range({size})"
        ones.append(
            (f"{letters[axis]}{small}{large}", f"tf.one_hot({places}, {length}, dtype={{0}}.dtype)")
        )  # fmt: skip
        result[axis] = large
    words = ",".join([given, *(word for word, _ in ones)])
    factors = ", ".join(["{0}", *(text for _, text in ones)])
    return f'tf.einsum("{words}->{"".join(result)}", {factors})'


def added_at(site: Site) -> str:
    """JAX adds at places, as often as they are named."""
    n_axes, n_windows = len(site.result.shape), len(site.params["axis"])
    axes = shapes.axes_of(site.params["axis"], n_axes)
    places = {}
    for k, (axis, step) in enumerate(zip(axes, site.params["stride"], strict=True)):
        times = f"{step} * " if step > 1 else ""
        ones = [1] * (n_axes + n_windows)
        ones[axis] = -1
        start = f"({times}jnp.arange({{0}}.shape[{axis}])).reshape({tuple(ones)})"
        ones = [1] * n_windows
        ones[k] = -1
        inside = f"jnp.arange({{0}}.shape[{n_axes + k}]).reshape({tuple(ones)})"
        places[axis] = f"{start} + {inside}"
    for axis in set(range(n_axes)) - set(axes):
        ones = [1] * (n_axes + n_windows)
        ones[axis] = -1
        places[axis] = f"jnp.arange({{0}}.shape[{axis}]).reshape({tuple(ones)})"
    index = ", ".join(places[axis] for axis in range(n_axes))
    return f"jnp.zeros({{shape}}, {{0}}.dtype).at[{index}].add({{0}})"


SEEN = (
    Sample(((5,),), {"size": (3,), "axis": (0,), "stride": (1,)}),
    Sample(((4, 5),), {"size": (2, 3), "axis": (0, 1), "stride": (1, 1)}),
    Sample(((2, 3, 5, 4),), {"size": (3, 2), "axis": (2, 3), "stride": (2, 1)}),
    Sample(((2, 5, 6, 2),), {"size": (2, 2), "axis": (1, 2), "stride": (2, 3)}),
    Sample(((2, 7),), {"size": (2,), "axis": (-1,), "stride": (3,)}),
)
windows = Op(
    lambda x, size, axis, stride: np.copy(looked_at(x, size, axis, stride)),
    windows_shape,
    (
        Rule(
            lambda dy, y, x, size, axis, stride: add_windows(
                dy, shape=x.shape, axis=axis, stride=stride
            ),
            "an entry of {x} stands in every window that reaches it, and gets the gradients of all of them",
        ),
    ),
    name="windows",
    params={"size": (), "axis": (), "stride": ()},
    numpy_functions=(looked_at,),
    spelling={
        "numpy": in_numpy,
        "torch": in_torch,
        "tensorflow": taken("tf.gather", "tf.experimental.numpy.moveaxis", "tf.range"),
        "jax": taken("jnp.take", "jnp.moveaxis", "jnp.arange"),
        "javascript": "np.windows({0}, {size}, {axis}, {stride})",
    },
    kind="view",
    result_name=("{0}_windows", "windows"),
    notation=r"\operatorname{windows}(#1)",
    samples=SEEN,
)
add_windows: Op = Op(
    put_back,
    add_shape,
    (
        Rule(
            lambda dy, y, x, shape, axis, stride: windows(
                dy, size=x.shape[y.ndim :], axis=axis, stride=stride
            ),
            "each window of {x} was added where it stood, and there its gradient is read",
        ),
    ),
    name="add_windows",
    params={"shape": (), "axis": (), "stride": ()},
    spelling={
        "numpy": added("np.zeros"),
        "torch": added("torch.zeros"),
        "tensorflow": added_by_letters,
        "jax": added_at,
        "javascript": "np.add_windows({0}, {shape}, {axis}, {stride})",
    },
    kind="arrangement",
    result_name=("{0}_added", "added"),
    notation=r"\operatorname{add}(#1)",
    samples=tuple(
        Sample(
            (windows_shape(one.shapes[0], **one.params),),
            {
                "shape": one.shapes[0],
                "axis": one.params["axis"],
                "stride": one.params["stride"],
            },
        )
        for one in SEEN
    ),
)
