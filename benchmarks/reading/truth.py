"""True gradients of any Python function of arrays: complex step where it holds, 5-point differences elsewhere."""

from __future__ import annotations

import copy
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

STEP = 2e-4
ANALYTIC, DIFFERENCES = 1e-10, 1e-7
FLOOR = 1e-9

Path = tuple[Any, ...]


class NoTruthError(ArithmeticError):
    """A program whose differences do not settle: at a kink, noisy, or not a single number."""


@dataclass(frozen=True)
class Truth:
    """The gradient at every leaf of every parameter, and how far another may lie from it."""

    gradients: Mapping[Path, np.ndarray]
    tolerance: float
    floor: float = FLOOR

    def miss(self, path: Path, written: Any) -> str | None:
        """What is wrong with a gradient written for this leaf; None if nothing is."""
        true = self.gradients[path]
        found = np.asarray(written)
        if found.dtype.kind not in "fiub":
            return f"a gradient of type {found.dtype}"
        if found.shape != true.shape:
            return f"shape {found.shape}, not {true.shape}"
        floor = self.floor * max(1.0, np.sqrt(true.size))
        error = float(np.linalg.norm(found - true))
        if error <= self.tolerance * float(np.linalg.norm(true)) + floor:
            return None
        share = error / (float(np.linalg.norm(true)) + FLOOR)
        return f"off by {share:.1e} of its length"


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, np.ndarray]]:
    """The float arrays and numbers in a value, each with its place in dicts, lists and tuples."""
    if isinstance(value, Mapping):
        for key in value:
            yield from leaves(value[key], (*path, key))
    elif isinstance(value, list | tuple):
        for position, part in enumerate(value):
            yield from leaves(part, (*path, position))
    elif isinstance(value, float | np.ndarray | np.floating):
        array = np.asarray(value)
        if array.dtype.kind == "f":
            yield path, array


def replaced(value: Any, path: Path, leaf: np.ndarray) -> Any:
    """A copy of a value in which one leaf is another."""
    if not path:
        return leaf.item() if isinstance(value, float) else leaf
    parts = copy.copy(value) if isinstance(value, dict) else list(value)
    parts[path[0]] = replaced(parts[path[0]], path[1:], leaf)
    if isinstance(value, tuple):
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return parts


def repeatable(function: Callable[..., Any], inputs: Mapping[str, Any]) -> Any:
    """What a function returns, every global generator seeded and no input written to."""
    np.random.seed(0)  # noqa: NPY002 - strangers' programs draw from the global generator
    random.seed(0)
    return function(**copy.deepcopy(dict(inputs)))


def number(value: Any) -> complex:
    """A loss as a number; complex where an imaginary step came through."""
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "fciub":
        message = f"the loss has shape {array.shape} and type {array.dtype}"
        raise NoTruthError(message)
    return complex(array.item())


def true_gradients(
    function: Callable[..., Any], inputs: Mapping[str, Any], wrt: Sequence[str]
) -> Truth:
    """The gradient of a function's only number with respect to the arguments named.

    Every entry is moved by itself. Differences at two step lengths have to agree, or there is no truth to be had;
    the complex step is believed where it agrees with the differences, for then the program is analytic.
    """

    def along(name: str, path: Path, leaf: np.ndarray, entry: int, by: complex) -> Any:
        kind = complex if isinstance(by, complex) else leaf.dtype
        moved = np.array(leaf, dtype=kind, order="C")
        moved.reshape(-1)[entry] += by
        return repeatable(
            function, {**inputs, name: replaced(inputs[name], path, moved)}
        )

    def slope(name: str, path: Path, leaf: np.ndarray, entry: int, h: float) -> float:
        far, near = (
            number(along(name, path, leaf, entry, k * h)).real
            - number(along(name, path, leaf, entry, -k * h)).real
            for k in (2, 1)
        )
        return (8 * near - far) / (12 * h)

    places = [(name, *found) for name in wrt for found in leaves(inputs[name])]
    differences, sharper = (
        {
            (name, *path): np.array(
                [slope(name, path, leaf, entry, h) for entry in range(leaf.size)]
            ).reshape(leaf.shape)
            for name, path, leaf in places
        }
        for h in (STEP, STEP / 2)
    )
    for place, gradient in differences.items():
        gap = float(np.linalg.norm(gradient - sharper[place]))
        if not gap <= DIFFERENCES * float(np.linalg.norm(gradient)) + FLOOR:
            message = f"differences do not settle at {place}: {gap:.1e} apart"
            raise NoTruthError(message)
    rough = Truth(differences, DIFFERENCES)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")
            steps = {
                (name, *path): np.array(
                    [
                        number(along(name, path, leaf, entry, 1e-30j)).imag * 1e30
                        for entry in range(leaf.size)
                    ]
                ).reshape(leaf.shape)
                for name, path, leaf in places
            }
    except Exception:  # noqa: BLE001 - a program may do anything with a complex number
        return rough
    fine = all(rough.miss(place, step) is None for place, step in steps.items())
    return Truth(steps, ANALYTIC) if fine else rough
