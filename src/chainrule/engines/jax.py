"""The JAX engine: emitted text under ``jit``, and training steps of it under ``scan``, on whatever device JAX finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from chainrule.emit import functions
from chainrule.emit.composite import spelled_out
from chainrule.emit.jax import JAX
from chainrule.emit.spelling import require_spellings
from chainrule.engines.numpy import load
from chainrule.engines.require_framework import framework
from chainrule.engines.stretch import DONE, NOT_FINITE, Rows, Trouble, least_bits
from chainrule.program import Array, LimitError, Program, ProgramError

OLDEST = "0.4.30"
"""The first JAX that has all of what is called here."""
BREATH = 0.2
"""About how many seconds of NumPy's a stretch is long, so that Ctrl-C is heard and few steps wait for a device."""
STEP, OPERATION = 1e-6, 4e-11
"""Seconds of a step, and of a multiplication and addition in it, by which a stretch is measured out."""


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
    program: Program, outputs: Sequence[str], rows: Rows, size: int, **_: Any
) -> JaxStep | Trouble:
    """The step for batches of ``size`` rows; Trouble where JAX does not say all of it.

    ``outputs`` are what the program's outputs are: the loss, then the inputs whose new values they are.

    Raises:
        MissingEngineError: E802 where JAX is missing or too old.
    """
    framework("jax", "jax", OLDEST)
    try:
        require_spellings(spelled_out(program, JAX), JAX)
    except ProgramError as error:
        return Trouble(error.message, error.hint or "")
    return JaxStep(program, tuple(outputs[1:]), rows, size)


class JaxStep:
    """A step as XLA takes it: many in one call, each with a batch of the samples that are on the device."""

    def __init__(
        self, program: Program, carried: tuple[str, ...], rows: Rows, size: int
    ) -> None:
        self.carried, self.rows, self.size = carried, rows, size
        self.given = {value.name or "": value for value in program.inputs}
        lines = functions.forward_function(program, JAX, "step")
        # float64 is switched on around our own calls: elsewhere in the process it is the user's choice
        self.text = functions.module(JAX, [lines], wide=False)
        self.function = load(self.text, "jax step")["step"]
        work = sum(
            one.shape[0] * one.shape[1]
            for one in program.inputs[2:]
            if len(one.shape) == 2
        )
        self.seconds = STEP + OPERATION * 3 * size * work

    def epochs(self, data: Mapping[str, Array], key: tuple[int, int]) -> JaxEpochs:
        """The step with samples in rows; ``key`` is that of the random numbers."""
        return JaxEpochs(self, data, key)

    @cached_property
    def compiled(self) -> Any:
        """``steps`` under ``jit``, compiled for each number of steps and of rows."""
        return framework("jax", "jax").jit(
            self.steps, static_argnames=("n_steps", "n_rows")
        )

    def steps(
        self,
        live: Mapping[str, Any],
        fixed: Mapping[str, Any],
        samples: Mapping[str, Any],
        told: Mapping[str, Any],
        *,
        n_steps: int,
        n_rows: int,
    ) -> tuple[Any, Any]:
        """``n_steps`` steps from ``told["first"]`` on: what they reach, and their losses."""
        from jax import lax
        from jax import numpy as jnp

        def one(carry: Any, number: Any) -> tuple[Any, Any]:
            before, done = carry
            batch = told["first"] + number
            start = batch * self.size
            known = {
                **fixed,
                **before,
                **{
                    name: _rows(array, told["order"], start, n_rows)
                    for name, array in samples.items()
                },
                **self._masks(told, batch, n_rows),
                "learning_rate": told["rates"][done],
                "t": told["step"] + done,
            }
            loss, *new = self.function(
                *(
                    jnp.asarray(known[name], value.dtype)
                    for name, value in self.given.items()
                )
            )
            after = {
                name: jnp.asarray(array, before[name].dtype)
                for name, array in zip(self.carried, new, strict=True)
            }
            if "weight" not in samples:
                return (after, done + 1), loss
            # a batch of no weight is passed over, as if its samples were not there: a mean over nothing is no number
            counts = jnp.any(known["weight"] != 0)
            after = {
                name: jnp.where(counts, array, before[name])
                for name, array in after.items()
            }
            return (after, done + counts), jnp.where(counts, loss, 0)

        start = live, jnp.zeros((), jnp.int32)
        (reached, _), losses = lax.scan(
            one, start, jnp.arange(n_steps, dtype=jnp.int32)
        )
        return reached, losses

    def _masks(
        self, told: Mapping[str, Any], batch: Any, n_rows: int
    ) -> dict[str, Any]:
        """The dropout masks of a batch, drawn where they are needed: 0 at a share of the entries."""
        from jax import numpy as jnp

        found = {}
        for which, (name, (entries, rate)) in enumerate(self.rows.masks.items()):
            count = n_rows * entries
            bits = _philox(told["key"], batch, told["epoch"], which, count)
            kept = jnp.where(bits >= least_bits(rate), 1 / (1 - rate), 0)
            value = self.given[name]
            found[name] = kept.reshape(n_rows, *value.shape[1:]).astype(value.dtype)
        return found


def _rows(array: Any, order: Any, start: Any, n_rows: int) -> Any:
    """Some rows of an array: as they lie, or in the order of the epoch."""
    from jax import lax

    if order is None:
        return lax.dynamic_slice_in_dim(array, start, n_rows)
    places = lax.dynamic_slice_in_dim(order, start, n_rows)
    return array.at[places].get(mode="promise_in_bounds")


def _philox(key: Any, batch: Any, epoch: Any, which: int, count: int) -> Any:
    """32 random bits for each of ``count`` entries, those that NumPy's Philox draws for this place (Salmon et al. 2011)."""
    from jax import numpy as jnp

    def number(item: Any) -> Any:
        return jnp.asarray(item, jnp.uint64)

    def product(one: int, other: Any) -> tuple[Any, Any]:
        """The upper and the lower half of the 128 bits of a product."""
        half, low = number(32), number(0xFFFFFFFF)
        a, b, c, d = (
            number(one >> 32),
            number(one & 0xFFFFFFFF),
            other >> half,
            other & low,
        )
        middle = (b * d >> half) + (a * d & low) + (b * c & low)
        return a * c + (a * d >> half) + (b * c >> half) + (middle >> half), number(
            one
        ) * other

    blocks = jnp.arange(1, -(-count // 8) + 1, dtype=jnp.uint64)
    c0, c1, c2, c3 = blocks, number(batch), number(epoch), number(which)
    k0, k1 = key[0], key[1]
    for _ in range(10):
        a, a_low = product(0xD2E7470EE14C6C93, c0)
        b, b_low = product(0xCA5A826395121157, c2)
        c0, c1, c2, c3 = b ^ c1 ^ k0, b_low, a ^ c3 ^ k1, a_low
        k0, k1 = k0 + number(0x9E3779B97F4A7C15), k1 + number(0xBB67AE8584CAA73B)
    words = jnp.stack(jnp.broadcast_arrays(c0, c1, c2, c3), axis=-1)
    halves = jnp.stack([words & number(0xFFFFFFFF), words >> number(32)], axis=-1)
    return halves.reshape(-1)[:count]


@contextmanager
def exactly() -> Iterator[None]:
    """JAX with 64-bit numbers where a program has them, and products as exact as their type, in this thread alone.

    Whoever has said how exact products are in all of JAX is not overruled.

    Raises:
        LimitError: E601 where the device has not so much memory.
    """
    jax = framework("jax", "jax")
    # where it stood before it had a place of its own
    at = jax if hasattr(jax, "enable_x64") else framework("jax.experimental", "jax")
    asked = jax.config.jax_default_matmul_precision or "highest"
    try:
        with at.enable_x64(True), jax.default_matmul_precision(asked):
            yield
    except jax.errors.JaxRuntimeError as error:
        if "RESOURCE_EXHAUSTED" not in str(error):
            raise
        raise LimitError(
            "E601",
            f"{jax.devices()[0]} has not enough memory: {str(error).splitlines()[0]}",
            hint='take smaller batches or fewer networks at once, or engine="c", which takes the memory of the machine',
        ) from error


class JaxEpochs:
    """A step with the data of one training, which stay on the device from stretch to stretch."""

    def __init__(
        self, step: JaxStep, data: Mapping[str, Array], key: tuple[int, int]
    ) -> None:
        self.step, self.n = step, len(next(iter(data.values())))
        with exactly():
            put = framework("jax", "jax").device_put
            self.samples = put(
                {name: data[name] for name in step.rows.names if name in step.given}
            )
            self.key = put(np.array(key, np.uint64))
        self.order: tuple[int, Any] | None = None

    def hold(self, arrays: Mapping[str, Array]) -> None:
        """Take the steps with these arrays from now on."""
        step = self.step
        given = {
            name: np.asarray(array, step.given[name].dtype)
            for name, array in arrays.items()
            if name in step.given and name not in step.rows.names
        }
        with exactly():
            held = framework("jax", "jax").device_put(given)
        self.live = {name: held[name] for name in step.carried}
        self.fixed = {name: one for name, one in held.items() if name not in self.live}

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
        told = {
            "first": first,
            "epoch": epoch,
            "step": float(step),
            "rates": rates[:n_steps],
            "order": self._ordered(epoch, order),
            "key": self.key,
        }
        with exactly():
            self.live, found = self.step.compiled(
                self.live,
                self.fixed,
                self.samples,
                told,
                n_steps=n_steps,
                n_rows=n_rows,
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
            put = framework("jax", "jax").device_put
            self.order = epoch, put(order.astype(np.int32))
        return self.order[1]


def evenly(n: int, most: int) -> int:
    """The length of the first of as few parts of ``n`` as have at most ``most`` each, nearly alike.

    >>> evenly(10, 4), evenly(6, 4), evenly(3, 4)
    (4, 3, 3)
    """
    return -(-n // -(-n // max(most, 1)))
