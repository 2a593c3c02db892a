"""What a method, or one of several targets, puts into a list or dict is learnt like what an assignment puts there."""

import pytest

from chainrule.check.verdict import Verdict
from chainrule.roles import roles_of
from chainrule.trace import record_script

MADE = {
    "update": """P = {"W1": rng.normal(size=(4, 3))}
P.update({"W2": rng.normal(size=(3, 2)), "b2": np.zeros(2)})
""",
    "names": """P = dict(W1=rng.normal(size=(4, 3)))
P.update(W2=rng.normal(size=(3, 2)), b2=np.zeros(2))
""",
    "setdefault": """P = {"W1": rng.normal(size=(4, 3))}
P.setdefault("W2", rng.normal(size=(3, 2)))
P.setdefault("b2", np.zeros(2))
""",
}
TAKEN = {
    "items": """    for name in P:
        P[name] = P[name] - 0.1 * G[name]
""",
    "update": """    P.update({name: P[name] - 0.1 * G[name] for name in P})
""",
    "targets": """    P["W1"], P["W2"] = P["W1"] - 0.1 * G["W1"], P["W2"] - 0.1 * G["W2"]
    P["b2"] = P["b2"] - 0.1 * G["b2"]
""",
}
SCRIPT = """import numpy as np
rng = np.random.default_rng(1)
X = rng.normal(size=(6, 4))
y = rng.normal(size=(6, 2))
{made}for it in range({n}):
    h = np.tanh(X @ P["W1"])
    s = h @ P["W2"] + P["b2"]
    loss = np.mean((s - y) ** 2)
    ds = 2 * (s - y) / s.size
    G = {{"W2": h.T @ ds, "b2": ds.sum(axis=0)}}
    dz = ds @ P["W2"].T * (1 - h ** 2)
    G["W1"] = X.T @ dz
{taken}"""
GROWN = """import numpy as np
rng = np.random.default_rng(1)
X = rng.normal(size=(6, 4))
y = rng.normal(size=(6, 2))
Ws, bs = [], []
Ws.extend([rng.normal(size=(4, 3)), rng.normal(size=(3, 2))])
bs.insert(0, np.zeros(2))
bs.insert(0, np.zeros(3))
for it in range(2):
    h = np.tanh(X @ Ws[0] + bs[0])
    s = h @ Ws[1] + bs[1]
    loss = np.mean((s - y) ** 2)
    ds = 2 * (s - y) / s.size
    dW2, db2 = h.T @ ds, ds.sum(axis=0)
    dz = ds @ Ws[1].T * (1 - h ** 2)
    dW1, db1 = X.T @ dz, dz.sum(axis=0)
    for i, (dW, db) in enumerate(((dW1, db1), (dW2, db2))):
        Ws[i] = Ws[i] - 0.1 * dW
        bs[i] = bs[i] - 0.1 * db
"""
NORMALISED = """import numpy as np
rng = np.random.default_rng(2)
def adam(w, dw, c):
    c.setdefault("m", np.zeros_like(w)); c.setdefault("v", np.zeros_like(w)); c.setdefault("t", 0)
    c["t"] += 1
    c["m"] = 0.9 * c["m"] + 0.1 * dw
    c["v"] = 0.999 * c["v"] + 0.001 * dw ** 2
    mh = c["m"] / (1 - 0.9 ** c["t"])
    vh = c["v"] / (1 - 0.999 ** c["t"])
    return w - 0.01 * mh / (np.sqrt(vh) + 1e-8), c
X = rng.normal(size=(6, 4))
y = rng.normal(size=(6, 3))
P = {{"W": rng.normal(size=(4, 3)), "b": np.zeros(3), "g": np.ones(3)}}
configs = {{name: {{}} for name in P}}
for it in range({n}):
    z = X @ P["W"] + P["b"]
    std = np.sqrt(z.var(axis=0) + 1e-5)
    xn = (z - z.mean(axis=0)) / std
    a = np.tanh(P["g"] * xn)
    loss = np.mean((a - y) ** 2)
    da = 2 * (a - y) / y.size * (1 - a ** 2)
    G = {{"g": (da * xn).sum(axis=0)}}
    dxn = da * P["g"]
    dz = (len(X) * dxn - dxn.sum(axis=0) - xn * (dxn * xn).sum(axis=0)) / (len(X) * std)
    G["W"] = X.T @ dz
    G["b"] = dz.sum(axis=0){slip}
    for name in P:
        P[name], configs[name] = adam(P[name], G[name], configs[name])
"""
SPARED = {Verdict.RIGHT, Verdict.FOLLOWS}


@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_the_items_are_learnt(made, taken, check, tmp_path) -> None:
    text = SCRIPT.format(made=made, taken=taken, n=1)
    report = check(text)
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
    (tmp_path / "roles.py").write_text(text)
    roles = roles_of(record_script(tmp_path / "roles.py").recording, loss="loss")
    assert {one.name for one in roles.parameters} == {"W1", "W2", "b2"}


@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
def test_a_wrong_gradient_of_such_an_item_is_found(taken, check) -> None:
    text = SCRIPT.format(made=MADE["update"], taken=taken, n=2)
    report = check(text.replace("h.T @ ds,", "h.T @ ds / 2,"))
    assert [
        line.source.strip()[:3]
        for line in report.lines
        if line.verdict is Verdict.WRONG
    ] == ["G ="]


def test_lists_that_grow_by_several_are_learnt(check) -> None:
    assert {line.verdict for line in check(GROWN).lines} == {Verdict.RIGHT}


@pytest.mark.parametrize("n", [1, 3])
def test_a_bias_before_a_norm_has_no_gradient_but_rounding(n, check) -> None:
    assert {line.verdict for line in check(NORMALISED.format(n=n, slip="")).lines} == {
        Verdict.RIGHT
    }


def test_what_is_wrong_with_such_a_bias_is_found(check) -> None:
    report = check(NORMALISED.format(n=3, slip=" + P['b'] + xn[0]"))
    assert Verdict.WRONG in {line.verdict for line in report.lines}


LAYERS = """
import numpy as np
rng = np.random.default_rng(1)
X, y = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
P = {start}
for turn in range(2):
    h = np.tanh(X @ P["W"])
    s = h @ P["V"]
    loss = np.mean((s - y) ** 2)
    ds = 2 * (s - y) / s.size
    dh = ds @ P["V"].T * (1 - h**2)
    {more}
    P.update(W=P["W"] - 0.1 * X.T @ dh, V=P["V"] - 0.1 * h.T @ ds)
"""
OWN_SETTER = """[]
losses, turn, at = [0.0, 0.0], 0, 0
class Parameters(dict):
    n = 0
    def __setitem__(self, key, value):
        raise KeyError("only update is allowed")
P = Parameters()
P.update(W=rng.normal(size=(4, 3)), V=rng.normal(size=(3, 2)))"""
PLAIN = """dict(W=rng.normal(size=(4, 3)), V=rng.normal(size=(3, 2)))
losses, at = [0.0, 0.0], 0"""


@pytest.mark.parametrize(
    ("start", "more"),
    [(OWN_SETTER, ""), (PLAIN, "losses[at], at = float(loss), at + 1")],
)
def test_what_is_put_in_is_not_asked_for_in_another_way_than_the_script_does(
    check, start, more
):
    """A dict's own setter is not called, and an index that is bound anew by the same statement is not used again."""
    report = check(LAYERS.format(start=start, more=more))
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}


def test_gradients_that_are_inserted_at_the_front_are_no_momentum(check):
    report = check(
        """
import numpy as np
rng = np.random.default_rng(1)
X, y = rng.normal(size=(6, 4)), rng.normal(size=(6, 2))
P = [rng.normal(size=(4, 3)), rng.normal(size=(3, 2))]
for turn in range(2):
    h = np.tanh(X @ P[0])
    s = h @ P[1]
    loss = np.mean((s - y) ** 2)
    ds = 2 * (s - y) / s.size
    grads = []
    grads.insert(0, h.T @ ds)
    grads.insert(0, X.T @ (ds @ P[1].T * (1 - h**2)))
    for i in range(2):
        P[i] = P[i] - 0.1 * grads[i]
"""
    )
    assert {line.verdict for line in report.lines} == {Verdict.RIGHT}
