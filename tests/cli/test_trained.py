"""The lesson of a trained network: a row of a table, as the model is now or was after an epoch."""

import sys

import numpy as np
import pytest

import chainrule
from chainrule.cli import main

TABLE = (
    "a,b,kind\n"
    + "\n".join(f"{i * 0.3 % 2:.1f},{i * 0.7 % 3:.1f},{'xy'[i % 2]}" for i in range(20))
    + "\n"
)


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["chainrule", *map(str, arguments)])
    try:
        main()
    except SystemExit as stop:
        return stop.code or 0
    return 0


def test_a_trained_model_is_told_on_a_row_of_a_table(tmp_path, monkeypatch, capsys):
    table = tmp_path / "data.csv"
    table.write_text(TABLE)
    model = tmp_path / "model"
    assert (
        run(
            monkeypatch,
            "train",
            table,
            "--target",
            "kind",
            "--hidden",
            "3",
            "--epochs",
            "3",
            "--out",
            model,
        )
        == 0
    )
    capsys.readouterr()
    assert run(monkeypatch, "explain", model, "--data", table, "--row", "3") == 0
    now = capsys.readouterr().out
    assert "ReLU" in now
    assert "∂L/∂W1" in now
    assert "cell" in now.split("Overview")[0]
    assert (
        run(
            monkeypatch, "explain", model, "--data", table, "--row", "3", "--epoch", "1"
        )
        == 0
    )
    assert capsys.readouterr().out != now
    assert run(monkeypatch, "explain", model) == 2
    assert "--data" in capsys.readouterr().err
    assert run(monkeypatch, "explain", model, "--data", table, "--row", "99") == 2
    assert "rows 0 to 19" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_fitted_estimator_explains_itself_on_a_sample():
    from chainrule.sklearn import MLPClassifier

    generator = np.random.default_rng(0)
    X = generator.normal(size=(40, 3))
    y = (X[:, 0] > 0).astype(int)
    fitted = MLPClassifier((4,), max_iter=20, random_state=0).fit(X, y)
    lesson = chainrule.explain(fitted, X[:1], y[:1])
    probability = fitted.predict_proba(X[:1])[0, y[0]]
    assert abs(lesson.loss + np.log(probability)) < 1e-9
