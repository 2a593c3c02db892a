"""Every proof a lesson tells is true in numbers, for every op of the catalogue that says what it is made of."""

import numpy as np
import pytest

from chainrule import ops
from chainrule.formula import to_text
from chainrule.lesson.printers.terminal.canvas import plain_text
from chainrule.lesson.proofs import definition, pulled
from chainrule.lesson.proofs.proof import Proof

DOMAINS = {
    f"{op.name}-{position}": (op, position)
    for op in ops.CATALOGUE.values()
    if definition.provable(op)
    for position in range(len(definition.variable_names(op)))
    if op.rule(position) is not None
}
WALKS = {
    f"{op.name}-{position}": (op, position)
    for op in ops.CATALOGUE.values()
    if pulled.provable(op)
    for position in range(len(op.samples[0].shapes))
    if position not in op.samples[0].integers and op.rule(position) is not None
}


def points(op, count=5):
    """Random points of the op's domain, away from its kinks."""
    rng = np.random.default_rng(len(op.name))
    sample = op.samples[0]
    low, high = sample.domain
    arguments = len(definition.variable_names(op))
    while count:
        at = rng.uniform(low + 0.01, high - 0.01, size=arguments)
        if all(abs(one - kink) > 1e-2 for one in at for kink in sample.away):
            count -= 1
            yield at.tolist()


def measured(op, position, at, params):
    """The slope by a small change, five points."""

    def f(shift):
        moved = list(at)
        moved[position] += shift
        return float(op(*map(np.float64, moved), **params))

    h = 1e-4
    return (f(-2 * h) - 8 * f(-h) + 8 * f(h) - f(2 * h)) / (12 * h)


@pytest.mark.spread(3)
@pytest.mark.parametrize("case", DOMAINS)
def test_chain_steps_and_rule_come_to_the_same_number(case):
    op, position = DOMAINS[case]
    for at in points(op):
        found = definition.Made(op, position, at, {}).numbers()
        assert len(found) == 2 + len(op.steps)
        np.testing.assert_allclose(found, found[-1], rtol=1e-9, atol=1e-11)
        expected = measured(op, position, at, op.params)
        assert found[-1] == pytest.approx(expected, rel=1e-6, abs=1e-7)


@pytest.mark.spread(3)
@pytest.mark.parametrize("case", DOMAINS)
def test_every_line_of_a_proof_follows_or_has_a_reason(case):
    op, position = DOMAINS[case]
    (at,) = points(op, 1)
    rows = list(Proof(op, position, at, {}).rows())
    assert rows[-1].reason[0] == "here"
    named = [row for row in rows if row.left is not None][1:-1]
    products = [row for row in named if "d/d" not in "".join(to_text(row.left))]
    assert products or not named
    for row in rows:
        # a row on the left starts a claim: it is a definition, a rule with its reason, or the chain rule's product
        text = " ".join(to_text(row.right))
        said = plain_text(row.reason).strip()
        assert said or row.left is None or "·" in text or row is rows[0], text


@pytest.mark.parametrize("case", WALKS)
def test_walking_the_pieces_gives_what_the_rule_gives(case):
    walked, ruled = pulled.DefinitionWalk(*WALKS[case]).numbers()
    np.testing.assert_allclose(
        walked, np.broadcast_to(ruled, walked.shape), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("case", WALKS)
def test_every_gradient_of_a_walk_has_a_reason(case):
    rows = list(pulled.DefinitionWalk(*WALKS[case]).rows())
    gradients = [
        row for row in rows if row.left is not None and "∂" in to_text(row.left)[0]
    ]
    assert gradients
    assert all(plain_text(row.reason).strip() for row in gradients)
