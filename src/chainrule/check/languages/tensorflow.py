"""TensorFlow in NumPy's words."""

from chainrule.check.languages.phrase import phrases

PHRASES = phrases(
    """
reduce_sum(x, axis, keepdims) → np.sum(x, axis=axis, keepdims=keepdims)
reduce_mean(x, axis, keepdims) → np.mean(x, axis=axis, keepdims=keepdims)
reduce_max(x, axis, keepdims) → np.max(x, axis=axis, keepdims=keepdims)
reduce_min(x, axis, keepdims) → np.min(x, axis=axis, keepdims=keepdims)
reduce_prod(x, axis, keepdims) → np.prod(x, axis=axis, keepdims=keepdims)
reduce_any(x, axis, keepdims) → np.any(x, axis=axis, keepdims=keepdims)
reduce_all(x, axis, keepdims) → np.all(x, axis=axis, keepdims=keepdims)
reduce_logsumexp(x, axis, keepdims) → np.logsumexp(x, axis=axis, keepdims=keepdims)
math.reduce_sum(x, axis, keepdims) → np.sum(x, axis=axis, keepdims=keepdims)
math.reduce_mean(x, axis, keepdims) → np.mean(x, axis=axis, keepdims=keepdims)
math.reduce_variance(x, axis, keepdims) → np.var(x, axis=axis, keepdims=keepdims)
math.reduce_std(x, axis, keepdims) → np.std(x, axis=axis, keepdims=keepdims)
norm(x, ord, axis, keepdims) → np.linalg.norm(x, ord=ord, axis=axis, keepdims=keepdims)
argmax(x, axis=0) → np.argmax(x, axis=axis)
cumsum(x, axis=0) → np.cumsum(x, axis=axis)
nn.softmax(logits, axis=-1) → np.softmax(logits, axis=axis)
nn.log_softmax(logits, axis=-1) → np.log_softmax(logits, axis=axis)
nn.relu(x) → np.relu(x)
nn.sigmoid(x) → np.sigmoid(x)
nn.tanh(x) → np.tanh(x)
nn.gelu(x) → np.gelu(x)
nn.softplus(x) → np.softplus(x)
nn.leaky_relu(x, alpha=0.2) → np.leaky_relu(x, slope=alpha)
sigmoid(x) → np.sigmoid(x)
matmul(a, b) → a @ b
linalg.matmul(a, b) → a @ b
linalg.matvec(a, b) → a @ b
transpose(x) → x.T
transpose(x, perm) → np.transpose(x, perm)
linalg.matrix_transpose(x) → np.swapaxes(x, -1, -2)
einsum(subscripts, *arrays) → np.einsum(subscripts, *arrays)
tensordot(x, y, axes) → np.tensordot(x, y, axes=axes)
reshape(x, shape) → x.reshape(shape)
expand_dims(x, axis) → np.expand_dims(x, axis=axis)
squeeze(x, axis) → np.squeeze(x, axis=axis)
broadcast_to(x, shape) → np.broadcast_to(x, shape)
tile(x, multiples) → np.tile(x, multiples)
shape(x) → x.shape
size(x) → x.size
rank(x) → x.ndim
identity(x) → x.copy()
stop_gradient(x) → x
convert_to_tensor(x) → x
constant(x) → np.array(x)
cast(x, kind) → np.as_type(x, kind)
where(condition, x, y) → np.where(condition, x, y)
clip_by_value(x, low, high) → np.clip(x, low, high)
add(x, y) → x + y
subtract(x, y) → x - y
multiply(x, y) → x * y
divide(x, y) → x / y
negative(x) → -x
pow(x, y) → x ** y
square(x) → x ** 2
math.rsqrt(x) → 1 / np.sqrt(x)
math.reciprocal(x) → 1 / x
abs(x) → np.abs(x)
greater(x, y) → x > y
greater_equal(x, y) → x >= y
less(x, y) → x < y
less_equal(x, y) → x <= y
equal(x, y) → x == y
zeros_like(x) → np.zeros_like(x)
ones_like(x) → np.ones_like(x)
zeros(shape) → np.zeros(shape)
ones(shape) → np.ones(shape)
eye(n) → np.eye(n)
range(n) → np.arange(n)
concat(values, axis) → np.concatenate(values, axis=axis)
stack(values, axis=0) → np.stack(values, axis=axis)
one_hot(x, depth) → np.one_hot(x, n=depth)
gather(x, indices, axis=0) → np.take(x, indices, axis=axis)
""",
    home="tf.",
)
SYNONYMS = {"input_tensor": "x", "tensor": "x", "input": "x", "features": "x"}
