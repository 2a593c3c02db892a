"""Choosing: the larger, the smaller, one or the other, and the questions that decide it."""

from __future__ import annotations

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.families import PAIRS, mask
from chainrule.ops.spelling import Site, tensors
from chainrule.program import Op, Rule, Sample, Value

maximum = Op(
    np.maximum,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: np.where(a > b, dy, np.where(a == b, dy / 2, 0)),
            "the gradient goes to the larger one; equal ones share it",
        ),
        Rule(
            lambda dy, y, a, b: np.where(b > a, dy, np.where(a == b, dy / 2, 0)),
            "the gradient goes to the larger one; equal ones share it",
        ),
    ),
    spelling={"torch": tensors("torch.maximum")},
    commutes=True,
    notation=r"\max(#1, #2)",
    caution="where both are equal, each gets half",
    samples=PAIRS,
    analytic=False,
)
minimum = Op(
    np.minimum,
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, a, b: np.where(a < b, dy, np.where(a == b, dy / 2, 0)),
            "the gradient goes to the smaller one; equal ones share it",
        ),
        Rule(
            lambda dy, y, a, b: np.where(b < a, dy, np.where(a == b, dy / 2, 0)),
            "the gradient goes to the smaller one; equal ones share it",
        ),
    ),
    spelling={"torch": tensors("torch.minimum")},
    commutes=True,
    notation=r"\min(#1, #2)",
    caution="where both are equal, each gets half",
    samples=PAIRS,
    analytic=False,
)
clip = Op(
    lambda x, low, high: np.clip(x, low, high),
    shapes.broadcast,
    (
        Rule(
            lambda dy, y, x, low, high: np.where(y == x, dy, 0),
            "the gradient passes where {x} was left as it is and stops where it was clipped",
        ),
        Rule(
            lambda dy, y, x, low, high: np.where(y == x, 0, np.where(y == low, dy, 0)),
            "the gradient goes to the lower bound where {x} was raised to it",
        ),
        Rule(
            lambda dy, y, x, low, high: np.where(y == x, 0, np.where(y == high, dy, 0)),
            "the gradient goes to the upper bound where {x} was lowered to it",
        ),
    ),
    name="clip",
    spelling={
        "numpy": "np.clip({0}, {1}, {2})",
        "torch": "torch.clamp({0}, {1}, {2})",
        "tensorflow": lambda site: (
            "tf.minimum(tf.maximum({0}, {1}), {2})"
            if any(isinstance(bound, Value) for bound in site.args[1:])
            else "tf.clip_by_value({0}, {1}, {2})"
        ),
    },
    notation=r"\operatorname{clip}(#1, #2, #3)",
    caution="at the edge the gradient passes",
    samples=(Sample(((2, 3), (), ())), Sample(((2, 3), (3,), (2, 1)))),
    analytic=False,
)


def _chosen(site: Site, where: str, array: str) -> str:
    """One of two; of two plain numbers the first has its type, which would be a single otherwise."""
    first = "{1}"
    if not any(isinstance(one, Value) for one in site.args[1:]):
        library = where.partition(".")[0]
        first = f"{array}({{1}}, dtype={library}.{site.result.dtype})"
    return f"{where}({{0}}, {first}, {{2}})"


where = Op(
    np.where,
    shapes.broadcast,
    (
        None,
        Rule(
            lambda dy, y, c, a, b: np.where(c, dy, 0),
            "the gradient goes where {a} was taken",
        ),
        Rule(
            lambda dy, y, c, a, b: np.where(c, 0, dy),
            "the gradient goes where {b} was taken",
        ),
    ),
    spelling={
        "tensorflow": lambda site: _chosen(site, "tf.where", "tf.constant"),
        "torch": lambda site: _chosen(site, "torch.where", "torch.tensor"),
    },
    result_name=("{1}_or_{2}", "chosen"),
    notation=r"\operatorname{where}(#1, #2, #3)",
    samples=(
        Sample(((2, 3), (2, 3), (2, 3)), integers={0: 2}),
        Sample(((2, 1), (3,), ()), integers={0: 2}),
        Sample(((), (), ()), integers={0: 2}),
    ),
)
greater = mask(np.greater, "#1 > #2", ">", result_name=("{0}_above_{1}", "above"))
less = mask(np.less, "#1 < #2", "<", result_name=("{0}_below_{1}", "below"))
greater_equal = mask(
    np.greater_equal, r"#1 \ge #2", ">=", result_name=("{0}_from_{1}", "from")
)
less_equal = mask(np.less_equal, r"#1 \le #2", "<=", result_name=("{0}_to_{1}", "to"))
equal = mask(np.equal, "#1 = #2", "==", commutes=True, result_name=("{0}_is_{1}", "is"))
not_equal = mask(
    np.not_equal,
    r"#1 \ne #2",
    "!=",
    commutes=True,
    result_name=("{0}_is_not_{1}", "is_not"),
)

BITS = tuple(Sample(sample.shapes, integers={0: 2, 1: 2}) for sample in PAIRS)
logical_and = mask(
    np.logical_and, r"#1 \text{ and } #2", samples=BITS, kind="logic", commutes=True
)
logical_or = mask(
    np.logical_or, r"#1 \text{ or } #2", samples=BITS, kind="logic", commutes=True
)
logical_xor = mask(
    np.logical_xor, r"#1 \oplus #2", samples=BITS, kind="logic", commutes=True
)
logical_not = mask(
    np.logical_not,
    r"\text{not } #1",
    kind="logic",
    n_arguments=1,
    samples=(Sample(((2, 3),), integers={0: 2}), Sample(((),), integers={0: 2})),
)
isfinite = mask(
    np.isfinite,
    r"\left|#1\right| < \infty",
    n_arguments=1,
    spelling={"tensorflow": "tf.math.is_finite({0})"},
)
isnan = mask(
    np.isnan,
    r"#1 \ne #1",
    n_arguments=1,
    spelling={"tensorflow": "tf.math.is_nan({0})"},
)
isinf = mask(
    np.isinf,
    r"\left|#1\right| = \infty",
    n_arguments=1,
    spelling={"tensorflow": "tf.math.is_inf({0})"},
)
