"""Words that no test of ours would use: commands to a terminal, names that are no text, in every place."""

import os
import subprocess
import sys

import pytest

from commands import told

posix = pytest.mark.skipif(os.name != "posix", reason="terminals of POSIX")
COMMANDS = "\x1b]0;title\x07\x1b[2J\x9b6n"
"""They give a window another title, wipe the screen, and have the terminal type an answer."""
SCRIPT = f"import numpy as np\nW = np.ones(3)\nloss = np.sum(W**2)\ndW = 3 * W  # {COMMANDS}\n"
TABLE = "a,b,c\n" + "".join(f"{i % 7},{i % 5},{['x', COMMANDS][i % 2]}\n" for i in range(40))  # fmt: skip


def on_a_terminal(code, folder):
    """What a terminal gets of a program."""
    import pty

    ours, its = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", code], stdout=its, stderr=its, cwd=folder) as child:  # fmt: skip
        os.close(its)
        found = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:
                break
            if not more:
                break
            found += more
        child.wait(60)
    os.close(ours)
    return found.decode(errors="replace")


def command(*words):
    return f"import sys; sys.argv = {['chainrule', *words]!r}; from chainrule.cli import entry; entry()"


ASKED = {
    "a line of a script": ["check", "net.py"],
    "a class": ["train", "t.csv", "--target", "c", "--hidden", "2", "--epochs", "1"],
    "a word that is not known": ["train", "t.csv", "--target", f"q{COMMANDS}"],
    "a file that is not there": ["explain", f"no{COMMANDS}.py"],
}


@pytest.mark.spread(4)
@posix
@pytest.mark.parametrize("name", ASKED)
def test_f35_what_a_file_holds_gives_no_command_to_a_terminal(name, tmp_path):
    (tmp_path / "net.py").write_text(SCRIPT, encoding="utf-8")
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    seen = on_a_terminal(command(*ASKED[name]), tmp_path)
    assert "2J" in seen
    assert not {"\x1b]", "\x1b[2J", "\x07", "\x9b"} & {
        one for one in ("\x1b]", "\x1b[2J", "\x07", "\x9b") if one in seen
    }


@posix
def test_f35_control_python_itself_prints_them(tmp_path):
    assert "\x1b[2J" in on_a_terminal(f"print({COMMANDS!r})", tmp_path)


@posix
def test_f35_colours_stay(tmp_path):
    (tmp_path / "net.py").write_text("import numpy as np\nW = np.ones(3)\nloss = np.sum(W**2)\n")  # fmt: skip
    assert "\x1b[0m" in on_a_terminal(command("explain", "net.py"), tmp_path)


def test_f35_into_a_file_they_are_as_they_were(tmp_path, monkeypatch, capsys):
    (tmp_path / "t.csv").write_text(TABLE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert told([*ASKED["a class"], "--out", "m", "-q"]) == 0
    assert told(["predict", "m", "t.csv"]) == 0
    assert COMMANDS in capsys.readouterr().out


@posix
def test_f47_a_name_that_is_no_text_is_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    script, table, model = (os.fsdecode(one) for one in (b"n\xff.py", b"t\xff.csv", b"m\xff"))  # fmt: skip
    try:
        (tmp_path / script).write_text(SCRIPT, encoding="utf-8")
    except OSError:
        pytest.skip("names are text on this system")
    (tmp_path / table).write_text("a,b,c\n" + "".join(f"{i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(40)))  # fmt: skip
    assert told(["train", table, "--target", "c", "--epochs", "1", "--out", model]) == 0
    assert told(["predict", model, table, "-o", "p.csv"]) == 0
    assert told(["explain", model, "--data", table, "--html", "row.html"]) == 0
    assert told(["check", script, "--json", "report.json"]) == 1
    assert told(["explain", script, "--html", f"{script}.html", "-q"]) == 0
    assert told(["worksheet", script, "--out", f"{model}s"]) == 0


@posix
def test_f47_control_such_a_name_is_no_utf_8(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        (tmp_path / "page.html").write_text(os.fsdecode(b"t\xff.csv"), encoding="utf-8")


NONFINITE = {
    "a NaN": ("W = np.array([1.0, np.nan])\nloss = np.sum(W**2)\n", "loss"),
    "an overflow": ("W = np.array([1e200, 2.0])\nloss = np.sum(W**2)\n", "loss"),
    "a slope": ("W = np.array([0.0, 4.0])\nloss = np.sum(np.sqrt(W))\n", "W"),
}


@pytest.mark.parametrize("name", NONFINITE)
def test_f10_a_lesson_with_numbers_that_are_not_finite_says_so_and_who_says_why(
    name, tmp_path, monkeypatch, capsys
):
    text, asked = NONFINITE[name]
    (tmp_path / "net.py").write_text(f"import numpy as np\n{text}")
    monkeypatch.chdir(tmp_path)
    assert told(["explain", "net.py", "-q"]) == 0
    said = capsys.readouterr().err
    assert said == f"note: {asked} is not finite; chainrule why net.py {asked} says why\n"  # fmt: skip
    assert told(["why", "net.py", asked]) == 0


def test_f10_no_worksheet_asks_to_compute_with_nan(tmp_path, capsys):
    (tmp_path / "net.py").write_text(f"import numpy as np\n{NONFINITE['a NaN'][0]}")
    assert told(["worksheet", tmp_path / "net.py", "--out", tmp_path / "s"]) == 3
    assert "E328" in capsys.readouterr().err


def test_f10_control_of_what_is_finite_nothing_is_said(tmp_path, capsys):
    (tmp_path / "net.py").write_text("import numpy as np\nW = np.ones(3)\nloss = np.sum(W**2)\n")  # fmt: skip
    assert told(["explain", tmp_path / "net.py", "-q"]) == 0
    assert not capsys.readouterr().err
