"""The report shows what there is to see, in one file that fetches nothing."""

import base64
import hashlib
import html
import re
import subprocess
import sys
from html.parser import HTMLParser

import numpy as np
import pytest

from chainrule.train import tabular
from chainrule.train.data.datasets import dataset
from chainrule.train.data.table import DataTable
from chainrule.train.loop import metrics
from chainrule.train.report import report

RNG = np.random.default_rng(2)
NUMBERS = RNG.normal(size=(120, 4))


def _trained(table, folder, **words):
    given = {"target": None, "hidden": (6,), "epochs": 4, "verbose": 0} | words
    return tabular.train(table, out=folder, **given)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    three = np.array(["a", "b", "c"], dtype=object)[np.arange(120) % 3]
    columns = {name: NUMBERS[:, place] for place, name in enumerate("wxyz")}
    tables = {
        "plane": dataset("xor"),
        "classes": DataTable({**columns, "t": three}, "t"),
        "numbers": DataTable({**columns, "t": 1e4 * NUMBERS[:, 0] - 5}, "t"),
        "several": DataTable(
            {**columns, "t": NUMBERS[:, 0], "u": NUMBERS[:, 1]}, "t,u"
        ),
        "labels": DataTable(
            {**columns, "t": (NUMBERS[:, 0] > 0) * 1.0, "u": (NUMBERS[:, 1] > 0) * 1.0},
            "t,u",
        ),
    }
    return {name: _trained(table, folder / name) for name, table in tables.items()} | {
        "all": _trained(tables["classes"], folder / "all", test=0.0)
    }


class Seen(HTMLParser):
    """The tags of a page, and the words of its titles and captions."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.words, self.inside = [], [], None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.inside = tag

    def handle_data(self, data):
        if self.inside in ("h2", "h3", "figcaption") and data.strip():
            self.words.append(data.strip())


COMMON = {"Loss", "The network on one sample", "Sizes of the gradients by layer", "W1", "W2", "h1", "y_pred"}  # fmt: skip


@pytest.mark.spread(3)
@pytest.mark.parametrize(
    ("which", "shown", "missing"),
    [
        (
            "plane",
            {"Accuracy", "Decision boundary", "Which class was taken for which"},
            {"What was predicted, and what is true"},
        ),
        (
            "classes",
            {"Accuracy", "Which class was taken for which"},
            {"Decision boundary"},
        ),
        (
            "numbers",
            {"Predicted and true t"},
            {"Accuracy", "Which class was taken for which"},
        ),
        ("several", {"Predicted and true t", "Predicted and true u"}, {"Accuracy"}),
        ("labels", {"Accuracy"}, {"Decision boundary", "Predicted and true t"}),
        ("all", {"Accuracy"}, {"Which class was taken for which"}),
    ],
)
def test_a_report_has_the_figures_its_task_calls_for(outcomes, which, shown, missing):
    seen = Seen(report.html(outcomes[which], "A network"))
    assert set(seen.words) >= COMMON | shown
    assert not missing & set(seen.words)


def test_a_report_holds_the_network_against_an_answer_that_looks_at_nothing(outcomes):
    outcome = outcomes["classes"]
    classes = outcome.features.target.classes
    usual = int(np.argmax(np.bincount(outcome.data.Y.ravel().astype(int))))
    share = np.mean(outcome.held.Y.ravel() == usual)
    page = report.html(outcome, "A network")
    said = f"Always answering “{classes[usual]}”, the most frequent class to train on, has an accuracy of {share:.1%}."
    assert said in report.text(outcome)
    assert said in html.unescape(page)
    off = outcomes["numbers"].held.Y - outcomes["numbers"].data.Y.mean()
    error = np.sqrt(np.mean((off * outcomes["numbers"].features.target.scale) ** 2))
    assert f"{error:,.0f} for t" in report.html(outcomes["numbers"], "A network")


def test_precision_recall_f1_and_the_area_under_the_curve_are_those_of_scikit_learn(
    outcomes,
):
    sklearn_metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    true, found = rng.integers(0, 3, 50), rng.integers(0, 3, 50)
    expected = sklearn_metrics.precision_recall_fscore_support(true, found)[:3]
    ours = metrics.by_class(metrics.confusion(found, true, 3))
    np.testing.assert_allclose(ours, np.transpose(expected), rtol=1e-14)
    scores = rng.integers(0, 9, 50) / 9
    area = sklearn_metrics.roc_auc_score(true > 0, scores)
    assert metrics.roc_auc(scores, true) == pytest.approx(area, rel=1e-14)
    seen = Seen(report.html(outcomes["classes"], "A network"))
    assert {"How each class fares", "The columns"} <= set(seen.words)


@pytest.mark.parametrize("which", ["plane", "numbers", "labels", "all"])
def test_a_report_is_one_page_that_fetches_nothing(outcomes, which):
    page = report.html(outcomes[which], "A network")
    tags = [tag for tag, _ in Seen(page).tags]
    assert not {"script", "link", "img", "iframe", "object", "use"} & set(tags)
    assert not re.search(r"https?:|url\(|@import|style=", page)
    [style] = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page


def test_every_figure_says_its_title_and_what_there_is_to_see(outcomes):
    seen = Seen(report.html(outcomes["plane"], "A network"))
    known = [attributes["id"] for _, attributes in seen.tags if "id" in attributes]
    assert len(known) == len(set(known))
    pictures = [attributes for tag, attributes in seen.tags if tag == "svg"]
    assert len(pictures) == 9
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(picture["aria-labelledby"].split()) <= set(known)


def test_predictions_are_in_the_targets_own_units(outcomes):
    from chainrule.train.report import gallery

    outcome = outcomes["numbers"]
    [plot] = gallery.predictions(outcome)
    dots = plot.marks[1]
    error = np.mean(np.abs(dots.x - dots.y))
    assert np.isclose(error, outcome.measures["mean absolute error"])
    assert np.abs(dots.x).max() > 1e3


def test_the_curves_end_where_the_metrics_are(outcomes):
    outcome = outcomes["classes"]
    last = outcome.diary.entries[-1].measures
    assert np.isclose(last["val_loss"], outcome.measures["loss"])
    assert last["val_accuracy"] == outcome.measures["accuracy"]


def test_settings_commands_and_versions_are_on_the_page(outcomes):
    page = report.html(
        outcomes["plane"],
        "A <b>network</b>",
        settings={"seed": 7, "l2": 0.1 + 0.2},
        commands=[("Predict:", "chainrule predict 'a <folder>' new.csv")],
    )
    assert "A &lt;b&gt;network&lt;/b&gt;" in page
    assert "<code>7</code>" in page
    assert "<code>0.3</code>" in page
    assert "chainrule predict &#39;a &lt;folder&gt;&#39; new.csv" in page
    assert np.__version__ in page


def test_a_report_of_a_training_that_was_taken_up_again_is_that_of_an_unbroken_one(
    tmp_path,
):
    table = dataset("xor")
    whole = _trained(table, tmp_path / "whole", epochs=8)
    _trained(table, tmp_path / "broken", epochs=3)
    broken = _trained(table, tmp_path / "broken", epochs=8)
    assert report.html(broken, "xor") == report.html(whole, "xor")


@pytest.mark.slow
def test_a_report_of_a_large_network_stays_small(tmp_path):
    n = 300
    X = RNG.normal(size=(n, 300))
    columns = {f"x{place}": X[:, place] for place in range(300)}
    classes = np.array([f"class {i % 20}" for i in range(n)], dtype=object)
    outcome = _trained(
        DataTable({**columns, "t": classes}, "t"),
        tmp_path,
        hidden=[200] * 12,
        epochs=1,
    )
    page = report.html(outcome, "large")
    assert len(page.encode()) < 250_000
    assert "The network, layer by layer" in page


def test_a_report_needs_no_matplotlib(tmp_path):
    script = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "from chainrule.cli import main\n"
        f"sys.argv = ['chainrule', 'train', 'moons', '--hidden', '4', '--epochs', '2', '--out', {str(tmp_path / 'm')!r}]\n"
        "main()"
    )
    subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, timeout=60
    )
    page = (tmp_path / "m" / "report.html").read_text()
    assert "Decision boundary" in page
    assert "--hidden 4 --epochs 4" in page
