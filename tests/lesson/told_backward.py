"""The backward pass of the article, told by hand."""

from told_numbers import dh, dW1, dz1, dz2, numbers, x, z1

from chainrule.formula import (
    apply,
    chain,
    formula,
    gradient,
    identifier,
    matrix,
    number,
)
from chainrule.lesson.parts import (
    Chain,
    Fold,
    Formula,
    Heading,
    Note,
    Place,
    Prose,
    Row,
)


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


def backward():
    dz1_, dh_ = gradient("z1"), gradient("h")
    return (
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
    )
