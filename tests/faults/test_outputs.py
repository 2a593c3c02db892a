"""F27, F50: every output of every command is whole or the old one."""

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from chainrule.program.files import replace_file
from commands import RIGHT, WRONG, posix, told, typed

EXAMPLES = Path(__file__).parents[2] / "examples"
LARGE = "import numpy as np\nx = np.ones((1, 40))\nW = np.ones((40, 40)) / 7\nloss = np.sum((x @ W) ** 2)\n"


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model")
    rows = "".join(f"{i % 7},{i % 5},{'xy'[i % 2]}\n" for i in range(40))
    (folder / "data.csv").write_text(f"a,b,c\n{rows}")
    assert told(["train", folder / "data.csv", "--target", "c", "--hidden", "3", "--epochs", "1", "--out", folder / "m", "-q"]) == 0  # fmt: skip
    return folder


OUTPUTS = {
    "html": ["explain", "{net}", "--html", "{out}.html"],
    "latex": ["explain", "{net}", "--latex", "{out}.tex"],
    "markdown": ["explain", "{net}", "--markdown", "{out}.md"],
    "notebook": ["explain", "{net}", "--notebook", "{out}.ipynb"],
    "json": ["explain", "{net}", "--json", "{out}.json"],
    "text": ["explain", "{net}", "--text", "{out}.txt"],
    "source": ["emit", "{net}", "-o", "{out}.py"],
    "arrays": ["emit", "{large}", "--part", "script", "-o", "{out}.py"],
    "report": ["check", "{wrong}", "--json", "{out}.json"],
    "reason": ["why", "{net}", "W", "--json", "{out}.json"],
    "sheets": ["worksheet", "{net}", "--to", "text", "--to", "moodle", "--out", "{out}"],
    "grades": ["grade", "{submitted}", "--json", "{out}.json"],
    "csv": ["predict", "{model}/m", "{model}/data.csv", "-o", "{out}.csv"],
    "rows": ["predict", "{model}/m", "{model}/data.csv", "-o", "{out}.json"],
    "npz": ["predict", "{model}/m", "{model}/data.csv", "-o", "{out}.npz"],
    "model": ["train", "{model}/data.csv", "--target", "c", "--epochs", "1", "--restart", "--out", "{model}/m"],
}  # fmt: skip


def words_of(name, tmp_path, model, out):
    for file, text in (("net", RIGHT), ("wrong", WRONG), ("large", LARGE)):
        (tmp_path / f"{file}.py").write_text(text)
    places = {file: tmp_path / f"{file}.py" for file in ("net", "wrong", "large")}
    places["submitted"] = tmp_path / "submitted"
    places["submitted"].mkdir(exist_ok=True)
    (places["submitted"] / "one.py").write_text(RIGHT)
    return [word.format(**places, model=model, out=out) for word in OUTPUTS[name]]


@contextlib.contextmanager
def room(n_bytes):
    """A disk on which no file may be longer than that."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python keeps what it could write of a compiled module, and fails on it ever after
    compiles, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = compiles


def content(folder):
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path): path.read_bytes() for path in files}


@pytest.mark.spread(8)
@posix
@pytest.mark.parametrize("name", OUTPUTS)
def test_f27_where_there_is_no_room_every_output_is_the_old_one(
    tmp_path, model, name, capsys
):
    here = tmp_path / "model"
    shutil.copytree(model, here)
    words = words_of(name, tmp_path, here, tmp_path / "out")
    assert told(words) in (0, 1)
    before = content(tmp_path)
    with room(60):
        assert told(words) == 3
    after, said = content(tmp_path), capsys.readouterr().err
    assert "error[E504]" in said
    assert "Traceback" not in said
    if name == "model":
        # a training that begins anew forgets its checkpoints; the model is what it was
        kept = ("model.json", "weights.safetensors", "report.html")
        before, after = ({k: v for k, v in one.items() if k.endswith(kept)} for one in (before, after))  # fmt: skip
    assert after == before


@posix
def test_f27_a_correction_that_cannot_be_written_leaves_the_script(tmp_path, capsys):
    script = tmp_path / "net.py"
    script.write_text(WRONG)
    with room(60):
        assert told(["check", script, "--fix", "--write"]) == 3
    assert "error[E504]" in capsys.readouterr().err
    assert script.read_text() == WRONG
    assert [path.name for path in tmp_path.iterdir()] == ["net.py"]
    assert told(["check", script, "--fix", "--write"]) == 1
    assert script.read_text() == RIGHT


@posix
def test_f27_control_a_plain_write_on_a_full_disk_destroys_what_was_there(tmp_path):
    file = tmp_path / "report.json"
    file.write_text("old and good")
    with room(60), pytest.raises(OSError, match="too large"):
        file.write_text("x" * 100)
    assert "good" not in file.read_text()


@posix
@pytest.mark.parametrize("name", ["html", "source", "report"])
def test_f27_a_full_device_is_an_error_and_stays_a_device(
    tmp_path, model, name, capsys
):
    words = words_of(name, tmp_path, model, "")
    words[-1] = "/dev/full"
    assert told(words) == 3
    assert "E504" in capsys.readouterr().err
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@posix
def test_f27_a_link_stays_a_link_and_a_pipe_is_written_to(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    replace_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="cannot be written"):
        replace_file(tmp_path / "pipe", "nobody reads")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe", "real"]


@posix
@pytest.mark.parametrize(
    ("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)]
)
def test_f50_files_have_the_rights_that_the_umask_gives(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        replace_file(tmp_path / "new", "x")
        (tmp_path / "shared").write_text("old")
        (tmp_path / "shared").chmod(0o640)
        replace_file(tmp_path / "shared", "new")
    finally:
        os.umask(before)
    rights = [
        stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "shared")
    ]
    assert rights == [mode, 0o640]


@posix
def test_f50_control_mkstemp_makes_a_file_that_nobody_else_may_read(tmp_path):
    import tempfile

    handle, name = tempfile.mkstemp(dir=tmp_path)
    os.close(handle)
    assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600


@contextlib.contextmanager
def full():
    with Path("/dev/full").open("w") as device:
        yield device


@contextlib.contextmanager
def gone():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        yield pipe


FULL, GONE = (full, "No space left"), (gone, "its reader has closed it")


@posix
@pytest.mark.spread(6)
@pytest.mark.parametrize(
    ("verb", "place"),
    [
        *(("explain", FULL), ("explain", GONE), ("emit", GONE), ("emit", FULL)),
        *(("check", FULL), ("check", GONE)),
    ],
)
def test_f27_standard_output_that_is_full_closed_or_gone_is_told_in_one_form(
    tmp_path, verb, place
):
    script = tmp_path / "net.py"
    script.write_text(RIGHT)
    opened, said = place
    with opened() as out:
        done = typed(verb, script, capture_output=False, stdout=out, stderr=subprocess.PIPE)  # fmt: skip
    assert done.returncode == 3
    assert "standard output cannot be written: " in done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@posix
def test_f27_control_python_itself_prints_a_traceback_into_a_closed_pipe():
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as gone:
        done = subprocess.run(
            [sys.executable, "-c", "print('x', flush=True)"],
            stdout=gone, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    # 120 where what is left in the buffer is flushed into the pipe once more at the end
    assert done.returncode in (1, 120)
    assert "Traceback" in done.stderr


def test_f10_rows_whose_prediction_is_no_number_are_refused(model, tmp_path, capsys):
    (tmp_path / "far.csv").write_text("a,b\n1,2\n1e308,1e308\n")
    code = told(["predict", model / "m", tmp_path / "far.csv"])
    said = capsys.readouterr()
    assert code in (0, 3)
    assert "nan" not in said.out
    if code:
        assert "far.csv, row 3" in said.err


def test_f29_sizes_are_checked_before_anything_is_drawn(capsys):
    began = time.monotonic()
    assert told(["train", "iris", "--hidden", "100000,100000", "--epochs", "1"]) == 5
    assert "E601" in capsys.readouterr().err
    assert time.monotonic() - began < 30


def test_f29_control_numpy_asks_for_all_of_it():
    with pytest.raises(MemoryError):
        np.random.default_rng(0).normal(size=(10**7, 10**7))


OVERWRITING = {
    "source": ["emit", "net.py", "-o", "net.py"],
    "source, spelled otherwise": ["emit", "net.py", "-o", "./net.py"],
    "source of a function": ["emit", "net.py:f", "--with", "W=2", "-o", "net.py"],
    "report": ["check", "net.py", "--json=net.py"],
    "reason": ["why", "net.py", "W", "--json", "link.json"],
    "predictions": ["predict", "m", "data.csv", "-o", "data.csv"],
    "predictions over a model": ["predict", "m", "data.csv", "-o", "m/model.json"],
    "lesson over a model": ["explain", "m", "--data", "data.csv", "--json", "./m/model.json"],
    "reason over a model": ["why", "m", "W1", "--data", "data.csv", "--json=m/model.json"],
    "grades over a submission": ["grade", ".", "--json=net.py"],
    "arrays": ["emit", "large.py:f", "--with", "W=large.npz:W", "x=1,40", "--part", "script", "-o", "large.py"],
}  # fmt: skip


@pytest.mark.spread(4)
@posix
@pytest.mark.parametrize("name", OVERWRITING)
def test_f27_what_a_command_reads_it_does_not_write_over(
    name, model, tmp_path, monkeypatch, capsys
):
    shutil.copytree(model, tmp_path, dirs_exist_ok=True)
    (tmp_path / "net.py").write_text(f"{RIGHT}\ndef f(W):\n    return np.sum(W ** 2)\n")
    (tmp_path / "link.json").symlink_to("net.py")
    (tmp_path / "large.py").write_text("import numpy as np\ndef f(x, W):\n    return np.sum((x @ W) ** 2)\n")  # fmt: skip
    np.savez(tmp_path / "large.npz", W=np.ones((40, 40)) / 7)
    monkeypatch.chdir(tmp_path)
    before = content(tmp_path)
    assert told(OVERWRITING[name]) == 2
    assert "error[E430]" in capsys.readouterr().err
    assert content(tmp_path) == before


def test_f27_an_output_of_before_is_replaced(tmp_path, monkeypatch):
    (tmp_path / "net.py").write_text(RIGHT)
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        assert told(["emit", "net.py", "-o", "out.py"]) == 0
        assert told(["check", "net.py", "--json=report.json"]) == 0


def test_f27_answers_that_were_filled_in_are_not_written_over(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "net.py").write_text(RIGHT)
    monkeypatch.chdir(tmp_path)
    again = ["worksheet", "net.py", "--to", "text", "--out", "sheets"]
    for _ in range(2):
        assert told(again) == 0
    answers = Path("sheets/answers.csv")
    answers.write_text(answers.read_text().replace("\n,1,", "\nAnn,1,3", 1))
    before = content(tmp_path)
    assert told(again) == 2
    assert "error[E430]" in capsys.readouterr().err
    assert content(tmp_path) == before


def test_f27_control_a_shell_empties_the_file_that_it_is_to_read(tmp_path):
    (tmp_path / "net.py").write_text(RIGHT)
    subprocess.run("cat < net.py > net.py", shell=True, cwd=tmp_path, check=False)
    assert (tmp_path / "net.py").read_text() == ""


@pytest.mark.parametrize(
    "words",
    [
        ["explain", ""],
        ["train", "iris", "--epochs", "1", "--out", ""],
        ["explain", "net.py", "--html", ""],
    ],
)
def test_f27_an_empty_word_is_no_folder_and_no_file(
    words, tmp_path, monkeypatch, capsys
):
    (tmp_path / "net.py").write_text(RIGHT)
    monkeypatch.chdir(tmp_path)
    assert told(words) == 2
    assert "error[E411]" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["net.py"]
