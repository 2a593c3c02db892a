"""How long people wait: import, explain, emit, check in cold processes, and deriving long programs, beside their bars.

    python benchmarks/latency.py [--repeats 5] [--long] [--write docs/performance.md]

Each figure is the median of several runs. CPU seconds are told beside seconds, and held against the bar: they are what
an idle machine takes. With ``--long``, programs of 30,000 and 100,000 lines are derived too, by autograd as well.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from turns import arguments, keep, machine, shown, table

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Figure:
    """A median, in seconds or megabytes; ``bar`` is what it should not be above."""

    what: str
    measured: float
    cpu: float | None = None
    bar: float | None = None
    unit: str = "s"

    def row(self):
        told = self.measured if self.cpu is None else self.cpu
        over = self.bar is not None and told > self.bar
        bar = "" if self.bar is None else f"{self.bar:g}{', missed' if over else ''}"
        cpu = "" if self.cpu is None else f"{shown(self.cpu)}"
        return [self.what, f"{shown(self.measured)} {self.unit}", cpu, bar]


def spent():
    """Seconds, and CPU seconds of this process and of those that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]  # fmt: skip
    return np.array([time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used)])  # fmt: skip


def seconds(action, repeats):
    """The median seconds and CPU seconds of ``action``, after one run that is not counted."""
    action()
    taken = []
    for _ in range(repeats):
        start = spent()
        action()
        taken.append(spent() - start)
    return np.median(taken, axis=0)


def process(*said, codes=(0,)):
    """A whole process, its output thrown away; it has to end with one of the exit codes."""

    def run():
        done = subprocess.run([sys.executable, *map(str, said)], capture_output=True, check=False, cwd=ROOT, text=True, env=INSTALLED)  # fmt: skip
        if done.returncode not in codes:
            sys.exit(f"{' '.join(map(str, said))} failed:\n{done.stderr}")

    return run


CACHE = tempfile.TemporaryDirectory(prefix="bytecode-")
# as for an installed package, whose bytecode is kept
INSTALLED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}  # fmt: skip
INSTALLED["PYTHONPYCACHEPREFIX"] = CACHE.name


def long_script(n_lines):
    """A script with a hand-written backward pass of so many lines in all."""
    depth = (n_lines - 12) // 6
    layers = range(1, depth + 1)
    written = ["import numpy as np", "rng = np.random.default_rng(0)"]
    written += [f"{name} = rng.normal(size=(8, 4))" for name in ("h0", "y")]
    written += [f"W{i} = rng.normal(size=(4, 4)) * 0.5" for i in layers]
    for i in layers:
        written += [f"z{i} = h{i - 1} @ W{i}", f"h{i} = np.tanh(z{i})"]
    written += [f"loss = 0.5 * np.sum((h{depth} - y) ** 2)", f"dh{depth} = h{depth} - y"]  # fmt: skip
    for i in reversed(layers):
        written += [f"dz{i} = dh{i} * (1 - h{i} ** 2)", f"dW{i} = h{i - 1}.T @ dz{i}"]
        written.append(f"dh{i - 1} = dz{i} @ W{i}.T")
    return "\n".join(written) + "\n"


def deriving(n_lines):
    """Following a function of so many lines, and deriving its gradient."""
    from gradients import lines

    from chainrule.derive import backward
    from chainrule.trace import trace

    run = trace(lines(np, n_lines), x=np.array([0.1, 0.2]))
    return lambda: backward(run)


def first_gradient(way, n_lines):
    """CPU seconds of a first call, in this process."""
    from gradients import calls

    many, start = calls(way, f"lines-{n_lines}"), time.process_time()
    many(1)
    print(time.process_time() - start)


def figures(options, folder):
    """Everything measured."""
    page, script = Path(folder) / "page.html", Path(folder) / "long.py"
    script.write_text(long_script(200))
    chainrule = ("-m", "chainrule")
    to_page = ("--batch", "4", "--quiet", "--html", page)

    def cold(what, bar, *said, codes=(0,)):
        return Figure(what, *seconds(process(*said, codes=codes), options.repeats), bar)

    ours, plain = (seconds(process("-c", f"import {name}"), options.repeats) for name in ("chainrule", "numpy"))  # fmt: skip
    yield Figure("import chainrule, above import numpy", *(ours - plain), 0.1)
    yield cold("explain examples/article.py", 1.0, *chainrule, "explain", "examples/article.py")  # fmt: skip
    yield cold("emit examples/article.py", 1.0, *chainrule, "emit", "examples/article.py")  # fmt: skip
    yield cold("check a script of 200 lines", 2.0, *chainrule, "check", script, codes=(0, 1))  # fmt: skip
    for what, layers in (("101 layers", ",".join(["8", *["8"] * 100, "1"])), ("9.9 million parameters", "3000,3000,300,10")):  # fmt: skip
        yield cold(f"the lesson of {what}", 5.0, *chainrule, "explain", "--layers", layers, *to_page)  # fmt: skip
        yield Figure("its page", page.stat().st_size / 1e6, None, 2.0, "MB")
    for n_lines, bar in ((1_000, None), (10_000, 2.0)):
        yield Figure(f"deriving {n_lines:,} lines", *seconds(deriving(n_lines), options.repeats), bar)  # fmt: skip
    for n_lines, bar in ((30_000, None), (100_000, 25.0)) if options.long else ():
        for way in ("chainrule", "autograd"):
            done = subprocess.run(
                [sys.executable, __file__, "--first", way, str(n_lines)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            cpu = float(done.stdout)
            yield Figure(f"a first gradient through {n_lines:,} lines, {way}", cpu, cpu, bar if way == "chainrule" else None)  # fmt: skip


def main():
    parser = arguments(__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--first", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.first:
        first_gradient(options.first[0], int(options.first[1]))
        return
    print(machine(), flush=True)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(options, folder):
            found.append(figure)
            print("  ".join(figure.row()), flush=True)
    text = table(["in a cold process", "median", "CPU s", "bar"], [figure.row() for figure in found])  # fmt: skip
    keep(options, "latency", text, [asdict(figure) for figure in found])


if __name__ == "__main__":
    main()
