"""Whole networks, written out: the numbers of the derivation, for any batch, in every dialect, in clean text."""

import importlib
import itertools

import numpy as np
import pytest
from emitted_networks import (
    IN_PYTHON,
    NETWORKS,
    allowed_only,
    derived,
    not_as_formatted,
)

from chainrule import engines
from chainrule.emit import emit

FRAMEWORKS = [name for name in IN_PYTHON if name != "numpy"]
PARTS = ["forward", "backward", "step", "script"]
NAMES = list(NETWORKS)


def ran(text, dialect, function, arrays):
    """What the emitted function gives, as NumPy arrays."""
    if dialect == "numpy":
        return engines.load(text)[function](*arrays)
    return importlib.import_module(f"chainrule.engines.{dialect}").run(
        text, function, *arrays
    )


def arguments(derivation, numbers):
    """The inputs in the order of the emitted function."""
    return [
        numbers.get(value.name, derivation.run.numbers[value])
        for value in derivation.run.program.inputs
    ]


def assert_same_gradients(derivation, result, tolerance):
    loss, gradients = result
    np.testing.assert_allclose(
        loss, derivation.run.numbers[derivation.loss], rtol=tolerance
    )
    for value, gradient in zip(derivation.wrt, gradients, strict=True):
        expected = derivation.gradient(value)
        assert np.shape(gradient) == expected.shape
        scale = np.linalg.norm(expected.astype(float)) or 1.0
        assert (
            np.linalg.norm(np.asarray(gradient, float) - expected) <= tolerance * scale
        ), value.name


@pytest.mark.parametrize("folded", [True, False], ids=["folded", "as-written"])
@pytest.mark.parametrize("name", NAMES)
def test_numpy_text_gives_the_gradients_derived(name, folded):
    derivation, numbers = derived(name, folded=folded)
    text = emit(derivation)
    result = ran(text, "numpy", "loss_and_gradients", arguments(derivation, numbers))
    assert_same_gradients(derivation, result, 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_text_from_one_batch_runs_on_another(name):
    small, _ = derived(name, batch=5)
    large, numbers = derived(name, batch=7)
    result = ran(emit(small), "numpy", "loss_and_gradients", arguments(large, numbers))
    assert_same_gradients(large, result, 1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_float32_stays_float32(name):
    derivation, numbers = derived(name, dtype=np.float32)
    result = ran(
        emit(derivation), "numpy", "loss_and_gradients", arguments(derivation, numbers)
    )
    assert_same_gradients(derivation, result, 1e-5)
    assert all(np.asarray(gradient).dtype == np.float32 for gradient in result[1])


@pytest.mark.spread(5)
@pytest.mark.parametrize("name", NAMES)
def test_text_is_clean_and_calls_only_its_framework(name, tmp_path):
    for folded in (True, False):
        derivation, _ = derived(name, folded=folded)
        for dialect, part in itertools.product(IN_PYTHON, PARTS):
            text = emit(derivation, dialect=dialect, part=part)
            assert max(map(len, text.splitlines())) <= 88
            assert allowed_only(text, dialect)
            file = tmp_path / f"{dialect}_{part}_{folded}.py"
            file.write_text(text, encoding="utf-8")
    assert not_as_formatted(tmp_path) == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_step_moves_every_parameter_against_its_gradient(name):
    derivation, numbers = derived(name)
    text = emit(derivation, part="step", learning_rate=0.25)
    _, moved = ran(text, "numpy", "step", arguments(derivation, numbers))
    for value, after in zip(derivation.wrt, moved, strict=True):
        before = derivation.run.numbers[value]
        np.testing.assert_allclose(
            after, before - 0.25 * derivation.gradient(value), rtol=1e-12
        )


@pytest.mark.frameworks
@pytest.mark.parametrize("dtype", [np.float64, np.float32], ids=["float64", "float32"])
@pytest.mark.parametrize("dialect", FRAMEWORKS)
@pytest.mark.parametrize("name", NAMES)
def test_framework_text_gives_the_gradients_derived(name, dialect, dtype):
    derivation, numbers = derived(name, dtype=dtype)
    text = emit(derivation, dialect=dialect)
    result = ran(text, dialect, "loss_and_gradients", arguments(derivation, numbers))
    assert_same_gradients(derivation, result, 1e-12 if dtype is np.float64 else 1e-5)
    assert all(gradient.dtype == dtype for gradient in result[1])
