"""How many planted mistakes are found, on which line, with which cause; and how many right passes are blamed."""

from __future__ import annotations

import random
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from equivalents import rewritten
from plant import Planted, is_mistake, mistakes, sources

from chainrule.check.script import check_script
from chainrule.program import ChainruleError

# where two kinds describe one mistake: what is left out of p * (dp - sum(p * dp)) is the softmax's Jacobian, ...
ALSO = {
    "missing term": {"softmax as elementwise", "regulariser", "carry dropped"},
    "regulariser": {"missing term"},
    "activation for pre-activation": {"wrong operand"},
    "wrong operand": {"activation for pre-activation"},
}


@dataclass(slots=True)
class Tally:
    """Counts, and the cases that failed."""

    planted: int = 0
    found: int = 0
    line: int = 0
    cause: int = 0
    right: int = 0
    blamed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The figures, one a line."""
        if self.planted:
            yield f"planted mistakes     {self.planted}"
            yield f"found                {self.found}  ({self.found / self.planted:.1%})"
            yield f"first wrong line     {self.line}  ({self.line / self.planted:.1%})"
            yield f"cause                {self.cause}  ({self.cause / self.planted:.1%})"
            for kind, count in sorted(self.kinds.items()):
                yield f"  {kind:32}{count}"
        if self.right:
            yield f"right passes         {self.right}"
            yield f"blamed               {self.blamed}"


def sample(n: int, seed: int) -> list[Planted]:
    """``n`` planted mistakes, as many of each kind as there are, each proved to be one."""
    rng = random.Random(seed)  # noqa: S311 - a sample, not a secret
    chosen: list[Planted] = []
    numbers = seed
    while len(chosen) < n:
        by_kind: defaultdict[str, list[Planted]] = defaultdict(list)
        for network, source in sources(numbers).items():
            for one in mistakes(network, source):
                by_kind[one.kind].append(one)
        for found in by_kind.values():
            rng.shuffle(found)
        while len(chosen) < n and any(by_kind.values()):
            for found in by_kind.values():
                mistake = _next(found, numbers)
                if mistake is not None and len(chosen) < n:
                    chosen.append(mistake)
        numbers += 1
    return chosen


def _next(candidates: list[Planted], seed: int) -> Planted | None:
    """The next candidate that is a mistake; the others are dropped."""
    while candidates:
        one = candidates.pop()
        if is_mistake(one, seed):
            return one
    return None


def right_passes(n: int, seed: int) -> Iterator[str]:
    """``n`` right backward passes, each written in its own way."""
    rng = random.Random(seed)  # noqa: S311 - as above
    made = 0
    while made < n:
        for source in sources(rng.randrange(10_000)).values():
            if made < n:
                made += 1
                yield rewritten(source, rng)


def measure(planted: Sequence[Planted], right: Iterable[str]) -> Tally:
    """Check every script and count."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.py"
        for one in planted:
            path.write_text(one.source, encoding="utf-8")
            _count(tally, one, path)
        for source in right:
            path.write_text(source, encoding="utf-8")
            tally.right += 1
            blame = _blame(path)
            if blame is not None:
                tally.blamed += 1
                tally.failures.append(f"blamed: {blame}\n{source}")
    return tally


def _count(tally: Tally, one: Planted, path: Path) -> None:
    tally.planted += 1
    tally.kinds[one.kind] += 1
    written = one.source.splitlines()[one.line - 1].strip()
    where = f"{one.network}: {one.kind}, line {one.line}: {written}"
    try:
        report = check_script(path)
    except ChainruleError as error:
        tally.failures.append(f"not checked: {where}: {error}")
        return
    if report.ok:
        tally.failures.append(f"missed: {where}")
        return
    tally.found += 1
    first = report.first_wrong
    if first is None or first.line != one.line:
        said = (
            f"line {first.line}: {first.source.strip()}: {first.cause}"
            if first
            else report.failure
        )
        tally.failures.append(f"wrong line: {where}; blamed {said}")
        return
    tally.line += 1
    if {one.kind, *ALSO.get(one.kind, ())} & set(first.kinds):
        tally.cause += 1
    else:
        tally.failures.append(f"wrong cause: {where}; said {first.kinds} {first.cause}")


def _blame(path: Path) -> str | None:
    try:
        report = check_script(path)
    except ChainruleError as error:
        return str(error)
    if report.ok:
        return None
    first = report.first_wrong
    return (
        f"line {first.line}: {first.source.strip()}: {first.cause}"
        if first
        else report.failure
    )
