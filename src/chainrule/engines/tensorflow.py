"""The TensorFlow runner: emitted text with NumPy arrays in and out."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.engines.numpy import load
from chainrule.engines.require_framework import framework


def run(text: str, function: str, *arrays: Any) -> Any:
    """What ``function`` of the emitted ``text`` returns for these arrays, as NumPy arrays."""
    tf = framework("tensorflow", "tensorflow")
    return _back(
        load(text, "tensorflow")[function](*(tf.constant(array) for array in arrays))
    )


def _back(result: Any) -> Any:
    if isinstance(result, tuple | list):
        return tuple(_back(one) for one in result)
    return result.numpy() if hasattr(result, "numpy") else np.asarray(result)
