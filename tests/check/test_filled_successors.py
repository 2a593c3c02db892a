"""A parameter whose successor is filled entry by entry is moved by that; a literal rate over a length is the rate it is."""

import pytest

from chainrule.check import Verdict, check_script

HEAD = """import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(12, 2))
y = rng.normal(size=(12, 1))
"""
BY_ENTRIES = (
    HEAD
    + """
def cost_of(X, y, theta):
    return np.sum((X @ theta.T - y) ** 2) / (2 * len(X))


def descend(X, y, theta, alpha, rounds):
    new = np.zeros(theta.shape)
    cost = np.zeros(rounds)
    for i in range(rounds):
        error = X @ theta.T - y
        for j in range(2):
            term = np.multiply(error, X[:, j : j + 1])
            new[0, j] = theta[0, j] - (alpha / len(X)) * np.sum(term)
        theta = new
        cost[i] = cost_of(X, y, theta)
    return theta, cost


theta = np.zeros((1, 2))
found, cost = descend(X, y, theta, 0.01, 3)
print(found, cost_of(X, y, found))
"""
)
VARIANTS = {
    "the buffer itself": BY_ENTRIES,
    "a copy of the buffer": BY_ENTRIES.replace("theta = new\n", "theta = new.copy()\n"),
    "a buffer a pass": BY_ENTRIES.replace(
        "        error = X", "        new = np.zeros(theta.shape)\n        error = X"
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_what_is_filled_from_a_parameter_s_entries_is_its_next_version(name, tmp_path):
    script = tmp_path / "descent.py"
    script.write_text(VARIANTS[name], encoding="utf-8")
    report = check_script(script)
    assert report.ok
    assert "term" in {one.name for one in report.lines}


def test_the_wrong_entry_is_found_where_they_are_filled(tmp_path):
    script = tmp_path / "descent.py"
    wrong = BY_ENTRIES.replace("X[:, j : j + 1]", "X[:, :1]")
    script.write_text(wrong, encoding="utf-8")
    report = check_script(script)
    assert [one.name for one in report.lines if one.verdict is Verdict.WRONG] == [
        "term"
    ]


@pytest.mark.parametrize(
    "step",
    [
        "theta = theta - (0.01 / len(X)) * (error.T @ X)",
        "theta -= 0.01 / X.shape[0] * (error.T @ X)",
        "theta -= 0.01 * (1.0 / len(X)) * (error.T @ X)",
    ],
)
def test_a_literal_rate_over_a_length_is_no_missing_division(step, tmp_path):
    script = tmp_path / "descent.py"
    script.write_text(
        f"{HEAD}theta = np.zeros((1, 2))\nfor i in range(3):\n"
        f"    error = X @ theta.T - y\n    loss = np.sum(error**2) / (2 * len(X))\n"
        f"    {step}\n    print(loss)\n",
        encoding="utf-8",
    )
    assert check_script(script).ok
