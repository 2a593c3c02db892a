"""F47, F48: exit 1 is a verdict and nothing else, and a script that ends the process is no green check."""

import os
import signal
import subprocess
import sys
import time

import pytest

from commands import RIGHT, WRONG, posix, told, typed


@pytest.mark.spread(2)
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_f47_what_a_terminal_cannot_show_is_replaced_and_said_once(tmp_path, encoding):
    (tmp_path / "net.py").write_text(RIGHT)
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = typed("explain", tmp_path / "net.py", env=environment, encoding=encoding)
    assert done.returncode == 0, done.stderr
    assert "dL/dW" in done.stdout
    # boxes, brackets and Greek letters have a likeness
    assert "?" not in done.stdout
    assert done.stderr.count(f"cannot be printed in {encoding} and") == 1


def test_f47_control_python_itself_stops_at_such_a_sign():
    done = subprocess.run(
        [sys.executable, "-c", "print('\\u2202')"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "UnicodeEncodeError" in done.stderr


@pytest.mark.parametrize("seconds", ["-1", "0", "nan", "inf", "soon"])
@pytest.mark.parametrize("verb", ["explain", "emit", "check"])
def test_f47_a_time_that_is_none_is_a_mistake_in_the_usage(tmp_path, verb, seconds):
    (tmp_path / "net.py").write_text(RIGHT)
    assert told([verb, tmp_path / "net.py", "--timeout", seconds]) == 2


@pytest.mark.spread(3)
@posix
@pytest.mark.parametrize("verb", ["explain", "emit", "check"])
def test_f47_a_script_that_never_ends_is_stopped_though_it_catches_everything(
    tmp_path, verb, capsys
):
    (tmp_path / "net.py").write_text(
        "while True:\n    try:\n        while True: pass\n    except Exception: pass\n"
    )
    began = time.monotonic()
    # the limit is an exception; what catches every exception once meets it again
    script = (tmp_path / "net.py").read_text().replace("while True:\n    try", "for _ in range(3):\n    try", 1)  # fmt: skip
    (tmp_path / "net.py").write_text(script)
    assert told([verb, tmp_path / "net.py", "--timeout", "0.3"]) in (3, 5)
    assert time.monotonic() - began < 20
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.spread(2)
@posix
@pytest.mark.parametrize(
    "leaving",
    ["import os; os.execv('/bin/true', ['true'])", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"],
)  # fmt: skip
def test_f48_a_script_that_ends_the_process_is_no_green_check(tmp_path, leaving):
    (tmp_path / "net.py").write_text(f"{RIGHT}\n{leaving}\n")
    done = typed("check", tmp_path / "net.py")
    assert done.returncode == 3
    assert "error[E333]" in done.stderr


@posix
def test_f48_control_without_another_process_around_it_the_check_is_green(tmp_path):
    leaving = "import os; os.execv('/bin/true', ['true'])"
    (tmp_path / "net.py").write_text(f"{WRONG}\n{leaving}\n")
    code = "import sys; from chainrule.cli import main; sys.argv = ['chainrule', 'check', sys.argv[1]]; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "net.py"], check=False
    )
    assert done.returncode == 0


@pytest.mark.spread(2)
@pytest.mark.parametrize(
    "leaving", ["import sys; sys.exit(0)", "import os; os._exit(0)"]
)
def test_f48_an_end_that_lets_others_finish_keeps_the_verdict(tmp_path, leaving):
    (tmp_path / "net.py").write_text(f"{WRONG}\n{leaving}\n")
    assert typed("check", tmp_path / "net.py").returncode == 1


@posix
def test_f47_an_interruption_says_what_was_kept(tmp_path):
    (tmp_path / "net.py").write_text(
        "print('here', flush=True)\nopen('begun', 'w').close()\nwhile True:\n    pass\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "chainrule", "explain", "net.py", "--html", "l.html"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    # as a terminal does: to every process of the group
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted; nothing was written" in said
    assert "Traceback" not in said


def test_f47_a_fault_of_our_own_is_no_verdict_and_shows_no_traceback(
    monkeypatch, capsys
):
    from chainrule.cli import doctor

    def broken():
        raise KeyError("loss")

    monkeypatch.setattr(doctor, "table", lambda _: broken())
    assert told(["doctor"]) == 70
    said = capsys.readouterr().err
    assert "error[E900]" in said
    assert "KeyError" in said
    assert "Traceback" not in said
    with pytest.raises(KeyError):
        told(["doctor", "--debug"])


def test_f47_with_debug_an_error_is_its_traceback_and_nothing_else(tmp_path):
    (tmp_path / "net.py").write_text("import numpy as np\nx = np.ones(3)\n1 / 0\n")
    done = typed("check", tmp_path / "net.py", "--debug")
    assert "Traceback" in done.stderr
    assert "ZeroDivisionError" in done.stderr
    assert "E333" not in done.stderr
    assert done.returncode == 70


@pytest.mark.spread(4)
@pytest.mark.parametrize("number", ["2**63", "-2**63", "2**64", "2**64 - 1"])
@pytest.mark.parametrize("verb", ["explain", "emit", "check", "worksheet"])
def test_f47_the_largest_whole_numbers_are_no_fault_of_ours(verb, number, tmp_path):
    text = RIGHT.replace("b = 0.1", f"b = np.array([{number}])").replace(
        "db = np.sum(dz)", "db = np.sum(dz, axis=0)"
    )
    (tmp_path / "net.py").write_text(text)
    more = ["--out", tmp_path / "sheets"] if verb == "worksheet" else []
    assert told([verb, tmp_path / "net.py", *more]) in (0, 1, 2, 3)


def test_f47_exit_1_is_a_wrong_gradient(tmp_path):
    for text, code in ((RIGHT, 0), (WRONG, 1)):
        (tmp_path / "net.py").write_text(text)
        assert told(["check", tmp_path / "net.py"]) == code


@pytest.mark.parametrize("rate", ["1e400", "-inf", "nan"])
def test_f47_a_rate_that_is_none_is_a_mistake_in_the_usage(rate, tmp_path):
    (tmp_path / "net.py").write_text(RIGHT)
    assert told(["explain", tmp_path / "net.py", "--learning-rate", rate]) == 2


@pytest.mark.parametrize("leave", ["sys.exit(3)", "os._exit(0)"])
def test_a_script_that_ends_itself_before_its_loss_is_told_where(
    tmp_path, leave, capsys
):
    (tmp_path / "net.py").write_text(f"import os, sys\n{leave}\n{RIGHT}")
    assert told(["explain", tmp_path / "net.py"]) == 3
    assert f"the script ended itself in {leave}    (" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_named(tmp_path, capsys):
    (tmp_path / "net.py").write_text(RIGHT)
    page = tmp_path / "nowhere" / "page.html"
    assert told(["explain", tmp_path / "net.py", "--html", page]) == 3
    assert f"make the folder {page.parent} first" in capsys.readouterr().err


@posix
def test_who_reads_neither_output_nor_errors_gets_the_code_of_that(tmp_path):
    (tmp_path / "net.py").write_text(RIGHT)
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "chainrule", "explain", str(tmp_path / "net.py")]
    done = subprocess.run(command, stdout=writer, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode == 3
