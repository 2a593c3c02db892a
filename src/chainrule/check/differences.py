"""Gradients by five-point differences, for functions of which only the numbers can be had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from chainrule.check.diagnose import diagnose, kind_of
from chainrule.check.report import LineReport, Report
from chainrule.check.verdict import Verdict
from chainrule.program import Array

N_DIRECTIONS = 2


class Differentiable(Protocol):
    """A function with its hand-written gradient, in plain arrays."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def line(self) -> int:
        """Where its backward begins; 0 if that is not known."""

    def arguments(self, inputs: Sequence[Any]) -> list[tuple[str, int]]:
        """The names and positions of the inputs that have gradients."""

    def outputs(self, inputs: Sequence[Any]) -> list[Array]:
        """The results."""

    def pull(self, inputs: Sequence[Any], upstreams: Sequence[Array]) -> list[Any]:
        """The hand-written gradient of each such input."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """As in gradcheck: the step of the differences, and how far each entry of a gradient may be off."""

    eps: float
    atol: float
    rtol: float

    def allowed(self, true: Array, noise: float = 0.0) -> Array:
        """How far each entry may be off: ``atol + rtol * |true|``, and what rounding adds."""
        return np.asarray(self.atol + self.rtol * np.abs(true) + noise)

    def admits(self, written: Array, true: Array, noise: float = 0.0) -> bool:
        """Whether every entry is near enough.

        >>> Tolerance(1e-4, 1e-7, 1e-5).admits(np.array([1.00001]), np.array([1.0]))
        True
        """
        return written.shape == true.shape and bool(
            np.all(np.abs(written - true) <= self.allowed(true, noise))
        )


def by_numbers(
    function: Differentiable, inputs: Sequence[Any], tolerance: Tolerance, seed: int
) -> Report:
    """The report argument by argument, each entry compared."""
    rng = np.random.default_rng(seed)
    lines: dict[str, LineReport] = {}
    if not _repeats(function, inputs):
        return _by_chance(function, inputs)
    for _ in range(N_DIRECTIONS):
        upstreams = [
            rng.standard_normal(np.shape(out)) for out in function.outputs(inputs)
        ]
        grads = function.pull(inputs, upstreams)
        for (name, position), grad in zip(
            function.arguments(inputs), grads, strict=True
        ):
            true, noise = _differences(
                function, inputs, position, upstreams, tolerance.eps
            )
            written = np.zeros_like(true) if grad is None else np.asarray(grad, float)
            right = tolerance.admits(written, true, noise)
            line = _judged(function, name, written, true, right=right)
            if name not in lines or line.verdict is Verdict.WRONG:
                lines[name] = line
    return Report(function.name, tuple(lines.values()), N_DIRECTIONS)


def _repeats(function: Differentiable, inputs: Sequence[Any]) -> bool:
    """Whether a second run gives the same."""
    one, other = function.outputs(inputs), function.outputs(inputs)
    return all(
        np.array_equal(a, b, equal_nan=True) for a, b in zip(one, other, strict=True)
    )


def _by_chance(function: Differentiable, inputs: Sequence[Any]) -> Report:
    note = "two runs give different results: fix what is drawn at random, or pass it in"
    lines = tuple(
        _line(function, name, Verdict.CANNOT_TELL)
        for name, _ in function.arguments(inputs)
    )
    return Report(function.name, lines, 1, notes=(note,))


def _line(
    function: Differentiable, name: str, verdict: Verdict, **known: Any
) -> LineReport:
    return LineReport(
        line=function.line,
        column=0,
        end_line=function.line,
        end_column=0,
        source=f"gradient of {name}",
        name=f"d{name}",
        gradient_of=name,
        verdict=verdict,
        **known,
    )


def _judged(
    function: Differentiable, name: str, written: Array, true: Array, *, right: bool
) -> LineReport:
    said = diagnose(name, written, true) or f"d{name} is off by more than is allowed."
    return _line(
        function,
        name,
        Verdict.RIGHT if right else Verdict.WRONG,
        cause=None if right else said,
        kinds=() if right else kind_of(written, true),
        value=written,
        true_value=true,
        data="fresh numbers",
    )


def _differences(
    function: Differentiable,
    inputs: Sequence[Any],
    position: int,
    upstreams: Sequence[Array],
    eps: float,
) -> tuple[Array, float]:
    """The gradient of ``sum(result * upstream)``, and how much of it may be rounding.

    The error of the formula falls with the fourth power of the step.
    """
    start = np.array(inputs[position], dtype=float)
    gradient = np.zeros_like(start)
    largest = 0.0

    def at(index: tuple[int, ...], offset: float) -> float:
        nonlocal largest
        moved = start.copy()
        moved[index] += offset
        changed = [*inputs[:position], moved, *inputs[position + 1 :]]
        products = [
            out * upstream
            for out, upstream in zip(function.outputs(changed), upstreams, strict=True)
        ]
        largest = max(largest, sum(float(np.sum(np.abs(one))) for one in products))
        return sum(float(np.sum(one)) for one in products)

    for index in np.ndindex(start.shape):
        step = eps * max(1.0, abs(float(start[index])))
        near = at(index, step) - at(index, -step)
        far = at(index, 2 * step) - at(index, -2 * step)
        gradient[index] = (8 * near - far) / (12 * step)
    return gradient, 4 * float(np.finfo(float).eps) * largest / eps
