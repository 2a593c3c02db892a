"""``chainrule train`` and ``predict``, as a user types them."""

import json
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser

import numpy as np
import pytest

from chainrule.trace import trace
from chainrule.train.data.table import read
from chainrule.train.model_folder import example, opened

ROWS = "\n".join(
    f"{a:.3f},{b:.3f},{['red', 'blue'][i % 2]},{'yes' if a + b > 0 else '<no>'}"
    for i, (a, b) in enumerate(np.random.default_rng(0).normal(size=(120, 2)))
)
TEXT = f"a,b,colour,answer\n{ROWS}\n"


@pytest.fixture(scope="module")
def trained(tmp_path_factory, command):
    folder = tmp_path_factory.mktemp("trained")
    (folder / "data.csv").write_text(TEXT)
    done = command(
        "train", "data.csv", "--target", "answer", "--hidden", "8", "--epochs", 40, "--learning-rate", 0.02, "--l2", 0,
        "--out", "model", cwd=folder, check=True,
    )  # fmt: skip
    return folder, done


def test_training_tells_its_metrics_and_how_to_go_on(trained):
    _, done = trained
    assert "held out: 30 rows; trained on 90" in done.stdout
    accuracy = next(line for line in done.stdout.splitlines() if "accuracy" in line)
    assert float(accuracy.split()[1]) > 0.9
    assert "chainrule predict model data.csv -o predictions.csv" in done.stdout
    assert all("units are dead" in line for line in done.stderr.splitlines())


def test_predictions_are_those_of_the_saved_network(trained, command):
    folder, _ = trained
    command("predict", "model", "data.csv", "-o", "p.csv", cwd=folder, check=True)
    table, (network, features) = read(folder / "p.csv"), opened(folder / "model")
    shares = network.predict(features.inputs(read(folder / "data.csv"), "data.csv"))[
        :, 0
    ]
    assert np.allclose(table.columns["p(yes)"], shares)
    right = table.columns["answer"] == read(folder / "data.csv").columns["answer"]
    assert right.mean() > 0.9


def test_the_report_is_a_page_without_scripts_whose_names_are_text(trained):
    folder, _ = trained
    page = (folder / "model" / "report.html").read_text()
    assert "&lt;no&gt;" in page
    tags = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: tags.append(
        (tag, dict(attributes))
    )
    parser.feed(page)
    assert not {"script", "link", "img", "no", "iframe"} & {tag for tag, _ in tags}
    assert len([tag for tag, _ in tags if tag == "svg"]) == 8


def test_a_row_at_an_epoch_is_a_function_to_explain(trained):
    folder, _ = trained
    table = read(folder / "data.csv")
    first, last = (
        example(folder / "model", table, 17, epoch=epoch) for epoch in (1, None)
    )
    losses = [float(trace(one.function, **one.arrays)["loss"]) for one in (first, last)]
    assert losses[1] < losses[0]


def test_a_config_file_says_the_same_and_options_win(tmp_path, command):
    (tmp_path / "data.csv").write_text(TEXT)
    (tmp_path / "run.toml").write_text(
        '[train]\ndata = "data.csv"\ntarget = "answer"\nhidden = [4]\nepochs = 2\nout = "model"\n'
    )
    command("train", "--config", "run.toml", "--epochs", 3, cwd=tmp_path, check=True)
    said = json.loads((tmp_path / "model" / "model.json").read_text())
    assert len(said["history"]) == 3
    assert said["layers"][0]["units"] == 4


def test_begun_anew_nothing_of_the_old_training_is_left(tmp_path):
    from chainrule.program import UsageError
    from chainrule.train.data.table import parse
    from chainrule.train.tabular import train

    table = parse(TEXT)
    options = {"target": "answer", "out": tmp_path / "model"}
    train(table, **options, epochs=4)
    with pytest.raises(UsageError, match="another training") as caught:
        train(table, **options, epochs=2, learning_rate=0.5)
    assert "--restart" in caught.value.hint
    train(table, **options, epochs=2, learning_rate=0.5, restart=True)
    kept = sorted(path.name for path in (tmp_path / "model" / "epochs").iterdir())
    assert kept == ["epoch-00001.safetensors", "epoch-00002.safetensors"]
    opened(tmp_path / "model", 2)
    with pytest.raises(UsageError, match="epoch 3 were not kept"):
        opened(tmp_path / "model", 3)


MIXED = "id,day,member,city,size,unit,bought\n" + "".join(
    f'A{i:03},2024-01-{1 + i % 28:02},{bool(i % 2)},{["Bern", "Graz", ""][i % 3]},"{i},5",1,{["no", "yes"][i % 2]}\n'
    for i in range(60)
)


def test_a_table_of_everyday_columns_is_trained_on_and_what_was_done_is_said(
    tmp_path, command
):
    (tmp_path / "t.csv").write_bytes(("\ufeff" + MIXED).encode())
    words = ["train", "t.csv", "--target", "bought", "--epochs", 30, "--embed", 2]
    words += ["--dropout", 0.1, "--impute", "--out", "m", "--l2", 0, "--lr", 0.02]
    done = command(*words, cwd=tmp_path, check=True)
    assert "left out: id (it names the rows: 60 words in 60 rows)" in done.stderr
    assert "left out: unit (it is always 1)" in done.stderr
    assert "day: its dates are days since 1970-01-01" in done.stderr
    assert "size: its commas are decimal points" in done.stderr
    accuracy = next(line for line in done.stdout.splitlines() if "accuracy" in line)
    assert float(accuracy.split()[1]) == 1.0
    command("predict", "m", "t.csv", "-o", "p.json", cwd=tmp_path, check=True)
    rows = json.loads((tmp_path / "p.json").read_text())
    right = [row["bought"] == ["no", "yes"][i % 2] for i, row in enumerate(rows)]
    assert all(right)
    assert all(abs(row["p(no)"] + row["p(yes)"] - 1) < 1e-12 for row in rows)


@pytest.mark.parametrize(
    ("words", "rc", "said"),
    [
        (["train"], 2, "no data"),
        (["train", "data.csv", "--target", "anser"], 2, "did you mean answer?"),
        (["train", "irsi"], 2, "did you mean iris"),
        (
            [
                "train",
                "data.csv",
                "--activation",
                "rleu",
                "--epochs",
                "0",
                "--batch-size",
                "x",
            ],
            2,
            "batch-size",
        ),
        (
            [
                "train",
                "data.csv",
                "--activation",
                "rleu",
                "--epochs",
                "-1",
                "--hidden",
                "4,x",
            ],
            2,
            "has 3 mistakes",
        ),
        (["train", "none.csv", "--target", "a"], 3, "No such file"),
        (["train", "data.csv", "--target", "a", "--out", "data.csv/m"], 3, "E504"),
        (["train", "data.csv", "--target", "a", "--ignore", "colr"], 2, "mean colour?"),
        (["train", "data.csv", "--target", "answer", "--loss", "mse"], 2, "E413"),
        (["train", "data.csv", "--target", "answer", "--test", "0.001"], 2, "--test 0"),
        (["predict", "nothing", "data.csv"], 3, "cannot be read"),
        (
            [
                "train",
                "data.csv",
                "--target",
                "a",
                "--optimizer",
                "sgd",
                "--learning-rate",
                "1e9",
            ],
            3,
            "error[E201]",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_form(tmp_path, command, words, rc, said):
    (tmp_path / "data.csv").write_text(TEXT)
    done = command(*words, cwd=tmp_path)
    assert done.returncode == rc
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupted_training_says_how_to_go_on_and_ends_as_an_unbroken_one(
    tmp_path, command
):
    (tmp_path / "data.csv").write_text(TEXT)
    words = [
        "train",
        "data.csv",
        "--target",
        "answer",
        "--hidden",
        "64,64",
        "--batch-size",
        "1",
        "--epochs",
        "12",
    ]
    command(*words, "--out", "unbroken", cwd=tmp_path, check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "chainrule", *words, "--out", "model"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while (
        not list((tmp_path / "model" / "checkpoints").glob("checkpoint-*"))
        and time.monotonic() < deadline
    ):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "the same command goes on from there" in told
    assert not (tmp_path / "model" / "model.json").exists()
    command(*words, "--out", "model", cwd=tmp_path, check=True)
    ends = [
        (tmp_path / name / "weights.safetensors").read_bytes()
        for name in ("unbroken", "model")
    ]
    assert ends[0] == ends[1]
