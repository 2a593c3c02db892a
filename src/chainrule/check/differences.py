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

    def value(self, inputs: Sequence[Any]) -> Array:
        """The result."""

    def pull(self, inputs: Sequence[Any], upstream: Array) -> list[Any]:
        """The hand-written gradient of each such input."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """As in gradcheck: the step of the differences, and how far a gradient may be off."""

    eps: float
    atol: float
    rtol: float


def by_numbers(
    function: Differentiable, inputs: Sequence[Any], tolerance: Tolerance, seed: int
) -> Report:
    """The report argument by argument, each entry compared."""
    rng = np.random.default_rng(seed)
    lines: dict[str, LineReport] = {}
    for _ in range(N_DIRECTIONS):
        upstream = rng.standard_normal(np.shape(function.value(inputs)))
        grads = function.pull(inputs, upstream)
        for (name, position), grad in zip(
            function.arguments(inputs), grads, strict=True
        ):
            true = _differences(function, inputs, position, upstream, tolerance.eps)
            line = _judge(function, name, grad, true, tolerance)
            if name not in lines or line.verdict is Verdict.WRONG:
                lines[name] = line
    return Report(function.name, tuple(lines.values()), N_DIRECTIONS)


def _judge(
    function: Differentiable, name: str, grad: Any, true: Array, tolerance: Tolerance
) -> LineReport:
    written = np.zeros_like(true) if grad is None else np.asarray(grad, dtype=float)
    allowed = tolerance.atol + tolerance.rtol * float(np.max(np.abs(true), initial=0))
    right = written.shape == true.shape and bool(
        np.all(np.abs(written - true) <= allowed)
    )
    return LineReport(
        line=function.line,
        column=0,
        end_line=function.line,
        end_column=0,
        source=f"gradient of {name}",
        name=f"d{name}",
        gradient_of=name,
        verdict=Verdict.RIGHT if right else Verdict.WRONG,
        cause=None if right else diagnose(name, written, true),
        kinds=() if right else kind_of(written, true),
        value=written,
        true_value=true,
        data="fresh numbers",
    )


def _differences(
    function: Differentiable,
    inputs: Sequence[Any],
    position: int,
    upstream: Array,
    eps: float,
) -> Array:
    """The gradient of ``sum(result * upstream)``: errors fall with the fourth power of the step."""
    start = np.array(inputs[position], dtype=float)
    gradient = np.zeros_like(start)

    def at(index: tuple[int, ...], offset: float) -> float:
        moved = start.copy()
        moved[index] += offset
        changed = [*inputs[:position], moved, *inputs[position + 1 :]]
        return float(np.sum(function.value(changed) * upstream))

    for index in np.ndindex(start.shape):
        step = eps * max(1.0, abs(float(start[index])))
        near = at(index, step) - at(index, -step)
        far = at(index, 2 * step) - at(index, -2 * step)
        gradient[index] = (8 * near - far) / (12 * step)
    return gradient
