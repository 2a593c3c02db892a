"""Each framework as a language, with the names that a user's functions see."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Mapping
from typing import Any

from chainrule.check.languages import jax, tensorflow, torch
from chainrule.check.languages.language import NUMPY, Language

IMPORTED = re.compile(r"^\s*(import|from)\s+torch\b", re.MULTILINE)


def of_script(text: str) -> Language:
    """The language of a script: PyTorch's where it imports it, and nothing of its own derives gradients there."""
    if not IMPORTED.search(text) or importlib.util.find_spec("torch") is None:
        return NUMPY
    importlib.import_module("torch")
    return pytorch({})


def pytorch(scope: Mapping[str, Any]) -> Language:
    """PyTorch: ``dim`` for ``axis``, functions that are methods too, writes in place."""
    module = sys.modules["torch"]
    return Language(
        "PyTorch",
        {
            "torch": module,
            "F": module.nn.functional,
            "torch.special": module.special,
            "torch.linalg": module.linalg,
        },
        torch.PHRASES,
        home="torch.",
        spelling="torch",
        functions="torch.",
        methods=True,
        synonyms=torch.SYNONYMS,
        attributes=torch.ATTRIBUTES,
        scope=scope,
    )


def jax_numpy(scope: Mapping[str, Any]) -> Language:
    """JAX: NumPy's words, and arrays that are never written to."""
    module = sys.modules["jax"]
    return Language(
        "JAX",
        {
            "jax": module,
            "jnp": module.numpy,
            "jax.nn": module.nn,
            "jax.lax": module.lax,
            "jax.scipy.special": module.scipy.special,
        },
        jax.PHRASES,
        home="jnp.",
        numpy_like="jnp",
        spelling="jax",
        functions="jnp.",
        attributes=jax.ATTRIBUTES,
        scope=scope,
    )


def eager_tensorflow(scope: Mapping[str, Any]) -> Language:
    """TensorFlow: functions only, and masks that are cast before they are numbers."""
    return Language(
        "TensorFlow",
        {"tf": sys.modules["tensorflow"]},
        tensorflow.PHRASES,
        home="tf.",
        spelling="tensorflow",
        functions="tf.math.",
        synonyms=tensorflow.SYNONYMS,
        scope=scope,
    )
