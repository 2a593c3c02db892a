import pytest

from chainrule.formula import formula, to_text
from chainrule.lesson.parts import Row
from chainrule.lesson.printers.align import equation, sides

FORMULAS = [
    "a + b - (c + d) + e",
    "a b + c d + e f",
    r"a \cdot (b + c) \cdot d",
    r"a \odot b + c \odot (d - e)",
    "a - (b - c)",
    r"-a \cdot b + c",
    "a = b + c = d e",
    r"a / b + c \le d",
]


@pytest.mark.parametrize("room", [1, 6, 12, 1000])
@pytest.mark.parametrize("tex", FORMULAS)
def test_a_row_in_pieces_says_what_the_whole_says(tex, room):
    row = Row(left=formula("z"), right=formula(tex))
    whole = "".join(to_text(equation(row))).replace(" ", "")
    pieces = "".join(
        line for side in sides(row, room) for line in to_text(side)
    ).replace(" ", "")
    assert whole == "z" + pieces


def test_only_what_is_too_wide_is_cut():
    row = Row(left=formula("z"), right=formula("a + b"))
    assert len(sides(row, 10)) == 1
    assert len(sides(row, 3)) == 2


def test_words_have_no_sides():
    assert sides(Row("rule", reason=("because",))) == ()
