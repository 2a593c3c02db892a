"""The benchmark that plants mistakes; its files are scripts beside each other, not a package."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks" / "check" / "planted"))

from measure import measure, right_passes, sample
from plant import NETWORKS, is_mistake, mistakes, sources

__all__ = [
    "NETWORKS",
    "is_mistake",
    "measure",
    "mistakes",
    "right_passes",
    "sample",
    "sources",
]
