"""Random bits on JAX's device: NumPy's Philox, which depends on a key and a place alone."""

from __future__ import annotations

from typing import Any


def random_bits(key: Any, batch: Any, epoch: Any, which: int, count: int) -> Any:
    """32 random bits for each of ``count`` entries, those that NumPy's Philox draws for this place (Salmon et al. 2011)."""
    from jax import lax
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

    def one_round(_: Any, state: Any) -> Any:
        c0, c1, c2, c3, k0, k1 = state
        a, a_low = product(0xD2E7470EE14C6C93, c0)
        b, b_low = product(0xCA5A826395121157, c2)
        after = b ^ c1 ^ k0, b_low, a ^ c3 ^ k1, a_low
        return *after, k0 + number(0x9E3779B97F4A7C15), k1 + number(0xBB67AE8584CAA73B)

    blocks = jnp.arange(1, -(-count // 8) + 1, dtype=jnp.uint64)
    counter = blocks, number(batch), number(epoch), number(which)
    start = (*jnp.broadcast_arrays(*counter), number(key[0]), number(key[1]))
    # a loop, and not ten rounds written out: a fifth less to compile
    c0, c1, c2, c3, *_ = lax.fori_loop(0, 10, one_round, start)
    words = jnp.stack([c0, c1, c2, c3], axis=-1)
    halves = jnp.stack([words & number(0xFFFFFFFF), words >> number(32)], axis=-1)
    return halves.reshape(-1)[:count]
