"""Networks as public courses write them: what is told follows in symbols, what is emitted runs and is right."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from rereading import reread

import chainrule
from chainrule.emit import emit
from chainrule.target import from_script

COURSES = sorted((Path(__file__).parent / "courses").glob("*.py"))
SHORT = {
    "character_rnn": 580,
    "negative_sampling": 460,
    "glove": 310,
    "listed_ratings": 410,
}
"""How many lines a lesson of a loop may have; it tells one turn, however many there are."""


@pytest.fixture(scope="module")
def told():
    """A lesson of a course, by its name."""
    made = {}

    def lesson(name):
        if name not in made:
            path = Path(__file__).parent / "courses" / f"course_{name}.py"
            made[name] = chainrule.explain(path)
        return made[name]

    return lesson


def symbols(lesson):
    return re.sub(" +", " ", lesson.to_text(width=200))


@pytest.mark.spread(3)
@pytest.mark.parametrize("name", [one.stem[7:] for one in COURSES])
def test_formulas_of_a_course_come_to_what_is_printed_beside_them(told, name):
    verdicts = list(reread(told(name).parts))
    contradictions = [str(v) for v in verdicts if v.outcome.startswith("CONTRADICTS")]
    assert contradictions == []
    assert sum(v.outcome == "agrees" for v in verdicts) > 9


@np.errstate(under="ignore")  # what a mask of −1e10 leaves of an attention
@pytest.mark.spread(3)
@pytest.mark.parametrize("path", COURSES, ids=lambda path: path.stem)
def test_source_of_a_course_runs_alone_and_follows_differences(path):
    derived = from_script(path).derived()
    names = {}
    exec(emit(derived), names)
    function = names["loss_and_gradients"]
    given = {one.name: one for one in derived.run.program.inputs}
    arrays = {
        name: derived.run.numbers[given[name]]
        for name in inspect.signature(function).parameters
    }
    rng = np.random.default_rng(0)
    _, gradients = function(**arrays)
    for value, gradient in zip(derived.wrt, gradients, strict=True):
        way, step = rng.normal(size=value.shape), 1e-5
        up, down = (
            function(**{**arrays, value.name: arrays[value.name] + sign * step * way})[
                0
            ]
            for sign in (1, -1)
        )
        slope = float(np.sum(gradient * way))
        assert float(up - down) / (2 * step) == pytest.approx(slope, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("name", SHORT)
def test_a_loop_of_a_course_is_told_as_one_turn(told, name):
    assert told(name).to_text().count("\n") <= SHORT[name]


SAID = {
    "character_rnn": (
        "The script steps by adagrad;",
        # its parameters move by a loop over them, and its lists are made in every step
        "xₜ = onehot(inputs[t])",
        "hₜ = tanh(Wxh xₜ + Whh hₜ₋₁ + bh)",
        "L = Σ_t (−log(pₜ[targets[t]]))",
        "∂L/∂yₜ = pₜ − onehot(targets[t])",
        "∂L/∂hₜ = Whhᵀ · ∂L/∂zₜ₊₁ + Whyᵀ · ∂L/∂yₜ",
    ),
    "captioning_rnn": (
        "∂L/∂x_flat = column(∂L/∂u1) ⊙ (probs_2 − onehot(y_flat))",
        # the way to the loss leads out of the turns
        "L ← u2 ← u1 ← probs_2 ← x_flat ← scores ← h ← prev_hs ← [prev_hₜ] ← zₜ",
    ),
    "lenet_im2col": ("∂L/∂logits = (softmax(logits) − onehot(y))/2",),
    "negative_sampling": (
        # what a loop takes away is added up, and each of two uses is told once
        "Lₜ = loss_2ₜ + Σ_i (−log(σ(−u2ₜᵢ)))",
        "∂L/∂u2ₜᵢ = σ(u2ₜᵢ)",
        "outside_vectors is used twice",
    ),
    "listed_ratings": ("uₜ = bu[us[t]]", "P[us[t]]", "Q[is[t]]"),
    "eps_beside_deviation": (
        "= (4 · ∂L/∂x̂ − Σ_rows ∂L/∂x̂ − x̂ ⊙ (Σ_rows ∂L/∂x̂ ⊙ x̂)",
        "⊙ (std_rows(z1) + 1 × 10⁻⁵)/std_rows(z1))/(4(std_rows(z1) + 1 × 10⁻⁵))",
    ),
    "unbiased_batch_norm": ("x̂ = standardize(z1, ddof = 1)",),
    "vae": ("⊙ (−X/(X̂ + 1 × 10⁻⁸) + (1 − X)/(1 − X̂ + 1 × 10⁻⁸))",),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_textbook_says_of_a_course_is_said(told, name):
    text = symbols(told(name))
    for said in SAID[name]:
        assert said in text


def test_letters_of_an_index_mean_nothing_else(told):
    # the arrays of its im2col are called i, j and k
    assert "∂logits[p, q]/∂W2[r, q] = flat[p, r]" in symbols(told("lenet_im2col"))


def test_a_convolution_by_four_loops_is_four_of_them_however_few_its_channels(told):
    text = symbols(told("lenet_loops"))
    assert "a_slice_prev[i,h,w,c] = a_prev_padᵢ[h:h+3, w:w+3, :]" in text
    assert "further lines are of these same kinds" not in text
