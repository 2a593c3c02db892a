"""What a script sets for the whole process does not reach what is done with the script afterwards."""

import os
import signal
import sys

import numpy as np
import pytest

from commands import told

SCRIPT = """import numpy as np
W = np.array([1.0, 2.0])
loss = np.sum(W ** 2)
dW = 2 * W
"""
SETTINGS = {
    "folder": "import os\nos.chdir('/')\n",
    "errors": "np.seterr(all='raise')\n",
    "printing": "np.set_printoptions(precision=1, threshold=1)\n",
    "rights": "import os\nos.umask(0o777)\n",
    "depth": "import sys\nsys.setrecursionlimit(120)\n",
    "errors' stream": "import sys, io\nsys.stderr = io.StringIO()\n",
    "signals": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n",
}


def state():
    mask = os.umask(0o022)
    os.umask(mask)
    return (
        os.getcwd(),  # noqa: PTH109 - as a word, to be compared
        mask,
        np.geterr(),
        np.get_printoptions(),
        sys.getrecursionlimit(),
        sys.stderr,
        signal.getsignal(signal.SIGINT),
        signal.getsignal(signal.SIGTERM),
    )


@pytest.mark.spread(4)
@pytest.mark.parametrize("name", SETTINGS)
def test_what_a_script_sets_is_put_back(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(SCRIPT + SETTINGS[name])
    before = state()
    assert told(["explain", "net.py", "--html", "lesson.html"]) == 0
    assert told(["check", "net.py", "--json", "report.json"]) == 0
    assert told(["emit", "net.py", "-o", "out.py"]) == 0
    (tmp_path / "function.py").write_text(f"{SCRIPT}def f(W):\n    return np.sum(W ** 2)\n{SETTINGS[name]}")  # fmt: skip
    assert told(["emit", "function.py:f", "--with", "W=2", "-o", "f.py"]) == 0
    assert state() == before
    for made in ("lesson.html", "report.json", "out.py"):
        assert (tmp_path / made).stat().st_mode & 0o600 == 0o600
        assert f"wrote {made}" in capsys.readouterr().err or made != "lesson.html"


def test_numpy_may_be_told_to_raise_by_a_script_with_infinite_slopes(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(
        "import numpy as np\nW = np.array([1.0, 0.0])\nloss = np.sum(np.sqrt(W))\nnp.seterr(all='raise')\n"
    )
    assert told(["explain", "net.py", "-q"]) == 0


@pytest.mark.parametrize("name", ["errors", "printing", "depth"])
def test_control_what_is_set_in_python_stays_set(name):
    before = state()
    with np.errstate(), np.printoptions():
        depth = sys.getrecursionlimit()
        exec(SETTINGS[name].replace("120", "900").replace("raise", "print"), {"np": np})
        assert state() != before
        sys.setrecursionlimit(depth)
