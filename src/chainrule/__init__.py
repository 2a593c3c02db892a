"""Write the forward pass in NumPy; get the backward pass derived, explained and written out."""

from chainrule.door import emit, explain, gradients
from chainrule.program import ChainruleError, Op, Rule
from chainrule.trace import trace

__version__ = "0.1.0"
__all__ = [
    "ChainruleError",
    "Op",
    "Rule",
    "__version__",
    "emit",
    "explain",
    "gradients",
    "trace",
]
