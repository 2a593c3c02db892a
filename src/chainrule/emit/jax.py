"""The JAX dialect: NumPy's words, pure functions."""

from chainrule.emit.dialect import Dialect

AUTODIFF = """
loss_and_gradients_by_autodiff = jax.value_and_grad(forward, argnums={positions})
"""
AUTODIFF_OF_ARRAY = """
def total_loss(*arrays):
    return jnp.sum(forward(*arrays))


loss_and_gradients_by_autodiff = jax.value_and_grad(total_loss, argnums={positions})
"""


JAX = Dialect(
    name="jax",
    title="JAX",
    module="jnp",
    copy="{0}",
    stacked="jnp.stack({0})",
    writes=False,
    # a float32 is always named, as it has to be where float64 is switched on: implied is what NumPy implies
    out_of_table="{0}",
    functions="jnp",
    imports={"jax": "import jax", "jnp": "import jax.numpy as jnp"},
    array="jnp.array({0}{dtype})",
    zeros="jnp.zeros({0}{dtype})",
    stored="jnp.asarray(stored[{0}])",
    speaks_numpy=True,
    infinity="jnp.inf",
    nan="jnp.nan",
    wide=(
        "# JAX computes in float32 unless told otherwise",
        'jax.config.update("jax_enable_x64", True)',
    ),
    autodiff=AUTODIFF,
    autodiff_of_array=AUTODIFF_OF_ARRAY,
    agree="jnp.allclose(own, other, {tolerance})",
)
