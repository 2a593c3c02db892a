"""Convolution and pooling, in every way that people write them with windows, are one op each, and their gradients right."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided, sliding_window_view

import chainrule
from chainrule import ops
from chainrule.derive import recognise
from chainrule.program import ShapeError
from chainrule.trace import Tracer, trace

FRAME = ((0, 0), (0, 0), (1, 1), (1, 1))


def einsum(x, K):
    windows = sliding_window_view(x, (3, 2), axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", windows, K)


def kernel_first(x, K):
    windows = sliding_window_view(x, K.shape[2:], axis=(2, 3))
    return np.einsum("fcij,nchwij->nfhw", K, windows)


def strided_tensordot(x, K):
    windows = sliding_window_view(np.pad(x, FRAME), (3, 2), axis=(2, 3))
    strided = windows[:, :, ::2, ::3]
    return np.tensordot(strided, K, axes=([1, 4, 5], [1, 2, 3])).transpose(0, 3, 1, 2)


def channels_last(x, K):
    windows = sliding_window_view(x.transpose(0, 2, 3, 1), (3, 2), axis=(1, 2))
    return np.einsum("bhwcij,fcij->bhwf", windows, K)


def product_and_sum(x, K):
    windows = sliding_window_view(x[0, 0], (3, 2))
    return np.sum(windows * K[0, 0], axis=(2, 3))


def one_image(x, K):
    windows = sliding_window_view(x[0], (3, 2), axis=(1, 2))
    return np.einsum("chwij,fcij->fhw", windows, K)


def a_row(x, K):
    windows = sliding_window_view(x[:, :, 0], 3, axis=2)[:, :, ::2]
    return np.einsum("ncwi,fci->nfw", windows, K[..., 0])


def rows_of_windows(x, K):
    """im2col, a window in each row."""
    n, _c, h, w = x.shape
    windows = sliding_window_view(x, (3, 2), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    out = np.dot(windows.reshape(n * (h - 2) * (w - 1), -1), K.reshape(len(K), -1).T)
    return out.reshape(n, h - 2, w - 1, -1).transpose(0, 3, 1, 2)


def columns_of_windows(x, K):
    """im2col, a window in each column, image by image."""
    n, c, h, w = x.shape
    windows = sliding_window_view(x, (3, 2), axis=(2, 3)).transpose(1, 4, 5, 0, 2, 3)
    out = K.reshape(len(K), -1) @ windows.reshape(c * 6, -1)
    return out.reshape(len(K), n, h - 2, w - 1).transpose(1, 0, 2, 3)


def windows_in_a_matrix_for_each_image(x, K):
    windows = sliding_window_view(x, (3, 2), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
    return windows.reshape(*windows.shape[:3], -1) @ K.reshape(len(K), -1).T


def strides_by_hand(x, K):
    n, c, h, w = x.shape
    a, b, d, e = x.strides
    windows = as_strided(x, (n, c, h - 2, w - 1, 3, 2), (a, b, d, e, d, e))
    return np.einsum("nchwij,fcij->nfhw", windows, K)


def strides_by_hand_two_apart_channels_last(x, K):
    n, c, h, w = x.shape
    a, b, d, e = x.strides
    shape, strides = (n, (h - 1) // 2, w // 3, c, 3, 2), (a, 2 * d, 3 * e, b, d, e)
    windows = as_strided(x, shape=shape, strides=strides)
    return np.tensordot(windows, K, axes=([3, 4, 5], [1, 2, 3]))


CONVOLUTIONS = [
    rows_of_windows,
    columns_of_windows,
    windows_in_a_matrix_for_each_image,
    strides_by_hand,
    strides_by_hand_two_apart_channels_last,
    einsum,
    kernel_first,
    strided_tensordot,
    channels_last,
    product_and_sum,
    one_image,
    a_row,
]


def largest(x, K):
    return sliding_window_view(x, (2, 2), axis=(2, 3))[:, :, ::2, ::2].max(axis=(4, 5))


def largest_of_a_frame(x, K):
    framed = np.pad(x, FRAME, constant_values=-np.inf)
    return sliding_window_view(framed, (3, 3), axis=(2, 3)).max(axis=(-2, -1))


def blocks(x, K):
    n, c, h, w = x.shape
    return x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))


def mean(x, K):
    return sliding_window_view(x, (2, 2), axis=(2, 3)).mean(axis=(4, 5))


def mean_of_channels_last(x, K):
    n, c, h, w = x.shape
    return x.transpose(0, 2, 3, 1).reshape(n, h // 2, 2, w // 2, 2, c).mean(axis=(2, 4))


POOLS = [largest, largest_of_a_frame, blocks, mean, mean_of_channels_last]


def arrays():
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(2, 2, 6, 6)), "K": rng.normal(size=(3, 2, 3, 2))}


def held(function, names):
    """Every entry of a gradient against differences."""
    given = arrays()

    def loss(x, K):
        return np.sum(np.sin(function(x, K)))

    found = chainrule.gradients(loss, wrt=names, **given)
    for name in names:
        for place in np.ndindex(*given[name].shape):
            sides = []
            for step in (1e-5, -1e-5):
                moved = given[name].copy()
                moved[place] += step
                sides.append(loss(**{**given, name: moved}))
            slope = (sides[0] - sides[1]) / 2e-5
            assert abs(found[name][place] - slope) < 1e-8, (name, place)


def ops_of(function):
    run = recognise(trace(function, **arrays()))
    (result,) = run.program.outputs
    np.testing.assert_allclose(run.numbers[result], function(**arrays()), atol=1e-12)
    return [line.op for line in run.program.pruned().lines]


@pytest.mark.spread(4)
@pytest.mark.parametrize("function", CONVOLUTIONS)
def test_a_convolution_is_one_op_and_its_gradients_are_right(function):
    found = ops_of(function)
    assert ops.convolution in found
    assert not {ops.windows, ops.einsum, ops.tensordot, ops.pad} & set(found)
    held(function, ["x", "K"])


@pytest.mark.parametrize("function", POOLS)
def test_pooling_is_one_op_and_its_gradient_is_right(function):
    found = ops_of(function)
    assert {ops.max_pool, ops.avg_pool} & set(found)
    assert not {ops.windows, ops.max, ops.mean, ops.pad} & set(found)
    held(function, ["x"])


def depthwise(x, K):
    windows = sliding_window_view(x, (3, 2), axis=(2, 3))
    return np.einsum("nchwij,cij->nchw", windows, K[0])


def all_over_a_window(x, K):
    windows = sliding_window_view(x, (3, 2), axis=(2, 3))
    return np.einsum("nchwij,fcij->nfh", windows, K)


def from_the_second_on(x, K):
    windows = sliding_window_view(x, (3, 2), axis=(2, 3))[:, :, 1:]
    return np.einsum("nchwij,fcij->nfhw", windows, K)


@pytest.mark.parametrize("function", [depthwise, all_over_a_window, from_the_second_on])
def test_what_is_no_convolution_stays_what_it_is_and_is_right(function):
    assert ops.convolution not in ops_of(function)
    held(function, ["x", "K"])


def few_large_blocks(x, K):
    n, c, h, w = x.shape
    return x.reshape(n, c, 2, h // 2, 2, w // 2).max(axis=(3, 5))


def test_blocks_that_grow_with_the_image_stay_blocks():
    assert ops.max_pool not in ops_of(few_large_blocks)
    held(few_large_blocks, ["x"])


def uneven_frame(x, K):
    framed = np.pad(x, ((0, 0), (0, 0), (1, 0), (0, 0)))
    return np.einsum("nchwij,fcij->nfhw", sliding_window_view(framed, (3, 2), axis=(2, 3)), K)  # fmt: skip


def test_a_frame_that_is_not_alike_on_both_sides_stays_a_line_of_its_own():
    found = ops_of(uneven_frame)
    assert ops.pad in found
    assert ops.convolution in found
    held(uneven_frame, ["x", "K"])


def test_equal_largest_entries_share_as_they_do_without_windows():
    x = np.zeros((1, 1, 2, 2))

    def pooled(x):
        return np.sum(sliding_window_view(x, (2, 2), axis=(2, 3)).max(axis=(4, 5)))

    found = chainrule.gradients(pooled, wrt=["x"], x=x)
    assert found["x"].ravel().tolist() == [0.25] * 4


@pytest.mark.parametrize(
    ("op", "shapes", "params", "message"),
    [
        (ops.convolution, [(1, 2, 5, 5), (3, 1, 3, 3)], {}, "do not go together"),
        (ops.convolution, [(1, 1, 2, 2), (1, 1, 3, 3)], {}, "a window of 3 does not fit on an axis of 2"),
        (ops.convolution, [(1, 1, 5, 5), (1, 1, 3, 3)], {"padding": (3, 3)}, "nothing but padding"),
        (ops.convolution, [(1, 1, 5, 5), (1, 1, 3, 3)], {"stride": (0, 1)}, "whole numbers from 1 on"),
        (ops.convolution, [(1, 1, 5, 5), (1, 1, 3, 3)], {"stride": (1,)}, "do not move over"),
        (ops.max_pool, [(1, 5)], {}, "do not move over"),
        (ops.avg_pool, [(1, 1, 1, 5)], {}, "does not fit on an axis of 1"),
    ],
)  # fmt: skip
def test_windows_that_cannot_be_are_refused_in_shapes(op, shapes, params, message):
    tracer = Tracer(named=False)
    given = [tracer.input(np.ones(shape), "x") for shape in shapes]
    with pytest.raises(ShapeError, match=message):
        tracer.record(op, given, {**op.params, **params})


def test_a_rest_that_no_window_sees_gets_no_gradient():
    found = chainrule.gradients(
        lambda x: np.sum(ops.max_pool(x, size=(2, 2), stride=(2, 2), padding=(0, 0))),
        wrt=["x"],
        x=np.arange(25.0).reshape(1, 1, 5, 5),
    )
    assert not found["x"][..., 4, :].any()
    assert not found["x"][..., 4].any()
    assert found["x"].sum() == 4
