"""Checkpoints: all of a training's progress in one file, the last few kept, none ever half written."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chainrule.nn.options import options, usual
from chainrule.program import Array, CorruptFileError, UsageError
from chainrule.program.files import make_folder, remove
from chainrule.train.loop.epochs import Training
from chainrule.train.loop.state import Data, Progress, Settings
from chainrule.train.model.array_files import read_arrays, write_arrays
from chainrule.train.options import FitOptions

PATTERN = re.compile(r"checkpoint-(\d{8})\.safetensors$")
PLACES = ("parameters", "state", "running", "best")
NUMBERS = (
    "epoch", "batch", "step", "sums", "history", "best_value", "best_epoch", "waited", "plateau", "stopped",
)  # fmt: skip


def save(
    folder: str | Path,
    training: Training,
    *,
    keep: int = 3,
    network: Mapping[str, Any] | None = None,
) -> Path:
    """Write a checkpoint of where a training is; all but the last ``keep`` are removed.

    Raises:
        CorruptFileError: E504 if it cannot be written; the older ones are then untouched.
    """
    folder = make_folder(folder)
    progress = training.progress
    arrays: dict[str, Array] = {}
    for place in PLACES:
        arrays |= {
            f"{place}/{name}": array for name, array in getattr(progress, place).items()
        }
    about = {
        "progress": {name: getattr(progress, name) for name in NUMBERS},
        "settings": described(training.settings),
        "network": dict(network or {}),
        "samples": len(training.data),
        "data": training.data.digest(),
    }
    path = folder / f"checkpoint-{progress.step:08d}.safetensors"
    write_arrays(path, arrays, about)
    for old in listed(folder)[:-keep]:
        with contextlib.suppress(OSError):
            old.unlink()
    return path


def saver(
    folder: str | Path, every: int, keep: int, network: Mapping[str, Any]
) -> Callable[[Training], None]:
    """A watcher of the epochs that writes a checkpoint after every few of them, and after the last."""

    def after_epoch(training: Training) -> None:
        epoch = training.progress.epoch
        if epoch % every == 0 or epoch == training.settings.fit["epochs"]:
            save(folder, training, keep=keep, network=network)

    return after_epoch


def forget(folder: str | Path) -> None:
    """Remove the checkpoints of a folder.

    Raises:
        CorruptFileError: E504 if one cannot be removed: it would be taken for the new training's.
    """
    remove(listed(folder))


def last(folder: str | Path) -> str:
    """A line that names the newest checkpoint; nothing if there is none."""
    found = listed(folder)
    return f"\nthe last checkpoint is {found[-1]}" if found else ""


def listed(folder: str | Path) -> list[Path]:
    """The checkpoints of a folder, the oldest first."""
    return sorted(
        path for path in Path(folder).glob("checkpoint-*") if PATTERN.search(path.name)
    )


def latest(folder: str | Path) -> tuple[Progress, dict[str, Any]] | None:
    """The newest checkpoint that is whole, and what is said about it; None if there is none.

    Raises:
        CorruptFileError: E503 if there are checkpoints and none is whole.
    """
    trouble: CorruptFileError | None = None
    for path in reversed(listed(folder)):
        try:
            return load(path)
        except CorruptFileError as error:
            trouble = error
    if trouble is not None:
        trouble.hint = (
            "none of the checkpoints is whole; begin anew with restart (--restart)"
        )
        raise trouble
    return None


def load(path: str | Path) -> tuple[Progress, dict[str, Any]]:
    """The progress in a checkpoint, and what is said about it."""
    arrays, about = read_arrays(path)
    places: dict[str, Any] = {place: {} for place in PLACES}
    for name, array in arrays.items():
        place, _, key = name.partition("/")
        places[place][key] = array
    try:
        numbers: dict[str, Any] = {name: about["progress"][name] for name in NUMBERS}
        progress = Progress(**{**places, **numbers})
    except (KeyError, TypeError):
        raise CorruptFileError(
            "E503", f"{path} is not a checkpoint of a training"
        ) from None
    return progress, about


def described(settings: Settings) -> dict[str, Any]:
    """Settings as plain data, to compare with those of a training that is taken up again."""
    binding = [name for name, option in options(FitOptions).items() if option.binding]
    return {
        **{name: item for name, item in settings.fit.items() if name in binding},
        "seed": settings.seed,
        "optimizer": settings.optimizer.name,
        "learning_rate": settings.optimizer.learning_rate,
        "settings": dict(settings.optimizer.settings),
        "schedule": _schedule_name(settings.schedule),
        "limits": asdict(settings.limits),
    }


def _schedule_name(schedule: Any) -> str | None:
    """The name of a schedule, which may be any function of one's own."""
    own = getattr(schedule, "__qualname__", None)
    return None if schedule is None else getattr(schedule, "name", own)


def require_same(
    about: Mapping[str, Any],
    settings: Settings,
    data: Data,
    folder: str | Path,
    network: Mapping[str, Any],
) -> None:
    """Refuse to go on with other settings, another network or other data than the training began with.

    Raises:
        UsageError: E416, naming what differs.
    """
    now, then = described(settings), about["settings"]
    differ = [
        f"{key} was {then.get(key)}, is {now[key]}"
        for key in now
        # an option that was not there then was as is usual
        if now[key] != then.get(key, usual(FitOptions).get(key))
    ]
    differ += _other(about.get("network") or {}, network)
    if about["samples"] != len(data):
        differ.append(f"there were {about['samples']} samples, there are {len(data)}")
    elif about.get("data", data.digest()) != data.digest():
        differ.append("the numbers in the data are others")
    if differ:
        raise UsageError(
            "E416",
            f"{folder} holds checkpoints of another training",
            detail="\n".join(differ),
            hint="go on with the same settings, choose another folder, or begin anew with restart (--restart)",
        )


def _other(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """In what a network, as plain data, is another than it was; files lose the difference of lists and tuples."""
    keys = ("layers", "units", "loss", "labels", "dtype", "l1", "l2")
    back = json.loads(json.dumps(dict(now)))
    return [
        f"the network had the {key} {_said(then[key])}; it has {_said(back[key])}"
        for key in keys
        if key in then and then[key] != back[key]
    ]


def _said(item: Any) -> str:
    if not isinstance(item, list):
        return str(item)
    return ", ".join(_layer(one) if isinstance(one, dict) else str(one) for one in item)


def _layer(said: Mapping[str, Any]) -> str:
    told = [str(item) for key, item in said.items() if key != "kind"]
    return f"{said['kind']}({', '.join(told[:2])})"
