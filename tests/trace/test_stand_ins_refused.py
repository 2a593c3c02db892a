"""What runs with arrays and fails with their stand-ins is refused, and is no error of the user's."""

import ctypes
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import ChainruleError

X = np.array([0.5, 1.5])
POINTER = 'x.__array_interface__["data"][0]'


def by_pointer(x):
    two = (ctypes.c_double * 2).from_address(x.__array_interface__["data"][0])
    return two[1] * np.sum(x)


def broken(x):
    return np.sum(x) + x.no_such_thing


def test_a_function_that_runs_alone_is_refused_with_its_place():
    with pytest.raises(ChainruleError) as found:
        chainrule.gradients(by_pointer, x=X)
    assert found.value.code == "E301"
    assert (
        found.value.where.source
        == f"two = (ctypes.c_double * 2).from_address({POINTER})"
    )
    assert "__array_interface__" in str(found.value)


def test_an_error_of_the_function_itself_stays_its_own():
    with pytest.raises(AttributeError, match="no_such_thing"):
        chainrule.gradients(broken, x=X)


def script(folder: Path, *lines: str) -> Path:
    path = folder / "script.py"
    first = ["import ctypes", "import numpy as np", "x = np.array([0.5, 1.5])"]
    path.write_text("\n".join([*first, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_script_that_runs_alone_is_refused_with_its_place(tmp_path):
    line = f"two = (ctypes.c_double * 2).from_address({POINTER})"
    path = script(tmp_path, line, "loss = two[1] * np.sum(x)")
    with pytest.raises(ChainruleError) as found:
        chainrule.gradients(path, wrt=["x"])
    assert found.value.code == "E301"
    assert found.value.where.line == 4


def test_an_error_of_the_script_itself_stays_its_own(tmp_path):
    path = script(tmp_path, "loss = np.sum(x) + x.no_such_thing")
    with pytest.raises(ChainruleError) as found:
        chainrule.gradients(path, wrt=["x"])
    assert found.value.code == "E330"
    assert "no_such_thing" in str(found.value)


def test_what_the_message_advises_is_read(tmp_path):
    path = script(
        tmp_path,
        "two = (ctypes.c_double * 2)(*np.array(x.tolist()))",
        "log = two[1]",
        "loss = np.sum(x ** 2)",
    )
    np.testing.assert_allclose(chainrule.gradients(path, wrt=["x"])["x"], 2 * X)


def test_an_argument_that_is_called_like_an_option_is_given_by_its_place():
    def smooth(level, x):
        return np.sum((x - level) ** 2)

    with pytest.raises(chainrule.ChainruleError) as caught:
        chainrule.explain(smooth, level=0.1, x=np.ones(3))
    assert caught.value.code == "E402"
    assert "level is an option" in caught.value.hint
    assert np.isclose(chainrule.explain(smooth, 0.1, np.ones(3)).loss, 3 * 0.81)
