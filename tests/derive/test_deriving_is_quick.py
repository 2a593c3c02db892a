"""Deriving looks for patterns and for garbage only where there may be some."""

import gc
import importlib

import numpy as np
import pytest

from chainrule.derive import backward, fuse, recognise
from chainrule.derive.idioms.match import Pattern
from chainrule.engines.buffered_source import buffered_source
from chainrule.program import ProgramError, builder
from chainrule.trace import trace


def collected(during):
    """How often Python searched for cycles while something ran."""
    seen = []

    def told(phase, _):
        seen.extend([phase] if phase == "start" else [])

    usual = gc.get_threshold()
    gc.callbacks.append(told)
    gc.set_threshold(700, 10, 10)
    try:
        during()
    finally:
        gc.set_threshold(*usual)
        gc.callbacks.remove(told)
    return len(seen)


def long_run():
    def function(x):
        for _ in range(300):
            x = np.sin(x) * 0.9 + x
        return np.sum(x)

    return trace(function, x=np.ones(3))


def test_garbage_is_searched_for_after_deriving_and_not_meanwhile():
    run = long_run()
    fuse(recognise(run))  # patterns are traced when they are first needed
    assert collected(lambda: fuse(recognise(run))) <= 4
    assert collected(lambda: backward(run)) <= 2
    assert collected(lambda: buffered_source(run.program, "f")) <= 2
    assert gc.isenabled()


def test_garbage_is_searched_for_again_after_a_refusal():
    run = trace(lambda x: np.sin(x), x=np.ones(3))
    with pytest.raises(ProgramError):
        backward(run)
    assert gc.isenabled()


def test_whoever_put_the_search_off_keeps_it_so():
    gc.disable()
    try:
        backward(long_run())
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_patterns_are_not_searched_for_where_what_they_are_made_of_is_not_there(
    monkeypatch,
):
    searched = []
    whole = Pattern._line

    def counted(self, *args):
        searched.append(self)
        return whole(self, *args)

    run = trace(lambda x, y: np.sum(x / np.arctan(y)), x=np.ones(3), y=np.ones(3))
    recognise(run)
    monkeypatch.setattr(Pattern, "_line", counted)
    recognise(run)
    assert [one for one in searched if one.behind] == []


def test_a_line_s_key_is_made_once_and_what_stands_behind_it_is_looked_at_once(
    monkeypatch,
):
    recognising = importlib.import_module("chainrule.derive.idioms.recognise")
    keys, looks = [], []

    def counted(function, calls):
        return lambda *args: calls.append(args[0]) or function(*args)

    run = long_run()
    fuse(recognise(run))
    monkeypatch.setattr(builder, "key_of", counted(builder.key_of, keys))
    behind = counted(recognising.ops_behind, looks)
    monkeypatch.setattr(recognising, "ops_behind", behind)
    found = backward(recognise(run)).run.program
    n_lines = len(run.program.lines)
    # a line that a law writes otherwise has no key of its own, one that stands already has no line
    assert len(keys) < 1.1 * (2 * n_lines + len(found.lines))
    assert len(looks) <= 1.1 * n_lines
