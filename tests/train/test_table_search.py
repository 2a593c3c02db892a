"""A search on a table: what is tried, on which rows, and what becomes of the best."""

import numpy as np
import pytest

from chainrule.program import NonFiniteError, UsageError
from chainrule.train import tabular
from chainrule.train.data.table import DataTable
from chainrule.train.report import report
from chainrule.train.search import read_search

RNG = np.random.default_rng(2)
TABLE = DataTable(
    {
        "size": RNG.normal(size=80).round(3),
        "age": RNG.normal(size=80).round(3),
        "sold": np.array(["yes" if i % 3 else "no" for i in range(80)], object),
    }
)
LISTS = {"learning_rate": [1e-4, 3e-2], "hidden": [[4], [3, 2]], "seed": [5]}


def trained(lists, **more):
    told = {"target": ["sold"], "epochs": 6, "say": lambda _: None, **more}
    return tabular.train(TABLE, search=lists, **told)


def test_every_combination_is_tried_and_the_best_is_trained():
    outcome = trained(LISTS)
    assert len(outcome.tried) == 4
    losses = [row.val_loss for row in outcome.tried]
    assert losses == sorted(losses)
    best = outcome.tried[0].options
    alone = trained(None, **best)
    assert outcome.network.optimizer.learning_rate == best["learning_rate"]
    assert outcome.network.seed == 5
    # the rows are held out by the seed that was asked for, not by one that was tried
    assert outcome.held.digest() == trained(None).held.digest() != alone.held.digest()
    said = report.text(outcome)
    assert "tried: 4 networks, the best first" in said
    assert f"{losses[0]:.4g}" in said
    assert "<h2>What was tried</h2>" in report.html(outcome, "a search")


def test_what_diverges_stands_at_the_end_with_its_step():
    lists = {"learning_rate": [1e30, 1e-3], "optimizer": ["sgd"], "l2": [1.0]}
    outcome = trained(lists)
    assert [bool(row.ended) for row in outcome.tried] == [False, True]
    assert "at step" in outcome.tried[1].ended
    with pytest.raises(NonFiniteError, match="E201"):
        trained({**lists, "learning_rate": [1e30]})


def test_halving_gives_up_most_and_tells_after_which_epoch():
    lists = {"learning_rate": [1e-4, 1e-3, 0.01, 0.03], "seed": [0, 1]}
    told = []
    outcome = trained(lists, halving=2, say=told.append)
    assert "4 of 8 networks go on after epoch 2" in told
    tried = outcome.tried
    assert [row.left for row in tried] == [False] * 2 + [True] * 6
    assert [row.epoch for row in tried] == [6, 6, 3, 3, 2, 2, 2, 2]
    assert outcome.network.seed == tried[0].options["seed"]
    assert "3, given up" in report.text(outcome)
    with pytest.raises(UsageError, match="take one of the two"):
        trained({"epochs": [1, 2, 3]}, halving=2)


def test_a_file_tells_every_mistake_at_once(tmp_path):
    file = tmp_path / "search.toml"
    file.write_text(
        "hidden = [[8], [8, -1]]\ntest = [0.1]\nl2 = 0.1\nlearning_rat = [1]"
    )
    with pytest.raises(UsageError, match="E412") as told:
        read_search(file)
    lines = told.value.detail.splitlines()
    assert lines[0].startswith("hidden[1][1]") or lines[0].startswith("hidden[1]")
    assert "test: is not searched over" in lines[1]
    assert "l2: is a list of what to try, as [0.1]" in lines[2]
    assert "did you mean learning_rate?" in lines[3]
    file.write_text("")
    with pytest.raises(UsageError, match="E412"):
        read_search(file)
    file.write_text("seed = [0, 1]\nactivation = ['tanh', ['relu']]")
    assert read_search(file) == {"seed": [0, 1], "activation": [["tanh"], ["relu"]]}
