"""Constructs that people use, as a function and as a script: the gradient is the one that finite differences give."""

import numpy as np
import pytest

import chainrule

X = np.array([0.31, 0.74, 0.52])
IMPORTS = "import collections, contextlib, math\nimport numpy as np\n"
TOP = """
@contextlib.contextmanager
def doubled(v):
    yield v * 2
"""
FOLLOWED = {
    "a power of the turn": "y = sum(x[1] ** j for j in range(3))",
    "a turn to a power": "y = 0.0\nfor j in range(3):\n    y += j ** x[1]",
    "a polynomial": "y = 0.0\nfor j in range(3):\n    y = y + x[j] * x[0] ** (2 - j)",
    "a share with an entry left out": "P = np.exp(x)\nP[0] = 0.0\ny = P / P.sum()",
    "a largest entry written over": "m = x[:, None] * np.ones((3, 2))\nm = m.max(axis=1, keepdims=True)\nm[0] = 0.0\ny = np.exp(x[:, None] - m)",
    "a copy by plus": "h = x.copy()\ns = +h\ns += 1\ny = h * s",
    "three sides": "y = math.hypot(x[0], x[1], x[2]) * x",
    "one side": "y = math.hypot(x[0] - 1) * x",
    "a number is a scalar": "y = x * np.isscalar(x[0]) + np.isscalar(x)",
    "a number has no length": 'y = x * hasattr(x[0], "__len__") + hasattr(x, "__len__")',
    "a division by 0": "try:\n    y = 1.0 / float(x[1] - x[1])\nexcept ZeroDivisionError:\n    y = x * 2",
    "the method compress": "y = x.compress([True, False, True])",
    "memory": "y = x * np.shares_memory(x, x[1:]) + np.shares_memory(x, x + 1)",
    "rows added to none": "y = np.vstack([np.empty((0, 3)), x])",
    "numbers subtracted at an index": "h = x.copy()\nnp.subtract.at(h, [0, 0], 1)\ny = h",
    "numbers multiplied at an index": "h = x.copy()\nnp.multiply.at(h, [0, 2], x[1])\ny = h",
    "flat": "h = x * 1\nh.flat = h * x[0]\ny = h",
    "range": "y = x * range(3)",
    "a shape that grows": "h = x * 1.0\nh.shape += (1,)\ny = h[:, 0] * x",
    "as many as are counted": "n = len(x)\ny = np.full(2 * n, x[0] / n)",
    "a number appended": "y = np.append(np.diff(x), 2)",
    "lengths that are added up": "ends = np.cumsum([1, 2])\ny = x[: ends[0]] * x[ends[0] : ends[1]]",
    "a list beside a matrix": "y = np.dot([x[0], x[1]], [1, 2]) + np.average([1.0, 2.0], weights=[x[0], x[2]])",
    "lists among arrays": "y = np.vstack(([x[0], 1.0], x[:2]))",
    "a context manager": "with doubled(x) as z:\n    y = z * x",
    "a deque": "q = collections.deque(maxlen=2)\nfor v in x:\n    q.append(v)\ny = np.array(q) * [1, 2]",
    "an iterator": "y = np.fromiter((v * v for v in x), float)",
    "layouts": "y = np.asfortranarray(x) * np.require(x, float) * np.asarray_chkfinite(x)",
    "a method of the class": "y = np.ndarray.sum(x) * x",
    "transforms of complex numbers": "y = np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(x[::-1]), n=3)",
    "waves by hand": "n = np.arange(len(x))\nk = n.reshape((len(x), 1))\ny = np.abs(np.dot(np.exp(-2j * np.pi * k * n / len(x)), x)) ** 2",
}


def written(body):
    return body + "\nloss = np.sum(np.sin(y)) + np.sum(x ** 2)"


def function_of(body, file):
    inner = "".join(f"    {one}\n" for one in written(body).splitlines())
    file.write_text(f"{IMPORTS}{TOP}\ndef f(x):\n{inner}    return loss\n")
    space = {"__name__": "functions"}
    exec(compile(file.read_text(), str(file), "exec"), space)
    return space["f"]


def measured(function, x, step=1e-6):
    moved = np.eye(3) * step
    return [(function(x + d) - function(x - d)) / (2 * step) for d in moved]


@pytest.mark.parametrize("body", FOLLOWED.values(), ids=FOLLOWED)
def test_a_construct_has_the_gradient_that_is_measured(body, tmp_path):
    function = function_of(body, tmp_path / "functions.py")
    both = chainrule.value_and_grad(function)
    for x in (X, X * 0.9, X + np.array([0.2, 0.0, 0.1])):
        value, slope = both(x)
        np.testing.assert_allclose(value, function(x), rtol=1e-12)
        np.testing.assert_allclose(slope, measured(function, x), rtol=1e-5, atol=1e-8)
    script = tmp_path / "script.py"
    script.write_text(f"{IMPORTS}{TOP}\nx = np.array({X.tolist()})\n{written(body)}\n")
    found = chainrule.gradients(script, wrt=["x"])["x"]
    np.testing.assert_allclose(found, measured(function, X), rtol=1e-5, atol=1e-8)


def test_a_list_beside_an_array_is_no_text(tmp_path):
    body = "k = np.array([1.0, 2.0]) * [x[0] > 0.5, 1.0]\ny = k.sum() * x"
    both = chainrule.value_and_grad(function_of(body, tmp_path / "functions.py"))
    for x in (X, X * 0.9, X + 0.3, X):
        value, slope = both(x)
        total = 2.0 + (x[0] > 0.5)
        assert np.isclose(value, np.sum(np.sin(total * x)) + np.sum(x**2))
        np.testing.assert_allclose(slope, total * np.cos(total * x) + 2 * x)


def test_what_is_left_out_is_what_the_function_says(tmp_path):
    body = "from scipy.special import log_softmax, softmax\nA = np.outer(x, x)\ny = log_softmax(A)[1] + softmax(A)[0]"
    function = function_of(body, tmp_path / "functions.py")
    value, slope = chainrule.value_and_grad(function)(X)
    assert np.isclose(value, function(X))
    np.testing.assert_allclose(slope, measured(function, X), rtol=1e-5)


@pytest.mark.parametrize(
    "loss",
    [
        lambda x, R: np.nansum((R - np.outer(x, x)) ** 2),
        lambda x, R: np.nanmean((R - np.outer(x, x)) ** 2) + np.nanstd(R * x),
        lambda x, R: np.sum(np.where(np.isnan(R), 0, (R - np.outer(x, x)) ** 2)),
    ],
)
def test_what_is_missing_from_the_data_has_no_part_in_a_gradient(loss):
    R = np.array([[5.0, np.nan, 1.0], [np.nan, 2.0, 0.5], [1.0, 1.5, np.nan]])
    slope = chainrule.grad(loss)(X, R)
    wanted = measured(lambda x: loss(x, R), X)
    np.testing.assert_allclose(slope, wanted, rtol=1e-6)


def test_a_place_is_the_users_where_a_library_calls_back(tmp_path):
    body = "from scipy.integrate import quad\ny = quad(lambda t: np.exp(-t * x[0]), 0, 1)[0] * x"
    with pytest.raises(chainrule.ChainruleError, match="E304") as caught:
        chainrule.value_and_grad(function_of(body, tmp_path / "functions.py"))(X)
    assert caught.value.where.file.endswith("functions.py")


def test_a_gradient_has_the_type_of_what_it_is_the_gradient_of():
    slope = chainrule.grad(lambda x: np.sum(np.arange(3) * x))
    assert [slope(X).dtype.name for _ in range(3)] == ["float64"] * 3


def test_the_order_of_memory_is_no_order_of_entries():
    with pytest.raises(chainrule.ChainruleError, match="E301"):
        chainrule.grad(lambda A: np.sum(A.ravel("K")[:2]))(np.ones((2, 3)).T)


def test_a_single_number_has_a_norm_and_a_softmax():
    def loss(x):
        e = np.exp(x)
        return np.linalg.norm(x + 1) + np.sum(e / np.sum(e))

    assert chainrule.value_and_grad(loss)(0.5) == (2.5, 1.0)
