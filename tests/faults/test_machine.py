"""What surrounds a program: hash seeds, deep chains, files that would be code; and the page that lists all faults."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule

ROOT = Path(__file__).parents[2]
TRAIN = "import chainrule, numpy as np; X = np.arange(40.0).reshape(20, 2) / 40; y = np.arange(20) % 3; net = chainrule.Network((5,), seed=0).fit(X, y, epochs=3, verbose=0); print(net.predict(X).tobytes().hex())"  # fmt: skip
THREADS = {"ThreadingBackend", "parallel_config"}
"""What of joblib runs functions on threads of this process, and reads nothing."""
READERS_OF_CODE = {"eval", "pickle", "dill", "joblib", "marshal", "shelve", "yaml"}


def printed(code, hash_seed):
    return subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_f21_the_same_training_gives_the_same_bits_whatever_the_hash_seed():
    assert printed(TRAIN, 0) == printed(TRAIN, 1)


def test_f21_control_the_order_of_a_set_depends_on_it():
    code = "print({'W1', 'W2', 'b1', 'b2', 'x', 'y', 'loss'})"
    assert len({printed(code, seed) for seed in range(4)}) > 1


def met(tree):
    """The readers of code that a module imports or calls, and arrays of objects that it lets in."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (one.name.partition(".")[0] for one in names)
            case ast.ImportFrom(names=names) if {one.name for one in names} <= THREADS:
                pass
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
            case ast.Call(func=ast.Name(id=name)):
                yield name
            case ast.keyword(arg="allow_pickle", value=ast.Constant(value=True)):
                yield "pickle"


def test_f28_f32_nothing_that_reads_data_reads_code_out_of_it():
    package = ROOT / "src" / "chainrule"
    found = {}
    for path in package.rglob("*.py"):
        # these read a user's own script, which is run
        of_scripts = path.relative_to(package).parts[0] in ("trace", "check")
        refused = READERS_OF_CODE - {"eval"} if of_scripts else READERS_OF_CODE
        text = path.read_text("utf-8")
        # a hundred thousand lines are searched for words before those with one are read as code
        if not any(word in text for word in refused):
            continue
        if readers := refused & {*met(ast.parse(text))}:
            found[path.relative_to(package).as_posix()] = readers
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from yaml import load",
        "eval(x)",
        "np.load(f, allow_pickle=True)",
    ],
)
def test_f28_f32_control_it_would_be_found(text):
    assert READERS_OF_CODE & {*met(ast.parse(text))}


def chain(x):
    for _ in range(3000):
        x = np.sin(x)
    return x


def test_f41_a_chain_longer_than_the_stack_is_derived():
    found = chainrule.gradients(lambda W: np.sum(chain(W)), np.array([0.5]))
    assert 0 < found["W"][0] < 1


def test_f41_control_a_walk_by_recursion_does_not_come_to_its_end():
    def value(n):
        return np.sin(value(n - 1)) if n else 0.5

    with pytest.raises(RecursionError):
        value(3000)


def test_the_page_of_faults_names_tests_that_there_are():
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (F\d\d) \| .* \| (.*) \|$", page, re.MULTILINE)
    without = {
        f"{fault}: {path}"
        for fault, paths in rows
        for path in re.findall(r"`([^`]+)`", paths)
        if not holds(fault.lower(), ROOT / path)
    }
    assert without == set()
    listed = {fault for fault, _ in rows}
    text = page.partition("## What is not there")[2]
    left = {f"F{number:02}" for number in range(1, 53)} - listed
    named = {*re.findall(r"F\d\d", text), "F13", "F37", "F38"}
    assert left <= named


def holds(fault, path):
    """Whether a file is there and, among the tests of faults, has one of that name."""
    if not path.is_file():
        return False
    if path.parent.name != "faults":
        return True
    return re.search(rf"def test_(f\d\d_)*{fault}_", path.read_text("utf-8")) is not None  # fmt: skip


def test_faults_of_the_tests_stand_on_the_page():
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    tested = {
        fault
        for path in (ROOT / "tests" / "faults").glob("test_*.py")
        for name in re.findall(r"def test_((?:f\d\d_)+)", path.read_text("utf-8"))
        for fault in re.findall(r"f\d\d", name)
    }
    assert {one.upper() for one in tested} <= {*re.findall(r"^\| (F\d\d)", page, re.MULTILINE)}  # fmt: skip
