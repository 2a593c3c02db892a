"""Convolution: a kernel meets every window of an image, or of a row, and the way back from there.

Images stand as PyTorch has them: (samples, channels, rows, columns), kernels as (filters, channels, rows, columns). A row
of numbers has one axis less in both. What networks call a convolution is a cross-correlation: the kernel is not turned.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.moving_windows import add_windows, steps, windows
from chainrule.ops.spelling import Site, Spelling
from chainrule.program import Op, Rule, Sample, Shape, ShapeError

Lengths = tuple[int, ...]
KIND = {1: "a row", 2: "an image"}


def space(n_axes: int) -> Lengths:
    """The axes over which windows move: all but those of samples and channels."""
    return tuple(range(2, n_axes))


def framed(x: Any, padding: Lengths, value: float = 0.0) -> Any:
    """``x`` with so many entries more on both sides of each axis of space."""
    if not any(padding):
        return x
    widths = ((0, 0), (0, 0), *((one, one) for one in padding))
    return np.pad(x, widths, constant_values=value)


def framed_shape(shape: Shape, padding: Lengths) -> Shape:
    """The shape of an array with its frame."""
    if not any(padding):
        return shape
    lengths = zip(shape[2:], padding, strict=True)
    return (*shape[:2], *(length + 2 * one for length, one in lengths))


def unframed(x: Any, padding: Lengths) -> Any:
    """``x`` without its frame."""
    if not any(padding):
        return x
    cuts = tuple(slice(one, -one) if one else slice(None) for one in padding)
    return x[(slice(None), slice(None), *cuts)]


def seen(x: Any, size: Sequence[Any], stride: Lengths, padding: Lengths, value: float = 0.0) -> Any:  # fmt: skip
    """The windows of a framed ``x``."""
    framed_x = framed(x, padding, value)
    return windows(framed_x, size=tuple(size), axis=space(x.ndim), stride=stride)


def places(shape: Shape, size: Sequence[int], stride: Lengths, padding: Lengths) -> Shape:  # fmt: skip
    """How many windows there are along each axis of space.

    Raises:
        ShapeError: E102 where a window does not fit, or lies in the frame alone.
    """
    n = len(shape) - 2
    if n < 1 or not len(size) == len(stride) == len(padding) == n:
        message = f"windows of {tuple(size)} do not move over an array of shape {shape}"
        hint = "(samples, channels, rows, columns), with a size, a stride and a padding for rows and for columns"
        raise ShapeError("E102", message, hint=hint)
    for width, around in zip(size, padding, strict=True):
        if not 0 <= around < width:
            message = f"with a padding of {around}, a window of {width} would see nothing but padding"
            raise ShapeError("E102", message, hint=f"at most {max(width - 1, 0)}")
    return tuple(
        steps(length + 2 * around, width, step)
        for length, width, step, around in zip(
            shape[2:], size, stride, padding, strict=True
        )
    )


def convolved_shape(x: Shape, k: Shape, *, stride: Lengths, padding: Lengths) -> Shape:
    """A channel for each filter, an entry for each window."""
    if len(x) != len(k) or len(x) < 3 or x[1] != k[1]:
        message = f"an array of {x} and a kernel of {k} do not go together"
        hint = "(samples, channels, rows, columns) and (filters, channels, rows, columns), with as many channels"
        raise ShapeError("E101", message, hint=hint)
    return (x[0], k[0], *places(x, k[2:], stride, padding))


def convolved(x: Any, k: Any, stride: Lengths, padding: Lengths) -> Any:
    """Every window of ``x``, multiplied with each kernel and summed."""
    inside = tuple(range(1, k.ndim))
    whole = seen(x, k.shape[2:], stride, padding)
    product = np.tensordot(k, whole, axes=(inside, (1, *range(x.ndim, whole.ndim))))
    return np.swapaxes(product, 0, 1)


def back_to_input(dy: Any, k: Any, shape: Shape, stride: Lengths, padding: Lengths) -> Any:  # fmt: skip
    """What each window gets of the gradient, added up where the windows overlap (Dumoulin & Visin 2016, chapter 4)."""
    n = len(shape) - 2
    parts = np.tensordot(k, dy, axes=(0, 1))
    order = (n + 1, 0, *range(n + 2, 2 * n + 2), *range(1, n + 1))
    whole_shape = framed_shape(shape, padding)
    whole = add_windows(
        np.transpose(parts, order),
        shape=whole_shape,
        axis=space(len(shape)),
        stride=stride,
    )
    return unframed(whole, padding)


def back_to_kernel(x: Any, dy: Any, size: Sequence[Any], stride: Lengths, padding: Lengths) -> Any:  # fmt: skip
    """Each place of the kernel: what all windows had there, weighed by the gradient of what they gave."""
    over = (0, *space(x.ndim))
    return np.tensordot(dy, seen(x, size, stride, padding), axes=(over, over))


def input_shape(dy: Shape, k: Shape, *, shape: Any, stride: Lengths, padding: Lengths) -> Shape:  # fmt: skip
    """The shape asked for, of which a convolution has this gradient."""
    wanted = shapes.given(shape=shape)
    if convolved_shape(wanted, k, stride=stride, padding=padding) != dy:
        message = f"a convolution of {wanted} with a kernel of {k} is not of shape {dy}"
        raise ShapeError("E101", message)
    return wanted


def kernel_shape(x: Shape, dy: Shape, *, size: Lengths, stride: Lengths, padding: Lengths) -> Shape:  # fmt: skip
    """A kernel of ``size`` from each channel to each filter."""
    found = (*dy[1:2], *x[1:2], *map(int, size))
    if convolved_shape(x, found, stride=stride, padding=padding) != dy:
        message = f"a convolution of {x} with a kernel of {found} is not of shape {dy}"
        raise ShapeError("E101", message)
    return found


def alone(lengths: Lengths) -> Any:
    """One number where all are the same, as frameworks take it."""
    return lengths[0] if len(set(lengths)) == 1 else tuple(lengths)


def settings(site: Site) -> str:
    """Stride and padding, where they are not as usual."""
    stride, padding = site.params["stride"], site.params["padding"]
    text = f", stride={alone(stride)}" if set(stride) != {1} else ""
    return text + (f", padding={alone(padding)}" if any(padding) else "")


def n_space(site: Site) -> int:
    """How many axes windows move over."""
    return len(site.params["stride"])


def torch_convolution(name: str, template: str) -> Spelling:
    """A function of PyTorch for rows, images and volumes."""
    return lambda site: (
        template.replace("<name>", name.replace("#", str(n_space(site))))
        .replace("<size>", ", ".join(map(str, site.params.get("size", ()))))
        .replace("<settings>", settings(site))
    )


def pairs(padding: Lengths) -> str:
    """The same in front as behind."""
    return repr([(one, one) for one in padding])


def jax_convolution(site: Site) -> str:
    """XLA's one convolution."""
    stride = tuple(site.params["stride"])
    around = pairs(site.params["padding"])
    return f"jax.lax.conv_general_dilated({{0}}, {{1}}, {stride}, {around})"


def jax_input(site: Site) -> str:
    """XLA's, with the gradient drawn apart by the stride and the kernel turned round."""
    size, stride = site.shapes[1][2:], site.params["stride"]
    rest = [
        length + around - (given - 1) * step - 1
        for length, given, step, around in zip(
            site.result.shape[2:], site.shapes[0][2:], stride, site.params["padding"], strict=True
        )
    ]  # fmt: skip
    sides = zip(size, site.params["padding"], rest, strict=True)
    around = [(width - 1 - before, after) for width, before, after in sides]
    axes = space(len(site.shapes[1]))
    turned = f"jnp.flip({{1}}, {axes}).swapaxes(0, 1)"
    ones = (1,) * n_space(site)
    return f"jax.lax.conv_general_dilated({{0}}, {turned}, {ones}, {around}, lhs_dilation={tuple(stride)})"


def channels_last(n: int) -> tuple[Lengths, Lengths]:
    """The order of axes that puts channels last, and the one that puts them back."""
    return (0, *range(2, n + 2), 1), (0, n + 1, *range(1, n + 1))


def tf_convolution(site: Site) -> str:
    """TensorFlow's, which wants channels last."""
    n = n_space(site)
    there, back = channels_last(n)
    padding = site.params["padding"]
    x = f"tf.transpose({{0}}, {there})"
    if any(padding):
        widths = [(0, 0), *((one, one) for one in padding), (0, 0)]
        x = f"tf.pad({x}, {widths})"
    kernel = f"tf.transpose({{1}}, {(*range(2, n + 2), 1, 0)})"
    stride = alone(site.params["stride"])
    found = f"tf.nn.conv{n}d({x}, {kernel}, {stride}, 'VALID')"
    return f"tf.transpose({found}, {back})"


def of_rank(most: int, spelling: Spelling) -> Spelling:
    """A spelling for up to so many axes of space; more are spelled out."""
    return lambda site: spelling(site) if n_space(site) <= most else None  # type: ignore[return-value]


CONVOLUTIONS = (
    (((1, 1, 4, 4), (1, 1, 3, 3)), {"stride": (1, 1), "padding": (0, 0)}),
    (((2, 3, 5, 4), (2, 3, 3, 2)), {"stride": (1, 1), "padding": (1, 1)}),
    (((2, 2, 6, 5), (3, 2, 3, 2)), {"stride": (2, 2), "padding": (1, 0)}),
    (((1, 2, 5, 7), (2, 2, 2, 2)), {"stride": (3, 2), "padding": (0, 1)}),
    (((2, 2, 6), (3, 2, 3)), {"stride": (2,), "padding": (1,)}),
)
convolution: Op = Op(
    convolved,
    convolved_shape,
    (
        Rule(
            lambda dy, y, x, k, stride, padding: convolution_input(
                dy, k, shape=x.shape, stride=stride, padding=padding
            ),
            "an entry of {x} was met by every place of {k}; from each window that saw it, its gradient comes back through that place",
        ),
        Rule(
            lambda dy, y, x, k, stride, padding: convolution_kernel(
                x, dy, size=k.shape[2:], stride=stride, padding=padding
            ),
            "a place of {k} is used in every window, and gets what {x} had there, weighed by each window's gradient",
        ),
    ),
    name="convolution",
    params={"stride": (1, 1), "padding": (0, 0)},
    spelling={
        "torch": of_rank(
            3,
            torch_convolution(
                "conv#d", "torch.nn.functional.<name>({0}, {1}<settings>)"
            ),
        ),
        "tensorflow": of_rank(2, tf_convolution),
        "jax": jax_convolution,
    },
    kind="product",
    notation=r"#1 \star #2",
    samples=tuple(Sample(both, params) for both, params in CONVOLUTIONS),
)
convolution_input: Op = Op(
    back_to_input,
    input_shape,
    (
        Rule(
            lambda dy, y, g, k, shape, stride, padding: convolution(
                dy, k, stride=stride, padding=padding
            ),
            "the way back is taken forwards again",
        ),
        Rule(
            lambda dy, y, g, k, shape, stride, padding: convolution_kernel(
                dy, g, size=k.shape[2:], stride=stride, padding=padding
            ),
            "a place of {k} is used in every window, also on the way back",
        ),
    ),
    name="convolution_input",
    params={"shape": (), "stride": (1, 1), "padding": (0, 0)},
    spelling={
        "torch": of_rank(
            3,
            torch_convolution(
                "conv#d_input", "torch.nn.grad.<name>({shape}, {1}, {0}<settings>)"
            ),
        ),
        "jax": jax_input,
    },
    kind="product",
    notation=r"#1 \ast #2",
    samples=tuple(
        Sample(
            (convolved_shape(x, k, **params), k),
            {"shape": x, **params},
        )
        for (x, k), params in CONVOLUTIONS
    ),
)
convolution_kernel: Op = Op(
    back_to_kernel,
    kernel_shape,
    (
        Rule(
            lambda dy, y, x, g, size, stride, padding: convolution_input(
                g, dy, shape=x.shape, stride=stride, padding=padding
            ),
            "an entry of {x} was met by every place of the kernel, where windows saw it",
        ),
        Rule(
            lambda dy, y, x, g, size, stride, padding: convolution(
                x, dy, stride=stride, padding=padding
            ),
            "each window's part in the kernel was what {x} had in it",
        ),
    ),
    name="convolution_kernel",
    params={"size": (), "stride": (1, 1), "padding": (0, 0)},
    spelling={
        "torch": of_rank(
            3,
            torch_convolution(
                "conv#d_weight",
                "torch.nn.grad.<name>({0}, ({1}.shape[1], {0}.shape[1], <size>), {1}<settings>)",
            ),
        ),
    },
    kind="product",
    notation=r"#1 \star #2",
    samples=tuple(
        Sample(
            (x, convolved_shape(x, k, **params)),
            {"size": k[2:], **params},
        )
        for (x, k), params in CONVOLUTIONS
    ),
)
