"""The NumPy dialect."""

from chainrule.emit.dialect import Dialect, DType


def says_dtype(dtype: DType) -> bool:
    """Whether a literal of this type would come out as another one."""
    return dtype.name not in {"float64", "int64", "bool"}


NUMPY = Dialect(
    name="numpy",
    title="NumPy",
    module="np",
    functions="np",
    imports={"np": "import numpy as np"},
    array="np.array({0}{dtype})",
    zeros="np.zeros({0}{dtype})",
    says_dtype=says_dtype,
    stored="stored[{0}]",
    speaks_numpy=True,
    infinity="np.inf",
    nan="np.nan",
)
