"""Every option of ``chainrule train`` says the same on the command line and in a TOML file."""

import inspect
import json
import shlex
from typing import Annotated

import numpy as np
import pytest
import typer
import typer.testing

from chainrule.cli.options import typed
from chainrule.cli.train import TrainOptions, command, run, settled_with, train
from chainrule.nn.constraints import Count
from chainrule.nn.options import Option, options, settled
from chainrule.program import UsageError
from chainrule.train import Network
from chainrule.train.options import FitOptions

RNG = np.random.default_rng(0)
ROWS = "\n".join(
    f"{a:.3f},{b:.3f},{['red', 'blue', 'green'][i % 3]},{int(a + b > 0)},{int(a > 0.5)}"
    for i, (a, b) in enumerate(RNG.normal(size=(60, 2)))
)
TABLE = f"a,b,colour,flag,other\n{ROWS}\n"

app = typer.Typer(add_completion=False)
app.command()(train)
OPTIONS = {one.name: one for one in typer.main.get_command(app).params}

NUMBERS = {"target": "a"}
"""Beside an option that only changes a regression."""
WATCHED = {"patience": 1, "validation": 0.3, "epochs": 9, "learning_rate": 0.1}
"""Beside an option that only changes when a training stops."""
SAID = {
    "ignore": ("colour", ["colour"], {}),
    "task": ("regression", "regression", {}),
    "impute": (True, True, {}),
    "words": ("a", ["a"], {}),
    "test": (0.4, 0.4, {}),
    "hidden": ("5,3", [5, 3], {}),
    "activation": ("tanh", ["tanh"], {}),
    "dropout": (0.3, 0.3, {}),
    "batch_norm": (True, True, {}),
    "embed": (2, 2, {}),
    "loss": ("huber", "huber", NUMBERS),
    "optimizer": ("sgd", "sgd", {}),
    "learning_rate": (0.02, 0.02, {}),
    "schedule": ("cosine", "cosine", {}),
    "l1": (0.1, 0.1, {}),
    "l2": (0.5, 0.5, {}),
    "clip_value": (0.001, 0.001, {"optimizer": "sgd"}),
    "clip_norm": (0.001, 0.001, {"optimizer": "sgd"}),
    "max_norm": (0.1, 0.1, {}),
    "epochs": (3, 3, {}),
    "batch_size": (7, 7, {}),
    "accumulate": (2, 2, {}),
    "validation": (0.3, 0.3, {}),
    "patience": (1, 1, {}),
    "class_weight": ("balanced", "balanced", {}),
    "shuffle": (False, False, {}),
    "min_delta": (9.0, 9.0, WATCHED),
    "monitor": ("val_accuracy", "val_accuracy", WATCHED),
    "train_metrics": (True, True, {}),
    "seed": (5, 5, {}),
    "dtype": ("float32", "float32", {}),
    "target": ("other", "other", {}),
    "data": ("more.csv", "more.csv", {}),
    "search": ("search.toml", "search.toml", {}),
    "halving": (2, 2, {"search": "slow.toml", "epochs": 8}),
}
"""Each option as it is typed, as it stands in a file, and what else has to be said for it to matter."""
SILENT = {
    "detect_anomaly": True,
    "engine": "numpy",
    "devices": 1,  # more need JAX; tests/engines/test_jax_engine.py has two
    "quiet": False,
    "restart": True,
    "checkpoint_every": 2,
    "keep": 1,
    "out": "elsewhere",
    "tensorboard": "",  # a folder would need tensorboardX; tests/train/test_tensorboard.py has one
}
"""Options that change how a run goes about it, not what comes of it."""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(TABLE)
    (tmp_path / "search.toml").write_text("learning_rate = [0.2]\nseed = [0, 1]")
    # which of these is ahead at first is not ahead at last
    (tmp_path / "slow.toml").write_text(
        "learning_rate = [0.2, 0.1]\nseed = [0, 1, 2, 3]"
    )
    (tmp_path / "more.csv").write_text(TABLE + "0.1,0.2,red,1,0\n" * 8)
    return tmp_path


def toml(words):
    return "[train]\n" + "".join(
        f"{name} = {json.dumps(item)}\n" for name, item in words.items()
    )


def made(folder, words, config=None):
    """What a run leaves behind: the model's description and its weights."""
    told = settled_with(words, config)
    out = folder / told["out"]
    run(told)
    return (out / "model.json").read_bytes(), (out / "weights.safetensors").read_bytes()


def plain_run(folder, words, kept={}):  # noqa: B006 - kept on purpose: most options are held against the same run
    """What a run without the option leaves behind."""
    asked = json.dumps(words, sort_keys=True)
    if asked not in kept:
        kept[asked] = made(folder, {**words, "out": "plain"})
    return kept[asked]


def base(**more):
    return {
        "data": "data.csv",
        "target": "flag",
        "hidden": "4",
        "epochs": 2,
        "quiet": True,
        **more,
    }


def test_every_option_has_its_word_in_the_file_and_a_case_here():
    assert set(OPTIONS) - {"config"} == set(options(TrainOptions))
    assert set(OPTIONS) - {"config"} == set(SAID) | set(SILENT)


@pytest.mark.spread(12)
@pytest.mark.parametrize("name", SAID)
def test_an_option_in_the_file_gives_the_same_run_and_another_than_without_it(
    folder, name
):
    typed, written, more = SAID[name]
    plain = base(**more)
    plain.pop(name) if name == "hidden" else None
    on_the_line = made(folder, {**plain, name: typed, "out": "line"})
    (folder / "run.toml").write_text(toml({**plain, name: written, "out": "file"}))
    assert made(folder, {}, folder / "run.toml") == on_the_line
    assert plain_run(folder, plain) != on_the_line


@pytest.mark.spread(12)
@pytest.mark.parametrize("name", SILENT)
def test_an_option_that_changes_no_number_may_stand_in_the_file_too(folder, name):
    plain = plain_run(folder, base())
    words = {**base(out="file"), name: SILENT[name]}
    (folder / "run.toml").write_text(toml(words))
    assert made(folder, {}, folder / "run.toml") == plain


def test_an_option_is_read_by_the_parser_as_it_stands_here(folder, monkeypatch):
    """The walk above gives words to ``settled_with``; this one goes through the parser, all options at once."""
    from chainrule.cli import train as verb

    heard = {}
    monkeypatch.setattr(verb, "run", heard.update)
    line, wanted = ["data.csv"], {"data": "data.csv"}
    for name, (word, _, _) in SAID.items():
        if name == "data":
            continue
        flag = f"--{name.replace('_', '-')}"
        flag = f"--no-{flag[2:]}" if word is False else flag
        line += [flag] if isinstance(word, bool) else [flag, str(word)]
        wanted[name] = word
    for name, item in SILENT.items():
        flag = name.replace("_", "-")
        line += (
            [f"--{flag}" if item else f"--no-{flag}"]
            if isinstance(item, bool)
            else [f"--{flag}", item]
        )
        wanted[name] = item
    app(line, standalone_mode=False)
    assert heard == settled_with(wanted, None)


def test_options_win_over_the_file_and_the_file_over_defaults(folder):
    (folder / "run.toml").write_text('data = "data.csv"\nepochs = 7\nimpute = true\n')
    told = settled_with({"epochs": 3, "impute": False}, folder / "run.toml")
    assert (told["epochs"], told["impute"], told["batch_size"]) == (3, False, 32)


def test_every_mistake_is_told_at_once(folder):
    (folder / "run.toml").write_text(
        "epochs = -1\nhiden = [3]\n[train]\nactivation = ['rleu', 'relu']\noptimizer = 'adm'\ntest = 1.5\nl2 = nan\n"
        "seed = 'x'\ndropout = 1\nhidden = [4, 0]\n"
    )
    with pytest.raises(UsageError) as caught:
        settled_with({"batch_size": 0}, folder / "run.toml")
    said = caught.value.detail
    places = {line.split(":")[0] for line in said.splitlines()}
    assert places == {
        "data", "epochs", "hiden", "activation[0]", "optimizer", "test", "l2", "seed", "dropout", "hidden[1]",
        "batch_size",
    }  # fmt: skip
    assert "did you mean hidden?" in said
    assert "did you mean adam" in said


@pytest.mark.parametrize("text", ["train = 3\n", "epochs = \n", "[train\n"])
def test_a_file_that_is_no_config_is_an_error_and_no_traceback(folder, text):
    (folder / "run.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        settled_with({}, folder / "run.toml")
    assert caught.value.code == "E412"


@pytest.mark.parametrize("name", [*SAID, "tensorboard"])
def test_the_command_in_a_report_says_the_run_again(name, monkeypatch):
    from chainrule.cli import train as verb

    typed, _, more = SAID.get(name, ("a 'folder' of events", None, {}))
    words = settled_with({"data": "my data.csv", **more, name: typed}, None)
    heard = {}
    monkeypatch.setattr(verb, "run", heard.update)
    program, which, *line = shlex.split(command(words))
    assert (program, which) == ("chainrule", "train")
    app(line, standalone_mode=False)
    assert heard == words
    manners = [name for name, option in options(TrainOptions).items() if option.manner]
    assert manners == ["restart", "quiet"]
    assert not any(f"--{manner}" in line for manner in manners)


def test_one_more_option_is_one_line_and_stands_everywhere():
    """The line is in this class; everything else asks the schema."""

    class More(TrainOptions, total=False):
        n_looks: Annotated[Count, Option(7, "How often somebody looks.")]

    heard = {}

    @typed(More, argument="data")
    def verb(**said):
        heard.update({name: item for name, item in said.items() if item is not None})

    line = typer.Typer(add_completion=False, rich_markup_mode=None)
    line.command()(verb)
    shown = typer.testing.CliRunner().invoke(line, ["--help"]).output
    assert "--n-looks N" in shown
    assert "How often somebody looks (7)." in shown
    line(["x.csv", "--n-looks", "3"], standalone_mode=False)
    assert settled(More, heard, "the command line")["n_looks"] == 3
    assert settled(More, {"data": "x.csv"})["n_looks"] == 7
    with pytest.raises(UsageError, match="n_looks: is a whole number, at least 1"):
        settled(More, {"data": "x.csv", "n_looks": 0}, "run.toml")


def test_calls_show_their_options_by_name():
    shown = inspect.signature(Network.fit).parameters
    assert list(shown)[:3] == ["self", "X", "Y"]
    assert list(shown)[3:] == list(options(FitOptions))
    assert shown["batch_size"].default == 32
    assert "learning_rate" in inspect.signature(Network).parameters
