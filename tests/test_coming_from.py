"""Both columns of the pages for people who come from elsewhere: they run, and what both name has the same numbers."""

import re
from pathlib import Path

import numpy as np
import pytest

PAGES = Path(__file__).parents[1] / "docs" / "coming_from"
PAIR = re.compile(
    r"^```\{code-block\} python\n:caption: ([^\n]+)\n\n(.*?)^```\n"
    r"```\{code-block\} python\n:caption: chainrule\n\n(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
TOLD = {page.stem: page.read_text(encoding="utf-8") for page in PAGES.glob("*.md")}
PAIRS = {name: PAIR.findall(text) for name, text in TOLD.items() if name != "index"}


def numbers(value):
    """A value of any library as arrays of NumPy in lists and dicts; None for what holds no numbers."""
    match value:
        case dict():
            return {key: numbers(item) for key, item in value.items()}
        case list() | tuple():
            return [numbers(item) for item in value]
        case _ if hasattr(value, "detach"):
            return value.detach().numpy()
        case bool() | int() | float() | np.generic():
            return np.asarray(value)
        case _ if hasattr(value, "__array__") and hasattr(value, "shape"):
            return np.asarray(value)
    return None


def run(source, names, folder):
    # a file of its own, so that what reads source finds it
    path = folder / f"{names['__name__']}_{len(names)}.py"
    path.write_text(source, encoding="utf-8")
    exec(compile(source, path, "exec"), names)


def shared(left, right):
    """The numbers that both columns name, of the left and of the right."""
    both = {
        name: (numbers(left[name]), numbers(right[name]))
        for name in left.keys() & right.keys()
        if not name.startswith("_")
    }
    return {
        name: (one, other)
        for name, (one, other) in both.items()
        if one is not None and other is not None
    }


def assert_same(left, right, name):
    if isinstance(left, dict):
        assert left.keys() == right.keys(), name
        left, right = list(left.values()), [right[key] for key in left]
    if isinstance(left, list):
        for one, other in zip(left, right, strict=True):
            assert_same(one, other, name)
    elif left is not None:
        np.testing.assert_allclose(right, left, rtol=1e-9, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    "page",
    [
        name
        if name == "scikit_learn"
        else pytest.param(name, marks=pytest.mark.frameworks)
        for name in PAIRS
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_both_columns_have_the_same_numbers(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theirs, ours = {"__name__": "theirs"}, {"__name__": "ours"}
    for _, left, right in PAIRS[page]:
        run(left, theirs, tmp_path)
        run(right, ours, tmp_path)
        both = shared(theirs, ours)
        assert both, left
        for name, (one, other) in both.items():
            assert_same(one, other, name)


@pytest.mark.parametrize("page", PAIRS)
def test_every_listing_of_a_page_stands_in_a_pair(page):
    assert len(PAIRS[page]) >= 3
    assert TOLD[page].count("```{code-block}") == 2 * len(PAIRS[page])
