"""Files and scripts that are nearly right: whatever is done to them, an answer or an error with a code, in time.

``CHAINRULE_MUTATIONS=10000`` tries as many files and a fifth as many scripts; without it, a sample. They are those of the
seeds from ``CHAINRULE_MUTATIONS_FROM`` on, or from 0.
"""

import json
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from chainrule.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
N_FILES = int(os.environ.get("CHAINRULE_MUTATIONS", "240"))
N_SCRIPTS = N_FILES // 5
FIRST = int(os.environ.get("CHAINRULE_MUTATIONS_FROM", "0"))
TOKENS = re.compile(r"[A-Za-z_]\w*|\d+\.?\d*|\S|\s+")
NUMBERS = ["0", "-1", "1e400", "nan", "10**9", "1e-320", "2**63", "[]", "None", "''"]
TABLE = "a,b,kind\n" + "".join(
    f"{i / 7:.3f},{(i * i) % 11},{'xyz'[i % 3]}\n" for i in range(30)
)
NETWORK = (
    'inputs = 3\nloss = "mse"\nbatch = 4\nseed = 1\n[[layers]]\nkind = "Dense"\nunits = 4\n'
    '[[layers]]\nkind = "Activation"\nname = "relu"\n[[layers]]\nkind = "Dense"\nunits = 1\n'
)
CELLS = json.dumps(
    {"cells": [{"cell_type": "code", "source": ["import numpy as np\n", "W = np.ones(3)\n", "loss = np.sum(W ** 2)"]}]}
)  # fmt: skip


def mutated_words(text, generator):
    """A text with a few of its words lost, doubled, exchanged, or made another number."""
    words = TOKENS.findall(text)
    for _ in range(int(generator.integers(1, 4))):
        at, other = generator.integers(0, len(words), 2)
        match generator.integers(0, 4):
            case 0:
                words[at] = ""
            case 1:
                words[at] *= 2
            case 2:
                words[at], words[other] = words[other], words[at]
            case _:
                words[at] = str(generator.choice(NUMBERS))
    return "".join(words)


def mutated_bytes(data, generator):
    """Bytes with a few flipped, cut off, or put in anew."""
    found = bytearray(data)
    match generator.integers(0, 4):
        case 0:
            del found[int(generator.integers(0, len(found))) :]
        case 1:
            at = int(generator.integers(0, len(found)))
            found[at:at] = generator.bytes(int(generator.integers(1, 40)))
        case _:
            for at in generator.integers(0, len(found), int(generator.integers(1, 6))):
                found[at] ^= 1 << int(generator.integers(0, 8))
    return bytes(found)


@pytest.fixture
def answer(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["chainrule", *map(str, words)])
        with pytest.raises(SystemExit) as end, np.errstate(all="ignore"):
            main()
        told = capsys.readouterr()
        return end.value.code or 0, told.out + told.err

    return run


def unfit(code, told, verb):
    """What is wrong with an answer; None if it is one."""
    if "Traceback" in told:
        return "a traceback"
    if code == 1 and not (verb == "check" and re.search("WRONG|MISTAKE|RIGHT HERE|does not run", told)):  # fmt: skip
        return "exit 1 without a wrong gradient"
    if code not in (0, 1, 2, 3, 4, 5):
        return f"exit {code}"
    if code > 1 and not re.search(r"error\[E\d+\]|Usage:|Error", told):
        return "no code"
    return None


def refused(tries):
    """The answers that are none, each with how to have it again."""
    return [f"{name}: {said}" for name, said in tries if said is not None]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_f47_mutated_scripts_are_answered_with_a_code(answer, tmp_path):
    sources = {
        path.name: path.read_text(encoding="utf-8")
        for path in (EXAMPLES / "article.py", EXAMPLES / "article_numpy.py")
    }

    def tries():
        for seed in range(FIRST, FIRST + N_SCRIPTS):
            generator = np.random.default_rng(seed)
            name = str(generator.choice(sorted(sources)))
            path = tmp_path / name
            path.write_text(mutated_words(sources[name], generator), encoding="utf-8")
            verb = str(generator.choice(["explain", "emit", "check"]))
            code, told = answer(verb, path, "--timeout", "10")
            said = unfit(code, told, verb)
            yield f"seed {seed}, {verb} {name}", said and f"{said}: {told[-400:]}"

    assert refused(tries()) == []


def test_f47_control_python_itself_answers_such_a_script_with_a_traceback():
    source = (EXAMPLES / "article.py").read_text(encoding="utf-8")
    raised = 0
    for seed in range(20):
        try:
            text = mutated_words(source, np.random.default_rng(seed))
            exec(compile(text, "net.py", "exec"), {})
        except Exception:  # noqa: BLE001 - whatever it is
            raised += 1
    assert raised >= 10


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_f26_f40_mutated_files_are_answered_with_a_code(answer, tmp_path):
    table = tmp_path / "data.csv"
    table.write_text(TABLE, encoding="utf-8")
    code, told = answer("train", table, "--target", "kind", "--hidden", "3", "--epochs", "1", "--out", "model", "-q")  # fmt: skip
    assert code == 0, told
    np.savez(tmp_path / "data.npz", a=np.arange(6.0), kind=np.arange(6) % 2)
    (tmp_path / "net.toml").write_text(NETWORK, encoding="utf-8")
    (tmp_path / "net.ipynb").write_text(CELLS, encoding="utf-8")
    shown = "--data", table, "--level", "network"
    train = "--target", "kind", "--hidden", "3", "--epochs", "1", "-q"
    commands = {
        "data.csv": ("train", table, *train),
        "data.npz": ("train", tmp_path / "data.npz", *train),
        "net.toml": ("explain", tmp_path / "net.toml", "-q"),
        "net.ipynb": ("explain", tmp_path / "net.ipynb", "-q"),
        "model/model.json": ("predict", "model", table),
        "model/weights.safetensors": ("explain", "model", *shown),
    }
    whole = {name: (tmp_path / name).read_bytes() for name in commands}

    def tries():
        for seed in range(FIRST, FIRST + N_FILES):
            generator = np.random.default_rng(seed)
            name = str(generator.choice(sorted(commands)))
            text = name.endswith((".toml", ".csv", ".ipynb")) and generator.random() < 0.7  # fmt: skip
            data = (
                mutated_words(whole[name].decode(), generator).encode()
                if text
                else mutated_bytes(whole[name], generator)
            )
            (tmp_path / name).write_bytes(data)
            code, told = answer(*commands[name])
            (tmp_path / name).write_bytes(whole[name])
            said = unfit(code, told, commands[name][0])
            yield f"seed {seed}, {name}", said and f"{said}: {told[-400:]}"

    assert refused(tries()) == []
