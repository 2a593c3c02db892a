"""PyTorch scripts with a backward pass and updates by hand are checked like NumPy ones."""

import numpy as np
import pytest

from chainrule.check import check_script
from chainrule.check.languages.frameworks import pytorch
from chainrule.check.languages.listener import Listener
from chainrule.check.steps.script import Asked
from chainrule.program import ProgramError

pytestmark = pytest.mark.frameworks
SCRIPT = """
import torch
import torch.nn.functional as F

torch.manual_seed(0)
x = torch.randn(6, 4)
y = torch.tensor([0, 2, 1, 1, 0, 2])
w1, b1 = torch.randn(4, 5) * 0.3, torch.zeros(5)
w2 = torch.randn(5, 3) * 0.3
for step in range(3):
    h = torch.tanh(x.mm(w1) + b1)
    logits = h @ w2
    loss = F.cross_entropy(logits, y)
    dlogits = F.softmax(logits, dim=1)
    dlogits[range(6), y] -= 1
    dlogits /= 6
    dw2 = h.t().mm(dlogits)
    dh = (1 - h**2) * dlogits.mm(w2.t())
    dw1 = x.t().mm(dh)
    db1 = dh.sum(dim=0)
    w1 -= 0.1 * dw1
    b1 -= 0.1 * db1
    w2 -= 0.1 * dw2
    print(step, loss.item())
"""


def report(text, tmp_path):
    pytest.importorskip("torch")
    path = tmp_path / "net.py"
    path.write_text(text)
    return check_script(path)


def test_a_right_one_is_right_in_every_parameter(tmp_path):
    found = report(SCRIPT, tmp_path)
    assert found.ok
    assert found.parameters == dict.fromkeys(("w1", "b1", "w2"), "RIGHT")


@pytest.mark.parametrize(
    ("old", "new", "fix"),
    [
        ("(1 - h**2)", "(1 - h)", "h ** 2"),
        ("dh.sum(dim=0)", "dh.mean(dim=0)", "dh.sum(dim=0)"),
        ("x.t().mm(dh)", "-x.t().mm(dh)", "x.t().mm(dh)"),
    ],
)
def test_a_mistake_is_corrected_in_its_own_words(old, new, fix, tmp_path):
    found = report(SCRIPT.replace(old, new), tmp_path)
    assert new in found.first_wrong.source
    assert fix in found.first_wrong.fix
    healed = report(found.corrected(), tmp_path)
    assert healed.ok


def test_a_script_that_leaves_its_gradients_to_pytorch_is_refused(tmp_path):
    text = SCRIPT.split("    dlogits = F", maxsplit=1)[0] + "    loss.backward()\n"
    with pytest.raises(ProgramError) as refused:
        report(text, tmp_path)
    assert refused.value.exit_code == 3
    with pytest.raises(ProgramError, match="PyTorch's own"):
        Asked(str(tmp_path / "net.py")).report(text)


def test_losses_are_what_pytorch_computes():
    torch = pytest.importorskip("torch")
    F = torch.nn.functional
    heard = Listener(pytorch({}))
    rng = np.random.default_rng(0)
    x, y, labels = rng.standard_normal((4, 3)), rng.random((4, 3)), np.array([0, 2, 1, 1])  # fmt: skip
    for name, one, other in (
        ("mse_loss", x, y),
        ("binary_cross_entropy", 1 / (1 + np.exp(-x)), y),
        ("cross_entropy", x, labels),
    ):
        true = getattr(F, name)(torch.tensor(one), torch.tensor(other)).item()
        assert np.isclose(float(heard.call(f"F.{name}", one, other)), true)
