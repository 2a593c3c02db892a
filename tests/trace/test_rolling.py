"""What repeats is one loop again, with the numbers of the flat program, bit for bit."""

import linecache

import numpy as np
import pytest
from loop_programs import loop_program

from chainrule.program import Line, Loop, Size, Turn, run, verify
from chainrule.program.loop import loops_of
from chainrule.roles import roles_of
from chainrule.trace import record_script
from chainrule.trace.rolling import rolled, unrolled


@pytest.fixture
def roll(tmp_path):
    def read(text, *also):
        file = tmp_path / "program.py"
        file.write_text(text, encoding="utf-8")
        linecache.checkcache(str(file))
        recording = record_script(file).recording
        script = roles_of(recording, loss="loss")
        kept = [one.value for one in recording.bounds() if one.name in also]
        return script, rolled(recording.run, [script.loss, *kept], recording.met)

    return read


def lines(program):
    return len(list(program.every_line()))


def headers(program):
    return [(loop.counter.name, loop.turns) for loop in loops_of(program.items)]


def bodies(program):
    return [len(loop.items) for loop in loops_of(program.items)]


HEAD = """
import numpy as np
rng = np.random.default_rng(0)
T, N, H = 7, 5, 3
x, y, X = rng.normal(size=(T, H)), rng.normal(size=(T, H)), rng.normal(size=(N, T, H))
W, U, b = rng.normal(size=(H, H)), rng.normal(size=(H, H)), rng.normal(size=H)
Ws = [rng.normal(size=(H, H)) for _ in range(N)]
def cell(v, h):
    return np.tanh(v @ W + h @ U + b)
"""


def same_numbers(script, found):
    flat, loops = script.recorded, found.run.program
    loss = found.of(script.loss)
    verify(loops)
    again = run(loops, found.run.numbers)
    assert again[loss].tobytes() == flat[script.loss].tobytes()
    written = unrolled(loops.pruned([loss]))
    verify(written)
    assert run(written, found.run.numbers)[written.outputs[0]] == flat[script.loss]
    return written


PROGRAMS = [
    pytest.param(seed, marks=pytest.mark.slow) if seed >= 16 else seed
    for seed in range(300)
]


@pytest.mark.spread(8)
@pytest.mark.parametrize("seed", PROGRAMS)
def test_a_random_program_with_loops_keeps_every_bit(roll, seed):
    script, found = roll(loop_program(seed))
    same_numbers(script, found)


# what repeats, and how many loops and lines are left of it
KINDS = {
    "powers of the turn, and the turn to a power": (
        (
            "loss = np.sum((x[0] @ W + b) ** 2)\n"
            "for t in range(T):\n    loss = loss + np.sum((b * b + 0.5) ** t) + np.sum(t ** (b * b))\n"
        ),
        [("t", 7)],
        14,
    ),
    "a state, vectors": (
        (
            "h, loss = np.zeros(H), 0.0\n"
            "for t in range(T):\n    h = np.tanh(x[t] @ W + h @ U + b)\n    loss = loss + np.sum((h - y[t]) ** 2)\n"
        ),
        [("t", 7)],
        12,
    ),
    "states kept in a list": (
        (
            "h, hs = np.zeros(H), []\n"
            "for t in range(T):\n    h = cell(x[t], h)\n    hs.append(h)\nloss = np.mean((np.stack(hs) - y) ** 2)\n"
        ),
        [("t", 7)],
        10,
    ),
    "states kept in an array made before": (
        (
            "hs = np.zeros((T + 1, H))\n"
            "for t in range(T):\n    hs[t + 1] = cell(x[t], hs[t])\nloss = np.sum(hs[1:] * y)\n"
        ),
        [("t", 7)],
        11,
    ),
    "columns of an array": (
        "hs = np.zeros((H, T))\nfor t in range(T):\n    hs[:, t] = x[t] @ W\nloss = np.sum(hs.T * y)\n",
        [("t", 7)],
        6,
    ),
    "a convolution": (
        (
            "out = np.zeros((T - 1, H - 1))\nfor i in range(T - 1):\n    for j in range(H - 1):\n"
            "        out[i, j] = np.sum(x[i:i + 2, j:j + 2] * W[:2, :2])\nloss = np.sum(out ** 2)\n"
        ),
        [("i", 6), ("j", 2)],
        None,
    ),
    "two turns": (
        "h, loss = np.zeros(H), 0\nfor t in range(2):\n    h = cell(x[t], h)\n    loss += np.sum((h - y[t]) ** 2)\n",
        [("t", 2)],
        None,
    ),
    "two samples of two channels": (
        (
            "out = np.zeros((2, 3, 2))\nfor n in range(2):\n    for t in range(3):\n        for c in range(2):\n"
            "            out[n, t, c] = np.sum(X[n, t:t + 2] * W[:2]) + b[c]\nloss = np.sum(out ** 2)\n"
        ),
        [("n", 2), ("t", 3), ("c", 2)],
        None,
    ),
    "a product by entries": (
        "z = np.zeros(T)\nfor i in range(T):\n    for j in range(H):\n        z[i] += x[i, j] * b[j]\nloss = np.sum(z ** 2)\n",
        [("i", 7), ("j", 3)],
        8,
    ),
    "time within samples": (
        (
            "loss = 0.0\nfor n in range(N):\n    h = np.zeros(H)\n    for t in range(T):\n        h = cell(X[n, t], h)\n"
            "    loss += np.sum(h ** 2)\n"
        ),
        [("n", 5), ("t", 7)],
        10,
    ),
    "weights out of a list": (
        "h = x\nfor M in Ws:\n    h = np.tanh(h @ M)\nloss = np.sum(h ** 2)\n",
        [("t", 5)],
        6,
    ),
    "backwards": (
        "h = np.zeros(H)\nfor t in reversed(range(T)):\n    h = cell(x[t], h)\nloss = np.sum(h)\n",
        [("t", 7)],
        8,
    ),
    "two turns back": (
        "a, c, loss = b, b, 0.0\nfor t in range(T):\n    a, c = c, np.tanh(a @ W + c + x[t])\nloss = np.sum(c)\n",
        [("t", 7)],
        6,
    ),
    "a first turn of its own": (
        "for t in range(T):\n    if t == 0:\n        h = np.tanh(x[t] @ W)\n    else:\n        h = cell(x[t], h)\nloss = np.sum(h)\n",
        [("t", 6)],
        10,
    ),
    "a comprehension and its sum": (
        "errors = [np.sum((x[t] @ W - y[t]) ** 2) for t in range(T)]\nloss = sum(errors) / T\n",
        [("t", 7), ("t", 7)],
        9,
    ),
    "rows, not counted": (
        "h, loss = np.zeros(H), 0.0\nfor v, w in zip(x, y):\n    h = cell(v, h)\n    loss += h @ w\n",
        [("t", 7)],
        10,
    ),
    "numbers that follow no rule": (
        "loss = 0.0\nfor t in range(T):\n    loss += 0.9 ** t * np.sum(x[[0, 3, 1, 1, 5, 2, 0][t]])\n",
        [("t", 7)],
        6,
    ),
    "entries by the turn and by a table": (
        (
            "loss, tags = 0.0, [0, 2, 1, 1, 0, 2, 2]\nfor t in range(1, T):\n"
            "    loss = loss + W[tags[t - 1], tags[t]] + np.sum(X[1:, t, tags[t]] ** 2)\n"
        ),
        [("t", 6)],
        8,
    ),
    "a while": (
        "h, t = b, 0\nwhile t < T:\n    h = cell(x[t], h)\n    t += 1\nloss = np.sum(h)\n",
        [("t", 7)],
        7,
    ),
    "gradient descent": (
        "w = b\nfor step in range(6):\n    error = x @ w - y[:, 0]\n    w = w - 0.1 * x.T @ error\nloss = np.sum(w ** 2)\n",
        [("step", 6)],
        9,
    ),
    "one loop after the other": (
        (
            "hs, h, g = [], b, b\nfor t in range(T):\n    h = cell(x[t], h)\n    hs.append(h)\n"
            "for t in reversed(range(T)):\n    g = cell(hs[t], g)\nloss = np.sum(g)\n"
        ),
        [("t", 7), ("t", 7)],
        13,
    ),
    "a convolution of several maps": (
        (
            "out = np.zeros((3, T - 2, H - 1, 3))\nfor f in range(3):\n    for i in range(T - 2):\n        for j in range(3):\n"
            "            window = X[:3, i:i + 2, j]\n            out[f, i, 1, j] = np.sum(window * W[f, :2])\n"
            "loss = np.sum(np.tanh(out))\n"
        ),
        [("f", 3), ("i", 5), ("j", 3)],
        None,
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_repeats_is_a_loop(roll, kind):
    text, loops, n_lines = KINDS[kind]
    script, found = roll(HEAD + text)
    program = found.run.program.pruned([found.of(script.loss)])
    assert headers(program) == loops
    assert n_lines in (None, lines(program))
    same_numbers(script, found)


def test_written_out_again_a_program_is_line_for_line_what_it_was(roll):
    script, found = roll(HEAD + KINDS["time within samples"][0])
    flat = script.recorded.program.pruned([script.loss])
    again = unrolled(found.run.program.pruned([found.of(script.loss)]))
    stands = dict(zip(flat.outputs, again.outputs, strict=True))
    for before, after in zip(reversed(flat.lines), reversed(again.lines), strict=True):
        assert before.op is after.op
        assert before.params == after.params
        for old, new in zip(
            (before.result, *before.args), (after.result, *after.args), strict=True
        ):
            if old in flat.inputs:
                continue
            assert stands.setdefault(old, new) is new


@pytest.mark.parametrize(
    "text",
    [
        # two turns, layers of several widths, branches that take turns, a dependence on what came long before
        "loss = 0.0\nfor t in range(2):\n    loss += np.sum(x[t])\n",
        "h = x\nfor n in (3, 4, 5, 6):\n    h = np.tanh(h @ np.ones((h.shape[1], n)))\nloss = np.sum(h)\n",
        "h = b\nfor t in range(T):\n    h = np.tanh(h) if t in (0, 1, 3) else h * x[t]\nloss = np.sum(h)\n",
        "hs = [x[t] @ W for t in range(T)]\nfor t in range(4, T):\n    hs.append(np.tanh(hs[t] + hs[t * t % 7]))\nloss = sum(np.sum(h) for h in hs)\n",
    ],
)
def test_what_does_not_fit_stays_as_it_is_and_right(roll, text):
    script, found = roll(HEAD + text)
    same_numbers(script, found)


def test_names_are_those_of_the_source(roll):
    script, found = roll(HEAD + KINDS["a state, vectors"][0])
    (loop,) = loops_of(found.run.program.items)
    assert [one.inside.word for one in loop.carried] == ["h", "loss"]
    assert [item.result.word for item in loop.items if item.result.word] == [
        "h",
        "loss",
    ]
    assert found.of(script.loss).word == "loss"
    assert loop.at.source.startswith("for t in range(T):")


def test_turns_are_the_length_of_what_is_read_turn_by_turn(roll):
    _, found = roll(HEAD + KINDS["time within samples"][0])
    samples, times = loops_of(found.run.program.items)
    assert [type(loop.n) for loop in (samples, times)] == [Size, Size]
    assert (samples.n.axes, times.n.axes) == ((0,), (1,))
    assert samples.n.value.name == times.n.value.name == "X"


def test_zeros_made_in_every_turn_are_one_constant_and_weights_of_zeros_are_a_list(
    roll,
):
    text = (
        "loss, biases = 0.0, [np.zeros(3) for _ in range(N)]\n"
        "for n in range(N):\n    s = np.zeros(H)\n    for t in range(T):\n        s = s + X[n, t]\n"
        "    loss += np.sum(s + biases[n])\n"
    )
    script, found = roll(HEAD + text)
    same_numbers(script, found)
    outer, inner = loops_of(found.run.program.items)
    assert inner.carried[0].start.name == "s"
    program = found.run.program
    (listed,) = [line for line in program.every_line() if line.op.name == "stack"]
    assert [value.name for value in listed.args] == [f"biases_{n}" for n in range(5)]
    assert isinstance(outer.items[0], Line | Loop)


def test_noise_drawn_in_every_turn_is_a_table(roll):
    text = "h = b\nfor t in range(T):\n    e = rng.normal(size=H)\n    h = np.tanh(h + e)\nloss = np.sum(h)\n"
    script, found = roll(HEAD + text)
    same_numbers(script, found)
    program = found.run.program.pruned([found.of(script.loss)])
    assert [(v.word or v.name, v.shape) for v in program.inputs][-1] == ("es", (7, 3))
    (loop,) = loops_of(program.items)
    assert loop.items[0].params["index"] == (Turn(0, ((loop.counter, 1),)),)


def test_a_loop_is_pruned_from_inside(roll):
    text = (
        "h, g, loss = b, b, 0.0\nfor t in range(T):\n    h = cell(x[t], h)\n    g = g * h\n    loss = loss + np.sum(h)\n"
        "other = np.sum(g)\n"
    )
    script, found = roll(HEAD + text, "other")
    program = found.run.program
    (whole,) = loops_of(program.items)
    assert [one.inside.word for one in whole.carried] == ["h", "g", "loss"]
    slim = program.pruned([found.of(script.loss)])
    assert lines(slim) == lines(program) - 2
    (loop,) = loops_of(slim.items)
    assert [one.inside.word for one in loop.carried] == ["h", "loss"]
    assert np.isfinite(run(slim, found.run.numbers)[slim.outputs[0]])
