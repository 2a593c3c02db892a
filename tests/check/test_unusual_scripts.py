"""Right scripts are left in peace, however unusual they look."""

from pathlib import Path

import pytest
from planting import right_passes
from unusual_scripts import HEAD, RIGHT

from chainrule.check import check_script

EXAMPLES = Path(__file__).parents[2] / "examples"
FORWARD_ONLY = {"cs231n_layers", "micrograd_readme"}
SCRIPTS = [
    path
    for path in sorted((EXAMPLES / "corpus").glob("*.py"))
    if path.stem not in FORWARD_ONLY
]


@pytest.mark.spread(12)
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_script_that_looks_unusual_is_neither_blamed_nor_warned(tmp_path, name):
    path = tmp_path / "network.py"
    path.write_text(HEAD + RIGHT[name], encoding="utf-8")
    report = check_script(path)
    assert report.ok
    assert report.findings == report.notes == ()


@pytest.mark.spread(15)
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_published_example_is_warned_beside_its_gradients(path):
    report = check_script(path)
    assert report.findings == report.notes == ()


@pytest.mark.slow
def test_no_right_pass_that_is_written_anew_is_blamed_or_warned(tmp_path):
    path = tmp_path / "network.py"
    found = []
    for source in right_passes(200, 11):
        path.write_text(source, encoding="utf-8")
        report = check_script(path)
        if not report.ok or report.findings:
            found.append((report.findings, report.first_wrong, source))
    assert found == []
