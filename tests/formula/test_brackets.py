"""Brackets stand where they are needed, and nowhere else."""

import pytest
import reading
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.formula import (
    apply,
    formula,
    identifier,
    number,
    to_latex,
    to_mathml,
    to_text,
)

VALUES = {name: 7919 * (i + 3) ** 5 % reading.PRIME for i, name in enumerate("abcxyze")}

TABLE = [
    ("#1 - #2", ["a", "b - c"], "a − (b − c)"),
    ("#1 - #2", ["a", "b + c"], "a − (b + c)"),
    ("#1 - #2", ["a - b", "c"], "a − b − c"),
    ("#1 + #2", ["a", "b + c"], "a + b + c"),
    ("#1 + #2", ["a", "b - c"], "a + b − c"),
    ("#1 + #2", ["a", "-b"], "a + (−b)"),
    ("#1 + #2", ["-a", "b"], "−a + b"),
    ("#1 + #2", ["a", "-b + c"], "a + (−b) + c"),
    (r"#1 \cdot #2", ["a + b", "c"], "(a + b) · c"),
    (r"#1 \cdot #2", ["a", "-b"], "a · (−b)"),
    (r"#1 \cdot #2", ["-a", "b"], "−a · b"),
    (r"#1 \cdot #2", ["a", r"b \cdot c"], "a · b · c"),
    (r"#1 \cdot #2", ["a", r"b \odot c"], "a · (b ⊙ c)"),
    (r"#1 \odot #2", [r"a^{\top}\,b", "c"], "aᵀ b ⊙ c"),
    ("#1^2", ["-x"], "(−x)²"),
    ("-#1", ["x^2"], "−x²"),
    ("-#1", ["-x"], "−(−x)"),
    ("-#1", [r"a \cdot b"], "−a · b"),
    ("#1^2", ["x^2"], "(x²)²"),
    ("#1^2", [r"\tanh x"], "(tanh x)²"),
    ("#1^2", [r"\sigma(x)"], "σ(x)²"),
    ("#1^2", [r"\frac{a}{b}"], "(a/b)²"),
    ("e^{#1}", ["-z"], "e^(−z)"),
    ("e^{#1}", ["z"], "e^z"),
    ("e^{#1}", ["2"], "e²"),
    (r"\tanh #1", ["z"], "tanh z"),
    (r"\tanh #1", ["a + b"], "tanh(a + b)"),
    (r"\tanh #1", [r"W\,x"], "tanh(W x)"),
    (r"\log #1", [r"|x|"], "log |x|"),
    ("f(#1)", ["x"], "f(x)"),
    ("f(#1)", ["a + b"], "f(a + b)"),
    (r"#1\,#2", [r"A\,B", "C"], "A B C"),
    (r"#1\,#2", ["A", r"B\,C"], "A B C"),
    (r"#1\,#2", ["A + B", "C"], "(A + B) C"),
    (r"#1\,#2", ["A", r"\tanh x"], "A tanh x"),
    (r"#1\,#2", [r"\tanh x", "A"], "(tanh x) A"),
    (r"#1\,#2", ["A", "3"], "A (3)"),
    (r"#1\,#2", ["3", "A"], "3 A"),
    (r"#1^{\top}", [r"A\,B"], "(A B)ᵀ"),
    (r"\frac{#1}{#2}", ["a + b", "c - d"], "(a + b)/(c − d)"),
    (r"\frac{#1}{#2}", ["-a", "b"], "−a/b"),
    (r"\frac{#1}{#2}", ["1", r"1 + e^{-z}"], "1/(1 + e^(−z))"),
    (r"\frac{#1}{#2}", ["1", "x^2"], "1/x²"),
    (r"\frac{#1}{#2}", ["1", r"b\,c"], "1/(b c)"),
    (r"\frac{#1}{#2}", ["a", r"\frac{b}{c}"], "a/(b/c)"),
    (r"#1\,#2", [r"W^{\top}", r"\frac{\partial L}{\partial z}"], "Wᵀ ∂L/∂z"),
    (r"#1\,#2", [r"\frac{\partial L}{\partial z}", r"h^{\top}"], "(∂L/∂z) hᵀ"),
    (
        r"#1 \odot #2",
        [r"\frac{\partial L}{\partial h}", r"\mathbf{1}[z > 0]"],
        "∂L/∂h ⊙ 1[z > 0]",
    ),
    ("#1(1 - #1)", [r"\hat{y}"], "ŷ(1 − ŷ)"),
    (r"\max(#1, #2)", ["0", "a + b"], "max(0, a + b)"),
    (r"\sum_{i} #1", [r"a \cdot b"], "Σ_i a · b"),
    (r"\sum_{i} #1", ["a + b"], "Σ_i (a + b)"),
    (r"#1 \cdot #2", [r"\sum_{i} a", "b"], "(Σ_i a) · b"),
    (r"#1 \cdot #2", ["b", r"\sum_{i} a"], "b · Σ_i a"),
    ("#1 + #2", [r"\sum_{i} a", "b"], "Σ_i a + b"),
    (r"\frac{1}{m}\sum #1", ["a - b"], "(1/m) Σ (a − b)"),
    (r"\sqrt{#1}", ["a + b"], "√(a + b)"),
    ("#1 / #2", ["1", r"b\,c"], "1/(b c)"),
    ("#1 / #2", ["a", "b / c"], "a/(b/c)"),
    ("#1 / #2", [r"a\,b", "c"], "a b/c"),
    (r"\sqrt{#1}", ["a"], "√a"),
    (r"\mathbf{1}[#1 > #2]", ["a + b", "0"], "1[a + b > 0]"),
    (r"\left|#1\right|", ["a - b"], "|a − b|"),
    (r"\left\lVert#1\right\rVert", ["a - b"], "‖a − b‖"),
]


@pytest.mark.parametrize(("notation", "arguments", "expected"), TABLE)
def test_brackets_are_exactly_those_a_person_writes(notation, arguments, expected):
    assert to_text(apply(notation, [formula(a) for a in arguments])) == [expected]


@pytest.mark.parametrize(
    ("notation", "arguments", "expected"),
    [
        (r"\frac{#1}{#2}", ["a + b", "c"], r"\frac{a + b}{c}"),
        (r"#1 \cdot #2", [r"\frac{a}{b}", "c"], r"\frac{a}{b} \cdot c"),
        ("#1 - #2", ["a", r"\frac{-b}{c}"], r"a - \frac{-b}{c}"),
        ("e^{#1}", ["-z"], "e^{-z}"),
        ("#1^2", [r"\frac{a}{b}"], r"\left(\frac{a}{b}\right)^{2}"),
        (r"\sqrt{#1}", ["a + b"], r"\sqrt{a + b}"),
        ("#1 / #2", ["a + b", "c"], "(a + b)/c"),
    ],
)
def test_in_latex_a_bar_or_a_raised_place_groups_by_itself(
    notation, arguments, expected
):
    assert to_latex(apply(notation, [formula(a) for a in arguments])) == expected


UNARY = {
    "-#1": lambda a: -a % reading.PRIME,
    r"\tanh #1": lambda a: reading.named("tanh", a),
    r"\log(#1)": lambda a: reading.named("log", a),
    r"\sigma(#1)": lambda a: reading.named("σ", a),
    r"\sqrt{#1}": lambda a: reading.named("√", a),
    "e^{#1}": lambda a: reading.named("^", VALUES["e"], a),
    "#1^2": lambda a: reading.named("^", a, 2),
    r"\sum #1": lambda a: reading.named("Σ", a),
    "#1(1 - #1)": lambda a: a * (1 - a) % reading.PRIME,
}
BINARY = {
    "#1 + #2": lambda a, b: (a + b) % reading.PRIME,
    "#1 - #2": lambda a, b: (a - b) % reading.PRIME,
    r"#1 \cdot #2": lambda a, b: a * b % reading.PRIME,
    r"#1 \times #2": lambda a, b: a * b % reading.PRIME,
    r"#1\,#2": lambda a, b: a * b % reading.PRIME,
    "#1 / #2": reading.divided,
    r"\frac{#1}{#2}": reading.divided,
    "#1^{#2}": lambda a, b: reading.named("^", a, b),
}


def leaf_number(value):
    node = number(value)
    mantissa = reading.numeral(node.digits)
    ten = 1 if node.exponent is None else reading.named("^", 10, node.exponent)
    return node, mantissa * ten % reading.PRIME


LEAVES = st.sampled_from("abcxyz").map(
    lambda name: (identifier(name), VALUES[name])
) | st.sampled_from([2, 3, -1, 0.5, -1.25, 2.5e8, -3e9]).map(leaf_number)


def joined(children):
    unary = st.tuples(st.sampled_from(sorted(UNARY)), children).map(
        lambda drawn: (apply(drawn[0], [drawn[1][0]]), UNARY[drawn[0]](drawn[1][1]))
    )
    binary = st.tuples(st.sampled_from(sorted(BINARY)), children, children).map(
        lambda drawn: (
            apply(drawn[0], [drawn[1][0], drawn[2][0]]),
            BINARY[drawn[0]](drawn[1][1], drawn[2][1]),
        )
    )
    return unary | binary


TREES = st.recursive(LEAVES, joined, max_leaves=12)


@settings(max_examples=400, deadline=None)
@given(TREES)
def test_what_is_printed_reads_back_as_what_was_meant(tree):
    node, value = tree
    (line,) = to_text(node)
    assert reading.read(line, VALUES) == value, line
    latex = to_latex(node)
    assert reading.read(reading.plain_from_latex(latex), VALUES) == value, latex
    markup = to_mathml(node)
    assert reading.read(reading.plain_from_mathml(markup), VALUES) == value, markup


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("a − b − c", "a − (b − c)"),
        ("−x²", "(−x)²"),
        ("a + b · c", "(a + b) · c"),
        ("a/b c", "a/b · c"),
    ],
)
def test_the_reader_sees_a_missing_bracket(line, meant):
    assert reading.read(line, VALUES) != reading.read(meant, VALUES)


def test_a_sum_of_thousands_of_terms_is_one_row():
    total = identifier("a")
    for _ in range(5000):
        total = apply("#1 + #2", [total, identifier("b")])
    assert to_text(total)[0].count("+") == 5000


def test_a_formula_too_deep_to_read_is_refused_in_a_sentence():
    deep = identifier("a")
    for _ in range(5000):
        deep = apply(r"\tanh #1", [deep])
    for printer in (to_text, to_latex, to_mathml):
        with pytest.raises(ValueError, match="nested hundreds of levels deep"):
            printer(deep)
