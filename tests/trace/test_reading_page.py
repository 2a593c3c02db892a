"""docs/reading.md is held to the code: every row of its table is run, and every function that is lent stands there."""

import re
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.trace.lent import LENT

PAGE = (Path(__file__).parents[2] / "docs" / "reading.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(.+)` \| (followed|E\d{3}) \|$", PAGE, re.MULTILINE)
IMPORTS = "import functools, io, json, math, pickle\nimport numpy as np\n"
RNG = np.random.default_rng(0)
GIVEN = {
    "x": np.array([0.31, 0.74, 0.52, 0.18, 0.93, 0.66]),
    "A": np.eye(3) * 2 + RNG.uniform(-0.5, 0.5, (3, 3)),
}
LOSS = "np.sum(np.sin(y)) + np.sum(x ** 2) + np.sum(A ** 2)"


def function(row):
    body = "".join(f"    {one}\n" for one in row.split("; "))
    return f"{IMPORTS}\ndef f(x, A):\n{body}    return {LOSS}\n"


def script(row):
    made = "".join(f"{k} = np.array({v.tolist()!r})\n" for k, v in GIVEN.items())
    body = "".join(f"{one}\n" for one in row.split("; "))
    return f"{IMPORTS}{made}{body}loss = {LOSS}\n"


def measured(call, name, step=1e-6):
    """The gradient by finite differences."""
    result = np.zeros_like(GIVEN[name])
    for place in np.ndindex(result.shape):
        losses = []
        for sign in (1, -1):
            moved = {key: array.copy() for key, array in GIVEN.items()}
            moved[name][place] += sign * step
            losses.append(float(call(**moved)))
        result[place] = (losses[0] - losses[1]) / (2 * step)
    return result


@pytest.mark.spread(4)
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(("row", "what"), ROWS, ids=[row for row, _ in ROWS])
def test_a_row_of_the_page_says_what_happens(row, what, tmp_path):
    file = tmp_path / "functions.py"
    file.write_text(function(row), encoding="utf-8")
    space = {"__name__": "functions"}
    exec(compile(file.read_text(encoding="utf-8"), str(file), "exec"), space)
    call = space["f"]
    plain = tmp_path / "script.py"
    plain.write_text(script(row), encoding="utf-8")
    doors = {
        "function": lambda: chainrule.gradients(
            call, **{k: v.copy() for k, v in GIVEN.items()}, wrt=["x", "A"]
        ),
        "script": lambda: chainrule.gradients(plain, wrt=["x", "A"]),
    }
    for door, gradients in doors.items():
        if what != "followed":
            with pytest.raises(chainrule.ChainruleError) as caught:
                gradients()
            assert (door, caught.value.code) == (door, what)
            assert caught.value.where is not None
            assert caught.value.hint
            continue
        found = gradients()
        for name in GIVEN:
            np.testing.assert_allclose(
                found[name], measured(call, name), rtol=1e-6, atol=1e-8, err_msg=door
            )


def written(function):
    """A function as the page writes it."""
    module = (getattr(function, "__module__", None) or "builtins").split(".")[0]
    name = function.__name__
    prefix = {"builtins": "", "numpy": "np.", "posix": "os.", "nt": "os."}
    return prefix.get(module, f"{module}.") + name


def test_the_page_lists_every_function_that_gets_a_stand_in():
    start = PAGE.index("that ask for no stand-in")
    listed = PAGE[start : PAGE.index("Functions that are simpler", start)]
    assert set(re.findall(r"`([\w.]+)`", listed)) == {written(one) for one in LENT}


def test_the_page_shows_both_ends():
    assert len(ROWS) >= 35
    assert {what for _, what in ROWS} >= {"followed", "E301", "E304"}
