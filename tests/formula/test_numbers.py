"""Numbers are short, honest, and line up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.formula import (
    Fence,
    Marked,
    Matrix,
    Number,
    Ref,
    Text,
    format_number,
    matrix,
    number,
    to_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.3843, "−0.3843"),
        (0.76852478, "0.7685"),
        (1.4632824, "1.4633"),
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-0.05, "−0.05"),
        (1.4, "1.4"),
        (0.5, "0.5"),
        (0.1 + 0.2, "0.3"),
        (0.0005, "0.0005"),
        (0.00023456, "2.346 × 10⁻⁴"),
        (0.002345, "0.0023"),
        (60000.0, "60000"),
        (123456.789, "123456.789"),
        (2.5e8, "2.5 × 10⁸"),
        (-1e-9, "−1 × 10⁻⁹"),
        (5e-324, "4.941 × 10⁻³²⁴"),
        (1e308, "1 × 10³⁰⁸"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (True, "1"),
        (10**12, "1000000000000"),
        (np.float32(0.1), "0.1"),
        (np.int64(-3), "−3"),
    ],
)
def test_a_number_is_written_as_by_hand(value, text):
    assert format_number(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 8))
def test_what_is_written_is_within_half_a_last_digit_and_zero_only_for_zero(
    value, digits
):
    node = number(value, digits=digits)
    shown = (
        float(node.digits) * 10.0 ** (node.exponent or 0)
        if (node.exponent or 0) < 300
        else value
    )
    assert math.isclose(
        shown, value, rel_tol=10.0 ** (1 - digits), abs_tol=0.5 * 10.0**-digits
    )
    assert (node.digits == "0") == (value == 0)


def test_complex_numbers_are_refused():
    with pytest.raises(TypeError, match="complex"):
        number(1 + 2j)


def lines(array, **settings):
    return to_text(matrix(np.array(array), **settings))


def test_two_rows_leave_the_middle_line_free():
    assert lines([[-0.3843], [0.7685]]) == ["⎡ −0.3843 ⎤", "⎢         ⎥", "⎣  0.7685 ⎦"]


def test_an_exact_zero_is_a_plain_zero_under_the_integer_digits():
    assert lines([[0.0], [0.7685]]) == ["⎡ 0      ⎤", "⎢        ⎥", "⎣ 0.7685 ⎦"]


def test_entries_of_one_matrix_share_their_decimals():
    assert lines([[0.2, -0.4, 1.0], [0.75, 12, -0.5], [0, 0, 3]]) == [
        "⎡ 0.20  −0.40   1.00 ⎤",
        "⎢ 0.75  12.00  −0.50 ⎥",
        "⎣ 0      0      3.00 ⎦",
    ]


def test_whole_numbers_have_no_decimals():
    assert lines([[1.0, -2.0]]) == ["[ 1  −2 ]"]


def test_a_tiny_entry_is_not_shown_as_zero():
    assert lines([[1.0], [1e-9]]) == ["⎡ 1        ⎤", "⎢          ⎥", "⎣ 1 × 10⁻⁹ ⎦"]
    assert lines([[1.0], [0.00023]]) == ["⎡ 1.0000 ⎤", "⎢        ⎥", "⎣ 0.0002 ⎦"]


def test_what_is_not_finite_says_so():
    assert lines([[np.nan, 1.5], [-np.inf, 2]]) == [
        "⎡ NaN  1.5 ⎤",
        "⎢          ⎥",
        "⎣  −∞  2.0 ⎦",
    ]


def test_four_rows_stand_on_their_second():
    assert lines(np.eye(4, dtype=int)) == [
        "⎡ 1  0  0  0 ⎤",
        "⎢ 0  1  0  0 ⎥",
        "⎢ 0  0  1  0 ⎥",
        "⎣ 0  0  0  1 ⎦",
    ]


def test_a_large_matrix_folds():
    assert lines(np.arange(100).reshape(10, 10), max_rows=4, max_cols=4) == [
        "⎡  0   1  ⋯   9 ⎤",
        "⎢ 10  11  ⋯  19 ⎥",
        "⎢  ⋮   ⋮  ⋱   ⋮ ⎥",
        "⎣ 90  91  ⋯  99 ⎦",
    ]


def test_one_axis_is_a_list_and_folds_too():
    assert lines([0.2, -0.4, 1]) == ["(0.2, −0.4, 1.0)"]
    assert lines(np.arange(20), max_cols=4) == ["(0, 1, …, 19)"]


def test_more_axes_or_no_entries_are_summed_up():
    assert lines(np.arange(24.0).reshape(2, 3, 4)) == ["2×3×4 array, 0 to 23"]
    assert lines(np.ones((2, 2, 2))) == ["2×2×2 array, all 1"]
    assert lines(np.zeros((0, 3))) == ["0×3 array, empty"]


def test_every_entry_knows_its_place():
    node = matrix(np.arange(6).reshape(2, 3), "W1", "value")
    assert isinstance(node, Matrix)
    assert node.rows[1][2] == Number("5", None, Ref("W1", (1, 2)), "value")
    folded = matrix(np.arange(100).reshape(10, 10), "X", max_rows=3, max_cols=3)
    assert folded.rows[-1][-1].of == Ref("X", (9, 9))
    assert matrix(np.array(3.0), "L").of == Ref("L", ())
    listed = matrix(np.arange(2), "b")
    assert isinstance(listed, Marked)
    assert isinstance(listed.body, Fence)
    assert isinstance(matrix(np.zeros((2, 2, 2)), "X"), Text)


def test_a_huge_matrix_costs_no_more_than_what_is_shown():
    huge = np.broadcast_to(np.float32(0.5), (10**6, 10**6))
    assert len(to_text(matrix(huge))) == 8
