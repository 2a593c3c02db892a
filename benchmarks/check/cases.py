"""The scripts of the benchmark, by group, and what is known about each."""

import hashlib
import importlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from proof import PROOFS, Proof

HERE = Path(__file__).parent
OPEN, HELD, GIVEN, RIGHT = "real", "held_out", "given", "right"
WITH_TRUTH = (OPEN, HELD, GIVEN)


@dataclass(frozen=True)
class Case:
    """One script: where it is, and, for a mistake, the truth about it."""

    group: str
    name: str
    path: Path
    truth: dict | None
    told: Proof | None = None

    @property
    def proof(self) -> Proof:
        return self.told or PROOFS[self.name.removesuffix("_fixed")]

    @property
    def is_scale(self) -> bool:
        """Whether one common factor is a mistake here, and not another learning rate."""
        return bool(self.proof.gradients or (self.truth or {}).get("scale"))


def load_proofs() -> None:
    for path in sorted((HERE / "proofs").glob("*.py")):
        importlib.import_module(f"proofs.{path.stem}")


def truth_of(group: str) -> dict[str, dict]:
    path = HERE / group / "truth.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def mistakes(group: str) -> list[Case]:
    """The scripts of a group that are wrong."""
    return [
        Case(group, name, HERE / group / f"{name}.py", truth)
        for name, truth in truth_of(group).items()
    ]


def right_scripts(*groups: str) -> list[Case]:
    """The scripts of some groups that are right: the mended ones, and all of ``right``."""
    found = []
    for group in groups:
        pattern = "*.py" if group == RIGHT else "*_fixed.py"
        found += [
            Case(group, path.stem, path, None)
            for path in sorted((HERE / group).glob(pattern))
            if not path.stem.startswith("helper_")
        ]
    return found


def is_held_out(name: str) -> bool:
    """A third of the mistakes of people, chosen by the hash of the name."""
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0
