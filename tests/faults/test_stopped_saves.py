"""F25, F27: whoever is stopped at any write of a save, killed, refused or interrupted, leaves the old thing or the new one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from chainrule.program import CorruptFileError
from chainrule.program.files import replace_files
from chainrule.train import Network

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="stops are in forks")
STOPPING = Path(__file__).with_name("stopping.py")
slow = pytest.mark.slow


def found(kind, folder, over="over", calls="changing"):
    command = [sys.executable, STOPPING, kind, over, calls, folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("kind", "stops"),
    [
        ("Model", 100),
        ("Report", 30),
        pytest.param("Checkpoints", 70, marks=slow),
        pytest.param("Trained", 200, marks=slow),
        pytest.param("Library", 90, marks=slow),
        pytest.param("Script", 70, marks=slow),
        pytest.param("Sheets", 120, marks=slow),
    ],
)
def test_f25_stopped_at_any_write_a_save_leaves_the_old_or_the_new(
    kind, stops, in_memory
):
    came = found(kind, in_memory)
    assert came["wrong"] == []
    assert came["stops"] > stops
    assert came["old"] > 5
    assert came["new"] > 5
    # of what stands in several files for others to read, only between their renamings
    assert came["E504"] <= came["stops"] / 5


@slow
@pytest.mark.parametrize("kind", ["Model", "Ensembles"])
def test_f25_stopped_at_any_write_a_first_save_leaves_nothing_or_the_whole(
    kind, in_memory
):
    came = found(kind, in_memory, over="nothing")
    assert came["wrong"] == []
    assert came["stops"] > 90
    assert came["new"] > 5


@slow
def test_f25_stopped_at_every_call_into_the_system_a_save_leaves_the_old_model_or_the_new(
    in_memory,
):
    came = found("Model", in_memory, calls="every")
    assert came["wrong"] == []
    assert came["stops"] > 200


def test_f25_control_two_plain_files_are_left_half_of_each(in_memory):
    came = found("Plain", in_memory)
    assert len(came["wrong"]) > came["stops"] / 2


def test_f27_files_that_belong_together_are_all_the_old_ones_where_one_has_no_room(
    tmp_path,
):
    (tmp_path / "step.npz").write_text("old")
    with pytest.raises(CorruptFileError, match=r"step\.py cannot be written"):
        replace_files({tmp_path / "step.npz": "new", tmp_path / "no" / "step.py": "x"})
    assert (tmp_path / "step.npz").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["step.npz"]


def test_f24_a_checkpoint_of_before_that_stays_is_not_taken_for_the_new_training(
    tmp_path,
):
    (tmp_path / "checkpoint-00000099.safetensors").mkdir()
    X = np.ones((4, 2))
    with pytest.raises(CorruptFileError, match=r"00000099.* cannot be removed"):
        Network((2,), "mse").fit(X, X, epochs=1, checkpoint=tmp_path, restart=True)
