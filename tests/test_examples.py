"""The article's network in examples/ gives the right numbers, ours and its author's."""

import runpy
from pathlib import Path

import numpy as np
import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
FORWARD = ["z1", "h", "z2", "y_pred", "loss"]


def test_article_py_is_the_forward_pass_of_the_articles_own_listing():
    ours = runpy.run_path(str(EXAMPLES / "article.py"))
    theirs = runpy.run_path(str(EXAMPLES / "article_numpy.py"))
    for name in FORWARD:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-15)


def test_article_py_gives_the_right_numbers():
    values = runpy.run_path(str(EXAMPLES / "article.py"))
    np.testing.assert_allclose(values["z1"], [[-0.05], [1.4]], rtol=1e-15)
    np.testing.assert_allclose(values["z2"], [[-1.2]], rtol=1e-15)
    np.testing.assert_allclose(values["y_pred"], [[1 / (1 + np.exp(1.2))]])
    np.testing.assert_allclose(values["loss"], [[np.log1p(np.exp(1.2))]])


@pytest.mark.frameworks
def test_the_articles_two_listings_agree(capsys):
    in_numpy = runpy.run_path(str(EXAMPLES / "article_numpy.py"))
    in_tensorflow = runpy.run_path(str(EXAMPLES / "article_tensorflow.py"))
    assert "Loss: [1.46328" in capsys.readouterr().out
    for name in ["W1", "b1", "W2", "b2"]:
        np.testing.assert_allclose(
            in_tensorflow[name].numpy(), in_numpy[name], rtol=1e-6, atol=1e-7
        )
