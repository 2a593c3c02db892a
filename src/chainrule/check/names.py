"""The names people give to gradients, and what each says it is the gradient of."""

from __future__ import annotations

import re
from collections.abc import Iterator

LOSSES = "L|l|J|E|C|loss|Loss|cost|Cost|error|err|Err|total|obj|out"
GRADIENT_NAMES = (
    re.compile(
        rf"^(?:d|D|g|grad|partial)_?(?:{LOSSES})_?(?:d|D|wrt|by|over)_?(?P<of>\w+)$"
    ),
    re.compile(
        r"^(?:grad|gradient|nabla|partial|delta|Delta|error|err|err_signal|upstream|del|diff)s?_?"
        r"(?:wrt_|of_|for_|in_)?(?P<of>\w+)$"
    ),
    re.compile(r"^(?:d|D|g|G)_?(?P<of>\w+)$"),
    re.compile(
        r"^(?P<of>\w+?)_?(?:gradient|grad|delta|bar|error|err|adjoint|diff|g|d)s?$"
    ),
)
LOCAL = re.compile(
    r"^(?:d|D|partial)_?(?P<of>[A-Za-z]\w*?)_?_(?:d|D)_?(?P<by>\w+)$|^(?:d|D)(?P<of2>\w+?)d(?P<by2>\w+)$"
)
NUMBERED = re.compile(r"^(?:layer|l|L)?_?(?P<number>\d+)$")
PRE_ACTIVATIONS = ("z", "Z", "a", "s", "net", "u", "pre", "logits", "scores", "o")
OF_GRADIENTS = re.compile(r"grad|d_?param|nabla", re.IGNORECASE)
"""What holds gradients under the names of what they are of: ``grads["W1"]``."""
LISTED = re.compile(rf"(?i:{OF_GRADIENTS.pattern})|[dDgG]_?[A-Z]|d_?[wb]|partial")
"""What a list of gradients is called: errors and deltas are of other things, and of either sign."""
THE_GRADIENT = re.compile(r"g(rad(ient)?)?", re.IGNORECASE)
"""A name that says of what it is the gradient only where there is one thing of its shape."""
OF_PARAMETERS = re.compile(
    r"_?(param(eter)?s?|weights?|state|theta|model|data|value|val)", re.IGNORECASE
)
"""What says of a thing no more than that it is learnt: ``layer.params["W"]`` is ``layer.W``."""

COUNT = re.compile(r"_\d+$")
"""What is put to a name where a recording has met it before."""


def without_count(name: str | None) -> str:
    """The name as the script has it.

    >>> without_count("loss_3")
    'loss'
    """
    return COUNT.sub("", name or "")


def names_a_gradient(name: str) -> bool:
    """Whether a name looks like a gradient's.

    >>> [names_a_gradient(name) for name in ("dW1", "dL_dz2", "grad_b", "hidden")]
    [True, True, True, False]
    """
    return any(pattern.match(name) for pattern in GRADIENT_NAMES[:3]) or bool(
        re.search(r"_(grad|gradient|delta)$", name)
    )


def bases(name: str) -> Iterator[str]:
    """What ``name`` may be the gradient of, the likeliest first.

    >>> list(bases("dL_dW1"))
    ['W1', 'L_dW1']
    >>> next(bases("W1_grad")), next(bases("delta2"))
    ('W1', 'z2')
    """
    found: dict[str, None] = {}
    for pattern in GRADIENT_NAMES:
        match = pattern.match(name)
        if match is None:
            continue
        of = match["of"].strip("_")
        numbered = NUMBERED.match(of)
        if numbered is not None:
            found.update(
                (f"{word}{numbered['number']}", None) for word in PRE_ACTIVATIONS
            )
        if of:
            found[of] = None
    yield from found


def is_local(name: str, forward: set[str]) -> bool:
    """Whether a name says the derivative of one step, as ``dh_dz`` does, and not of the loss.

    >>> is_local("dh_dz1", {"h", "z1"}), is_local("dL_dz1", {"h", "z1"})
    (True, False)
    """
    match = LOCAL.match(name)
    return match is not None and (match["of"] or match["of2"]) in forward
