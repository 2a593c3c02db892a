"""Custom gradients of PyTorch, JAX and TensorFlow: right ones are followed and not blamed, wrong ones by their line."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from chainrule.check.functions import WrongGradient, check

LAYERS = Path(__file__).parent / "custom"
pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def numbers(*shapes):
    rng = np.random.default_rng(0)
    return tuple(np.asarray(rng.standard_normal(shape)) for shape in shapes)


LABELS = np.array([0, 2, 1, 1])
WIDE, NARROW = (4, 3), (3,)
HEADS = ((2, 4, 3), (2, 5, 3), (2, 5, 6))
RIGHT = {
    ("torch", "Linear"): numbers(WIDE, (5, 3), (5,)),
    ("torch", "ReLU"): numbers(WIDE),
    ("torch", "Sigmoid"): numbers(WIDE),
    ("torch", "Softmax"): (*numbers(WIDE), -1),
    ("torch", "LayerNorm"): (*numbers(WIDE, NARROW, NARROW), 1e-5),
    ("torch", "BatchNorm"): numbers(WIDE, NARROW, NARROW),
    ("torch", "GELU"): numbers(WIDE),
    ("torch", "Attention"): numbers(*HEADS),
    ("torch", "Two"): numbers(WIDE, WIDE),
    ("torch", "Add"): numbers(WIDE, WIDE),
    ("torch", "Setup"): (np.abs(*numbers(WIDE)), 3),
    ("torch", "InPlaceOps"): numbers(WIDE),
    ("torch", "CE2"): (*numbers(WIDE), LABELS),
    ("torch", "CrossEntropy"): (*numbers(WIDE), LABELS),
    ("torch", "Helper"): numbers(WIDE, (3, 2)),
    ("torch", "Conv1d"): numbers((7,), (3,)),
    ("torch", "SteepSwish"): numbers(WIDE, ()),
    ("jax", "linear"): numbers(WIDE, (3, 5), (5,)),
    ("jax", "relu"): numbers(WIDE),
    ("jax", "softmax"): numbers(WIDE),
    ("jax", "layer_norm"): (*numbers(WIDE, NARROW, NARROW), 1e-5),
    ("jax", "gelu"): numbers(WIDE),
    ("jax", "attention"): numbers(*HEADS),
    ("jax", "two"): numbers(WIDE, WIDE),
    ("jax", "ce"): (*numbers(WIDE), LABELS),
    ("tensorflow", "linear"): numbers(WIDE, (3, 5), (5,)),
    ("tensorflow", "relu"): numbers(WIDE),
    ("tensorflow", "softmax"): numbers(WIDE),
    ("tensorflow", "layer_norm"): numbers(WIDE, NARROW, NARROW),
    ("tensorflow", "attention"): numbers(*HEADS),
    ("tensorflow", "two"): numbers(WIDE, WIDE),
    ("tensorflow", "batch_norm"): numbers(WIDE, NARROW, NARROW),
}
# framework, layer, what stands there, what is written instead, the slip, the correction
WRONG = [
    (
        "torch",
        "SteepSwish",
        "(s + beta * x * ds)",
        "(s + x * ds)",
        "factor",
        "dx = g * (s + x * ds * beta)",
    ),
    ("torch", "Linear", "g.sum(0)", "g.sum(1)", "wrong axis", "g.sum(0)"),
    ("torch", "Linear", "g.sum(0)", "g.mean(0)", "factor", "g.sum(0)"),
    ("torch", "ReLU", "x < 0", "x > 0", "mask inverted", "dx[x <= 0] = 0"),
    ("torch", "Softmax", "p * (g - inner)", "p * (1 - p) * g", "softmax as elementwise", "torch.sum(g * p, dim=-1, keepdim=True)"),
    ("torch", "BatchNorm", "torch.sum(g * xhat, 0)", "torch.sum(g * X, 0)", "wrong operand", "torch.sum(g * xhat, 0)"),
    ("torch", "Attention", "(dS, K) * ctx.scale", "(dS, K)", None, "math.sqrt(Q.size(-1))"),
    ("jax", "linear", "jnp.sum(g, axis=0)", "g", "missing sum", "db = jnp.sum(g, axis=0)"),
    ("jax", "two", "jnp.cos(x)", "jnp.cos(y)", "wrong operand", "jnp.cos(x)"),
    ("tensorflow", "linear", "tf.reduce_sum(dy, axis=0)", "dy", "missing sum", "db = tf.reduce_sum(dy, axis=0)"),
    ("tensorflow", "relu", "dy * tf.cast(x > 0, dy.dtype)", "dy", "missing derivative", "dy * tf.cast(x > 0, dy.dtype)"),
]  # fmt: skip
# layer, what stands there, what is written instead, the slip
CONTRACT = [
    ("Linear", "return dx, dw, db", "return dx, dw", "number of gradients"),
    ("Linear", "return dx, dw, db", "return dw, dx, db", "order of gradients"),
    ("Softmax", "- inner), None", "- inner), inner.sum()", "gradient of a constant"),
    ("ReLU", "g.clone()", "g", "changed in place"),
    ("LayerNorm", "return dx, dgamma, dbeta", "return dx, dgamma, None", "missing"),
]


def layers(framework, tmp_path, change=None, *, corpus="layers", text=None):
    """The module of a framework's layers, with one text of one layer changed, or with another text."""
    pytest.importorskip(framework)
    if text is None:
        text = (LAYERS / f"{framework}_{corpus}.py").read_text()
    if change is not None:
        layer, old, new = change
        start = next(
            text.index(f"{word} {layer}(")
            for word in ("class", "def")
            if f"{word} {layer}(" in text
        )
        at = text.index(old, start)
        text = text[:at] + new + text[at + len(old) :]
    file = tmp_path / f"{framework}_layers_{len(list(tmp_path.iterdir()))}.py"
    file.write_text(text)
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("framework", "layer"), RIGHT)
def test_a_right_one_is_followed_line_by_line_and_not_blamed(
    framework, layer, tmp_path
):
    function = getattr(layers(framework, tmp_path), layer)
    report = check(function, *RIGHT[framework, layer])
    assert report.lines
    assert not any("by numbers only" in note for note in report.notes)


@pytest.mark.parametrize(("framework", "layer", "old", "new", "kind", "fix"), WRONG)
def test_a_wrong_one_is_told_by_its_line_and_corrected_in_its_own_words(
    framework, layer, old, new, kind, fix, tmp_path
):
    function = getattr(layers(framework, tmp_path, (layer, old, new)), layer)
    report = check(function, *RIGHT[framework, layer], raise_exception=False)
    assert new in report.first_wrong.source
    assert kind is None or kind in report.first_wrong.kinds
    assert fix in report.first_wrong.fix


@pytest.mark.parametrize(("layer", "old", "new", "kind"), CONTRACT)
def test_what_pytorch_asks_beside_right_numbers_is_told(
    layer, old, new, kind, tmp_path
):
    function = getattr(layers("torch", tmp_path, (layer, old, new)), layer)
    report = check(function, *RIGHT["torch", layer], raise_exception=False)
    wrong = [line for line in report.lines if line.verdict == "WRONG"]
    assert [line.kinds for line in wrong] == [(kind,)]


def test_what_cannot_be_followed_is_compared_by_numbers_and_says_so(tmp_path):
    report = check(layers("torch", tmp_path).Scaled, *numbers((4,)))
    assert any(
        "bessel_k" in note and "by numbers only" in note for note in report.notes
    )


def test_a_backward_that_does_not_run_tells_the_line_and_judges_those_before(tmp_path):
    change = ("Attention", "(dO, V.transpose(1, 2))", "(dO, V)")
    function = layers("torch", tmp_path, change).Attention
    report = check(function, *RIGHT["torch", "Attention"], raise_exception=False)
    assert "torch.bmm(dO, V)" in report.failure
    assert [line.name for line in report.lines] == ["dV"]
    with pytest.raises(WrongGradient):
        check(function, *RIGHT["torch", "Attention"])
