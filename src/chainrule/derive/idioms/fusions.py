"""Links a textbook takes in one: an output unit and its loss, whose factors cancel."""

from __future__ import annotations

from chainrule import ops
from chainrule.derive.idioms.match import Idiom

SIGMOID_CROSS_ENTROPY = Idiom(
    lambda z, t: ops.binary_cross_entropy(ops.sigmoid(z), t),
    lambda z, t: ops.binary_cross_entropy_with_logits(z, t),
    ((2, 3), (2, 3)),
    sentence="the ŷ(1 − ŷ) of the sigmoid cancels both denominators of the cross-entropy",
    proof=(
        r"\left(-\frac{y}{\hat{y}} + \frac{1 - y}{1 - \hat{y}}\right) \hat{y} (1 - \hat{y})",
        r"-y (1 - \hat{y}) + (1 - y) \hat{y}",
        r"\hat{y} - y",
    ),
)
FUSIONS: tuple[Idiom, ...] = (SIGMOID_CROSS_ENTROPY,)
