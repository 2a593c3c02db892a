"""What names say: one table, looked up by the parts of a name, of which the last is the noun."""

from __future__ import annotations

import re
from typing import Literal

Meaning = Literal[
    "loss", "weight", "data", "label", "setting", "mask", "state", "score"
]
WORDS: dict[Meaning, str] = {
    "loss": """loss losses cost costs error err objective energy nll mse sse rss rmse mae bce ce
        crossentropy xent entropy likelihood criterion obj penalty hinge divergence distortion elbo kl
        verlust kosten fehler perdida coste costo perte cout erreur perdita perda custo erro
        j l e c lik logloss residual total""",
    "weight": """w ws weight weights wt bias biases b bs kernel kernels filter filters theta thetas
        coef coefs coefficient coefficients embedding embeddings emb param params parameter
        parameters syn gain intercept slope centroids centroid
        gewicht gewichte peso pesos sesgo sesgos poids biais pesi vies""",
    "data": """x xs input inputs data dataset feature features sample samples image images img picture pictures i
        batch obs observation observations point points token tokens row rows seq sequence signal
        time times real noise z eingabe eingaben daten entrada entradas entree entrees dati""",
    "label": """y ys t target targets label labels truth true gt want wanted goal goals desired
        expected answer answers onehot class classes action actions acts reference
        ziel ziele objetivo objetivos salida salidas cible cibles etiqueta etiquetas""",
    "setting": """lr rate eta alpha gamma lam lambda lmbda reg regularization decay momentum eps epsilon
        n m k size sizes epochs epoch steps step keep prob p temperature tau sigma margin tol
        dt beta1 beta2 delta jitter scale dim dims max min count length width height speed
        lernrate tasa taux tasso taxa""",
    "mask": "mask masks dropout drop keepmask",
    "state": """state states prev previous hidden cell memory carry initial init start running
        moving h0 c0 hprev cprev""",
    "score": """acc accuracy score f1 precision recall r2 correct auc""",
}
"""What the last part of a name means; several languages, for people write in their own."""
TABLE: dict[str, Meaning] = {
    word: meaning for meaning, words in WORDS.items() for word in words.split()
}
BEFORE: dict[str, Meaning] = {
    "expected": "label",
    "log": "weight",
    "desired": "label",
    "true": "label",
    "target": "label",
    "real": "data",
    "train": "data",
    "trn": "data",
    "test": "data",
    "learning": "setting",
    "step": "setting",
    "keep": "setting",
    "batch": "setting",
    "running": "state",
    "moving": "state",
    "prev": "state",
    "n": "setting",
    "num": "setting",
    "max": "setting",
    "min": "setting",
}
"""What a part before the last one says, where it says more than the noun: an expected output is no output."""
AFTER = frozenset(
    {"hidden", "train", "test", "val", "batch", "b", "tr", "te", "all", "data", "i"}
)
"""Parts behind the noun that leave its meaning: X_train is X."""


def parts(name: str) -> list[str]:
    """The parts of a name, split at underscores, digits and capitals, in small letters.

    >>> [parts(name) for name in ("expected_output", "W1", "learningRate", "X_train")]
    [['expected', 'output'], ['w'], ['learning', 'rate'], ['x', 'train']]
    """
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-zäöüß]+", name)
    return [word.lower() for word in words]


def stem(name: str) -> str:
    """A name without its number.

    >>> [stem(name) for name in ("w1", "W_2", "bias")]
    ['w', 'W_', 'bias']
    """
    return re.sub(r"\d+", "", name)


def meaning(name: str) -> Meaning | None:
    """What a name says its value is, or None.

    >>> [meaning(name) for name in ("expected_output", "W1", "lr", "X_train", "foo")]
    ['label', 'weight', 'setting', 'data', None]
    >>> [meaning(name) for name in ("X_b", "encoder_b", "trn_indep")]
    ['data', 'weight', 'data']
    >>> [meaning(name) for name in ("W_x", "b_y", "x_t", "U_z")]
    ['weight', 'weight', 'data', None]
    """
    lower = name.lower().rstrip("_0123456789")
    if name.lower() in TABLE:
        return TABLE[name.lower()]
    words = parts(name)
    while len(words) > 1 and words[-1] in AFTER:
        words.pop()
    if len(words) > 1 and len(words[-1]) > 2 and TABLE.get(words[-1]) == "loss":
        # the loss of a batch, of the training set, so far
        return "loss"
    for word in words[:-1]:
        if word in BEFORE:
            return BEFORE[word]
    if re.fullmatch(r"[^\W\d_]_[a-z]", name):
        # a letter behind a letter is an index, and no noun: W_x weighs x, and x_t is x at t
        return TABLE.get(words[0])
    if lower in TABLE:
        return TABLE[lower]
    if words and words[-1] in TABLE:
        return TABLE[words[-1]]
    # wf, bias_h, weights_out: the noun may stand first
    if (
        words
        and words[0] in TABLE
        and TABLE[words[0]] in ("weight", "mask", "label", "loss")
    ):
        return TABLE[words[0]]
    if words and re.fullmatch(r"[wb][a-z]{1,2}", words[-1]):
        return "weight"
    # X_b is a batch of X, and encoder_b the bias of the encoder
    return "weight" if parts(name)[-1:] == ["b"] else None
