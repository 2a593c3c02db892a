"""What is learnt reaches the loss on every way by which people's programs lead it there, or is refused."""

import numpy as np
import pytest

from chainrule import grad, gradients
from chainrule.program import CannotTrace
from chainrule.roles import roles_of
from chainrule.trace import record_script

X = np.array([0.3, -0.4])
Z = np.exp(1j * np.linspace(0, 3, 5))


def slopes(function, x):
    """Central differences."""
    steps = 1e-6 * np.eye(x.size).reshape(x.size, *x.shape)
    found = [(function(x + one) - function(x - one)) / 2e-6 for one in steps]
    return np.reshape(found, x.shape)


def a_complex_sum_that_shares_nothing(x):
    z = np.exp(1j * x)
    h = z + 1
    h /= z - 2
    h *= z
    return np.sum(np.abs(h))


def a_complex_number_that_is_not_written_to(x):
    one = x[0] + 1j * x[1]
    other = one
    other *= 2
    return (one * np.conj(other)).real + one.imag


def a_diagonal_that_is_written_to(x):
    y = np.outer(x, x) + 1.0
    diagonal = np.einsum("ii->i", y)
    diagonal[:] = diagonal**2
    return np.sum(y) + np.sum(diagonal)


def a_transpose_by_letters_that_is_written_to(x):
    y = np.outer(x, x) + 1.0
    turned = np.einsum("ij->ji", y)
    turned[0] = x**2
    y[1, 1] *= 3
    return np.sum(y * np.arange(4.0).reshape(2, 2)) + np.sum(turned[1] ** 2)


def an_array_made_to_be_written_to(x):
    logs = np.log(x, where=x > 0, out=np.zeros(2))
    return np.sum(logs) + np.sum(np.multiply(x, 3, out=np.empty(2)))


def pieces(x):
    h = np.piecewise(x, [x < 0, x >= 0], [lambda t: t**3, np.sin])
    k = np.piecewise(x, [x > 0.2], [np.log, 2.0])
    return np.sum(h * k * np.heaviside(x, 0.5) + h)


def a_number_that_is_padded(x):
    return np.sum(np.pad(np.mean(x**2), 1))


class Holder:
    def __init__(self, held):
        self.held = held

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.held)


def an_object_that_says_which_array_it_is(x):
    return np.sum(np.sin(Holder(x * 2)))


@pytest.mark.parametrize(
    "function",
    [
        a_complex_sum_that_shares_nothing,
        a_complex_number_that_is_not_written_to,
        a_diagonal_that_is_written_to,
        a_transpose_by_letters_that_is_written_to,
        an_array_made_to_be_written_to,
        an_object_that_says_which_array_it_is,
        a_number_that_is_padded,
        pieces,
    ],
)
def test_the_slopes_are_those_of_the_function(function):
    with np.errstate(invalid="ignore"):
        expected = slopes(function, X)
    assert gradients(function, x=X)["x"] == pytest.approx(expected, rel=1e-6)


def sparse_products(kind):
    sparse = pytest.importorskip("scipy.sparse")
    matrix = getattr(sparse, kind)(np.array([[1.0, 0.0], [0.0, 2.0], [3.0, -1.0]]))

    def loss(x):
        rows = matrix.dot(x) + matrix @ x
        back = matrix.T @ rows + rows @ matrix
        starred = matrix * x if kind == "csr_matrix" else rows
        return np.sum(back * x) + np.sum(np.tanh(starred))

    return loss


@pytest.mark.parametrize("kind", ["csr_matrix", "csr_array", "coo_array"])
def test_a_sparse_matrix_is_followed_in_products(kind):
    loss = sparse_products(kind)
    assert gradients(loss, x=X)["x"] == pytest.approx(slopes(loss, X), rel=1e-6)


def test_what_a_sparse_matrix_is_asked_beside_products_is_refused():
    sparse = pytest.importorskip("scipy.sparse")
    matrix = sparse.csr_matrix(np.eye(2))
    with pytest.raises(CannotTrace, match="E304"):
        gradients(lambda x: matrix.multiply(x).sum(), x=X)


FIT = """\
import numpy as np
{before}
X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2], [-1.0, 0.7]])
y = np.array([1.0, -2.0, 0.3, 0.8])
{start}
for turn in range(5):
    error = X @ {w} + {b} - y
    loss = np.mean(error**2)
    {step_w} 0.1 * (X.T @ error / 2)
    {step_b} 0.2 * error.mean()
"""
HELD = {
    "in a namespace": {
        "before": "from types import SimpleNamespace",
        "start": "p = SimpleNamespace(w=np.zeros(2), b=np.zeros(()))",
        "w": "p.w",
        "b": "p.b",
        "step_w": "p.w -=",
        "step_b": "p.b = p.b -",
    },
    "in a dataclass": {
        "before": """\
from dataclasses import dataclass
@dataclass
class Model:
    w: np.ndarray
    b: float = 0.5""",
        "start": "m = Model(np.zeros(2))",
        "w": "m.w",
        "b": "m.b",
        "step_w": "m.w -=",
        "step_b": "m.b -=",
    },
    "in containers that a dataclass made": {
        "before": """\
from dataclasses import dataclass, field
@dataclass
class Model:
    named: dict = field(default_factory=lambda: {"w": np.zeros(2)})
    listed: list = field(default_factory=lambda: [np.zeros(1)])""",
        "start": "m = Model()",
        "w": 'm.named["w"]',
        "b": "m.listed[0]",
        "step_w": 'm.named["w"] -=',
        "step_b": "m.listed[0] -=",
    },
}


@pytest.mark.parametrize("held", HELD.values(), ids=HELD)
def test_what_code_without_hooks_has_put_into_an_object_is_learnt(held, tmp_path):
    file = tmp_path / "fit.py"
    file.write_text(FIT.format(**held))
    report = roles_of(record_script(file).recording)
    assert len(report.parameters) == 2
    weights, bias = sorted(gradients(str(file)).values(), key=np.size, reverse=True)
    data = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2], [-1.0, 0.7]])
    start = 0.5 if "0.5" in held["before"] else 0.0
    error = start - np.array([1.0, -2.0, 0.3, 0.8])
    assert weights == pytest.approx(data.T @ error / 2)
    assert np.sum(bias) == pytest.approx(2 * error.mean())


CHAINED = {
    "names": ("m = b = 0.5", "m", "b"),
    "attributes": ("o = A(); o.m = o.b = 0.5", "o.m", "o.b"),
}


@pytest.mark.parametrize(("start", "m", "b"), CHAINED.values(), ids=CHAINED)
def test_numbers_given_two_names_at_once_are_two(start, m, b, tmp_path):
    file = tmp_path / "line.py"
    file.write_text(f"""\
import numpy as np
class A: pass
x, y = np.array([1.0, 2.0, 3.0]), np.array([3.1, 4.9, 7.2])
{start}
for turn in range(3):
    e = {m} * x + {b} - y
    loss = np.mean(e**2)
    {m} -= 0.1 * 2 * np.mean(e * x)
    {b} -= 0.1 * 2 * np.mean(e)
""")
    x, y = np.array([1.0, 2.0, 3.0]), np.array([3.1, 4.9, 7.2])
    e = 0.5 * x + 0.5 - y
    found = gradients(str(file))
    assert found == pytest.approx({"m": 2 * np.mean(e * x), "b": 2 * np.mean(e)})


def test_a_weight_that_moves_and_goes_into_a_library_is_not_left_out(tmp_path):
    pytest.importorskip("scipy")
    file = tmp_path / "filter.py"
    file.write_text("""\
import numpy as np
from scipy.signal import oaconvolve
x = np.sin(np.arange(8.0))
w, b = np.array([0.1, 0.2, 0.3]), 0.0
for turn in range(4):
    p = oaconvolve(x, w, mode="same") + b
    loss = np.mean((p - 1.0) ** 2)
    w = w - 0.1 * np.array([np.mean((p - 1.0) * np.roll(x, s)) for s in (1, 0, -1)])
    b = b - 0.1 * np.mean(p - 1.0)
""")
    with pytest.raises(CannotTrace, match="numbers of w"):
        gradients(str(file))


@pytest.mark.parametrize(
    "number", ["json.loads(json.dumps(y.tolist()))[0]", "float(str(y[0]))"]
)
def test_an_argument_that_only_leaves_is_not_left_out_without_a_word(number, tmp_path):
    file = tmp_path / "loss.py"
    file.write_text(f"""\
import json
import numpy as np
def loss(x, y):
    return np.sum(x ** 2) + {number}
def told(x, y):
    json.dumps(y.tolist())
    return np.sum(x ** 2)
""")
    space = {}
    exec(compile(file.read_text(), str(file), "exec"), space)
    x, y = np.array([1.0, 2.0]), np.array([0.5, 0.3])
    with pytest.raises(CannotTrace, match="takes the numbers"):
        gradients(space["loss"], x=x, y=y)
    assert gradients(space["loss"], x=x, y=y, wrt=["x"])["x"].tolist() == [2.0, 4.0]
    assert gradients(space["told"], x=x, y=y)["x"].tolist() == [2.0, 4.0]


def test_a_velocity_that_goes_into_a_library_is_no_weight(tmp_path):
    file = tmp_path / "kept.py"
    file.write_text("""\
import json
import numpy as np
w, v = np.array([0.1, 0.2, 0.3]), np.zeros(3)
for turn in range(4):
    json.dumps(v.tolist())
    loss = np.sum((w - 1.0) ** 2)
    v = 0.9 * v - 0.1 * 2 * (w - 1.0)
    w = w + v
""")
    assert gradients(str(file))["w"] == pytest.approx([-1.8, -1.6, -1.4])


def test_a_whole_number_that_leaves_takes_no_slope_with_it(tmp_path):
    file = tmp_path / "accuracy.py"
    file.write_text("""\
import numpy as np
X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2]])
T = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
W = np.array([[0.1, -0.2], [0.3, 0.4]])
for turn in range(3):
    right = sum(int(np.argmax(x @ W) == np.argmax(t)) for x, t in zip(X, T))
    print("right:", right)
    W -= 0.1 * X.T @ (X @ W - T)
""")
    X = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2]])
    T = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    W = np.array([[0.1, -0.2], [0.3, 0.4]])
    assert gradients(str(file))["W"] == pytest.approx(X.T @ (X @ W - T))


def test_an_inner_loop_whose_start_is_made_in_every_turn_is_no_fault(tmp_path):
    file = tmp_path / "pooled.py"
    file.write_text("""\
import numpy as np
class Filters:
    def __init__(self):
        self.f = np.array([[0.1, 0.2], [0.3, -0.4]])
    def windows(self, image):
        for i in range(3):
            yield image[i:i + 2], i
    def forward(self, image):
        self.seen = image
        out = np.zeros((3, 2))
        for window, i in self.windows(image):
            out[i] = np.sum(window * self.f, axis=1)
        return out
    def back(self, d):
        total = np.zeros((2, 2))
        for window, i in self.windows(self.seen):
            for k in range(2):
                total[k] += d[i, k] * window
        self.f -= 0.01 * total
net, loss = Filters(), 0
for image in np.sin(np.arange(12.0)).reshape(3, 4):
    out = net.forward(image)
    one = np.sum(out**2)
    net.back(2 * out)
    loss += one
""")
    assert gradients(str(file))


def test_numbers_that_are_put_into_an_array_are_still_the_arguments():
    def bowl(x, y):
        return np.sum(np.array([x, 3 * y, x]) ** 2) + np.sum(np.array([y, x]) ** 2)

    found = gradients(bowl, x=1.0, y=2.0)
    assert found == {"x": pytest.approx(6.0), "y": pytest.approx(40.0)}
    assert grad(bowl, (0, 1))(1.0, 2.0) == (pytest.approx(6.0), pytest.approx(40.0))
    assert gradients(lambda x: np.max(np.array([x, x])), x=1.0)["x"] == 1


def test_a_number_that_stands_twice_in_an_array_is_one_parameter(tmp_path):
    file = tmp_path / "script.py"
    file.write_text("""\
import numpy as np
w = 0.5
for turn in range(5):
    v = np.array([w, w])
    loss = np.sum((v - np.array([1.0, 3.0])) ** 2)
    w = w - 0.1 * np.sum(2 * (v - np.array([1.0, 3.0])))
""")
    assert gradients(file) == {"w": pytest.approx(-6.0)}
