"""Mistakes of people in custom gradients: found on their line and healed by what is written; the right ones spared."""

from pathlib import Path

import pytest
from people import INPUTS, MISTAKES
from test_frameworks import LAYERS, layers

from chainrule.check.functions import check

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
UNEXPLAINED = {("Swish", "(sigmoid_i * (1 - sigmoid_i))"), ("Normalize", "g / n")}
"""Of which only the line is known: what is missing there are several factors and terms."""


@pytest.mark.parametrize(("framework", "layer"), INPUTS)
def test_a_right_one_is_spared(framework, layer, tmp_path):
    module = layers(framework, tmp_path, corpus="people")
    report = check(getattr(module, layer), *INPUTS[framework, layer])
    assert report.ok
    assert set(report.parameters.values()) == {"RIGHT"}
    assert not any("by numbers only" in note for note in report.notes)


@pytest.mark.parametrize(("framework", "layer", "old", "new"), MISTAKES)
def test_a_mistake_is_found_on_its_line_and_healed(
    framework, layer, old, new, tmp_path
):
    module = layers(framework, tmp_path, (layer, old, new), corpus="people")
    inputs = INPUTS[framework, layer]
    report = check(getattr(module, layer), *inputs, raise_exception=False)
    changed = Path(module.__file__).read_text().splitlines()
    right = (LAYERS / f"{framework}_people.py").read_text().splitlines()
    pairs = zip(changed, right, strict=False)
    first = next(i for i, (a, b) in enumerate(pairs, 1) if a != b)
    assert report.first_wrong.line <= first <= report.first_wrong.end_line
    if (layer, new) not in UNEXPLAINED:
        healed = layers(framework, tmp_path, text=report.corrected())
        assert check(getattr(healed, layer), *inputs).ok


def test_a_forgotten_xhat_is_no_mistake_about_softmax(tmp_path):
    change = ("LayerNorm", "(dxhat * xhat).mean(", "dxhat.mean(")
    module = layers("torch", tmp_path, change, corpus="people")
    report = check(module.LayerNorm, *INPUTS["torch", "LayerNorm"], raise_exception=False)  # fmt: skip
    assert report.first_wrong.cause == "dxhat should be dxhat * xhat."
    assert report.first_wrong.kinds == ("missing factor",)


def test_a_gelu_gets_its_factor_back(tmp_path):
    change = ("TanhGELU", "3 * 0.044715", "0.044715")
    module = layers("torch", tmp_path, change, corpus="people")
    report = check(module.TanhGELU, *INPUTS["torch", "TanhGELU"], raise_exception=False)  # fmt: skip
    assert "the factor 3 is missing" in report.first_wrong.cause
    assert report.first_wrong.fix.endswith("(1 + 0.044715 * x ** 2 * 3)")
