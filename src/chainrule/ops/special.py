"""Functions of scipy.special: entropies, integrals of exponentials, elliptic integrals, and other odd ends."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from chainrule.ops import shapes
from chainrule.ops.exponential import xlogy
from chainrule.ops.families import PAIRS, REALS, of_library, on, sloped
from chainrule.ops.spelling import tensors
from chainrule.program import Op, Rule, Sample

# what they do to shapes is what every function does entry by entry: a few samples are enough
SINGLE = (REALS[0], REALS[2])
ABOVE_0 = on(SINGLE, 0.3, 3.0)
SHARES = on(SINGLE, 0.1, 0.9)
TWO = (PAIRS[1], PAIRS[4])
TWO_ABOVE_0 = on(TWO, 0.3, 3.0)
NEAR = 0.01
EXPREL_SLOPE = [1 / (math.factorial(n) * (n + 2)) for n in range(7)]
# DLMF 19.5.1 and 19.5.2, term by term
ELLIPK_SLOPE = [
    math.pi / 2 * n * (math.comb(2 * n, n) / 4**n) ** 2 for n in range(1, 10)
]
ELLIPE_SLOPE = [-term / (2 * n + 1) for n, term in enumerate(ELLIPK_SLOPE)]


def near_zero(x: Any, terms: Sequence[float], elsewhere: Callable[[Any], Any]) -> Any:
    """A slope by its power series where ``x`` is small, and the quotient ``elsewhere`` would lose its digits."""
    near = np.abs(x) < NEAR
    series = reduce(lambda total, term: total * x + term, reversed(terms))
    return np.where(near, series, elsewhere(np.where(near, 0.5, x)))


def special(
    name: str,
    *rules: Rule | None,
    torch: Any = None,
    tensorflow: str | None = None,
    jax: bool = False,
    aliases: tuple[str, ...] = (),
    **facts: Any,
) -> Op:
    """A function of ``scipy.special``, with the names that PyTorch and TensorFlow have for it.

    A framework without a name writes it by its ``definition``; without that too, it cannot be written there.
    """
    path = f"scipy.special.{name}"
    words: dict[str, Any] = {"numpy": f"{path}({{args}})"}
    if isinstance(torch, str) and "(" not in torch:
        call = f"torch.{torch}({{args}})"
        words["torch"] = tensors(f"torch.{torch}") if len(rules) == 2 else call
    elif torch is not None:
        words["torch"] = torch
    if tensorflow is not None:
        words["tensorflow"] = (
            tensorflow if "(" in tensorflow else f"tf.math.{tensorflow}({{args}})"
        )
    if jax:
        words["jax"] = f"jax.scipy.special.{name}({{args}})"
    return Op(
        of_library(path),
        shapes.broadcast,
        rules,
        name=name,
        library_functions=(path, *(f"scipy.special.{one}" for one in aliases)),
        spelling=words,
        **{
            "samples": SINGLE,
            "notation": rf"\operatorname{{{name.replace('_', ' ')}}}(#1)",
            "analytic": False,
            **facts,
        },
    )


xlog1py: Op = special(
    "xlog1py",
    Rule(
        lambda dy, out, x, y: dy * np.log1p(y),
        "the slope in {x} is the other factor, log(1 + {y})",
    ),
    Rule(
        lambda dy, out, x, y: dy * x / (1 + y),
        "the slope of a logarithm is one over its argument, here times {x}",
    ),
    torch="special.xlog1py",
    tensorflow="xlog1py",
    jax=True,
    notation=r"#1 \log(1 + #2)",
    definition=lambda x, y: x * np.log1p(y),
    samples=TWO_ABOVE_0,
    analytic=True,
)
entr: Op = special(
    "entr",
    sloped(lambda y, x: -1 - np.log(x), "the slope of -x log x is -1 - log {x}"),
    torch="special.entr",
    jax=True,
    notation=r"-#1 \log(#1)",
    definition=lambda x: -xlogy(x, x),
    samples=ABOVE_0,
    analytic=True,
)
rel_entr: Op = special(
    "rel_entr",
    Rule(
        lambda dy, out, x, y: dy * (np.log(x / y) + 1),
        "the slope of x log(x/y) in {x} is log({x}/{y}) + 1",
    ),
    Rule(
        lambda dy, out, x, y: -dy * x / y,
        "more {y} costs less, by {x}/{y}",
    ),
    jax=True,
    notation=r"#1 \log \frac{#1}{#2}",
    definition=lambda x, y: xlogy(x, x / y),
    samples=TWO_ABOVE_0,
)
kl_div: Op = special(
    "kl_div",
    Rule(
        lambda dy, out, x, y: dy * np.log(x / y),
        "the slope of x log(x/y) - x + y in {x} is log({x}/{y})",
    ),
    Rule(
        lambda dy, out, x, y: dy * (1 - x / y),
        "the slope rests where {y} is {x}: it is 1 - {x}/{y}",
    ),
    jax=True,
    notation=r"#1 \log \frac{#1}{#2} - #1 + #2",
    definition=lambda x, y: xlogy(x, x / y) - x + y,
    samples=TWO_ABOVE_0,
)
expi: Op = special(
    "expi",
    sloped(
        lambda y, x: np.exp(x) / x, "the integral of eᵗ/t grows by what is integrated"
    ),
    tensorflow="special.expint",
    jax=True,
    notation=r"\operatorname{Ei}(#1)",
    samples=ABOVE_0,
)
exp1: Op = special(
    "exp1",
    sloped(
        lambda y, x: -np.exp(-x) / x,
        "the integral of e⁻ᵗ/t from {x} on falls by what is integrated",
    ),
    jax=True,
    notation=r"\operatorname{E}_1(#1)",
    samples=ABOVE_0,
)
expn: Op = special(
    "expn",
    None,
    Rule(
        lambda dy, y, n, x: -dy * (np.exp(-x) - (n - 1) * y) / x,
        "an exponential integral falls by the one before it, which is (exp(-{x}) - ({n} - 1){y})/{x}",
    ),
    jax=True,
    notation=r"\operatorname{E}_{#1}(#2)",
    samples=(
        Sample(((), (2, 3)), integers={0: 3}, domain=(0.5, 3.0)),
        Sample(((2, 1), (3,)), integers={0: 4}, domain=(0.5, 3.0)),
    ),
)
exprel: Op = special(
    "exprel",
    sloped(
        lambda y, x: near_zero(x, EXPREL_SLOPE, lambda x: (np.exp(x) - y) / x),
        "in (exp({x}) - 1)/{x} both parts move; near 0 the slope is 1/2 + {x}/3 + …",
    ),
    notation=r"\frac{e^{#1} - 1}{#1}",
    definition=lambda x: np.where(x == 0, 1, np.expm1(x) / np.where(x == 0, 1, x)),
    samples=on(SINGLE, 0.3, 2.0),
)
cosm1: Op = special(
    "cosm1",
    sloped(lambda y, x: -np.sin(x), "the slope of the cosine is minus the sine"),
    notation=r"\cos(#1) - 1",
    definition=lambda x: -2 * np.sin(x / 2) ** 2,
)
exp10: Op = special(
    "exp10",
    sloped(lambda y, x: y * math.log(10), "a power of 10 grows by itself times log 10"),
    range=(0, np.inf),
    notation="10^{#1}",
    definition=lambda x: 10.0**x,
)
spence: Op = special(
    "spence",
    sloped(
        lambda y, x: np.where(x == 1, -1, np.log(x) / np.where(x == 1, 1, 1 - x)),
        "the dilogarithm grows by what is integrated, log({x})/(1 - {x}), which is -1 at 1",
    ),
    tensorflow="special.spence",
    jax=True,
    notation=r"\operatorname{Li}_2(1 - #1)",
    samples=on(SINGLE, 1.3, 3.0),
)
ellipk: Op = special(
    "ellipk",
    sloped(
        lambda y, x: near_zero(
            x, ELLIPK_SLOPE, lambda x: (ellipe(x) / (1 - x) - y) / (2 * x)
        ),
        "the slope of the first elliptic integral needs the second: (E/(1 - m) - K)/(2m), near 0 by its series",
    ),
    notation="K(#1)",
    samples=SHARES,
)
ellipe: Op = special(
    "ellipe",
    sloped(
        lambda y, x: near_zero(x, ELLIPE_SLOPE, lambda x: (y - ellipk(x)) / (2 * x)),
        "the slope of the second elliptic integral needs the first: (E - K)/(2m), near 0 by its series",
    ),
    notation="E(#1)",
    samples=SHARES,
)
wrightomega: Op = special(
    "wrightomega",
    sloped(lambda y, x: y / (1 + y), "from ω + log ω = {x} follows ω' = ω/(1 + ω)"),
    notation=r"\omega(#1)",
    samples=ABOVE_0,
)
boxcox: Op = special(
    "boxcox",
    Rule(
        lambda dy, y, x, lam: dy * x ** (lam - 1),
        "the power comes down, cancels the divisor and leaves one less",
    ),
    Rule(
        lambda dy, y, x, lam: (
            dy
            * np.where(
                lam == 0,
                np.log(x) ** 2 / 2,
                (x**lam * np.log(x) - y) / np.where(lam == 0, 1, lam),
            )
        ),
        "in ({x}^λ - 1)/λ both parts move with λ",
    ),
    jax=True,
    notation=r"\frac{{#1}^{#2} - 1}{#2}",
    definition=lambda x, lam: np.where(
        lam == 0, np.log(x), (x**lam - 1) / np.where(lam == 0, 1, lam)
    ),
    samples=TWO_ABOVE_0,
)
