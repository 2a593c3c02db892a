"""Steps that one after the other use what the last has moved, where no number tells what they descend."""

import numpy as np
import pytest

import chainrule

SCRIPT = """
import numpy as np
data = np.array([-2.1, -1.7, -2.4, 2.6, 3.3, 4.1])
mu = np.array([-1.0, 1.0])
log_sigma = np.zeros(2)
for it in range(3):
    s = np.exp(log_sigma)
    share = np.exp(-0.5 * ((data[:, None] - mu) / s) ** 2) / s
    r = share / share.sum(axis=1, keepdims=True)
    dmu = (r * (data[:, None] - mu) / s**2).mean(axis=0)
    dls = (r * (((data[:, None] - mu) / s) ** 2 - 1)).mean(axis=0)
    mu = mu + 0.5 * dmu
    log_sigma = log_sigma + 0.1 * dls
    {told}
"""
TOLD = "np.log((np.exp(-0.5 * ((data[:, None] - mu) / np.exp(log_sigma)) ** 2) / np.exp(log_sigma)).sum(axis=1)).mean()"


def test_a_script_that_only_prints_its_likelihood_is_told_so(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(told=f"print({TOLD})"))
    with pytest.raises(chainrule.ChainruleError) as caught:
        chainrule.gradients(file)
    assert caught.value.code == "E325"


def test_the_likelihood_by_its_name_is_what_the_steps_climb(tmp_path):
    file = tmp_path / "script.py"
    file.write_text(SCRIPT.format(told=f"likelihood = {TOLD}"))
    found = chainrule.gradients(file)
    assert {*found} == {"mu", "log_sigma"}
    assert all(np.isfinite(one).all() for one in found.values())
