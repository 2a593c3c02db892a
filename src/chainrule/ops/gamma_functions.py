"""Gamma and beta functions: factorials between the whole numbers, and the distributions that they normalise."""

from __future__ import annotations

import numpy as np

from chainrule.ops.families import on, sloped
from chainrule.ops.special import ABOVE_0, SINGLE, TWO, TWO_ABOVE_0, special
from chainrule.program import UNKNOWN, Op, Rule, Sample, Value


def _by_its_logarithm(module: str, lgamma: str, pi: str) -> str:
    """The gamma function where a framework has its logarithm alone, and Euler's reflection below 0."""
    sine = "tf.math.sin" if module == "tf" else "torch.sin"
    exp = "tf.math.exp" if module == "tf" else "torch.exp"
    right, left = f"{exp}({lgamma}({{0}}))", f"{exp}({lgamma}(1 - {{0}}))"
    return f"{module}.where({{0}} > 0, {right}, {pi} / ({sine}({pi} * {{0}}) * {left}))"


gammaln: Op = special(
    "gammaln",
    sloped(
        lambda y, x: digamma(x),
        "the slope of log Γ is what is called the digamma function",
    ),
    torch="lgamma",
    tensorflow="lgamma",
    jax=True,
    title="log-gamma function",
    notation=r"\log \Gamma(#1)",
    samples=ABOVE_0,
)
loggamma: Op = special(
    "loggamma",
    sloped(
        lambda y, x: digamma(x),
        "the slope of log Γ is what is called the digamma function",
    ),
    notation=r"\log \Gamma(#1)",
    definition=lambda x: gammaln(x),
    samples=ABOVE_0,
    analytic=True,
)
gamma: Op = special(
    "gamma",
    sloped(
        lambda y, x: y * digamma(x),
        "the gamma function grows by itself times the digamma function",
    ),
    torch=_by_its_logarithm("torch", "torch.lgamma", "torch.pi"),
    tensorflow=_by_its_logarithm("tf", "tf.math.lgamma", "np.pi"),
    jax=True,
    title="gamma function",
    notation=r"\Gamma(#1)",
    samples=(*ABOVE_0, *on(SINGLE[:1], -0.8, -0.3)),
)
rgamma: Op = special(
    "rgamma",
    sloped(
        lambda y, x: -y * digamma(x),
        "one over the gamma function falls by itself times the digamma function",
    ),
    notation=r"\frac{1}{\Gamma(#1)}",
    definition=lambda x: 1 / gamma(x),
    samples=ABOVE_0,
    analytic=True,
)
digamma: Op = special(
    "digamma",
    sloped(
        lambda y, x: polygamma(1, x),
        "the slope of the digamma function is the next of its kind",
    ),
    torch="digamma",
    tensorflow="digamma",
    jax=True,
    aliases=("psi",),
    title="digamma function",
    notation=r"\psi(#1)",
    samples=ABOVE_0,
)
polygamma: Op = special(
    "polygamma",
    None,
    Rule(
        lambda dy, y, n, x: dy * polygamma(n + 1, x),
        "the slope of a polygamma function is the next of its kind",
    ),
    torch=lambda site: (
        None if isinstance(site.args[0], Value) else "torch.special.polygamma({0}, {1})"
    ),
    tensorflow="tf.math.polygamma(tf.cast({0}, {1}.dtype), {1})",
    jax=True,
    notation=r"\psi^{(#1)}(#2)",
    samples=(
        Sample(((), (2, 3)), integers={0: 3}, domain=(0.5, 3.0)),
        Sample(((2, 1), (3,)), integers={0: 4}, domain=(0.5, 3.0)),
        Sample(((), ()), integers={0: 2}, domain=(0.5, 3.0)),
    ),
)
zeta: Op = special(
    "zeta",
    UNKNOWN,
    Rule(
        lambda dy, y, x, q: -dy * x * zeta(x + 1, q),
        "each term of the sum is a power of {q}: the power comes down and leaves one less",
    ),
    torch="special.zeta",
    tensorflow="zeta",
    jax=True,
    notation=r"\zeta(#1, #2)",
    samples=on(TWO, 1.3, 3.0),
)
poch: Op = special(
    "poch",
    Rule(
        lambda dy, y, x, m: dy * y * (digamma(x + m) - digamma(x)),
        "a quotient of gamma functions grows by itself times the difference of their digammas",
    ),
    Rule(
        lambda dy, y, x, m: dy * y * digamma(x + m),
        "only the gamma function above moves with {m}, by its digamma",
    ),
    notation=r"\frac{\Gamma(#1 + #2)}{\Gamma(#1)}",
    definition=lambda x, m: gamma(x + m) / gamma(x),
    samples=TWO_ABOVE_0,
)
beta: Op = special(
    "beta",
    Rule(
        lambda dy, y, a, b: dy * y * (digamma(a) - digamma(a + b)),
        "the beta function moves by itself times a difference of digammas",
    ),
    Rule(
        lambda dy, y, a, b: dy * y * (digamma(b) - digamma(a + b)),
        "the beta function moves by itself times a difference of digammas",
    ),
    jax=True,
    commutes=True,
    title="beta function",
    notation=r"\operatorname{B}(#1, #2)",
    definition=lambda a, b: np.exp(betaln(a, b)),
    samples=TWO_ABOVE_0,
)
betaln: Op = special(
    "betaln",
    Rule(
        lambda dy, y, a, b: dy * (digamma(a) - digamma(a + b)),
        "log Γ({a}) + log Γ({b}) - log Γ({a} + {b}) moves by the digammas of what {a} is in",
    ),
    Rule(
        lambda dy, y, a, b: dy * (digamma(b) - digamma(a + b)),
        "log Γ({a}) + log Γ({b}) - log Γ({a} + {b}) moves by the digammas of what {b} is in",
    ),
    jax=True,
    commutes=True,
    title="log-beta function",
    notation=r"\log \operatorname{B}(#1, #2)",
    definition=lambda a, b: gammaln(a) + gammaln(b) - gammaln(a + b),
    samples=TWO_ABOVE_0,
)
betainc: Op = special(
    "betainc",
    UNKNOWN,
    UNKNOWN,
    Rule(
        lambda dy, y, a, b, x: (
            dy * np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b))
        ),
        "the beta distribution grows by its density",
    ),
    tensorflow="betainc",
    jax=True,
    range=(0, 1),
    title="beta distribution",
    notation=r"I_{#3}(#1, #2)",
    samples=(
        Sample(((2, 3), (2, 3), (2, 3)), domain=(0.2, 0.9)),
        Sample(((), (), (3,)), domain=(0.2, 0.9)),
    ),
)
gammainc: Op = special(
    "gammainc",
    UNKNOWN,
    Rule(
        lambda dy, y, a, x: dy * np.exp((a - 1) * np.log(x) - x - gammaln(a)),
        "the gamma distribution grows by its density",
    ),
    torch="special.gammainc",
    tensorflow="igamma",
    jax=True,
    range=(0, 1),
    title="gamma distribution",
    notation=r"P(#1, #2)",
    samples=TWO_ABOVE_0,
)
gammaincc: Op = special(
    "gammaincc",
    UNKNOWN,
    Rule(
        lambda dy, y, a, x: -dy * np.exp((a - 1) * np.log(x) - x - gammaln(a)),
        "what is left of the gamma distribution falls by its density",
    ),
    torch="special.gammaincc",
    tensorflow="igammac",
    jax=True,
    range=(0, 1),
    notation=r"Q(#1, #2)",
    samples=TWO_ABOVE_0,
)
stdtr: Op = special(
    "stdtr",
    UNKNOWN,
    Rule(
        lambda dy, y, df, x: (
            dy
            * np.exp(
                -np.log(df) / 2
                - betaln(df / 2, 0.5)
                - (df + 1) / 2 * np.log1p(x * x / df)
            )
        ),
        "the distribution grows by its density, Student's",
    ),
    range=(0, 1),
    notation=r"F_{t}(#2)",
    samples=TWO_ABOVE_0,
)
