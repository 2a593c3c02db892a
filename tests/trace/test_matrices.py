"""NumPy's matrices are followed: what each expression gives is of NumPy's own shape, kind and numbers, and so is its gradient."""

import random
import textwrap

import numpy as np
import pytest

import chainrule
from chainrule.check import Verdict, check_script
from chainrule.trace import trace

pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
RNG = np.random.default_rng(3)
GIVEN = {
    "a": RNG.uniform(-1, 1, (3, 2)),
    "b": RNG.uniform(-1, 1, (2, 3)),
    "q": np.eye(3) + RNG.uniform(-0.4, 0.4, (3, 3)),
    "w": RNG.uniform(-1, 1, 3),
}
EXPRESSIONS = [
    *("M * b", "Q * M", "M * N", "q * M", "w * M", "[1.0, 2.0, 3.0] * M"),
    *("np.array([[1.0, 2.0, 3.0]]) * M", "np.matrix([[1.0, 2.0, 3.0]]) * M"),
    *("2 * M", "M * w[0]", "M / 2", "M + 1", "M - M[0]", "-M", "M + N.T", "a - M"),
    *("Q ** 2", "Q ** -1", "Q ** 3", "np.power(M, 2)", "np.multiply(M, a)", "abs(M)"),
    *("M @ b", "Q @ w", "np.dot(Q, w)", "M.dot(N)", "np.dot(w, M)", "np.outer(M, N)"),
    *("M.sum()", "M.sum(0)", "M.sum(axis=1)", "M.mean(1)", "M.max(0)", "M.min()"),
    *("M.std(0)", "M.var(1)", "M.prod(1)", "np.sum(M, axis=1)", "np.mean(M, 0)"),
    *("np.max(M, axis=1)", "np.average(M, axis=0)", "np.add.reduce(M, axis=1)"),
    *("M.T", "M.H", "M.A", "M.A1", "Q.I", "M.I", "M.getA()", "M.getT()", "M.getA1()"),
    *("M.ravel()", "np.ravel(M)", "M.flatten()", "M.reshape(2, 3)", "M.transpose()"),
    *("M.diagonal()", "np.diagonal(M)", "Q.trace()", "np.trace(Q)", "M.squeeze()"),
    *("M[0]", "M[1, :]", "M[:, 1]", "M[-1]", "M[..., 0]", "M[0, 1]", "M[1:, 0]"),
    *("M[[0, 2]]", "M[[0, 2], 1]", "M[0, [1, 0]]", "M[M > 0]", "M[:, [1]]"),
    *("M.item(3)", "M.item(2, 1)", "M[0:1, 0:1].item()", "M[M[:, 0].argmax(), 0]"),
    *("np.asarray(M)", "np.array(M)", "np.array(M, subok=True)", "M.copy()", "M * 1"),
    *(
        "np.asmatrix(w)",
        "np.matrix(M)",
        "np.matrix([[M[0, 0], 1.0]])",
        "np.array([M, M])",
    ),
    *("np.bmat([[M, M], [M, a]])", "np.hstack((M, a))", "np.c_[M, w]", "np.r_[M, N.T]"),
    *(
        "np.insert(M, 0, 1.0, axis=1)",
        "np.insert(M[0], 0, np.ones(2))",
        "M.repeat(2, 0)",
    ),
    *("np.tanh(M)", "np.exp(-M)", "np.where(M > 0, M, 0.0)", "np.clip(M, -0.5, 0.5)"),
    *("np.linalg.inv(Q) * M", "np.linalg.norm(M)", "np.linalg.det(Q)", "np.kron(M, N)"),
    *("sum(row * row.T for row in M)", "M.view(np.ndarray)", "a.view(np.matrix) * N"),
    *("(M[0] * M[0].T).item() * w", "np.zeros_like(M) + M", "M.clip(-0.3, 0.3)"),
]
STATEMENTS = [
    "M[0, 1] = w[0]",
    "M[:, 0] = Q[:, 1]",
    "M[1] = b[:, 0]",
    "M[[0, 2], 1] = w[:2]",
    "M[M > 0] = 0.5",
    "M[0] += N[:, 1].T",
    "M[0, 0] *= w[1]",
    "M += a",
    "M *= 2",
    "Q *= q",
    "Q **= 2",
    "row = M[0]; row[0, 1] = w[0]; row *= 3",
    "turned = M.T; turned[0, 2] = w[1]",
    "plain = M.A; plain[0] = 7 * plain[1]",
    "plain = np.asarray(M); plain *= plain",
    "plain = a * 1; L = np.asmatrix(plain); L[0, 0] = w[2]; M = M * 1 + plain",
    "flat = w * 1; L = np.asmatrix(flat); flat[1] = 2 * w[0]; M = L * M",
    "M.flat[1] = w[0]",
    "np.put(M, [0, 3], w[:2])",
    "np.fill_diagonal(M, w[0])",
    "np.multiply(M, a, out=M)",
    "M.A1[2] = w[0]",
    "M.T[0, 1] = M.T[0, 1] - 0.1 * w[0]",
]


def body_of(statements, result):
    """A function's statements that end in a loss of everything that may have changed."""
    lines = ["M, N, Q = np.asmatrix(a * 1.0), np.matrix(b), np.matrix(q)", *statements]
    ends = " + ".join(f"np.sum(np.sin(np.asarray({one})))" for one in ("M", "Q"))
    ends += " + np.sum(a * a) + np.sum(b * b) + np.sum(q * q) + np.sum(w * w)"
    return [*lines, f"y = {result}", f"loss = np.sum(np.sin(np.asarray(y))) + {ends}"]


def function_of(body, path):
    text = "\n".join(f"    {line}" for line in body)
    path.write_text(
        f"import numpy as np\n\n\ndef f(a, b, q, w):\n{text}\n    return loss, y\n",
        encoding="utf-8",
    )
    space = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)
    return space["f"]


def copies():
    return {name: array.copy() for name, array in GIVEN.items()}


def measured(f, name, step=1e-6):
    """The gradient by central differences."""
    found = np.zeros_like(GIVEN[name])
    for place in np.ndindex(found.shape):
        ends = []
        for sign in (1, -1):
            moved = copies()
            moved[name][place] += sign * step
            ends.append(f(**moved)[0])
        found[place] = (ends[0] - ends[1]) / (2 * step)
    return found


def agree(body, tmp_path):
    """Hold a program to NumPy: its result in number, shape and kind, its gradients through both doors."""
    f = function_of(body, tmp_path / "functions.py")
    y = f(**copies())[1]
    followed = chainrule.value_and_grad(f, has_aux=True)
    (loss, found), _ = followed(*copies().values())
    assert loss == pytest.approx(f(**copies())[0])
    np.testing.assert_allclose(found, y, rtol=1e-12)
    assert (np.shape(found), isinstance(found, np.matrix)) == (
        np.shape(y),
        isinstance(y, np.matrix),
    )
    script = tmp_path / "script.py"
    made = [f"{k} = np.array({v.tolist()})" for k, v in GIVEN.items()]
    script.write_text("\n".join(["import numpy as np", *made, *body]), encoding="utf-8")
    for gradients in (
        chainrule.gradients(lambda **x: f(**x)[0], **copies(), wrt=list(GIVEN)),
        chainrule.gradients(script, loss="loss", wrt=list(GIVEN)),
    ):
        for name in GIVEN:
            np.testing.assert_allclose(
                gradients[name], measured(f, name), rtol=1e-5, atol=1e-7
            )


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_of_matrices_is_numpys_own(expression, tmp_path):
    agree(body_of([], expression), tmp_path)


@pytest.mark.parametrize("statements", STATEMENTS)
def test_what_is_written_into_a_matrix_is_seen_where_numpy_shows_it(
    statements, tmp_path
):
    agree(body_of(statements.split("; "), "M"), tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_random_programs_of_matrices_are_numpys_own(seed, tmp_path):
    draw = random.Random(seed)
    lines = []
    for i in range(4):
        lines += draw.choice(STATEMENTS[:14]).split("; ")
        lines.append(f"y{i} = {draw.choice(EXPRESSIONS)}")
    agree(body_of(lines, draw.choice(EXPRESSIONS)), tmp_path)


def test_a_program_of_matrices_has_no_other_ops_than_one_of_arrays():
    X, y = np.asmatrix(GIVEN["a"]), np.asmatrix(GIVEN["w"]).T

    def loss(theta):
        theta = np.asmatrix(theta)
        error = X * theta.T - y
        return np.sum(np.power(error, 2)) + np.sum(np.sum(error, axis=0))

    run = trace(loss, theta=np.array([0.3, -0.2]))
    names = [line.op.name for line in run.program.lines]
    assert names == [
        *("reshape", "transpose", "matmul", "subtract", "power", "sum"),
        *("sum", "sum", "add"),
    ]


def test_the_kind_of_a_matrix_is_told():
    def loss(x):
        M = np.asmatrix(x)
        kinds.append((type(M), isinstance(M, np.matrix), isinstance(M.A, np.matrix)))
        shown.append(repr(M))
        return np.sum(M * M.T)

    kinds, shown = [], []
    chainrule.gradients(loss, x=np.array([1.0, 2.0]))
    assert kinds[0] == (np.matrix, True, False)
    assert shown[0] == "matrix([[1., 2.]])"


def test_matrices_are_taken_as_arguments_and_moved_as_such():
    X, y = np.asmatrix(GIVEN["a"]), np.asmatrix(GIVEN["w"]).T
    seen = []

    def loss(theta, X, y):
        seen.append(float(np.asarray(theta)[0, 0]))  # leaves, and is verified
        return np.sum(np.power(X * theta.T - y, 2))

    theta = np.asmatrix([0.3, -0.2])
    found = chainrule.gradients(loss, theta=theta, X=X, y=y)["theta"]
    np.testing.assert_allclose(found, (2 * X.T * (X * theta.T - y)).T)
    with pytest.raises(chainrule.ChainruleError, match=r"E301.*matrix") as caught:
        chainrule.value_and_grad(loss)(theta, X, y)
    assert "np.asmatrix(x)" in caught.value.hint


def test_a_matrix_around_a_function_is_read_at_every_call():
    X = np.asmatrix(GIVEN["a"].copy())
    slope = chainrule.grad(lambda t: np.sum(X * t))
    first = slope(np.ones((2, 1)))
    X[0, 0] += 5.0
    np.testing.assert_allclose(slope(np.ones((2, 1))) - first, [[5.0], [0.0]])


@pytest.mark.parametrize(
    ("statement", "what"),
    [("y = M * 1j", "is complex"), ("y = np.polyval([1.0, 2.0, 3.0], Q)", "another")],
)
def test_what_a_matrix_makes_of_a_function_and_an_array_does_not_is_refused(
    statement, what, tmp_path
):
    body = body_of([statement], "1.0")
    f = function_of(body, tmp_path / "functions.py")
    with pytest.raises(chainrule.ChainruleError, match=rf"E301.*np\.matrix.*{what}"):
        chainrule.gradients(lambda **x: f(**x)[0], **copies())


def test_numpys_own_objections_stay_and_shapes_that_do_not_fit_are_told_with_their_place():
    with pytest.raises(TypeError, match="exponent must be an integer"):
        chainrule.gradients(lambda q: np.sum(np.asmatrix(q) ** 0.5), q=GIVEN["q"])
    with pytest.raises(chainrule.ChainruleError, match="E101") as caught:
        chainrule.gradients(
            lambda a: np.sum(np.asmatrix(a) * np.asmatrix(a)), a=GIVEN["a"]
        )
    assert caught.value.where is not None


NETWORK = """
    import numpy as np

    rng = np.random.default_rng(0)
    X, T = np.matrix(rng.normal(size=(6, 3))), np.matrix(rng.integers(0, 2, (6, 2)))
    W1 = np.matrix(rng.normal(size=(3, 4)) * 0.5)
    W2 = np.matrix(rng.normal(size=(4, 2)) * 0.5)
    for i in range(3):
        H = 1 / (1 + np.exp(-(X * W1)))
        Y = 1 / (1 + np.exp(-(H * W2)))
        loss = np.sum(np.power(Y - T, 2)) / 2
        D2 = np.multiply(Y - T, np.multiply(Y, 1 - Y))
        D1 = np.multiply(D2 * W2.T, np.multiply(H, 1 - H))
        W2 = W2 - 0.5 * H.T * D2
        W1 = W1 - 0.5 * X.T * D1
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("", ""), ("D1 = np.multiply(D2 * W2.T", "D1 = np.multiply((Y - T) * W2.T")],
)
def test_a_backward_pass_of_matrices_is_checked(right, wrong, tmp_path):
    script = tmp_path / "network.py"
    script.write_text(textwrap.dedent(NETWORK).replace(right, wrong), encoding="utf-8")
    report = check_script(script)
    assert report.ok == (not wrong)
    wrong_lines = [one for one in report.lines if one.verdict is Verdict.WRONG]
    assert len(wrong_lines) == bool(wrong)
    for line in wrong_lines:
        assert line.name == "D1"
        assert line.fix.strip() == "D1 = np.multiply(D2 * W2.T, np.multiply(H, 1 - H))"


@pytest.mark.parametrize(
    "text",
    ["from numpy import *\nX = mat([[1.0]])\n", "from numpy import mat\n"],
)
def test_a_name_that_numpy_removed_is_told_with_what_to_write(text, tmp_path):
    script = tmp_path / "old.py"
    script.write_text(text, encoding="utf-8")
    with pytest.raises(chainrule.ChainruleError, match="E330") as caught:
        chainrule.gradients(script)
    assert "np.asmatrix" in caught.value.hint


def test_a_matrix_that_is_no_square_has_no_power_of_its_own():
    with pytest.raises(
        chainrule.ChainruleError, match=r"(?s)E101.*np\.power\(M, 2\)"
    ) as caught:
        chainrule.gradients(lambda a: np.sum(np.asmatrix(a) ** 2), a=GIVEN["a"])
    assert caught.value.where is not None
    squared = chainrule.gradients(
        lambda a: np.sum(np.power(np.asmatrix(a), 2)), a=GIVEN["a"]
    )
    np.testing.assert_allclose(squared["a"], 2 * GIVEN["a"])


SIGN = """
import numpy as np
X = np.matrix([[1, 2], [1, 3], [1, 5], [1, 7]])
y = np.matrix([[3], [5], [9], [12]])
theta = np.matrix([[0.0], [0.0]])
m = len(y)
for i in range(4):
    error = y - X * theta
    cost = np.sum(np.power(error, 2)) / (2 * m)
    grad = X.T * error / m
    theta = theta - 0.01 * grad
"""


def test_the_product_of_matrices_is_no_second_mistake(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(SIGN, encoding="utf-8")
    (line,) = [one for one in check_script(path).lines if one.cause]
    assert line.cause == "The sign is flipped."
    assert line.fix.strip() == "grad = -(X.T * error / m)"


def test_emitted_source_may_be_handed_the_matrices_of_the_script():
    def loss(X, theta):
        return np.sum(np.power(X * theta.T, 2))

    square = np.asmatrix(GIVEN["q"])
    source = chainrule.emit(loss, X=square, theta=square, wrt=["theta"])
    forward = chainrule.emit(loss, X=square, theta=square, part="forward")
    space = {}
    exec(source + forward, space)
    value, (slope,) = space["loss_and_gradients"](theta=square, X=square)
    found = chainrule.gradients(loss, X=square, theta=square, wrt=["theta"])
    np.testing.assert_allclose(slope, found["theta"])
    assert np.isclose(value, loss(square, square))
    assert np.isclose(space["loss"](theta=square, X=square), value)
    plain = chainrule.emit(lambda x, w: np.sum(x @ w), np.ones((2, 2)), np.ones(2))
    assert "asarray" not in plain
