"""The article's lesson put together by hand: every sort of part, for the tests of the printers."""

from itertools import pairwise

import numpy as np

from chainrule.formula import (
    Symbol,
    Text,
    apply,
    chain,
    entry,
    formula,
    gradient,
    identifier,
    matrix,
    number,
)
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

x = np.array([[1.0], [0.5], [-1.5]])
y = np.array([[1.0]])
W1 = np.array([[0.2, -0.4, 0.1], [0.7, 0.3, -0.5]])
b1 = np.array([[0.1], [-0.2]])
W2 = np.array([[0.5, -1.0]])
b2 = np.array([[0.2]])
z1 = W1 @ x + b1
h = np.maximum(0, z1)
z2 = W2 @ h + b2
y_pred = 1 / (1 + np.exp(-z2))
loss = -np.log(y_pred[0, 0])
dz2 = y_pred - y
dW2 = dz2 @ h.T  # noqa: N816
dh = W2.T @ dz2
dz1 = dh * (z1 > 0)
dW1 = dz1 @ x.T  # noqa: N816

CODE = """\
import numpy as np


def loss_and_gradients(x, y, W1, b1, W2, b2):
    z1 = W1 @ x + b1
    h = np.maximum(0, z1)
    z2 = W2 @ h + b2
    y_pred = 1 / (1 + np.exp(-z2))
    loss = -np.log(y_pred).sum()

    # sigmoid and cross-entropy together: what is predicted minus what is true
    dz2 = y_pred - y
    # z2 was reached from W2 through h; the gradient comes back through h, turned around
    dW2 = dz2 @ h.T
    db2 = dz2
    dh = W2.T @ dz2
    # relu passes the gradient where z1 > 0
    dz1 = dh * (z1 > 0)
    dW1 = dz1 @ x.T
    db1 = dz1
    return loss, (dW1, db1, dW2, db2)
"""


def numbers(name, array, kind="value", code="", symbol=None):
    symbol = symbol if symbol is not None else identifier(name, name)
    return Numbers(name, symbol, array, kind, (), code)


def network():
    """The 3-2-1 network, a circle a unit."""
    circles = [
        *(
            Circle(f"x{i}", entry(identifier("x"), i), 0, i, "data", x[i, 0])
            for i in range(3)
        ),
        *(
            Circle(
                f"z{i}", entry(identifier("z1"), i), 1, i, "hidden", z1[i, 0], dz1[i, 0]
            )
            for i in range(2)
        ),
        *(
            Circle(
                f"h{i}", entry(identifier("h"), i), 2, i, "hidden", h[i, 0], dh[i, 0]
            )
            for i in range(2)
        ),
        Circle("z2", identifier("z2"), 3, 0, "hidden", z2[0, 0], dz2[0, 0]),
        Circle(
            "p",
            identifier("y_pred"),
            4,
            0,
            "prediction",
            y_pred[0, 0],
            -1 / y_pred[0, 0],
        ),
        Circle("L", identifier("loss"), 5, 0, "loss", loss, 1.0),
    ]
    arrows = [
        *(
            Arrow(f"x{j}", f"z{i}", entry(identifier("W1"), i, j), W1[i, j])
            for i in range(2)
            for j in range(3)
        ),
        *(Arrow(f"z{i}", f"h{i}", None, float(z1[i, 0] > 0)) for i in range(2)),
        *(
            Arrow(f"h{i}", "z2", entry(identifier("W2"), 0, i), W2[0, i])
            for i in range(2)
        ),
        Arrow("z2", "p", None, 0.1779),
        Arrow("p", "L", None, -4.3201),
    ]
    return Graph(
        tuple(circles),
        tuple(arrows),
        tuple(map(identifier, ("x", "z1", "h", "z2", "y_pred", "loss"))),
        (
            (identifier("W1"), ", ", identifier("b1")),
            ("ReLU",),
            (identifier("W2"), ", ", identifier("b2")),
            ("sigmoid",),
            ("cross-entropy",),
        ),
        ("The network with three inputs, two hidden units and one output.",),
    )


def wide(*sizes):
    """A fully connected network of any width."""
    circles = tuple(
        Circle(
            f"{n}-{i}",
            entry(identifier(f"h{n}"), i),
            n,
            i,
            "hidden",
            np.sin(i + n),
            np.cos(i),
        )
        for n, size in enumerate(sizes)
        for i in range(size)
    )
    arrows = tuple(
        Arrow(f"{n}-{i}", f"{n + 1}-{j}", None, float(np.sin(i * 3 + j)))
        for n, (size, after) in enumerate(pairwise(sizes))
        for i in range(size)
        for j in range(after)
    )
    titles = tuple(identifier(f"h{n}") for n in range(len(sizes)))
    return Graph(circles, arrows, titles, (), ("A wide network.",))


def links():
    names = ("loss", "y_pred", "z2", "h", "z1")
    return (
        *map(identifier, names),
        apply("#1, #2", [identifier("W1"), identifier("b1")]),
    )


def proof():
    return Fold(
        ("Why ", formula(r"\sigma'(z) = \sigma(z)(1 - \sigma(z))")),
        (
            Formula(
                (
                    Row(
                        "",
                        formula(r"\sigma(z)"),
                        "=",
                        formula(r"\frac{1}{g}"),
                        ("with ", formula("g = 1 + e^{-z}")),
                    ),
                    Row(
                        "",
                        formula(r"\frac{d\sigma}{dg}"),
                        "=",
                        formula(r"-\frac{1}{g^2}"),
                        ("a reciprocal falls as its square",),
                    ),
                    Row(
                        "",
                        formula(r"\frac{dg}{dz}"),
                        "=",
                        formula("-e^{-z}"),
                        (
                            "the exponential is its own slope; the inner minus comes out",
                        ),
                    ),
                    Row(
                        "",
                        formula(r"\frac{d\sigma}{dz}"),
                        "=",
                        formula(r"\frac{e^{-z}}{(1 + e^{-z})^2}"),
                    ),
                    Row(
                        "",
                        None,
                        "=",
                        formula(
                            r"\frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}} = \sigma(z)(1 - \sigma(z))"
                        ),
                    ),
                )
            ),
        ),
        "why-sigmoid",
    )


def article():
    """Parts as ``compose`` gives them, the article's network told shortly."""
    dz1_, dh_ = gradient("z1"), gradient("h")
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
        Heading("The backward pass", 2, "backward"),
        Prose(("From the loss back to every parameter, one link at a time.",)),
        Chain(
            links(),
            2,
            "Backward",
            (2, 7),
            gradient("z2"),
            ("how the loss changes with what the output unit adds up",),
            (Place("y_pred = 1 / (1 + np.exp(-z2))", 15),),
            "dz2",
        ),
        proof(),
        Formula(
            (
                Row(
                    "symbols",
                    gradient("z2"),
                    "=",
                    chain(
                        apply(
                            r"#1 \cdot #2",
                            [gradient("y_pred"), gradient("z2", "y_pred")],
                        ),
                        formula(
                            r"\left(-\frac{y}{\hat{y}} + \frac{1 - y}{1 - \hat{y}}\right) \cdot \hat{y}(1 - \hat{y})"
                        ),
                    ),
                ),
                Row(
                    "numbers",
                    None,
                    "=",
                    apply(
                        r"#1 \cdot #2",
                        [
                            number(-4.3201, "dy_pred", "upstream"),
                            number(0.1779, "slope", "local"),
                        ],
                    ),
                ),
                Row(
                    "textbook",
                    None,
                    "=",
                    formula(r"\hat{y} - y"),
                    (
                        "the ",
                        formula(r"\hat{y}(1 - \hat{y})"),
                        " of the sigmoid cancels both denominators of the cross-entropy",
                    ),
                ),
            )
        ),
        numbers("dz2", dz2, "result", "dz2 = y_pred - y", gradient("z2")),
        Chain(
            links(),
            3,
            "Backward",
            (4, 7),
            dh_,
            ("how the loss changes with each hidden unit",),
            (Place("z2 = W2 @ h + b2", 14),),
            "dh",
        ),
        Formula(
            (
                Row(
                    "symbols",
                    dh_,
                    "=",
                    apply("#1 #2", [formula(r"W_2^\top"), gradient("z2")]),
                ),
            )
        ),
        numbers("dh", dh, "result", "dh = W2.T @ dz2", dh_),
        Chain(
            links(),
            4,
            "Backward",
            (5, 7),
            dz1_,
            ("how the loss changes with each hidden unit’s input",),
            (Place("z1 = W1 @ x + b1", 12), Place("h = np.maximum(0, z1)", 13)),
            "dz1",
        ),
        Formula(
            (
                Row(
                    "rule",
                    None,
                    "",
                    None,
                    (
                        formula(r"h = \max(0, z_1)"),
                        " passes its gradient where ",
                        formula("z_1 > 0"),
                        " and stops it elsewhere; at 0 we take 0",
                    ),
                ),
                Row(
                    "symbols",
                    dz1_,
                    "=",
                    apply(
                        r"#1 \odot #2",
                        [dh_, apply(r"\mathbf{1}[#1 > 0]", [identifier("z1", "z1")])],
                    ),
                ),
                Row(
                    "numbers",
                    None,
                    "=",
                    apply(
                        r"#1 \odot #2",
                        [
                            matrix(dh, "dh", "upstream"),
                            matrix((z1 > 0).astype(int), "mask", "local"),
                        ],
                    ),
                    (
                        formula(r"z_1[0] \le 0"),
                        ": this unit is off, nothing flows through it",
                    ),
                ),
            )
        ),
        numbers("dz1", dz1, "result", "dz1 = dh * (z1 > 0)", dz1_),
        Chain(
            links(),
            5,
            "Backward",
            (6, 7),
            gradient("W1"),
            ("how the loss changes with each weight of the first layer",),
            (Place("z1 = W1 @ x + b1", 12),),
            "dW1",
        ),
        Formula(
            (
                Row(
                    "symbols",
                    gradient("W1"),
                    "=",
                    apply("#1 #2", [dz1_, formula(r"x^\top")]),
                    (
                        "the weights meet the input, so the input turned around meets the gradient",
                    ),
                ),
                Row(
                    "numbers",
                    None,
                    "=",
                    apply(
                        "#1 #2",
                        [matrix(dz1, "dz1", "upstream"), matrix(x.T, "xT", "local")],
                    ),
                ),
            )
        ),
        numbers("dW1", dW1, "result", "dW1 = dz1 @ x.T", gradient("W1")),
        Note(("ReLU has no slope at 0; we take 0, as most libraries do.",), "caution"),
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
