"""F51: the time that a script takes grows with its lines, not with their square; what was not read to its end is told."""

import re
import sys
import time

import pytest

import chainrule
from chainrule.cli import main
from chainrule.program import ProgramError
from chainrule.trace import source
from chainrule.trace.limits import Enough, Limits
from chainrule.trace.statements.watch import Watch


def frame_of(n_lines):
    """A frame of a module of so many lines, each with a constant of its own."""
    text = "".join(f"c{i} = {i} + 0.5\n" for i in range(n_lines))
    scope = {"look": lambda: sys._getframe(1)}
    exec(compile(text + "found = look()\n", "long.py", "exec"), scope)
    return scope["found"]


def shortest(action, times=5):
    """The least processor time of an action, so that what else the machine does counts little."""

    def seconds():
        began = time.process_time()
        action()
        return time.process_time() - began

    return min(seconds() for _ in range(times))


SHORT, LONG = 200, 20_000


def test_f51_a_place_in_a_long_script_is_found_as_fast_as_in_a_short_one():
    def looked_up(frame):
        source.place(frame)
        return shortest(lambda: [source.place(frame) for _ in range(300)])

    assert looked_up(frame_of(LONG)) < 10 * looked_up(frame_of(SHORT)) + 0.001


def test_f51_control_a_code_as_a_key_is_read_from_end_to_end_each_time():
    def hashed(frame):
        return shortest(lambda: [hash(frame.f_code) for _ in range(300)])

    assert hashed(frame_of(LONG)) > 20 * hashed(frame_of(SHORT))


def bind(watch, n):
    """Note n names, one after the other, and after each what is built on it."""
    for i in range(n):
        watch._forget(0, f"c{i}")
        watch._know(0, f"c{i}", i)
        watch._know(0, f"c{i}[0]", i)


def test_f51_what_is_known_is_not_gone_through_at_every_line():
    few, many = (
        shortest(lambda n=n: bind(Watch(None, None), n), 3) for n in (500, 4000)
    )
    assert many < 24 * few + 0.01


def test_f51_what_was_built_on_a_name_is_forgotten_with_it():
    watch = Watch(None, None)
    bind(watch, 2)
    watch._forget(0, "c1")
    assert [text for _, text, item in watch.known[0] if item is None] == ["c1[0]"]
    watch._forget(0, "c1")
    assert len(watch.known[0]) == 5


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["emit", "check"])
def test_f51_four_times_the_lines_take_four_times_the_time(verb, tmp_path, monkeypatch):
    def seconds(n):
        script = tmp_path / f"net{n}.py"
        script.write_text(
            "import numpy as np\nx = np.ones((2, 3))\nW = np.ones((3, 3)) * 0.3\n"
            + "".join(f"c{i} = {i} * 2\n" for i in range(n))
            + "z = x @ W\nloss = np.sum(z ** 2)\ndz = 2 * z\ndW = x.T @ dz\n"
        )
        monkeypatch.setattr(sys, "argv", ["chainrule", verb, str(script)])
        began = time.process_time()
        with pytest.raises(SystemExit) as end:
            main()
        assert not end.value.code
        return time.process_time() - began

    # What else a machine does only ever adds to a time: one try within the bound shows it.
    seconds(100)
    assert any(seconds(8000) < 8 * seconds(2000) + 1 for _ in range(3))


def test_f51_where_the_reading_stopped_before_a_loss_it_says_so(tmp_path, monkeypatch):
    script = tmp_path / "net.py"
    script.write_text(
        "import numpy as np\nh0 = np.ones(3)\n"
        + "".join(f"h{i + 1} = np.tanh(h{i})\n" for i in range(40))
        + "loss = np.sum(h40 ** 2)\n"
    )

    def stopped(limits, builder):
        if len(builder.lines) > 20:
            raise Enough

    assert "np.tanh" in chainrule.emit(script)
    monkeypatch.setattr(Limits, "check", stopped)
    with pytest.raises(ProgramError) as caught:
        chainrule.emit(script)
    said = str(caught.value)
    assert caught.value.code == "E325"
    assert re.search("the reading stopped before the script's end, after \\d\\d operations, in h3", said)  # fmt: skip


def test_f51_control_without_a_limit_no_reading_is_said_to_have_stopped(tmp_path):
    script = tmp_path / "net.py"
    script.write_text("import numpy as np\nh = np.tanh(np.ones(3))\n")
    with pytest.raises(ProgramError) as caught:
        chainrule.emit(script)
    assert "stopped" not in str(caught.value)
