import ast
import json

import nbclient
import nbformat
import numpy as np
import pytest
import told
import told_numbers

from chainrule.formula import identifier
from chainrule.lesson.parts import Numbers
from chainrule.lesson.printers.notebook import to_notebook


def _read(parts):
    notebook = nbformat.reads(to_notebook(parts), as_version=4)
    nbformat.validate(notebook)
    return notebook


def _numbers(name, array, code=""):
    return Numbers(name, identifier(name), np.asarray(array), "", (), code)


def _run(parts):
    """The cells' code in one namespace, as a kernel would run them."""
    names = {}
    for cell in _read(parts).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    return names


def test_the_article_computes_its_own_numbers():
    names = _run(told.article())
    np.testing.assert_allclose(names["dW1"], told_numbers.dW1, rtol=1e-12)
    np.testing.assert_array_equal(
        names["W3"],
        next(p.array for p in told.article() if getattr(p, "name", "") == "W3"),
    )


def test_a_wrong_number_in_the_lesson_is_noticed():
    parts = [_numbers("x", [1.0, 2.0]), _numbers("y", [2.0, 4.1], "y = 2 * x")]
    with pytest.raises(AssertionError):
        _run(parts)


def test_a_wrong_number_in_a_large_array_is_noticed():
    x = np.arange(1000.0)
    parts = [_numbers("x", x), _numbers("y", 2 * x + 1e-3, "y = 2 * x")]
    with pytest.raises(AssertionError):
        _run(parts)


@pytest.mark.parametrize(
    "array",
    [
        np.array(2.5),
        np.zeros((0, 3)),
        np.array([np.nan, np.inf, -np.inf]),
        np.arange(4, dtype=np.int8),
        np.array([[True, False]]),
        np.linspace(0, 1, 7, dtype=np.float32),
        np.random.default_rng(0).normal(size=(30, 40)),
        np.arange(5000, dtype=np.int64).reshape(50, 100),
    ],
)
def test_given_arrays_come_back_exactly(array):
    back = _run([_numbers("given", array)])["given"]
    np.testing.assert_array_equal(back, array)
    assert back.dtype == array.dtype
    assert back.shape == array.shape


@pytest.mark.parametrize("text", told.HOSTILE)
def test_no_readers_text_becomes_code(text):
    notebook = _read(told.hostile(text))
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert code == ["import numpy as np\n\nnp.set_printoptions(precision=6)"]


def test_a_statement_that_uses_what_the_notebook_has_not_is_left_to_be_read():
    notebook = _read([_numbers("y", [2.0], "y = 2 * x")])
    assert [cell.cell_type for cell in notebook.cells] == ["code", "markdown"]


def test_every_code_cell_is_python():
    for cell in _read(told.article()).cells:
        if cell.cell_type == "code":
            ast.parse(cell.source)


def test_the_same_lesson_is_the_same_file():
    assert to_notebook(told.article()) == to_notebook(told.article())
    ids = [cell["id"] for cell in json.loads(to_notebook(told.article()))["cells"]]
    assert len(ids) == len(set(ids))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::DeprecationWarning")
def test_the_notebook_executes_in_jupyter():
    notebook = _read(told.article())
    nbclient.NotebookClient(notebook, timeout=120).execute()
    shown = [c.outputs for c in notebook.cells if c.cell_type == "code" and c.outputs]
    assert any("0.768525" in str(output) for output in shown)
