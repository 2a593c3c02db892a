"""Model files and checkpoints: whole or not there, held against their hashes, never run."""

import hashlib
import json
import os
import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from chainrule.nn.layers import BatchNorm, Dense, Dropout, Written
from chainrule.program import CorruptFileError, LimitError, UnsafeFileError, UsageError
from chainrule.train import Network
from chainrule.train.loop.checkpoint import latest, listed
from chainrule.train.model import array_files
from chainrule.train.model.array_files import read_arrays, write_arrays

ARRAYS = {
    "W": np.arange(12.0).reshape(3, 4),
    "small": np.float32([1.5, -2]),
    "n": np.array(7),
    "none": np.zeros((0, 3)),
    "yes": np.array([True, False]),
}
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(70, 5)), RNG.normal(size=(70, 2))


def network(**changes):
    layers = [Dense(8, "tanh"), BatchNorm(), Dropout(0.3), Dense(2)]
    return Network(
        layers,
        "mse",
        **{"optimizer": "adam", "schedule": "cosine", "seed": 3, **changes},
    )


def digest(trained):
    bits = b"".join(array.tobytes() for array in trained.numbers_.values())
    return hashlib.sha256(bits + json.dumps(trained.history_).encode()).hexdigest()


def test_arrays_come_back_as_they_were(tmp_path):
    write_arrays(tmp_path / "a.safetensors", ARRAYS, {"about": [1, "two"]})
    arrays, about = read_arrays(tmp_path / "a.safetensors")
    assert about == {"about": [1, "two"]}
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()


@pytest.mark.parametrize("lying", [np.asfortranarray, lambda W: W[::-1], lambda W: W.T])
def test_the_file_is_one_that_safetensors_reads_however_an_array_lies(tmp_path, lying):
    from safetensors.numpy import load_file

    W = lying(ARRAYS["W"])
    write_arrays(tmp_path / "a.safetensors", {"W": W}, {})
    assert np.array_equal(load_file(tmp_path / "a.safetensors")["W"], W)


def test_every_flipped_bit_is_noticed(in_memory):
    path = in_memory / "a.safetensors"
    write_arrays(path, {"W": ARRAYS["W"], "small": ARRAYS["small"]}, {"n": 1})
    whole = path.read_bytes()
    wrong = []
    for position in range(8 * len(whole)):
        bent = bytearray(whole)
        bent[position // 8] ^= 1 << position % 8
        path.write_bytes(bent)
        try:
            arrays, about = read_arrays(path)
        except (CorruptFileError, LimitError, UnsafeFileError):
            continue
        same = about == {"n": 1} and all(
            np.array_equal(arrays.get(k), ARRAYS[k]) for k in ("W", "small")
        )
        if not same:
            wrong.append(position)
    assert not wrong


def test_a_damaged_array_is_named(tmp_path):
    path = tmp_path / "a.safetensors"
    write_arrays(path, ARRAYS, {})
    bent = bytearray(path.read_bytes())
    bent[bent.index(ARRAYS["small"].tobytes())] ^= 1
    path.write_bytes(bent)
    with pytest.raises(CorruptFileError, match="the numbers of small") as caught:
        read_arrays(path)
    assert caught.value.code == "E503"


@pytest.mark.parametrize("n", [0, 4, 8, 40, 200])
def test_a_cut_file_is_refused(tmp_path, n):
    path = tmp_path / "a.safetensors"
    write_arrays(path, ARRAYS, {})
    path.write_bytes(path.read_bytes()[:n])
    with pytest.raises(CorruptFileError):
        read_arrays(path)


def test_a_small_file_that_asks_for_giant_memory_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    entry = {"dtype": "F64", "shape": [2**40], "data_offsets": [0, 2**43]}
    header = json.dumps({"W": entry}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(CorruptFileError) as caught:
        read_arrays(path)
    assert caught.value.code == "E503"
    with path.open("r+b") as file:
        file.truncate(array_files.LARGEST + 1)
    with pytest.raises(LimitError) as caught:
        read_arrays(path)
    assert caught.value.code == "E601"


def test_a_pickle_is_never_opened(tmp_path):
    for name in ("model.pkl", "weights.safetensors"):
        path = tmp_path / name
        path.write_bytes(pickle.dumps({"W": 1}))
        with pytest.raises(UnsafeFileError) as caught:
            read_arrays(path)
        assert caught.value.code == "E510"


def test_where_nothing_can_be_written_the_old_file_stays(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    write_arrays(path, ARRAYS, {})
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CorruptFileError, match="No space left") as caught:
        write_arrays(path, {"W": np.zeros(5)}, {})
    assert caught.value.code == "E504"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_network_comes_back_from_its_folder(tmp_path):
    trained = network().fit(X, Y, epochs=2)
    back = Network.load(trained.save(tmp_path / "model"))
    assert np.array_equal(back.predict(X), trained.predict(X))
    assert back.history_ == trained.history_
    assert {file.name for file in (tmp_path / "model").iterdir()} == {
        "model.json",
        "weights.safetensors",
    }


def test_a_layer_of_ones_own_is_asked_for_not_loaded(tmp_path):
    def bend(x):
        return np.tanh(x)

    trained = Network([Written(bend), Dense(2)], "mse").fit(X, Y, epochs=1)
    trained.save(tmp_path / "model")
    with pytest.raises(UsageError, match="a file carries no code"):
        Network.load(tmp_path / "model")
    back = Network.load(tmp_path / "model", layers=[Written(bend)])
    assert np.array_equal(back.predict(X), trained.predict(X))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 1, "layers": [{"kind": "Lambda"}], "units": [1]}',
        "[" * 100_000,
    ],
)
def test_a_model_that_is_none_is_refused(tmp_path, text):
    network().fit(X, Y, epochs=1).save(tmp_path)
    (tmp_path / "model.json").write_text(text)
    with pytest.raises((CorruptFileError, UnsafeFileError, KeyError)):
        Network.load(tmp_path)


class Stopped(Exception):  # noqa: N818
    """A stop in the middle."""


def stopping(at):
    def stop(training):
        if training.progress.epoch == at:
            raise Stopped

    return stop


@pytest.mark.spread(3)
@pytest.mark.parametrize("at", [1, 4, 7])
@pytest.mark.parametrize("accumulate", [1, 3])
def test_a_resumed_training_ends_bit_equal_to_an_unbroken_one(tmp_path, at, accumulate):
    options = {
        "epochs": 8,
        "batch_size": 16,
        "accumulate": accumulate,
        "validation": 0.2,
        "patience": 100,
    }
    unbroken = network().fit(X, Y, **options)
    folder = tmp_path / "checkpoints"

    # a callback runs before the checkpoint of its epoch: what it stops has to be done again
    with pytest.raises(Stopped):
        network().fit(X, Y, **options, checkpoint=folder, callbacks=[stopping(at)])
    resumed = network().fit(X, Y, **options, checkpoint=folder)
    assert digest(resumed) == digest(unbroken)


@pytest.mark.slow
def test_a_hundred_resumes_end_bit_equal(tmp_path):
    unbroken = digest(network().fit(X, Y, epochs=100, batch_size=16))
    for stop in range(1, 101):
        with pytest.raises(Stopped):
            network().fit(
                X,
                Y,
                epochs=100,
                batch_size=16,
                checkpoint=tmp_path,
                callbacks=[stopping(stop)],
            )
    assert (
        digest(network().fit(X, Y, epochs=100, batch_size=16, checkpoint=tmp_path))
        == unbroken
    )


def test_an_interrupted_training_is_taken_up_in_the_middle_of_an_epoch(tmp_path):
    from chainrule.train.loop import epochs

    unbroken = network().fit(X, Y, epochs=4, batch_size=8)
    batches = epochs.Training.batches

    def interrupted(self, mixed):
        for batch in batches(self, mixed):
            if self.progress.step == 13:
                raise KeyboardInterrupt
            yield batch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epochs.Training, "batches", interrupted)
        with pytest.raises(KeyboardInterrupt):
            network().fit(X, Y, epochs=4, batch_size=8, checkpoint=tmp_path)
    progress, _ = latest(tmp_path)
    assert (progress.epoch, progress.batch) == (1, 4)
    assert digest(
        network().fit(X, Y, epochs=4, batch_size=8, checkpoint=tmp_path)
    ) == digest(unbroken)


def test_only_the_last_checkpoints_are_kept(tmp_path):
    network().fit(X, Y, epochs=7, checkpoint=tmp_path, keep=2)
    assert len(listed(tmp_path)) == 2


def test_a_damaged_checkpoint_is_passed_over_for_the_one_before(tmp_path):
    network().fit(X, Y, epochs=3, checkpoint=tmp_path)
    newest = listed(tmp_path)[-1]
    newest.write_bytes(newest.read_bytes()[:-1])
    progress, _ = latest(tmp_path)
    assert progress.epoch == 2


def test_other_settings_do_not_go_on_from_a_checkpoint(tmp_path):
    network().fit(X, Y, epochs=1, checkpoint=tmp_path)
    with pytest.raises(UsageError, match="another training") as caught:
        network(seed=9).fit(X, Y, epochs=1, checkpoint=tmp_path)
    assert "seed was 3, is 9" in caught.value.detail


def test_a_training_that_stopped_early_is_not_gone_on_with(tmp_path):
    noise = np.random.default_rng(2).normal(size=Y.shape)
    options = {"epochs": 200, "validation": 0.3, "patience": 3, "checkpoint": tmp_path}
    first = network(learning_rate=0.1, schedule=None).fit(X, noise, **options)
    again = network(learning_rate=0.1, schedule=None).fit(X, noise, **options)
    assert len(first.history_) < 200
    assert digest(again) == digest(first)


def test_damaged_checkpoints_say_how_to_begin_anew(tmp_path):
    network().fit(X, Y, epochs=1, checkpoint=tmp_path)
    (path,) = listed(tmp_path)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(CorruptFileError) as caught:
        network().fit(X, Y, epochs=2, checkpoint=tmp_path)
    assert caught.value.code == "E503"
    assert "begin anew" in caught.value.hint
    network().fit(X, Y, epochs=2, checkpoint=tmp_path, restart=True)


WRITER = """
    import os, signal, sys, time
    import numpy as np
    from chainrule.program import CorruptFileError
    from chainrule.train.model import array_files as files
    from chainrule.train.model.array_files import read_arrays, write_arrays

    # PLANTED
    path, n = sys.argv[1], int(sys.argv[2])
    rng = np.random.default_rng(0)
    big = np.arange(200_000.0)
    unreadable = 0
    for _ in range(n):
        child = os.fork()
        if child == 0:
            count = 0
            while True:
                count += 1
                write_arrays(path, {"W": big + count}, {"count": count})
        time.sleep(rng.uniform(0.002, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        try:
            arrays, about = read_arrays(path) if os.path.exists(path) else ({}, {})
            assert not arrays or (arrays["W"] == big + about["count"]).all()
        except CorruptFileError:
            unreadable += 1
    print(unreadable)
"""


def kills(tmp_path, n, program=WRITER):
    """How many of ``n`` kills while writing left a file that cannot be read.

    One process forks the writers, so that a kill costs a fork and not the start of an interpreter.
    """
    script = tmp_path / "write.py"
    script.write_text(textwrap.dedent(program))
    command = [sys.executable, script, tmp_path / "a.safetensors", str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.slow
def test_a_thousand_kills_while_saving_leave_nothing_unreadable(tmp_path):
    assert kills(tmp_path, 1000) == 0


@pytest.mark.slow
def test_the_kill_bites_where_a_file_is_written_in_place(tmp_path):
    planted = "files.replace_file = lambda p, c, **_: open(p, 'wb').write(c)"
    in_place = WRITER.replace("# PLANTED", planted)
    assert kills(tmp_path, 60, in_place) > 0


@pytest.mark.parametrize(
    ("hidden", "changes", "said"),
    [
        ((6,), {}, r"had the layers Dense\(4, relu\).*it has Dense\(6, relu\)"),
        ((4,), {"activation": "tanh"}, r"it has Dense\(4, tanh\)"),
        ((4,), {"l2": 0.5}, "had the l2 0.0; it has 0.5"),
        ((4,), {"dtype": "float32"}, "had the dtype float64; it has float32"),
    ],
)
def test_another_network_does_not_go_on_from_the_checkpoints(
    tmp_path, hidden, changes, said
):
    Network((4,)).fit(X, Y, epochs=1, checkpoint=tmp_path)
    with pytest.raises(UsageError, match=said):
        Network(hidden, **changes).fit(X, Y, epochs=2, checkpoint=tmp_path)
    Network((4,)).fit(X, Y, epochs=2, checkpoint=tmp_path)
