"""The chain rule through a loop: a loop that runs backwards, with the gradients of the turns written out."""

import linecache
import sys
from pathlib import Path

import numpy as np
import pytest

from chainrule import ops
from chainrule.derive import backward, fuse, recognise
from chainrule.program import (
    Builder,
    CannotTrace,
    DTypeError,
    Program,
    Run,
    run,
    verify,
)
from chainrule.program.loop import loops_of
from chainrule.roles import roles_of
from chainrule.trace import record_script
from chainrule.trace.rolling import rolled

sys.path.insert(0, str(Path(__file__).parents[1] / "trace"))
from loop_programs import loop_program
from test_rolling import HEAD, KINDS

WEIGHTS = {"x", "y", "X", "W", "U", "V", "A", "b", "c", "w", "total"}


@pytest.fixture
def programs(tmp_path):
    """A program flat and with its loops, and what is to be learnt in both."""

    def read(text):
        file = tmp_path / "program.py"
        file.write_text(text, encoding="utf-8")
        linecache.checkcache(str(file))
        recording = record_script(file).recording
        script = roles_of(recording, loss="loss")
        found = rolled(recording.run, [script.loss], recording.met)
        flat = script.recorded.program.pruned([script.loss])
        loops = found.run.program.pruned([found.of(script.loss)])
        pairs = [
            (value, found.of(value))
            for value in flat.inputs
            if value.name in WEIGHTS or (value.name or "").startswith(("Ws_", "bs_"))
            if found.of(value) in loops.inputs and value.differentiable
        ]
        return Run(flat, script.recorded.numbers), Run(loops, found.run.numbers), pairs

    return read


def close(one, other):
    scale = 1e-12 if np.asarray(one).dtype == np.float64 else 1e-4
    return np.all(np.abs(one - other) <= scale * (1 + np.abs(other)))


def agree(flat, loops, pairs):
    before = backward(flat, wrt=[one for one, _ in pairs])
    after = backward(loops, wrt=[one for _, one in pairs])
    verify(after.run.program)
    for one, other in pairs:
        assert close(after.gradient(other), before.gradient(one)), one
    return before, after


SEEDS = [
    pytest.param(seed, marks=pytest.mark.slow) if seed >= 6 else seed
    for seed in range(60)
]


@pytest.mark.spread(6)
@pytest.mark.parametrize("seed", SEEDS)
def test_gradients_of_a_random_program_with_loops_are_those_of_the_flat_one(
    programs, seed
):
    try:
        both = programs(loop_program(seed))
    except (CannotTrace, DTypeError):
        # what cannot be followed faithfully is refused
        return
    agree(*both)


@pytest.mark.spread(4)
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_through_each_kind_of_loop(programs, kind):
    agree(*programs(HEAD + KINDS[kind][0]))


def length(derived):
    return len(list(derived.run.program.every_line()))


def test_the_backward_pass_is_as_long_for_many_turns_as_for_few(programs):
    text = HEAD + KINDS["a state, vectors"][0]
    _, few = agree(*programs(text))
    _, many = agree(*programs(text.replace("T, N, H = 7", "T, N, H = 40")))
    assert length(few) == length(many) < 45


def test_only_what_a_backward_turn_reads_is_kept(programs):
    text = HEAD + (
        "h, loss = b, 0.0\nfor t in range(T):\n    z = x[t] @ W + h @ U\n    h = np.tanh(z)\n"
        "    loss = loss + np.sum(h * y[t])\n"
    )
    _, loops, _ = programs(text)
    named = loops.program.named()
    derived = backward(loops, wrt=[named["W"], named["U"]])
    forward, _ = loops_of(derived.run.program.items)
    assert [one.kept is not None for one in forward.carried] == [True, False]
    assert not forward.stacks


def test_a_sum_hands_its_gradient_to_all_turns_as_it_is(programs):
    _, loops, pairs = programs(HEAD + KINDS["a state, vectors"][0])
    derived = backward(loops, wrt=[one for _, one in pairs])
    _, back = loops_of(derived.run.program.items)
    words = [one.inside.word for one in back.carried]
    assert words[0] == "dh"
    assert "dloss" not in words


def test_a_sum_through_a_nest_is_one_sum(programs):
    text = HEAD + KINDS["time within samples"][0]
    _, loops, _ = programs(text)
    derived = backward(loops, wrt=[loops.program.named()["W"]])
    *_, outer, inner = loops_of(derived.run.program.items)
    (mine,) = [one for one in inner.carried if one.inside.word == "dW"]
    (around,) = [one for one in outer.carried if one.inside.word == "dW"]
    assert mine.start is around.inside
    assert around.next is mine.end


def test_what_each_turn_reads_for_itself_gets_its_gradient_side_by_side(programs):
    _, loops, _ = programs(HEAD + KINDS["a product by entries"][0])
    derived = backward(loops, wrt=[loops.program.named()["x"]])
    names = {line.op.name for line in derived.run.program.every_line()}
    assert names.isdisjoint({"scatter_add", "setitem", "add_at"})


def once_more(derived, value):
    """The gradient of the squared length of a gradient."""
    builder = Builder()
    builder.adopt(derived.run)
    square = builder.write(ops.square, (derived.gradients[value],))
    total = builder.write(ops.sum, (square,))
    program = Program(derived.run.program.inputs, builder.items, (total,))
    return backward(run(program, derived.run.numbers), total, [value])


@pytest.mark.parametrize(
    "kind",
    [
        "a state, vectors",
        pytest.param("time within samples", marks=pytest.mark.slow),
        pytest.param("a convolution", marks=pytest.mark.slow),
        "states kept in a list",
    ],
)
def test_second_derivatives_through_loops(programs, kind):
    flat, loops, _ = programs(HEAD + KINDS[kind][0])
    name = "W" if "W" in flat.program.named() else "x"
    value, same = flat.program.named()[name], loops.program.named()[name]
    before = once_more(backward(flat, wrt=[value]), value)
    after = once_more(backward(loops, wrt=[same]), same)
    verify(after.run.program)
    assert close(after.gradient(same), before.gradient(value))


def test_a_gradient_of_float32_is_float32(programs):
    text = (HEAD + KINDS["a state, vectors"][0]).replace(
        "size=(H, H))", "size=(H, H)).astype('f')"
    )
    text = text.replace("size=H)", "size=H).astype('f')").replace(
        "size=(T, H))", "size=(T, H)).astype('f')"
    )
    flat, loops, pairs = programs(text.replace("np.zeros(H)", "np.zeros(H, 'f')"))
    _, after = agree(flat, loops, pairs)
    assert {after.gradient(one).dtype for _, one in pairs if one.shape} == {
        np.dtype("f4")
    }


def test_written_out_forms_are_recognised_in_the_body_of_a_loop(programs):
    text = HEAD + (
        "h, loss = b, 0.0\nfor t in range(T):\n    h = 1 / (1 + np.exp(-(x[t] @ W + h @ U)))\n"
        "    loss = loss + np.sum((h - y[t]) ** 2)\n"
    )
    flat, loops, _ = programs(text)
    seen = fuse(recognise(loops))
    verify(seen.program)
    found = {line.op.name for line in seen.program.every_line()}
    assert "sigmoid" in found
    assert found == {line.op.name for line in fuse(recognise(flat)).program.lines}
    assert close(seen[seen.program.outputs[0]], loops[loops.program.outputs[0]])


def test_labels_that_sum_to_one_in_the_last_turn_alone_are_no_labels(programs):
    text = HEAD + (
        "y[:] = 0.7\ny[T - 1] = np.array([0.0, 1.0, 0.0])\nloss = 0.0\nfor t in range(T):\n    z = x[t] @ W\n"
        "    e = np.exp(z - np.max(z))\n    loss = loss - np.sum(y[t] * np.log(e / np.sum(e)))\n"
    )
    flat, loops, pairs = programs(text)
    before = backward(flat, wrt=[one for one, _ in pairs])
    seen = fuse(recognise(loops))
    named = seen.program.named()
    after = backward(seen, wrt=[named[other.name] for _, other in pairs])
    for one, other in pairs:
        assert close(after.gradient(named[other.name]), before.gradient(one))
