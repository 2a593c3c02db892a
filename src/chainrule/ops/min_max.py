"""The largest and the smallest entry, shared where several are."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.comparison import maximum, minimum
from chainrule.ops.families import AXES, REDUCED, kept
from chainrule.ops.spelling import tf_reduction, torch_reduction
from chainrule.program import Op, Rule


def pull_largest(dy: Any, y: Any, x: Any, axis: Any, keepdims: bool) -> Any:  # noqa: FBT001 - NumPy's own parameter
    """The gradient at the entries that are the largest (or smallest), in equal shares."""
    chosen = (x == kept(y, axis, keepdims)).astype(x.dtype)
    ties = np.sum(chosen, axis=axis, keepdims=axis is not None)
    return kept(dy, axis, keepdims) * chosen / ties


max = Op(
    np.max,
    shapes.reduce_some,
    (
        Rule(
            pull_largest,
            "only the largest entry moves {y}, so it gets the whole gradient",
        ),
    ),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.amax"),
        "tensorflow": tf_reduction("tf.reduce_max"),
    },
    kind="reduction",
    folds=maximum,
    numpy_functions=(np.amax,),
    notation=r"\max_{#axis} #1",
    caution="equal largest entries share the gradient equally",
    samples=REDUCED,
    analytic=False,
)
min = Op(
    np.min,
    shapes.reduce_some,
    (
        Rule(
            pull_largest,
            "only the smallest entry moves {y}, so it gets the whole gradient",
        ),
    ),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.amin"),
        "tensorflow": tf_reduction("tf.reduce_min"),
    },
    kind="reduction",
    folds=minimum,
    numpy_functions=(np.amin,),
    notation=r"\min_{#axis} #1",
    caution="equal smallest entries share the gradient equally",
    samples=REDUCED,
    analytic=False,
)
