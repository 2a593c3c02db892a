"""Many trainings of one step under JAX's ``vmap``: their numbers lie one behind the other, and every step is all of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from chainrule.engines.jax import JaxStep, exactly
from chainrule.engines.require_framework import framework
from chainrule.program import Array


class JaxMembers:
    """A step with the data of several trainings; what is told of them has a leading axis, a training each.

    The samples are there once, for all of them; ``keys`` are those of their random numbers.
    """

    def __init__(
        self,
        step: JaxStep,
        data: Mapping[str, Array],
        keys: Sequence[tuple[int, int]],
    ) -> None:
        self.step = step
        jax = framework("jax", "jax")
        self.put, self.get = jax.device_put, jax.device_get
        with exactly():
            self.samples = self.put(
                {name: data[name] for name in step.rows.names if name in step.given}
            )
            self.keys = self.put(np.array(keys, np.uint64))

    def hold(self, arrays: Mapping[str, Array]) -> None:
        """Take the steps with these arrays from now on."""
        with exactly():
            self.live, self.fixed = self.step.held(arrays)

    def keep(self, places: Sequence[int]) -> None:
        """Go on with some of them."""
        tree = framework("jax.tree_util", "jax")
        held = self.get((self.live, self.fixed, self.keys))
        kept = tree.tree_map(lambda array: array[list(places)], held)
        with exactly():
            self.live, self.fixed, self.keys = self.put(kept)

    def reached(self) -> dict[str, Array]:
        """The numbers that the steps have reached."""
        # what JAX gives cannot be written
        return {name: np.array(array) for name, array in self.get(self.live).items()}

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
            shared = self.put((orders.astype(np.int32), np.int32(epoch)))
            members = self.live, self.fixed, self.keys, told
            self.live, losses = self.step.together(members, self.samples, *shared)
            # waited for: see JaxEpochs.advance
            return np.asarray(losses, np.float64)
