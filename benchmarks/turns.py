"""Ways of doing the same, each in a process of its own, taking turns; what they took, and pages that hold it.

A busy machine slows all that take turns alike, so ratios within a turn are what a run is good for. Seconds are told
beside CPU seconds of the whole process.
"""

import argparse
import json
import os
import platform
import re
import resource
import shlex
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

THREADS = ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM", "NUMEXPR")


def environment(threads):
    """This process's, told to compute with so many threads; 0 leaves each library its own way."""
    if not threads:
        return dict(os.environ)
    said = {f"{name}_NUM_THREADS": str(threads) for name in THREADS}
    if threads == 1:
        said["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
    said |= {f"TF_NUM_{kind}_THREADS": str(threads) for kind in ("INTRAOP", "INTEROP")}
    return {**os.environ, **said}


class NotReadyError(Exception):
    """A way that could not be made ready; the reason is its text."""


class Worker:
    """A process that has made one way ready: ``command`` starts it."""

    def __init__(self, command, env):
        self.process = subprocess.Popen(
            command, env=env, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.ready = self._told()

    def turn(self, times):
        """What ``times`` of it took: seconds and CPU seconds for each."""
        print(times, file=self.process.stdin)
        return self._told()

    def _told(self):
        said = json.loads(self.process.stdout.readline() or '{"failed": "it died"}')
        if "failed" in said:
            self.end()
            raise NotReadyError(said["failed"])
        return said

    def end(self):
        """What there is to know at the end."""
        self.process.stdin.close()
        left = self.process.stdout.read()
        self.process.wait()
        return json.loads(left) if left.strip() else {}


def serve(make):
    """Be a worker: ``make`` gives a function of how often, and whatever is to be compared after its first five."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    try:
        start = time.perf_counter()
        many = make()
        made, cpu = time.perf_counter(), time.process_time()
        many(1)
        begun, spent = time.perf_counter(), time.process_time() - cpu
        result = many(4)
        told = {"setup": made - start, "first": begun - made, "first_cpu": spent, "result": result}  # fmt: skip
        many(unit := getattr(many, "unit", 1))
        told["unit"] = unit
        print(json.dumps(told), file=out)
    except Exception as error:  # noqa: BLE001 - whatever a peer fails with, the others are measured
        print(json.dumps({"failed": f"{type(error).__name__}: {error}"[:300]}), file=out)  # fmt: skip
        return
    for line in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        many(int(line))
        wall, spent = time.perf_counter() - start, time.process_time() - cpu
        told = {"wall": wall / int(line), "cpu": spent / int(line)}
        print(json.dumps(told), file=out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps({"peak": peak / unit}), file=out)


@dataclass
class Times:
    """What one way took, turn by turn: seconds and CPU seconds for one, and for what comes before."""

    setup: float = 0.0
    first: float = 0.0
    first_cpu: float = 0.0
    peak: float = 0.0
    result: object = None
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def spread(self):
        """The median, and the quartiles around it."""
        low, middle, high = statistics.quantiles(self.wall, n=4)
        return middle, low, high

    def ratio(self, other, kind="wall"):
        """How many times as long the other took: the median over turns."""
        pairs = zip(getattr(self, kind), getattr(other, kind), strict=True)
        return statistics.median(theirs / ours for ours, theirs in pairs)


def take_turns(commands, *, rounds, seconds, threads=0, tell=print):
    """What each way took, by name, and why others could not be made ready; ``seconds`` are for all turns."""
    workers, times, failed = {}, {}, {}
    for name, command in commands.items():
        try:
            worker = Worker(command, environment(threads))
        except NotReadyError as why:
            failed[name] = str(why)
            tell(f"  {name} cannot be had: {why}")
            continue
        workers[name], said = worker, worker.ready
        times[name] = Times(**{key: said[key] for key in said if key != "unit"})
    slot = seconds / rounds / max(len(workers), 1)
    counts = {}
    for name, worker in workers.items():
        unit = count = worker.ready["unit"]
        while (took := worker.turn(count)["wall"]) * count < slot / 4:
            count = unit * max(2, int(min(64 * count, slot / 2 / took) / unit))
        counts[name] = unit * max(1, round(slot / took / unit))
    for _ in range(rounds):
        for name, worker in workers.items():
            took = worker.turn(counts[name])
            times[name].wall.append(took["wall"])
            times[name].cpu.append(took["cpu"])
    for name, worker in workers.items():
        times[name].peak = worker.end().get("peak", 0.0)
    return times, failed


def shown(number):
    """Three digits of a number."""
    return f"{number:.3g}" if abs(number) < 1000 else f"{number:,.0f}"


def table(head, rows):
    """A table of Markdown; the first column is words."""
    marks = ["---", *["--:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, marks, *rows))


def machine():
    """The machine and the day, in words."""
    name = platform.processor() or platform.machine()
    for line in _lines(Path("/proc/cpuinfo")):
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return f"{name}, {os.cpu_count()} cores, {load:.1f} processes a core, {time.strftime('%-d %B %Y')}"


def _lines(path):
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def arguments(about, **defaults):
    """The options that all benchmarks have."""
    parser = argparse.ArgumentParser(description=about.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=defaults.get("rounds", 15))
    parser.add_argument("--seconds", type=float, default=defaults.get("seconds", 10), help="for all turns of a row")  # fmt: skip
    parser.add_argument("--threads", type=int, default=0, help="each way has so many; 0: as it likes")  # fmt: skip
    parser.add_argument("--json", type=Path, help="a file for all that was measured")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables where the page says <!-- NAME -->")  # fmt: skip
    return parser


def keep(options, name, text, found):
    """Write what was found: as JSON, and as the part of a page between its marks."""
    said = [one for k, one in enumerate(sys.argv) if k and "--json" not in sys.argv[k - 1 : k + 1]]  # fmt: skip
    command = f"python benchmarks/{Path(sys.argv[0]).name} {shlex.join(said)}"
    if options.json:
        whole = {"machine": machine(), "command": command, "found": found}
        options.json.write_text(json.dumps(whole, indent=1), encoding="utf-8")
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        mark, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        part = f"{mark}\n`{command.strip()}`; {machine()}.\n\n{text}\n{end}"
        new = re.sub(f"{re.escape(mark)}.*{re.escape(end)}", lambda _: part, page, flags=re.DOTALL)  # fmt: skip
        options.write.write_text(new, encoding="utf-8")
