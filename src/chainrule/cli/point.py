"""How a command line points at a network: FILE, FILE:FUNCTION with its inputs, words, or a TOML file."""

from __future__ import annotations

import json
import math
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from chainrule import target as pointed
from chainrule.cli.suggestions import suggesting
from chainrule.program import ProgramError, UsageError
from chainrule.program.asked import listed
from chainrule.program.files import near_files
from chainrule.program.room import require_room
from chainrule.program.source_places import NOTEBOOK
from chainrule.program.sources import read_source
from chainrule.trace.surroundings import settings_kept


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table for a trained model, as it was after some epoch."""

    data: Path
    number: int
    epoch: int | None = None


FORMS = "FILE.py, FILE.py:FUNCTION --with NAME=SHAPE, --layers 3,4,1 or FILE.toml"


def find(
    target: str | None,
    inputs: Sequence[str],
    *,
    loss: str | None,
    wrt: str | None,
    words: dict[str, Any],
    seed: int,
    row: TableRow | None = None,
    verb: str = "explain",
) -> pointed.Target:
    """The subject that the arguments point at.

    Raises:
        UsageError: E402 if nothing is pointed at, E403 for a file or a function that is not there.
    """
    names = listed(wrt) if wrt else None
    if words.get("layers") is not None:
        return _described(words, seed, loss, names)
    if target is None:
        raise UsageError("E402", "nothing to work on", hint=f"give {FORMS}")
    if Path(target).is_dir():
        return _trained(Path(target), row, loss, names)
    file, _, function = target.partition(":")
    path = _existing(file)
    if path.suffix == ".toml":
        return _from_toml(path, loss, names)
    if function:
        return _function(path, function, inputs, loss=loss, wrt=names, seed=seed)
    if inputs:
        raise UsageError(
            "E404",
            "--with gives a function its arguments",
            hint=f"name the function: {file}:loss",
        )
    with suggesting(path, verb):
        script = pointed.from_script(path, loss=loss, wrt=names)
    for message in script.report.messages:
        sys.stderr.write(f"note: {message}\n")
    return script


def tell_fixed(fixed: Sequence[str]) -> None:
    """Say what other data may decide otherwise than the run that was read."""
    for one in fixed:
        sys.stderr.write(f"note: fixed by the numbers of this run: {one}\n")


def _trained(
    folder: Path, row: TableRow | None, loss: str | None, wrt: Sequence[str] | None
) -> pointed.Target:
    """A trained model on one row of a table."""
    from chainrule.train import model_folder

    if not (folder / "model.json").exists():
        raise UsageError(
            "E403", f"{folder} is a folder without a model", hint=f"give {FORMS}"
        )
    if row is None:
        raise UsageError(
            "E402",
            f"{folder} is a trained model, and a lesson needs a row",
            hint="--data data.csv --row 17",
        )
    described = model_folder.example(folder, row.data, row=row.number, epoch=row.epoch)
    return pointed.from_described(described, loss=loss, wrt=wrt)


def _existing(file: str) -> Path:
    path = Path(file)
    if path.is_file():
        return path
    hint = near_files(path, f"give {FORMS}")
    raise UsageError("E403", f"{file} does not exist", hint=hint)


def _described(
    words: dict[str, Any], seed: int, loss: str | None, wrt: Sequence[str] | None
) -> pointed.Target:
    from chainrule import nn

    given = {key: value for key, value in words.items() if value is not None}
    described = nn.describe(**given, seed=seed)
    return pointed.from_described(described, loss=loss, wrt=wrt)


def _from_toml(
    path: Path, loss: str | None, wrt: Sequence[str] | None
) -> pointed.Target:
    from chainrule import nn

    return pointed.from_described(nn.describe_toml(path), loss=loss, wrt=wrt)


def _function(
    path: Path,
    name: str,
    inputs: Sequence[str],
    *,
    loss: str | None,
    wrt: Sequence[str] | None,
    seed: int,
) -> pointed.Target:
    module = _module(path)
    function = getattr(module, name, None)
    if not callable(function):
        there = [
            key
            for key, item in vars(module).items()
            if callable(item) and item.__module__ == module.__name__
        ]
        raise UsageError(
            "E403",
            f"{path.name} has no function {name!r}",
            hint=f"functions there: {', '.join(there)}"
            if there
            else "define it with def",
        )
    arrays = dict(_input(word, seed) for word in inputs)
    missing = [one for one in _required(function) if one not in arrays]
    if missing:
        raise UsageError(
            "E404",
            f"{name} needs {', '.join(missing)}",
            hint="give shapes or files: --with "
            + " ".join(f"{one}=4,3" for one in missing),
        )
    return pointed.from_function(function, inputs=arrays, loss=loss, wrt=wrt)


def _required(function: Any) -> list[str]:
    import inspect

    parameters = inspect.signature(function).parameters.values()
    return [
        one.name
        for one in parameters
        if one.default is one.empty
        and one.kind not in (one.VAR_KEYWORD, one.VAR_POSITIONAL)
    ]


def _module(path: Path) -> Any:
    if path.suffix not in (".py", ".pyw", NOTEBOOK):
        raise UsageError("E403", f"{path} is neither a Python file nor a notebook")
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    text = read_source(path)
    sys.path.insert(0, str(path.resolve().parent))
    try:
        sys.modules[path.stem] = module
        with settings_kept():
            exec(compile(text, str(path), "exec"), module.__dict__)  # noqa: S102 - as importing it would
    except Exception as error:
        message = f"{path.name} does not run: {type(error).__name__}: {error}"
        raise ProgramError("E330", message) from error
    finally:
        sys.path.pop(0)
    return module


def _input(word: str, seed: int) -> tuple[str, Any]:
    """``x=4,3`` (a shape, filled from the seed), ``y=5:0..2`` (integers), ``lr=0.1``, ``y=[1,0]``, ``W=f.npz:W``."""
    name, sign, text = word.partition("=")
    if not sign or not name.isidentifier():
        raise UsageError(
            "E404",
            f"{word!r} is not NAME=SHAPE, NAME=NUMBER, NAME=[…] or NAME=FILE",
            hint="for example --with x=4,3",
        )
    generator = np.random.default_rng([seed, zlib.crc32(name.encode())])
    try:
        return name, _value(text, generator)
    except (ValueError, KeyError, OSError) as error:
        raise UsageError(
            "E404",
            f"{word!r} cannot be read: {error}",
            hint="NAME=4,3 is a shape; NAME=0.1 a number; NAME=data.npz:KEY an array",
        ) from error


def _value(text: str, generator: np.random.Generator) -> Any:
    file, _, key = text.rpartition(":")
    if file.endswith(".npz"):
        with np.load(file, allow_pickle=False) as archive:
            if key not in archive:
                message = f"{file} has {', '.join(archive)}, not {key}"
                raise KeyError(message)
            return np.array(archive[key])
    if text.endswith(".npy"):
        return np.load(text, allow_pickle=False)
    if text.startswith("["):
        return np.array(json.loads(text))
    if ".." in text:
        lengths, _, limits = text.partition(":")
        low, high = (int(limit) for limit in limits.split(".."))
        return generator.integers(low, high + 1, _shape(lengths))
    if "." in text or "e" in text:
        return float(text)
    shape = _shape(text)
    require_room(3 * 8 * math.prod(shape), f"an array of the shape {shape}")
    return generator.normal(size=shape)


def _shape(text: str) -> tuple[int, ...]:
    # as Python writes them: (), (4,) and 4,3
    lengths = text.strip().removeprefix("(").removesuffix(")").strip()
    return tuple(map(int, listed(lengths.removesuffix(",")))) if lengths else ()
