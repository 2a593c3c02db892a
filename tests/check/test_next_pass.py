"""What is right in one pass and wrong in the next: a word that is met twice, a velocity without a name."""

import re

import pytest

from chainrule.check import check_script, text
from chainrule.check.verdict import Verdict
from chainrule.program import UsageError

WORDS = """
import numpy as np
rng = np.random.RandomState(3)
table, out = rng.rand(6, 4) - 0.5, rng.rand(6, 4) - 0.5

def step(context, words, rate):
    hidden = table[context].mean(axis=0)
    p = 1 / (1 + np.exp(-out[words] @ hidden))
    labels = np.zeros(len(words)); labels[0] = 1
    loss = -np.sum(labels * np.log(p) + (1 - labels) * np.log(1 - p))
    delta = (labels - p) * rate
    back = delta @ out[words]
    out[words] += np.outer(delta, hidden)
    table[context] += back / len(context)
    return loss

total = 0
for context, words in (([0, 1, 2], [3, 4, 5]), ([2, 1, 2, 0], [4, 3, 0]), ([1, 5], [2, 0])):
    total += step(context, words, 0.2)
print(total)
"""
TWICE = "table[context] += back / len(context)"
EVERY_TIME = "np.add.at(table, context, back / len(context))"


def _wrong(report):
    return [line for line in report.lines if line.verdict is Verdict.WRONG]


@pytest.fixture
def script(tmp_path):
    def written(text):
        path = tmp_path / "script.py"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_what_the_second_pass_shows_is_told_with_what_to_write(script):
    report = check_script(script(WORDS))
    (line,) = _wrong(report)
    assert line.source.strip() == TWICE
    assert line.fix.strip() == EVERY_TIME
    # the first rows are alike: the entry that differs is shown
    assert re.search(r"yours  (\S+)     true  (?!\1 )\S+ at \[", text(report))
    assert any("pass 1 is right; this is pass 2" in note for note in report.notes)
    assert not report
    assert check_script(script(report.corrected())).ok


def test_what_is_right_in_both_passes_is_said_of_the_first(script):
    report = check_script(script(WORDS.replace(TWICE, EVERY_TIME)))
    assert report.ok
    assert not report.notes


UNNAMED = """
import numpy as np
rng = np.random.default_rng(4)
X, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 1))
W = rng.normal(size=(3, 1))
dW = np.zeros_like(W)
for epoch in range(4):
    p = X @ W
    loss = 0.5 * np.sum((p - y) ** 2)
    dW = {given}
    W -= {step}
    print(loss)
"""
VELOCITIES = {
    "the gradient is added": ("X.T @ (p - y) + 0.9 * dW", "0.01 * dW"),
    "the rate is inside": ("0.01 * X.T @ (p - y) + 0.9 * dW", "dW"),
    "the rate comes last": ("0.9 * dW + (X.T @ (p - y)) * 0.01", "dW"),
}


@pytest.mark.parametrize("style", VELOCITIES)
@pytest.mark.parametrize("n_pass", [2, 3])
def test_what_is_added_to_a_velocity_needs_no_name(script, style, n_pass):
    given, step = VELOCITIES[style]
    assert check_script(script(UNNAMED.format(given=given, step=step)), n_pass=n_pass)


@pytest.mark.parametrize("style", VELOCITIES)
def test_what_is_added_to_a_velocity_is_judged(script, style):
    given, step = (text.replace("p - y", "p") for text in VELOCITIES[style])
    report = check_script(script(UNNAMED.format(given=given, step=step)), n_pass=2)
    assert _wrong(report)


def test_a_sum_that_grows_is_no_velocity(script):
    text = UNNAMED.format(given="dW + (X.T @ (p - y) + 0.9 * dW)", step="0.01 * dW")
    assert _wrong(check_script(script(text), n_pass=2))


NEURONS = """
import math, random
random.seed(2)
first = [[random.random() for _ in range(3)] for _ in range(2)]
last = [[random.random() for _ in range(3)] for _ in range(2)]

def fire(weights, given):
    return 1 / (1 + math.exp(-sum(w * g for w, g in zip(weights, given))))

for given, wanted in ([[0.2, 0.9], [0, 1]], [[0.8, 0.3], [1, 0]], [[0.5, 0.4], [1, 1]]):
    hidden = [fire(one, given + [1]) for one in first]
    shown = [fire(one, hidden + [1]) for one in last]
    deltas = [o * (1 - o) * (o - w) for o, w in zip(shown, wanted)]
    back = [h * (1 - h) * sum(d * one[i] for d, one in zip(deltas, last)) for i, h in enumerate(hidden)]
    for one, d in zip(last, deltas):
        for j, h in enumerate(hidden + [1]):
            one[j] -= d * h
    for one, d in zip(first, back):
        for j, g in enumerate(given + [1]):
            one[j] -= d * g
"""


def test_errors_of_one_pass_belong_together_whatever_earlier_passes_read(script):
    """In the second pass, each output hangs on the other's weights through what the first has moved."""
    path = script(NEURONS)
    assert check_script(path, n_pass=2).ok
    path = script(NEURONS.replace("(o - w) for", "(o + w) for"))
    assert not check_script(path, n_pass=2).ok


ONE_PASS = """
import numpy as np
rng = np.random.default_rng(0)
X, y, w = rng.normal(size=(4, 2)), rng.normal(size=4), rng.normal(size=2)
loss = np.mean((X @ w - y) ** 2)
dw = 2 * X.T @ (X @ w - y) / len(y)
w -= 0.1 * dw
"""


def test_there_is_no_second_pass_where_there_is_one(script):
    with pytest.raises(UsageError, match="E411"):
        check_script(script(ONE_PASS), n_pass=2)
    assert check_script(script(ONE_PASS)).ok
