"""The everyday bars: import, a cold lesson, deriving long programs, lessons of large networks, checking.

    python benchmarks/bars.py [--json FILE] [--repeats N]

Each figure is the median of several runs on this machine, beside its bar; a figure above its bar is marked, and
nothing here is a test. Processes are timed cold, as a user meets them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from chainrule.derive import backward
from chainrule.trace import trace

ROOT = Path(__file__).parent.parent
CACHE = tempfile.TemporaryDirectory(prefix="bytecode-")
# as for an installed package, whose bytecode is kept
INSTALLED = {
    **{
        key: value
        for key, value in os.environ.items()
        if key != "PYTHONDONTWRITEBYTECODE"
    },
    "PYTHONPYCACHEPREFIX": CACHE.name,
}


@dataclass(frozen=True)
class Figure:
    """One measured figure and its bar."""

    what: str
    measured: float
    unit: str
    bar: float | None

    def row(self) -> str:
        """A line of the table."""
        bar = "" if self.bar is None else f"≤ {self.bar:g} {self.unit}"
        mark = (
            "  over the bar"
            if self.bar is not None and self.measured > self.bar
            else ""
        )
        return f"{self.what:<58} {self.measured:>9.3f} {self.unit:<5} {bar}{mark}"


def seconds(action: Callable[[], object], repeats: int) -> float:
    """The median time of ``action``, after one run that is not counted."""
    action()
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def command(*arguments: str, codes: tuple[int, ...] = (0,)) -> Callable[[], object]:
    """A whole process, its output thrown away; it has to end with one of the exit codes."""

    def run() -> None:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            check=False,
            cwd=ROOT,
            text=True,
            env=INSTALLED,
        )
        if done.returncode not in codes:
            sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr}")

    return run


def import_time(repeats: int) -> float:
    """What ``import chainrule`` costs above NumPy's own import."""
    return seconds(command("-c", "import chainrule"), repeats) - seconds(
        command("-c", "import numpy"), repeats
    )


def chain(n_lines: int) -> Callable[..., object]:
    """A program of about so many lines."""

    def forward(x: np.ndarray, w: np.ndarray) -> object:
        for _ in range(n_lines // 3):
            x = np.exp(-x * w)
        return np.sum(x)

    return forward


def derive_time(n_lines: int, repeats: int) -> float:
    """Deriving a program of so many lines."""
    run = trace(chain(n_lines), x=np.array([0.1, 0.2]), w=np.array([0.5, 0.7]))
    return seconds(lambda: backward(run), repeats)


def long_script(n_lines: int) -> str:
    """A script with a hand-written backward pass of so many lines in all."""
    depth = (n_lines - 12) // 6
    head = [
        "import numpy as np",
        "rng = np.random.default_rng(0)",
        "h0 = rng.normal(size=(8, 4))",
        "y = rng.normal(size=(8, 4))",
    ]
    weights = [f"W{i} = rng.normal(size=(4, 4)) * 0.5" for i in range(1, depth + 1)]
    forward = [
        line
        for i in range(1, depth + 1)
        for line in (f"z{i} = h{i - 1} @ W{i}", f"h{i} = np.tanh(z{i})")
    ]
    loss = [f"loss = 0.5 * np.sum((h{depth} - y) ** 2)", f"dh{depth} = h{depth} - y"]
    back = [
        line
        for i in range(depth, 0, -1)
        for line in (
            f"dz{i} = dh{i} * (1 - h{i} ** 2)",
            f"dW{i} = h{i - 1}.T @ dz{i}",
            f"dh{i - 1} = dz{i} @ W{i}.T",
        )
    ]
    return "\n".join([*head, *weights, *forward, *loss, *back]) + "\n"


def figures(repeats: int) -> list[Figure]:
    """Everything measured."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        script = Path(folder) / "long.py"
        script.write_text(long_script(200))
        article = command("-m", "chainrule", "explain", "examples/article.py")
        deep = ",".join(["8", *["8"] * 100, "1"])
        deep_lesson = command(
            "-m",
            "chainrule",
            "explain",
            "--layers",
            deep,
            "--batch",
            "4",
            "--quiet",
            "--html",
            str(page),
        )
        wide = command(
            "-m",
            "chainrule",
            "explain",
            "--layers",
            "3000,3000,300,10",
            "--batch",
            "4",
            "--quiet",
            "--html",
            str(page),
        )
        found = [
            Figure(
                "import chainrule, above import numpy", import_time(repeats), "s", 0.1
            ),
            Figure(
                "chainrule explain examples/article.py, cold process",
                seconds(article, repeats),
                "s",
                1.0,
            ),
            Figure("deriving 1,000 lines", derive_time(1_000, repeats), "s", None),
            Figure("deriving 10,000 lines", derive_time(10_000, repeats), "s", 2.0),
            Figure(
                "lesson of 101 layers as a page, cold process",
                seconds(deep_lesson, repeats),
                "s",
                5.0,
            ),
        ]
        found.append(Figure("  its size", page.stat().st_size / 1e6, "MB", 2.0))
        found.append(
            Figure(
                "lesson of 9.9 million parameters, cold process",
                seconds(wide, repeats),
                "s",
                5.0,
            )
        )
        found.append(Figure("  its size", page.stat().st_size / 1e6, "MB", 2.0))
        check = command("-m", "chainrule", "check", str(script), codes=(0, 1))
        found.append(
            Figure(
                "chainrule check on a script of 200 lines, cold process",
                seconds(check, repeats),
                "s",
                2.0,
            )
        )
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("--json", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    found = figures(options.repeats)
    sys.stdout.write("\n".join(figure.row() for figure in found) + "\n")
    if options.json:
        options.json.write_text(
            json.dumps([asdict(figure) for figure in found], indent=1)
        )


if __name__ == "__main__":
    main()
