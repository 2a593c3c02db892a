"""Reductions: many entries become one."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.arithmetic import add
from chainrule.ops.comparison import logical_and, logical_or
from chainrule.ops.families import AXES, REDUCED, count, spread
from chainrule.ops.spelling import Site, tf_reduction, torch_reduction
from chainrule.program import Op, Rule, Sample, Value

sum = Op(
    np.sum,
    shapes.reduce,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: spread(dy, x, axis, keepdims),
            "each entry of {x} enters its sum once, so each gets that sum's gradient",
        ),
    ),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.sum"),
        "tensorflow": tf_reduction("tf.reduce_sum"),
    },
    kind="reduction",
    folds=add,
    notation=r"\sum_{#axis} #1",
    samples=(*REDUCED, Sample(((0, 3),))),
)
mean = Op(
    np.mean,
    shapes.reduce_some,
    (
        Rule(
            lambda dy, y, x, axis, keepdims: spread(
                dy / count(x, axis), x, axis, keepdims
            ),
            "each entry of {x} moves the mean by its share, one part in their count",
        ),
    ),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.mean"),
        "tensorflow": tf_reduction("tf.reduce_mean"),
    },
    kind="reduction",
    notation=r"\operatorname{mean}_{#axis}(#1)",
    definition=lambda x, axis, keepdims: (
        np.sum(x, axis=axis, keepdims=keepdims) / count(x, axis)
    ),
    forms=(
        lambda x, axis, keepdims: (
            np.sum(x, axis=axis, keepdims=keepdims) / count(x, axis)
        ),
    ),
    samples=REDUCED,
)


def _tf_truth(function: str) -> Any:
    """A question about truths, which TensorFlow does not take numbers for."""

    def template(site: Site) -> str:
        arg = site.args[0]
        call = tf_reduction(function)(site)
        plain = isinstance(arg, Value) and arg.dtype.kind == "b"
        return call if plain else call.replace("{0}", "tf.cast({0}, tf.bool)")

    return template


any = Op(
    np.any,
    shapes.reduce,
    (None,),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.any"),
        "tensorflow": _tf_truth("tf.reduce_any"),
    },
    kind="reduction",
    folds=logical_or,
    notation=r"\operatorname{any}_{#axis}(#1)",
    samples=(Sample(((2, 3),), {"axis": 0}, integers={0: 2}),),
)
all = Op(
    np.all,
    shapes.reduce,
    (None,),
    params=AXES,
    spelling={
        "torch": torch_reduction("torch.all"),
        "tensorflow": _tf_truth("tf.reduce_all"),
    },
    kind="reduction",
    folds=logical_and,
    notation=r"\operatorname{all}_{#axis}(#1)",
    samples=(Sample(((2, 3),), {"axis": 0}, integers={0: 2}),),
)
