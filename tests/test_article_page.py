"""docs/article.md speaks of every number of the article, and what it calls right is right."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "article.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (new )?`(\w+)`(?: row (\d))? \| ([^|]+) \| ([^|]+) \|", re.MULTILINE
)
NUMBER = re.compile(r"−?\d+(?:\.\d+)?")
GRADIENTS = {"dz2", "dW2", "db2", "dh", "dz1", "dW1", "db1"}
ROWS = [match.groups() for match in ROW.finditer(PAGE)]


def numbers(cell):
    return [float(text.replace("−", "-")) for text in NUMBER.findall(cell)]


@pytest.fixture(scope="module")
def right():
    """Every value of the article's own listing: before the step, and after ("new")."""
    before = runpy.run_path(str(ROOT / "examples" / "article.py"))
    after = runpy.run_path(str(ROOT / "examples" / "article_numpy.py"))
    values = {name: before[name] for name in ("z1", "h", "z2", "y_pred", "loss")}
    values |= {name: after["dL_" + name] for name in GRADIENTS}
    values |= {"new " + name: after[name] for name in ("W1", "b1", "W2", "b2")}
    h = np.maximum(0, after["W1"] @ after["x"] + after["b1"])
    y_pred = 1 / (1 + np.exp(-(after["W2"] @ h + after["b2"])))
    return values | {"new loss": -np.log(y_pred)}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(filter(None, row[:3])))
def test_the_right_column_is_right(row, right):
    new, name, index, _, stated = row
    value = right[(new or "") + name]
    if index:
        value = value[int(index) - 1]
    np.testing.assert_allclose(numbers(stated), np.ravel(value), rtol=0, atol=5e-7)


def test_the_page_speaks_of_every_value(right):
    assert {(row[0] or "") + row[1] for row in ROWS} == set(right)
