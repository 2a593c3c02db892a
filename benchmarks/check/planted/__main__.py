"""``python benchmarks/check/planted``: plant mistakes, check them, print how many were found."""

from __future__ import annotations

import argparse
import sys
import time

from measure import measure, right_passes, sample


def main() -> None:
    """Print the figures; leave with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(
        prog="python benchmarks/check/planted", description=__doc__
    )
    parser.add_argument(
        "--mistakes", type=int, default=500, help="how many mistakes are planted"
    )
    parser.add_argument(
        "--right", type=int, default=10_000, help="how many right passes are rewritten"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--failures", action="store_true", help="print every case that failed"
    )
    asked = parser.parse_args()
    began = time.perf_counter()
    tally = measure(
        sample(asked.mistakes, asked.seed), right_passes(asked.right, asked.seed)
    )
    for line in tally.lines():
        print(line)
    print(f"seconds              {time.perf_counter() - began:.0f}")
    if asked.failures:
        print(*tally.failures, sep="\n")
    enough = (
        tally.found >= 0.995 * tally.planted
        and tally.line >= 0.97 * tally.planted
        and tally.cause >= 0.9 * tally.planted
        and not tally.blamed
    )
    sys.exit(0 if enough else 1)


main()
