"""Random NumPy programs from a seed: expressions, slices, writes, loops and branches, as functions and as scripts.

Lines are proposed from tables and run at once on numbers; what raises, overflows or grows too large is dropped, so that
the tables may be sloppy about shapes. What is left is an ordinary program with a true gradient.
"""

from __future__ import annotations

import inspect
import linecache
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from truth import NoTruthError, Truth, true_gradients
from verdict import DIALECTS, Verdict, emitted, first_miss, gradients_of, held, quiet

import chainrule
from chainrule.program import UsageError

EXPRESSIONS = """
np.tanh({a})
np.sin({a}) * {k}
np.cos({a} + {b})
np.exp(0.3 * {a})
np.log(1.5 + {a} ** 2)
np.log1p(np.exp({a}))
np.sqrt({a} ** 2 + 2.0)
1 / (1 + np.exp(-{a}))
{a} ** 3 / 8
{k} - {a}
np.abs({a})
np.arctan({a})
np.cosh({a} / 2)
np.square({a} - {k})
np.maximum({a}, {k})
np.minimum({k}, {a})
np.where({a} > {k}, {a}, 0.1 * {a})
np.clip({a}, -0.8, 0.9)
({a} > {k}) * {a}
{a} + {b}
{a} - {b}
{a} * {b}
{a} / ({b} ** 2 + 1.5)
{a} @ {b}
{a} @ {b}.T
{a}.dot({b})
np.dot({a}, {b}) / 2
np.outer({a}, {b})
np.inner({a}, {b})
np.maximum({a}, {b})
np.where({a} > {b}, {a}, {b} ** 2)
np.hypot({a}, {b} + 3)
np.arctan2({a}, {b} + 4)
np.logaddexp({a}, {b})
np.einsum("ij,kj->ik", {a}, {b})
np.einsum("ij,ij->i", {a}, {b})
np.einsum("bi,bj->ij", {a}, {b})
np.concatenate([{a}, {b}], axis={axis})
np.stack([{a}, {b}], axis={axis})
np.vstack([{a}, {b}])
np.hstack([{a}, {b}])
np.sum({a}, axis={axis})
{a}.sum(axis={axis}, keepdims=True) * {b}
{a}.mean(axis={axis})
{a} - {a}.mean(axis={axis}, keepdims=True)
{a}.max(axis={axis})
np.min({a}, axis={axis})
np.std({a}, axis={axis}) + {k}
{a}.var()
np.prod(np.tanh({a}), axis={axis})
np.cumsum({a}, axis={axis})
np.linalg.norm({a}, axis={axis})
np.exp({a}) / np.exp({a}).sum(axis={axis}, keepdims=True)
np.log(np.sum(np.exp({a}), axis={axis}))
{a} / np.sqrt({a}.shape[-1])
{a} / len({a})
({a} - {a}.mean(axis=0)) / np.sqrt({a}.var(axis=0) + 0.1)
{a}.T
{a}.reshape(-1)
{a}.ravel() * {k}
{a}.reshape(2, -1)
{a}[::-1]
{a}[{i}]
{a}[..., {i}]
{a}[:, None]
{a}[None]
{a}[1:]
{a}[:-1] * {a}[1:]
{a}[:, ::2]
{a}[[0, 1, 0]]
{a}[np.arange(len({a})), {i}]
{a}[:, [1, 0]]
np.roll({a}, 1, axis={axis})
np.pad({a}, 1)
np.repeat({a}, 2, axis={axis})
np.tile({a}, 2)
np.diff({a}, axis={axis})
np.flip({a}, axis={axis})
np.swapaxes({a}, 0, -1)
np.expand_dims({a}, {axis})
np.sort({a}, axis={axis})
np.take({a}, [1, 0], axis={axis})
helper({a})
helper({a}, scale={k}) + {b}
np.array([helper(row).sum() for row in {a}])
sum(row * (i + 1) for i, row in enumerate({a}))
"""

STATEMENTS = """
{new} = {a} * 1
{new}[0] = {k}

{new} = {a} * 1
{new}[{new} < 0] *= 0.1

{new} = {a} * 1
{new}[..., {i}] = np.tanh({a}[..., {i}]) * 2

{new} = {a} * 1
{new} += {b}
{new} *= {k}

{new} = {a}.copy()
{new}[1:] = {new}[1:] + {a}[:-1]

{new} = np.zeros_like({a})
for i in range(len({a})):
    {new}[i] = {a}[i] * (i + 1)

{new} = np.zeros(len({a}))
for i in range(len({a})):
    {new}[i] = np.sum({a}[i] ** 2)

{new} = np.zeros({a}.shape)
{new}[0] = {a}[0]
for t in range(1, len({a})):
    {new}[t] = 0.5 * {new}[t - 1] + np.tanh({a}[t])

{new} = 0
for row in {a}:
    {new} = 0.5 * {new} + np.tanh(row)

{new} = []
for row in {a}:
    {new}.append(row * {k})
{new} = np.array({new})

{new} = {a}
for step in range(3):
    if step % 2:
        {new} = np.tanh({new})
    else:
        {new} = {new} + 0.1 * {b}

if {a}.shape[0] > 2:
    {new} = {a}[:2] * 2
else:
    {new} = {a} ** 2

{new} = {a}
while {new}.ndim > 1:
    {new} = {new}.sum(axis=0)

{new} = {{"left": {a}, "right": {b}}}
{new} = {new}["left"] * np.cos({new}["right"])
"""
HELPER = """def helper(t, scale=0.7):
    out = np.tanh(t) * scale
    return out + 0.1 * t"""
LINES = EXPRESSIONS.strip().splitlines()
BLOCKS = STATEMENTS.strip("\n").split("\n\n")
LARGEST, FARTHEST = 48, 30.0
SINGLE = 2e-6


@dataclass(frozen=True)
class RandomProgram:
    """The program of one seed."""

    seed: int

    @property
    def key(self) -> str:
        """Its name."""
        return f"seed {self.seed}"

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Three arrays that are differentiated by, one that is not."""
        rng = np.random.default_rng(self.seed)
        n, d, m = rng.integers(1, 5, size=3) + np.array([0, 1, 0])
        arrays = drawn(rng, n, d, m)
        return {name: array.astype(self.dtype) for name, array in arrays.items()}

    @property
    def dtype(self) -> type[np.floating[Any]]:
        """Every eighth program is in single precision."""
        return np.float32 if self.seed % 8 == 3 else np.float64

    @cached_property
    def body(self) -> list[str]:
        """Its lines, the loss last."""
        draw = random.Random(self.seed)  # noqa: S311 - no secret
        space: dict[str, Any] = {"np": np, **self.inputs}
        exec(HELPER, space)  # noqa: S102 - our own text
        names, lines = list(self.inputs), []
        wanted = draw.randint(2, 10)
        with quiet():
            for _ in range(40 * wanted):
                if len(names) - len(self.inputs) == wanted:
                    break
                new = f"h{len(names) - len(self.inputs)}"
                text = proposed(draw, names, new)
                if settles(text, new, space):
                    names.append(new)
                    lines += text.splitlines()
        last, middle = names[-1], names[len(names) // 2]
        loss = f"np.mean({last} ** 2) + 0.1 * np.sum({middle}) + 0.05 * np.sum(w * v[:, None]) * u.mean()"
        return [*lines, f"loss = {loss}"]

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The program as a function, its source to be found as if it stood in a file."""
        indented = "\n".join(f"    {line}" for line in self.body)
        arguments = ", ".join(self.inputs)
        text = f"import numpy as np\n\n\n{HELPER}\n\n\n"
        text += f"def program({arguments}):\n{indented}\n    return loss\n"
        place = f"<{self.key}>"
        linecache.cache[place] = (
            len(text),
            None,
            text.splitlines(keepends=True),
            place,
        )
        space: dict[str, Any] = {"__name__": "program"}
        exec(compile(text, place, "exec"), space)  # noqa: S102 - our own text
        return space["program"]

    @property
    def script(self) -> str:
        """The program as a script."""
        given = [
            f"{name} = np.array({value.tolist()}, dtype=np.{value.dtype})"
            for name, value in self.inputs.items()
        ]
        return "\n".join(["import numpy as np", HELPER, *given, *self.body]) + "\n"

    @cached_property
    def truth(self) -> Truth | None:
        """The true gradients, in double precision; None where the program stands on a kink."""
        exact = {name: array.astype(float) for name, array in self.inputs.items()}
        with quiet():
            try:
                truth = true_gradients(self.function, exact, self.wrt)
            except NoTruthError:
                return None
        single = self.dtype is np.float32
        return replace(truth, tolerance=SINGLE, floor=SINGLE) if single else truth

    @cached_property
    def larger_batch(self) -> tuple[dict[str, Any], Truth] | None:
        """Three samples more, and the true gradients; None where the program itself does not take them."""
        d, m = self.inputs["w"].shape
        more = drawn(np.random.default_rng(self.seed), len(self.inputs["x"]) + 3, d, m)
        try:
            with quiet():
                return more, true_gradients(self.function, more, self.wrt)
        except (ValueError, IndexError, NoTruthError):
            return None

    def miss(self, more: dict[str, Any], truth: Truth) -> str | None:
        """What is wrong with the source of the program when it meets other inputs."""
        text = chainrule.emit(self.function, wrt=list(self.wrt), **self.inputs)
        if "read from one run" in text:
            # a loop or a branch was followed as it went for one size, and the source says so
            raise UsageError("E411", text.partition("def ")[0])
        space: dict[str, Any] = {}
        exec(text, space)  # noqa: S102 - our own emitted text
        asked = inspect.signature(space["loss_and_gradients"]).parameters
        try:
            _, gradients = space["loss_and_gradients"](
                **{name: more[name] for name in asked}
            )
        except ValueError as error:
            if "emit the source again" not in str(error):
                raise
            # the source says that it does not hold for these lengths
            raise UsageError("E411", str(error)) from error
        return first_miss(truth, dict(zip(self.wrt, gradients, strict=True)))

    @property
    def wrt(self) -> tuple[str, ...]:
        """What it is differentiated by."""
        return ("w", "v", "u")

    def verdicts(self, folder: Path) -> Iterator[tuple[str, Verdict]]:
        """What becomes of its gradients, and of its source in NumPy."""
        if self.truth is None:
            return
        file = folder / "program.py"
        file.write_text(self.script, encoding="utf-8")
        linecache.checkcache(str(file))
        yield "function", gradients_of(self.function, self.inputs, self.wrt, self.truth)
        yield "script", gradients_of(file, {}, self.wrt, self.truth)
        yield "script in numpy", emitted(file, {}, self.wrt, self.truth, "numpy")
        if self.dtype is np.float64 and self.larger_batch:
            yield "numpy, larger batch", held(partial(self.miss, *self.larger_batch))

    def written_out(self, _: Path) -> Iterator[tuple[str, Verdict]]:
        """What becomes of its source in each framework, run."""
        for dialect in DIALECTS if self.truth else ():
            if dialect == "numpy" or find_spec(dialect):
                end = emitted(self.function, self.inputs, self.wrt, self.truth, dialect)
                yield f"function in {dialect}", end


def drawn(rng: np.random.Generator, n: int, d: int, m: int) -> dict[str, Any]:
    """Inputs for a batch of n: x and u have a row a sample."""
    shapes = {"x": (n, d), "w": (d, m), "v": (d,), "u": (n, m)}
    return {name: rng.normal(size=shape).round(2) for name, shape in shapes.items()}


def proposed(draw: random.Random, names: list[str], new: str) -> str:
    """Some line or block of lines that gives a new value from values there are; the latest are likeliest."""
    filled = {
        "a": draw.choice(names[-3:] if draw.random() < 0.7 else names),
        "b": draw.choice(names),
        "k": draw.choice(["0.3", "0.7", "1.5", "-0.4"]),
        "i": draw.choice("0011") if draw.random() < 0.9 else "-1",
        "axis": draw.choice(["0", "1", "-1"]),
        "new": new,
    }
    block = draw.random() < 0.25
    text = draw.choice(BLOCKS) if block else "{new} = " + draw.choice(LINES)
    return text.format(**filled)


def settles(text: str, new: str, space: dict[str, Any]) -> bool:
    """Run the lines; keep the value where it is an array of numbers of moderate size."""
    trial = dict(space)
    try:
        exec(text, trial)  # noqa: S102 - our own text
        value = np.asarray(trial[new], dtype=float)
    except (ValueError, TypeError, IndexError, np.exceptions.AxisError, AttributeError):
        return False
    fine = value.size and value.size <= LARGEST and np.all(np.isfinite(value))
    if not fine or np.abs(value).max() > FARTHEST:
        return False
    # a branch that was not taken, or a number in place of an array, is a program too
    space[new] = trial[new]
    return re.search(r"\bloss\b", text) is None


def random_programs(count: int = 1500, start: int = 0) -> Iterator[RandomProgram]:
    """The programs of so many seeds."""
    yield from map(RandomProgram, range(start, start + count))
