"""What ``--help`` says: whole sentences, what a value is called, and one that can be typed."""

import importlib
import re
import shlex
import subprocess
import sys

import pytest
import typer.main

from chainrule.cli import VERBS, app
from chainrule.cli.train import TrainOptions
from chainrule.nn.options import options, settled

AS = re.compile(r"\bas (\[?\w[\w.,=\[\]:]*)")
SAID = re.compile(r"\([^()]+\)\.$")
"""What is usual, or what may be said, at the end of a help text."""
COMMANDS = typer.main.get_command(app()).commands


def examples(verb):
    lines = importlib.import_module(f"chainrule.cli.{verb}").EXAMPLES.splitlines()
    return [shlex.split(line)[1:] for line in lines]


PARAMETERS = [
    pytest.param(verb, one, id=f"{verb} {one.opts[0]}")
    for verb, command in COMMANDS.items()
    for one in command.params
]


def lacking(verb, one):
    """What the help of a parameter leaves open."""
    text = one.help or ""
    if not re.match(r"[A-Z.]", text) or not text.endswith("."):
        yield "it is no sentence"
    if getattr(one, "is_flag", False):
        return
    if not one.metavar or one.metavar in ("TEXT", "INTEGER", "FLOAT", "PATH"):
        yield "its value has no name"
    if one.param_type_name == "argument":
        return
    used = {word for example in examples(verb) for word in example}
    usual = one.show_default and one.default is not None
    if not (usual or {*one.opts} & used or AS.search(text) or SAID.search(text)):
        yield "there is no example of it"


def test_every_verb_is_looked_at():
    assert {*COMMANDS} == {*VERBS}


@pytest.mark.parametrize(("verb", "one"), PARAMETERS)
def test_every_option_is_told_in_a_sentence_with_a_name_and_an_example(verb, one):
    assert list(lacking(verb, one)) == []


def test_control_an_option_as_typer_would_tell_it_lacks_all_of_it():
    bare = typer.Typer()

    @bare.command()
    def explain(lengths: str = typer.Option(None, help="the lengths")):
        """Tell."""

    (found,) = [one for one in typer.main.get_command(bare).params if one.name == "lengths"]  # fmt: skip
    assert len(list(lacking("explain", found))) == 3


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_of_a_verb_are_commands_that_it_takes(verb):
    for called, *words in examples(verb):
        command = COMMANDS[called]
        ours = words[: words.index("--")] if "--" in words else words
        assert command.make_context(called, ours) is not None


def test_what_training_gives_as_an_example_is_taken():
    for name, option in options(TrainOptions).items():
        for example in AS.findall(option.help):
            value = example.rstrip(".,")
            number = re.fullmatch(r"[\d.]+", value)
            said = (float(value) if "." in value else int(value)) if number else value
            assert settled(TrainOptions, {"data": "iris", name: said})[name] is not None


def test_a_command_in_its_own_process_seldom_looks_for_garbage():
    code = (
        "import gc, sys, chainrule.cli as cli; sys.argv[1:] = ['doctor'];"
        "cli.main = lambda: print(gc.get_freeze_count() > 10_000, gc.get_threshold());"
        "cli.entry()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout == "True (20000, 20, 20)\n"
