"""A weight that is moved to look at a difference, and put back, is not learnt; what was written by hand is judged all the same."""

import pytest

from chainrule.check.steps.script import Asked
from chainrule.check.verdict import Verdict

NET = """
import numpy as np
rng = np.random.default_rng(0)
X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
W, b = rng.normal(size=(3, 2)), np.zeros(2)
def f():
    return np.mean((X @ W + b - y) ** 2)
"""
BACKWARD = """
loss = f()
error = 2 * (X @ W + b - y) / y.size
dW = X.T @ error
db = error.sum(axis=0)
"""
PUT_BACK = """
for one in (W, b):
    numeric = np.zeros_like(one)
    for i in np.ndindex(*one.shape):
        old = one[i]
        one[i] = old + 1e-5
        up = f()
        one[i] = old - 1e-5
        down = f()
        one[i] = old
        numeric[i] = (up - down) / 2e-5
    print(numeric)
"""
TAKEN_BACK = """
for one in (W, b):
    numeric = np.zeros_like(one)
    for i in np.ndindex(*one.shape):
        one[i] += 1e-5
        up = f()
        one[i] -= 2e-5
        down = f()
        one[i] += 1e-5
        numeric[i] = (up - down) / 2e-5
    print(numeric)
"""
COPIES = """
def g(W, b):
    return np.mean((X @ W + b - y) ** 2)
for i in np.ndindex(*W.shape):
    plus, minus = W.copy(), W.copy()
    plus[i] += 1e-5
    minus[i] -= 1e-5
    print((g(plus, b) - g(minus, b)) / 2e-5)
"""
LEARN = """
for turn in range(3):
    loss = f()
    error = 2 * (X @ W + b - y) / y.size
    dW = X.T @ error
    db = error.sum(axis=0)
    W -= 0.1 * dW
    b -= 0.1 * db
"""
OBJECT = """
import numpy as np
class Net:
    def __init__(self, rng):
        self.W1, self.W2 = rng.normal(size=(2, 3)), rng.normal(size=(3, 1))
    def cost(self, X, y):
        self.h = np.tanh(X @ self.W1)
        self.out = self.h @ self.W2
        return 0.5 * np.sum((y - self.out) ** 2)
    def slopes(self, X, y):
        J = self.cost(X, y)
        d = self.out - y
        dW2 = self.h.T @ d
        dW1 = X.T @ (d @ self.W2.T * (1 - self.h**2))
        return dW1, dW2
    def weights(self):
        return np.concatenate((self.W1.ravel(), self.W2.ravel()))
    def take(self, flat):
        self.W1, self.W2 = flat[:6].reshape(2, 3), flat[6:].reshape(3, 1)
rng = np.random.default_rng(3)
X, y = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
net = Net(rng)
dW1, dW2 = net.slopes(X, y)
start = net.weights()
moved = np.zeros_like(start)
for i in range(len(start)):
    moved[i] = 1e-4
    net.take(start + moved)
    up = net.cost(X, y)
    net.take(start - moved)
    down = net.cost(X, y)
    print((up - down) / 2e-4)
    moved[i] = 0
net.take(start)
"""
PROBED = {
    "put back": NET + BACKWARD + PUT_BACK,
    "put back before": NET + PUT_BACK + BACKWARD,
    "taken back": NET + BACKWARD + TAKEN_BACK,
    "copies": NET + BACKWARD + COPIES,
    "an object": OBJECT,
    "then learnt": NET + BACKWARD + PUT_BACK + LEARN,
    "learnt, then looked at": NET + LEARN + PUT_BACK,
}


@pytest.mark.parametrize("text", PROBED.values(), ids=PROBED)
def test_right_gradients_that_are_compared_are_not_blamed(text, check) -> None:
    report = check(text)
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    assert not report.findings


@pytest.mark.parametrize("text", PROBED.values(), ids=PROBED)
def test_a_wrong_one_is_found_all_the_same(text, check) -> None:
    at = {
        "error.sum(axis=0)": "error.mean(axis=0)",
        "dW2 = self.h.T @ d": "dW2 = 2 * self.h.T @ d",
    }
    for old, new in at.items():
        text = text.replace(old, new)
    wrong = [
        line.source.strip()
        for line in check(text).lines
        if line.verdict is Verdict.WRONG
    ]
    assert wrong
    assert all(line.startswith(("db =", "dW2 =")) for line in wrong)


@pytest.mark.parametrize("how", [PUT_BACK, TAKEN_BACK], ids=["put back", "taken back"])
def test_what_a_look_computes_is_not_run_again(how, write) -> None:
    """A check by differences runs the forward pass hundreds of times: the verdict needs it once."""
    alone, looked = NET + LEARN, NET + BACKWARD + how + LEARN
    n_alone, n_looked = (
        len(Asked(str(file)).checked(text).evidence.tape.values)
        for text in (alone, looked)
        for file in [write(text)]
    )
    assert n_looked < n_alone + 60


def test_what_a_step_of_signs_comes_back_to_was_learnt(check) -> None:
    """Down on a sign a weight comes back to what it was: it is moved by what is computed from it."""
    report = check(
        """
import numpy as np
w = 0.05
for turn in range(4):
    loss = abs(w)
    dw = np.sign(w)
    w = w - 0.1 * dw
"""
    )
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}


def test_an_entry_of_a_weight_that_is_kept_is_no_loss(check) -> None:
    """The kept entries add up to something, too; the loss is what is computed."""
    text = """
import numpy as np
rng = np.random.default_rng(1)
X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
start = np.zeros((3, 1))
w = start
trail, prices = [], []
for turn in range(4):
    prices.append(float(np.sum((X @ w - y) ** 2) / 24))
    trail.append(list(w[:, 0]))
    error = X @ start - y
    w = w - 0.3 * X.T @ error / 12
"""
    (wrong,) = [line for line in check(text).lines if line.fix]
    assert wrong.fix.strip() == "error = X @ w - y"
    assert check(text.replace("X @ start - y", "X @ w - y")).ok


def test_a_sum_that_is_set_to_zero_for_the_next_turn_is_no_probe(check) -> None:
    text = """
import numpy as np
rng = np.random.default_rng(5)
X, y, W = rng.normal(size=(9, 3)), rng.normal(size=(9, 2)), rng.normal(size=(3, 2))
total, m, v = np.zeros_like(W), np.zeros_like(W), np.zeros_like(W)
for turn in range(1, 5):
    total[...] = 0
    error = X @ W - y
    loss = np.mean(error**2)
    total += X.T @ (2 * error / error.size)
    m = 0.9 * m + 0.1 * total
    v = 0.999 * v + 0.001 * total**2
    hat, size = m / (1 - 0.9**turn), v / (1 - 0.999**turn)
    W = W - 0.01 * hat / (np.sqrt(size) + 1e-8)
"""
    assert {line.verdict for line in check(text).lines} == {Verdict.RIGHT}


def test_a_check_of_all_weights_before_any_gradient_is_taken(check) -> None:
    """The losses that the differences are made of are no pass of their own, however many they are."""
    report = check("""
import numpy as np
np.random.seed(7)
def numerical_gradient(f, x):
    h = 1e-4
    grad = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"], op_flags=["readwrite"])
    while not it.finished:
        idx = it.multi_index
        tmp = x[idx]
        x[idx] = tmp + h
        above = f(x)
        x[idx] = tmp - h
        below = f(x)
        grad[idx] = (above - below) / (2 * h)
        x[idx] = tmp
        it.iternext()
    return grad
class Net:
    def __init__(self):
        self.params = {"W": 0.3 * np.random.randn(5, 3), "b": np.zeros(3)}
    def predict(self, x):
        a = x @ self.params["W"] + self.params["b"]
        e = np.exp(a - a.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)
    def loss(self, x, t):
        return -np.sum(t * np.log(self.predict(x))) / x.shape[0]
    def gradient(self, x, t):
        dy = (self.predict(x) - t) / x.shape[0]
        return {"W": x.T @ dy, "b": dy.sum(axis=0)}
x, t = np.random.rand(6, 5), np.eye(3)[np.random.randint(0, 3, 6)]
net = Net()
differences = {k: numerical_gradient(lambda _: net.loss(x, t), p) for k, p in net.params.items()}
slopes = net.gradient(x, t)
for key in slopes:
    print(key, np.abs(differences[key] - slopes[key]).mean())
for turn in range(4):
    slopes = net.gradient(x, t)
    for key in net.params:
        net.params[key] -= 0.1 * slopes[key]
    print(net.loss(x, t))
""")
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
