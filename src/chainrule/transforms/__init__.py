"""Functions of functions: gradients, Jacobians and Hessians, derived once and then only run."""

from chainrule.transforms.functions import (
    Transformed,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    value_and_grad,
)

__all__ = [
    "Transformed",
    "grad",
    "hessian",
    "hvp",
    "jacobian",
    "jvp",
    "value_and_grad",
]
