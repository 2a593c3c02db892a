"""A loop is told once: a recurrence forward, a recurrence backward, sums over the turns; true in every turn that is shown."""

import numpy as np
import pytest
from evaluating import Calculator, CannotEvaluate, written
from rereading import reread

import chainrule
from chainrule.formula import identifier
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.notation.names import gradient_of
from chainrule.lesson.printers.json import from_json
from chainrule.lesson.printers.terminal.text import to_text

RECURRENT = """
import numpy as np
rng = np.random.default_rng(7)
xs, ys = rng.normal(size=(TURNS, 2)), rng.normal(size=(TURNS, 1))
Wx, Wh, Wy = rng.normal(size=(3, 2)), 0.3 * rng.normal(size=(3, 3)), rng.normal(size=(1, 3))
b = np.zeros(3)
h = np.zeros(3)
loss = 0.0
for t in range(TURNS):
    h = np.tanh(Wx @ xs[t] + Wh @ h + b)
    y = Wy @ h
    loss = loss + np.sum((y - ys[t]) ** 2)
"""
LAST_ONLY = """
import numpy as np
rng = np.random.default_rng(1)
xs, W, U = rng.normal(size=(5, 2)), rng.normal(size=(2, 3)), 0.5 * rng.normal(size=(3, 3))
h = np.zeros(3)
for t in range(5):
    h = np.tanh(xs[t] @ W + h @ U)
loss = np.sum(h ** 2)
"""
CONVOLUTION = """
import numpy as np
rng = np.random.default_rng(5)
image, K, b = rng.normal(size=(6, 6)), rng.normal(size=(3, 3)), 0.1
out = np.zeros((4, 4))
for i in range(4):
    for j in range(4):
        out[i, j] = np.sum(image[i : i + 3, j : j + 3] * K) + b
loss = np.mean(np.maximum(0, out) ** 2)
"""
SAMPLES = """
import numpy as np
rng = np.random.default_rng(0)
W, b = rng.normal(size=(2, 3)), rng.normal(size=2)
X, Y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
loss = 0.0
for i in range(len(X)):
    p = 1 / (1 + np.exp(-(W @ X[i] + b)))
    loss += np.sum((p - Y[i]) ** 2)
loss = loss / len(X)
"""
IN_AN_ARRAY = """
import numpy as np
rng = np.random.default_rng(3)
x, targets = rng.normal(size=(5, 2)), rng.normal(size=(5, 1))
U, W, V = rng.normal(size=(3, 2)), 0.3 * rng.normal(size=(3, 3)), rng.normal(size=(1, 3))
s, o = np.zeros((6, 3)), np.zeros((5, 1))
s[-1] = np.zeros(3)
for t in range(5):
    s[t] = np.tanh(U.dot(x[t]) + W.dot(s[t - 1]))
    o[t] = V.dot(s[t])
loss = np.sum((o - targets) ** 2)
"""
SECOND_AXIS = """
import numpy as np
rng = np.random.default_rng(4)
x, target = rng.normal(size=(2, 5, 3)), rng.normal(size=(2, 5, 4))
Wx, Wh, b = rng.normal(size=(3, 4)), 0.3 * rng.normal(size=(4, 4)), np.zeros(4)
h, h_prev = np.zeros((2, 5, 4)), rng.normal(size=(2, 4))
for t in range(5):
    h[:, t, :] = np.tanh(x[:, t, :] @ Wx + h_prev @ Wh + b)
    h_prev = h[:, t, :]
loss = np.sum((h - target) ** 2)
"""
HIDDEN_MARKOV = """
import numpy as np
rng = np.random.default_rng(0)
A, B, pi = rng.random((3, 3)), rng.random((3, 4)), rng.random(3)
seen = [0, 2, 1, 3, 3, 0, 1]
alpha = pi
for t in range(7):
    alpha = (alpha @ A) * B[:, seen[t]]
loss = -np.log(np.sum(alpha))
"""
HEADS = """
import numpy as np
rng = np.random.default_rng(0)
X, Wq, Wv = rng.normal(size=(4, 6)), rng.normal(size=(6, 6)), rng.normal(size=(6, 6))
Q, V, heads = X @ Wq, X @ Wv, []
for h in range(3):
    columns = slice(2 * h, 2 * h + 2)
    scores = Q[:, columns] @ V[:, columns].T
    heads.append(np.tanh(scores) @ V[:, columns])
loss = np.mean(np.concatenate(heads, axis=1) ** 2)
"""
IMAGES = """
import numpy as np
rng = np.random.default_rng(0)
x, w, b = rng.normal(size=(2, 2, 7, 7)), rng.normal(size=(3, 2, 3, 3)), rng.normal(size=3)
out = np.zeros((2, 3, 3, 3))
for n in range(2):
    for f in range(3):
        for i in range(3):
            for j in range(3):
                window = x[n, :, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
                out[n, f, i, j] = np.sum(window * w[f]) + b[f]
loss = np.sum(np.tanh(out))
"""
STATED = {
    "recurrent": (
        RECURRENT.replace("TURNS", "6"),
        ["Wx", "Wh", "b", "Wy"],
        {
            "h[t]": "Whᵀ · ∂L/∂zₜ₊₁ + Wyᵀ · ∂L/∂yₜ",
            "Wh": "Σ_t ∂L/∂zₜ ⊗ hₜ₋₁",
            "b": "Σ_t ∂L/∂zₜ",
        },
    ),
    "last only": (
        LAST_ONLY,
        ["W", "U"],
        {"h[t]": "∂L/∂zₜ₊₁ · Uᵀ", "W": "Σ_t xs[t] ⊗ ∂L/∂zₜ"},
    ),
    "convolution": (
        CONVOLUTION,
        ["K", "b"],
        {"K": "Σ_(i,j) ∂L/∂outᵢⱼ · image[i:i+3, j:j+3]", "b": "Σ_(i,j) ∂L/∂outᵢⱼ"},
    ),
    "in an array": (
        IN_AN_ARRAY,
        ["U", "W", "V"],
        {"s[t]": "Wᵀ · ∂L/∂zₜ₊₁ + Vᵀ · ∂L/∂oₜ", "W": "Σ_t ∂L/∂zₜ ⊗ sₜ₋₁"},
    ),
    "turns in the second axis": (
        SECOND_AXIS,
        ["Wx", "Wh", "b"],
        {"h[t]": "∂L/∂zₜ₊₁ · Whᵀ + (∂L/∂hs)[t]", "Wh": "Σ_t hₜ₋₁ᵀ · ∂L/∂zₜ"},
    ),
    "samples": (SAMPLES, ["W", "b"], {}),
    "a column a turn": (
        HIDDEN_MARKOV,
        ["A", "B", "pi"],
        {
            "A": "Σ_t αₜ₋₁ ⊗ ∂L/∂zₜ",
            "B": "Σ_t put(∂L/∂αₜ ⊙ zₜ, at [:, seen[t]])",
            "pi": "(∂L/∂zₜ · Aᵀ)   (t = 0)",
        },
    ),
    "heads": (HEADS, ["Wq", "Wv"], {"Wq": "Xᵀ · ∂L/∂Q"}),
    "images, maps, rows, columns": (
        IMAGES,
        ["w", "b", "x"],
        {"b": "Σ_(n,f,i,j) put(∂L/∂out[n,f,i,j], at [f])"},
    ),
}


@pytest.fixture(scope="module")
def lesson_of(tmp_path_factory):
    def made(text, wrt, **more):
        path = tmp_path_factory.mktemp("turns") / "script.py"
        path.write_text(text)
        return chainrule.explain(path, wrt=wrt, **more)

    return made


@pytest.mark.spread(5)
@pytest.mark.parametrize("name", STATED)
def test_gradients_are_a_recurrence_and_sums_over_the_turns(name, lesson_of):
    text, wrt, forms = STATED[name]
    lesson = lesson_of(text, wrt)
    story = Story(lesson.study)
    said = {
        one: written(story.textbook.written(stop))
        for one, stop in story.textbook.stops.items()
    }
    assert {one: said[one] for one in forms} == forms
    verdicts = list(reread(lesson.parts))
    assert [str(one) for one in verdicts if one.outcome.startswith("CONTRADICTS")] == []
    flat = lesson_of(text, wrt, unroll=True)
    for one in wrt:
        np.testing.assert_allclose(
            lesson.gradients[one], flat.gradients[one], 1e-12, 1e-12
        )


def known_in(telling, view):
    """The numbers of one turn under the symbols that hold for every turn."""
    numbers = view.writer.run.numbers
    known = dict(view.at)
    for value in (*telling.forward.values(), *telling.derived.also):
        if value.name is not None and value in numbers:
            known[written(identifier(value.name))] = numbers[value]
    for value, found in telling.derived.gradients.items():
        if value.name is not None and found in numbers:
            known[written(gradient_of(value.name, telling.derived.loss.name))] = (
                numbers[found]
            )
    return known


@pytest.mark.spread(5)
@pytest.mark.parametrize("name", STATED)
def test_what_holds_for_every_turn_holds_in_the_first_and_in_the_last(name, lesson_of):
    text, wrt, _ = STATED[name]
    telling = Story(lesson_of(text, wrt).study).literal
    read = 0
    for view in telling.shown:
        known = known_in(telling, view)
        told = {stop.gradient: telling.written(stop) for stop in telling.stops.values()}
        told |= {
            line.result: telling.writer.written(line.result)
            for line in telling.forward.lines
        }
        for value, formula in told.items():
            if value not in view.writer.run.numbers or "Σ_" in written(formula):
                continue
            try:
                found = Calculator(known)(formula)
            except CannotEvaluate:
                continue
            read += 1
            truth = view.writer.run.numbers[value]
            np.testing.assert_allclose(
                np.squeeze(found),
                np.squeeze(truth),
                1e-9,
                1e-12,
                err_msg=written(formula),
            )
    assert read >= len(telling.shown) * 2


@pytest.mark.slow
def test_the_lesson_of_a_hundred_turns_is_as_long_as_that_of_ten(lesson_of):
    ten, hundred = (
        lesson_of(RECURRENT.replace("TURNS", str(turns)), ["Wx", "Wh", "b", "Wy"])
        for turns in (10, 100)
    )
    lengths = [len(str(one).splitlines()) for one in (ten, hundred)]
    assert lengths[0] < 320
    assert lengths[1] <= 300
    assert abs(lengths[0] - lengths[1]) < 20
    assert len(hundred.to_html()) < 400_000


def test_every_medium_tells_turns(lesson_of):
    text, wrt, _ = STATED["recurrent"]
    lesson = lesson_of(text, wrt)
    assert to_text(from_json(lesson.to_json()).parts) == str(lesson)
    assert "t+1" in lesson.to_latex()
    assert "zₜ₊₁" in str(lesson)
    assert "t+1" in lesson.to_markdown()
    assert "t+1" in lesson.to_notebook()


def test_a_counter_in_a_product_stands_in_brackets(tmp_path):
    path = tmp_path / "counted.py"
    path.write_text(
        "import numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "x, V = rng.standard_normal((6, 3)), rng.standard_normal((3, 3)) * 0.5\n"
        "h, loss = np.zeros(3), 0.0\n"
        "for t in range(6):\n"
        "    h = np.tanh(h + V @ x[t] * (t + 1))\n"
        "    loss = loss + np.sum(h ** 2)\n"
    )
    assert "V · x[t] · (t + 1)" in str(chainrule.explain(path))


def test_a_gradient_too_long_to_read_is_told_step_by_step(tmp_path):
    """Logarithms of products of shares have a stable form, which here is longer than any page."""
    path = tmp_path / "scaled.py"
    path.write_text(
        "import numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "zA, zB = rng.normal(size=(3, 3)), rng.normal(size=(3, 4))\n"
        "A = np.exp(zA) / np.exp(zA).sum(axis=1, keepdims=True)\n"
        "B = np.exp(zB) / np.exp(zB).sum(axis=1, keepdims=True)\n"
        "alpha = np.ones(3) / 3 * B[:, 0]\n"
        "for seen in [2, 1, 3, 3, 0, 1, 2, 2, 1]:\n"
        "    alpha = (alpha @ A) * B[:, seen]\n"
        "loss = -np.log(np.sum(alpha))\n"
    )
    lesson = chainrule.explain(path, wrt=["zA", "zB"], unroll=True)
    assert "columns are needed" not in str(lesson)


def test_gates_that_are_alike_are_told_once_and_gathered_in_a_table(tmp_path):
    path = tmp_path / "gates.py"
    path.write_text(
        "import numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "x = rng.normal(size=(6, 3))\n"
        "Wf, Wi, Wo, Wg = (rng.normal(size=(3, 3)) for _ in range(4))\n"
        "c, loss = np.zeros(3), 0.0\n"
        "for t in range(6):\n"
        "    f, i = 1 / (1 + np.exp(-(x[t] @ Wf))), 1 / (1 + np.exp(-(x[t] @ Wi)))\n"
        "    o, g = 1 / (1 + np.exp(-(x[t] @ Wo))), np.tanh(x[t] @ Wg)\n"
        "    c = f * c + i * g\n"
        "    loss = loss + np.sum((o * np.tanh(c)) ** 2)\n"
    )
    lesson = chainrule.explain(path, wrt=["Wf", "Wi", "Wo", "Wg"])
    _, table = str(lesson).split("These gradients are found exactly as")
    told_alike = table.split("5. Update")[0]
    assert "of t = 5" in " ".join(told_alike.split())
    for gate in "fi":
        assert f"∂L/∂W{gate}" in told_alike
    flat = chainrule.explain(path, wrt=["Wf", "Wi", "Wo", "Wg"], unroll=True)
    for name, gradient in lesson.gradients.items():
        if name.startswith("W"):
            np.testing.assert_allclose(gradient, flat.gradients[name], 1e-12, 1e-14)


def test_a_quotient_by_the_turn_is_told(tmp_path):
    file = tmp_path / "script.py"
    file.write_text("""\
import numpy as np
w, x, h = np.array([0.5, 0.7]), np.array([0.1, 0.2]), np.zeros(2)
for t in range(60):
    h = h + w * x / (t + 1)
loss = np.sum(h ** 2)
""")
    assert "w" in to_text(chainrule.explain(file, wrt=["w"]).parts)


def test_a_ratio_of_sums_over_the_turns_of_another_loop_is_told():
    def loss(weights, tau):
        centres = np.linspace(0, 1, len(weights))
        q, speed = 0.0, 0.0
        for i in range(4):
            phi = [np.exp(-0.5 * (i / tau - centre) ** 2) for centre in centres]
            pull = sum(p * w for p, w in zip(phi, weights, strict=True)) / sum(phi)
            speed = speed + 0.1 * (1 - q + pull)
            q = q + 0.1 * speed
        return q**2

    inputs = {"weights": np.array([0.3, -0.2, 0.5]), "tau": 0.9}
    lesson = chainrule.explain(loss, wrt=["weights", "tau"], **inputs)
    assert "tau" in to_text(lesson.parts)


def test_two_states_that_begin_with_the_same_numbers_are_two_values():
    def cell(xs, W, U, v):
        h = np.zeros(2)
        c = np.zeros(2)
        for t in range(len(xs)):
            g = 1 / (1 + np.exp(-(U @ h)))
            c = g * c + np.tanh(W @ xs[t])
            h = np.tanh(c)
        return np.sum(h * v)

    rng = np.random.default_rng(0)
    shapes = {"xs": (4, 2), "W": (2, 2), "U": (2, 2), "v": (2,)}
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    text = chainrule.explain(cell, wrt=["W", "U"], **arrays).to_text()
    assert "The first turn finds c₋₁ = c." in text
    assert "c  = h" not in text
    # what a turn hands on is read by the weights of the next: nothing in it is an output unit
    assert "output unit" not in text
    assert "    c = h\n" not in chainrule.emit(cell, wrt=["W", "U"], **arrays)
