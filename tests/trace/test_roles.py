"""Which inputs are learnt, when nobody has said."""

import cProfile
import json

import numpy as np
import pytest
from scripts_with_roles import SCRIPTS

import chainrule
from chainrule.roles import roles_of
from chainrule.trace import record_script

NETWORK = """\
import numpy as np
rng = np.random.default_rng(0)
{}
loss = np.sum(h ** 2)
"""
LEARNT = {
    "the beta of a batch norm": (
        "x = rng.normal(size=(4, 3))\ngamma, beta = np.ones(3), np.zeros(3)\nh = gamma * x + beta",
        {"gamma", "beta"},
    ),
    "a kernel called K": (
        "image = rng.normal(size=(3, 3))\nK = rng.normal(size=(3, 3))\nh = image * K",
        {"K"},
    ),
    "a setting is one number": (
        "x, beta, alpha = np.ones(3), 0.9, np.array(0.1)\nw = rng.normal(size=3)\nh = alpha * w * x + beta",
        {"w"},
    ),
    "the state a loop starts from": (
        """\
xs = rng.normal(size=(3, 2))
U, V = np.eye(2), np.eye(2)
h = np.zeros(2)
for t in range(3):
    h = np.tanh(U @ xs[t] + V @ h)
""",
        {"U", "V"},
    ),
    "weights in equal steps, where all of them are": (
        """\
x = np.linspace(-0.1, 0.5, 12).reshape(3, 4)
W1, W2 = np.linspace(-0.2, 0.3, 8).reshape(4, 2), np.linspace(0.1, 0.4, 4).reshape(2, 2)
h = np.tanh(x @ W1) @ W2
""",
        {"W1", "W2"},
    ),
    "rows that are only multiplied by weights, and rows of their size": (
        """\
words_emb, next_emb = rng.normal(size=(4, 6)), rng.normal(size=(4, 6))
W_in, W_out = rng.normal(size=(6, 3)), rng.normal(size=(3, 6))
h = np.tanh(words_emb @ W_in) @ W_out - next_emb
""",
        {"W_in", "W_out"},
    ),
    "weights drawn one after the other by a generator": (
        """\
x = rng.normal(size=3)
W, U = (rng.normal(size=(3, 3)) * 0.1 for _ in range(2))
h = U @ np.tanh(W @ x)
""",
        {"W", "U"},
    ),
    "what is made anew in each turn is one thing, however many turns there are": (
        """\
inputs, targets = [0, 2, 1, 1], [2, 1, 1, 0]
Wxh, Whh, bh = rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), np.zeros((3, 1))
xs, hs, h = {}, {}, 0.0
hs[-1] = np.zeros((3, 1))
for t in range(4):
    xs[t] = np.zeros((3, 1))
    xs[t][inputs[t]] = 1
    hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
    h = h + hs[t][targets[t], 0]
""",
        {"Wxh", "Whh", "bh"},
    ),
}


@pytest.mark.parametrize(("lines", "learnt"), LEARNT.values(), ids=LEARNT)
def test_what_is_learnt_is_read_off(lines, learnt, tmp_path):
    file = tmp_path / "network.py"
    file.write_text(NETWORK.format(lines))
    report = roles_of(record_script(file).recording)
    assert {value.name for value in report.parameters} == learnt


OPTIMIZERS = {
    "the penalty is added to the gradient in place": (
        "g = X.T @ e / 3\n    g += 0.1 * w\n    w -= 0.1 * g",
        "sgd",
    ),
    "the gradient is added up from nothing in each turn": (
        "g = np.zeros(2)\n    for x, d in zip(X, e):\n        g = g + x * d\n    w = w - 0.1 * g",
        "sgd",
    ),
    "a velocity": ("v = 0.9 * v - 0.1 * X.T @ e\n    w = w + v", "momentum"),
    "squares, beside a hidden state that is kept, too": (
        """\
v = np.tanh(w * X[0, 0] + np.eye(2)[::-1] @ v)
    loss = np.sum((v - y[:2]) ** 2)
    g = 2 * (v - y[:2]) * (1 - v**2) * X[0, 0]
    held["s"] = held.get("s", 0) + g * g
    w = w - 0.1 * g / np.sqrt(held["s"] + 1e-8)""",
        "adagrad",
    ),
    "moments that begin when they are first asked for": (
        """\
g = X.T @ e
    held["m"] = beta * held.get("m", 0) + (1 - beta) * g
    held["v"] = beta * held.get("v", 0) + (1 - beta) * g**2
    w = w - 0.1 * held["m"] / (np.sqrt(held["v"]) + 1e-8)""",
        "adam",
    ),
}


@pytest.mark.parametrize(("step", "optimizer"), OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_optimizer_is_known_by_what_it_keeps_for_the_next_step(
    step, optimizer, tmp_path
):
    file = tmp_path / "script.py"
    file.write_text(f"""\
import numpy as np
X, y = np.array([[1.0, 2.0], [0.5, -1.0], [3.0, 0.2]]), np.array([1.0, 0.0, 2.0])
w, v, held, beta = np.array([0.1, -0.2]), np.zeros(2), {{}}, 0.9
for turn in range(5):
    e = X @ w - y
    loss = 0.5 * np.sum(e**2)
    {step}
""")
    assert roles_of(record_script(file).recording).optimizer == optimizer


@pytest.mark.spread(4)
@pytest.mark.parametrize(("text", "truth"), SCRIPTS.values(), ids=SCRIPTS)
def test_loss_parameters_and_rate_are_read_off_what_happens(text, truth, tmp_path):
    file = tmp_path / "script.py"
    file.write_text(f"import numpy as np\n{text}")
    report = roles_of(record_script(file).recording)
    loss, learnt, rate, confidence = truth
    assert loss is None or (report.implied_loss or report.loss_name) == loss
    said = {name for name, role in report.roles.items() if role == "parameter"}
    assert learnt is None or said == learnt
    assert rate is None or report.learning_rate == rate
    assert confidence is None or report.confidence == confidence


def test_steps_that_no_number_explains_have_no_loss(tmp_path):
    file = tmp_path / "perceptron.py"
    file.write_text("""\
import numpy as np
w, b = np.array([0.1, -0.2]), 0.0
for x, t in [(np.array([2.0, 1.0]), 1), (np.array([-1.0, -2.0]), 0), (np.array([1.0, 3.0]), 0)]:
    update = 0.1 * (t - (1 if x @ w + b > 0 else 0))
    w += update * x
    b += update
""")
    recording = record_script(file).recording
    with pytest.raises(chainrule.ChainruleError) as caught:
        roles_of(recording)
    assert caught.value.code == "E325"
    assert "explains the steps of w" in str(caught.value)


def test_a_list_or_a_dict_is_asked_for_by_its_name(tmp_path):
    file = tmp_path / "layers.py"
    file.write_text("""\
import numpy as np
rng = np.random.default_rng(0)
params = {"net": [(rng.normal(size=(3, 2)), np.zeros(2))], "scale": np.ones(2)}
h = rng.normal(size=(4, 3))
for W, b in params["net"]:
    h = np.tanh(h @ W + b)
loss = np.sum((h * params["scale"]) ** 2)
""")
    found = chainrule.gradients(str(file), wrt=["params"])["params"]
    ((dW, db),) = found["net"]
    space = {}
    exec(file.read_text(), space)
    h, scale = space["h"], space["params"]["scale"]
    dz = 2 * h * scale**2 * (1 - h**2)
    x = np.random.default_rng(0)
    x.normal(size=(3, 2))
    np.testing.assert_allclose(dW, x.normal(size=(4, 3)).T @ dz, rtol=1e-12)
    np.testing.assert_allclose(db, dz.sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(found["scale"], np.sum(2 * h**2 * scale, axis=0))


FITTED = """\
import numpy as np
from scipy import optimize
x = np.linspace(0, 2, 7)
y = 1.5 * np.exp(-0.8 * x) + 0.01 * np.sin(9 * x)
"""
MINIMISED = {
    "a function of a row of numbers": (
        """\
a, k = 1.0, 0.5
def sse(p):
    return np.sum((p[0] * np.exp(-p[1] * x) - y) ** 2)
found = optimize.minimize(sse, [a, k], method="Nelder-Mead")
loss = sse(found.x)
""",
        ("sse", "p", 1),
    ),
    "a number with its gradient by hand, and a start in whole numbers": (
        """\
def sse(w):
    r, e = w[0] * np.exp(-w[1] * x) - y, np.exp(-w[1] * x)
    return np.sum(r ** 2), np.array([2 * np.sum(r * e), -2 * np.sum(r * w[0] * x * e)])
start = np.array([1, 1])
optimize.minimize(sse, start, jac=True, method="L-BFGS-B")
""",
        ("sse", "w", 1),
    ),
    "residuals with arguments and a Jacobian of traced data": (
        """\
def residuals(p, t, y):
    return p[0] * np.exp(-p[1] * t) - y
def slopes(p, t, y):
    return np.stack([np.exp(-p[1] * x), -p[0] * x * np.exp(-p[1] * x)], axis=1)
p0 = np.array([1.0, 0.5])
optimize.least_squares(residuals, p0, slopes, args=(x, y))
""",
        ("residuals", "p0", 0.5),
    ),
    "a model of a curve": (
        """\
def decay(t, a, k):
    return a * np.exp(-k * t)
popt, _ = optimize.curve_fit(decay, x, y, p0=[1.0, 0.5])
""",
        ("decay", "p", 1),
    ),
}


@pytest.mark.parametrize(("text", "truth"), MINIMISED.values(), ids=MINIMISED)
def test_what_a_minimiser_is_given_is_the_loss_and_where_it_begins_is_learnt(
    text, truth, tmp_path
):
    pytest.importorskip("scipy")
    file = tmp_path / "script.py"
    file.write_text(FITTED + text)
    report = roles_of(record_script(file).recording)
    loss, learnt, factor = truth
    assert (report.loss_name, report.confidence) == (loss, "high")
    [(name, gradient)] = chainrule.gradients(file).items()
    assert name == learnt
    [a, k] = [1.0, 1.0] if name == "w" else [1.0, 0.5]
    x = np.linspace(0, 2, 7)
    e = np.exp(-k * x)
    off = a * e - 1.5 * np.exp(-0.8 * x) - 0.01 * np.sin(9 * x)
    true = [2 * factor * np.sum(off * e), -2 * factor * np.sum(off * a * x * e)]
    np.testing.assert_allclose(gradient, true, rtol=1e-10)


def test_a_lesson_says_what_was_taken_as_what_and_steps_as_the_script_does(tmp_path):
    file = tmp_path / "script.py"
    text, _ = SCRIPTS["a weight that nothing moves is said to be taken as fixed"]
    file.write_text(f"import numpy as np\n{text}")
    lesson = chainrule.explain(file)
    said = json.loads(lesson.to_json())
    assert said["roles"]["W2"] == "parameter"
    assert said["roles"]["W1"] == "frozen"
    assert said["learning_rate"] == lesson.learning_rate == 0.2
    assert said["confidence"] == "low"
    [message] = said["messages"]
    assert message == "taken as fixed, for nothing moves it: W1: --wrt NAMES"
    assert message[1:] in lesson.to_text(width=200)
    [step] = [
        line for line in chainrule.emit(file, part="step").splitlines() if "0.2" in line
    ]
    assert "W2" in step or "learning_rate" in step


@pytest.mark.parametrize("n_turns", [39, 40, 41, 100])
def test_a_loss_that_is_added_up_is_whole_after_its_last_term(n_turns, tmp_path):
    file = tmp_path / "sum.py"
    file.write_text(
        "import numpy as np\nw, x = np.array([0.5]), np.arange(200.0)\nloss = 0.0\n"
        f"for t in range({n_turns}):\n    loss = loss + np.sum(w * x[t])\n",
        encoding="utf-8",
    )
    recorded = roles_of(record_script(file).recording)
    assert recorded.run[recorded.loss] == sum(range(n_turns)) / 2


RECURRENCES = {
    "in a list": """\
h, outputs = np.zeros(3), []
for t in range(T):
    h = np.tanh(W @ x[t] + U @ h)
    outputs.append(V @ h)
loss = np.mean((np.array(outputs) - y) ** 2)
""",
    "in an array": """\
h, outputs = np.zeros((T + 1, 3)), np.zeros((T, 2))
for t in range(T):
    h[t] = np.tanh(W @ x[t] + U @ h[t - 1])
    outputs[t] = V @ h[t]
loss = np.mean((outputs - y) ** 2)
""",
    "in dicts, by a function": """\
def step(x, h_prev):
    h_next = np.tanh(W @ x + U @ h_prev)
    return h_next, (x, h_prev)
hs, outputs, caches, loss = {-1: np.zeros(3)}, {}, [], 0
for t in range(T):
    hs[t], cache = step(x[t], hs[t - 1])
    caches.append(cache)
    outputs[t] = V @ hs[t]
    loss += np.sum((outputs[t] - y[t]) ** 2)
""",
}


@pytest.mark.spread(3)
@pytest.mark.parametrize("loop", RECURRENCES.values(), ids=RECURRENCES)
def test_reading_a_recurrence_takes_twice_as_long_for_twice_as_many_turns(
    loop, tmp_path
):
    def calls(n_turns):
        file = tmp_path / f"turns_{n_turns}.py"
        file.write_text(
            f"""\
import numpy as np
rng = np.random.default_rng(0)
T = {n_turns}
x, y = rng.normal(size=(T, 2)), rng.normal(size=(T, 2))
W, U, V = (rng.normal(size=size) * 0.5 for size in ((3, 2), (3, 3), (2, 3)))
{loop}"""
        )
        reading = record_script(file)
        with cProfile.Profile() as profile:
            report = roles_of(reading.recording)
        assert {value.name for value in report.parameters} == {"W", "U", "V"}
        return sum(one.callcount for one in profile.getstats())

    calls(4)
    few, more = calls(40), calls(80)
    assert more < 2.2 * few


def test_what_a_computed_key_holds_is_called_by_the_key(tmp_path):
    path = tmp_path / "gates.py"
    path.write_text(
        "import numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "x, weights, hs = rng.normal(size=(4, 3)), {}, {-1: np.zeros(3)}\n"
        "for gate in 'fi':\n"
        "    weights['W' + gate] = rng.normal(size=(3, 3)) * 0.1\n"
        "for t in range(4):\n"
        "    hs[t] = np.tanh(weights['Wf'] @ x[t] + weights['Wi'] @ hs[t - 1])\n"
        "loss = np.sum(hs[3] ** 2)\n"
    )
    lesson = chainrule.explain(path)
    assert lesson.study.parameters == ("Wf", "Wi")
    assert "h₋₁ = hs_minus_1" in str(lesson)


@pytest.mark.parametrize(
    "turn",
    [
        "s, p = y\n    track[t] = y\n    y = y + dt * np.array([-k[0] * s, k[0] * s - k[1] * p])",
        "track[t] = y\n    e = y[1]\n    y = y + dt * np.array([-k[0] * y[0], k[0] * y[0] - k[1] * e])",
    ],
    ids=["unpacked", "read by place"],
)
def test_the_state_of_a_simulation_is_not_learnt_whatever_it_goes_down(turn, tmp_path):
    path = tmp_path / "reaction.py"
    path.write_text(
        f"""\
import numpy as np
k, seen, dt = np.array([1.0, 0.5]), np.array([0.0, 0.2, 0.3, 0.35]), 0.1
y, track = np.array([2.0, 0.6]), np.empty((4, 2))
for t in range(4):
    {turn}
loss = np.sum((track[:, 1] - seen) ** 2)
"""
    )
    report = roles_of(record_script(path).recording)
    assert report.loss_name == "loss"
    assert [value.name for value in report.parameters] == ["k"]
    assert not report.steps


def test_what_meets_the_prediction_is_not_learnt_and_what_meets_the_data_is(tmp_path):
    path = tmp_path / "decay.py"
    path.write_text(
        """\
import numpy as np
def chi_square(amplitude, decay_rate, times, measured, spread):
    model = amplitude * np.exp(-decay_rate * times)
    return np.sum(((model - measured) / (spread**2 + 0.1)) ** 2)
"""
    )
    space = {}
    exec(compile(path.read_text(), str(path), "exec"), space)
    given = {"times": np.arange(8.0), "measured": np.ones(8), "spread": np.full(8, 0.3)}
    found = chainrule.gradients(
        space["chi_square"], amplitude=1.0, decay_rate=0.4, **given
    )
    assert set(found) == {"amplitude", "decay_rate"}


WRITTEN_AND_SUMMED = """\
import numpy as np

w = np.array([[0.5, -1.0], [0.3, 0.8]])
u = np.array([0.2, 0.7, -0.4])
first = sum(row * (i + 1) for i, row in enumerate(u))
h = u.copy()
h[1:] = h[1:] + u[:-1]
loss = np.mean(h**2) + 0.1 * np.sum(w) * u.mean()
"""


def test_the_loss_reads_what_is_asked_for(tmp_path):
    (tmp_path / "net.py").write_text(WRITTEN_AND_SUMMED)
    found = chainrule.gradients(tmp_path / "net.py", wrt=["w", "u"])
    np.testing.assert_allclose(found["w"], np.full((2, 2), 0.1 * 0.5 / 3))
