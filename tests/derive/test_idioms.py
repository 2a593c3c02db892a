"""Every idiom is true, is found where it is written, and is not found where it is not."""

import numpy as np
import pytest

from chainrule import ops, trace
from chainrule.derive import backward, fuse, recognise
from chainrule.derive.idioms import FORMS, FUSIONS
from chainrule.derive.idioms.match import compile_pattern, from_forms

LISTED = [idiom for op in ops.CATALOGUE.values() for idiom in from_forms(op)]
IDIOMS = [*FORMS, *FUSIONS, *LISTED]
IDS = [f"{idiom.sentence[:40]}-{position}" for position, idiom in enumerate(IDIOMS)]


def numbers(idiom, seed):
    """Numbers of the idiom's own sample; targets are made to sum to 1, as labels do."""
    generator = np.random.default_rng(seed)
    sample = idiom.sample
    arrays = [
        generator.integers(0, sample.integers[i], shape)
        if i in sample.integers
        else generator.uniform(*sample.domain, shape)
        for i, shape in enumerate(sample.shapes)
    ]
    for axis in () if sample.integers else (-1, 0):
        holds = [
            array / array.sum(axis=axis, keepdims=True)
            for array in arrays[1:]
            if array.ndim > 1
        ]
        if len(holds) == len(arrays) - 1 == 1 and _holds(idiom, [arrays[0], holds[0]]):
            return [arrays[0], holds[0]]
    return arrays


def _holds(idiom, arrays):
    names = compile_pattern(idiom).inputs.values()
    bound = {**idiom.sample.params, **dict(zip(names, arrays, strict=True))}
    return idiom.fits(**bound) and idiom.holds(**bound)


@pytest.mark.spread(4)
@pytest.mark.parametrize("idiom", IDIOMS, ids=IDS)
@pytest.mark.parametrize("seed", [0, 1])
def test_both_sides_of_an_idiom_are_equal(idiom, seed):
    arrays = numbers(idiom, seed)
    left = idiom.pattern(*arrays, **idiom.sample.params)
    right = idiom.becomes(*arrays, **idiom.sample.params)
    np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("idiom", LISTED, ids=IDS[len(FORMS) + len(FUSIONS) :])
def test_a_form_written_by_hand_becomes_its_op(idiom):
    arrays = numbers(idiom, 3)
    names = [f"a{position}" for position in range(len(arrays))]

    def written(**inputs):
        return idiom.pattern(*(inputs[name] for name in names), **idiom.sample.params)

    recognised = recognise(trace(written, **dict(zip(names, arrays, strict=True))))
    found = {line.op for line in recognised.program.lines}
    assert idiom.becomes in found


@pytest.mark.parametrize("idiom", IDIOMS, ids=IDS)
def test_every_pattern_compiles_to_lines(idiom):
    assert compile_pattern(idiom).root.op in ops.CATALOGUE.values()


NEARLY = {
    "a sigmoid with another constant": lambda z: np.sum(1 / (2 + np.exp(-z))),
    "a sigmoid upside down": lambda z: np.sum((1 + np.exp(-z)) / 1),
    "relu of the wrong sign": lambda z: np.sum(z * (z < 0)),
    "a softmax over two different arrays": lambda z: np.sum(
        np.exp(z) / np.exp(2 * z).sum(axis=1, keepdims=True)
    ),
}


@pytest.mark.parametrize("name", NEARLY)
def test_what_only_looks_alike_is_left_as_it_is(name):
    recorded = trace(NEARLY[name], z=np.random.default_rng(0).normal(size=(2, 3)))
    before = [line.op.name for line in recorded.program.lines]
    assert [line.op.name for line in recognise(recorded).program.lines] == before


def test_a_sigmoid_without_its_minus_is_the_sigmoid_of_what_has_one():
    """As in the loss of negative samples, where σ(−u·v) is written with the function that writes σ."""

    def loss(z):
        minus = -z
        return np.sum(np.log(1 / (1 + np.exp(-minus))))

    recorded = trace(loss, z=np.linspace(-2, 2, 5))
    recognised = recognise(recorded)
    ops_found = [line.op.name for line in recognised.program.lines]
    assert ops_found == ["negative", "sigmoid", "log", "sum"]
    fused = [line.op.name for line in fuse(recognised).program.lines]
    assert fused == ["negative", "log_sigmoid", "sum"]


@pytest.mark.parametrize("z", [-1e4, -50.0, 0.0, 50.0, 1e4])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_the_naive_cross_entropy_of_a_sigmoid_is_stable_after_folding(z, y):
    def naive(z, y):
        p = 1 / (1 + np.exp(-z))
        return np.mean(-(y * np.log(p) + (1 - y) * np.log(1 - p)))

    z_array = np.full(8, z)
    derived = backward(fuse(recognise(trace(naive, z=z_array, y=np.full(8, y)))))
    loss = derived.run.numbers[derived.loss]
    with np.errstate(all="ignore"):
        exact_loss = np.logaddexp(0, -z) if y else np.logaddexp(0, z)
        exact = (1 / (1 + np.exp(-z)) - y) / 8
    assert abs(loss - exact_loss) <= 1e-12 * max(1, exact_loss)
    np.testing.assert_allclose(
        derived.gradient("z"), np.full(8, exact), rtol=1e-12, atol=1e-300
    )


def test_without_folding_the_naive_form_does_break():
    with np.errstate(all="ignore"):
        p = 1 / (1 + np.exp(1e4))
        assert not np.isfinite(-np.log(p))
