"""What a verb reads: notebooks by cell and line, files in the encoding they say, scripts with words of their own."""

import json
import sys

import numpy as np
import pytest

import chainrule
from chainrule.cli import main
from chainrule.program import ChainruleError
from chainrule.program.sources import read_source

IMPORTS = "%matplotlib inline\nimport numpy as np\n!pip list\n%time rng = 0"
DATA = "x = np.arange(6.0).reshape(3, 2)\ny = np.ones((3, 1))\nW = np.ones((2, 1))"
FORWARD = "z = x @ W\nloss = np.mean((z - y) ** 2)\nloss?"
BACKWARD = "dz = 2 * (z - y) / len(x)\n\ndW = x.T @ dz{}"


@pytest.fixture
def notebook(tmp_path):
    def saved(*code):
        cells = [{"cell_type": "markdown", "source": "# A network"}]
        cells += [
            {"cell_type": "code", "source": one.splitlines(keepends=True)}
            for one in code
        ]
        path = tmp_path / "net.ipynb"
        path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
        return path

    return saved


def run(capsys, monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["chainrule", *map(str, words)])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code, *capsys.readouterr()


def test_a_notebook_is_read_as_the_script_that_its_cells_are(notebook):
    path = notebook(IMPORTS, "%%bash\nls -l", DATA, FORWARD)
    x = np.arange(6.0).reshape(3, 2)
    expected = x.T @ (2 * (x @ np.ones((2, 1)) - 1) / 3)
    np.testing.assert_allclose(chainrule.gradients(path)["W"], expected, rtol=1e-13)


def test_control_python_itself_does_not_read_such_cells():
    with pytest.raises(SyntaxError):
        compile(IMPORTS, "cell", "exec")


def test_a_wrong_line_of_a_notebook_is_named_by_cell_and_line(
    notebook, capsys, monkeypatch
):
    path = notebook(IMPORTS, DATA, FORWARD, BACKWARD.format(" * 2"))
    code, told, _ = run(capsys, monkeypatch, "check", path)
    assert code == 1
    assert "net.ipynb:cell 5:3" in told
    code, _, told = run(capsys, monkeypatch, "check", path, "--fix", "--write")
    assert code == 2
    assert "--fix prints what to change" in told


def test_a_right_notebook_is_right(notebook, capsys, monkeypatch):
    path = notebook(IMPORTS, DATA, FORWARD, BACKWARD.format(""))
    assert run(capsys, monkeypatch, "check", path)[0] == 0


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        ("a = 1\nb = undefined", "b = undefined    (net.ipynb, cell 4, line 2)"),
        ("a = 1\nb = (", "b = (    (net.ipynb, cell 4, line 2)"),
        ("\nloss = np.sum(W @ x)", "(net.ipynb, cell 4, line 2)"),
    ],
)
def test_what_a_notebook_lacks_is_told_by_cell_and_line(notebook, cell, place):
    with pytest.raises(ChainruleError) as told:
        chainrule.gradients(notebook(IMPORTS, DATA, cell))
    assert place in str(told.value)


def test_a_function_in_a_notebook_is_a_target(notebook, capsys, monkeypatch):
    path = notebook("import numpy as np", "def loss(x, W):\n    return np.sum(x @ W)")
    words = "emit", f"{path}:loss", "--with", "x=4,3", "--with", "W=3,1"
    code, told, _ = run(capsys, monkeypatch, *words)
    assert (code, "dW = " in told) == (0, True)


@pytest.mark.parametrize("text", ["{}", '{"cells": [', '{"cells": [{}]}', "import os"])
def test_what_is_no_notebook_is_refused(tmp_path, text):
    path = tmp_path / "net.ipynb"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ChainruleError, match="E331"):
        chainrule.gradients(path)


SCRIPT = "import numpy as np\n# é\nW = np.ones(2)\nloss = np.sum(W ** 2)\n"


@pytest.mark.parametrize(
    "data",
    [
        SCRIPT.encode(),
        b"\xef\xbb\xbf" + SCRIPT.encode(),
        f"# -*- coding: latin-1 -*-\n{SCRIPT}".encode("latin-1"),
    ],
    ids=["utf-8", "byte order mark", "latin-1"],
)
def test_f47_a_script_is_read_in_the_encoding_that_it_says(tmp_path, data):
    path = tmp_path / "net.py"
    path.write_bytes(data)
    np.testing.assert_array_equal(chainrule.gradients(path)["W"], [2.0, 2.0])


@pytest.mark.parametrize(
    "data",
    [SCRIPT.encode("utf-16"), SCRIPT.encode("latin-1"), b"# coding: none\n", b"a\0b"],
    ids=["utf-16", "latin-1 without a word", "unknown coding", "zero bytes"],
)
def test_f47_what_python_cannot_read_is_refused_in_a_sentence(tmp_path, data):
    path = tmp_path / "net.py"
    path.write_bytes(data)
    with pytest.raises(ChainruleError, match="E331"):
        read_source(path)


@pytest.mark.parametrize("verb", ["explain", "emit"])
def test_a_script_gets_the_words_after_two_dashes(tmp_path, capsys, monkeypatch, verb):
    path = tmp_path / "net.py"
    path.write_text(
        "import sys\nimport numpy as np\nassert sys.argv[1:] == ['--epochs', '3']\n"
        "W = np.ones(2)\nloss = np.sum(W ** 2)\n",
        encoding="utf-8",
    )
    assert run(capsys, monkeypatch, verb, path, "--", "--epochs", "3")[0] == 0
    assert run(capsys, monkeypatch, verb, path)[0] == 3


@pytest.mark.parametrize(
    ("gradient", "said"),
    [
        ("np.cos(w) * np.sin(x * w) - 3", "no correction"),
        ("(1 - np.tanh(w * x) ** 2) * x", "nothing is wrong"),
    ],
)
def test_a_diff_of_nothing_says_so(gradient, said, tmp_path, capsys, monkeypatch):
    path = tmp_path / "net.py"
    path.write_text(
        f"import numpy as np\nw, x = np.array([0.3, 0.4]), np.array([0.5, 3.0])\nloss = np.sum(np.tanh(w * x))\ndw = {gradient}\n"
    )
    code, out, told = run(capsys, monkeypatch, "check", str(path), "--fix")
    assert (code, out) == (0 if said == "nothing is wrong" else 1, "")
    assert said in told
