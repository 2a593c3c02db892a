"""Completion is installed for the shell that is asked for, and completes verbs and options."""

import subprocess
import sys

import pytest

from chainrule.cli import main

PLACES = {
    "bash": (".bash_completions/chainrule.sh", ".bashrc"),
    "zsh": (".zfunc/_chainrule", ".zshrc"),
    "fish": (".config/fish/completions/chainrule.fish",),
}
ASKED = {
    "bash": {"COMP_WORDS": "chainrule explain --la", "COMP_CWORD": "2"},
    "zsh": {"_TYPER_COMPLETE_ARGS": "chainrule explain --la"},
    "fish": {
        "_TYPER_COMPLETE_ARGS": "chainrule explain --la",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    },
}


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    # put back afterwards, though it is the command that sets it
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "")
    return tmp_path


def told(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["chainrule", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return end.value.code or 0


@pytest.mark.parametrize("shell", PLACES)
def test_completion_is_installed_for_the_shell_that_is_named(home, shell, monkeypatch):
    assert told(monkeypatch, "--install-completion", shell) == 0
    assert all((home / place).is_file() for place in PLACES[shell])
    others = (place for name, several in PLACES.items() if name != shell for place in several)  # fmt: skip
    assert not any((home / place).exists() for place in others)


def test_without_a_name_it_is_the_current_shell(home, monkeypatch):
    monkeypatch.setattr("chainrule.cli.shells._current", lambda: "zsh")
    assert told(monkeypatch, "--install-completion") == 0
    assert (home / PLACES["zsh"][0]).is_file()


@pytest.mark.parametrize("current", ["", "dash"])
def test_a_shell_without_completion_is_a_mistake_in_the_usage(
    home, current, monkeypatch, capsys
):
    monkeypatch.setattr("chainrule.cli.shells._current", lambda: current)
    for option in ("--install-completion", "--show-completion"):
        assert told(monkeypatch, option) == 2
        assert "bash, zsh, fish" in capsys.readouterr().err
        assert told(monkeypatch, option, "csh") == 2
    assert not any(home.iterdir())


@pytest.mark.spread(3)
@pytest.mark.parametrize("shell", ASKED)
def test_verbs_and_options_are_completed(home, shell, monkeypatch):
    monkeypatch.setenv("_CHAINRULE_COMPLETE", f"complete_{shell}")
    for name, value in ASKED[shell].items():
        monkeypatch.setenv(name, value)
    code = "from chainrule.cli import entry; entry()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # fmt: skip
    assert "--layers" in done.stdout
    assert "--latex" in done.stdout
    assert "--loss" not in done.stdout
