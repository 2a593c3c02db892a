"""The devices of JAX that a step runs on, and what lies where: whole on each of them, or a part of its rows on each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from chainrule.engines.require_framework import framework
from chainrule.program import LimitError, UsageError

AXIS = "devices"


class Devices:
    """The first ``n`` devices there are; of one alone nothing is said, and JAX takes its usual one.

    Raises:
        UsageError: E411 where there are fewer.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.put = framework("jax", "jax").device_put
        self.whole = self.parted = None
        if n == 1:
            return
        sharding = framework("jax.sharding", "jax")
        mesh = sharding.Mesh(np.array(found(n)), (AXIS,))
        self.whole = sharding.NamedSharding(mesh, sharding.PartitionSpec())
        self.parted = sharding.NamedSharding(mesh, sharding.PartitionSpec(AXIS))

    def everywhere(self, arrays: Any) -> Any:
        """Arrays that every device has."""
        return self.put(arrays, self.whole)

    def apart(self, arrays: Any) -> Any:
        """Arrays whose rows are dealt out, as many to each device."""
        return self.put(arrays, self.parted)

    def settle(self, arrays: Any, n_rows: int | None = None) -> Any:
        """The same arrays within a program: of so many rows, a part on each device where they can be dealt out evenly; else whole on each."""
        if self.n == 1:
            return arrays
        even = n_rows is not None and n_rows % self.n == 0
        constrain = framework("jax.lax", "jax").with_sharding_constraint
        return constrain(arrays, self.parted if even else self.whole)


def found(n: int) -> list[Any]:
    """The first ``n`` devices that JAX finds.

    Raises:
        UsageError: E411 where there are fewer.
    """
    there = framework("jax", "jax").devices()
    if n <= len(there):
        return list(there[:n])
    named = ", ".join(map(str, there))
    hint = f"devices={len(there)}"
    if there[0].platform == "cpu":
        hint += f"; XLA_FLAGS=--xla_force_host_platform_device_count={n} makes {n} of one CPU"
    raise UsageError("E411", f"devices is {n}, and JAX finds {named}", hint=hint)


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
