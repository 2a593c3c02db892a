"""Many trainings of one step under JAX's ``vmap``: their numbers lie one behind the other, and every step is all of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.engines.jax import JaxStep
from chainrule.engines.jax_devices import exactly
from chainrule.engines.require_framework import framework
from chainrule.program import Array


class JaxMembers:
    """A step with the data of several trainings; what is told of them has a leading axis, a training each.

    The samples are there once, for all of them; ``keys`` are those of their random numbers. Of several devices each has
    some of the trainings and all of the samples, so that none of them waits for another.
    """

    def __init__(
        self,
        step: JaxStep,
        data: Mapping[str, Array],
        keys: Sequence[tuple[int, int]],
    ) -> None:
        self.step = step
        self.get = framework("jax", "jax").device_get
        self.shared, self.n = step.devices.everywhere, len(keys)
        with exactly():
            self.samples = self.shared(
                {name: data[name] for name in step.rows.names if name in step.given}
            )
            self.keys = self.put(np.array(keys, np.uint64))

    def put(self, arrays: Any) -> Any:
        """What each of the trainings has, dealt out; the last one is there again where it does not come out even."""
        missing = -self.n % self.step.devices.n
        tree = framework("jax.tree_util", "jax")
        whole = tree.tree_map(
            lambda array: (
                np.concatenate([array, np.repeat(array[-1:], missing, 0)])
                if missing
                else array
            ),
            arrays,
        )
        return self.step.devices.apart(whole)

    def hold(self, arrays: Mapping[str, Array]) -> None:
        """Take the steps with these arrays from now on."""
        with exactly():
            self.live, self.fixed = self.step.held(arrays, self.put)

    def keep(self, places: Sequence[int]) -> None:
        """Go on with some of them."""
        tree = framework("jax.tree_util", "jax")
        held = self.get((self.live, self.fixed, self.keys))
        self.n = len(places)
        kept = tree.tree_map(lambda array: array[list(places)], held)
        with exactly():
            self.live, self.fixed, self.keys = self.put(kept)

    def reached(self) -> dict[str, Array]:
        """The numbers that the steps have reached."""
        # what JAX gives cannot be written
        reached = self.get(self.live)
        return {name: np.array(array[: self.n]) for name, array in reached.items()}

    def advance(
        self, epoch: int, steps: Array, rates: Array, orders: Array, which: Array
    ) -> Array:
        """An epoch of all of them; the losses of their batches, (trainings, batches).

        ``steps`` is how many each has taken, ``rates`` are those of the steps to come; ``which`` of the ``orders``,
        places among the samples, each goes by.
        """
        with exactly():
            told = self.put(
                (
                    steps.astype(np.int32),
                    rates.astype(self.step.dtype),
                    which.astype(np.int32),
                )
            )
            shared = self.shared((orders.astype(np.int32), np.int32(epoch)))
            members = self.live, self.fixed, self.keys, told
            self.live, losses = self.step.together(members, self.samples, *shared)
            # waited for: see JaxEpochs.advance
            return np.asarray(losses, np.float64)[: self.n]
