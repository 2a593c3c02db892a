"""A figure is said once and drawn by two printers, which draw what it says."""

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.nn.layers import BatchNorm, Dense, Dropout, LayerNorm, Residual
from chainrule.program import ShapeError
from chainrule.train import Network, figures
from chainrule.train.figures import contour, curves, drawn, plane, plot, spread
from chainrule.train.figures.plot import (
    Area,
    Axis,
    Band,
    Connection,
    Curve,
    Dots,
    FigurePlot,
    RoundedBox,
)
from chainrule.train.model.inspect import looker

DEEP = (
    Dense(6, "relu"), BatchNorm(), Dropout(0.3), Residual((Dense(6, "tanh"), LayerNorm())), Dense(1, "sigmoid"),
)  # fmt: skip


@pytest.fixture
def ax():
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    with np.errstate(all="warn", under="ignore"):
        yield plt.subplots()[1]
    plt.close("all")


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    y = (X[:, 0] > 0).astype(int)
    return Network((8,), learning_rate=0.02).fit(X, y, epochs=20, validation=0.2), X, y


@pytest.fixture(scope="module")
def plots(network):
    trained, X, y = network
    some = trained.data(X, y)
    deep = Network(DEEP, "bce").fit(X, y[:, None], epochs=1)
    rng = np.random.default_rng(1)
    return {
        "losses": curves.curves(
            trained.history_, ("loss", "val_loss"), title="Loss", log=True
        ),
        "metrics": curves.curves(
            trained.history_, ("val_accuracy",), title="<Metrics> & more"
        ),
        "flow": curves.flow(
            [1, 2], {"W1": [[0.1, 0.2, 0.3]] * 2, "W2": [[0, 0, 0], [0.1, 0.2, 0.3]]}
        ),
        "histogram": spread.histogram(
            {"first": rng.normal(size=99), "last": np.ones(5)}
        ),
        "predicted": spread.predicted(rng.normal(size=9), rng.normal(size=9), "price"),
        "boundary": plane.boundary(
            lambda Z: plane.margins(trained.predict(Z), "integer", logits=False),
            X,
            y,
            n=30,
        ),
        "units": drawn.drawing(trained.plan, trained.numbers_, some),
        "blocks": drawn.drawing(
            deep.plan, deep.numbers_, deep.data(X[:20], y[:20, None])
        ),
    }


NAMES = (
    "losses", "metrics", "flow", "histogram", "predicted", "boundary", "units", "blocks",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_as_svg_is_named_described_and_within_its_sheet(plots, name):
    root = ET.fromstring(figures.svg(plots[name], "one"))
    title, said = root.find("title"), root.find("desc")
    assert root.get("aria-labelledby") == f"{title.get('id')} {said.get('id')}"
    assert title.text == plots[name].title
    assert said.text == plots[name].said
    assert len(said.text) > 20
    _, _, width, height = map(float, root.get("viewBox").split())
    for text in root.iter("text"):
        assert 0 <= float(text.get("x")) <= width
        assert 0 <= float(text.get("y")) <= height
    for path in root.iter("path"):
        assert "nan" not in path.get("d")
        assert "inf" not in path.get("d")
        for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.get("d")):
            assert -0.1 <= float(x) <= width + 0.1
            assert -0.1 <= float(y) <= height + 0.1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_an_svg_needs_a_style_attribute_or_leaves_the_page(plots, name):
    text = figures.svg(plots[name], "one")
    assert "style=" not in text
    assert "http" not in text
    assert "href" not in text


@pytest.mark.frameworks
@pytest.mark.parametrize("name", NAMES)
def test_both_printers_draw_every_mark(plots, name, ax):
    marks = plots[name].marks
    root = ET.fromstring(figures.svg(plots[name], "one"))
    assert figures.onto(plots[name], ax) is ax

    def of(*kinds):
        return sum(isinstance(mark, kinds) for mark in marks)

    def drawn_as(word):
        return sum(word == path.get("class").split()[0] for path in root.iter("path"))

    assert drawn_as("link") == of(Connection)
    assert drawn_as("band") == of(Band)
    keys = len(curves_named_above(plots[name]))
    assert drawn_as("curve") == of(Curve) + keys
    assert len(list(root.iter("rect"))) == of(RoundedBox)
    parted = sum(isinstance(mark, RoundedBox) and mark.parted for mark in marks)
    assert len(ax.lines) == of(Curve) + of(Connection) + parted
    filled = sum(isinstance(mark, Area) and bool(mark.loops) for mark in marks)
    assert len(ax.patches) == of(RoundedBox) + filled
    assert len(ax.collections) == of(Band) + of(Dots)


def curves_named_above(one):
    return [mark for mark in one.labelled if isinstance(mark, Curve) and one.bare]


@pytest.mark.frameworks
def test_losses_are_drawn_epoch_by_epoch(ax, network):
    trained, *_ = network
    assert figures.losses(trained.history_, ax) is ax
    for line, name in zip(ax.lines, ("loss", "val_loss"), strict=True):
        assert line.get_ydata().tolist() == [row[name] for row in trained.history_]


@pytest.mark.frameworks
def test_metrics_are_those_of_the_history(ax, network):
    trained, *_ = network
    figures.metrics(trained.history_, ax)
    assert [line.get_label() for line in ax.lines] == ["val_accuracy"]


@pytest.mark.frameworks
def test_the_plane_is_coloured_as_the_network_sees_it(ax, network):
    trained, X, y = network
    figures.decision_boundary(trained, X, y, ax, n=50)
    from matplotlib.colors import to_hex

    patches = {to_hex(patch.get_facecolor()): patch for patch in ax.patches[::3]}
    assert len(patches) == 2
    points = np.random.default_rng(3).uniform(X.min(0), X.max(0), size=(200, 2))
    found = trained.classes(points)
    ahead = plane.margins(trained.predict(points), "integer", logits=False)
    far = np.abs(ahead[:, 0]) > 0.2
    for place, patch in enumerate(patches.values()):
        inside = patch.get_path().contains_points(points)
        assert np.array_equal(inside[far], found[far] == place)


@pytest.mark.frameworks
def test_gradients_and_weights_are_drawn_one_by_one(ax, network):
    trained, *_ = network
    figures.gradient_flow([trained.numbers_] * 3, ax)
    assert [line.get_label() for line in ax.lines] == list(trained.numbers_)
    before = len(ax.lines)
    figures.histogram({"W1": trained.numbers_["W1"]}, ax)
    assert len(ax.lines) == before + 1


@pytest.mark.frameworks
def test_a_network_is_drawn_with_its_values_and_gradients(ax, network):
    trained, X, y = network
    figures.network(trained, X, y, ax)
    shown = {text.get_text() for text in ax.texts}
    seen = looker(trained.plan)(trained.numbers_, trained.data(X[:1], y[:1]))
    wanted = [*X[0], *seen.values["h1"][0], *seen.slopes["h1"][0], *seen.values["y_pred"][0]]  # fmt: skip
    assert {drawn.short(float(number)) for number in wanted} <= shown


def test_a_plane_has_two_dimensions(network):
    trained, _, y = network
    with pytest.raises(ShapeError, match="two numbers a sample"):
        figures.decision_boundary(trained, np.ones((60, 3)), y)


def test_of_a_long_layer_some_units_are_left_out_and_counted(network):
    trained = Network((30,)).fit(*network[1:], epochs=1)
    X, y = network[1:]
    one = drawn.drawing(trained.plan, trained.numbers_, trained.data(X, y))
    words = [mark.text for mark in one.marks if isinstance(mark, plot.PlacedWords)]
    assert "⋮ 22 more" in words
    assert sum(isinstance(mark, RoundedBox) for mark in one.marks) == 2 + 8 + 2


def test_the_blocks_of_a_deep_network_fit_on_a_page():
    deep = Network([4] * 60).build(3, 1, "real")
    some = deep.data(np.ones((5, 3)), np.ones((5, 1)))
    one = drawn.drawing(deep.plan, deep.numbers_, some)
    words = [mark.text for mark in one.marks if isinstance(mark, plot.PlacedWords)]
    assert "⋮ 48 more layers" in words
    assert sum(isinstance(mark, RoundedBox) for mark in one.marks) == 1 + 13
    assert len(figures.svg(one, "one")) < 20_000


def test_many_zeros_are_told_and_not_drawn():
    half = np.concatenate([np.zeros(50), np.linspace(1, 2, 50)])
    one = spread.histogram({"h": half})
    (curve,) = (mark for mark in one.marks if isinstance(mark, Curve))
    assert curve.label == "h, 50% are 0"
    assert curve.x.min() == 1
    assert np.isclose(curve.y[1:-1:2].sum(), 0.5)


@pytest.mark.parametrize("numbers", [[], [1.0], [2.0, 2.0], [np.nan, np.inf]])
def test_little_to_draw_is_drawn_all_the_same(numbers):
    array = np.array(numbers)
    rows = [{"epoch": i + 1.0, "loss": x} for i, x in enumerate(numbers)]
    some = [
        spread.histogram({"x": array}),
        curves.curves(rows, ("loss",), title="Loss", log=True),
        spread.predicted(array[np.isfinite(array)], array[np.isfinite(array)]),
        curves.flow([1] * array.size, {"W1": [[0.0, 0.0, 0.0]] * array.size}),
    ]
    for one in some:
        ET.fromstring(figures.svg(one, "one"))


def test_an_axis_is_logarithmic_only_where_it_helps():
    def axis(*numbers):
        rows = [{"epoch": i, "loss": x} for i, x in enumerate(numbers)]
        return curves.curves(rows, ("loss",), title="Loss", log=True).y

    assert axis(1.0, 0.01).log
    assert not axis(1.0, 0.5).log
    assert not axis(1.0, 0.0).log


@given(
    st.lists(st.floats(-1, 1, width=16), min_size=30, max_size=30),
    st.floats(-0.9, 0.9),
)
def test_a_contour_holds_what_is_above_the_level_and_nothing_else(numbers, level):
    field = np.array(numbers).reshape(5, 6)
    across, up = np.arange(6.0), np.linspace(-1, 1, 5)
    field = np.where(np.abs(field - level) < 1e-3, level + 0.1, field)
    found = contour.loops(field, across, up, level)
    for row in range(1, 4):
        for column in range(1, 5):
            turns = sum(_winding(loop, across[column], up[row]) for loop in found)
            assert turns == (field[row, column] >= level)


def _winding(loop, x, y):
    """How often a loop runs around a point, counter-clockwise."""
    steps = loop - (x, y)
    angles = np.arctan2(steps[:, 1], steps[:, 0])
    turns = np.diff(np.append(angles, angles[0]))
    return round(float(np.sum((turns + np.pi) % (2 * np.pi) - np.pi)) / (2 * np.pi))


def test_a_contour_of_a_disc_has_its_area():
    across = up = np.linspace(-1.5, 1.5, 80)
    field = 1 - np.hypot(*np.meshgrid(across, up))
    (loop,) = contour.loops(field, across, up, 0.0)
    x, y = loop.T
    area = (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() / 2
    assert np.isclose(area, np.pi, rtol=2e-3)


@pytest.mark.parametrize(
    ("labels", "logits", "predicted", "best"),
    [
        ("0/1", False, [[0.2], [0.9]], [0, 1]),
        ("0/1", True, [[-3.0], [0.1]], [0, 1]),
        ("-1/+1", False, [[-3.0], [0.1]], [0, 1]),
        ("integer", False, [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]], [1, 0]),
        ("one-hot", True, [[2.0, 5.0, 3.0], [6e2, 3.0, 1.0]], [1, 0]),
    ],
)
def test_margins_are_above_0_for_the_class_found_alone(labels, logits, predicted, best):
    with np.errstate(under="ignore"):
        ahead = plane.margins(np.array(predicted), labels, logits=logits)
    assert (np.abs(ahead) <= 1).all()
    assert ahead.argmax(axis=1).tolist() == best
    assert ((ahead > 0).sum(axis=1) == 1).all()


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.booleans())
def test_ticks_are_few_round_and_within(low, size, whole):
    high = low + size
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        return
    found = plot.ticks(low, high, Axis(whole=whole))
    slack = 1e-6 * (high - low) + 1e-9
    assert len(found) <= 8
    assert all(low - slack <= tick <= high + slack for tick in found)
    assert len(found) >= 3 or whole


@given(st.floats(-8, 8), st.floats(0.01, 12))
def test_a_logarithmic_axis_has_ticks_too(low, size):
    found = plot.ticks(10**low, 10 ** (low + size), Axis(log=True))
    assert 1 <= len(found) <= 9
    assert all(np.diff(found) > 0)


def test_a_plot_of_nothing_has_an_axis():
    ET.fromstring(
        figures.svg(FigurePlot("Nothing", "There is nothing to see.", ()), "one")
    )


def test_a_single_epoch_is_a_dot():
    rows = [{"epoch": 1.0, "loss": 0.5}]
    text = figures.svg(curves.curves(rows, ("loss",), title="Loss"), "one")
    assert 'class="dots s0"' in text
    assert 'class="curve' not in text


def test_no_two_of_many_classes_look_alike():
    assert len({plot.look(style) for style in range(36)}) == 36


@pytest.mark.parametrize("end", [900.0, 9e6])
def test_numbers_along_an_axis_do_not_run_into_each_other(end):
    one = FigurePlot("x", "x", (Curve(np.array([-end, end]), np.array([0.0, 1.0])),))
    root = ET.fromstring(figures.svg(one, "one"))
    ticks = [text for text in root.iter("text") if text.get("class") == "tick middle"]
    places = [
        (float(one.get("x")), 5.5 * len(one.text) / 2)
        for one in sorted(ticks, key=lambda one: float(one.get("x")))
    ]
    assert len(places) >= 2
    for (left, half), (right, other) in pairwise(places):
        assert left + half < right - other


def test_gradients_of_next_to_nothing_do_not_flatten_the_others():
    one = curves.flow([1, 2], {"W1": [[1e-12, 0.1, 0.2]] * 2, "W2": [[0.1, 0.2, 0.3]] * 2})  # fmt: skip
    low, high = one.y.span
    assert 1e-4 < low < 0.1
    assert high == 0.3
