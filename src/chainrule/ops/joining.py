"""Joining and repeating: arrays side by side, one on another, cut apart, padded, and copied."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.spelling import Site, axes_listed, ndim
from chainrule.program import Op, Rule, Sample, Shape, ShapeError


def along(axis: int, item: Any) -> tuple[Any, ...]:
    """The index that is ``item`` on one axis and everything on those before it."""
    return (*(slice(None) for _ in range(axis)), item)


def concatenate_rule(position: int) -> Rule:
    """The gradient of one of the arrays that were joined."""

    def vjp(dy: Any, y: Any, *arrays: Any, axis: int) -> Any:
        """Cut off what came before, keep as much as this array has."""
        place = axis % dy.ndim
        for before in arrays[:position]:
            dy = dy[along(place, slice(before.shape[place], None))]
        if position < len(arrays) - 1:
            dy = dy[along(place, slice(None, arrays[position].shape[place]))]
        return dy

    return Rule(
        vjp, "each part gets the piece of the gradient that stands where it stands"
    )


concatenate = Op(
    lambda *arrays, axis: np.concatenate(arrays, axis=axis),
    shapes.concatenate,
    concatenate_rule,
    name="concatenate",
    params={"axis": 0},
    spelling={
        "numpy": lambda site: _joined("np.concatenate", "axis", site),
        "torch": lambda site: _joined("torch.cat", "dim", site),
        "tensorflow": lambda site: f"tf.concat([{{args}}], axis={site.params['axis']})",
    },
    kind="arrangement",
    result_name=("joined", "joined"),
    notation=r"\operatorname{concat}(#1)",
    samples=(
        Sample(((2, 3), (4, 3))),
        Sample(((2, 1), (2, 3), (2, 2)), {"axis": -1}),
        Sample(((3,), (0,), (2,))),
        Sample(((2, 3),), {"axis": 1}),
        Sample(((2, 1, 2), (2, 3, 2)), {"axis": 1}),
    ),
)


def _joined(function: str, word: str, site: Site) -> str:
    axis = site.params["axis"]
    return f"{function}([{{args}}]" + (f", {word}={axis})" if axis else ")")


def stack_rule(position: int) -> Rule:
    """The gradient of one of the arrays that were stacked."""
    return Rule(
        lambda dy, y, *arrays, axis: dy[along(axis % dy.ndim, position)],
        "each part gets the slice of the gradient that stands where it stands",
    )


stack = Op(
    lambda *arrays, axis: np.stack(arrays, axis=axis),
    shapes.stack,
    stack_rule,
    name="stack",
    params={"axis": 0},
    spelling={
        "numpy": lambda site: _joined("np.stack", "axis", site),
        "torch": lambda site: _joined("torch.stack", "dim", site),
        "tensorflow": lambda site: _joined("tf.stack", "axis", site),
    },
    kind="arrangement",
    result_name=("stacked", "stacked"),
    notation=r"\operatorname{stack}(#1)",
    samples=(
        Sample(((2, 3), (2, 3))),
        Sample(((3,), (3,), (3,)), {"axis": -1}),
        Sample(((), ())),
        Sample(((2, 3), (2, 3)), {"axis": 1}),
    ),
)


def parts(x: Any, n: int, axis: int) -> Any:
    """``x`` cut into ``n`` parts, as equal as can be."""
    return np.array_split(x, n, axis=axis)


def part_back(dy: Any, y: Any, x: Any, n: int, part: int, axis: int) -> Any:
    """The gradient of one part, with zeros in the place of the others."""
    pieces = [
        dy if place == part else np.zeros_like(split(x, n=n, part=place, axis=axis))
        for place in range(n)
    ]
    return np.concatenate(pieces, axis=axis)


def part_shape(shape: Shape, *, n: int, part: int, axis: int) -> Shape:
    """The first parts are longer by one where the length does not divide."""
    (place,) = shapes.axes_of(axis, len(shape))
    if n < 1:
        message = f"{n} parts cannot be made: a split makes at least one"
        raise ShapeError("E102", message)
    length = shape[place] // n + (part < shape[place] % n)
    return (*shape[:place], length, *shape[place + 1 :])


split = Op(
    lambda x, n, part, axis: np.copy(parts(x, n, axis)[part]),
    part_shape,
    (
        Rule(
            part_back,
            "the gradient of a part stands in its place, with zeros beside it",
        ),
    ),
    name="split",
    params={"n": 1, "part": 0, "axis": 0},
    spelling={
        "numpy": lambda site: _cut("np.array_split({0}, {n}", "axis", site),
        "torch": lambda site: _cut("torch.tensor_split({0}, {n}", "dim", site),
        "tensorflow": lambda site: _tf_cut(site),
    },
    kind="view",
    notation=r"#1_{#part}",
    samples=(
        Sample(((4, 3),), {"n": 2, "part": 1}),
        Sample(((2, 5),), {"n": 3, "part": 1, "axis": -1}),
        Sample(((2, 5),), {"n": 3, "part": 0, "axis": 1}),
        Sample(((1,),), {"n": 2, "part": 1}),
    ),
)


def _cut(start: str, word: str, site: Site) -> str:
    axis = f", {word}={site.params['axis']}" if site.params["axis"] else ""
    return f"{start}{axis})[{{part}}]"


def _tf_cut(site: Site) -> str:
    """TensorFlow wants the lengths of parts that are not equal."""
    (axis,) = axes_listed(site, site.params["axis"])
    n, length = site.params["n"], site.shapes[0][axis]
    sizes = (
        n if length % n == 0 else [length // n + (one < length % n) for one in range(n)]
    )
    return f"tf.split({{0}}, {sizes}, axis={axis})[{{part}}]"


def unpadded(width: tuple[int, int]) -> slice:
    """The part of an axis that was there before it was padded."""
    before, after = width
    return slice(before or None, -after if after else None)


def pad_shape(shape: Shape, *, pad_width: Any, **_: Any) -> Shape:
    """Each axis longer by what was put before and after it."""
    if len(pad_width) != len(shape):
        message = f"{len(pad_width)} pairs of widths for an array of shape {shape}"
        raise ShapeError("E102", message)
    return tuple(
        before + length + after
        for length, (before, after) in zip(shape, pad_width, strict=True)
    )


pad = Op(
    lambda x, pad_width, constant_values: np.pad(
        x, pad_width, constant_values=constant_values
    ),
    pad_shape,
    (
        Rule(
            lambda dy, y, x, pad_width, constant_values: dy[
                tuple(unpadded(width) for width in pad_width)
            ],
            "the padding is cut off again",
        ),
    ),
    name="pad",
    params={"pad_width": (), "constant_values": 0},
    spelling={
        "numpy": lambda site: (
            "np.pad({0}, {pad_width}"
            + (
                ", constant_values={constant_values})"
                if site.params["constant_values"]
                else ")"
            )
        ),
        "torch": lambda site: _torch_pad(site),
        "tensorflow": lambda site: (
            "tf.pad({0}, {pad_width}"
            + (
                ", constant_values={constant_values})"
                if site.params["constant_values"]
                else ")"
            )
        ),
    },
    kind="arrangement",
    notation=r"\operatorname{pad}(#1)",
    samples=(
        Sample(((2, 3),), {"pad_width": ((1, 2), (0, 1))}),
        Sample(((3,),), {"pad_width": ((0, 0),)}),
        Sample(((3,),), {"pad_width": ((2, 0),), "constant_values": 1.5}),
        Sample(((0, 2),), {"pad_width": ((1, 1), (0, 1))}),
    ),
)


def _torch_pad(site: Site) -> str:
    """PyTorch counts its widths from the last axis, all in a row."""
    flat = tuple(width for pair in reversed(site.params["pad_width"]) for width in pair)
    value = site.params["constant_values"]
    return f"torch.nn.functional.pad({{0}}, {flat}" + (
        ", value={constant_values})" if value else ")"
    )


def tile_shape(shape: Shape, *, reps: tuple[int, ...]) -> Shape:
    """Each length as often as it is repeated; missing axes and repeats count as 1."""
    wide = max(len(shape), len(reps))
    lengths = (*(1 for _ in range(wide - len(shape))), *shape)
    times = (*(1 for _ in range(wide - len(reps))), *reps)
    return tuple(length * time for length, time in zip(lengths, times, strict=True))


def tile_back(dy: Any, y: Any, x: Any, reps: tuple[int, ...]) -> Any:
    """The gradients of all copies, added up."""
    wide = max(x.ndim, len(reps))
    lengths = (*(1 for _ in range(wide - x.ndim)), *x.shape)
    times = (*(1 for _ in range(wide - len(reps))), *reps)
    pairs = tuple(one for pair in zip(times, lengths, strict=True) for one in pair)
    total = np.sum(np.reshape(dy, pairs), axis=tuple(range(0, 2 * wide, 2)))
    return np.reshape(total, x.shape)


tile = Op(
    lambda x, reps: np.tile(x, reps),
    tile_shape,
    (Rule(tile_back, "each copy sends its gradient back, and they add up"),),
    name="tile",
    params={"reps": ()},
    spelling={
        "numpy": "np.tile({0}, {reps})",
        "torch": "torch.tile({0}, {reps})",
        "tensorflow": lambda site: _tf_tile(site),
    },
    kind="arrangement",
    notation=r"\operatorname{tile}(#1)",
    samples=(
        Sample(((2, 3),), {"reps": (2, 1)}),
        Sample(((3,),), {"reps": (2, 2)}),
        Sample(((2, 1, 3),), {"reps": (2,)}),
        Sample(((),), {"reps": (3,)}),
    ),
)


def _tf_tile(site: Site) -> str:
    """TensorFlow wants as many repeats as there are axes."""
    reps = site.params["reps"]
    missing = len(reps) - ndim(site)
    if missing > 0:
        return f"tf.tile({{0}}[{'None, ' * missing}...], {reps})"
    return f"tf.tile({{0}}, {(*(1 for _ in range(-missing)), *reps)})"


def repeat_shape(shape: Shape, *, repeats: int, axis: int | None) -> Shape:
    """The axis longer by ``repeats`` times; without an axis, all entries in a row."""
    if axis is None:
        return (shapes.size(shape) * repeats,)
    (place,) = shapes.axes_of(axis, len(shape))
    return (*shape[:place], shape[place] * repeats, *shape[place + 1 :])


def repeat_back(dy: Any, y: Any, x: Any, repeats: int, axis: int | None) -> Any:
    """The gradients of the copies of each entry, added up."""
    if axis is None:
        return np.reshape(np.sum(np.reshape(dy, (x.size, repeats)), axis=1), x.shape)
    place = axis % x.ndim
    apart = (*x.shape[: place + 1], repeats, *x.shape[place + 1 :])
    return np.sum(np.reshape(dy, apart), axis=place + 1)


repeat = Op(
    np.repeat,
    repeat_shape,
    (Rule(repeat_back, "each copy sends its gradient back, and they add up"),),
    params={"repeats": 1, "axis": None},
    spelling={
        "numpy": lambda site: _repeated("np.repeat({0}, {repeats}", "axis", site),
        "torch": lambda site: _repeated(
            "torch.repeat_interleave({0}, {repeats}", "dim", site
        ),
        "tensorflow": lambda site: _repeated("tf.repeat({0}, {repeats}", "axis", site),
    },
    kind="arrangement",
    notation=r"\operatorname{repeat}(#1)",
    samples=(
        Sample(((2, 3),), {"repeats": 2, "axis": 0}),
        Sample(((2, 3),), {"repeats": 3, "axis": -1}),
        Sample(((2, 3),), {"repeats": 2}),
        Sample(((),), {"repeats": 2}),
    ),
)


def _repeated(start: str, word: str, site: Site) -> str:
    axis = site.params["axis"]
    return start + ("" if axis is None else f", {word}={axis}") + ")"
