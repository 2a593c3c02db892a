"""Every op of the catalogue at every sample of its record: numbers, true gradients, and how close is close."""

import functools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from op_meanings import MEANINGS

from chainrule import ops
from chainrule.derive import Derived, backward
from chainrule.program import Op, Program, Run, Sample, Value
from chainrule.program.program import substitute
from chainrule.program.run import measure, resolve
from chainrule.trace import Tracer

Check = Callable[["Case"], None]
IMAGINARY_STEP = 1e-30
REAL_STEP = 1e-3
NEAR = 0.05


@dataclass(frozen=True)
class Case:
    """One op at one sample."""

    op: Op
    sample: Sample
    number: int

    @property
    def params(self) -> dict[str, Any]:
        return {**self.op.params, **self.sample.params}

    @property
    def rng(self) -> np.random.Generator:
        return np.random.default_rng(
            zlib.crc32(f"{self.op.name}-{self.number}".encode())
        )

    @property
    def moving(self) -> tuple[int, ...]:
        """The positions of the arguments that have a rule, where the result is a float."""
        if self.forward(self.arguments()).dtype.kind != "f":
            return ()
        return tuple(
            position
            for position in range(len(self.sample.shapes))
            if position not in self.sample.integers
            and self.op.rule(position) is not None
        )

    def arguments(self) -> list[np.ndarray]:
        """Numbers from the sample's domain, all different, away from its kinks."""
        rng = self.rng
        low, high = self.sample.domain
        sizes = [int(np.prod(shape)) for shape in self.sample.shapes]
        places = (
            rng.permutation(sum(sizes)) + rng.uniform(0.3, 0.7, sum(sizes))
        ) / max(sum(sizes), 1)
        flat = low + (high - low) * places
        for kink in self.sample.away:
            near = np.abs(flat - kink) < NEAR
            flat = np.where(
                near,
                kink + np.where(flat < kink, -1, 1) * (NEAR + np.abs(flat - kink)),
                flat,
            )
        found = []
        for position, (shape, part) in enumerate(
            zip(
                self.sample.shapes,
                np.split(flat, np.cumsum(sizes)[:-1]) if sizes else [],
                strict=True,
            )
        ):
            if position in self.sample.integers:
                most = self.sample.integers[position]
                drawn = rng.integers(0, most, shape)
                found.append(np.asarray(drawn, dtype=bool if most == 2 else np.int64))
            else:
                found.append(part.reshape(shape))
        return found

    def forward(self, arguments: list[np.ndarray]) -> np.ndarray:
        return np.asarray(self.op.forward(*arguments, **self.params))

    def weights(self, shape: tuple[int, ...]) -> np.ndarray:
        """An upstream gradient with no two entries alike."""
        return self.rng.uniform(0.5, 1.5, shape) * np.where(
            self.rng.uniform(size=shape) < 0.5, -1, 1
        )

    def __str__(self) -> str:
        return f"{self.op.name}-{self.number}"


CASES = tuple(
    Case(op, sample, number)
    for op in ops.CATALOGUE.values()
    for number, sample in enumerate(op.samples)
)
MOVING = tuple(case for case in CASES if case.moving)
FIRST = tuple({case.op.name: case for case in reversed(MOVING)}.values())


def at_every(cases: Iterable[Case]) -> Callable[[Check], Check]:
    """A check of one case as a test of every op, at all of its cases: 5 times fewer tests, as much tested."""
    by_op: dict[str, list[Case]] = {}
    for case in cases:
        by_op.setdefault(case.op.name, []).append(case)

    def made(check: Check) -> Check:
        @pytest.mark.parametrize("name", by_op)
        @functools.wraps(check, updated=())
        def test(name: str) -> None:
            for case in by_op[name]:
                try:
                    check(case)
                except BaseException as error:
                    error.add_note(f"at {case}: {case.sample}")
                    raise

        del test.__wrapped__  # or pytest would ask for a case
        return test

    return made


def meaning(op: Op) -> Callable[..., Any]:
    """What the op is, said independently of its forward; for complex numbers too, if the op is analytic."""
    usual = op.forward if op.library_functions else op.definition or op.forward
    return MEANINGS.get(op.name) or usual


def derived(case: Case, arguments: list[np.ndarray]) -> Derived:
    """Σ weights · op(arguments), and its gradients."""
    tracer = Tracer(named=False)
    inputs = [
        tracer.input(argument, f"x{position}")
        for position, argument in enumerate(arguments)
    ]
    result = tracer.record(case.op, inputs, case.params)
    weights = case.weights(result.value.shape).astype(result.value.dtype)
    loss = np.sum(result * tracer.input(weights, "w"))
    return backward(
        tracer.builder.run([loss.value]),
        loss.value,
        [inputs[position].value for position in case.moving],
    )


def twice(first: Derived) -> Derived:
    """The gradient of a weighed sum of gradients."""
    tracer = Tracer(named=False)
    tracer.builder.adopt(first.run)
    total: Any = 0.0
    for number, value in enumerate(first.wrt):
        gradient = tracer.lift(first.gradients[value])
        weights = np.cos(
            np.arange(1.0, gradient.number.size + 1) * (number + 1)
        ).reshape(gradient.number.shape)
        total = np.sum(gradient * tracer.input(weights, f"v{number}")) + total
    return backward(tracer.builder.run([total.value]), total.value, first.wrt)


def computed(program: Program, numbers: Mapping[Value, Any], target: Value) -> Any:
    """``target`` with every op replaced by its meaning, so that complex numbers pass."""
    filled = dict(numbers)
    for line in program.lines:
        args = [resolve(arg, filled) for arg in line.args]
        params = {
            key: substitute(param, lambda size: measure(size, filled))
            for key, param in line.params.items()
        }
        function = meaning(line.op) if line.op.analytic else line.op.forward
        filled[line.result] = np.asarray(function(*args, **params))
    return filled[target]


def true_gradient(
    function: Callable[[np.ndarray], Any], at: np.ndarray, *, analytic: bool
) -> np.ndarray:
    """The gradient of a number: by a complex step, or by five points where there are kinks."""
    gradient = np.empty(at.shape)
    for place in np.ndindex(*at.shape):
        if analytic:
            moved = at.astype(np.complex128)
            moved[place] += 1j * IMAGINARY_STEP
            gradient[place] = np.imag(function(moved)) / IMAGINARY_STEP
        else:
            gradient[place] = (
                sum(
                    weight * function(_moved(at, place, steps * REAL_STEP))
                    for steps, weight in (
                        (-2, 1 / 12),
                        (-1, -2 / 3),
                        (1, 2 / 3),
                        (2, -1 / 12),
                    )
                )
                / REAL_STEP
            )
    return gradient


def _moved(at: np.ndarray, place: tuple[int, ...], step: float) -> np.ndarray:
    moved = at.copy()
    moved[place] += step
    return moved


def close(
    found: np.ndarray, true: np.ndarray, *, analytic: bool, scale: float = 1.0
) -> None:
    """RELIABILITY's tolerances, entry by entry and as a whole."""
    assert found.shape == true.shape
    if analytic:
        np.testing.assert_allclose(found, true, rtol=1e-10, atol=1e-13 * scale)
        assert np.linalg.norm(found - true) <= 1e-13 * max(np.linalg.norm(true), scale)
    else:
        np.testing.assert_allclose(found, true, rtol=1e-7, atol=1e-9 * scale)


def layouts(array: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """The same numbers, laid out in memory in every way NumPy knows."""
    yield "C", np.ascontiguousarray(array).reshape(array.shape)
    yield "Fortran", np.asfortranarray(array).reshape(array.shape, order="A")
    wide = np.repeat(array, 2, axis=-1) if array.ndim else array
    yield "every second", wide[..., ::2] if array.ndim else array
    back = (slice(None, None, -1),) * array.ndim
    yield "reversed", np.array(array[back])[back]
    frozen = array.copy()
    frozen.flags.writeable = False
    yield "read-only", frozen


def analytic_through(program: Program) -> bool:
    """Whether a complex step sees through every line."""
    return all(line.op.analytic for line in program.lines)


def same_run(first: Run, numbers: Mapping[Value, Any]) -> dict[Value, np.ndarray]:
    return {value: np.asarray(numbers[value]) for value in first.program.inputs}
