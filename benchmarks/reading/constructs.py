"""What people call on arrays, a line each: as a function of three lines, as a script, and what chainrule makes of them.

The tables stand in ``constructs/*.txt``: a name, the arrays it is differentiated by, and statements of which the last
is the value. Its loss is the value weighed with fixed random numbers, so that every entry matters differently, and a
plain sum of the arrays: a gradient that gets lost on the way through the construct then leaves a wrong number behind.
The third door is the script without that sum, where all of the gradient goes through the construct.
"""

from __future__ import annotations

import ast
import builtins
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from truth import Truth, true_gradients
from verdict import Verdict, gradients_of, quiet

TABLES = Path(__file__).parent / "constructs"
ARRAYS = {
    "v": np.array([0.7, -1.3, 0.4, 2.1, -0.6]),
    "p": np.array([0.23, 0.71, 0.45, 0.88, 0.34]),
    "q": np.array([1.2, 2.53, 3.71, 1.9, 4.12]),
    "M": np.array([[1.7, 0.3, -0.4], [0.2, 2.1, 0.6], [-0.5, 0.1, 1.3]]),
    "A": np.array(
        [[0.6, -1.2, 0.9], [1.4, 0.2, -0.7], [-0.3, 0.8, 1.1], [0.5, -0.4, 1.6]]
    ),
    "T": np.array(
        [0.4, -0.9, 1.3, 0.2, 0.7, -1.1, 0.8, 1.9, -0.6, 0.1, 1.2, -0.3]
    ).reshape(2, 3, 2),
}
MODULES = {
    "np": "import numpy as np",
    "pd": "import pandas as pd",
    "pl": "import polars as pl",
    "tf": "import tensorflow as tf",
    "plt": "import matplotlib; matplotlib.use('Agg'); import matplotlib.pyplot as plt",
    "distance": "from scipy.spatial import distance",
    "spatial": "import scipy.spatial.transform; from scipy import spatial",
    "cluster": "import scipy.cluster.vq; from scipy import cluster",
    "cluster_": "from sklearn import cluster as cluster_",
    "sparse": "import scipy.sparse.linalg, scipy.sparse.csgraph; from scipy import sparse",
    "scipy": "import scipy.io",
    "concurrent": "import concurrent.futures",
    "jax": "import jax; jax.config.update('jax_enable_x64', True)",
}
PACKAGES = {
    "scipy": """constants differentiate fft integrate interpolate linalg ndimage optimize
        signal special stats""",
    "sklearn": """covariance decomposition gaussian_process kernel_ridge linear_model metrics
        mixture model_selection neighbors neural_network preprocessing svm tree utils""",
}
MODULES |= {
    module: f"from {package} import {module}"
    for package, modules in PACKAGES.items()
    for module in modules.split()
}


@dataclass(frozen=True)
class Construct:
    """One line of a table."""

    table: str
    section: str
    name: str
    wrt: tuple[str, ...]
    statements: tuple[str, ...]

    @property
    def key(self) -> str:
        """The construct's name where all tables are read together."""
        return f"{self.table}: {self.name}"

    @cached_property
    def names(self) -> list[str]:
        """Every name the statements read."""
        tree = ast.parse("\n".join(self.statements))
        return sorted(
            {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        )

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """The arrays that occur, and the weights ``c`` of the value."""
        arrays = {name: array for name, array in ARRAYS.items() if name in self.names}
        with quiet():
            value = np.asarray(self.function("value")(**arrays, c=None))
        weights = np.random.default_rng(0).normal(size=value.shape).round(3)
        return {**arrays, "c": weights if value.shape else float(weights)}

    @cached_property
    def imports(self) -> str:
        """The import lines that the statements need, and no other."""
        return "\n".join(dict.fromkeys(self._imports()))

    def _imports(self) -> Iterator[str]:
        yield MODULES["np"]
        for name in self.names:
            if name in MODULES:
                yield MODULES[name]
            elif hasattr(builtins, name) or name in ARRAYS:
                continue
            elif find_spec(name) and f"{name}." in "".join(self.statements):
                yield f"import {name}"

    @property
    def loss(self) -> str:
        """The loss: the weighed value and the way around it."""
        return " + ".join(["np.sum(c * y)", *(f"np.sum({name})" for name in self.wrt)])

    @property
    def missing(self) -> str | None:
        """A library it needs that is not installed."""
        heads = {line.split()[1].split(".")[0] for line in self.imports.splitlines()}
        return next((name for name in sorted(heads) if not find_spec(name)), None)

    def source(self, ends: str) -> str:
        """The function of three lines, or fewer."""
        *before, last = self.statements
        arguments = ", ".join([*(name for name in ARRAYS if name in self.names), "c"])
        end = {
            "value": f"return {last}",
            "loss": f"y = {last}\n    return {self.loss}",
        }
        body = "\n    ".join([*before, end[ends]])
        return f"{self.imports}\n\n\ndef loss({arguments}):\n    {body}\n"

    def function(self, ends: str = "loss") -> Callable[..., Any]:
        """The function made, its source to be found as if it stood in a file."""
        text, place = self.source(ends), f"<{self.key} {ends}>"
        linecache.cache[place] = (
            len(text),
            None,
            text.splitlines(keepends=True),
            place,
        )
        space: dict[str, Any] = {"__name__": "construct"}
        exec(compile(text, place, "exec"), space)  # noqa: S102 - the table's own lines
        return space["loss"]

    def script(self, loss: str) -> str:
        """The same program as a plain script."""
        *before, last = self.statements
        given = [f"{name} = {written(value)}" for name, value in self.inputs.items()]
        lines = [self.imports, "", *given, *before, f"y = {last}", f"loss = {loss}"]
        return "\n".join(lines) + "\n"

    @cached_property
    def truth(self) -> Truth:
        """The true gradients."""
        with quiet():
            return true_gradients(self.function(), self.inputs, self.wrt)

    def verdicts(self, folder: Path) -> Iterator[tuple[str, Verdict]]:
        """What becomes of it through each door; a script is written into the folder."""
        yield (
            "function",
            gradients_of(self.function(), self.inputs, self.wrt, self.truth),
        )
        through = {place: true - 1 for place, true in self.truth.gradients.items()}
        alone = Truth(through, self.truth.tolerance)
        for door, loss, truth in (
            ("script", self.loss, self.truth),
            ("script alone", "np.sum(c * y)", alone),
        ):
            file = folder / f"{door.replace(' ', '_')}.py"
            file.write_text(self.script(loss), encoding="utf-8")
            linecache.checkcache(str(file))
            yield door, gradients_of(file, {}, self.wrt, truth)


def written(value: Any) -> str:
    """A number or an array as a person would type it."""
    if isinstance(value, float):
        return repr(value)
    return f"np.array({value.tolist()})"


def constructs(table: str = "*") -> Iterator[Construct]:
    """Every construct of the tables, in their order."""
    for file in sorted(TABLES.glob(f"{table}.txt")):
        section = ""
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("## "):
                section = line[3:]
            elif line.strip() and not line.startswith("#"):
                name, wrt, body = (part.strip() for part in line.split(" | ", 2))
                statements = tuple(part.strip() for part in body.split("; "))
                yield Construct(
                    file.stem, section, name, tuple(wrt.split()), statements
                )


def installed_constructs() -> list[Construct]:
    """Those whose libraries are installed."""
    return [construct for construct in constructs() if not construct.missing]
