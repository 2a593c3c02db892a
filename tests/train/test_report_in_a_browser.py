"""What only a browser can say of the report."""

import numpy as np
import pytest

from chainrule.train import tabular
from chainrule.train.data.datasets import dataset
from chainrule.train.data.table import DataTable
from chainrule.train.report import report

pytestmark = pytest.mark.tools

DARK = "--blink-settings=preferredColorScheme=0"


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """A report with every figure for classes, one for numbers, and one with names that would like to be code."""
    folder = tmp_path_factory.mktemp("reports")
    numbers = np.random.default_rng(0).normal(size=(80, 3))
    words = np.where(numbers[:, 0] > 0, "<b>yes</b>", '" onload="x').astype(object)
    tables = {
        "classes": dataset("moons"),
        "numbers": DataTable({"a": numbers[:, 0], "b": numbers[:, 1], "c": numbers[:, 2]}, "c"),
        "hostile": DataTable({"</svg><script>": numbers[:, 1], "&": numbers[:, 2], "t": words}, "t"),
    }  # fmt: skip
    return {
        name: report.html(
            tabular.train(
                table,
                target=None,
                hidden=(6,),
                epochs=4,
                out=folder / name,
                verbose=0,
            ),
            f"A network for {name}",
            settings={"hidden": "6"},
            commands=[("Predict:", "chainrule predict model new.csv")],
        )
        for name, table in tables.items()
    }


@pytest.mark.parametrize("scheme", [(), (DARK,)], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("which", ["classes", "numbers", "hostile"])
def test_axe_finds_nothing(pages, which, width, scheme, examined):
    assert examined(pages[which], width, *scheme) == []


@pytest.mark.parametrize("which", ["classes", "hostile"])
def test_the_policy_lets_the_report_be_itself(pages, which, browse):
    document, console = browse(pages[which])
    assert console == []
    assert document.count("<svg") == pages[which].count("<svg")
