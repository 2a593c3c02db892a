"""What a script makes of its data is an input only where the data themselves are none: who changes one, changes both."""

import numpy as np
import pytest

import chainrule

# a lesson, and what of it is handed over
SCRIPTS = {
    "the first turn of a recurrence": (
        """
x = np.array([[0.5, -1.0], [0.2, 0.7]])
W = np.array([[0.3, 0.1], [0.4, -0.2], [-0.5, 0.6], [0.9, 0.8]])
h = np.zeros(2)
for t in range(2):
    u = np.concatenate([x[t], h])
    h = np.tanh(u @ W)
loss = np.sum(h ** 2)
""",
        {"x", "W", "h"},
    ),
    "labels and their rows": (
        """
X = np.array([[0.5, -1.0], [0.2, 0.7], [1.0, 0.3]])
y = np.array([0, 1, 1])
Y = np.eye(2)[y]
W = np.array([[0.3, 0.1], [0.4, -0.2]])
p = np.exp(X @ W) / np.exp(X @ W).sum(axis=1, keepdims=True)
loss = np.sum((p - Y) ** 2) - np.mean(np.log(p[np.arange(3), y]))
""",
        {"X", "y", "W"},
    ),
    "data prepared once": (
        """
X = np.array([[0.5, -1.0], [0.2, 0.7], [1.0, 0.3]])
mean = X.mean(axis=0)
Z = X - mean
w = np.array([0.4, -0.2])
loss = np.sum((Z @ w) ** 2)
""",
        {"Z", "w"},
    ),
}


@pytest.mark.parametrize(("text", "inputs"), SCRIPTS.values(), ids=SCRIPTS)
def test_no_input_is_made_of_another_one(tmp_path, text, inputs):
    script = tmp_path / "net.py"
    script.write_text("import numpy as np\n" + text, "utf-8")
    source = chainrule.emit(script, dialect="numpy")
    head = source.partition("loss_and_gradients(")[2].partition(")")[0]
    assert {name.strip() for name in head.split(",")} == inputs
    made: dict = {}
    exec(source, made)
    own: dict = {}
    exec(script.read_text("utf-8"), own)
    given = {name: own[name] for name in inputs}
    given["h"] = np.zeros(2)
    loss, _ = made["loss_and_gradients"](**{name: given[name] for name in inputs})
    np.testing.assert_allclose(loss, own["loss"], rtol=1e-12)
