"""Planted mistakes are found: the figures of the README on a smaller sample."""

import pytest

from chainrule.check.planted.measure import measure, sample
from chainrule.check.planted.plant import NETWORKS


def test_there_are_networks_of_many_kinds():
    assert len(NETWORKS) >= 25


def test_planted_mistakes_are_found_on_their_lines_with_their_causes():
    tally = measure(sample(20, seed=11), ())
    assert tally.found >= 0.995 * tally.planted, tally.failures
    assert tally.line >= 0.97 * tally.planted - 1, tally.failures
    assert tally.cause >= 0.9 * tally.planted, tally.failures


@pytest.mark.slow
def test_five_hundred_planted_mistakes():
    tally = measure(sample(500, seed=0), ())
    assert tally.found >= 0.995 * tally.planted
    assert tally.line >= 0.97 * tally.planted
    assert tally.cause >= 0.9 * tally.planted
