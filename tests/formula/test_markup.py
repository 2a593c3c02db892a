"""MathML is well formed and inert, LaTeX compiles, whatever the reader's names hold."""

import shutil
import subprocess
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_brackets import TREES

from chainrule.formula import (
    Text,
    apply,
    call,
    chain,
    formula,
    gradient,
    identifier,
    marked,
    matrix,
    number,
    to_latex,
    to_mathml,
)

HOSTILE = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "'><img src=x>",
    "a&b]]>",
    r"\input{/etc/passwd}",
    "$x$ #1 %",
    "x\x00\x1b\ud800\u202e",
    "}{",
]
CORE = {
    *(
        [
            "math",
            "mrow",
            "mi",
            "mn",
            "mo",
            "mtext",
            "mspace",
            "mfrac",
            "msqrt",
            "mroot",
            "msub",
            "msup",
            "msubsup",
            "munder",
            "mover",
            "munderover",
        ]
    ),
    *(["mtable", "mtr", "mtd", "mphantom"]),
}


def article():
    return chain(
        gradient("W1"),
        apply(r"#1\,#2^{\top}", [gradient("z1"), identifier("x", "x")]),
        matrix(np.array([[0, 0, 0], [0.76852, 0.38426, -1.15279]]), "dW1", "result"),
    )


def test_a_number_carries_its_place_its_colour_and_takes_the_focus():
    cell = '<mn tabindex="0" data-of="dW1" data-entry="1,2" class="result">1.1528</mn>'
    assert f'<mo form="prefix" class="result">−</mo>{cell}' in to_mathml(article())
    assert "tabindex" not in to_mathml(article(), focusable=False)


def test_brackets_stay_low_unless_what_they_hold_is_tall():
    assert 'stretchy="false">(</mo><mi>z</mi>' in to_mathml(formula(r"\sigma(z)"))
    assert "stretchy" not in to_mathml(formula(r"\sigma(\frac{a}{b})"))
    assert "stretchy" not in to_mathml(apply("(#1)", [matrix([[1], [2]])]))


def test_an_exact_zero_stands_under_the_digit_before_the_point():
    assert "0</mn><mphantom><mn>.0000</mn></mphantom>" in to_mathml(article())


@given(TREES)
def test_mathml_is_well_formed_and_only_core(tree):
    root = ET.fromstring(to_mathml(tree[0]))
    assert {element.tag for element in root.iter()} <= CORE


@given(st.text() | st.sampled_from(HOSTILE))
def test_no_name_can_become_markup(name):
    everywhere = [
        identifier(name, name, "value"),
        Text(name, None),
        call(name, number(1, name)),
        marked(number(2), name),
    ]
    for node in everywhere:
        root = ET.fromstring(to_mathml(node))
        assert {element.tag for element in root.iter()} <= CORE
        assert {key for element in root.iter() for key in element.attrib} <= {
            *(
                [
                    "display",
                    "data-of",
                    "data-entry",
                    "class",
                    "tabindex",
                    "stretchy",
                    "form",
                    "mathvariant",
                    "width",
                    "accent",
                ]
            )
        }


def test_colours_are_optional_in_latex():
    node = number(-0.5, "x", "upstream")
    assert to_latex(node) == "-0.5"
    assert to_latex(node, colours=True) == r"\textcolor{cr-upstream}{-0.5}"


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{\partial L}{\partial \hat{y}} = -\frac{1}{\hat{y}}",
        r"W^{\top}\,\delta",
        r"\sum_{i=1}^{n} x_{i}",
        r"\sigma'(z)",
        r"\lVert x\rVert",
        r"\mathcal{L}(x) \le \mathbb{E}[x]",
    ],
)
def test_latex_that_is_read_is_written_back(latex):
    squeezed = to_latex(formula(latex)).replace(" ", "").replace("{2}", "2")
    assert squeezed == latex.replace(" ", "").replace("x_i", "x_{i}").replace(
        "x_{{i}}", "x_{i}"
    )


PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}\usepackage{amsmath,amssymb,xcolor}
\definecolor{cr-value}{HTML}{1F4E8C}\definecolor{cr-local}{HTML}{8C4A1F}
\definecolor{cr-upstream}{HTML}{5B1F8C}\definecolor{cr-result}{HTML}{1F7A3D}
\begin{document}
"""
SHOWN = [
    *[
        identifier(name)
        for name in [
            *HOSTILE[:6],
            "}{",
            "batch_size",
            "mu_hat",
            "W_hh",
            "lambda_",
            "iota",
            "omicron",
        ]
    ],
    apply("#1'^2", [identifier("W1")]),
    apply("#1_{i}^{2}", [identifier("W1")]),
    apply("#1^2", [apply("#1^2", [identifier("W1")])]),
    apply("#1_i", [apply("#1_j", [identifier("x")])]),
    number(2.5e8, "n", "value"),
    number(float("nan")),
    number(float("-inf")),
    matrix(np.arange(400.0).reshape(20, 20), "X", "value"),
    matrix(np.arange(24.0).reshape(2, 3, 4), "X", "local"),
    apply(
        r"\left\lVert#1\right\rVert \odot \max_{#axis} #1",
        [matrix(np.eye(2))],
        {"axis": number(0)},
    ),
]


@pytest.mark.slow
@pytest.mark.tools
@pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed"
)
@settings(max_examples=1)
@given(st.lists(TREES, min_size=20, max_size=20))
def test_latex_compiles(tmp_path_factory, trees):
    folder = tmp_path_factory.mktemp("latex")
    nodes = [article(), *SHOWN, *(node for node, _ in trees)]
    body = "\n".join(
        rf"\[ {to_latex(node, colours=colours)} \]"
        for node in nodes
        for colours in (False, True)
    )
    (folder / "all.tex").write_text(
        PREAMBLE + body + "\n\\end{document}\n", encoding="utf-8"
    )
    run = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
        cwd=folder,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, "\n".join(
        line for line in run.stdout.splitlines() if line.startswith(("!", "l."))
    )


def test_all_of_a_power_of_ten_has_the_colour_of_its_number():
    root = ET.fromstring(to_mathml(number(2.5e-8, "n", "local"), display=False))
    (row,) = root
    assert row.get("class") == "local"
    assert "".join(row.itertext()) == "2.5×10−8"
