"""Which inputs are learnt, when nobody has said."""

import pytest

from chainrule.roles import roles_of
from chainrule.trace import record_script

NETWORK = """\
import numpy as np
rng = np.random.default_rng(0)
{}
loss = np.sum(h ** 2)
"""
LEARNT = {
    "the beta of a batch norm": (
        "x = rng.normal(size=(4, 3))\ngamma, beta = np.ones(3), np.zeros(3)\nh = gamma * x + beta",
        {"gamma", "beta"},
    ),
    "a kernel called K": (
        "image = rng.normal(size=(3, 3))\nK = rng.normal(size=(3, 3))\nh = image * K",
        {"K"},
    ),
    "a setting is one number": (
        "x, beta, alpha = np.ones(3), 0.9, np.array(0.1)\nw = rng.normal(size=3)\nh = alpha * w * x + beta",
        {"w"},
    ),
    "the state a loop starts from": (
        """\
xs = rng.normal(size=(3, 2))
U, V = np.eye(2), np.eye(2)
h = np.zeros(2)
for t in range(3):
    h = np.tanh(U @ xs[t] + V @ h)
""",
        {"U", "V"},
    ),
}


@pytest.mark.parametrize(("lines", "learnt"), LEARNT.values(), ids=LEARNT)
def test_what_is_learnt_is_read_off(lines, learnt, tmp_path):
    file = tmp_path / "network.py"
    file.write_text(NETWORK.format(lines))
    report = roles_of(record_script(file).recording)
    assert {value.name for value in report.parameters} == learnt
