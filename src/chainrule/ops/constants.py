"""Constants: small arrays written out in the forward pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.program import Op, Sample, Shape


def written_shape(*, value: Any, **_: Any) -> Shape:
    """The shape of nested tuples."""
    return np.shape(value)


def _spelled(array: str, kind: str) -> Any:
    """``np.array({value})``, with its type where Python's own numbers would give another."""

    def spelling(site: Any) -> str:
        plain = site.params["dtype"] in ("float64", "int64", "bool") and not kind
        return (
            f"{array}({{value}})"
            if plain
            else f"{array}({{value}}, dtype={kind or 'np.'}{{dtype}})"
        )

    return spelling


array = Op(
    lambda value, dtype: np.array(value, dtype=dtype),
    written_shape,
    (),
    name="array",
    params={"value": (), "dtype": "float64"},
    spelling={
        "numpy": _spelled("np.array", ""),
        "jax": _spelled("jnp.array", "jnp."),
        "torch": _spelled("torch.tensor", "torch."),
        "tensorflow": _spelled("tf.constant", "tf."),
    },
    kind="creation",
    notation="#value",
    samples=(
        Sample((), {"value": (1.0, 2.0)}),
        Sample((), {"value": ((1, 2), (3, 4)), "dtype": "int64"}),
    ),
    says="numbers written out",
)
