"""Functions of complex numbers have the gradients that differences have, and a complex step is read."""

import numpy as np
import pytest

from chainrule import gradients
from chainrule.check import check_script

FUNCTIONS = {
    "tanh": lambda z: np.tanh(z * (1 + 0.5j)).imag,
    "log": lambda z: np.log(z + 2j).imag,
    "sqrt": lambda z: np.sqrt(z + 1j).real,
    "maximum": lambda z: np.abs(np.maximum(z, 0.1) + 1j),
    "where": lambda z: np.where(z.real > 0, z * 1j, 2j * z).imag,
}
COMPLEX_STEP = """
import numpy as np
rng = np.random.default_rng(0)
X, y, W = rng.normal(size=(6, 3)), rng.normal(size=(6, 2)), rng.normal(size=(3, 2))
def f(W):
    return 0.5 * np.mean((np.tanh(X @ W) - y) ** 2)
loss = f(W)
a = np.tanh(X @ W)
dz = (a - y) * (1 - a ** 2) / y.size
dW = X.T @ dz
moved = W.astype(complex)
for i in np.ndindex(*W.shape):
    moved[i] += 1e-30j
    print(np.imag(f(moved)) / 1e-30 - dW[i])
    moved[i] -= 1e-30j
W -= 0.1 * dW
"""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_complex_numbers_has_the_gradient_of_differences(name):
    def loss(W):
        return np.sum(np.exp(W) * FUNCTIONS[name](W.astype(complex)))

    W, step = np.array([[0.3, -0.5], [0.7, 0.2]]), 1e-6
    made = gradients(loss, W)
    for i in np.ndindex(*W.shape):
        up, down = W.copy(), W.copy()
        up[i] += step
        down[i] -= step
        assert np.isclose(made["W"][i], (loss(up) - loss(down)) / (2 * step), rtol=1e-7)


def test_a_script_that_compares_with_a_complex_step_is_checked(write):
    assert check_script(write(COMPLEX_STEP)).ok
    wrong = check_script(write(COMPLEX_STEP.replace("1 - a ** 2", "1 - a")))
    assert wrong.first_wrong.source.startswith("dz")
