"""What ``chainrule check`` said of one script: the only file that knows the form of its report.

The checker runs in a process of its own, on a copy, with ``--fix --write``: so one run gives the verdicts and, in the
copy, what its fixes make of the script. Seconds are those of the processor, which a busy machine does not stretch.
"""

import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

ROOT_VERDICTS = ("WRONG", "RIGHT HERE")  # FOLLOWS is wrong through no fault of its own
COMMAND = [sys.executable, "-m", "chainrule", "check"]


@dataclass(frozen=True)
class Said:
    """One statement that the report calls wrong, with all the words it has for it."""

    first: int
    last: int
    source: str
    words: str


@dataclass(frozen=True)
class Answer:
    """``outcome``: wrong, right, refused, crash or over time."""

    outcome: str
    seconds: float
    wrong: list[Said] = field(default_factory=list)
    judged: int = 0
    message: str = ""
    mended: str | None = None


def ask(script: Path, source: str, limit: float) -> Answer:
    """Run ``chainrule check`` on ``source``, standing where ``script`` stands; ``limit`` in seconds of the processor."""
    with tempfile.TemporaryDirectory() as folder:
        for helper in script.parent.glob("helper_*.py"):
            shutil.copy(helper, folder)
        copy = Path(folder) / script.name
        copy.write_text(source, encoding="utf-8")
        code, seconds, out, err = timed(
            [*COMMAND, str(copy), "--fix", "--write", "--json", "-"], limit
        )
        after = copy.read_text(encoding="utf-8")
    if code is None:
        return Answer("over time", seconds)
    mended = after if after != source else None
    return read(code, seconds, out, err, mended)


def read(code: int, seconds: float, out: str, err: str, mended: str | None) -> Answer:
    """The report in the benchmark's terms."""
    last = err.strip().splitlines()[-1:] or [""]
    try:
        report = json.loads(out)
    except ValueError:
        report = None
    told = report is not None or "error[E" in err
    if code not in {0, 1, 2, 3} or "Traceback (most recent" in err or not told:
        return Answer("crash", seconds, message=last[0])
    if code in {2, 3} or report is None:
        first = err.strip().splitlines()[:1] or ["no report"]
        return Answer("refused", seconds, message=first[0])
    lines, findings = report["lines"], report["findings"]
    wrong = [said(one) for one in lines if one["verdict"] in ROOT_VERDICTS]
    wrong += [said(one) for one in findings if one["severity"] == "MISTAKE"]
    failure = report.get("failure") or ""
    if failure and not wrong:
        return Answer("refused", seconds, message=failure)
    outcome = "wrong" if code == 1 else "right"
    message = " ".join(report.get("notes") or [])
    return Answer(outcome, seconds, wrong, len(lines), message, mended)


def said(entry: dict) -> Said:
    words = [entry.get("cause"), entry.get("kind"), entry.get("note")]
    words += [*(entry.get("kinds") or []), entry.get("fix")]
    return Said(
        entry["line"],
        entry.get("end_line") or entry["line"],
        entry["source"].strip(),
        " ".join(str(word) for word in words if word),
    )


def timed(command: list[str], limit: float) -> tuple[int | None, float, str, str]:
    """Exit code (None: over the limit), processor seconds, output and errors of a command."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}

    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        child = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        most = (int(limit) + 1, int(limit) + 2)
        resource.prlimit(child.pid, resource.RLIMIT_CPU, most)
        # a child that sleeps uses no processor time, and would be waited for without end
        alarm = threading.Timer(10 * limit, child.kill)
        alarm.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        except BaseException:
            with contextlib.suppress(OSError):
                child.kill()
            raise
        finally:
            alarm.cancel()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
    seconds = usage.ru_utime + usage.ru_stime
    code = child.returncode
    over = seconds > limit or (code < 0 and -code in {9, 24})
    return (None if over else code), seconds, texts[0], texts[1]
