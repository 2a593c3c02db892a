"""Every printed formula is worked out from its own page: what stands beside it must be what it comes to."""

# ruff: noqa: RET504 - the loss has a name, as in a reader's program

import numpy as np
import pytest
from evaluating import Calculator, CannotEvaluate, written
from networks import NETWORKS, N, Network, article
from rereading import reread

import chainrule
from chainrule.formula import identifier
from chainrule.lesson import LEVELS
from chainrule.lesson.analysis.plot import Story
from chainrule.lesson.notation.names import gradient_of
from chainrule.lesson.parts import Numbers
from chainrule.program.program import concrete

SAMPLE = ("columns", "labelled", "shared", "softmax_by_hand")
WORKED_OUT = 0.5
"""How many of the sides must be worked out for a lesson to count as read."""


def contradictions(parts):
    """The sides that come to something else; and whether enough were worked out."""
    verdicts = list(reread(parts))
    agreed = sum(one.outcome == "agrees" for one in verdicts)
    assert agreed >= WORKED_OUT * len(verdicts) > 0, f"{agreed} of {len(verdicts)}"
    return [str(one) for one in verdicts if one.outcome.startswith("CONTRADICTS")]


@pytest.mark.parametrize("name", SAMPLE)
def test_formulas_come_to_what_is_printed_beside_them(name):
    assert contradictions(NETWORKS[name].lesson().parts) == []


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", [*NETWORKS, "article"])
def test_at_every_level_formulas_come_to_what_is_printed_beside_them(name, level):
    lesson = article if name == "article" else NETWORKS[name].lesson
    assert contradictions(lesson(level=level).parts) == []


def test_a_planted_slip_is_a_contradiction(monkeypatch):
    from chainrule.lesson.sections.backward import product

    monkeypatch.setattr(
        product, "derivative", lambda top, _: gradient_of("b1", "cost", top)
    )
    assert contradictions(NETWORKS["columns"].anew().parts)


def pulled(way, upstream, numbers):
    """What comes back along a way when ``upstream`` comes from above: by the rules, in plain NumPy."""
    for link in reversed(way.links):
        line, position = link.line, link.contribution.position
        given = [numbers.get(arg, arg) for arg in line.args]
        params = concrete(line.params)
        upstream = line.op.rule(position).vjp(
            upstream, numbers[line.result], *given, **params
        )
        upstream = fitted(upstream, np.shape(given[position]))
    return upstream


def fitted(gradient, shape):
    """Copies that broadcasting made, added up."""
    gradient = np.asarray(gradient)
    while gradient.ndim > len(shape):
        gradient = gradient.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1 and gradient.shape[axis] != 1:
            gradient = gradient.sum(axis=axis, keepdims=True)
    return np.broadcast_to(gradient, shape)


def branches(a, b, y):
    s = a + b
    u = np.tanh(a)
    r = s + u
    t = s - u
    loss = np.sum((r + 2 * t - y) ** 2)
    return loss


def outers(x, W1, b1, W2, y):
    h = np.tanh(x @ W1 + b1)
    p = W2 @ h
    loss = 0.5 * np.sum((p - y) ** 2) + 0.01 * np.sum(W2**2)
    return loss


BRANCHING = {
    "branches": Network(branches, {"a": N(3), "b": N(3), "y": np.ones(3)}),
    "outers": Network(
        outers, {"x": N(2), "W1": N(2, 3), "b1": N(3), "W2": N(2, 3), "y": N(2)}
    ),
    **{
        name: NETWORKS[name] for name in ("shared", "residual", "nameless", "recurrent")
    },
}


@pytest.mark.parametrize("name", BRANCHING)
def test_each_gradient_is_written_in_the_gradients_it_comes_from(name):
    """Equal numbers hide a wrong symbol: so every gradient from above is another number here."""
    story = Story(BRANCHING[name].lesson().study)
    telling, loss = story.literal, story.study.loss_name
    numbers = telling.derived.forward.numbers
    rng = np.random.default_rng(3)
    above = {
        one: rng.normal(size=stop.value.shape) for one, stop in telling.stops.items()
    }
    above[loss] = 1.0
    known = {written(gradient_of(one, loss)): array for one, array in above.items()}
    known |= {
        written(identifier(one)): array for one, array in story.study.values.items()
    }
    read = 0
    for one, stop in telling.stops.items():
        true = sum(pulled(way, above[way.end.name], numbers) for way in stop.ways)
        try:
            found = Calculator(known)(telling.written(stop))
        except CannotEvaluate:
            continue
        read += 1
        np.testing.assert_allclose(
            np.broadcast_to(np.squeeze(found), np.squeeze(true).shape),
            np.squeeze(true),
            rtol=1e-12,
            err_msg=one,
        )
    assert read >= len(telling.stops) - 2


def test_what_one_line_uses_twice_has_one_slope():
    def gated(x, w, z):
        h = (1 - z) * x + z * np.tanh(w * x)
        d = h + 3 * h
        return np.sum(d**2)

    arrays = {name: N(3, 1) for name in "xwz"}
    lesson = chainrule.explain(gated, wrt=[*arrays], **arrays)
    assert contradictions(lesson.parts) == []
    text = str(lesson)
    assert "∂d/∂h = 4" in text
    assert "∂h/∂z = tanh(u1) − x" in text


def test_no_two_values_have_one_symbol():
    def loss(x, L, y_true):
        y_hat = x @ L
        y = np.tanh(y_hat)
        y_pred = 2 * y
        return np.mean((y_pred - y_true) ** 2)

    arrays = {"x": N(3, 2), "L": N(2), "y_true": N(3)}
    lesson = chainrule.explain(loss, wrt=["L"], **arrays)
    assert contradictions(lesson.parts) == []
    told = {one.name: one for one in lesson.parts if isinstance(one, Numbers)}
    del told["L_new"]  # is L after the step
    assert len({written(one.symbol) for one in told.values()}) == len(told)
    assert "loss = mean((y_pred − y_true)²)" in str(lesson)
