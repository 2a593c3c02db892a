"""What a line sets is evaluated once, by whatever reads the script: an owner or a key may have an effect."""

from collections import Counter

import pytest

import chainrule
from chainrule.check import check_script

SCRIPT = """
import builtins
import numpy as np
X = np.array([[0.5, -1.0], [2.0, 0.3], [1.0, 1.5]])
y = np.array([1.0, 0.0, 2.0])
calls = []
builtins.told_calls.append(calls)
class Box:
    def __init__(self):
        self.n, self._q = 0, np.zeros(2)
    @property
    def q(self):
        calls.append("get q")
        return self._q
    @q.setter
    def q(self, value):
        calls.append("set q")
        self._q = value
box, hist, places = Box(), [], [0, 1, 2, 0, 1, 2]
P = {"W": np.array([0.1, -0.2]), "b": np.zeros(1)}
def get(name):
    calls.append(name)
    return {"P": P, "box": box, "hist": hist}[name]
def key(name):
    calls.append("key " + name)
    return name
counts = np.zeros(3)
for turn in range(2):
    s = X @ P["W"] + P["b"]
    loss = np.mean((s - y) ** 2)
    ds = 2 * (s - y) / s.size
    dW, db = X.T @ ds, ds.sum(axis=0, keepdims=True)
    get("P")[key("W")] = P["W"] - 0.1 * dW
    get("P")[key("b")] -= 0.1 * db
    get("box").n = turn
    get("box").n += 1
    get("box").q += 1.0
    get("box").n, get("P")["seen"] = turn, 1.0
    get("hist").append(float(loss))
    counts[places.pop()] += 1
    v = get("box").q[0]
"""
ONE_TURN = {"P": 3, "box": 5, "hist": 1, "key W": 1, "key b": 1, "get q": 2, "set q": 1}


@pytest.fixture
def script(tmp_path, monkeypatch):
    told: list[list[str]] = []
    monkeypatch.setattr("builtins.told_calls", told, raising=False)
    file = tmp_path / "script.py"
    file.write_text(SCRIPT, encoding="utf-8")
    return file, told


def test_a_reading_evaluates_each_owner_and_key_once(script):
    file, told = script
    found = chainrule.gradients(file)
    assert set(found) == {"W", "b"}
    wanted = {name: 2 * n for name, n in ONE_TURN.items()}
    assert told
    assert [one for one in told if Counter(one) != wanted] == []


def test_check_evaluates_each_owner_and_key_once(script):
    file, told = script
    assert check_script(file).ok
    assert told
    for one in told:
        turns = Counter(one)["hist"]
        assert Counter(one) == {name: turns * n for name, n in ONE_TURN.items()}
