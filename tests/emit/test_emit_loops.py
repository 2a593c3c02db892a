"""Loops stay loops in the source: one text for any number of turns, with the gradients of the turns written out."""

import linecache
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.emit import emit
from chainrule.engines import jax, numpy, tensorflow, torch
from chainrule.program import ChainruleError
from chainrule.roles import roles_of
from chainrule.target import Target
from chainrule.trace import record_script
from chainrule.trace.slice import cut

sys.path.insert(0, str(Path(__file__).parents[1] / "trace"))
from loop_programs import loop_program
from test_rolling import HEAD, KINDS

ENGINES = {"tensorflow": tensorflow, "torch": torch, "jax": jax}
LISTED = {f"{name}s_{place}" for name in "Wb" for place in range(5)}
LEARNT = {*"xyXWUVAbcw", *LISTED}


def found_in(text, file):
    """A script whose arrays are all to be learnt; None where it is refused."""
    file.write_text(text, encoding="utf-8")
    linecache.checkcache(str(file))
    try:
        recording = record_script(file).recording
        report = roles_of(recording, loss="loss")
    except ChainruleError:
        return None
    inputs = recording.program.pruned([report.loss]).inputs
    learnt = tuple(v for v in inputs if v.name in LEARNT and v.differentiable)
    run = cut(recording.run, report.loss, learnt, report.starts)
    report = replace(report, parameters=learnt, run=run)
    return Target(run, report.loss, learnt, report, str(file))


@pytest.fixture
def target(tmp_path):
    return lambda text: found_in(text, tmp_path / "program.py")


def ran(derived, dialect, text):
    """The gradients that a text computes; it leaves its arguments as they were."""
    inputs = derived.run.program.inputs
    arrays = [np.array(derived.run.numbers[value]) for value in inputs]
    given = [array.copy() for array in arrays]
    if dialect == "numpy":
        own = [
            one.item() if value.plain else one
            for one, value in zip(given, inputs, strict=True)
        ]
        _, gradients = numpy.load(text)["loss_and_gradients"](*own)
    else:
        _, gradients = ENGINES[dialect].run(text, "loss_and_gradients", *given)
    for before, after in zip(arrays, given, strict=True):
        assert np.array_equal(before, after)
    return [np.asarray(one) for one in gradients]


def agree(found, dialect):
    """The rolled derivation and its text against the derivation of every turn by itself."""
    flat, derived = found.derived(unroll=True), found.derived()
    expected = [flat.gradient(value) for value in flat.wrt]
    rolled = [derived.gradient(value) for value in derived.wrt]
    text = emit(derived, dialect=dialect)
    for gradients in (rolled, ran(derived, dialect, text)):
        agreeing(gradients, expected)
    return text


def agreeing(found, expected):
    """Gradients against others, entry by entry."""
    for one, other in zip(found, expected, strict=True):
        assert np.shape(one) == other.shape
        scale = 1e-11 if other.dtype == np.float64 else 2e-4
        assert np.all(np.abs(one - other) <= scale * (1 + np.abs(other)))


def seeds(everyday, all_of_them):
    slow = [pytest.param(s, marks=pytest.mark.slow) for s in range(all_of_them)]
    return [*range(everyday), *slow[everyday:]]


@pytest.mark.spread(5)
@pytest.mark.parametrize("seed", seeds(5, 40))
def test_the_source_of_a_random_program_with_loops_computes_its_gradients(target, seed):
    found = target(loop_program(seed))
    if found is not None:
        agree(found, "numpy")


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize("seed", range(40, 50))
@pytest.mark.parametrize("dialect", ENGINES)
def test_so_does_the_source_for_every_framework(target, dialect, seed):
    found = target(loop_program(seed))
    if found is not None:
        agree(found, dialect)


@pytest.mark.spread(4)
@pytest.mark.parametrize("kind", KINDS)
def test_the_source_of_each_kind_of_loop_has_a_loop_and_is_right(target, kind):
    text = agree(target(HEAD + KINDS[kind][0]), "numpy")
    assert "    for " in text


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dialect", ENGINES)
def test_each_kind_of_loop_in_every_framework(target, dialect, kind):
    agree(target(HEAD + KINDS[kind][0]), dialect)


def narrow(text):
    """The same program with numbers of 4 bytes."""
    text = re.sub(
        r"rng\.normal\((size=(?:\([^()]*\)|\w+))\)", r"np.float32(rng.normal(\1))", text
    )
    return text.replace("np.zeros(H)", "np.zeros(H, 'f')")


@pytest.mark.slow
@pytest.mark.frameworks
@pytest.mark.parametrize(
    "kind", ["a state, vectors", "numbers that follow no rule", "time within samples"]
)
@pytest.mark.parametrize("dialect", ["torch", "tensorflow"])
def test_what_turns_hand_on_keeps_its_4_bytes(target, dialect, kind):
    agree(target(narrow(HEAD + KINDS[kind][0])), dialect)


def rnn(x, y, Wx, Wh, Wy):
    h = np.zeros(Wh.shape[0])
    loss = 0.0
    for t in range(len(x)):
        h = np.tanh(x[t] @ Wx + h @ Wh)
        p = h @ Wy
        loss = loss + np.sum((p - y[t]) ** 2)
    return loss


def arrays(n_turns):
    rng = np.random.default_rng(n_turns)
    shapes = {"x": (n_turns, 2), "y": (n_turns, 1), "Wx": (2, 3), "Wh": (3, 3)}
    shapes["Wy"] = (3, 1)
    return {name: 0.5 * rng.normal(size=shape) for name, shape in shapes.items()}


def test_a_recurrent_network_has_one_source_for_any_number_of_turns():
    few = chainrule.emit(rnn, **arrays(5))
    assert few == chainrule.emit(rnn, **arrays(30))
    assert "for t in range(len(x)):" in few
    assert "for t in reversed(range(len(x))):" in few
    assert len(few.splitlines()) < 50


def test_a_text_written_for_few_turns_is_right_for_many():
    module = numpy.load(chainrule.emit(rnn, **arrays(5)))
    many = arrays(12)
    _, own = module["loss_and_gradients"](**many)
    expected = chainrule.gradients(rnn, **many)
    for one, other in zip(own, expected.values(), strict=True):
        assert np.allclose(one, other, rtol=1e-12, atol=1e-13)


def test_unrolled_every_turn_is_written_out():
    text = chainrule.emit(rnn, **arrays(5), unroll=True)
    assert "for t" not in text
    assert "x[4]" in text


@pytest.mark.parametrize("part", ["forward", "step", "script"])
def test_every_part_has_its_loops_and_runs(part, tmp_path):
    text = chainrule.emit(rnn, **arrays(5), part=part)
    assert "for t in range(len(x)):" in text
    compile(text, "written.py", "exec")
    if part == "script":
        exec(text.replace("parser.parse_args()", "parser.parse_args([])"), {})


LETTERS = """
import numpy as np
rng = np.random.default_rng(0)
letters, following = [0, 2, 1, 3], [2, 1, 3, 4]
U = rng.normal(size=(4, 5))
W = rng.normal(size=(4, 4))
V = rng.normal(size=(5, 4))
b = rng.normal(size=(4, 1))
c = rng.normal(size=(5, 1))
xs, hs, ys, ps = {}, {}, {}, {}
hs[-1] = np.zeros((4, 1))
loss = 0
for t in range(len(letters)):
    xs[t] = np.zeros((5, 1))
    xs[t][letters[t]] = 1
    hs[t] = np.tanh(U @ xs[t] + W @ hs[t - 1] + b)
    ys[t] = V @ hs[t] + c
    ps[t] = np.exp(ys[t]) / np.sum(np.exp(ys[t]))
    loss += -np.log(ps[t][following[t], 0])
"""


def test_reasons_call_a_value_of_a_turn_what_it_is_and_nothing_is_assigned_to_itself(
    target,
):
    text = agree(target(LETTERS), "numpy")
    assert not re.search(r"^ *(\w+) = \1$", text, re.MULTILINE)
    reasons = re.sub(r"\n *# ", " ", text)
    slopes = re.findall(r"(\w+|the \w+) already is that (\w+)", reasons)
    ways = re.findall(
        r"(\w+ @ \w+|\w+|the \w+) was reached from .*?(\w+) through (\w+);", reasons
    )
    assert slopes
    assert ways
    assert "the softmax is left, less 1 at the true class" in reasons
    for name, function in slopes:
        made = re.search(rf"^ *{name} = np\.{function}\(", text, re.MULTILINE)
        assert name == f"the {function}" or made
    for name, source, factor in ways:
        # the product itself or the sum that it is a term of, never what is made of these
        made = re.search(rf"^ *{name} = [^(]*\b{factor} @ \w", text, re.MULTILINE)
        assert name in ("the product", f"{factor} @ {source}") or made
        assert source != name


@pytest.mark.frameworks
@pytest.mark.parametrize("dialect", ["torch", "tensorflow", "jax"])
def test_a_label_that_is_a_plain_number_of_a_table_is_written_in_every_framework(
    target, dialect
):
    agree(target(LETTERS), dialect)


@pytest.mark.frameworks
@pytest.mark.parametrize("dialect", ["torch", "tensorflow", "jax"])
def test_a_script_counts_the_turns_over_what_it_trains(dialect, tmp_path, capsys):
    file = tmp_path / "filters.py"
    file.write_text(
        "import numpy as np\nw, x = np.arange(8.0).reshape(4, 2), np.array([0.5, -0.25])\n"
        "loss = 0.0\nfor f in range(4):\n    loss = loss + np.tanh(w[f] @ x) ** 2\n"
    )
    text = chainrule.emit(file, part="script", dialect=dialect, wrt=["w"])
    exec(text.replace("parser.parse_args()", "parser.parse_args([])"), {})
    x, w = np.array([0.5, -0.25]), np.arange(8.0).reshape(4, 2)
    w -= 0.1 * ((2 * np.tanh(w @ x) * (1 - np.tanh(w @ x) ** 2))[:, None] * x)
    after = np.sum(np.tanh(w @ x) ** 2)
    assert float(capsys.readouterr().out.split()[-1]) == pytest.approx(after, rel=1e-6)


@pytest.mark.parametrize(
    "dialect",
    [
        "numpy",
        *(
            pytest.param(one, marks=pytest.mark.frameworks)
            for one in ("torch", "tensorflow", "jax")
        ),
    ],
)
def test_the_second_step_of_a_script_begins_its_loss_anew(dialect, tmp_path, capsys):
    file = tmp_path / "letters.py"
    file.write_text(LETTERS)
    text = chainrule.emit(
        file, part="script", dialect=dialect, wrt=["U", "W"], learning_rate=1e-9
    )
    exec(text.replace("parser.parse_args()", "parser.parse_args([])"), {})
    said = re.findall(r"Loss(?: after)?: (\S+)", capsys.readouterr().out)
    before, after = map(float, said)
    assert after == pytest.approx(before, rel=1e-6)
