"""A loop of many turns is derived once, told once, and run as often as it is shown; its lesson has the size of a short one."""

from importlib import import_module

import pytest

from chainrule.derive import backward, fuse, recognise
from chainrule.lesson import explain
from chainrule.program.run import _Machine
from chainrule.target import from_script
from chainrule.trace.rolling import unrolled
from chainrule.why import whys

RECURRENCE = """
import numpy as np
rng = np.random.default_rng(0)
x, y = rng.normal(size=({turns}, 2)), rng.normal(size=({turns}, 3))
Wx, Wh, b = rng.normal(size=(3, 2)), 0.3 * rng.normal(size=(3, 3)), np.zeros(3)
h, loss = np.zeros(3), 0.0
for t in range(len(x)):
    h = np.tanh(Wx @ x[t] + Wh @ h + b)
    loss += np.sum((h - y[t]) ** 2)
"""


def recurrence(turns, folder):
    script = folder / f"turns_{turns}.py"
    script.write_text(RECURRENCE.format(turns=turns))
    return from_script(script).told()


@pytest.fixture
def n_computed(monkeypatch):
    """How many lines the reference run has computed."""
    counted = []
    line = _Machine.line

    def counting(self, one):
        counted.append(one)
        line(self, one)

    monkeypatch.setattr(_Machine, "line", counting)
    return counted


def test_deriving_runs_no_turn_of_a_loop_that_does_what_it_did(tmp_path, n_computed):
    run = recurrence(30, tmp_path).run
    n_computed.clear()
    fused = fuse(recognise(run))
    backward(fused, fused.program.outputs[0])
    assert not n_computed


def test_a_loop_that_is_rewritten_is_run_again(tmp_path, monkeypatch):
    script = tmp_path / "gate.py"
    text = RECURRENCE.replace("np.tanh(", "1 / (1 + np.exp(-1.0 * (")
    script.write_text(text.format(turns=5).replace(" + b)", " + b)))"))
    run = from_script(script).told().run
    seen = []
    idioms = import_module("chainrule.derive.idioms.recognise")
    again = idioms.again
    monkeypatch.setattr(
        idioms, "again", lambda *given: (seen.append(given), again(*given))[1]
    )
    recognised = recognise(run)
    assert len(seen) == 1
    assert recognised["loss"] == pytest.approx(run["loss"])


def test_a_lesson_takes_the_turns_a_few_times_and_has_one_size(tmp_path, n_computed):
    sizes = []
    for turns in (40, 80):
        target = recurrence(turns, tmp_path)
        n_computed.clear()
        lesson = explain(target.run, loss=target.loss, wrt=target.parameters)
        # a turn forward and back is of 23 lines
        assert len(n_computed) < 4 * 23 * turns
        sizes.append(len(lesson.to_text().splitlines()))
    assert sizes[0] == sizes[1]


def test_what_is_too_long_to_be_asked_about_is_not_written_out(tmp_path, monkeypatch):
    target = recurrence(100, tmp_path)
    monkeypatch.delattr(import_module("chainrule.why.everywhere"), "flat")
    assert whys(target.run, ["Wx"], loss=target.loss) == {}


def test_every_turn_that_is_written_out_has_names_of_its_own(tmp_path):
    program = unrolled(recurrence(30, tmp_path).run.program)
    names = [one.result.name for one in program.lines if one.result.name]
    assert len(set(names)) == len(names)
    assert {"h_2", "h_30"} <= {*names}


def test_a_recurrence_of_a_thousand_turns_is_told_on_a_few_screens(tmp_path):
    target = recurrence(1000, tmp_path)
    lesson = explain(target.run, loss=target.loss, wrt=["Wx", "Wh", "b"])
    assert len(lesson.to_text().splitlines()) <= 300
