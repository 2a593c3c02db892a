"""Notations: holes are filled, and what does not parse is named with its place."""

import pytest

from chainrule.formula import (
    apply,
    formula,
    holes,
    identifier,
    number,
    to_latex,
    to_text,
)

X = identifier("x")


@pytest.mark.parametrize(
    ("notation", "place"),
    [
        (r"\foo{#1}", r"character 1.*unknown command"),
        (r"#1 + \bar", r"at the end.*expected '\{'"),
        (r"\frac{#1}", r"at the end.*expected '\{'"),
        ("#1 +", "at the end.*expected a formula"),
        ("", "at the end.*expected a formula"),
        (r"\left(#1", r"at the end.*right"),
        ("(#1", r"at the end.*bracket"),
        ("(#1]", r"character 4.*expected '\)'"),
        ("#1)", "character 3"),
        ("# 1", "character 1"),
        ("#1 #", "character 4"),
        (r"#1 \cdot \cdot #2", "character 10"),
        ("{#1", r"expected '\}'"),
        (r"#1^", "at the end"),
    ],
)
def test_what_does_not_parse_is_refused_with_its_place(notation, place):
    with pytest.raises(ValueError, match=place):
        apply(notation, [X, X])


def test_a_missing_argument_is_named():
    with pytest.raises(ValueError, match="needs #2"):
        apply("#1 + #2", [X])
    with pytest.raises(ValueError, match="needs #n"):
        apply(r"\frac{1}{#n} #1", [X])


def test_a_script_of_a_parameter_that_is_not_given_is_left_out():
    assert to_latex(apply(r"\sum_{#axis} #1", [X])) == r"\sum x"
    assert (
        to_latex(apply(r"\sum_{#axis} #1", [X], {"axis": number(0)})) == r"\sum_{0} x"
    )
    assert to_text(apply(r"\max_{#axis} #1", [X])) == ["max x"]


def test_holes_are_found():
    assert holes(r"\frac{1}{#n}\sum_{#axis} #1 + #2") == {"1", "2", "n", "axis"}


@pytest.mark.parametrize("latex", [r"W \, x", r"W\,x", r" W \; x "])
def test_spaces_in_a_notation_do_not_matter(latex):
    assert to_text(formula(latex)) == ["W x"]
