"""What a custom gradient must be able to do to be checked, whatever it is written in."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from chainrule.check.languages import Language
from chainrule.program import Array

Upstream = Callable[[Sequence[Any], Sequence[str]], list[Any]]
"""From results, and the names the backward has for their gradients, to those gradients."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, or worth saying, that is not a line's value; ``wrong`` says which of the two.

    ``about`` is the argument it concerns; ``kind`` is the slip's name.
    """

    sentence: str
    kind: str
    wrong: bool = True
    about: str | None = None
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """One run through translated functions: what came back, argument by argument, and what was noticed."""

    gradients: Mapping[int, Any]
    findings: tuple[Finding, ...] = ()


class Custom(Protocol):
    """A function with its hand-written gradient.

    ``functions`` are those to follow, the backward last; where one defines another inside, only the outer.
    """

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def line(self) -> int:
        """Where its backward begins; 0 if that is not known."""

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """The functions to follow."""

    @property
    def backward_name(self) -> str:
        """The name of the function that gives the gradients."""

    def language(self, scope: Mapping[str, Any]) -> Language:
        """What it is written in."""

    def names(self, n_inputs: int) -> list[str]:
        """The names of the arguments."""

    def plain(self, inputs: Sequence[Any]) -> list[Any]:
        """The inputs as NumPy arrays in double precision, the others as they are."""

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The names and positions of the inputs that have gradients."""

    def outputs(self, inputs: Sequence[Any]) -> list[Array]:
        """The results."""

    def pull(self, inputs: Sequence[Any], upstreams: Sequence[Array]) -> list[Any]:
        """The hand-written gradient of each such input."""

    def habits(
        self, inputs: Sequence[Any], upstreams: Sequence[Array]
    ) -> tuple[Finding, ...]:
        """What the numbers of one run do not show: writes into what is not its own, state kept elsewhere."""

    def replay(
        self,
        translated: Sequence[Callable[..., Any]],
        traced: Sequence[Any],
        upstream: Upstream,
    ) -> Replayed:
        """Forward and backward by the translated functions."""


def is_float(one: Any) -> bool:
    """Whether an input is made of real numbers."""
    return isinstance(one, np.ndarray | np.generic | float) and (
        np.asarray(one).dtype.kind == "f"
    )


def named(function: Any, n_inputs: int, *, skip: int = 0) -> list[str]:
    """A name for each input: the parameter's, where there is one."""
    try:
        parameters = list(inspect.signature(function).parameters.values())[skip:]
    except (TypeError, ValueError):
        parameters = []
    names: list[str] = []
    for parameter in parameters:
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            names += [f"{parameter.name}_{i}" for i in range(n_inputs - len(names))]
        elif parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            names.append(parameter.name)
    names += [f"arg{i}" for i in range(len(names), n_inputs)]
    return names[:n_inputs]


def gradient_names(name: str) -> tuple[str, ...]:
    """What the gradient of an argument may be called, where it is told by its name."""
    return (name, f"d{name}", f"grad_{name}", f"d_{name}")


def first_line(function: Any) -> int:
    """Where a function begins; 0 if that is not known."""
    code = getattr(inspect.unwrap(function), "__code__", None) if function else None
    return code.co_firstlineno if code is not None else 0


def listed(results: Any) -> list[Any]:
    """One result, or several, as a list."""
    return list(results) if isinstance(results, tuple | list) else [results]


def counted(
    returned: Sequence[Any],
    names: Sequence[str],
    differentiable: Sequence[int],
    *,
    asks: str,
) -> Replayed:
    """Returned gradients by argument, and what is wrong with their number: ``asks`` says who wants it so."""
    findings: list[Finding] = []
    extra = [one for one in returned[len(names) :] if one is not None]
    if len(returned) < len(names) or extra:
        said = f"{len(returned)} {'gradient is' if len(returned) == 1 else 'gradients are'} returned"
        wanted = f"{len(names)} {'argument' if len(names) == 1 else 'arguments'} ({', '.join(names)})"
        findings.append(
            Finding(
                f"{said} for {wanted}: {asks} wants one for each, None where there is none.",
                "number of gradients",
            )
        )
    kept: dict[int, Any] = {}
    for position, (name, one) in enumerate(zip(names, returned, strict=False)):
        if position in differentiable:
            kept[position] = one
        elif one is not None:
            findings.append(
                Finding(
                    f"A gradient is returned for {name}, which has none: return None for it.",
                    "gradient of a constant",
                    about=name,
                )
            )
    return Replayed(kept, tuple(findings))
