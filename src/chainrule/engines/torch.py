"""The PyTorch runner: emitted text with NumPy arrays in and out."""

from __future__ import annotations

from typing import Any

import numpy as np

from chainrule.engines.numpy import load
from chainrule.engines.require_framework import framework


def run(text: str, function: str, *arrays: Any) -> Any:
    """What ``function`` of the emitted ``text`` returns for these arrays, as NumPy arrays."""
    torch = framework("torch", "torch")
    tensors = [torch.from_numpy(np.array(array)) for array in arrays]
    return _back(load(text, "torch")[function](*tensors))


def _back(result: Any) -> Any:
    if isinstance(result, tuple | list):
        return tuple(_back(one) for one in result)
    return result.detach().numpy() if hasattr(result, "detach") else np.asarray(result)
