"""A sign too many, too few, or a difference the wrong way round."""

from __future__ import annotations

import numpy as np

from chainrule import ops
from chainrule.check.steps.edits.record import Edits
from chainrule.check.steps.look import Look


def difference_turned(look: Look) -> Edits:
    """``y - p`` for ``p - y``."""
    if look.op is ops.subtract and len(look.args) == 2:
        yield look.edit(
            "sign",
            "The difference is the wrong way round: the sign is flipped.",
            lambda a, b: b - a,
            *look.args,
        )


def other_sign(look: Look) -> Edits:
    """A minus too many or too few, or a plus in its place."""
    said = "The sign is flipped."
    if look.op is ops.negative:
        yield look.edit("sign", said, lambda a: +a, *look.args)
    elif look.op is ops.subtract:
        yield look.edit("sign", said, lambda a, b: a + b, *look.args)
    elif look.op is ops.add:
        yield look.edit("sign", said, lambda a, b: a - b, *look.args)
    if look.op is not ops.negative and look.is_outer:
        yield look.edit("sign", said, np.negative, look.old)
