"""Losses of convolutions and poolings, over windows cut at once."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from proof import proves
from proofs.dense import softmax


def correlate(images, filters, stride=1):
    """Valid cross-correlation of (N, C, H, W) with (K, C, f, f)."""
    size = filters.shape[2:]
    windows = sliding_window_view(images, size, axis=(2, 3))
    return np.einsum("nchwij,kcij->nkhw", windows[:, :, ::stride, ::stride], filters)


@proves(
    "overlapping_pools_overwrite",
    at="out, cache = pool_forward",
    rate=0.1,
    backward=("pool_backward", ("dx = pool_backward", "scale -= ")),
)
def _(scale, *, x, target):
    windows = sliding_window_view(x * scale, (3, 3), axis=(2, 3))
    return np.sum((windows.max(axis=(4, 5)) - target) ** 2) / 2


@proves(
    "gradient_into_the_wrong_channel",
    at="A = fprop_conv",
    rate=0.01,
    backward=("bprop_conv", "update_conv", ("E2 = ", "F2 -= ")),
)
def _(F1, F2, *, image, answer):
    out = correlate(np.tanh(correlate(image[None], F1)), F2)
    return np.sum((out[0] - answer) ** 2) / 2


@proves(
    "stride_forgotten_going_back",
    at="Z, cache = conv_forward",
    rate=0.01,
    backward=("conv_backward", ("W = W - ", "b = b - ")),
)
def _(W, b, *, below, Y):
    padded = np.pad(below, ((0, 0), (1, 1), (1, 1), (0, 0))).transpose(0, 3, 1, 2)
    out = correlate(padded, W.transpose(3, 2, 0, 1), 2).transpose(0, 2, 3, 1)
    return np.sum((out + b - Y) ** 2) / 2


@proves(
    "col2im_overwrites",
    at="y = conv2.forward",
    rate=0.01,
    where={"a": "[conv1.W, conv1.b]", "b": "[conv2.W, conv2.b]"},
    backward=("col2im", "backward", ("dout = (y", "for layer in (conv1")),
)
def _(a, b, *, x, t):
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    hidden = np.maximum(correlate(padded, a[0]) + a[1][:, None, None], 0)
    out = correlate(hidden, b[0]) + b[1][:, None, None]
    return np.sum((out - t) ** 2) / 2 / len(x)


@proves(
    "kernels_go_the_other_way",
    at="top = softmax",
    rate="alpha",
    where={"w": "w_top", "x": "img", "t": "labels[batch_start:batch_end]"},
    backward=(("top_delta = ", "kernels += "),),
)
def _(kernels, w, *, x, t, keep):
    corners = [(r, c) for r in range(3) for c in range(3)]
    cut = np.stack(
        [x[:, r : r + 3, c : c + 3].reshape(len(x), 9) for r, c in corners], 1
    )
    hidden = np.tanh(cut @ kernels).reshape(len(x), -1) * keep * 2
    return -np.sum(t * np.log(softmax(hidden @ w))) / len(x)
