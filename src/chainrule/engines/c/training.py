"""A training step compiled: its program in C, its arrays handed over once, its epochs run in stretches."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule import ops
from chainrule.emit.c import CSource, NotLinear, assembled, can_write, write
from chainrule.emit.places import ALIGNED
from chainrule.engines.c.compiler import library
from chainrule.engines.c.driver import Stretch, driver
from chainrule.engines.lowering import in_matrices, lowered, updated_early
from chainrule.engines.primitives import primitives
from chainrule.engines.stretch import Rows, Trouble
from chainrule.program import Array, LimitError, Program, Value

FEW = 8
"""A batch of at most so many rows is written for this very number: then short loops are none at all."""
BREATH = 0.05
"""Seconds after which a stretch comes back, so that Ctrl-C is heard and progress seen."""


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """A step as a library; ``replaced`` says which input each output takes the place of."""

    text: str
    source: CSource
    rows: Rows
    replaced: Mapping[str, str]
    function: Any
    size: int

    def epochs(self, data: Mapping[str, Array], key: tuple[int, int]) -> Epochs:
        """The step with samples in rows; ``key`` is that of the random numbers."""
        return Epochs(self, data, key)


def compiled_step(
    program: Program, outputs: Sequence[str], rows: Rows, size: int, *, even: bool
) -> CompiledStep | Trouble:
    """The step for batches of at most ``size`` rows; Trouble where C does not say all of it, or cannot be compiled.

    ``outputs`` are what the program's outputs are: the loss, then the inputs whose new values they are. ``even`` says
    that no batch is smaller.
    """
    written = step_source(program, outputs, rows, size, fixed=even and size <= FEW)
    if isinstance(written, Trouble):
        return written
    source, replaced = written
    inside = {value.name: value for value in program.inputs}
    widths = {
        name: int(np.prod(inside[name].shape[1:])) * inside[name].dtype.itemsize
        for name in rows.names
        if name in inside
    }
    text = assembled([source]) + "\n" + driver(source, widths, rows.masks, replaced)
    made = library(text)
    if isinstance(made, Trouble):
        return made
    function = made.epoch
    function.restype = ctypes.c_int64
    function.argtypes = [ctypes.POINTER(Stretch)]
    return CompiledStep(text, source, rows, replaced, function, size)


def simple(program: Program) -> Program | Trouble:
    """``program`` in lines that C says; Trouble where it does not say all of them."""
    known = primitives(lowered(program, (ops.sigmoid,)), can_write)
    whole = updated_early(primitives(in_matrices(known), can_write))
    unknown = sorted({line.op.name for line in whole.lines if not can_write(line)})
    return Trouble(f"{', '.join(unknown)} has no C spelling") if unknown else whole


def step_source(
    program: Program, outputs: Sequence[str], rows: Rows, size: int, *, fixed: bool
) -> tuple[CSource, dict[str, str]] | Trouble:
    """A step in C that writes over what it updates, and which input each of its outputs takes the place of."""
    whole = simple(program)
    if isinstance(whole, Trouble):
        return whole
    named = {value.name: value for value in whole.inputs}
    replaced, over = {}, {}
    for value, name in zip(whole.outputs[1:], outputs[1:], strict=True):
        old = named.get(name)
        if old is None:
            return Trouble(f"{name} is given back and was never there")
        replaced[value.name or ""] = name
        if old.shape and _may_be_over(whole, value, old):
            over[value] = old
    if any(
        old.shape and old not in over.values()
        for old in map(named.get, replaced.values())
        if old is not None
    ):
        return Trouble("a parameter is read after it is updated")
    batches = [one for one in whole.inputs if one.name in (*rows.names, *rows.masks)]
    try:
        source = write(whole, "step", rows=batches, most=size, fixed=fixed, over=over)
    except NotLinear:
        return Trouble("a length does not grow in step with the rows of a batch")
    return source, replaced


def _may_be_over(program: Program, new: Value, old: Value) -> bool:
    """Whether nothing reads the old value once the new one is there."""
    made = False
    for line in program.lines:
        if made and old in line.args:
            return False
        made |= line.result is new
    return True


class Epochs:
    """A compiled step with the data of one training, to be run stretch by stretch.

    What is gathered and computed on the way has its place from the start. ``key`` is that of the random numbers.
    """

    def __init__(
        self, step: CompiledStep, data: Mapping[str, Array], key: tuple[int, int]
    ) -> None:
        self.step = step
        self.held: dict[str, Array] = {}
        parameters = step.source.parameters
        self._pointers = (ctypes.c_void_p * len(parameters))()
        self._gathered = (ctypes.c_void_p * len(parameters))()
        self._rooms: list[Array] = []
        for place, one in enumerate(parameters):
            name = one.value.name or ""
            if name in step.rows.names or name in step.rows.masks:
                shape = (step.size, *one.value.shape[1:])
                room = _room(int(np.prod(shape)) * one.value.dtype.itemsize)
                self._rooms.append(room)
                self._gathered[place] = room.ctypes.data
        self._work = _room(step.source.bytes)
        self.stretch = Stretch(
            size=step.size,
            samples=len(next(iter(data.values()))),
            arrays=ctypes.addressof(self._pointers),
            gathered=ctypes.addressof(self._gathered),
            work=self._work.ctypes.data,
        )
        self.stretch.key[0], self.stretch.key[1] = key
        self.hold(data)

    def hold(self, arrays: Mapping[str, Array]) -> None:
        """Take the steps with these arrays from now on; parameters and state among them are written over."""
        for place, one in enumerate(self.step.source.parameters):
            name = one.value.name or ""
            if name in arrays and self.held.get(name) is not arrays[name]:
                self.held[name] = arrays[name]
                self._pointers[place] = arrays[name].ctypes.data

    def reached(self) -> Mapping[str, Array]:
        """The arrays that were held, which steps have written over."""
        return self.held

    def advance(
        self,
        first: int,
        last: int,
        *,
        epoch: int,
        step: int,
        rates: Array,
        order: Array | None,
    ) -> tuple[Array, int]:
        """The losses of the batches from ``first`` on that were done in one breath, and how it ended."""
        losses = np.empty(last - first)
        told = self.stretch
        told.first, told.last, told.epoch, told.step = first, last, epoch, float(step)
        told.rates, told.losses = rates.ctypes.data, losses.ctypes.data
        told.order = None if order is None else order.ctypes.data
        told.seconds = BREATH
        done = self.step.function(ctypes.byref(told))
        return losses[:done], int(told.status)


def _room(n_bytes: int) -> Array:
    """Memory that begins with a line of cache.

    Raises:
        LimitError: E601 where there is not so much.
    """
    try:
        whole = np.empty(n_bytes + ALIGNED, np.uint8)
    except MemoryError:
        raise LimitError(
            "E601",
            f"a training step needs {n_bytes:,} bytes beside its data, and there are not so many",
            hint="take smaller batches",
        ) from None
    skipped = -whole.ctypes.data % ALIGNED
    return whole[skipped : skipped + n_bytes]


__all__ = [
    "CompiledStep",
    "Epochs",
    "compiled_step",
    "simple",
    "step_source",
]
