"""Scripts that stand alone: they run, hold the article's numbers, and agree with their framework's autodiff."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from emitted_networks import IN_PYTHON, NETWORKS, derived

import chainrule
from chainrule.emit import DIALECTS, emit, stored_arrays
from chainrule.emit.layout import flat
from chainrule.emit.literal import literal
from chainrule.program import ProgramError
from chainrule.target import from_script

ARTICLE = Path(__file__).parents[2] / "examples" / "article.py"
FRAMEWORKS = [
    pytest.param(name, marks=pytest.mark.frameworks) if name != "numpy" else name
    for name in IN_PYTHON
]


def printed(text, folder, *options, arrays=None):
    """What the script prints when it is run by itself."""
    path = folder / "train.py"
    path.write_text(text, encoding="utf-8")
    if arrays:
        np.savez(path.with_suffix(".npz"), **arrays)
    command = [sys.executable, str(path), *options]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def numbers(text):
    return [float(one) for one in re.findall(r"-?\d+\.\d*(?:e-?\d+)?", text)]


@pytest.mark.parametrize("dialect", FRAMEWORKS)
def test_the_article_is_written_as_in_the_golden_file(dialect, golden):
    derivation = from_script(ARTICLE).derived()
    golden(f"article/{dialect}.py", emit(derivation, dialect=dialect, part="script"))


def test_the_article_in_numpy_is_at_most_twenty_lines():
    text = emit(from_script(ARTICLE).derived())
    lines = [
        line
        for line in text.splitlines()
        if line.strip() and not line.strip().startswith("#")
    ]
    assert len(lines) <= 20
    assert [line for line in lines if "import" in line] == ["import numpy as np"]
    assert "    dz2 = y_pred - y" in lines


@pytest.mark.parametrize("dialect", FRAMEWORKS)
def test_the_article_s_script_prints_its_numbers(dialect, tmp_path):
    text = emit(
        from_script(ARTICLE).derived(),
        dialect=dialect,
        part="script",
        learning_rate=0.1,
    )
    output = printed(text, tmp_path)
    before, after = output.split("W1:\n", 2)[1:]
    loss, *gradients = numbers(output.split("\nW1:")[0])
    assert loss == pytest.approx(1.463282, abs=1e-6)
    np.testing.assert_allclose(
        np.array(gradients)[np.array(gradients) != 0],
        [0.768525, 0.384262, -1.152787, 0.768525, -1.075935, -0.768525],
        atol=1e-6,
    )
    *_, loss_after = numbers(after)
    assert loss_after == pytest.approx(1.079203, abs=1e-6)
    assert len(before) < len(output)


def test_a_script_trains_as_many_steps_as_asked(tmp_path):
    text = emit(from_script(ARTICLE).derived(), part="script", steps=3)
    assert printed(text, tmp_path).count("Loss:") == 3
    assert (
        printed(text, tmp_path, "--steps", "5", "--learning-rate", "0.01").count(
            "Loss:"
        )
        == 5
    )


@pytest.mark.spread(3)
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("dialect", FRAMEWORKS)
@pytest.mark.parametrize("name", ["rows", "classes", "attention"])
def test_scripts_run_and_agree_with_autodiff(name, dialect, dtype, tmp_path):
    derivation, _ = derived(name, dtype=dtype)
    text = emit(derivation, dialect=dialect, part="script")
    output = printed(text, tmp_path, "--steps", "4", arrays=stored_arrays(derivation))
    losses = [
        float(line.split()[-1])
        for line in output.splitlines()
        if line.startswith("Loss")
    ]
    assert len(losses) == 5
    assert losses[-1] < losses[0]


def test_large_arrays_are_read_from_the_file_beside_the_script(tmp_path):
    derivation, arrays = derived("attention")
    stored = stored_arrays(derivation)
    assert set(stored) == {"X", "t"}
    np.testing.assert_array_equal(stored["X"], arrays["X"])
    text = emit(derivation, part="script")
    assert 'X = stored["X"]' in text
    with pytest.raises(AssertionError, match=r"train\.npz"):
        printed(text, tmp_path)


def test_small_arrays_are_written_digit_for_digit(tmp_path):
    for dtype in (np.float64, np.float32):
        derivation, arrays = derived("rows", dtype=dtype)
        text = emit(derivation, part="script").split("\nfor step")[0]
        scope = {"__name__": "script", "__file__": str(tmp_path / "train.py")}
        exec(
            compile(text.replace("parser.parse_args()", "None"), "script", "exec"),
            scope,
        )
        for name, array in arrays.items():
            assert scope[name].dtype == array.dtype
            np.testing.assert_array_equal(scope[name], array)


def test_the_framework_s_disagreement_stops_the_script():
    for dialect in ("tensorflow", "torch", "jax"):
        text = emit(derived(next(iter(NETWORKS)))[0], dialect=dialect, part="script")
        assert "assert " in text
        assert "loss_and_gradients_by_autodiff" in text


@pytest.mark.parametrize("shape", [(32,), (3, 40), (0, 3), ()])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64, np.bool_])
def test_zeros_are_said_rather_than_listed(shape, dtype):
    text = flat(literal(np.zeros(shape, dtype), DIALECTS["numpy"]))
    found = eval(text, {"np": np})
    assert found.shape == shape
    assert found.dtype == dtype
    assert not found.any()
    assert "zeros" in text or shape == ()


def test_what_no_source_can_say_is_refused_with_what_to_do():
    def loss(w, labels):
        return w * np.histogramdd(labels)[0].sum()

    with pytest.raises(ProgramError, match=r"np\.histogramdd is computed") as refused:
        chainrule.emit(loss, wrt=["w"], w=1.0, labels=np.array([1.0, 1.0, 2.0]))
    assert "hand its result in as an argument" in str(refused.value)
