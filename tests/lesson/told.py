"""The article's lesson put together by hand: every sort of part, for the tests of the printers."""

import numpy as np
from told_backward import backward
from told_network import network, wide
from told_numbers import CODE, W1, W2, b1, b2, h, loss, numbers, x, y, y_pred, z1, z2

from chainrule.formula import Symbol, Text, apply, formula, identifier, matrix, number
from chainrule.lesson.parts import (
    Arrow,
    Chain,
    Circle,
    Code,
    Fold,
    Formula,
    Graph,
    Heading,
    Note,
    Numbers,
    Place,
    Plot,
    Prose,
    Row,
    Series,
    Source,
    Table,
)


def opening():
    return (
        Heading("Backpropagation through 3 → 2 → 1, step by step", 1, "top"),
        Prose(
            (
                "A network maps three inputs to a probability ",
                identifier("y_pred"),
                ". Its loss is ",
                number(loss),
                " before one step of gradient descent with a learning rate of 0.1, and 1.0792 after it. Every number on this page can be recomputed from numbers that stand before it.",
            )
        ),
        network(),
        Heading("The network and its numbers", 2, "overview"),
        Prose(
            (
                "The forward pass is four lines; ",
                Code("W1"),
                " and ",
                Code("b1"),
                " lead to the hidden layer, ",
                Code("W2"),
                " and ",
                Code("b2"),
                " to the output. The arrays are kept as columns, so that one sample is one column.",
            )
        ),
        numbers("x", x),
        numbers("y", y),
        numbers("W1", W1),
        numbers("b1", b1),
        numbers("W2", W2),
        numbers("b2", b2),
    )


def forward():
    return (
        Heading("The forward pass", 2, "forward"),
        Formula(
            (
                Row(
                    "symbols",
                    identifier("z1"),
                    "=",
                    formula("W_1 x + b_1"),
                    ("each hidden unit adds up its inputs, weighted",),
                ),
                Row(
                    "numbers",
                    None,
                    "=",
                    apply(
                        "#1 #2 + #3",
                        [
                            matrix(W1, "W1", "value"),
                            matrix(x, "x", "value"),
                            matrix(b1, "b1", "value"),
                        ],
                    ),
                ),
            )
        ),
        numbers("z1", z1, "result", "z1 = W1 @ x + b1"),
        Formula(
            (
                Row(
                    "symbols",
                    identifier("h"),
                    "=",
                    formula(r"\max(0, z_1)"),
                    (
                        "the part of ",
                        identifier("z1"),
                        " above zero",
                    ),
                ),
            )
        ),
        numbers("h", h, "result", "h = np.maximum(0, z1)"),
        Formula((Row("symbols", identifier("z2"), "=", formula("W_2 h + b_2")),)),
        numbers("z2", z2, "result", "z2 = W2 @ h + b2"),
        Formula(
            (
                Row(
                    "symbols",
                    identifier("y_pred"),
                    "=",
                    formula(r"\frac{1}{1 + e^{-z_2}}"),
                ),
            )
        ),
        numbers("y_pred", y_pred, "result", "y_pred = 1 / (1 + np.exp(-z2))"),
    )


def ending():
    return (
        Heading("Ten steps", 2, "steps"),
        Table(
            ("step", "loss", "what moved"),
            (
                (1, 1.463282, Code("W1")),
                (2, 1.079203, identifier("b1")),
                (3, 0.8125, "nothing"),
            ),
            ("The loss before each step.",),
        ),
        Plot(
            (
                Series(
                    "loss",
                    tuple(range(1, 11)),
                    tuple(1.46 * 0.77**n for n in range(10)),
                ),
                Series(
                    "W2[0, 1]",
                    tuple(range(1, 11)),
                    tuple(0.3 + 0.05 * n for n in range(10)),
                ),
            ),
            "step",
            "loss",
            ("The loss falls fast, then slower.",),
        ),
        Heading("The code", 2, "code"),
        Source("numpy", "NumPy", CODE, "code"),
        Source(
            "tensorflow",
            "TensorFlow",
            CODE.replace("numpy as np", "tensorflow as tf"),
            "code",
        ),
        Source("torch", "PyTorch", CODE.replace("numpy as np", "torch"), "code"),
        Source("jax", "JAX", CODE.replace("numpy", "jax.numpy"), "code"),
        Source(
            "python",
            "article.py",
            "z1 = W1 @ x + b1\nh = np.maximum(0, z1)\n",
            marked=2,
        ),
        Heading("A large array", 2, "large"),
        numbers(
            "W3",
            np.sin(np.arange(784 * 128.0)).reshape(784, 128) * np.linspace(0, 1, 128),
        ),
        numbers("batch", np.cos(np.arange(200.0)).reshape(20, 10), "result"),
        numbers("kernels", np.arange(8.0).reshape(2, 2, 2)),
        wide(64, 64, 32, 10),
    )


def article():
    """Parts as ``compose`` gives them, the article's network told shortly."""
    return (*opening(), *forward(), *backward(), *ending())


HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "</script></pre></title><svg onload=alert(1)>",
    r"\input{/etc/passwd}",
    r"\end{document}\write18{id}",
    "$x$ $$y$$ `z` ```",
    '" onmouseover="alert(1)',
    "]]><!-- {{ 7 * 7 }} {% raw %}",
    "a_b ^ ~ # % & { } | [link](javascript:alert(1))",
)


def hostile(text):
    """Every place of every part where a reader's text can stand, with ``text`` in it."""
    word, name = Text(text), Symbol(text, of=None)
    spans = (text, Code(text), word, name)
    array = np.array([[1.0, 2.0]])
    return (
        Heading(text, 1, text),
        Heading(text, 2, text),
        Prose(spans),
        Formula((Row(text, name, "=", word, spans), Row(text, None, "", None, spans))),
        Chain((name, word), 1, text, (1, 2), word, spans, (Place(text, 1),), text),
        Numbers(text, name, array, "value", spans),
        Numbers(text, name, np.arange(900.0).reshape(30, 30), "value", spans, text),
        Source(text, text, f"{text}\n{text}", text, 1),
        Source("numpy", text, f"# {text}\n", text),
        Graph(
            (
                Circle(text, word, 0, 0, "data", 1.0, 2.0, text),
                Circle("b", name, 1, 0, "loss", 1.0, 2.0, text),
            ),
            (Arrow(text, "b", word, 1.0),),
            (word, name),
            (spans,),
            spans,
        ),
        Table((text, text), ((text, Code(text)), (word, 1.5)), spans),
        Plot((Series(text, (1.0, 2.0), (3.0, 4.0)),), text, text, spans),
        Fold(spans, (Prose(spans),), text, opened=False),
        Note(spans, "caution"),
    )
