"""Event files hold what the training says of itself, by TensorBoard's own reader."""

import sys

import numpy as np
import pytest

from chainrule.program import MissingEngineError
from chainrule.train import Network
from chainrule.train.loop.tensorboard import TensorBoard

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 3))
Y = (X[:, :1] > 0).astype(float)


def _read(folder):
    # TensorFlow, where it is installed, divides by zero while it is imported
    with np.errstate(all="ignore"):
        from tensorboard.backend.event_processing.event_accumulator import (
            EventAccumulator,
        )

        return EventAccumulator(str(folder), {"histograms": 0, "scalars": 0}).Reload()


def _fitted(folder, epochs=3, callbacks=(), **words):
    with np.errstate(all="warn", under="ignore"), TensorBoard(folder, **words) as board:
        return Network((4,), seed=1).fit(
            X,
            Y,
            epochs=epochs,
            validation=0.25,
            checkpoint=folder / "checkpoints",
            callbacks=[board, *callbacks],
        )


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
def test_scalars_have_keras_keys_and_the_numbers_of_the_history(tmp_path):
    network = _fitted(tmp_path)
    train, validation = _read(tmp_path / "train"), _read(tmp_path / "validation")
    assert set(train.Tags()["scalars"]) == {"epoch_loss", "epoch_learning_rate"}
    assert set(validation.Tags()["scalars"]) == {"epoch_loss", "epoch_accuracy"}
    for reader, key, name in (
        (train, "epoch_loss", "loss"),
        (train, "epoch_learning_rate", "learning_rate"),
        (validation, "epoch_loss", "val_loss"),
        (validation, "epoch_accuracy", "val_accuracy"),
    ):
        events = reader.Scalars(key)
        assert [event.step for event in events] == [1, 2, 3]
        wanted = [row[name] for row in network.history_]
        assert np.allclose([event.value for event in events], wanted, rtol=1e-6)


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
def test_histograms_hold_every_parameter_and_gradient(tmp_path):
    network = _fitted(tmp_path)
    reader = _read(tmp_path / "train")
    names = [f"{kind}/{name}" for kind in ("parameters", "gradients") for name in network.numbers_]  # fmt: skip
    assert set(reader.Tags()["histograms"]) == set(names)
    for name, array in network.numbers_.items():
        last = reader.Histograms(f"parameters/{name}")[-1].histogram_value
        assert last.num == array.size
        assert np.isclose(last.sum, array.sum())
        assert np.isclose(last.max, array.max())


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
def test_histograms_can_be_rarer_or_left_out(tmp_path):
    _fitted(tmp_path / "rare", histograms=2)
    _fitted(tmp_path / "none", histograms=0)
    reader = _read(tmp_path / "rare" / "train")
    assert [e.step for e in reader.Histograms("gradients/W1")] == [2]
    assert not _read(tmp_path / "none" / "train").Tags()["histograms"]


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
def test_a_training_taken_up_again_goes_on_in_the_same_curves(tmp_path):
    _fitted(tmp_path, epochs=2)
    network = _fitted(tmp_path, epochs=4)
    events = _read(tmp_path / "train").Scalars("epoch_loss")
    assert [event.step for event in events] == [1, 2, 3, 4]
    wanted = [row["loss"] for row in network.history_]
    assert np.allclose([event.value for event in events], wanted, rtol=1e-6)


def test_without_tensorboardx_the_line_to_install_it_is_said(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingEngineError, match=r"chainrule\[tensorboard\]"):
        TensorBoard(tmp_path)
