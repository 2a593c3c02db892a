"""A convolution is told as one step: its sign with how the windows move, its slope entry by entry, and why."""

import re
from itertools import product

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

import chainrule
from chainrule import ops

LOCAL = re.compile(
    r"local +∂z\[s, f, i, j\]/∂(\w+)\[([^]]*)\] = (\w+)\[([^]]*)\]", re.DOTALL
)


def loss(x, K, L, y):
    framed = np.pad(x, ((0, 0), (0, 0), (1, 1), (2, 2)))
    windows = sliding_window_view(framed, (2, 3), axis=(2, 3))[:, :, ::2]
    h = np.einsum("nchwij,fcij->nfhw", windows, K)
    again = sliding_window_view(np.pad(h, ((0, 0), (0, 0), (1, 1), (0, 0))), (2, 2), axis=(2, 3))  # fmt: skip
    z = np.einsum("nchwij,fcij->nfhw", again, L)
    p = sliding_window_view(z, (1, 2), axis=(2, 3))[:, :, :, ::2].max(axis=(4, 5))
    return np.mean((p - y) ** 2)


def arrays():
    rng = np.random.default_rng(0)
    shapes = {"x": (2, 2, 4, 3), "K": (2, 2, 2, 3), "L": (1, 2, 2, 2), "y": (2, 1, 4, 2)}  # fmt: skip
    return {name: rng.normal(size=shape) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def told():
    return chainrule.explain(loss, **arrays()).to_text()


def test_each_convolution_and_each_way_back_is_one_sign_with_how_its_windows_move(told):
    assert "(x ⋆ K) (stride 2 × 1, padding 1 × 2)" in told
    assert "∂loss/∂K = (x ⋆ ∂loss/∂h) (stride 2 × 1, padding 1 × 2)" in told
    assert "∂loss/∂h = (∂loss/∂z ∗ L) (padding 1 × 0)" in told
    assert "maxpool(z, 1 × 2)" in told
    assert "∂loss/∂z = unpool(∂loss/∂p, 1 × 2)" in told
    assert "einsum" not in told[told.index("Backward pass") :].replace("np.einsum", "")


def test_the_local_derivatives_are_those_of_the_convolution(told):
    rng = np.random.default_rng(1)
    x, L = rng.normal(size=(1, 2, 3, 3)), rng.normal(size=(1, 2, 2, 2))
    settings = {"stride": (1, 1), "padding": (1, 0)}
    z = ops.convolution(x, L, **settings)
    found = LOCAL.findall(re.sub(r"\s+", " ", told))
    assert {of for of, *_ in found} == {"h", "L"}
    for of, mine, other, theirs in found:
        indices = [f"({text.replace('−', '-')})" for text in (mine, theirs)]
        array, partner = (x, L) if of == "h" else (L, x)
        assert other == {"h": "L", "L": "h"}[of]
        for i, j, c, m, n in product(
            range(z.shape[2]), range(z.shape[3]), *[range(2)] * 3
        ):
            names = {"s": 0, "f": 0, "i": i, "j": j, "c": c, "m": m, "n": n}
            at, met = (eval(text, {}, names) for text in indices)
            place = at if of == "h" else met
            inside = all(
                0 <= one < length for one, length in zip(place, x.shape, strict=True)
            )
            if not inside:
                continue
            moved = array.astype(complex)
            moved[at] += 1e-30j
            args = (moved, L) if of == "h" else (x, moved)
            slope = direct(*args, **settings)[0, 0, i, j].imag / 1e-30
            assert slope == pytest.approx(partner[met])


def direct(x, K, stride, padding):
    """A convolution entry by entry."""
    framed = np.pad(x, ((0, 0), (0, 0), *((one, one) for one in padding)))
    windows = sliding_window_view(framed, K.shape[2:], axis=(2, 3))
    return np.einsum("nchwij,fcij->nfhw", windows[:, :, :: stride[0], :: stride[1]], K)


def test_both_ways_back_are_proven_once(told):
    assert told.count("Why ∂L/∂K = x ⋆ ∂L/∂y for y = x ⋆ K") == 1
    assert told.count("Why ∂L/∂x = ∂L/∂y ∗ K for y = x ⋆ K") == 1
    assert "it is turned round" in re.sub(r"\s+", " ", told)


def test_a_row_is_told_with_one_index():
    def of_a_row(x, K):
        windows = sliding_window_view(x, 3, axis=2)
        return np.sum(np.einsum("ncwi,fci->nfw", windows, K) ** 2)

    rng = np.random.default_rng(0)
    lesson = chainrule.explain(
        of_a_row, x=rng.normal(size=(1, 1, 5)), K=rng.normal(size=(1, 1, 3))
    )
    assert "Σ_m K[m] · x[i + m]" in lesson.to_text()
