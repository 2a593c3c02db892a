"""Data to try things on: small classics from scikit-learn, and shapes in the plane that need no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from chainrule.nn.names import find
from chainrule.program import MissingEngineError
from chainrule.train.data.table import DataTable

Maker = Callable[[int], DataTable]


def _plane(X: np.ndarray, label: np.ndarray) -> DataTable:
    names = np.array(["inner", "outer"])[label]
    return DataTable(
        {"x": X[:, 0], "y": X[:, 1], "class": names.astype(object)}, "class"
    )


def moons(seed: int, n: int = 400, noise: float = 0.15) -> DataTable:
    """Two half moons that reach into each other."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 2
    angle = rng.uniform(0, np.pi, n)
    X = np.column_stack([np.cos(angle), np.sin(angle)])
    X[label == 1] = [1, 0.5] - X[label == 1]
    return _plane(X + rng.normal(0, noise, X.shape), label)


def circles(seed: int, n: int = 400, noise: float = 0.08) -> DataTable:
    """A circle within a circle."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 2
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = np.where(label == 0, 0.5, 1.0)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _plane(X + rng.normal(0, noise, X.shape), label)


def spirals(seed: int, n: int = 400, noise: float = 0.03) -> DataTable:
    """Two arms wound around each other."""
    rng = np.random.default_rng(seed)
    label = np.arange(n) % 2
    t = np.sqrt(rng.uniform(0.03, 1, n)) * 3 * np.pi
    X = np.column_stack([t * np.cos(t), t * np.sin(t)]) / (3 * np.pi)
    X[label == 1] *= -1
    return _plane(X + rng.normal(0, noise, X.shape), label)


def xor(seed: int, n: int = 400, noise: float = 0.1) -> DataTable:
    """Four clouds at the corners of a square; those that face each other belong together."""
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, 2, (n, 2))
    return _plane(corner + rng.normal(0, noise, (n, 2)), corner[:, 0] ^ corner[:, 1])


def _bundled(name: str) -> Maker:
    def load(_seed: int) -> DataTable:
        try:
            from sklearn import datasets
        except ImportError as error:
            raise MissingEngineError(
                "E802",
                f"the data set {name} comes with scikit-learn",
                hint='pip install "chainrule[sklearn]"',
            ) from error
        bunch = getattr(datasets, f"load_{name}")()
        columns = {
            str(key): bunch.data[:, place]
            for place, key in enumerate(bunch.feature_names)
        }
        names = getattr(bunch, "target_names", None)
        target = (
            bunch.target
            if names is None or name == "digits"
            else np.asarray(names, dtype=object)[bunch.target]
        )
        return DataTable({**columns, "target": target}, "target")

    return load


DATASETS: Mapping[str, Maker] = {
    **{
        name: _bundled(name)
        for name in ("breast_cancer", "diabetes", "digits", "iris", "wine")
    },
    "circles": circles,
    "moons": moons,
    "spirals": spirals,
    "xor": xor,
}


def dataset(name: str, seed: int = 0) -> DataTable:
    """The data set of that name.

    >>> dataset("xor").n_rows
    400
    """
    return find("data set", name, DATASETS, {"cancer": "breast_cancer"})(seed)
