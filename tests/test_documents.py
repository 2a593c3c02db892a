"""Every block of code in the Markdown pages does what the page says it does.

A page is read from top to bottom in one folder that holds a copy of examples/:
``python`` blocks share their names, ``>>>`` lines must print what stands below them,
an ``output`` block holds what the block above it printed, ``console`` blocks hold
commands after ``$`` and what they print. ``sh`` blocks are a reader's set-up; they
stand in the README alone, and .ci/run runs them word for word.
"""

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from chainrule.emit import DIALECTS
from chainrule.lesson import MEDIA
from chainrule.nn.layer_registry import LAYERS
from chainrule.nn.update_rules import RULES
from chainrule.ops import CATALOGUE

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
SHOWN_ONLY = {"", "diff", "html", "json", "latex", "text", "toml"}
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    return [
        Block(fence[1], fence[2], page.count("\n", 0, fence.start()) + 1)
        for fence in FENCE.finditer(page)
    ]


def differ(expected: str, printed: str) -> str:
    """What doctest says about the difference; empty if there is none."""
    checker = doctest.OutputChecker()
    if checker.check_output(expected, printed, LOOSE):
        return ""
    return checker.output_difference(doctest.Example("", expected), printed, LOOSE)


class Reader:
    """Someone who follows a page: one folder, one Python session, one terminal."""

    def __init__(self, folder: Path, command: Callable[..., Any]) -> None:
        self.folder, self.command = folder, command
        self.names: dict[str, object] = {"__name__": "__main__"}
        self.printed = ""

    def read(self, block: Block) -> str:
        """Do what a block says; what went otherwise than the page has it."""
        match block.language:
            case "python" if ">>> " in block.text:
                return self.follow(block)
            case "python":
                return self.run(block)
            case "output":
                return differ(block.text, self.printed)
            case "console":
                return self.type(block)
            case "sh":
                return ""
            case language:
                known = language in SHOWN_ONLY
                return "" if known else f"nobody runs a block of {language!r}"

    def follow(self, block: Block) -> str:
        test = doctest.DocTestParser().get_doctest(
            block.text, self.names, "page", None, 0
        )
        test.globs = self.names
        said = io.StringIO()
        runner = doctest.DocTestRunner(verbose=False, optionflags=LOOSE)
        runner.run(test, out=said.write, clear_globs=False)
        return said.getvalue()

    def run(self, block: Block) -> str:
        # A file of its own, so that traces and tracebacks find the source.
        source = self.folder / f"line_{block.line}.py"
        source.write_text(block.text, encoding="utf-8")
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(block.text, source, "exec"), self.names)
        self.printed = said.getvalue()
        return ""

    def type(self, block: Block) -> str:
        said = []
        for line, expected in COMMAND.findall(block.text):
            words = shlex.split(line)
            # a process of its own would import everything anew for each of them
            ours = words[0] == "chainrule" and not set(line) & set("|<>&;$")
            code, printed = self.ours(words[1:]) if ours else self.shell(line)
            if code and not expected:
                said.append(f"$ {line}\nexit {code}\n{printed}")
            elif expected and (difference := differ(expected, printed)):
                said.append(f"$ {line}\n{difference}")
        return "\n".join(said)

    def ours(self, words: list[str]) -> tuple[int, str]:
        with np.errstate(all="warn", under="ignore"):
            done = self.command(*words, cwd=self.folder)
        # as down a pipe, where what is printed comes when the command ends
        return done.returncode, done.stderr + done.stdout

    def shell(self, line: str) -> tuple[int, str]:
        beside_python = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            line,
            shell=True,
            cwd=self.folder,
            env=os.environ | {"PATH": beside_python},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        return done.returncode, done.stdout


@pytest.fixture
def reader(tmp_path, monkeypatch, command):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("NO_COLOR", "1")
    # what a page adds is not there for the next reader
    registries = (CATALOGUE, DIALECTS, LAYERS, MEDIA, RULES)
    known = [(registry, set(registry)) for registry in registries]
    with np.printoptions():
        yield Reader(tmp_path, command)
    for registry, names in known:
        for name in set(registry) - names:
            del registry[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).name)
def test_every_block_of_a_page_does_what_the_page_says(page, reader):
    for block in blocks(page.read_text(encoding="utf-8")):
        otherwise = reader.read(block)
        assert not otherwise, f"{page.name}, line {block.line}: {otherwise}"


def test_set_up_commands_stand_in_the_readme_alone():
    with_set_up = [
        page.name
        for page in PAGES
        for block in blocks(page.read_text(encoding="utf-8"))
        if block.language == "sh"
    ]
    assert with_set_up == ["README.md", "README.md"]


@pytest.mark.parametrize(
    "page",
    [
        "```python\n>>> 1 + 1\n3\n```\n",
        "```python\nprint(1)\n```\n```output\n2\n```\n",
        "```console\n$ echo yes\nno\n```\n",
        "```console\n$ exit 3\n```\n",
        "```cobol\nSTOP RUN.\n```\n",
    ],
)
def test_a_page_that_says_something_wrong_is_found(page, reader):
    assert any(reader.read(block) for block in blocks(page))


def test_links_between_pages_lead_somewhere():
    link = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
    broken = {
        f"{page.name}: {target}"
        for page in PAGES
        for target in link.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    }
    assert broken == set()
