"""How well ``chainrule check`` does on code that its authors did not write.

    python benchmarks/check/run.py [--group real|held_out|given|blind|right|planted|all] [--jobs 2] [--log FILE]

Prints, for mistakes, how many were found, on the wrong line, with the cause, and with a fix that heals when it is
applied and run; for right scripts, how many were spared; and every miss.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import cases
import slips
from answer import Answer, Said, ask
from cases import GIVEN, HELD, OPEN, RIGHT, Case
from proof import measure
from renamed import rename, restore

KINDS = tomllib.loads((cases.HERE / "kinds.toml").read_text(encoding="utf-8"))
OPEN_RIGHT = (OPEN, GIVEN, RIGHT)


@dataclass(frozen=True)
class Row:
    """One script and how it fared; for a right script ``line`` and what follows say nothing."""

    group: str
    name: str
    outcome: str
    seconds: float
    line: bool = False
    cause: bool = False
    heals: bool = False
    fixed: bool = False
    stray: int = 0
    judged: int = 0
    said: str = ""


def within(said: Said, lines: list[int]) -> bool:
    return any(said.first <= line <= said.last for line in lines)


def heals(case: Case, mended: str | None) -> bool:
    """Whether the script as its fixes leave it takes the true step, but for one common rate."""
    if mended is None:
        return False
    try:
        measured = measure(mended, case.path, case.proof)
    except Exception:  # noqa: BLE001  # a fix that breaks the script heals nothing
        return False
    return measured.exact or (not case.is_scale and measured.exact_up_to_rate)


def judge(case: Case, answer: Answer) -> Row:
    """One mistake: found or not, and how much of it."""
    said = "; ".join(f"{one.first}: {one.source}" for one in answer.wrong)
    said = said or answer.message
    if answer.outcome != "wrong":
        outcome = "green" if answer.outcome == "right" else answer.outcome
        return Row(case.group, case.name, outcome, answer.seconds, said=said)
    lines = [*case.truth["lines"], *case.truth.get("also", [])]
    named = [one for one in answer.wrong if within(one, lines)]
    words = case.truth.get("words") or KINDS[case.truth["kind"]]
    return Row(
        case.group,
        case.name,
        "found",
        answer.seconds,
        line=bool(named),
        cause=any(re.search(words, one.words, re.IGNORECASE) for one in named),
        heals=heals(case, answer.mended),
        fixed=answer.mended is not None,
        stray=len(answer.wrong) - len(named),
        said=said,
    )


def spare(case: Case, answer: Answer) -> Row:
    """One right script: it is right, or something is claimed of it that is not so."""
    blamed = answer.outcome == "wrong" or answer.mended is not None
    said = "; ".join(f"{one.first}: {one.source}" for one in answer.wrong)
    return Row(
        case.group,
        case.name,
        "blamed" if blamed else answer.outcome,
        answer.seconds,
        judged=answer.judged,
        said=said or answer.message,
    )


def ask_nameless(script: Path, source: str, limit: float) -> Answer:
    """Ask about the script with its own names taken away; its fixes come back with them."""
    nameless, names = rename(source)
    answer = ask(script, nameless, limit)
    if answer.mended is None:
        return answer
    return replace(answer, mended=restore(answer.mended, names))


def rows(
    listed: list[tuple[Case, str]],
    jobs: int = 2,
    limit: float = 60,
    asking: Callable = ask,
    log: Path | None = None,
) -> list[Row]:
    """Ask about all scripts, several at a time; the order is kept, and what the log knows is not asked again."""
    known = {row.name: row for row in logged(log)}
    asked = [one for one in listed if one[0].name not in known]
    with ThreadPoolExecutor(jobs) as pool:
        answers = pool.map(lambda one: asking(one[0].path, one[1], limit), asked)
        for (case, _), answer in zip(asked, answers, strict=True):
            row = (judge if case.truth else spare)(case, answer)
            known[row.name] = row
            if log:
                with log.open("a", encoding="utf-8") as file:
                    print(json.dumps(asdict(row)), file=file)
    return [known[case.name] for case, _ in listed]


def logged(log: Path | None) -> list[Row]:
    """The rows of a log, one a line."""
    if log is None or not log.exists():
        return []
    lines = log.read_text(encoding="utf-8").splitlines()
    return [Row(**json.loads(line)) for line in lines]


def scripts(group: str, n: int, seed: int) -> list[tuple[Case, str]]:
    """The scripts of a group with their text."""
    if group == "blind":
        return slips.sample(cases.right_scripts(*OPEN_RIGHT), n, seed)
    if group == RIGHT:
        found = cases.right_scripts(*OPEN_RIGHT)
    else:
        found = cases.mistakes(group)
        found += cases.right_scripts(HELD) if group == HELD else []
    listed = slips.shuffled(found, seed)[:n] if n else found
    return [(case, case.path.read_text(encoding="utf-8")) for case in listed]


def part(count: int, of: int) -> str:
    return f"{count:4} ({count / of:4.0%})" if of else "   -"


def summary(found: list[Row]) -> dict[str, int | float]:
    """The figures of a set of rows, as they stand in the README."""
    seconds = [row.seconds for row in found]
    outcomes = [row.outcome for row in found]
    return {
        "scripts": len(found),
        **{name: outcomes.count(name) for name in dict.fromkeys(sorted(outcomes))},
        "line": sum(row.line for row in found),
        "cause": sum(row.cause for row in found),
        "heals": sum(row.heals for row in found),
        "fixes": sum(row.fixed for row in found),
        "stray": sum(row.stray for row in found),
        "nothing judged": sum(
            row.outcome == "right" and not row.judged for row in found
        ),
        "median": statistics.median(seconds),
        "worst": max(seconds),
    }


def table(title: str, found: list[Row], *, wrong: bool) -> None:
    """Print the figures of one set of rows."""
    figures, all_of = summary(found), len(found)
    print(f"\n{title}: {all_of} scripts")
    if wrong:
        hits = figures.get("found", 0)
        print(f"  found                {part(hits, all_of)}")
        print(f"  on a wrong line      {part(figures['line'], all_of)}")
        print(f"  with the cause       {part(figures['cause'], all_of)}")
        print(f"  healed by its fix    {part(figures['heals'], all_of)}", end="")
        print(f"   of {figures['fixes']} scripts changed by --fix --write")
        print(f"  right lines blamed   {figures['stray']:4}")
        others = ("refused", "green", "over time", "crash")
    else:
        print(f"  right                {part(figures.get('right', 0), all_of)}", end="")
        print(f"   nothing judged in {figures['nothing judged']}")
        others = ("blamed", "refused", "over time", "crash")
    for name in others:
        print(f"  {name:20} {figures.get(name, 0):4}")
    print(
        f"  seconds              median {figures['median']:.1f}, worst {figures['worst']:.1f}"
    )


def misses(found: list[Row]) -> None:
    for row in found:
        what = [
            name
            for name, missed in (
                (row.outcome, row.outcome not in {"found", "right"}),
                ("line", row.outcome == "found" and not row.line),
                ("cause", row.line and not row.cause),
                ("fix", row.outcome == "found" and not row.heals),
                ("stray", row.stray > 0),
            )
            if missed
        ]
        if what:
            print(f"    {row.name:44} {', '.join(what):24} {row.said[:150]}")


def planted(seed: int) -> None:
    """The project's own planted mistakes, as one row among others."""
    command = [sys.executable, cases.HERE / "planted", "--seed", str(seed)]
    print("\nplanted mistakes, written by the checker's authors")
    subprocess.run([*command, "--mistakes", "150", "--right", "100"], check=False)


def main() -> None:
    groups = (OPEN, HELD, GIVEN, "blind", RIGHT, "planted")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--group", choices=(*groups, "all"), default="all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--n",
        type=int,
        default=0,
        help="so many scripts of each group, drawn by the seed; blind: 200 if not said",
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=60, help="processor seconds")
    parser.add_argument(
        "--nameless", action="store_true", help="with every own name made v1, v2, …"
    )
    parser.add_argument(
        "--log",
        type=Path,
        help="append every row to this file as JSON, and go on where it stops",
    )
    said = parser.parse_args()

    cases.load_proofs()
    asking = ask_nameless if said.nameless else ask
    for group in groups if said.group == "all" else (said.group,):
        if group == "planted":
            planted(said.seed)
            continue
        n = said.n or (200 if group == "blind" else 0)
        listed = scripts(group, n, said.seed)
        found = rows(listed, said.jobs, said.limit, asking, said.log)
        for wrong in (True, False):
            here = [
                row
                for row, (case, _) in zip(found, listed, strict=True)
                if bool(case.truth) is wrong
            ]
            if here:
                table(group if wrong else f"{group}, right scripts", here, wrong=wrong)
                if group != HELD:
                    misses(here)


if __name__ == "__main__":
    main()
