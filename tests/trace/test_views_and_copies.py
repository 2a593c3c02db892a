"""What NumPy gives as a view is one, and what it copies is a copy, whatever function it came from."""

import numpy as np
import pytest

import chainrule

X = np.arange(16.0).reshape(4, 4) / 7 + 0.1
TAKEN = {
    "fliplr": np.fliplr,
    "flipud": np.flipud,
    "flip": lambda a: np.flip(a, 0),
    "rot90": np.rot90,
    "split": lambda a: np.split(a, 2)[1],
    "split by columns": lambda a: np.split(a, [1, 3], axis=1)[1],
    "hsplit": lambda a: np.hsplit(a, 2)[0],
    "vsplit": lambda a: np.vsplit(a, 2)[0],
    "array_split": lambda a: np.array_split(a, 3)[0],
    "dsplit": lambda a: np.dsplit(a.reshape(2, 2, 4), 2)[1],
    "ravel": np.ravel,
    "ravel of a transpose": lambda a: a.T.ravel(),
    "ravel by columns": lambda a: a.ravel(order="F"),
    "reshape by columns": lambda a: np.reshape(a, (-1, 2), order="F"),
    "and back": lambda a: np.reshape(a, (-1, 2), order="F").reshape(-1, order="F"),
    "ravel of a diagonal": lambda a: np.copy(np.diagonal(a)).ravel(),
    "flat": lambda a: a.flat,
    "flatten": lambda a: a.flatten(),
    "moveaxis": lambda a: np.moveaxis(a, 0, 1),
    "rollaxis": lambda a: np.rollaxis(a, 1),
    "swapaxes": lambda a: a.swapaxes(0, 1),
    "expand_dims": lambda a: np.expand_dims(a, 0),
    "squeeze": lambda a: np.squeeze(a[None]),
    "atleast_1d": np.atleast_1d,
    "atleast_2d of a row": lambda a: np.atleast_2d(a[1]),
    "atleast_3d": np.atleast_3d,
    "real": np.real,
    "real as an attribute": lambda a: a.real,
    "asarray": np.asarray,
    "array": np.array,
    "in order already": np.ascontiguousarray,
    "not in order": lambda a: np.ascontiguousarray(a.T),
    "astype": lambda a: a.astype(float),
    "astype without a copy": lambda a: a.astype(float, copy=False),
    "einsum": lambda a: np.einsum("ij->ji", a),
    "take": lambda a: np.take(a, [0, 2], axis=0),
    "triu": np.triu,
    "roll": lambda a: np.roll(a, 1),
    "tile": lambda a: np.tile(a, 1),
    "concatenate": lambda a: np.concatenate([a]),
    "nested": lambda a: np.split(np.fliplr(a.T)[1:], 3)[1],
    "rows of one turned around": lambda a: np.rot90(a)[1:],
}


@pytest.mark.parametrize("take", TAKEN.values(), ids=TAKEN)
def test_writes_reach_what_they_reach_in_numpy(take):
    def there_and_back(x):
        a = x * 1.0
        taken = take(a)
        a += 1.0
        seen = np.sum(taken[:] ** 3)
        taken[0] = 0.5
        a[1] *= 2.0
        return seen + np.sum(a**2) + np.sum(taken[:] ** 2)

    value, gradient = chainrule.value_and_grad(there_and_back)(X)
    assert value == pytest.approx(there_and_back(X), rel=1e-12)
    moved = np.empty_like(X)
    for i in np.ndindex(*X.shape):
        step = np.zeros_like(X)
        step[i] = 1e-5
        moved[i] = (there_and_back(X + step) - there_and_back(X - step)) / 2e-5
    np.testing.assert_allclose(gradient, moved, rtol=1e-7, atol=1e-7)


def test_an_array_of_several_is_followed_where_each_lies():
    def several(x):
        a = x * 1.0
        row, whole = np.broadcast_arrays(a[0], a)
        a += 1.0
        return np.sum(row * whole)

    value, _ = chainrule.value_and_grad(several)(X)
    assert value == pytest.approx(several(X), rel=1e-12)


def test_what_lies_by_columns_is_copied_where_numpy_copies_it():
    def laid_out_by_columns(x):
        v = np.reshape(x * 1.0, (-1, 2), order="F")
        v[0] = 1.0
        v.reshape(-1)[::3] *= 0.77
        v.ravel(order="F")[::2] *= 0.5
        return np.sum(v**2)

    value, _ = chainrule.value_and_grad(laid_out_by_columns)(X)
    assert value == pytest.approx(laid_out_by_columns(X), rel=1e-12)
