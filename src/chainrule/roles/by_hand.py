"""Which values a script works out a gradient of, though it never moves them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chainrule.derive.backward import backward
from chainrule.program import ChainruleError, Value
from chainrule.roles.history import History
from chainrule.roles.losses import cosine_of
from chainrule.roles.names import meaning
from chainrule.trace.slice import cut

ALONG = 0.999
"""The cosine from which on an array is taken to be a gradient, up to a factor."""
WORDS = frozenset(["d", "g", "dl", "dld", "grad", "gradient", "delta", "nabla"])
"""What a name of a gradient says beside the name of what it is the gradient of."""
NOT_LEARNT = frozenset(["data", "label", "mask", "state", "score"])


def with_gradient_by_hand(
    history: History, loss: Value, sources: Sequence[Value]
) -> list[Value]:
    """The sources of a loss whose gradient is among the values that a script computes, by its name or its numbers.

    By its numbers only what is called a weight: the gradient of a label is that of the prediction, with the other sign.
    """
    asked = [
        value
        for value in sources
        if value.differentiable and value.name and meaning(value.name) not in NOT_LEARNT
    ]
    others = _others(history, loss)
    near = {
        value: [one for one in others if one.shape == value.shape] for value in asked
    }
    called = [
        v for v in asked if any(_is_called_gradient(others[o], v) for o in near[v])
    ]
    rest = [
        value
        for value in asked
        if value not in called and near[value] and meaning(value.name or "") == "weight"
    ]
    if not rest:
        return called
    try:
        derived = backward(cut(history.run, loss, rest), loss, rest)
    except ChainruleError:
        return called
    met = [
        value
        for value in rest
        if any(
            _is_along(history.number(one), derived.gradient(value))
            for one in near[value]
        )
    ]
    return [value for value in asked if value in called or value in met]


def _others(history: History, loss: Value) -> dict[Value, str]:
    """The floats that variables held beside the loss, not on the way to it, with their names."""
    behind = history.behind(loss)
    return {
        value: variable.name
        for variable in history.variables
        for value in variable.versions
        if value in history.producer and value not in behind and value.dtype.kind == "f"
    }


def _is_called_gradient(called: str, source: Value) -> bool:
    said, name = called.lower(), (source.name or "").lower()
    rest = said.replace(name, "", 1).replace("_", "") if name and name in said else ""
    return rest in WORDS


def _is_along(number: np.ndarray, gradient: np.ndarray) -> bool:
    """Whether an array has the direction of a gradient; of a single number, whether it is the gradient."""
    if gradient.size > 1:
        cosine = cosine_of(number.ravel(), gradient.ravel())
        return cosine is not None and abs(cosine) > ALONG
    # 0 and 1 are met by chance
    return gradient.item() not in (0, 1) and bool(
        np.isclose(abs(number), abs(gradient), rtol=1e-9, atol=0).all()
    )
