"""The article's network drawn, and a wide one."""

from itertools import pairwise

import numpy as np
from told_numbers import W1, W2, dh, dz1, dz2, h, loss, x, y_pred, z1, z2

from chainrule.formula import entry, identifier
from chainrule.lesson.parts import Arrow, Circle, Graph


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
