"""One derivation made to run: its text, what it is called with, and results that share memory with nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.engines import BufferedSource, buffered_source
from chainrule.engines.lowering import lean
from chainrule.program import Array, Program, Run, Value, run
from chainrule.trace import Traced
from chainrule.transforms.derivation import RunnableProgram

NAME = "loss_and_gradients"


@dataclass(frozen=True)
class DerivedVariant:
    """A derived program for one form of arguments and one way through its branches.

    ``given`` are its inputs in the order in which they are handed over; of those at the end ``fixed`` has the numbers,
    ``usual`` those of what may be handed over before them.
    """

    program: Program
    given: tuple[Value, ...]
    usual: tuple[Array, ...]
    fixed: tuple[Array, ...]
    n_values: int
    n_results: int
    taken: tuple[bool, ...]

    @cached_property
    def written(self) -> BufferedSource:
        """The text that runs."""
        whole = self.program
        program = Program(self.given, whole.lines, whole.outputs, NAME)
        return buffered_source(lean(Run(program, {})).program, NAME)

    @cached_property
    def _can_be_written(self) -> bool:
        """Whether a text says all: a function outside the catalogue holds arguments that stand in no line."""
        return all(line.op.says != "opaque" for line in self.program.every_line())

    @cached_property
    def _empty(self) -> list[None]:
        # nothing is kept from call to call: a result is the caller's
        return [None] * len(self.written.places.kept)

    @cached_property
    def _plain(self) -> tuple[int, ...]:
        """Where Python's floats are handed over that may be NumPy's: a line may ask for their size or their type.

        Beside single precision they stay what they are, since NumPy's would make doubles of it.
        """
        types = {value.dtype for value in self.program.values()}
        if any(one.kind == "f" and one != np.float64 for one in types):
            return ()
        n_known = len(self.given) - len(self.usual) - len(self.fixed)
        return tuple(i for i, value in enumerate(self.given[:n_known]) if value.weak)

    def __call__(self, given: Sequence[Any], extra: Sequence[Any]) -> tuple[Any, ...]:
        """What the program gives: values, results, and what its branches looked at."""
        usual = self.usual[len(extra) :]
        if self._plain:
            given = list(given)
            for place in self._plain:
                given[place] = np.float64(given[place])
        if not self._can_be_written:
            numbers = (*given, *extra, *usual, *self.fixed)
            done = run(self.program, dict(zip(self.given, numbers, strict=True)))
            return tuple(done.numbers[value] for value in self.program.outputs)
        found = self.written.source(*given, *extra, *usual, *self.fixed, self._empty)
        found = found if type(found) is tuple else (found,)
        return tuple(map(_of_type, found, self._types))

    @cached_property
    def _types(self) -> tuple[np.dtype[Any], ...]:
        """What the program says its results are: a text may give whole numbers where all of them are."""
        return tuple(value.dtype for value in self.program.outputs)


def _of_type(found: Any, wanted: np.dtype[Any]) -> Any:
    if type(found) is np.ndarray and found.dtype is not wanted:
        return found.astype(wanted, copy=False)
    return found


def variant(
    derivation: RunnableProgram, known: Sequence[Value], taken: tuple[bool, ...]
) -> DerivedVariant:
    """The program of ``derivation``, called with ``known`` and what is extra."""
    run = derivation.run
    handed = {*known, *derivation.extra}
    fixed = [value for value in run.program.inputs if value not in handed]
    given = (*known, *derivation.extra, *fixed)
    return DerivedVariant(
        run.program,
        given,
        tuple(run.numbers[value] for value in derivation.extra),
        tuple(run.numbers[value] for value in fixed),
        derivation.n_values,
        derivation.n_results,
        taken,
    )


def owned(found: Sequence[Any], given: Sequence[Any]) -> list[Any]:
    """The arrays found, copied where they are views, or given, or found twice."""
    seen = set(map(id, given))
    kept = []
    for item in found:
        own = item
        if isinstance(item, np.ndarray):
            if item.ndim == 0:
                own = item[()]
            elif item.base is not None or id(item) in seen:
                own = item.copy()
            seen.add(id(own))
        kept.append(own)
    return kept


def as_leaf(leaf: Any, found: Any) -> Any:
    """A gradient as what it is the gradient of: an array, a NumPy number or a Python float."""
    if isinstance(found, Traced):
        return found
    if type(leaf) is float:
        return float(found)
    if isinstance(leaf, np.ndarray):
        return found if type(found) is np.ndarray else np.asarray(found)
    return found[()] if type(found) is np.ndarray else found
