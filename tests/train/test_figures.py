"""Figures draw what they are given, on the axes they are given."""

import numpy as np
import pytest

from chainrule.program import ShapeError
from chainrule.train import Network, figures


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


@pytest.mark.frameworks
def test_losses_are_drawn_epoch_by_epoch(ax, network):
    trained, *_ = network
    assert figures.losses(trained.history_, ax) is ax
    for line, name in zip(ax.lines, ("loss", "val_loss"), strict=True):
        assert line.get_ydata().tolist() == [row[name] for row in trained.history_]


@pytest.mark.frameworks
def test_the_plane_is_coloured_as_the_network_sees_it(ax, network):
    trained, X, y = network
    figures.decision_boundary(trained, X, y, ax, n=50)
    seen = ax.collections[0].get_array().reshape(50, 50)
    assert set(np.unique(seen)) == {0, 1}
    assert (seen[:, -1] == 1).mean() > 0.9


@pytest.mark.frameworks
def test_gradients_and_weights_are_drawn_one_by_one(ax, network):
    trained, *_ = network
    figures.gradient_flow([trained.numbers_] * 3, ax)
    assert [line.get_label() for line in ax.lines] == list(trained.numbers_)
    before = len(ax.patches)
    figures.histogram({"W1": trained.numbers_["W1"]}, ax)
    assert len(ax.patches) == before + 1


def test_a_plane_has_two_dimensions(network):
    trained, _, y = network
    with pytest.raises(ShapeError, match="two numbers a sample"):
        figures.decision_boundary(trained, np.ones((60, 3)), y)
