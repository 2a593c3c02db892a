"""Bad input on the command line: what, where, what to do, and the exit code of its kind; never a traceback."""

import numpy as np
import pytest


@pytest.fixture
def script(tmp_path):
    def write(text, name="net.py"):
        path = tmp_path / name
        path.write_text("import numpy as np\n" + text)
        return path

    return write


GOOD = "x = np.ones(3)\nW = np.ones((2, 3))\nz = W @ x\nloss = np.sum(z * z)\n"


@pytest.mark.parametrize(
    ("text", "exit_code", "words"),
    [
        (
            "x = np.ones(3)\nloss = np.sum(x * missing)\n",
            3,
            ["E330", "NameError", "missing", "line 3"],
        ),
        ("x = np.ones(3)\nloss = = 1\n", 3, ["E330", "SyntaxError", "line 3"]),
        (
            "x = np.ones((2, 3))\nW = np.ones((2, 3))\nloss = np.sum(x @ W)\n",
            3,
            ["E101", "(2, 3) @ (2, 3)", "line 4", ".T"],
        ),
        ("W = np.ones(3, int)\nn = W.sum()\n", 3, ["E325", "loss = ..."]),
        ("W = np.ones(3)\nloss = W * W\n", 3, ["E323", "(3,)", "np.mean(loss)"]),
        (
            "W = np.ones(3)\nloss = np.sum(np.nextafter(W, 9.0))\n",
            3,
            ["E303", "nextafter", "line 3", "chainrule.Op"],
        ),
        (
            "W = np.ones(3)\np = np.ones((3, 1))\nloss = np.mean((p * W) ** 2)\n",
            3,
            ["E101", "(3, 3)", "reshape(3, 1)"],
        ),
    ],
)
def test_a_script_that_cannot_be_followed_says_why(
    command, script, text, exit_code, words
):
    code, out, err = command("emit", script(text))
    assert code == exit_code
    assert out == ""
    assert err.startswith("error[E")
    for word in words:
        assert word in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("text", "loss"),
    [
        ("W = np.ones(3)\nanswer = np.sum(W * W)\n", "answer"),
        ("W = np.ones(3)\nloss = np.sum(W)\ncost = np.prod(W)\n", "cost"),
    ],
)
def test_a_loss_that_is_not_clear_is_taken_and_said(command, script, text, loss):
    code, out, err = command("emit", script(text))
    assert code == 0
    assert out
    assert err.startswith("note: taken as the loss: ")
    assert loss in err
    assert "--loss NAME" in err


def test_an_unknown_parameter_is_answered_with_the_nearest(command, script):
    code, _, err = command("emit", script(GOOD), "--wrt", "w")
    assert code == 2
    assert "E327" in err
    assert "W" in err


def test_a_file_that_is_not_there_is_answered_with_the_nearest(command, script):
    path = script(GOOD)
    code, _, err = command("emit", path.with_name("nett.py"))
    assert code == 2
    assert "net.py" in err


def test_nothing_to_work_on_is_told(command):
    code, _, err = command("emit")
    assert code == 2
    assert "--layers" in err


FUNCTION = "def loss(x, W):\n    return np.sum((x @ W) ** 2)\n"


def test_a_function_says_which_inputs_it_needs(command, script):
    code, _, err = command("emit", f"{script(FUNCTION)}:loss", "--with", "x=4,3")
    assert code == 2
    assert "loss needs W" in err


def test_a_function_that_is_not_there_is_answered_with_those_that_are(command, script):
    code, _, err = command("emit", f"{script(FUNCTION)}:cost")
    assert code == 2
    assert "loss" in err


def test_inputs_come_as_shapes_lists_numbers_and_files(command, script, tmp_path):
    np.savez(tmp_path / "data.npz", W1=np.ones((3, 2)))
    text = "def loss(x, W1, y, scale):\n    return np.sum((x @ W1 - y) ** 2) * scale\n"
    code, out, err = command(
        "emit", f"{script(text)}:loss", "--part", "forward",
        "--with", "x=4,3", f"W1={tmp_path}/data.npz:W1", "y=[[1, 2]]", "scale=0.5",
    )  # fmt: skip
    assert code == 0, err
    assert "def loss" in out


@pytest.mark.parametrize("word", ["x", "x=a,b", "x=data.npz:W", "1x=3", "x=[1,"])
def test_inputs_that_cannot_be_read_are_told(command, script, word):
    code, _, err = command("emit", f"{script(FUNCTION)}:loss", "--with", word)
    assert code == 2
    assert "E404" in err


def test_an_output_that_cannot_be_written_leaves_the_old_one(command, script, tmp_path):
    code, _, err = command(
        "emit", script(GOOD), "-o", tmp_path / "no" / "such" / "folder.py"
    )
    assert code == 3
    assert "E504" in err


def test_an_output_file_is_replaced_only_when_complete(
    command, script, tmp_path, monkeypatch
):
    target = tmp_path / "out.py"
    target.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, _, err = command("emit", script(GOOD), "-o", target)
    assert code == 3
    assert "No space left" in err
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_usage_error_exits_with_two(command):
    code, _, err = command("emit", "--no-such-option")
    assert code == 2
    assert "No such option" in err


def test_prints_of_the_script_do_not_disturb_the_output(command, script):
    code, out, err = command(
        "emit", script(GOOD + "print('noise')\n"), "--part", "forward"
    )
    assert code == 0, err
    assert "noise" not in out


@pytest.mark.parametrize("verb", ["check", "explain"])
def test_a_misspelt_file_is_told_beside_the_one_that_is_there(command, script, verb):
    there = script(GOOD)
    code, _, err = command(verb, there.with_name("ent.py"))
    assert code == 2
    assert f"did you mean {there}?" in " ".join(err.split())
