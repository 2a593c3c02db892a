"""Prove the benchmark: every wrong script takes a wrong step, every right one the true step.

python benchmarks/check/prove.py [NAME ...]
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import cases
from proof import measure


def verdict(case: cases.Case) -> str:
    """An empty string if the case is what it is said to be; else what is not."""
    measured = measure(case.path.read_text(encoding="utf-8"), case.path, case.proof)
    if case.truth is None:
        return "" if measured.exact else f"not right: off by {measured.error:.1e}"
    if not measured.wrong:
        return f"not wrong: off by {measured.error:.1e} only"
    if not case.is_scale and measured.exact_up_to_rate:
        return "no mistake, but another learning rate"
    return ""


def everything() -> list[cases.Case]:
    cases.load_proofs()
    groups = [one for one in cases.WITH_TRUTH if (cases.HERE / one).exists()]
    wrong = [case for group in groups for case in cases.mistakes(group)]
    return wrong + cases.right_scripts(*groups, cases.RIGHT)


def main() -> int:
    wanted = sys.argv[1:]
    failed = count = 0
    for case in everything():
        if wanted and not any(word in case.name for word in wanted):
            continue
        start = time.perf_counter()
        try:
            said = verdict(case)
        except Exception as error:  # noqa: BLE001  # any failure of a script is the answer
            said = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - start
        count += 1
        failed += bool(said)
        if said or seconds > 5:
            print(f"{case.group:9} {case.name:45} {seconds:5.1f} s  {said}")
    print(f"{count - failed} of {count} proved")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
