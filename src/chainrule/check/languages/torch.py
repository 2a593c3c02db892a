"""PyTorch in NumPy's words: what is both a function and a method stands once, without a module."""

from chainrule.check.languages.phrase import phrases

PHRASES = phrases(
    """
sum(x, dim, keepdim) → np.sum(x, axis=dim, keepdims=keepdim)
mean(x, dim, keepdim) → np.mean(x, axis=dim, keepdims=keepdim)
prod(x, dim, keepdim) → np.prod(x, axis=dim, keepdims=keepdim)
amax(x, dim, keepdim) → np.max(x, axis=dim, keepdims=keepdim)
amin(x, dim, keepdim) → np.min(x, axis=dim, keepdims=keepdim)
max(x) → np.max(x)
min(x) → np.min(x)
var(x, dim, keepdim, correction=1) → np.var(x, axis=dim, ddof=correction, keepdims=keepdim)
std(x, dim, keepdim, correction=1) → np.std(x, axis=dim, ddof=correction, keepdims=keepdim)
norm(x, p, dim, keepdim) → np.linalg.norm(x, ord=p, axis=dim, keepdims=keepdim)
any(x, dim, keepdim) → np.any(x, axis=dim, keepdims=keepdim)
all(x, dim, keepdim) → np.all(x, axis=dim, keepdims=keepdim)
argmax(x, dim, keepdim) → np.argmax(x, axis=dim, keepdims=keepdim)
argmin(x, dim, keepdim) → np.argmin(x, axis=dim, keepdims=keepdim)
cumsum(x, dim) → np.cumsum(x, axis=dim)
softmax(x, dim) → np.softmax(x, axis=dim)
log_softmax(x, dim) → np.log_softmax(x, axis=dim)
logsumexp(x, dim, keepdim) → np.logsumexp(x, axis=dim, keepdims=keepdim)
mm(x, y) → x @ y
matmul(x, y) → x @ y
bmm(x, y) → x @ y
mv(x, y) → x @ y
dot(x, y) → x @ y
F.silu(x) → np.silu(x)
F.mish(x) → x * np.tanh(np.softplus(x))
addmm(b, x, y) → b + x @ y
baddbmm(b, x, y) → b + x @ y
outer(x, y) → np.outer(x, y)
einsum(subscripts, *arrays) → np.einsum(subscripts, *arrays)
tensordot(x, y, dims) → np.tensordot(x, y, axes=dims)
t(x) → x.T
transpose(x, a, b) → np.swapaxes(x, a, b)
swapaxes(x, a, b) → np.swapaxes(x, a, b)
permute(x, *dims) → np.transpose(x, (*dims,))
movedim(x, a, b) → np.moveaxis(x, a, b)
unsqueeze(x, dim) → np.expand_dims(x, axis=dim)
squeeze(x) → np.squeeze(x)
squeeze(x, dim) → np.squeeze_where_one(x, dim)
reshape(x, *shape) → x.reshape((*shape,))
view(x, *shape) → x.reshape((*shape,))
view_as(x, y) → x.reshape(y.shape)
reshape_as(x, y) → x.reshape(y.shape)
flatten(x) → x.ravel()
ravel(x) → x.ravel()
broadcast_to(x, shape) → np.broadcast_to(x, shape)
expand(x, *shape) → np.broadcast_to(x, (*shape,))
expand_as(x, y) → np.broadcast_to(x, y.shape)
clone(x) → x.copy()
detach(x) → x
contiguous(x) → x
cpu(x) → x
float(x) → x.astype(float)
double(x) → x.astype(float)
half(x) → x.astype(float)
bool(x) → x.astype(bool)
long(x) → x.astype(int)
int(x) → x.astype(int)
to(x, kind) → x.astype(kind)
type_as(x, y) → x.astype(y.dtype)
where(condition, x, y) → np.where(condition, x, y)
masked_fill(x, mask, value) → np.where(mask, value, x)
clamp(x, min, max) → np.clip(x, min, max)
clamp(x, min) → np.maximum(x, min)
clamp(x, max) → np.minimum(x, max)
clip(x, min, max) → np.clip(x, min, max)
add(x, y) → x + y
sub(x, y) → x - y
mul(x, y) → x * y
multiply(x, y) → x * y
div(x, y) → x / y
neg(x) → -x
pow(x, y) → x ** y
square(x) → x ** 2
rsqrt(x) → 1 / np.sqrt(x)
reciprocal(x) → 1 / x
abs(x) → np.abs(x)
round(x) → np.round(x)
sgn(x) → np.sign(x)
gt(x, y) → x > y
ge(x, y) → x >= y
lt(x, y) → x < y
le(x, y) → x <= y
eq(x, y) → x == y
ne(x, y) → x != y
numel(x) → x.size
dim(x) → x.ndim
size(x, dim) → x.shape[dim]
size(x) → x.shape
zeros_like(x) → np.zeros_like(x)
ones_like(x) → np.ones_like(x)
empty_like(x) → np.zeros_like(x)
full_like(x, value) → np.full_like(x, value)
torch.zeros(*shape) → np.zeros((*shape,))
torch.ones(*shape) → np.ones((*shape,))
torch.eye(n) → np.eye(n)
torch.arange(n) → np.arange(n)
torch.tensor(x) → np.array(x)
torch.as_tensor(x) → np.asarray(x)
torch.cat(xs, dim=0) → np.concatenate(xs, axis=dim)
torch.concat(xs, dim=0) → np.concatenate(xs, axis=dim)
torch.stack(xs, dim=0) → np.stack(xs, axis=dim)
chunk(x, n, dim=0) → np.array_split(x, n, axis=dim)
flip(x, *dims) → np.flip(x, (*dims,))
roll(x, shifts, dims) → np.roll(x, shifts, axis=dims)
tril(x, diagonal) → np.tril(x, k=diagonal)
triu(x, diagonal) → np.triu(x, k=diagonal)
diag(x) → np.diag(x)
gather(x, dim, index) → np.take_along_axis(x, index, axis=dim)
F.softmax(x, dim) → np.softmax(x, axis=dim)
F.log_softmax(x, dim) → np.log_softmax(x, axis=dim)
F.gelu(x) → np.gelu(x)
F.gelu(x, approximate) → np.gelu_tanh(x)
F.softplus(x) → np.softplus(x)
F.leaky_relu(x, negative_slope=0.01) → np.leaky_relu(x, slope=negative_slope)
F.elu(x, alpha=1.0) → np.elu(x, alpha=alpha)
F.linear(x, w) → x @ w.T
F.linear(x, w, b) → x @ w.T + b
F.mse_loss(x, y) → np.mean((x - y) ** 2)
F.binary_cross_entropy(x, y) → np.mean(np.binary_cross_entropy(x, y))
F.cross_entropy(x, y) → np.mean(np.sparse_categorical_cross_entropy_with_logits(x, y))
F.one_hot(x, num_classes) → np.one_hot(x, n=num_classes)
torch.special.expit(x) → np.sigmoid(x)
""",
    home="torch.",
)
SYNONYMS = {"axis": "dim", "keepdims": "keepdim", "input": "x", "other": "y"}
ATTRIBUTES = {"mT": "np.swapaxes(x, -1, -2)", "data": "x"}
