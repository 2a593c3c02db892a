"""The PyTorch dialect: ``dim`` for ``axis``, plain tensors, autograd for the comparison."""

from chainrule.emit.casts import masks_alone
from chainrule.emit.dialect import Dialect

AUTODIFF = """
def loss_and_gradients_by_autodiff({arguments}):
    loss = forward({arguments})
    gradients = torch.autograd.grad(loss, {parameters}{unconnected})
    return loss, gradients
"""


TORCH = Dialect(
    name="torch",
    title="PyTorch",
    module="torch",
    copy="{0}.clone()",
    entries_are_views=True,
    stacked="torch.stack({0})",
    functions="torch",
    imports={"torch": "import torch"},
    array="torch.tensor({0}{dtype})",
    zeros="torch.zeros({0}{dtype})",
    zeros_variable="torch.zeros({0}{dtype}, requires_grad=True)",
    variable="torch.tensor({0}{dtype}, requires_grad=True)",
    stored_variable="torch.from_numpy(stored[{0}]).requires_grad_()",
    update="{0} -= {rate} * {1}",
    assign="{0}.copy_({1})",
    guard="with torch.no_grad():",
    unconnected=", allow_unused=True, materialize_grads=True",
    printed_parameter="{0}.detach().numpy()",
    implied=frozenset({"float32", "int64", "bool"}),
    stored="torch.from_numpy(stored[{0}])",
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
