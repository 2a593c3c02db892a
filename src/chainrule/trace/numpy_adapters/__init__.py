"""NumPy functions whose call differs from their op's: lists of arrays, several results, strings first."""

from chainrule.trace.numpy_adapters import (  # noqa: F401 - each says which functions it reads
    comparison,
    creation,
    joining,
    matrices,
    numbers,
    products,
    shapes,
    writing,
)
from chainrule.trace.numpy_adapters.require import READERS

__all__ = ["READERS"]
