"""What a function is given, made into stand-ins: recognised for what it is, or refused in a sentence."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.program import DTypeError, Value
from chainrule.trace.traced import Traced
from chainrule.trace.tracer import Tracer
from chainrule.trace.trees import Path, mapped

CONVERSIONS = {
    "pandas": "{name}.to_numpy()",
    "polars": "{name}.to_numpy()",
    "torch": "{name}.detach().numpy()",
    "jax": "np.asarray({name})",
    "jaxlib": "np.asarray({name})",
    "tensorflow": "{name}.numpy()",
    "scipy": "{name}.toarray()",
    "numpy": "np.asarray({name})",
}
"""How the arrays of other libraries become NumPy's."""


class ForeignArrayError(DTypeError):
    """An array of another library, which does not compute with a stand-in as with an array."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A leaf of an argument: which value of the program it became, and where it stands in the structure."""

    value: Value
    argument: str
    path: Path


class CallArguments:
    """The arguments of one call. ``known`` are the leaves that are followed, ``others`` arrays that cannot be."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer
        self.known: list[Argument] = []
        self.others: dict[str, DTypeError] = {}

    def followed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with every array and float in them followed."""
        return {
            name: mapped(item, functools.partial(self._leaf, name))
            for name, item in given.items()
        }

    def _leaf(self, argument: str, path: Path, leaf: Any) -> Any:
        name = _name(argument, path)
        if type(leaf) is Traced:
            # a stand-in of another reading: gradients inside of gradients
            leaf = np.asarray(leaf)
        kind = type(leaf)
        if kind in (np.ndarray, np.memmap, np.matrix) and leaf.dtype.kind in "fiub":
            native, matrix = leaf.dtype.newbyteorder("="), kind is np.matrix
            number: Any = np.array(leaf, dtype=native, subok=matrix)
        elif kind is float or isinstance(leaf, np.floating):
            number = leaf
        else:
            problem = _problem(name, leaf)
            if problem is not None:
                self.others[name] = problem
            return leaf
        traced: Traced = self.tracer.input(number, name)
        self.known.append(Argument(traced.value, argument, path))
        return traced


def foreign(others: Mapping[str, DTypeError]) -> ForeignArrayError | None:
    """The first that is an array of another library, of the arrays that cannot be followed."""
    found = (one for one in others.values() if isinstance(one, ForeignArrayError))
    return next(found, None)


def _name(argument: str, path: Path) -> str:
    """What a leaf is called: the key it has in a dict or a dataclass, both keys of nested ones, else the argument and its place."""
    name, before = argument, False
    for key in path:
        plain = isinstance(key, str) and key.isidentifier()
        name = key if plain and not before else f"{name}_{key}"
        before = plain
    return name


def _problem(name: str, item: Any) -> DTypeError | None:
    """Why an array, or what looks like one, is not followed; None for what is no array."""
    if isinstance(item, np.ma.MaskedArray):
        return DTypeError(
            "E110",
            f"{name} is a masked array, whose mask no program holds",
            hint=f"give {name}.filled(0.0), and the mask as an argument of its own",
        )
    if isinstance(item, np.ndarray | complex | np.complexfloating):
        dtype = np.asarray(item).dtype
        if dtype.kind == "c":
            return DTypeError(
                "E110",
                f"{name} is complex, and gradients are of real numbers",
                hint=f"give {name}.real and {name}.imag as two arguments",
            )
        if dtype.kind not in "fiub":
            return DTypeError(
                "E110",
                f"{name} is an array of {dtype}, which has no gradient",
                hint="give an array of floats",
            )
    root = type(item).__module__.partition(".")[0]
    if not hasattr(item, "__array__") or isinstance(item, np.generic):
        return None
    write = CONVERSIONS.get(root, "np.asarray({name})").format(name=name)
    return ForeignArrayError(
        "E110",
        f"{name} is a {type(item).__module__.partition('.')[0]} {type(item).__name__}, not a NumPy array",
        hint=f"give {write}",
    )
