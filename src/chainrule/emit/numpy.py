"""The NumPy dialect."""

from chainrule.emit.dialect import Dialect

NUMPY = Dialect(
    name="numpy",
    title="NumPy",
    module="np",
    functions="np",
    imports={"np": "import numpy as np"},
    array="np.array({0}{dtype})",
    zeros="np.zeros({0}{dtype})",
    stored="stored[{0}]",
    speaks_numpy=True,
    infinity="np.inf",
    nan="np.nan",
)
