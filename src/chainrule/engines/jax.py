"""The JAX engine: emitted text under ``jit``, and training steps of it under ``scan``, on whatever device JAX finds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from chainrule.emit import functions
from chainrule.emit.composite import spelled_out
from chainrule.emit.jax import JAX
from chainrule.emit.spelling import require_spellings
from chainrule.engines.jax_devices import Devices, exactly
from chainrule.engines.jax_random import random_bits
from chainrule.engines.numpy import load
from chainrule.engines.require_framework import framework
from chainrule.engines.stretch import DONE, NOT_FINITE, Rows, Trouble, least_bits
from chainrule.program import Array, Program, ProgramError, UsageError

OLDEST = "0.4.30"
"""The first JAX that has all of what is called here."""
BREATH = 0.5
"""About how many seconds a stretch is long, so that Ctrl-C is heard and few steps wait for a device."""
ON_CPU, ELSEWHERE = (1e-6, 4e-11), (1e-5, 4e-13)
"""Seconds of a step, and of a multiplication and addition in it, at the most: by them a stretch is measured out."""
MEETING = 2e-4
"""Seconds more of a step for which several devices must meet."""


class Now(NamedTuple):
    """Where steps begin: their first batch, the epoch, the number of the first step, how many of the rates are used up."""

    first: Any
    epoch: Any
    step: Any
    done: Any
    rates: Any
    key: Any


Batch = Callable[[Any, int], dict[str, Any]]
"""The samples of a batch: those of so many rows from a place on."""


def run(text: str, function: str, *arrays: Any) -> Any:
    """What ``function`` of the emitted ``text`` returns for these arrays, as NumPy arrays."""
    framework("jax", "jax")
    source = load(
        text, "jax"
    )  # its first line may switch float64 on, before any array is made
    jnp = framework("jax.numpy", "jax")
    return _back(source[function](*(jnp.asarray(array) for array in arrays)))


def _back(result: Any) -> Any:
    if isinstance(result, tuple | list):
        return tuple(_back(one) for one in result)
    return np.asarray(result)


def jax_step(
    program: Program,
    outputs: Sequence[str],
    rows: Rows,
    size: int,
    *,
    devices: int,
) -> JaxStep | Trouble:
    """The step for batches of ``size`` rows; Trouble where JAX does not say all of it.

    ``outputs`` are what the program's outputs are: the loss, then the inputs whose new values they are.

    Raises:
        MissingEngineError: E802 where JAX is missing or too old.
        UsageError: E411 where there are not so many ``devices``.
    """
    framework("jax", "jax", OLDEST)
    on = Devices(devices)
    try:
        require_spellings(spelled_out(program, JAX), JAX)
    except ProgramError as error:
        return Trouble(error.message, error.hint or "")
    return JaxStep(program, tuple(outputs[1:]), rows, size, on)


class JaxStep:
    """A step as XLA takes it: many in one call, each with a batch of the samples that are on the device."""

    def __init__(
        self,
        program: Program,
        carried: tuple[str, ...],
        rows: Rows,
        size: int,
        devices: Devices,
    ) -> None:
        self.carried, self.rows, self.size = carried, rows, size
        self.devices = devices
        self.given = {value.name or "": value for value in program.inputs}
        lines = functions.forward_function(program, JAX, "step")
        # float64 is switched on around our own calls: elsewhere in the process it is the user's choice
        self.text = functions.module(JAX, [lines], wide=False)
        self.function = load(self.text, "jax step")["step"]
        self.dtype = program.outputs[0].dtype
        matrices = [
            one.shape
            for name, one in self.given.items()
            if len(one.shape) == 2 and name not in (*rows.names, *rows.masks)
        ]
        self.work = 3 * size * sum(map(math.prod, matrices))

    def epochs(self, data: Mapping[str, Array], key: tuple[int, int]) -> JaxEpochs:
        """The step with samples in rows; ``key`` is that of the random numbers."""
        return JaxEpochs(self, data, key)

    @cached_property
    def seconds(self) -> float:
        """About how long a step takes on the device there is, or shorter."""
        on_cpu = framework("jax", "jax").default_backend() == "cpu"
        step, operation = ON_CPU if on_cpu else ELSEWHERE
        waiting = MEETING if self.devices.n > 1 else 0
        return step + waiting + operation * self.work

    def held(
        self, arrays: Mapping[str, Array], put: Callable[[Any], Any]
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Arrays as ``put`` lays them on the devices: those that steps renew, and those that they only read."""
        given = {
            name: np.asarray(array, self.given[name].dtype)
            for name, array in arrays.items()
            if name in self.given and name not in self.rows.names
        }
        fixed = put(given)
        live = {name: fixed.pop(name) for name in self.carried}
        return live, fixed

    @cached_property
    def compiled(self) -> Any:
        """``run`` under ``jit``, compiled for each number of steps and of rows."""
        return framework("jax", "jax").jit(
            self.run, static_argnames=("n_steps", "n_rows")
        )

    @cached_property
    def together(self) -> Any:
        """An epoch of several trainings under ``jit``; each step is all of theirs."""
        jax = framework("jax", "jax")

        def epoch(members: Any, samples: Any, orders: Any, epoch: Any) -> Any:
            def member(live: Any, fixed: Any, key: Any, told: Any) -> Any:
                step, rates, which = told
                done, losses = 0, []

                def batch(start: Any, n_rows: int) -> dict[str, Any]:
                    at, length = (which, start), (1, n_rows)
                    return some_rows(
                        samples, jax.lax.dynamic_slice(orders, at, length)[0]
                    )

                for first, n_steps, n_rows in parts(orders.shape[1], self.size):
                    now = Now(first, epoch, step, done, rates, key)
                    (live, done), found = self.steps(
                        live, fixed, batch, now, n_steps=n_steps, n_rows=n_rows
                    )
                    losses.append(found)
                return live, jax.numpy.concatenate(losses)

            return jax.vmap(member)(*members)

        return jax.jit(epoch)

    def run(
        self, live: Any, fixed: Any, samples: Any, order: Any, told: Any, **sizes: int
    ) -> Any:
        """Steps with the samples as they lie, or in an order: what they reach, and their losses.

        Of several devices each takes a part of every batch, and XLA adds up what becomes of them.
        """
        lax = framework("jax.lax", "jax")
        settle = self.devices.settle

        def batch(start: Any, n_rows: int) -> Any:
            def part(array: Any) -> Any:
                return lax.dynamic_slice_in_dim(array, start, n_rows)

            if order is not None:
                return settle(some_rows(samples, part(order)), n_rows)
            found = {name: part(array) for name, array in samples.items()}
            return settle(found, n_rows)

        (first, epoch, step), rates, key = told
        now = Now(first, epoch, step, 0, rates, key)
        (reached, _), losses = self.steps(live, fixed, batch, now, **sizes)
        return settle((reached, losses))

    def steps(
        self,
        live: Mapping[str, Any],
        fixed: Mapping[str, Any],
        batch: Batch,
        told: Now,
        *,
        n_steps: int,
        n_rows: int,
    ) -> tuple[Any, Any]:
        """``n_steps`` steps from batch ``told.first`` on: what they reach and how many were taken, and the losses."""
        from jax import lax
        from jax import numpy as jnp

        places = told.first + jnp.arange(n_steps, dtype=jnp.int32)

        def after(
            before: Any, place: Any, done: Any, rate: Any
        ) -> tuple[Any, Any, Any]:
            """What a step reaches, its loss, and its batch."""
            drawn = batch(place * self.size, n_rows)
            known = {
                **fixed,
                **before,
                **drawn,
                **self._masks(told, place, n_rows),
                "learning_rate": rate,
                "t": told.step + done,
            }
            loss, *new = self.function(
                *(
                    jnp.asarray(known[name], value.dtype)
                    for name, value in self.given.items()
                )
            )
            reached = {
                name: jnp.asarray(array, before[name].dtype)
                for name, array in zip(self.carried, new, strict=True)
            }
            return reached, loss, drawn

        def one(before: Any, now: Any) -> tuple[Any, Any]:
            reached, loss, _ = after(before, *now)
            return reached, loss

        def weighed(carry: Any, place: Any) -> tuple[Any, Any]:
            # a batch of no weight is passed over, as if its samples were not there: a mean over nothing is no number
            before, done = carry
            reached, loss, drawn = after(before, place, done, told.rates[done])
            counts = jnp.any(drawn["weight"] != 0)
            kept = {
                name: jnp.where(counts, array, before[name])
                for name, array in reached.items()
            }
            return (kept, done + counts), jnp.where(counts, loss, 0)

        start = jnp.asarray(told.done, jnp.int32)
        if "weight" in self.given:
            found: tuple[Any, Any] = lax.scan(weighed, (live, start), places)
            return found
        # each step has its own rate, and no counter has to be carried along
        numbers = start + jnp.arange(n_steps, dtype=jnp.int32)
        own = lax.dynamic_slice_in_dim(told.rates, start, n_steps)
        reached, losses = lax.scan(one, live, (places, numbers, own))
        return (reached, start + n_steps), losses

    def _masks(self, told: Now, batch: Any, n_rows: int) -> dict[str, Any]:
        """The dropout masks of a batch, drawn where they are needed: 0 at a share of the entries."""
        from jax import numpy as jnp

        found = {}
        for which, (name, (entries, rate)) in enumerate(self.rows.masks.items()):
            count = n_rows * entries
            bits = random_bits(told.key, batch, told.epoch, which, count)
            kept = jnp.where(bits >= least_bits(rate), 1 / (1 - rate), 0)
            value = self.given[name]
            found[name] = kept.reshape(n_rows, *value.shape[1:]).astype(value.dtype)
        return found


def some_rows(samples: Mapping[str, Any], places: Any) -> dict[str, Any]:
    """The rows at these places, which are known to be there."""
    return {
        name: array.at[places].get(mode="promise_in_bounds")
        for name, array in samples.items()
    }


class JaxEpochs:
    """A step with the data of one training, which stay on the device from stretch to stretch."""

    def __init__(
        self, step: JaxStep, data: Mapping[str, Array], key: tuple[int, int]
    ) -> None:
        self.step, self.n = step, len(next(iter(data.values())))
        self.put = put = step.devices.everywhere
        if step.size % step.devices.n:
            raise UsageError(
                "E411",
                f"batches of {step.size} rows cannot be dealt out evenly to {step.devices.n} devices",
                hint=f"batch_size={step.size + -step.size % step.devices.n}",
            )
        with exactly():
            self.samples = put(
                {name: data[name] for name in step.rows.names if name in step.given}
            )
            self.key = put(np.array(key, np.uint64))
        self.order: tuple[int, Any] | None = None

    def hold(self, arrays: Mapping[str, Array]) -> None:
        """Take the steps with these arrays from now on."""
        with exactly():
            self.live, self.fixed = self.step.held(arrays, self.put)

    def reached(self) -> dict[str, Array]:
        """The arrays that were held, with the numbers they have now."""
        found = framework("jax", "jax").device_get({**self.fixed, **self.live})
        # what JAX gives cannot be written
        return {name: np.array(array) for name, array in found.items()}

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
        size = self.step.size
        whole = min(last, self.n // size) - first
        n_rows = size if whole > 0 else self.n - first * size
        n_steps = 1 if whole <= 0 else evenly(whole, int(BREATH / self.step.seconds))
        own = rates[:n_steps].astype(self.step.dtype)
        told = np.array([first, epoch, step], np.int32), own, self.key
        with exactly():
            given = self.live, self.fixed, self.samples, self._ordered(epoch, order)
            self.live, found = self.step.compiled(
                *given, told, n_steps=n_steps, n_rows=n_rows
            )
            # waited for here: hundreds of steps that were only asked for can block some of JAX's runtimes for good
            losses = np.asarray(found, np.float64)
        wrong = np.flatnonzero(~np.isfinite(losses))
        return (
            (losses, DONE) if not len(wrong) else (losses[: wrong[0] + 1], NOT_FINITE)
        )

    def _ordered(self, epoch: int, order: Array | None) -> Any:
        """The order on the device, where it stays for the epoch."""
        if order is None:
            return None
        if self.order is None or self.order[0] != epoch:
            self.order = epoch, self.put(order.astype(np.int32))
        return self.order[1]


def evenly(n: int, most: int) -> int:
    """The length of the first of as few parts of ``n`` as have at most ``most`` each, nearly alike.

    >>> evenly(10, 4), evenly(6, 4), evenly(3, 4)
    (4, 3, 3)
    """
    return -(-n // -(-n // max(most, 1)))


def parts(n: int, size: int) -> list[tuple[int, int, int]]:
    """The batches of ``n`` rows by their sizes: the first of each size, how many there are, and their rows.

    >>> parts(70, 32), parts(64, 32), parts(5, 32)
    ([(0, 2, 32), (2, 1, 6)], [(0, 2, 32)], [(0, 1, 5)])
    """
    whole, left = divmod(n, size)
    found = [(0, whole, size), (whole, 1, left)]
    return [one for one in found if one[1] and one[2]]
