"""Products in tiles are NumPy's, whatever their sizes, as they lie or turned around."""

import numpy as np
import pytest
from compiled_programs import functions, written

from chainrule.engines.c import compiler
from chainrule.trace import trace

SIZES = [
    (rows, inner, columns)
    for rows in (13, 310)
    for inner in (5, 263)
    for columns in (16, 41, 90)
]
"""Tiles of all rows and of some, one panel and several, whole and not; rows laid side by side at once, and in two blocks."""
WAYS = {
    "as they lie": lambda a, b: a @ b,
    "the left turned": lambda a, b: a.T @ b,
    "the right turned": lambda a, b: a @ b.T,
    "with what follows": lambda a, b: np.maximum(a.T @ b, 0) * 2,
    "added up": lambda a, b: np.sum(np.tanh(a @ b), axis=0),
}


def arrays(way, size, dtype):
    rows, inner, columns = size
    numbers = np.random.default_rng(0)
    a = numbers.normal(size=(rows, inner)).astype(dtype)
    b = numbers.normal(size=(inner, columns)).astype(dtype)
    turned = way in {"the left turned", "with what follows"}
    given = a.T if turned else a, b.T if way == "the right turned" else b
    return [np.ascontiguousarray(one) for one in given]


@pytest.fixture(scope="module")
def products():
    if isinstance(compiler.compiler(), compiler.Trouble):
        pytest.skip(compiler.compiler().message)
    asked = [(way, size, dtype) for way in WAYS for size in SIZES for dtype in "fd"]
    programs = []
    for way, size, dtype in asked:
        a, b = arrays(way, size, dtype)
        programs.append(trace(WAYS[way], a=a, b=b).program)
    return dict(zip(asked, functions(programs), strict=True))


@pytest.mark.parametrize("dtype", "fd")
@pytest.mark.parametrize("way", WAYS)
def test_products_of_all_sizes_are_numpys(way, dtype, products):
    for size in SIZES:
        a, b = arrays(way, size, dtype)
        (found,) = products[way, size, dtype](a, b)
        true = WAYS[way](*(one.astype(float) for one in (a, b)))
        tolerance = 1e-5 if dtype == "f" else 1e-13
        scale = max(1, np.abs(true).max())
        assert np.abs(found - true).max() <= tolerance * scale, size


def test_rows_of_a_matrix_turned_around_are_laid_side_by_side_where_its_lines_are_many():
    def text(inner, columns):
        size = (40, inner, columns)
        a, b = arrays("the left turned", size, "f")
        program = trace(WAYS["the left turned"], a=a, b=b).program
        return written(program, "p").text

    assert "lay_f32(laid, a" in text(263, 90)
    assert "lay_f32(laid, a" not in text(100, 90)
    assert "lay_f32(laid, a" not in text(263, 41)


def test_what_a_tile_ends_with_is_asked_for_before_where_it_may_be_far_off():
    def text(columns):
        size = (310, 263, columns)
        a, b = arrays("with what follows", size, "d")
        program = trace(WAYS["with what follows"], a=a, b=b).program
        return written(program, "p").text

    assert "fetch_f64(result + 120 * i0 + j0, rows, 120, width);" in text(120)
    assert "fetch_f64(result" not in text(90)
