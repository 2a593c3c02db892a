"""F25, F26, F10: a model is one thing. Stopped at any call of its save, it is the old one or the new one, never half of each."""

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest

from chainrule.nn.layers import Dense
from chainrule.program import (
    ChainruleError,
    CorruptFileError,
    NonFiniteError,
    UnsafeFileError,
    UsageError,
)
from chainrule.program.folder_lock import only_writer
from chainrule.train import Network
from chainrule.train.model import model_file
from chainrule.train.model.array_files import write_arrays

X = np.random.default_rng(0).normal(size=(30, 3))
Y = X @ np.array([[1.0], [-2.0], [0.5]])


def trained(seed=0):
    return Network([Dense(4, "tanh"), Dense(1)], "mse", seed=seed).fit(X, Y, epochs=2)


def test_f26_every_flipped_bit_of_a_description_is_named(tmp_path):
    network = trained()
    network.save(tmp_path)
    file, before = tmp_path / "model.json", network.predict(X)
    whole = file.read_bytes()
    rng = np.random.default_rng(0)
    silent = []
    for position in rng.choice(8 * len(whole), 400, replace=False):
        bent = bytearray(whole)
        bent[position // 8] ^= 1 << position % 8
        file.write_bytes(bent)
        try:
            back = Network.load(tmp_path)
        except (CorruptFileError, UnsafeFileError):
            continue
        # white space and the case of an escape mean nothing
        if not np.array_equal(back.predict(X), before):
            silent.append(int(position))
    assert silent == []


def test_f26_control_without_the_seal_a_bit_changes_what_is_predicted(tmp_path):
    trained().save(tmp_path)
    said = json.loads((tmp_path / "model.json").read_text())
    bent = json.loads(json.dumps(said).replace('"tanh"', '"relu"'))
    assert model_file.digest(bent) != model_file.digest(said)
    layers = model_file.layers(bent["layers"])
    changed = Network(layers, "mse").build(3)
    changed.numbers_ = trained().numbers_
    assert not np.array_equal(changed.predict(X), trained().predict(X))


def test_f26_the_weights_of_another_model_are_not_this_ones(tmp_path):
    for name, seed in (("one", 1), ("other", 2)):
        trained(seed).save(tmp_path / name)
    other = (tmp_path / "other" / "weights.safetensors").read_bytes()
    (tmp_path / "one" / "weights.safetensors").write_bytes(other)
    with pytest.raises(CorruptFileError, match=r"weights\.safetensors") as caught:
        Network.load(tmp_path / "one")
    assert caught.value.code == "E503"


def resealed(folder, **changes):
    """The model's description said otherwise, with hashes that hold: what somebody who means it would write."""
    file = folder / "model.json"
    said = json.loads(file.read_text())
    said = {**said, **changes}
    del said["sha256"]
    file.write_text(json.dumps({**said, "sha256": model_file.digest(said)}))


@pytest.mark.parametrize(
    "changes",
    [
        {"units": "three"},
        {"units": [10**12]},
        {"units": []},
        {"labels": 3},
        {"dtype": "object"},
        {"learning_rate": -1},
        {"l1": "a"},
        {"seed": 1.5},
        {"history": [{"loss": "x"}]},
        {"about": []},
        {"layers": 7},
        {"layers": [{"kind": "Dense", "units": 10**9}]},
        {"layers": [{"kind": "Dense", "units": True}]},
        {"layers": [{"kind": "Dense", "units": 4, "activation": "rm -rf"}]},
        {"loss": "nothing"},
        {"whole_numbers": "yes"},
        {"extra": 1},
    ],
    ids=str,
)
def test_f26_every_field_is_held_against_its_schema_before_it_is_used(
    tmp_path, changes
):
    trained().save(tmp_path)
    resealed(tmp_path, **changes)
    with pytest.raises(ChainruleError) as caught:
        Network.load(tmp_path)
    assert caught.value.code in {"E503", "E415"}


@pytest.mark.parametrize(
    "text",
    ['{"version": 2, "version": 2}', "[" * 10**5, '{"a": NaN}', "1" * 10**5, "\ud800"],
    ids=lambda text: text[:12],
)
def test_f26_what_is_strange_json_is_refused(tmp_path, text):
    trained().save(tmp_path)
    (tmp_path / "model.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(CorruptFileError) as caught:
        Network.load(tmp_path)
    assert caught.value.code == "E503"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes are POSIX")
@pytest.mark.parametrize("name", ["model.json", "weights.safetensors"])
def test_f49_a_pipe_a_device_and_a_folder_are_no_model_files(tmp_path, name):
    trained().save(tmp_path / "m")
    file = tmp_path / "m" / name
    file.unlink()
    os.mkfifo(file)
    began = time.monotonic()
    with pytest.raises(CorruptFileError, match="a pipe, not a file"):
        Network.load(tmp_path / "m")
    file.unlink()
    file.mkdir()
    with pytest.raises(CorruptFileError, match="a folder, not a file"):
        Network.load(tmp_path / "m")
    file.rmdir()
    file.symlink_to("/dev/zero")
    with pytest.raises(UnsafeFileError, match="leads out") as caught:
        Network.load(tmp_path / "m")
    assert caught.value.code == "E511"
    assert time.monotonic() - began < 60


def test_f10_a_model_that_is_not_finite_is_neither_written_nor_read(tmp_path):
    network = trained()
    network.save(tmp_path)
    network.numbers_["W1"][0, 0] = np.nan
    with pytest.raises(NonFiniteError, match="W1") as caught:
        network.save(tmp_path)
    assert caught.value.code == "E201"
    assert np.isfinite(Network.load(tmp_path).numbers_["W1"]).all()
    # written by somebody else, with hashes that hold
    said = json.loads((tmp_path / "model.json").read_text())
    plain = {key: said[key] for key in said if key not in ("weights", "sha256")}
    content = model_file.packed(network.numbers_, {"model": model_file.digest(plain)})
    (tmp_path / "weights.safetensors").write_bytes(content)
    resealed(tmp_path, weights=model_file.hashlib.sha256(content).hexdigest())
    with pytest.raises(CorruptFileError, match="W1 is not finite"):
        Network.load(tmp_path)


def test_f10_control_numpy_writes_and_reads_it_without_a_word(tmp_path):
    np.savez(tmp_path / "m.npz", W1=np.array([np.nan]))
    assert np.isnan(np.load(tmp_path / "m.npz")["W1"] @ np.ones(1))


def test_f25_two_trainings_into_one_folder_are_told_at_once(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", f"from chainrule.program.folder_lock import only_writer\nwith only_writer({str(tmp_path)!r}):\n print('held', flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        holder.stdout.readline()
        for attempt in (
            lambda: trained().save(tmp_path),
            lambda: trained().fit(X, Y, epochs=1, checkpoint=tmp_path),
        ):
            with pytest.raises(UsageError, match=f"process {holder.pid}") as caught:
                attempt()
            assert caught.value.code == "E426"
        # a process that dies holds nothing
        holder.kill()
    trained().save(tmp_path)
    assert not (tmp_path / ".lock").exists()


def test_f25_a_folder_may_be_held_twice_by_the_same_hands(tmp_path):
    with only_writer(tmp_path), only_writer(tmp_path):
        trained().save(tmp_path)
    assert not (tmp_path / ".lock").exists()


def test_f25_the_weights_of_an_epoch_belong_to_their_training(tmp_path):
    from chainrule.train.data.table import parse
    from chainrule.train.model_folder import opened
    from chainrule.train.tabular import train

    rows = "\n".join(f"{i % 7},{i % 5},{'xy'[i % 2]}" for i in range(40))
    table = parse(f"a,b,c\n{rows}\n")
    train(table, target="c", hidden=(3,), epochs=2, out=tmp_path / "m")
    network, _ = opened(tmp_path / "m", 1)
    write_arrays(
        tmp_path / "m" / "epochs" / "epoch-00001.safetensors",
        network.numbers_,
        {"epoch": 1, "training": "another"},
    )
    with pytest.raises(CorruptFileError, match="another training"):
        opened(tmp_path / "m", 1)
