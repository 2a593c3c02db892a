"""Planted mistakes are found: the figures of the README on a smaller sample."""

import random

import pytest
from planting import NETWORKS, is_mistake, measure, mistakes, sample, sources


def test_there_are_networks_of_many_kinds():
    assert len(NETWORKS) >= 25


def planted(network, source, rng):
    """A change picked blindly that is a mistake."""
    candidates = list(mistakes(network, source))
    rng.shuffle(candidates)
    return next(one for one in candidates if is_mistake(one, 11))


def test_a_mistake_in_every_seventh_network_is_found_on_its_line_with_its_cause():
    rng = random.Random(11)
    some = list(sources(11).items())[::7]
    tally = measure([planted(*one, rng) for one in some], ())
    assert tally.found == tally.line == tally.planted == len(some), tally.failures
    assert tally.cause >= 0.75 * tally.planted, tally.failures


@pytest.mark.slow
def test_two_hundred_planted_mistakes():
    tally = measure(sample(200, seed=0), ())
    assert tally.found >= 0.995 * tally.planted
    assert tally.line >= 0.97 * tally.planted
    assert tally.cause >= 0.9 * tally.planted
