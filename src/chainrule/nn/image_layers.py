"""Layers of images, (channels, rows, columns) each: what each one writes, in plain NumPy, into a forward pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chainrule.nn.activations import activation as activation_of
from chainrule.nn.constraints import (
    ActivationName,
    Around,
    Count,
    Flag,
    Frame,
    Initialiser,
    Lengths,
    Sides,
)
from chainrule.nn.forward_builder import Draft, Start
from chainrule.nn.layer_registry import layer
from chainrule.nn.unit_layers import Activation
from chainrule.ops.convolutions import places
from chainrule.program import ShapeError, UsageError

Pair = tuple[int, int]


@layer
class Reshape:
    """Each sample in another shape: ``Reshape((1, 8, 8))`` makes images of one channel out of rows of 64 numbers."""

    shape: Lengths
    arrays = True

    def write(self, draft: Draft) -> None:
        """The same numbers, row after row."""
        _require_rows(draft, "Reshape")
        if int(np.prod(self.shape)) != int(np.prod(draft.units)):
            raise UsageError(
                "E411",
                f"{_told(draft.units)} cannot be given the shape {self.shape}, which has {int(np.prod(self.shape))}",
                hint="the lengths multiplied are how many numbers a sample has",
            )
        draft.units = tuple(self.shape)
        lengths = ", ".join(map(str, self.shape))
        x = draft.result
        draft.write(f"x{draft.number('x')}", f"{x}.reshape({x}.shape[0], {lengths})")
        draft.tell(f"Reshape({self.shape})", 0, 0)


@layer
class Conv2d:
    """``filters`` kernels, each moved over all channels of an image, and a bias for each; then the activation.

    The kernel is not turned, as everywhere in networks. ``kernel_size``, ``stride`` and ``padding`` are whole numbers, or two:
    for rows and for columns. ``padding`` is how many zeros frame an image on each side; "same" keeps its shape, "valid" is 0.
    Without an initialiser, the weights start as suits the activation, from the fans of He et al. 2015, section 2.2: what
    one place of the result is made of, and what one place of the image has a part in.
    """

    filters: Count
    kernel_size: Sides = 3
    stride: Sides = 1
    padding: Around = 0
    activation: ActivationName = "identity"
    initialiser: Initialiser = None
    bias: Flag = True
    bias_initialiser: Initialiser = "zeros"
    arrays = True

    def write(self, draft: Draft) -> None:
        """The windows, their product with the kernels, the biases, the activation."""
        chosen = activation_of(self.activation)
        channels, *_ = _image(draft, f"Conv2d({self.filters})")
        size, number = _pair(self.kernel_size), draft.number("W")
        over = _Windows(size, _pair(self.stride), self._around(size))
        windows = over.write(draft, "Conv2d")
        kernel, start = f"K{number}", self.initialiser
        fans = (channels * size[0] * size[1], self.filters * size[0] * size[1])
        draft.parameters[kernel] = Start(
            (self.filters, channels, *size),
            chosen.start if start is None else start,
            fans,
            "weight",
        )
        product = f'np.einsum("nchwij,fcij->nfhw", {windows}, {kernel}, optimize=True)'
        if self.bias:
            draft.parameters[f"b{number}"] = Start(
                (self.filters,), self.bias_initialiser, fans, "bias"
            )
            product += f" + b{number}[:, None, None]"
        draft.units = (self.filters, *draft.units[1:])
        draft.write(f"z{number}", product)
        learned = fans[0] * self.filters
        n_places = draft.units[1] * draft.units[2]
        said = f"Conv2d({self.filters}, {self.kernel_size})"
        draft.tell(said, learned + self.filters * self.bias, 2 * n_places * learned)
        if chosen.name != "identity":
            Activation(chosen.name).write(draft)

    def _around(self, size: Pair) -> Pair:
        """The frame on each side."""
        if self.padding == "valid":
            return 0, 0
        if self.padding != "same":
            return _pair(self.padding)
        if _pair(self.stride) != (1, 1) or not size[0] % 2 == size[1] % 2 == 1:
            raise UsageError(
                "E411",
                f"padding='same' is for kernels of odd size and a stride of 1, not for {self.kernel_size} and {self.stride}",
                hint=f"padding={max(size) // 2} frames an image on every side",
            )
        return size[0] // 2, size[1] // 2


@layer
class MaxPool2d:
    """The largest entry of every window, channel by channel; windows stand side by side unless ``stride`` says otherwise."""

    kernel_size: Sides = 2
    stride: Sides | None = None
    padding: Frame = 0
    arrays = True

    def write(self, draft: Draft) -> None:
        """The windows and the largest entry of each; what frames an image is never it."""
        _pool(draft, "MaxPool2d", self, "np.max", "-np.inf")


@layer
class AvgPool2d:
    """The mean of every window, channel by channel; the zeros that frame an image count."""

    kernel_size: Sides = 2
    stride: Sides | None = None
    padding: Frame = 0
    arrays = True

    def write(self, draft: Draft) -> None:
        """The windows and the mean of each."""
        _pool(draft, "AvgPool2d", self, "np.mean", "")


@layer
class GlobalAvgPool:
    """The mean of every channel over all places (Lin et al. 2013, section 3.2): an image becomes one number a channel.

    Of sequences it is the mean of every feature over all times.
    """

    arrays = True

    def write(self, draft: Draft) -> None:
        """The mean over rows and columns, or over times."""
        name, work = f"g{draft.number('g')}", int(np.prod(draft.units))
        if len(draft.units) == 2:
            _require_rows(draft, "GlobalAvgPool")
            draft.units = draft.units[1:]
            draft.write(name, f"np.mean({draft.result}, axis=1)")
            draft.tell("GlobalAvgPool", 0, work)
            return
        channels, *_ = _image(draft, "GlobalAvgPool")
        draft.units = (channels,)
        draft.write(name, f"np.mean({draft.result}, axis=(2, 3))")
        draft.tell("GlobalAvgPool", 0, work)


@layer
class Flatten:
    """The numbers of each sample in one row, as ``Dense`` takes them."""

    arrays = True

    def write(self, draft: Draft) -> None:
        """The same numbers in a row."""
        _require_rows(draft, "Flatten")
        draft.units = (int(np.prod(draft.units)),)
        x = draft.result
        draft.write(f"f{draft.number('f')}", f"{x}.reshape({x}.shape[0], -1)")
        draft.tell("Flatten", 0, 0)


def _pair(said: int | Pair) -> Pair:
    return (said, said) if isinstance(said, int) else (said[0], said[1])


def _told(units: tuple[int, ...]) -> str:
    return f"{units[0]} numbers" if len(units) == 1 else f"an array of {units}"


def _require_rows(draft: Draft, kind: str) -> None:
    if draft.columns:
        raise UsageError(
            "E411", f"{kind} takes samples as rows", hint="leave columns=True out"
        )


def _image(draft: Draft, kind: str) -> tuple[int, int, int]:
    """Channels, rows and columns of what comes in.

    Raises:
        UsageError: E411 where it is no image.
    """
    _require_rows(draft, kind)
    if len(draft.units) == 3:
        channels, rows, columns = draft.units
        return channels, rows, columns
    hint = "an image has channels, rows and columns: "
    if len(draft.units) == 2:
        hint += f"Reshape({(1, *draft.units)}) before it, or X[:, None]"
    else:
        (n,) = draft.units
        side = round(n**0.5)
        shape = (1, side, side) if side * side == n else ("channels", "rows", "columns")
        hint += f"Reshape(({', '.join(map(str, shape))})) before it"
    raise UsageError(
        "E411",
        f"{kind} takes images, and gets {_told(draft.units)} a sample",
        hint=hint,
    )


COLOURS = (1, 3, 4)
"""As many channels have images as they come: in grey, in colour, and with what shines through."""


@dataclass(frozen=True, slots=True)
class _Windows:
    """How windows move over images: their size, how far apart they stand, the frame and what it is made of."""

    size: Pair
    stride: Pair
    around: Pair
    number: str = ""

    def write(self, draft: Draft, kind: str) -> str:
        """Lines for the windows of what comes in, and the name of them; the draft's units are then one a window."""
        channels, *_ = _image(draft, kind)
        shape = (1, *draft.units)
        try:
            found = places(shape, self.size, self.stride, self.around)
        except ShapeError as error:
            message = f"{kind} of images of {draft.units}: {error.message}"
            last = draft.units[-1]
            turned = last < min(draft.units[:-1]) and last in COLOURS
            hint = "channels come first: X.transpose(0, 3, 1, 2)" if turned else None
            raise UsageError("E411", message, hint=hint or error.hint) from None
        draft.units = (channels, *found)
        x, n = draft.result, draft.number("windows")
        if any(self.around):
            widths = ((0, 0), (0, 0), *((one, one) for one in self.around))
            value = f", constant_values={self.number}" if self.number else ""
            draft.lines.append(f"framed{n} = np.pad({x}, {widths}{value})")
            x = f"framed{n}"
        view = (
            f"np.lib.stride_tricks.sliding_window_view({x}, {self.size}, axis=(2, 3))"
        )
        if self.stride != (1, 1):
            view += f"[:, :, ::{self.stride[0]}, ::{self.stride[1]}]"
        draft.lines.append(f"windows{n} = {view}")
        return f"windows{n}"


def _pool(
    draft: Draft, kind: str, said: MaxPool2d | AvgPool2d, function: str, number: str
) -> None:
    size = _pair(said.kernel_size)
    stride = size if said.stride is None else _pair(said.stride)
    over = _Windows(size, stride, _pair(said.padding), number)
    windows = over.write(draft, kind)
    draft.write(f"p{draft.number('p')}", f"{function}({windows}, axis=(4, 5))")
    n_entries = int(np.prod(draft.units)) * size[0] * size[1]
    draft.tell(f"{kind}({said.kernel_size})", 0, n_entries)
