"""Identifiers as a reader of mathematics expects them."""

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.formula import Ref, gradient, identifier, to_latex, to_text

NAMES = [
    ("x", "x", "x"),
    ("W1", "W_{1}", "W1"),
    ("x_2", "x_{2}", "x_2"),
    ("b_10", "b_{10}", "b_10"),
    ("y_pred", r"\hat{y}", "ŷ"),
    ("y_hat", r"\hat{y}", "ŷ"),
    ("yhat", r"\hat{y}", "ŷ"),
    ("y1_pred", r"\hat{y}_{1}", "ŷ1"),
    ("y_true", "y", "y"),
    ("loss", "L", "L"),
    ("alpha", r"\alpha", "α"),
    ("delta2", r"\delta_{2}", "δ2"),
    ("sigma_w", r"\sigma_{w}", "σ_w"),
    ("lambda_", r"\lambda", "λ"),
    ("eps", r"\varepsilon", "ε"),
    ("Delta", r"\Delta", "Δ"),
    ("mu_hat", r"\hat{\mu}", "μ̂"),
    ("x_bar", r"\bar{x}", "x̄"),
    ("h_prev", r"h_{\mathrm{prev}}", "h_prev"),
    ("W_hh", r"W_{\mathrm{hh}}", "W_hh"),
    ("x_1_2", "x_{1,2}", "x_1_2"),
    ("dW1", r"\mathrm{dW}_{1}", "dW1"),
    ("weights", r"\mathrm{weights}", "weights"),
    ("conv2", r"\mathrm{conv}_{2}", "conv2"),
    ("batch_size", r"\text{batch\_size}", "batch_size"),
    ("what", r"\mathrm{what}", "what"),
    ("chat", r"\mathrm{chat}", "chat"),
    ("that", r"\mathrm{that}", "that"),
    ("_", r"\_", "_"),
    ("_x", r"\text{\_x}", "_x"),
    ("größe", r"\text{größe}", "größe"),
]


@pytest.mark.parametrize(("name", "latex", "text"), NAMES)
def test_a_name_is_written_as_mathematics_writes_it(name, latex, text):
    assert to_latex(identifier(name)) == latex
    assert to_text(identifier(name)) == [text]


def test_a_gradient_is_one_fraction_in_latex_and_one_line_in_text():
    assert to_latex(gradient("W1")) == r"\frac{\partial L}{\partial W_{1}}"
    assert to_text(gradient("y_pred", of="J")) == ["∂J/∂ŷ"]


def test_a_name_keeps_what_it_stands_for():
    assert identifier("W1", Ref("W1"), "value").of == Ref("W1")
    assert identifier("W1", "W1").of == Ref("W1")


@given(
    st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).filter(
        lambda n: not keyword.iskeyword(n)
    )
)
def test_every_identifier_has_a_form_in_every_medium(name):
    (line,) = to_text(identifier(name))
    assert line.strip()
    assert to_latex(identifier(name)).count("{") == to_latex(identifier(name)).count(
        "}"
    )
