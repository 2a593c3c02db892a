"""Formulas in plain characters look as in the lessons we set out to write."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_brackets import TREES

from chainrule.formula import (
    Ref,
    Segment,
    apply,
    chain,
    columns,
    entry,
    formula,
    gradient,
    identifier,
    matrix,
    number,
    to_segments,
    to_text,
    transpose,
)


def relu_step():
    upstream = matrix(np.array([[-0.38426], [0.76852]]), "dh", "upstream")
    mask = matrix(np.array([[0], [1]]), "mask", "local")
    result = matrix(np.array([[0.0], [0.76852]]), "dz1", "result")
    return chain(gradient("z1"), apply(r"#1 \odot #2", [upstream, mask]), result)


def test_a_step_of_the_backward_pass():
    assert to_text(relu_step(), width=30) == [
        "         ⎡ −0.3843 ⎤   ⎡ 0 ⎤",
        "∂L/∂z1 = ⎢         ⎥ ⊙ ⎢   ⎥",
        "         ⎣  0.7685 ⎦   ⎣ 1 ⎦",
        "         ⎡ 0      ⎤",
        "       = ⎢        ⎥",
        "         ⎣ 0.7685 ⎦",
    ]


def test_it_takes_one_line_where_there_is_room():
    assert to_text(relu_step(), width=80) == [
        "         ⎡ −0.3843 ⎤   ⎡ 0 ⎤   ⎡ 0      ⎤",
        "∂L/∂z1 = ⎢         ⎥ ⊙ ⎢   ⎥ = ⎢        ⎥",
        "         ⎣  0.7685 ⎦   ⎣ 1 ⎦   ⎣ 0.7685 ⎦",
    ]


@pytest.mark.parametrize(
    ("latex", "line"),
    [
        (r"\sigma'(z) = \sigma(z)(1 - \sigma(z))", "σ′(z) = σ(z)(1 − σ(z))"),
        (r"\frac{\mathrm{d}\sigma}{\mathrm{d} g} = \frac{-1}{g^2}", "dσ/dg = −1/g²"),
        (r"\frac{e^{-z}}{(1 + e^{-z})^2}", "e^(−z)/(1 + e^(−z))²"),
        (r"-\frac{y}{\hat{y}} + \frac{1-y}{1-\hat{y}}", "−y/ŷ + (1 − y)/(1 − ŷ)"),
        (
            r"\frac{\partial L}{\partial z_1} = \frac{\partial L}{\partial h} \odot \mathbf{1}[z_1 > 0]",
            "∂L/∂z_1 = ∂L/∂h ⊙ 1[z_1 > 0]",
        ),
        (r"f(x) = \max(0, x)", "f(x) = max(0, x)"),
        (r"x^{\top} y", "xᵀ y"),
        (r"\sum_{i=1}^{n} x_i^2", "Σ_(i=1)^n x_i²"),
    ],
)
def test_a_lesson_line(latex, line):
    assert to_text(formula(latex)) == [line]


def test_one_entry_as_a_sum_of_products():
    product = apply(r"#1 \cdot #2", [number(0.76852), number(-1.5)])
    left = apply(r"\frac{\partial L}{\partial #1}", [entry(identifier("W1"), 1, 2)])
    assert to_text(chain(left, product, number(-1.15279))) == [
        "∂L/∂W1[1, 2] = 0.7685 · (−1.5) = −1.1528"
    ]


def test_brackets_grow_around_what_is_tall():
    column = matrix(np.array([[1], [2], [3]]))
    assert to_text(apply(r"\sigma(#1)", [column])) == [
        " ⎛⎡ 1 ⎤⎞",
        "σ⎜⎢ 2 ⎥⎟",
        " ⎝⎣ 3 ⎦⎠",
    ]
    assert to_text(apply("|#1|", [column])) == ["│⎡ 1 ⎤│", "│⎢ 2 ⎥│", "│⎣ 3 ⎦│"]
    assert to_text(transpose(column)) == ["⎡ 1 ⎤ᵀ", "⎢ 2 ⎥", "⎣ 3 ⎦"]


def test_a_long_sum_breaks_before_its_signs_and_aligns():
    total = formula("y = a + b - c + d + e + f + g")
    assert to_text(total, width=14) == ["y = a + b − c", "    + d + e", "    + f + g"]


def test_a_long_list_breaks_after_its_commas():
    names = ", ".join("abcdef")
    assert to_text(formula(names), width=8) == ["a, b, c,", "d, e, f"]


def test_what_is_too_wide_in_brackets_is_broken_inside_of_them():
    words = formula(r"y = \log(a + b + c + d)")
    assert to_text(words, width=16) == ["y = log(a + b", "        + c + d)"]
    column = matrix(np.array([[1], [2], [3]]))
    both = apply("#1 - #2", [column, column])
    assert to_text(apply(r"\sigma(#1)", [both]), width=12) == [
        " ⎛⎡ 1 ⎤  ⎞",
        "σ⎜⎢ 2 ⎥  ⎟",
        " ⎜⎣ 3 ⎦  ⎟",
        " ⎜  ⎡ 1 ⎤⎟",
        " ⎜− ⎢ 2 ⎥⎟",
        " ⎝  ⎣ 3 ⎦⎠",
    ]


@given(TREES, st.integers(20, 60))
def test_breaking_loses_nothing(tree, width):
    whole = "".join(to_text(tree[0])[0].split())
    broken = "".join("".join(to_text(tree[0], width)).split())
    assert broken == whole


def test_segments_carry_the_colours_and_the_origins():
    row = matrix(np.array([[0.2, -0.4]]), "W1", "value")
    (line,) = to_segments(apply(r"#1\,#2", [row, identifier("x", "x", "local")]))
    assert Segment("−0.4", "value", Ref("W1", (0, 1))) in line
    assert line[-1] == Segment("x", "local", Ref("x"))
    assert "".join(segment.text for segment in line) == "[ 0.2  −0.4 ] x"


def test_wide_characters_count_twice():
    assert columns("層") == 2
    assert (
        to_text(apply("#1 + #2", [identifier("層"), matrix(np.array([[1], [2]]))]))[0]
        == "     ⎡ 1 ⎤"
    )


def test_a_name_cannot_steer_the_terminal():
    (line,) = to_text(identifier("x\x1b[31m\n\u202e"))
    assert line == "x�[31m��"
