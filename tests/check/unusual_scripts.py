"""Scripts that are right and look unusual: none of them may be blamed for anything."""

HEAD = """
import numpy as np
rng = np.random.default_rng(7)
"""

RIGHT = {
    "flat labels and predictions everywhere": """
X = rng.standard_normal((9, 3))
y = rng.standard_normal(9)
w = rng.standard_normal(3)
b = 0.0
lr = 0.1
p = X @ w + b
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dw = X.T @ dp
db = dp.sum()
w = w - lr * dw
b = b - lr * db
""",
    "features first, softmax along axis 0": """
X = rng.standard_normal((3, 8))
labels = rng.integers(0, 4, 8)
Y = np.eye(4)[labels].T
W = rng.standard_normal((4, 3))
b = np.zeros((4, 1))
Z = W @ X + b
E = np.exp(Z - Z.max(axis=0, keepdims=True))
P = E / E.sum(axis=0, keepdims=True)
loss = -np.mean(np.sum(Y * np.log(P), axis=0))
dZ = (P - Y) / X.shape[1]
dW = dZ @ X.T
db = dZ.sum(axis=1, keepdims=True)
W -= 0.5 * dW
b -= 0.5 * db
""",
    "features first, labels picked by index": """
X = rng.standard_normal((3, 8))
labels = rng.integers(0, 4, 8)
W = rng.standard_normal((4, 3))
Z = W @ X
E = np.exp(Z - Z.max(axis=0))
P = E / E.sum(axis=0)
loss = -np.mean(np.log(P[labels, np.arange(labels.size)]))
dZ = P.copy()
dZ[labels, np.arange(labels.size)] -= 1
dZ /= labels.size
dW = dZ @ X.T
W -= 0.5 * dW
""",
    "as many samples as classes": """
X = rng.standard_normal((4, 3))
Y = np.eye(4)
W = rng.standard_normal((3, 4))
Z = X @ W
E = np.exp(Z - Z.max(axis=1, keepdims=True))
P = E / E.sum(axis=1, keepdims=True)
loss = -np.sum(Y * np.log(P)) / 4
dZ = (P - Y) / 4
dW = X.T @ dZ
W -= 0.5 * dW
""",
    "sums instead of means, many outputs": """
X = rng.standard_normal((6, 3))
Y = rng.standard_normal((6, 2))
W1 = rng.standard_normal((3, 5)); b1 = np.zeros(5)
W2 = rng.standard_normal((5, 2)); b2 = np.zeros(2)
H = np.tanh(X @ W1 + b1)
P = H @ W2 + b2
loss = 0.5 * np.sum((P - Y) ** 2)
dP = P - Y
dW2 = H.T @ dP; db2 = dP.sum(0)
dA = (dP @ W2.T) * (1 - H ** 2)
dW1 = X.T @ dA; db1 = dA.sum(0)
for P_, g in ((W1, dW1), (b1, db1), (W2, dW2), (b2, db2)):
    P_ -= 0.01 * g
""",
    "a mean over one axis and a sum over the other, on purpose": """
X = rng.standard_normal((6, 3))
Y = rng.standard_normal((6, 2))
W = rng.standard_normal((3, 2))
P = X @ W
per_output = np.mean((P - Y) ** 2, axis=0)
loss = per_output.sum()
dP = 2 * (P - Y) / len(X)
dW = X.T @ dP
W -= 0.1 * dW
""",
    "momentum": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
vW = rng.standard_normal((3, 1)) * 0.1; vb = np.zeros(1)
p = X @ W + b
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW = X.T @ dp
db = dp.sum(axis=0)
vW = 0.9 * vW - 0.1 * dW
vb = 0.9 * vb - 0.1 * db
W += vW
b += vb
""",
    "weight decay beside the gradient": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
lr, decay = 0.1, 0.01
p = X @ W + b
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW = X.T @ dp
db = dp.sum(axis=0)
W = (1 - lr * decay) * W - lr * dW
b = b - lr * db
""",
    "weight decay in a loop, and a rate that falls": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
for epoch in range(4):
    lr = 0.1 / (1 + epoch)
    p = X @ W + b
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / len(y)
    dW = X.T @ dp
    db = dp.sum(axis=0)
    W = (1 - lr * 0.01) * W - lr * dW
    b = b - lr * db
""",
    "RMSProp in a loop": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
sW, sb = np.zeros_like(W), np.zeros_like(b)
for epoch in range(4):
    p = X @ W + b
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / len(y)
    dW = X.T @ dp
    db = dp.sum(axis=0)
    sW = 0.9 * sW + 0.1 * dW ** 2
    sb = 0.9 * sb + 0.1 * db ** 2
    W = W - 0.01 * dW / np.sqrt(sW + 1e-8)
    b = b - 0.01 * db / np.sqrt(sb + 1e-8)
""",
    "clipped entries, and a global norm": """
X = rng.standard_normal((8, 3)) * 5
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
for epoch in range(2):
    p = X @ W + b
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / len(y)
    dW = X.T @ dp
    db = dp.sum(axis=0)
    total = np.linalg.norm(np.concatenate([dW.ravel(), db.ravel()]))
    if total > 1:
        dW = dW / total
        db = db / total
    W -= 0.1 * np.clip(dW, -0.5, 0.5)
    b -= 0.1 * np.clip(db, -0.5, 0.5)
""",
    "clipped gradients": """
X = rng.standard_normal((8, 3)) * 5
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
p = X @ W + b
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW = X.T @ dp
db = dp.sum(axis=0)
norm = np.sqrt(np.sum(dW ** 2) + np.sum(db ** 2))
scale = min(1.0, 1.0 / norm)
W -= 0.1 * scale * dW
b -= 0.1 * scale * db
""",
    "Adam by hand, over the keys of a dict": """
X = rng.standard_normal((8, 3))
y = (rng.random((8, 1)) < 0.5).astype(float)
params = {"W1": rng.standard_normal((3, 4)), "b1": np.zeros(4), "W2": rng.standard_normal((4, 1)), "b2": np.zeros(1)}
m = {k: np.zeros_like(v) for k, v in params.items()}
v = {k: np.zeros_like(w) for k, w in params.items()}
for t in range(1, 4):
    h = np.tanh(X @ params["W1"] + params["b1"])
    p = 1 / (1 + np.exp(-(h @ params["W2"] + params["b2"])))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    dz2 = (p - y) / len(y)
    da = dz2 @ params["W2"].T * (1 - h ** 2)
    grads = {"W1": X.T @ da, "b1": da.sum(0), "W2": h.T @ dz2, "b2": dz2.sum(0)}
    for k in params:
        m[k] = 0.9 * m[k] + 0.1 * grads[k]
        v[k] = 0.999 * v[k] + 0.001 * grads[k] ** 2
        mhat = m[k] / (1 - 0.9 ** t)
        vhat = v[k] / (1 - 0.999 ** t)
        params[k] -= 0.01 * mhat / (np.sqrt(vhat) + 1e-8)
""",
    "a minus in front of the rate": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros((1, 1))
lr = 0.1
p = X @ W + b
loss = np.mean((y - p) ** 2)
dp = -2 * (y - p) / len(y)
dW = X.T @ dp
db = dp.sum(axis=0, keepdims=True)
W += -lr * dW
b += -lr * db
""",
    "zip over lists, in place": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
params = [rng.standard_normal((3, 4)), np.zeros(4), rng.standard_normal((4, 1)), np.zeros(1)]
for epoch in range(3):
    W1, b1, W2, b2 = params
    h = np.tanh(X @ W1 + b1)
    p = h @ W2 + b2
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / len(y)
    dW2 = h.T @ dp
    db2 = dp.sum(0)
    da = (dp @ W2.T) * (1 - h ** 2)
    dW1 = X.T @ da
    db1 = da.sum(0)
    for param, grad in zip(params, [dW1, db1, dW2, db2]):
        param -= 0.1 * grad
""",
    "a loop that makes new arrays and keeps them": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
params = [rng.standard_normal((3, 1)), np.zeros(1)]
for epoch in range(3):
    p = X @ params[0] + params[1]
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / len(y)
    grads = [X.T @ dp, dp.sum(0)]
    for i, (w, g) in enumerate(zip(params, grads)):
        w = w - 0.1 * g
        params[i] = w
""",
    "a list of new arrays": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
params = [rng.standard_normal((3, 1)), np.zeros(1)]
for epoch in range(3):
    W, b = params
    p = X @ W + b
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / len(y)
    grads = [X.T @ dp, dp.sum(0)]
    params = [w - 0.1 * g for w, g in zip(params, grads)]
""",
    "functions that return what they update": """
def forward(X, W, b):
    return np.tanh(X @ W + b)

def update(W, b, dW, db, lr):
    W = W - lr * dW
    b = b - lr * db
    return W, b

X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 2))
W = rng.standard_normal((3, 2)); b = np.zeros(2)
for epoch in range(3):
    p = forward(X, W, b)
    loss = np.mean((p - y) ** 2)
    dz = 2 * (p - y) / y.size * (1 - p ** 2)
    dW = X.T @ dz
    db = dz.sum(axis=0)
    W, b = update(W, b, dW, db, 0.1)
""",
    "training inside of a function": """
def train(X, y, W, b, lr=0.1, n=3):
    for _ in range(n):
        p = X @ W + b
        loss = np.mean((p - y) ** 2)
        dp = 2 * (p - y) / len(y)
        dW = X.T @ dp
        db = dp.sum(axis=0)
        W = W - lr * dW
        b = b - lr * db
    return W, b

X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W, b = train(X, y, rng.standard_normal((3, 1)), np.zeros(1))
""",
    "a class that keeps its weights": """
class Net:
    def __init__(self):
        self.W = rng.standard_normal((3, 1))
        self.b = np.zeros(1)

    def forward(self, X):
        self.X = X
        return X @ self.W + self.b

    def backward(self, dp):
        self.dW = self.X.T @ dp
        self.db = dp.sum(axis=0)

    def step(self, lr):
        self.W -= lr * self.dW
        self.b = self.b - lr * self.db

net = Net()
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
for _ in range(3):
    p = net.forward(X)
    loss = np.mean((p - y) ** 2)
    net.backward(2 * (p - y) / len(y))
    net.step(0.1)
""",
    "the first layer stays as it was drawn": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W1 = rng.standard_normal((3, 6)); b1 = rng.standard_normal(6)
W2 = rng.standard_normal((6, 1)); b2 = np.zeros(1)
h = np.tanh(X @ W1 + b1)
p = h @ W2 + b2
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW2 = h.T @ dp
db2 = dp.sum(axis=0)
W2 -= 0.1 * dW2
b2 -= 0.1 * db2
""",
    "the gradient of the data, for a look at it": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
p = X @ W + b
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW = X.T @ dp
db = dp.sum(axis=0)
dX = dp @ W.T
print(np.abs(dX).max())
W -= 0.1 * dW
b -= 0.1 * db
""",
    "gradients and no updates": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1)); b = np.zeros(1)
p = X @ W + b
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW = X.T @ dp
db = dp.sum(axis=0)
print(dW, db)
""",
    "a likelihood that is climbed": """
X = rng.standard_normal((8, 3))
y = (rng.random((8, 1)) < 0.5) * 1.0
W = rng.standard_normal((3, 1)); b = np.zeros(1)
p = 1 / (1 + np.exp(-(X @ W + b)))
J = np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
dz = (y - p) / len(y)
dW = X.T @ dz
db = dz.sum(axis=0)
W += 0.1 * dW
b += 0.1 * db
""",
    "logarithms that are kept from 0": """
X = rng.standard_normal((8, 3)) * 30
y = (rng.random((8, 1)) < 0.5) * 1.0
W = rng.standard_normal((3, 1)) * 0.05; b = np.zeros(1)
eps = 1e-15
p = 1 / (1 + np.exp(-(X @ W + b)))
loss = -np.mean(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))
dz = (p - y) / len(y)
dW = X.T @ dz
db = dz.sum(axis=0)
W -= 0.1 * dW
b -= 0.1 * db
""",
    "groups of labels by whole division": """
digits = np.array([0, 3, 7, 9, 2, 5, 8, 1])
y = (digits // 5).reshape(-1, 1)
X = rng.standard_normal((8, 3))
W = rng.standard_normal((3, 1))
p = 1 / (1 + np.exp(-(X @ W)))
loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
dz = (p - y) / len(y)
dW = X.T @ dz
W -= 0.1 * dW
""",
    "one-hot labels of whole numbers": """
labels = np.array([0, 2, 1, 2, 0, 1])
Y = np.zeros((6, 3), dtype=int)
Y[np.arange(6), labels] = 1
X = rng.standard_normal((6, 4))
W = rng.standard_normal((4, 3))
Z = X @ W
E = np.exp(Z - np.max(Z))
P = E / np.sum(E, axis=1, keepdims=True)
loss = -np.sum(Y * np.log(P)) / len(X)
dZ = (P - Y) / len(X)
dW = X.T @ dZ
W -= 0.1 * dW
""",
    "layer norm": """
X = rng.standard_normal((6, 4))
Y = rng.standard_normal((6, 4))
gamma = np.ones(4) * 1.5; beta = np.zeros(4)
mu = X.mean(axis=1, keepdims=True)
sd = np.sqrt(X.var(axis=1, keepdims=True) + 1e-5)
xhat = (X - mu) / sd
out = gamma * xhat + beta
loss = np.mean((out - Y) ** 2)
dout = 2 * (out - Y) / Y.size
dgamma = (dout * xhat).sum(axis=0)
dbeta = dout.sum(axis=0)
gamma -= 0.1 * dgamma
beta -= 0.1 * dbeta
""",
    "all pairs of points, asked for": """
x = rng.standard_normal(6)
t = rng.standard_normal((6, 6))
w = np.array(0.7)
d = x[:, None] - x
p = w * d
loss = np.mean((p - t) ** 2)
dp = 2 * (p - t) / t.size
dw = np.sum(dp * d)
w -= 0.1 * dw
""",
    "one feature, as many units as samples": """
x = rng.standard_normal((5, 1))
y = rng.standard_normal((5, 1))
w1 = rng.standard_normal(5); b1 = np.zeros(5)
w2 = rng.standard_normal((5, 1))
h = np.tanh(x * w1 + b1)
p = h @ w2
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dw2 = h.T @ dp
da = (dp @ w2.T) * (1 - h ** 2)
dw1 = np.sum(da * x, axis=0)
db1 = da.sum(axis=0)
w1 -= 0.1 * dw1
b1 -= 0.1 * db1
w2 -= 0.1 * dw2
""",
    "attention scores over a square": """
X = rng.standard_normal((5, 5))
Y = rng.standard_normal((5, 5))
Wv = rng.standard_normal((5, 5))
S = X @ X.T / np.sqrt(5)
E = np.exp(S - S.max(axis=-1, keepdims=True))
A = E / E.sum(axis=-1, keepdims=True)
V = X @ Wv
O = A @ V
loss = np.mean((O - Y) ** 2)
dO = 2 * (O - Y) / Y.size
dV = A.T @ dO
dWv = X.T @ dV
Wv -= 0.1 * dWv
""",
    "samples one at a time": """
X = rng.standard_normal((6, 2))
t = np.array([0.0, 1.0, 1.0, 0.0, 1.0, 0.0])
w = rng.standard_normal(2)
b = 0.1
for i in range(6):
    z = X[i] @ w + b
    a = 1 / (1 + np.exp(-z))
    loss = -(t[i] * np.log(a) + (1 - t[i]) * np.log(1 - a))
    dz = a - t[i]
    w = w - 0.1 * dz * X[i]
    b = b - 0.1 * dz
""",
    "a copy to look one step ahead": """
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W = rng.standard_normal((3, 1))
p = X @ W
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW = X.T @ dp
ahead = W.copy()
ahead -= 0.1 * dW
print(np.mean((X @ ahead - y) ** 2))
W -= 0.05 * dW
""",
    "an accuracy with labels of the right shape": """
X = rng.standard_normal((8, 3))
y = (rng.random(8) < 0.5) * 1
W = rng.standard_normal((3, 1))
p = 1 / (1 + np.exp(-(X @ W)))
t = y[:, None]
loss = -np.mean(t * np.log(p) + (1 - t) * np.log(1 - p))
accuracy = np.mean((p.ravel() > 0.5) == y)
dz = (p - t) / len(y)
dW = X.T @ dz
W -= 0.1 * dW
""",
}
