"""The page of networks names everything there is, and nothing else: its lists are those of the registries."""

import re
from pathlib import Path

import pytest

from chainrule.nn import ACTIVATIONS, INITIALISERS, LOSSES, RULES, SCHEDULES
from chainrule.nn.layer_registry import LAYERS
from chainrule.train.data.datasets import DATASETS

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"
REGISTRIES = {
    "layers": LAYERS,
    "activations": ACTIVATIONS,
    "losses": LOSSES,
    "initialisers": INITIALISERS,
    "optimizers": RULES,
    "schedules": SCHEDULES,
    "data sets": DATASETS,
}


@pytest.mark.parametrize("kind", REGISTRIES)
def test_the_list_on_the_page_is_the_registry(kind):
    row = re.search(rf"^\| {kind} \| (.*?)(;.*)? \|$", PAGE.read_text(), re.MULTILINE)
    assert row
    assert sorted(row[1].split(", ")) == sorted(REGISTRIES[kind])
