"""The PyTorch dialect: ``dim`` for ``axis``, plain tensors, autograd for the comparison."""

from chainrule.emit.dialect import Dialect, DType
from chainrule.emit.fits import masks_alone

AUTODIFF = """
def loss_and_gradients_by_autodiff({arguments}):
    {targets} = (array.detach().requires_grad_() for array in {parameters})
    loss = forward({arguments})
    return loss.detach(), torch.autograd.grad(loss, {parameters})
"""


def says_dtype(dtype: DType) -> bool:
    """A literal is float32, int64 or bool of itself."""
    return dtype.name not in {"float32", "int64", "bool"}


TORCH = Dialect(
    name="torch",
    title="PyTorch",
    module="torch",
    functions="torch",
    imports={"torch": "import torch"},
    array="torch.tensor({0})",
    says_dtype=says_dtype,
    stored="torch.from_numpy(data[{0}])",
    renames={"axis": "dim", "keepdims": "keepdim"},
    count="{0}.numel()",
    cast="{0}.to({dtype})",
    fits=masks_alone,
    infinity="torch.inf",
    nan="torch.nan",
    printed="{0}.numpy()",
    autodiff=AUTODIFF,
    agree="torch.allclose(own, other, {tolerance})",
)
