"""Ways of writing that are not one op, but a few: a cross-entropy without its minus, sums over everything."""

from __future__ import annotations

import numpy as np

from chainrule import ops
from chainrule.derive.idioms.match import Idiom

FORMS: tuple[Idiom, ...] = (
    Idiom(
        lambda p, t: t * np.log(p) + (1 - t) * np.log(1 - p),
        lambda p, t: -ops.binary_cross_entropy(p, t),
        ((2, 3), (2, 3)),
        sentence="this is the binary cross-entropy, still without its minus",
    ),
    Idiom(
        lambda p, t: -t * np.log(p) - (1 - t) * np.log(1 - p),
        lambda p, t: ops.binary_cross_entropy(p, t),
        ((2, 3), (2, 3)),
        sentence="this is the binary cross-entropy, with its minus in front of both terms",
    ),
)
