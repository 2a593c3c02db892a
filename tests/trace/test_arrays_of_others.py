"""Arrays that are not NumPy's own, or have an arithmetic of their own, are taken as arrays or refused in a sentence."""

import numpy as np
import pytest

import chainrule
from chainrule.program import CannotTrace, DTypeError

X = np.arange(6.0).reshape(2, 3)
W = np.ones((3, 1))


def loss(x, W):
    return np.sum((x @ W) ** 2)


def scaled(x, W):
    return np.sum(W.T * x)


class Metres(np.ndarray):
    """A length, whose product with a number is in another unit."""

    def __mul__(self, other):
        return np.asarray(self) * other * 100

    __rmul__ = __mul__


def frame(name):
    if name == "pandas":
        return pytest.importorskip("pandas").DataFrame(X)
    if name == "polars":
        return pytest.importorskip("polars").DataFrame(X)
    if name == "torch":
        return pytest.importorskip("torch").tensor(X)
    if name == "jax":
        return pytest.importorskip("jax").numpy.asarray(X)
    return pytest.importorskip("tensorflow").constant(X)


@pytest.mark.parametrize("given", [X.tolist(), tuple(map(tuple, X.tolist()))])
def test_lists_are_taken_as_arrays(given):
    found = chainrule.gradients(loss, x=given, W=W, wrt=["W"])["W"]
    assert np.array_equal(found, chainrule.gradients(loss, x=X, W=W, wrt=["W"])["W"])


@pytest.mark.frameworks
@pytest.mark.parametrize("wrt", [None, ["W"]])
@pytest.mark.parametrize("name", ["pandas", "polars", "torch", "jax", "tensorflow"])
def test_an_array_of_another_library_is_refused_with_what_to_write(name, wrt):
    with pytest.raises(DTypeError, match=r"E110.*not a NumPy array") as told:
        chainrule.gradients(loss, x=frame(name), W=W, wrt=wrt)
    assert "give " in str(told.value)


@pytest.mark.frameworks
def test_a_table_that_the_function_itself_makes_arrays_of_is_no_mistake():
    def of_columns(table, W):
        return np.sum((table.to_numpy() @ W) ** 2)

    found = chainrule.gradients(of_columns, table=frame("pandas"), W=W, wrt=["W"])
    expected = chainrule.gradients(loss, x=X, W=W, wrt=["W"])
    assert np.array_equal(found["W"], expected["W"])


ITS_OWN = {
    "a masked array": np.ma.array(X, mask=X > 3),
    "Metres": X.view(Metres),
}


@pytest.mark.parametrize("name", ITS_OWN)
def test_an_array_whose_arithmetic_is_its_own_is_refused(name):
    given = ITS_OWN[name]
    for call in (scaled, lambda x, W: np.add(W.T, x).sum()):
        with pytest.raises(CannotTrace, match=f"E301.*{name}"):
            chainrule.gradients(call, x=given, W=W, wrt=["W"])
    # one that nobody hands over is met all the same
    with pytest.raises(CannotTrace, match="E301"):
        chainrule.gradients(lambda W: np.sum(W.T * given), W=W)


def test_a_file_in_memory_is_an_array_as_any(tmp_path):
    np.save(tmp_path / "x.npy", X)
    mapped = np.load(tmp_path / "x.npy", mmap_mode="r")
    assert np.array_equal(chainrule.gradients(scaled, x=mapped, W=W, wrt=["W"])["W"].ravel(), X.sum(axis=0))  # fmt: skip


def test_control_without_its_mask_an_array_has_another_sum():
    masked = ITS_OWN["a masked array"]
    assert scaled(masked, W) != scaled(np.asarray(masked), W)
