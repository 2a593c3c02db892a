"""Strangers' code, read: what chainrule makes of programs that know nothing of it, as a table.

    python benchmarks/reading/run.py --group constructs|programs|written-out|random|random-written-out|scripts|popular|roles [--only TEXT] [--lists] [--update-known]

Every trial ends in one word: right (the true gradient), refused (an error with a code), wrong, crash, or hang. The
promise is that nothing is ever wrong; ``known_failures.txt`` says where it is not kept yet.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import known
from constructs import Construct, installed_constructs
from known import Trial
from programs import Program, programs
from random_programs import RandomProgram, random_programs
from scripts import FOLDERS, Script, scripts
from verdict import VERDICTS, Verdict

Doors = Callable[[Any, Path], Iterator[tuple[str, Verdict]]]
# what a group tries, and through which doors
GROUPS: dict[str, tuple[Callable[[], Iterable[Any]], Doors]] = {
    "constructs": (installed_constructs, Construct.verdicts),
    "programs": (programs, Program.verdicts),
    "written-out": (programs, Program.written_out),
    "random": (random_programs, RandomProgram.verdicts),
    "random-written-out": (random_programs, RandomProgram.written_out),
    **{name: (partial(scripts, name), Script.verdicts) for name in FOLDERS},
}
HELD_OUT = ", held out"


def trials(
    group: str, subjects: Iterable[Any], folder: Path
) -> Iterator[tuple[Trial, Verdict]]:
    """What becomes of each subject through each of its group's doors; the folder is for scripts."""
    doors = GROUPS[group][1]
    for subject in subjects:
        for door, verdict in doors(subject, folder):
            hidden = door != "gradients" and getattr(subject, "held_out", False)
            yield Trial(group + HELD_OUT * hidden, subject.key, door), verdict


def is_held_to(trial: Trial) -> bool:
    """Whether a failure is one of the known list; what is said of roles and random programs are only counted."""
    return trial.group in {"constructs", "programs", "written-out"} or (
        trial.door == "gradients"
    )


def table(found: list[tuple[Trial, Verdict]]) -> str:
    """How often each word was said, a row a group and door."""
    rows: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for trial, verdict in found:
        rows[trial.group, trial.door][verdict.word] += 1
    head = f"{'group':<20}{'door':<24}{'tried':>7}" + "".join(
        f"{w:>9}" for w in VERDICTS
    )
    lines = [head]
    for (group, door), words in rows.items():
        counts = "".join(f"{words[word]:>9}" for word in VERDICTS)
        share = f"{words['right'] / words.total():>9.1%}"
        lines.append(f"{group:<20}{door:<24}{words.total():>7}{counts}{share}")
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    ask = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    ask.add_argument("--group", choices=[*GROUPS, "all"], default="all")
    ask.add_argument("--only", default="", help="programs with this text in their name")
    ask.add_argument("--first", type=int, help="so many of a group")
    ask.add_argument(
        "--lists", action="store_true", help="name every trial and its end"
    )
    ask.add_argument("--update-known", action="store_true")
    ask.add_argument("--json", type=Path, help="write every trial and its end")
    asked = ask.parse_args()
    warnings.simplefilter("ignore")
    groups = list(GROUPS) if asked.group == "all" else [asked.group]
    found, start = [], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for group in groups:
            named = [one for one in GROUPS[group][0]() if asked.only in one.key]
            if asked.first:
                named = named[: asked.first]
            for trial, verdict in trials(group, named, Path(folder)):
                found.append((trial, verdict))
                failed = not verdict.safe and asked.group != "all"
                if (asked.lists or failed) and not trial.group.endswith(HELD_OUT):
                    print(f"{trial.program} | {trial.door} | {verdict}", flush=True)
    print(table(found))
    print(f"{time.monotonic() - start:.0f} s")
    if asked.update_known:
        known.update((one, verdict) for one, verdict in found if is_held_to(one))
    if asked.json:
        rows = [{**vars(trial), **vars(verdict)} for trial, verdict in found]
        asked.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
