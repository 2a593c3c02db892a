"""Convolution and pooling written by hand, known by which axes of windows meet what: exactly, and in any order of axes.

A product of windows with a kernel, summed over the windows' own axes, is a convolution; the largest or the mean entry of
each window is a pooling. Which axis is which, the letters of the product say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_letters
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.arrangements import Turned, Unmerged
from chainrule.derive.idioms.match import Bindings, Idiom
from chainrule.derive.idioms.matrices import MatrixSum, as_matrix_sum, turned
from chainrule.ops.einstein import letters
from chainrule.ops.linear import paired
from chainrule.ops.shapes import axes_of
from chainrule.program import Arg, Line, Op, Sample, Value
from chainrule.program.line import concrete

CONVOLVED = "each window times the kernel, summed: this is a convolution"
POOLED = "one number for each window: this is pooling"
Lengths = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WindowView:
    """Windows of ``x``: their axes, in the order of ``size``, come behind those of ``x``."""

    x: Value
    size: Lengths
    axis: Lengths
    stride: Lengths

    def unpadded(self, producer: Mapping[Value, Line], number: float) -> tuple[Value, Lengths]:  # fmt: skip
        """What was framed alike on both sides with a number, and how wide; nothing else is taken off."""
        none = (0,) * len(self.size)
        line = producer.get(self.x)
        if line is None or line.op is not ops.pad:
            return self.x, none
        params = concrete(line.params)
        widths, of = params["pad_width"], line.args[0]
        around = tuple(widths[axis][0] for axis in self.axis)
        wanted: list[tuple[int, int]] = [(0, 0)] * self.x.ndim
        for axis, one in zip(self.axis, around, strict=True):
            wanted[axis] = (one, one)
        narrow = all(0 <= a < n for a, n in zip(around, self.size, strict=True))
        alike = [tuple(map(int, pair)) for pair in widths] == wanted
        if not (alike and narrow and isinstance(of, Value)):
            return self.x, none
        return (of, around) if params["constant_values"] == number else (self.x, none)


def windows_of(value: Arg, producer: Mapping[Value, Line]) -> WindowView | None:
    """The windows that a value is, every one or every so many."""
    line = producer.get(value) if isinstance(value, Value) else None
    steps: tuple[Any, ...] = ()
    if line is not None and line.op is ops.getitem and isinstance(line.args[0], Value):
        steps = line.params["index"]
        if len(line.args) > 1 or not all(map(_is_every, steps)):
            return None
        line = producer.get(line.args[0])
    if line is None or line.op is not ops.windows or not isinstance(line.args[0], Value):  # fmt: skip
        return None
    x, params = line.args[0], concrete(line.params)
    axis = axes_of(params["axis"], x.ndim)
    every = [one.step or 1 for one in steps] + [1] * (line.result.ndim - len(steps))
    if any(step != 1 for at, step in enumerate(every) if at not in axis):
        return None
    stride = (step * every[at] for at, step in zip(axis, params["stride"], strict=True))
    return WindowView(x, tuple(map(int, params["size"])), axis, tuple(stride))


def _is_every(item: Any) -> bool:
    """Whether an item of an index takes every so many entries of an axis, from the first on."""
    if not isinstance(item, slice) or item.stop is not None:
        return False
    return item.start in (None, 0) and (item.step is None or (type(item.step) is int and item.step > 0))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of products of two arrays as Einstein writes it: a word of letters for each, and one for the result."""

    factors: tuple[Value, Value]
    words: tuple[str, str]
    result: str


def as_sum(line: Line, producer: Mapping[Value, Line]) -> Sum | None:
    """A line as a sum of products: written with letters, by axes, or as a product and then a sum."""
    if line.op is ops.sum:
        return _summed(line, producer)
    factors = line.args
    if len(factors) != 2:
        return None
    left, right = factors
    if not (isinstance(left, Value) and isinstance(right, Value)):
        return None
    if line.op is ops.einsum:
        subscripts = line.params["subscripts"].replace(" ", "")
        if "." in subscripts or "->" not in subscripts:
            return None
        (first, second), result = letters(subscripts)
        return Sum((left, right), (first, second), result)
    mine, others = paired(line.params["axes"], left.ndim, right.ndim)
    first = ascii_letters[: left.ndim]
    named = list(ascii_letters[left.ndim : left.ndim + right.ndim])
    for one, other in zip(mine, others, strict=True):
        named[other] = first[one]
    kept = [letter for at, letter in enumerate(first) if at not in mine]
    kept += [letter for at, letter in enumerate(named) if at not in others]
    return Sum((left, right), (first, "".join(named)), "".join(kept))


def _summed(line: Line, producer: Mapping[Value, Line]) -> Sum | None:
    """A product entry by entry, the smaller array copied over the first axes, and then summed."""
    (whole,) = line.args
    made = producer.get(whole) if isinstance(whole, Value) else None
    if made is None or made.op is not ops.multiply or line.params["keepdims"]:
        return None
    left, right = made.args
    if not (isinstance(left, Value) and isinstance(right, Value)):
        return None
    every = ascii_letters[: made.result.ndim]
    gone = axes_of(concrete(line.params)["axis"], made.result.ndim)
    words = (every[len(every) - left.ndim :], every[len(every) - right.ndim :])
    result = "".join(one for at, one in enumerate(every) if at not in gone)
    return Sum((left, right), words, result)


@dataclass(frozen=True, slots=True)
class Arranged:
    """How an array comes to stand as an op wants it: some of its axes in order, and 1 where it has none."""

    order: tuple[int | None, ...]

    def of(self, x: Any) -> Any:
        """The array with its axes in this order."""
        own = tuple(axis for axis in self.order if axis is not None)
        turned = x if own == tuple(range(len(own))) else np.transpose(x, own)
        new = tuple(at for at, axis in enumerate(self.order) if axis is None)
        return np.expand_dims(turned, new) if new else turned

    def back(self, y: Any) -> Any:
        """An array that stands so, with its axes as they were."""
        new = tuple(at for at, axis in enumerate(self.order) if axis is None)
        own = tuple(axis for axis in self.order if axis is not None)
        small = np.squeeze(y, axis=new) if new else y
        if own == tuple(range(len(own))):
            return small
        return np.transpose(small, tuple(int(axis) for axis in np.argsort(own)))


@dataclass(frozen=True, slots=True)
class How:
    """How a product is a convolution: how its arrays are to stand, and the settings."""

    x: Arranged
    k: Arranged
    y: Arranged
    stride: Lengths
    padding: Lengths
    sample: str | None

    def write(self, x: Any, k: Any, shape: Lengths = ()) -> Any:
        """The convolution, arranged as the product was, in the shape of a matrix if it was one."""
        found = ops.convolution(self.x.of(x), self.k.of(k), stride=self.stride, padding=self.padding)  # fmt: skip
        arranged = self.y.back(found)
        return np.reshape(arranged, shape) if shape else arranged


def only(found: Sequence[str]) -> str | None:
    """The one letter there is, none or one."""
    return found[0] if found else None


def as_convolution(seen: WindowView, words: tuple[str, str], result: str, padding: Lengths) -> How | None:  # fmt: skip
    """How the product of windows, whose letters are the first word, with a kernel is a convolution; None if it is none."""
    mine, kernel = words
    if any(len(set(word)) < len(word) for word in (mine, kernel, result)):
        return None
    n_axes = seen.x.ndim
    inside = mine[n_axes:]
    moved = [mine[axis] for axis in seen.axis]
    others = [one for at, one in enumerate(mine[:n_axes]) if at not in seen.axis]
    batch = [one for one in others if one in result and one not in kernel]
    channels = [one for one in others if one in kernel and one not in result]
    filters = [one for one in kernel if one not in mine]
    fits = (
        len(batch) + len(channels) == len(others)
        and max(len(batch), len(channels), len(filters)) <= 1
        and all(one in kernel and one not in result for one in inside)
        and all(one in result and one not in kernel for one in moved)
        and set(result) == {*batch, *filters, *moved}
    )
    if not fits:
        return None

    def at(word: str, wanted: Sequence[str | None]) -> Arranged:
        return Arranged(tuple(None if one is None else word.index(one) for one in wanted))  # fmt: skip

    sample, channel, made = only(batch), only(channels), only(filters)
    return How(
        at(mine[:n_axes], [sample, channel, *moved]),
        at(kernel, [made, channel, *inside]),
        at(result, [sample, made, *moved]),
        seen.stride,
        padding,
        sample,
    )


@dataclass(frozen=True, eq=False)
class Convolved:
    """A product whose one factor is windows, where it is a convolution."""

    op: Op

    @cached_property
    def idiom(self) -> Idiom:
        """What it becomes."""
        return Idiom(_convolution, _convolution, Sample(((1, 1, 3), (1, 1, 2))), CONVOLVED)  # fmt: skip

    @cached_property
    def inputs(self) -> Mapping[str, str]:
        """The names of what is bound."""
        return {"x": "x", "k": "k", "how": "how", "shape": "shape"}

    def match(self, line: Line, producer: Mapping[Value, Line]) -> Iterator[Bindings]:
        """The way in which ``line`` is a convolution, if it is."""
        product = line.op is ops.matmul
        said = as_matrix_sum(line, producer) if product else as_sum(line, producer)
        if said is None or not _same_lengths(said):
            return
        for at in (0, 1):
            order, windows = turned(said.factors[at], producer)
            seen = windows_of(windows, producer)
            if seen is None:
                continue
            x, padding = seen.unpadded(producer, 0)
            mine = "".join(said.words[at][order.index(axis)] for axis in range(len(order)))  # fmt: skip
            words = mine, said.words[1 - at]
            how = as_convolution(seen, words, said.result, padding)
            if how is not None:
                shape = said.shape(how.sample) if isinstance(said, MatrixSum) else ()
                yield {"x": x, "k": said.factors[1 - at], "how": how, "shape": shape}
                return


def _same_lengths(said: Sum | MatrixSum) -> bool:
    """Whether a letter is as long wherever it stands; what is 1 long may be copied."""
    lengths: dict[str, int] = {}
    for word, value in zip(said.words, said.factors, strict=True):
        for letter, length in zip(word, value.shape, strict=True):
            if lengths.setdefault(letter, length) != length:
                return False
    return True


def _convolution(x: Any, k: Any, how: How, shape: Lengths) -> Any:
    return how.write(x, k, shape)


@dataclass(frozen=True, eq=False)
class Pooled:
    """The largest entry, or the mean, of every window: of a view of windows, or of an array cut into blocks."""

    op: Op
    pool: Op
    frame: float

    @cached_property
    def idiom(self) -> Idiom:
        """What it becomes."""
        return Idiom(self._pooled, self._pooled, Sample(((1, 1, 2, 2),)), POOLED)

    @cached_property
    def inputs(self) -> Mapping[str, str]:
        """The names of what is bound."""
        return {"x": "x", "how": "how"}

    def _pooled(self, x: Any, how: tuple[Arranged, Mapping[str, Lengths]]) -> Any:
        arranged, settings = how
        return arranged.back(self.pool(arranged.of(x), **settings))

    def match(self, line: Line, producer: Mapping[Value, Line]) -> Iterator[Bindings]:
        """The way in which ``line`` is a pooling, if it is."""
        (of,) = line.args
        if not isinstance(of, Value) or line.params["keepdims"]:
            return
        axes = axes_of(concrete(line.params)["axis"], of.ndim)
        seen = windows_of(of, producer)
        if seen is not None and set(axes) == set(range(seen.x.ndim, of.ndim)):
            x, padding = seen.unpadded(producer, self.frame)
        else:
            seen = blocks_of(of, axes, producer)
            if seen is None:
                return
            x, padding = seen.x, (0,) * len(seen.size)
        others = [axis for axis in range(x.ndim) if axis not in seen.axis]
        if len(others) > 2 or not 0 < len(seen.axis) < 4:
            return
        front = [*[None] * (2 - len(others)), *others]
        settings = {"size": seen.size, "stride": seen.stride, "padding": padding}
        yield {"x": x, "how": (Arranged((*front, *seen.axis)), settings)}


def blocks_of(value: Value, axes: Lengths, producer: Mapping[Value, Line]) -> WindowView | None:  # fmt: skip
    """An array cut into blocks by a reshape, of which the axes within blocks are ``axes``: each behind the one it was cut from."""
    line = producer.get(value)
    if line is None or line.op is not ops.reshape or not isinstance(line.args[0], Value):  # fmt: skip
        return None
    x, at = line.args[0], 0
    sizes, places = [], []
    for place, length in enumerate(x.shape):
        if at + 1 in axes and at not in axes:
            if at + 1 >= value.ndim or value.shape[at] * value.shape[at + 1] != length:
                return None
            # a few large blocks are meant to grow with the array, and windows would not
            if value.shape[at] < value.shape[at + 1]:
                return None
            sizes.append(value.shape[at + 1])
            places.append(place)
            at += 2
        elif at >= value.ndim or value.shape[at] != length:
            return None
        else:
            at += 1
    if at != value.ndim or len(places) != len(axes) or 0 in x.shape:
        return None
    return WindowView(x, tuple(sizes), tuple(places), tuple(sizes))


Windowed = Convolved | Pooled | Turned | Unmerged
WINDOWED: tuple[Windowed, ...] = (
    Convolved(ops.einsum),
    Convolved(ops.tensordot),
    Convolved(ops.sum),
    Convolved(ops.matmul),
    Unmerged(ops.reshape),
    Turned(ops.transpose),
    Pooled(ops.max, ops.max_pool, -np.inf),
    Pooled(ops.mean, ops.avg_pool, 0.0),
)
