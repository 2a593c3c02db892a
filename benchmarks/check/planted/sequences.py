"""Recurrent networks, loops over layers, functions and classes, with the backward passes people write for them."""

NETWORKS: dict[str, str] = {
    "rnn through time": """
import numpy as np
rng = np.random.default_rng(SEED)
T = 4
xs = rng.standard_normal((T, 3))
ts = rng.standard_normal((T, 2))
Wx = rng.standard_normal((5, 3)) * 0.5
Wh = rng.standard_normal((5, 5)) * 0.5
b = rng.standard_normal(5) * 0.1
Wy = rng.standard_normal((2, 5)) * 0.5
lr = 0.1
h = {-1: np.zeros(5)}
y = {}
loss = 0.0
for t in range(T):
    h[t] = np.tanh(Wx @ xs[t] + Wh @ h[t - 1] + b)
    y[t] = Wy @ h[t]
    loss = loss + 0.5 * np.sum((y[t] - ts[t]) ** 2)
# backward
dWx = np.zeros_like(Wx)
dWh = np.zeros_like(Wh)
db = np.zeros_like(b)
dWy = np.zeros_like(Wy)
dh_next = np.zeros(5)
for t in reversed(range(T)):
    dy = y[t] - ts[t]
    dWy += np.outer(dy, h[t])
    dh = Wy.T @ dy + dh_next
    da = dh * (1 - h[t] ** 2)
    dWx += np.outer(da, xs[t])
    dWh += np.outer(da, h[t - 1])
    db += da
    dh_next = Wh.T @ da
# update
Wx -= lr * dWx
Wh -= lr * dWh
b -= lr * db
Wy -= lr * dWy
""",
    "rnn with one answer": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((3, 6, 2))
y = (rng.random((6, 1)) < 0.5).astype(float)
Wx = rng.standard_normal((2, 4)) * 0.7
Wh = rng.standard_normal((4, 4)) * 0.5
bh = rng.standard_normal(4) * 0.1
Wo = rng.standard_normal((4, 1))
lr = 0.1
hs = [np.zeros((6, 4))]
for t in range(3):
    a = X[t] @ Wx + hs[t] @ Wh + bh
    hs.append(np.tanh(a))
z = hs[3] @ Wo
p = 1 / (1 + np.exp(-z))
loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
# backward
dz = (p - y) / y.shape[0]
dWo = hs[3].T @ dz
dh = dz @ Wo.T
dWx = np.zeros_like(Wx)
dWh = np.zeros_like(Wh)
dbh = np.zeros_like(bh)
for t in (2, 1, 0):
    da = dh * (1 - hs[t + 1] ** 2)
    dWx += X[t].T @ da
    dWh += hs[t].T @ da
    dbh += da.sum(axis=0)
    dh = da @ Wh.T
# update
Wx -= lr * dWx
Wh -= lr * dWh
bh -= lr * dbh
Wo -= lr * dWo
""",
    "lstm step": """
import numpy as np
rng = np.random.default_rng(SEED)
x = rng.standard_normal((5, 3))
h0 = rng.standard_normal((5, 4))
c0 = rng.standard_normal((5, 4))
target = rng.standard_normal((5, 4))
Wi = rng.standard_normal((7, 4)) * 0.5
Wf = rng.standard_normal((7, 4)) * 0.5
Wo = rng.standard_normal((7, 4)) * 0.5
Wg = rng.standard_normal((7, 4)) * 0.5
lr = 0.1
xh = np.concatenate([x, h0], axis=1)
i = 1 / (1 + np.exp(-(xh @ Wi)))
f = 1 / (1 + np.exp(-(xh @ Wf)))
o = 1 / (1 + np.exp(-(xh @ Wo)))
g = np.tanh(xh @ Wg)
c = f * c0 + i * g
tc = np.tanh(c)
h = o * tc
loss = 0.5 * np.sum((h - target) ** 2)
# backward
dh = h - target
do = dh * tc
dtc = dh * o
dc = dtc * (1 - tc ** 2)
di = dc * g
df = dc * c0
dg = dc * i
dai = di * i * (1 - i)
daf = df * f * (1 - f)
dao = do * o * (1 - o)
dag = dg * (1 - g ** 2)
dWi = xh.T @ dai
dWf = xh.T @ daf
dWo = xh.T @ dao
dWg = xh.T @ dag
# update
Wi -= lr * dWi
Wf -= lr * dWf
Wo -= lr * dWo
Wg -= lr * dWg
""",
    "loop over layers": """
import numpy as np
rng = np.random.default_rng(SEED)
sizes = [3, 4, 4, 1]
L = len(sizes) - 1
X = rng.standard_normal((6, 3))
y = rng.standard_normal((6, 1))
W = [rng.standard_normal((sizes[l], sizes[l + 1])) * 0.7 for l in range(L)]
b = [rng.standard_normal(sizes[l + 1]) * 0.1 for l in range(L)]
lr = 0.1
a = [X]
z = []
for l in range(L):
    z.append(a[l] @ W[l] + b[l])
    a.append(np.tanh(z[l]) if l < L - 1 else z[l])
loss = 0.5 * np.mean((a[L] - y) ** 2)
# backward
dW = [None] * L
db = [None] * L
delta = (a[L] - y) / y.shape[0]
for l in reversed(range(L)):
    dW[l] = a[l].T @ delta
    db[l] = delta.sum(axis=0)
    if l > 0:
        da = delta @ W[l].T
        delta = da * (1 - a[l] ** 2)
# update
for l in range(L):
    W[l] = W[l] - lr * dW[l]
    b[l] = b[l] - lr * db[l]
""",
    "dicts and functions": """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-z))

def forward(X, params):
    Z1 = params['W1'] @ X + params['b1']
    A1 = np.maximum(0, Z1)
    Z2 = params['W2'] @ A1 + params['b2']
    A2 = sigmoid(Z2)
    cache = (Z1, A1, Z2, A2)
    return A2, cache

def backward(X, Y, params, cache):
    # backward
    Z1, A1, Z2, A2 = cache
    m = X.shape[1]
    grads = {}
    dZ2 = A2 - Y
    grads['dW2'] = dZ2 @ A1.T / m
    grads['db2'] = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = params['W2'].T @ dZ2
    dZ1 = dA1 * (Z1 > 0)
    grads['dW1'] = dZ1 @ X.T / m
    grads['db1'] = np.sum(dZ1, axis=1, keepdims=True) / m
    # update
    return grads

rng = np.random.default_rng(SEED)
X = rng.standard_normal((3, 6))
Y = (rng.random((1, 6)) < 0.5).astype(float)
params = {
    'W1': rng.standard_normal((4, 3)),
    'b1': rng.standard_normal((4, 1)),
    'W2': rng.standard_normal((1, 4)),
    'b2': rng.standard_normal((1, 1)),
}
for step in range(3):
    A2, cache = forward(X, params)
    loss = -np.mean(Y * np.log(A2) + (1 - Y) * np.log(1 - A2))
    grads = backward(X, Y, params, cache)
    for key in ('W1', 'b1', 'W2', 'b2'):
        params[key] = params[key] - 0.5 * grads['d' + key]
""",
    "layers as functions": """
import numpy as np

def affine_forward(x, w, b):
    out = x @ w + b
    cache = (x, w, b)
    return out, cache

def relu_forward(x):
    out = np.maximum(0, x)
    return out, x

def affine_backward(dout, cache):
    # backward
    x, w, b = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.sum(axis=0)
    return dx, dw, db

def relu_backward(dout, cache):
    x = cache
    dx = dout * (x > 0)
    return dx

def mse(x, y):
    loss = np.mean((x - y) ** 2)
    dx = 2 * (x - y) / x.size
    # update
    return loss, dx

rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 3))
y = rng.standard_normal((6, 2))
W1 = rng.standard_normal((3, 5))
b1 = rng.standard_normal(5)
W2 = rng.standard_normal((5, 2))
b2 = rng.standard_normal(2)
lr = 0.1
a1, cache1 = affine_forward(X, W1, b1)
h1, cache2 = relu_forward(a1)
scores, cache3 = affine_forward(h1, W2, b2)
loss, dscores = mse(scores, y)
dh1, dW2, db2 = affine_backward(dscores, cache3)
da1 = relu_backward(dh1, cache2)
dX, dW1, db1 = affine_backward(da1, cache1)
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
""",
    "layers as classes": """
import numpy as np

class Dense:
    def __init__(self, n_in, n_out, rng):
        self.W = rng.standard_normal((n_in, n_out))
        self.b = rng.standard_normal(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        # backward
        self.dW = self.x.T @ grad
        self.db = np.sum(grad, axis=0)
        return grad @ self.W.T

    def step(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db

class Tanh:
    def forward(self, x):
        self.out = np.tanh(x)
        return self.out

    def backward(self, grad):
        return grad * (1 - self.out ** 2)
        # update

    def step(self, lr):
        pass

rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 3))
y = rng.standard_normal((6, 2))
layers = [Dense(3, 4, rng), Tanh(), Dense(4, 2, rng)]
for epoch in range(5):
    out = X
    for layer in layers:
        out = layer.forward(out)
    loss = 0.5 * np.mean((out - y) ** 2)
    grad = (out - y) / out.size
    for layer in reversed(layers):
        grad = layer.backward(grad)
    for layer in layers:
        layer.step(0.1)
""",
    "sample by sample": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((4, 3))
y = rng.standard_normal(4)
W = rng.standard_normal((5, 3))
v = rng.standard_normal(5)
lr = 0.1
n = X.shape[0]
loss = 0.0
dW = np.zeros_like(W)
dv = np.zeros_like(v)
for i in range(4):
    h = np.tanh(W @ X[i])
    error = v @ h - y[i]
    loss = loss + 0.5 * error ** 2 / n
    # backward
    derror = error / n
    dv += derror * h
    dh = derror * v
    da = dh * (1 - h ** 2)
    dW += np.outer(da, X[i])
    # update
W -= lr * dW
v -= lr * dv
""",
    "gru step": """
import numpy as np
rng = np.random.default_rng(SEED)
x = rng.standard_normal((5, 3))
h0 = rng.standard_normal((5, 4))
target = rng.standard_normal((5, 4))
Wz = rng.standard_normal((3, 4))
Uz = rng.standard_normal((4, 4))
Wc = rng.standard_normal((3, 4))
Uc = rng.standard_normal((4, 4))
lr = 0.1
az = x @ Wz + h0 @ Uz
z = 1 / (1 + np.exp(-az))
ac = x @ Wc + h0 @ Uc
c = np.tanh(ac)
h = (1 - z) * h0 + z * c
loss = np.mean((h - target) ** 2)
# backward
dh = 2 * (h - target) / h.size
dz = dh * (c - h0)
dc = dh * z
daz = dz * z * (1 - z)
dac = dc * (1 - c ** 2)
dWz = x.T @ daz
dUz = h0.T @ daz
dWc = x.T @ dac
dUc = h0.T @ dac
# update
Wz -= lr * dWz
Uz -= lr * dUz
Wc -= lr * dWc
Uc -= lr * dUc
""",
}
