"""JAX in NumPy's words: jax.numpy speaks them already."""

from chainrule.check.languages.phrase import phrases

PHRASES = phrases(
    """
jax.nn.softmax(x, axis=-1) → np.softmax(x, axis=axis)
jax.nn.log_softmax(x, axis=-1) → np.log_softmax(x, axis=axis)
jax.nn.logsumexp(x, axis, keepdims) → np.logsumexp(x, axis=axis, keepdims=keepdims)
jax.scipy.special.logsumexp(x, axis, keepdims) → np.logsumexp(x, axis=axis, keepdims=keepdims)
jax.nn.relu(x) → np.relu(x)
jax.nn.sigmoid(x) → np.sigmoid(x)
jax.scipy.special.expit(x) → np.sigmoid(x)
jax.nn.softplus(x) → np.softplus(x)
jax.nn.silu(x) → np.silu(x)
jax.nn.swish(x) → np.silu(x)
jax.nn.tanh(x) → np.tanh(x)
jax.nn.gelu(x) → np.gelu_tanh(x)
jax.nn.gelu(x, approximate) → np.gelu(x)
jax.nn.leaky_relu(x, negative_slope=0.01) → np.leaky_relu(x, slope=negative_slope)
jax.nn.elu(x, alpha=1.0) → np.elu(x, alpha=alpha)
jax.nn.one_hot(x, num_classes) → np.one_hot(x, n=num_classes)
jax.scipy.special.erf(x) → np.erf(x)
jax.lax.erf(x) → np.erf(x)
jax.lax.rsqrt(x) → 1 / np.sqrt(x)
jax.lax.logistic(x) → np.sigmoid(x)
jax.lax.stop_gradient(x) → x
jax.lax.select(condition, x, y) → np.where(condition, x, y)
"""
)
ATTRIBUTES = {"mT": "np.swapaxes(x, -1, -2)"}
