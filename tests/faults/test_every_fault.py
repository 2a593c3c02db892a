"""The faults that are held against elsewhere at length, each here in small beside its control; and that every one is."""

import re
import sys
import tomllib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule.check import check_script
from chainrule.emit import emit
from chainrule.engines import buffered_source, load
from chainrule.engines import torch as torch_engine
from chainrule.program import (
    ChainruleError,
    MissingEngineError,
    UnsafeFileError,
    run,
)
from chainrule.trace import trace
from chainrule.train import Network

ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)


# F20: a checker that passes what is wrong, or blames what is right


SCRIPT = """import numpy as np
rng = np.random.default_rng(0)
x, y = rng.normal(size=(4, 3)), rng.normal(size=(4, 2))
W, b = rng.normal(size=(3, 2)), np.zeros(2)
z = x @ W + b
h = np.tanh(z)
loss = np.sum((h - y) ** 2)
dh = 2 * (h - y)
dz = dh * (1 - h ** 2)
dW = x.T @ dz
db = np.sum(dz, axis=0)
"""
SLIPS = {
    "a factor": ("dh = 2 * (h - y)", "dh = (h - y)"),
    "a sign": ("1 - h ** 2", "1 + h ** 2"),
    "the wrong argument": ("1 - h ** 2", "1 - z ** 2"),
    "a mean for a sum": ("np.sum(dz, axis=0)", "np.mean(dz, axis=0)"),
    "one percent": ("x.T @ dz", "1.01 * x.T @ dz"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_f20_a_slip_is_found_on_its_line(slip, tmp_path):
    right, wrong = SLIPS[slip]
    file = tmp_path / "net.py"
    file.write_text(SCRIPT.replace(right, wrong))
    found = check_script(file)
    assert not found.ok
    line = 1 + file.read_text()[: file.read_text().index(wrong)].count("\n")
    assert found.first_wrong.line == line


def test_f20_what_is_right_is_not_blamed(tmp_path):
    (tmp_path / "net.py").write_text(SCRIPT)
    assert check_script(tmp_path / "net.py").ok


def test_f20_control_a_difference_in_one_direction_passes_a_wrong_entry():
    W, direction = RNG.normal(size=(20, 20)), RNG.normal(size=(20, 20))
    wrong = 2 * W
    wrong[3, 4] *= 1.01
    step = 1e-6
    rise = np.sum((W + step * direction) ** 2) - np.sum((W - step * direction) ** 2)
    # as it is usually held against the one number that the slopes give in that direction
    assert np.isclose(np.sum(wrong * direction), rise / (2 * step), rtol=1e-3)


# F23: an engine that is wrong


def loss(x, W):
    return np.sum(np.maximum(0, np.tanh(x @ W) + 1 / x[:, :1]))


def test_f23_what_runs_in_kept_arrays_gives_the_numbers_of_the_plain_text():
    traced = trace(loss, x=np.ones((4, 3)), W=np.ones((3, 2)))
    program = traced.program
    plain = load(emit(traced, part="forward", name="plain"))["plain"]
    again = buffered_source(program, "step").repeated()
    for number in (1.0, -2.5, 1e300, np.nan, np.inf, 0.0):
        given = {"x": np.full((4, 3), number), "W": RNG.normal(size=(3, 2))}
        with np.errstate(all="ignore"):
            found = again(given["x"], given["W"])
            true = plain(given["x"], given["W"])
            slow = run(program, given)[program.outputs[0]]
        np.testing.assert_allclose(found, slow, rtol=1e-12)
        np.testing.assert_allclose(true, slow, rtol=1e-12)


def test_f23_control_an_array_written_over_too_early_gives_other_numbers():
    a, b = RNG.normal(size=3), RNG.normal(size=3)
    true = np.sum((a + b) * a)
    np.add(a, b, out=a)
    assert np.sum(a * a) != true


# F30: data outside of the folder


def test_f30_a_link_out_of_a_models_folder_is_refused(tmp_path):
    network = Network((3,), seed=0).fit(np.ones((4, 2)), np.arange(4) % 2, epochs=1)
    network.save(tmp_path / "m")
    for name in ("model.json", "weights.safetensors"):
        file = tmp_path / "m" / name
        file.rename(tmp_path / "elsewhere")
        file.symlink_to("../elsewhere")
        with pytest.raises(UnsafeFileError) as caught:
            Network.load(tmp_path / "m")
        assert caught.value.code == "E511"
        file.unlink()
        (tmp_path / "elsewhere").rename(file)
    assert Network.load(tmp_path / "m").numbers_.keys() == network.numbers_.keys()


def test_f30_control_a_plain_reader_follows_it(tmp_path):
    (tmp_path / "secret").write_text("anything at all")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "model.json").symlink_to("../secret")
    assert (tmp_path / "m" / "model.json").read_text() == "anything at all"


# F43: memory that grows with the epochs


def growth(*watchers):
    """Bytes that 400 steps hold beyond those of 40."""
    held = {}

    def note(training):
        held[training.progress.step] = tracemalloc.get_traced_memory()[0]

    X, Y = RNG.normal(size=(40, 4)), RNG.normal(size=(40, 1))
    network = Network((32, 32), "mse", seed=0, learning_rate=1e-4)
    tracemalloc.start()
    try:
        network.fit(X, Y, epochs=100, batch_size=10, after_step=[*watchers, note])
    finally:
        tracemalloc.stop()
    # the numbers of the log stay, some of them an epoch
    return held[400] - held[40]


WEIGHTS = 8 * (4 * 32 + 32 * 32 + 32)


def test_f43_ten_times_the_steps_hold_no_more():
    assert growth() < 12 * WEIGHTS


def test_f43_control_a_copy_of_the_weights_a_step_would_be_noticed():
    kept = []
    assert growth(lambda training: kept.append(training.progress.copied())) > 100 * WEIGHTS  # fmt: skip


# F44: a framework that is missing


def test_f44_what_is_missing_is_named_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingEngineError) as caught:
        torch_engine.run("", "f")
    assert (caught.value.code, caught.value.exit_code) == ("E802", 6)
    assert caught.value.hint == 'pip install "chainrule[torch]"'


def test_f44_control_python_itself_does_not_say_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError) as caught:
        __import__("torch")
    assert "pip" not in str(caught.value)


# F45: a gradient lost in silence


MASK = np.array([True, False, False])
WRITES = {
    "put": lambda z, W: np.put(z, [0], [9.0]),
    "place": lambda z, W: np.place(z, MASK, [9.0]),
    "putmask": lambda z, W: np.putmask(z, MASK, [9.0]),
    "copyto": lambda z, W: np.copyto(z, 2 * W),
    "put_along_axis": lambda z, W: np.put_along_axis(z, np.array([0]), 9.0, 0),
    "fill_diagonal": lambda z, W: np.fill_diagonal(z[None, :], 9.0),
    "fill": lambda z, W: z.fill(9.0),
    "add.at": lambda z, W: np.add.at(z, [0, 0], W[:2]),
    "multiply.at": lambda z, W: np.multiply.at(z, [0, 0], 3.0),
    "out of cumsum": lambda z, W: np.cumsum(z, out=z),
    "out and where": lambda z, W: np.multiply(z, 5, out=z, where=~MASK),
    "sort": lambda z, W: z.sort(),
    "a flat index": lambda z, W: z.flat.__setitem__(0, 9.0),
    "the real part": lambda z, W: setattr(z, "real", 2 * W),
    "a view": lambda z, W: z[::-1].__setitem__(0, 9.0),
    "a raveled view": lambda z, W: z.ravel().__setitem__(0, 9.0),
    "a shuffle": lambda z, W: np.random.default_rng(0).shuffle(z),
}
GIVEN = np.array([1.0, 2.0, 3.0])


def written(name):
    def function(W):
        z = W * 1.0
        WRITES[name](z, W)
        return np.sum(z**2)

    return function


def differences(function, step=1e-6):
    pairs = [(GIVEN + step * one, GIVEN - step * one) for one in np.eye(3)]
    return [(function(up) - function(down)) / (2 * step) for up, down in pairs]


@pytest.mark.parametrize("name", WRITES)
def test_f45_a_write_is_followed_or_refused(name):
    function, found, code = written(name), None, None
    try:
        found = chainrule.gradients(function, W=GIVEN.copy())["W"]
    except ChainruleError as refused:
        code = refused.code
    if found is None:
        assert code in ("E301", "E304")
    else:
        np.testing.assert_allclose(found, differences(function), atol=1e-4)


@pytest.mark.parametrize("name", ["put", "copyto", "fill_diagonal", "a view"])
def test_f45_control_as_if_nothing_had_been_written_the_gradient_is_another(name):
    assert not np.allclose(2 * GIVEN, differences(written(name)), atol=1e-2)


# F52: the lowest versions


def floors(asked):
    """The lowest version of each requirement; None where there is none."""
    found = (re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?>=([\d.]+)", one) for one in asked)
    return [one and one[2] for one in found]


def test_f52_every_requirement_has_a_floor_and_ci_installs_it():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    assert None not in floors(asked)
    run_by_ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert ".ci/lowest" in run_by_ci
    assert ".ci/newest" in run_by_ci
    lowest = (ROOT / ".ci" / "lowest").read_text("utf-8")
    assert 'replace(">=", "==")' in lowest


def test_f52_control_a_requirement_without_a_floor_is_seen():
    assert floors(["numpy", "rich<14", "typer>=0.16"]) == [None, None, "0.16"]


# every fault of the page


def test_every_fault_of_the_page_has_a_test_and_a_control_here():
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    names = [
        name
        for path in (ROOT / "tests" / "faults").glob("test_*.py")
        for name in re.findall(r"^def (test_f\d\d\w+)", path.read_text("utf-8"), re.MULTILINE)
    ]  # fmt: skip
    held = {
        is_control: {
            fault.upper()
            for name in names
            if ("_control_" in name) == is_control
            for fault in re.findall(r"_(f\d\d)(?=_)", name)
        }
        for is_control in (False, True)
    }
    listed = set(re.findall(r"^\| (F\d\d) \|", page, re.MULTILINE))
    assert listed - held[False] == set()
    assert listed - held[True] == set()
