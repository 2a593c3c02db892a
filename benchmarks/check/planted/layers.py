"""Normalisation, convolution, attention and embedding, with the backward passes that people write for them."""

NETWORKS: dict[str, str] = {
    "batch norm step by step": """
import numpy as np
rng = np.random.default_rng(SEED)
x = rng.standard_normal((6, 4))
target = rng.standard_normal((6, 4))
gamma = rng.random(4) + 0.5
beta = rng.standard_normal(4)
eps = 1e-5
lr = 0.1
N = x.shape[0]
mu = np.sum(x, axis=0) / N
xmu = x - mu
var = np.sum(xmu ** 2, axis=0) / N
std = np.sqrt(var + eps)
ivar = 1 / std
xhat = xmu * ivar
out = gamma * xhat + beta
loss = 0.5 * np.sum((out - target) ** 2)
# backward
dout = out - target
dbeta = np.sum(dout, axis=0)
dgamma = np.sum(dout * xhat, axis=0)
dxhat = dout * gamma
divar = np.sum(dxhat * xmu, axis=0)
dxmu1 = dxhat * ivar
dstd = -divar / std ** 2
dvar = dstd * 0.5 / std
dxmu2 = 2 * xmu * dvar / N
dxmu = dxmu1 + dxmu2
dmu = -np.sum(dxmu, axis=0)
dx = dxmu + dmu / N
# update
gamma -= lr * dgamma
beta -= lr * dbeta
""",
    "batch norm inside a network": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 3))
y = rng.standard_normal((6, 2))
W1 = rng.standard_normal((3, 4))
gamma = rng.random(4) + 0.5
beta = rng.standard_normal(4)
W2 = rng.standard_normal((4, 2))
lr = 0.1
z = X @ W1
mean = z.mean(axis=0)
std = np.sqrt(z.var(axis=0) + 1e-5)
zhat = (z - mean) / std
u = gamma * zhat + beta
h = np.maximum(0, u)
out = h @ W2
loss = np.mean((out - y) ** 2)
# backward
dout = 2 * (out - y) / y.size
dW2 = h.T @ dout
dh = dout @ W2.T
du = dh * (u > 0)
dgamma = np.sum(du * zhat, axis=0)
dbeta = np.sum(du, axis=0)
dzhat = du * gamma
dz = (dzhat - dzhat.mean(axis=0) - zhat * np.mean(dzhat * zhat, axis=0)) / std
dW1 = X.T @ dz
# update
W1 -= lr * dW1
gamma -= lr * dgamma
beta -= lr * dbeta
W2 -= lr * dW2
""",
    "layer norm": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 4))
y = rng.standard_normal((5, 6))
W = rng.standard_normal((4, 6))
g = rng.random(6) + 0.5
b = rng.standard_normal(6)
lr = 0.1
a = X @ W
mu = np.mean(a, axis=1, keepdims=True)
sigma = np.sqrt(np.mean((a - mu) ** 2, axis=1, keepdims=True) + 1e-6)
ahat = (a - mu) / sigma
out = g * ahat + b
loss = 0.5 * np.mean((out - y) ** 2)
# backward
dout = (out - y) / y.size
dg = np.sum(dout * ahat, axis=0)
db = np.sum(dout, axis=0)
dahat = dout * g
m1 = np.mean(dahat, axis=1, keepdims=True)
m2 = np.mean(dahat * ahat, axis=1, keepdims=True)
da = (dahat - m1 - ahat * m2) / sigma
dW = X.T @ da
# update
W -= lr * dW
g -= lr * dg
b -= lr * db
""",
    "convolution in one dimension": """
import numpy as np
rng = np.random.default_rng(SEED)
x = rng.standard_normal(8)
t = rng.standard_normal(6)
k = rng.standard_normal(3)
c = 0.2
lr = 0.1
out = np.zeros(6)
for i in range(6):
    out[i] = np.sum(x[i:i + 3] * k) + c
a = np.tanh(out)
loss = 0.5 * np.sum((a - t) ** 2)
# backward
da = a - t
dout = da * (1 - a ** 2)
dk = np.zeros(3)
for i in range(6):
    dk += dout[i] * x[i:i + 3]
dc = np.sum(dout)
# update
k -= lr * dk
c = c - lr * dc
""",
    "convolution in two dimensions": """
import numpy as np
rng = np.random.default_rng(SEED)
image = rng.standard_normal((5, 5))
target = rng.standard_normal((3, 3))
K = rng.standard_normal((3, 3))
bias = 0.1
V = rng.standard_normal((3, 3))
lr = 0.1
z = np.zeros((3, 3))
for i in range(3):
    for j in range(3):
        z[i, j] = np.sum(image[i:i + 3, j:j + 3] * K) + bias
h = np.maximum(0, z)
out = h * V
loss = np.mean((out - target) ** 2)
# backward
dout = 2 * (out - target) / target.size
dV = dout * h
dh = dout * V
dz = dh * (z > 0)
dK = np.zeros((3, 3))
dbias = 0.0
for i in range(3):
    for j in range(3):
        dK += dz[i, j] * image[i:i + 3, j:j + 3]
        dbias += dz[i, j]
# update
K -= lr * dK
bias = bias - lr * dbias
V -= lr * dV
""",
    "mean pooling and softmax": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((4, 5, 3))
Y = np.eye(3)[rng.integers(0, 3, 4)]
W = rng.standard_normal((3, 4))
U = rng.standard_normal((4, 3))
lr = 0.1
z = X @ W
h = np.tanh(z)
pooled = h.mean(axis=1)
scores = pooled @ U
e = np.exp(scores)
p = e / e.sum(axis=1, keepdims=True)
loss = -np.mean(np.sum(Y * np.log(p), axis=1))
# backward
dscores = (p - Y) / Y.shape[0]
dU = pooled.T @ dscores
dpooled = dscores @ U.T
dh = dpooled[:, None, :] / h.shape[1] * np.ones(h.shape)
dz = dh * (1 - h ** 2)
dW = np.sum(X.transpose(0, 2, 1) @ dz, axis=0)
# update
W -= lr * dW
U -= lr * dU
""",
    "attention": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 4))
target = rng.standard_normal((5, 3))
Wq = rng.standard_normal((4, 3))
Wk = rng.standard_normal((4, 3))
Wv = rng.standard_normal((4, 3))
lr = 0.1
scale = 1 / np.sqrt(3)
Q = X @ Wq
K = X @ Wk
V = X @ Wv
S = Q @ K.T * scale
E = np.exp(S - np.max(S, axis=1, keepdims=True))
A = E / np.sum(E, axis=1, keepdims=True)
O = A @ V
loss = 0.5 * np.sum((O - target) ** 2)
# backward
dO = O - target
dV = A.T @ dO
dA = dO @ V.T
dS = A * (dA - np.sum(dA * A, axis=1, keepdims=True))
dQ = dS @ K * scale
dK = dS.T @ Q * scale
dWq = X.T @ dQ
dWk = X.T @ dK
dWv = X.T @ dV
# update
Wq -= lr * dWq
Wk -= lr * dWk
Wv -= lr * dWv
""",
    "embedding": """
import numpy as np
rng = np.random.default_rng(SEED)
words = np.array([0, 2, 1, 2, 4])
Y = np.eye(3)[rng.integers(0, 3, 5)]
table = rng.standard_normal((5, 4))
W = rng.standard_normal((4, 3))
b = rng.standard_normal(3)
lr = 0.1
v = table[words]
scores = v @ W + b
e = np.exp(scores)
p = e / np.sum(e, axis=1, keepdims=True)
loss = -np.sum(Y * np.log(p)) / Y.shape[0]
# backward
dscores = (p - Y) / Y.shape[0]
dW = v.T @ dscores
db = np.sum(dscores, axis=0)
dv = dscores @ W.T
dtable = np.zeros((5, 4))
np.add.at(dtable, words, dv)
# update
table -= lr * dtable
W -= lr * dW
b -= lr * db
""",
    "softmax by its jacobian": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((4, 3))
T = rng.random((4, 5))
W = rng.standard_normal((3, 5))
lr = 0.1
z = X @ W
e = np.exp(z)
p = e / np.sum(e, axis=1, keepdims=True)
loss = 0.5 * np.sum((p - T) ** 2)
# backward
dp = p - T
dz = p * (dp - np.sum(dp * p, axis=1, keepdims=True))
dW = X.T @ dz
# update
W -= lr * dW
""",
}
