"""A course graded: every submission checked in a process of its own, every gradient worth its points."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from chainrule.check.verdict import Verdict, worst
from chainrule.program import UsageError
from chainrule.program.source_places import NOTEBOOK

FORMAT = "chainrule-grades-1"
SHARES = {
    Verdict.RIGHT: 1.0,
    Verdict.FOLLOWS: 0.5,
    Verdict.RIGHT_HERE: 0.0,
    Verdict.WRONG: 0.0,
}
"""Which share of its points a gradient gets: what is wrong only because of a line before it was done right in itself."""
MISSING = "MISSING"


@dataclass(frozen=True, slots=True)
class Scheme:
    """What gradients are expected and worth, by the name of the parameter or of the gradient, and what verdicts earn.

    Without expected ones, the gradients that a submission has are worth a point each.
    """

    points: Mapping[str, float] = field(default_factory=dict)
    shares: Mapping[Verdict, float] = field(default_factory=lambda: SHARES)


@dataclass(frozen=True, slots=True)
class Mark:
    """One gradient of one submission: what was said of it and what that earns, None where a person has to look."""

    verdict: str
    points: float | None
    of: float


@dataclass(frozen=True, slots=True)
class Grade:
    """One submission: its marks by gradient, its first wrong line in words, or why it could not be checked."""

    submission: str
    marks: Mapping[str, Mark]
    first_wrong: str | None = None
    cause: str | None = None
    reason: str | None = None

    @property
    def points(self) -> float:
        """What is earned for sure."""
        return sum(one.points or 0.0 for one in self.marks.values())

    @property
    def out_of(self) -> float:
        """What could be earned."""
        return sum(one.of for one in self.marks.values())

    @property
    def is_open(self) -> bool:
        """Whether a person has to look."""
        return self.reason is not None or any(
            one.points is None for one in self.marks.values()
        )

    def to_dict(self) -> dict[str, Any]:
        """This grade for JSON."""
        return {
            "submission": self.submission,
            "points": self.points,
            "out_of": self.out_of,
            "is_open": self.is_open,
            "gradients": {
                name: {"verdict": one.verdict, "points": one.points, "out_of": one.of}
                for name, one in self.marks.items()
            },
            "first_wrong": self.first_wrong,
            "cause": self.cause,
            "reason": self.reason,
        }


def submissions(folder: Path, pattern: str) -> list[Path]:
    """The scripts and notebooks below a folder that fit a pattern, in the order of their names.

    Raises:
        UsageError: E403 if there are none.
    """
    found = sorted(
        one
        for one in folder.glob(pattern)
        if one.suffix in (".py", NOTEBOOK)
        and not any(part.startswith(".") for part in one.relative_to(folder).parts)
    )
    if not found:
        raise UsageError(
            "E403",
            f"no script or notebook below {folder} fits {pattern}",
            hint='say which: --pattern "*/net.py"',
        )
    return found


def scheme(points: Path | None, expected: Path | None) -> Scheme:
    """The points from a TOML file, or a point for each parameter in the report of a solution.

    Raises:
        UsageError: E404 if the report, E412 if the points cannot be read as what they should be.
    """
    given: dict[str, float] = {}
    if expected is not None:
        try:
            names = json.loads(expected.read_text(encoding="utf-8"))["parameters"]
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise UsageError(
                "E404",
                f"{expected} is no report of chainrule check",
                hint=f"chainrule check solution.py --json {expected}",
            ) from error
        given = dict.fromkeys(names, 1.0)
    if points is None:
        return Scheme(given)
    try:
        tables = tomllib.loads(points.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError("E412", f"{points}: {error}") from error
    wrong = sorted(set(tables) - {"points", "shares"})
    mine, shares = tables.get("points", {}), tables.get("shares", {})
    known = {one.value: one for one in SHARES}
    wrong += [f"points.{name}" for name, one in mine.items() if not _counts(one)]
    wrong += [
        f"shares.{name}"
        for name, one in shares.items()
        if name not in known or not _counts(one)
    ]
    if wrong:
        raise UsageError(
            "E412",
            f"{points}: {', '.join(wrong)} cannot be read",
            hint=f'[points] W1 = 2 for each gradient; [shares] "FOLLOWS" = 0.5, for {", ".join(known)}',
        )
    return Scheme(
        {**given, **mine}, {**SHARES, **{known[k]: v for k, v in shares.items()}}
    )


def _counts(one: Any) -> bool:
    return isinstance(one, int | float) and not isinstance(one, bool) and one >= 0


def grades(
    folder: Path,
    files: Sequence[Path],
    how: Scheme,
    *,
    timeout: float,
    n_jobs: int = 1,
) -> Iterator[Grade]:
    """The grade of each submission, in their order, ``n_jobs`` at a time."""
    with ThreadPoolExecutor(n_jobs) as pool:
        yield from pool.map(partial(_grade, folder, how, timeout), files)


def _grade(folder: Path, how: Scheme, timeout: float, file: Path) -> Grade:
    name = str(file.relative_to(folder))
    report, reason = _checked(file, timeout)
    if report is None:
        marks = {one: Mark("NOT CHECKED", None, of) for one, of in how.points.items()}
        return Grade(name, marks, reason=reason)
    expected = how.points or dict.fromkeys(report["parameters"], 1.0)
    marks = {one: _mark(report, one, of, how) for one, of in expected.items()}
    lines = [one for one in report["lines"] if one["verdict"] in ("WRONG", "RIGHT HERE")]  # fmt: skip
    beside = [one for one in report["findings"] if one["severity"] == "MISTAKE"]
    wrong = next(iter([*lines, *beside]), None)
    said = None if wrong is None else f"{wrong['line']}: {wrong['source'].strip()}"
    cause = None if wrong is None else wrong["cause"]
    return Grade(name, marks, said, cause, report["failure"])


def _mark(report: Mapping[str, Any], name: str, of: float, how: Scheme) -> Mark:
    """What was said of a gradient, by its parameter's name or its own, and what it earns."""
    said = report["parameters"].get(name)
    verdicts = [said] if said is not None else []
    verdicts += [
        line["verdict"]
        for line in report["lines"]
        if line["name"] == name or (said is None and line["gradient_of"] == name)
    ]
    if not verdicts:
        return Mark(MISSING, 0.0, of)
    found = worst(map(Verdict, verdicts))
    share = how.shares.get(found)
    return Mark(found.value, None if share is None else share * of, of)


def _checked(file: Path, timeout: float) -> tuple[dict[str, Any] | None, str | None]:
    """The report on one file, made by another process; or why there is none."""
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "report.json"
        words = ["check", file.name, "--json", str(to)]
        process = subprocess.Popen(  # noqa: S603 - our own command, on a file that was asked for
            [sys.executable, "-m", "chainrule", *words],
            cwd=file.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
            errors="replace",
        )
        try:
            _, said = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            _end(process)
            return None, f"it was stopped after {timeout:g} seconds"
        if process.returncode in (0, 1, 3) and to.is_file():
            return json.loads(to.read_text(encoding="utf-8")), None
    lines = [line for line in said.splitlines() if line.strip()]
    return None, lines[0] if lines else f"exit code {process.returncode}"


def _end(process: subprocess.Popen[str]) -> None:
    """End a process and whatever it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def to_dict(found: Iterable[Grade], how: Scheme) -> dict[str, Any]:
    """All grades for JSON."""
    return {
        "format": FORMAT,
        "points": dict(how.points),
        "shares": {one.value: share for one, share in how.shares.items()},
        "grades": [one.to_dict() for one in found],
    }


def table(found: Sequence[Grade]) -> str:
    """All grades as a table, and below it why some could not be checked."""
    names = list(dict.fromkeys(name for one in found for name in one.marks))
    rows = [["submission", "points", *names, "first wrong line"]]
    for one in found:
        marks = [one.marks[n].verdict if n in one.marks else "" for n in names]
        total = f"{one.points:g}{'?' if one.is_open else ''} / {one.out_of:g}"
        rows.append([one.submission, total, *marks, one.first_wrong or ""])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(n) for cell, n in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    reasons = [f"{one.submission}: {one.reason}" for one in found if one.reason]
    return "\n".join([*lines, *([""] if reasons else []), *reasons]) + "\n"
