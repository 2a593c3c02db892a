"""A program may be longer than Python's stack is deep: nothing of it is walked by recursion."""

import sys

import numpy as np
import pytest

import chainrule
from chainrule.trace import trace
from chainrule.trace.moves import has_step

N_LINES = 240
W, X = np.array([0.5, 0.7, 0.9]), np.array([0.1, 0.2, 0.3])
KINDS = {
    "a state": ("h = x * 0", "h = np.tanh(w * h + x)", "np.sum(h ** 2)"),
    "a total": (
        "h = x * 0\n    total = 0.0",
        "h = np.sin(w * h + x)\n    total = total + np.sum(h * h)",
        "total",
    ),
    "choices": ("h = x + 1", "h = np.where(h > 0.5, h * w, h + 1)", "np.sum(h)"),
}  # fmt: skip


@pytest.fixture
def shallow():
    """A stack too low for a recursion over the lines, and high enough for everything else."""
    before = sys.getrecursionlimit()
    depth, frame = 0, sys._getframe()
    while frame is not None:
        depth, frame = depth + 1, frame.f_back
    sys.setrecursionlimit(depth + 200)
    yield
    sys.setrecursionlimit(before)


def unrolled(kind, folder, name):
    """A function of so many lines, from a file of its own."""
    start, line, loss = KINDS[kind]
    lines = [f"    {start}", *[f"    {line}"] * N_LINES, f"    return {loss}"]
    file = folder / f"{name}.py"
    file.write_text("\n".join(["import numpy as np", "def f(w, x):", *lines]))
    scope = {}
    exec(compile(file.read_text(), str(file), "exec"), scope)
    return scope["f"]


@pytest.mark.spread(3)
@pytest.mark.parametrize("kind", KINDS)
def test_so_many_lines_have_gradients_and_source(kind, tmp_path, shallow):
    function = unrolled(kind, tmp_path, "unrolled")
    found = chainrule.gradients(function, w=W, x=X)["w"]
    up, down = (function(W + np.array([e, 0, 0]), X) for e in (1e-6, -1e-6))
    assert found[0] == pytest.approx((up - down) / 2e-6, rel=1e-4, abs=1e-8)
    scope = {}
    exec(chainrule.emit(function, w=W, x=X), scope)
    made = scope["loss_and_gradients"](W, X)[1][0]
    np.testing.assert_allclose(made, found, rtol=1e-9)


@pytest.mark.slow
def test_the_lesson_of_so_many_lines_is_told(tmp_path, shallow):
    function = unrolled("a total", tmp_path, "told")
    assert "total" in str(chainrule.explain(function, w=W, x=X, level="network"))


def test_a_step_in_so_many_parts_is_a_step(shallow):
    def stepped(w, g):
        for _ in range(N_LINES):
            w = w + g
        return w

    run = trace(stepped, w=W, g=X)
    producer = run.program.producer()
    position = {value: i for i, value in enumerate(producer)}
    found = [
        has_step(producer, position, one, run.program.outputs[0])
        for one in run.program.inputs
    ]
    assert found[0]
