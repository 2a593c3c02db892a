"""Dense networks with the backward passes that people write for them."""

NETWORKS: dict[str, str] = {
    "one sample in columns": """
import numpy as np
rng = np.random.default_rng(SEED)
x = rng.standard_normal((3, 1))
y = 1
W1 = rng.standard_normal((4, 3))
b1 = rng.standard_normal((4, 1))
W2 = rng.standard_normal((1, 4))
b2 = rng.standard_normal((1, 1))
lr = 0.1
z1 = W1 @ x + b1
h = np.maximum(0, z1)
z2 = W2 @ h + b2
p = 1 / (1 + np.exp(-z2))
loss = -(y * np.log(p) + (1 - y) * np.log(1 - p))
# backward
dz2 = p - y
dW2 = dz2 @ h.T
db2 = dz2
dh = W2.T @ dz2
dz1 = dh * (z1 > 0)
dW1 = dz1 @ x.T
db1 = dz1
# update
W2 -= lr * dW2
b2 -= lr * db2
W1 -= lr * dW1
b1 -= lr * db1
""",
    "logistic regression": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 4))
y = (rng.random(6) < 0.5).astype(float)
w = rng.standard_normal(4)
b = 0.3
lr = 0.1
z = X @ w + b
p = 1 / (1 + np.exp(-z))
loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
# backward
m = X.shape[0]
dz = (p - y) / m
dw = X.T @ dz
db = np.sum(dz)
# update
w = w - lr * dw
b = b - lr * db
""",
    "linear regression": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 3))
y = rng.standard_normal((5, 1))
w = rng.standard_normal((3, 1))
b = rng.standard_normal((1, 1))
lr = 0.05
pred = X @ w + b
error = pred - y
loss = np.mean(error ** 2)
# backward
n = X.shape[0]
dpred = 2 * error / n
dw = X.T @ dpred
db = np.sum(dpred, axis=0, keepdims=True)
# update
w -= lr * dw
b -= lr * db
""",
    "columns with m": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((3, 7))
Y = (rng.random((1, 7)) > 0.5).astype(float)
W1 = rng.standard_normal((4, 3))
b1 = rng.standard_normal((4, 1))
W2 = rng.standard_normal((1, 4))
b2 = rng.standard_normal((1, 1))
learning_rate = 0.5
m = X.shape[1]
Z1 = W1 @ X + b1
A1 = np.tanh(Z1)
Z2 = W2 @ A1 + b2
A2 = 1 / (1 + np.exp(-Z2))
cost = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / m
# backward
dZ2 = A2 - Y
dW2 = dZ2 @ A1.T / m
db2 = np.sum(dZ2, axis=1, keepdims=True) / m
dA1 = W2.T @ dZ2
dZ1 = dA1 * (1 - A1 ** 2)
dW1 = dZ1 @ X.T / m
db1 = np.sum(dZ1, axis=1, keepdims=True) / m
# update
W1 = W1 - learning_rate * dW1
b1 = b1 - learning_rate * db1
W2 = W2 - learning_rate * dW2
b2 = b2 - learning_rate * db2
""",
    "relu and softmax": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 4))
labels = rng.integers(0, 3, 6)
Y = np.eye(3)[labels]
W1 = rng.standard_normal((4, 5))
b1 = rng.standard_normal(5)
W2 = rng.standard_normal((5, 3))
b2 = rng.standard_normal(3)
lr = 0.1
z1 = X @ W1 + b1
h1 = np.maximum(0, z1)
z2 = h1 @ W2 + b2
e = np.exp(z2 - np.max(z2, axis=1, keepdims=True))
probs = e / np.sum(e, axis=1, keepdims=True)
loss = -np.sum(Y * np.log(probs)) / X.shape[0]
# backward
n = X.shape[0]
dz2 = (probs - Y) / n
dW2 = h1.T @ dz2
db2 = dz2.sum(axis=0)
dh1 = dz2 @ W2.T
dz1 = dh1 * (z1 > 0)
dW1 = X.T @ dz1
db1 = dz1.sum(axis=0)
# update
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
""",
    "regularised softmax with labels": """
import numpy as np
rng = np.random.default_rng(SEED)
N, D, H, C = 6, 4, 5, 3
X = rng.standard_normal((N, D))
y = rng.integers(0, C, N)
W1 = rng.standard_normal((D, H))
b1 = rng.standard_normal(H)
W2 = rng.standard_normal((H, C))
b2 = rng.standard_normal(C)
reg = 0.05
step_size = 0.1
hidden = np.maximum(0, X @ W1 + b1)
scores = hidden @ W2 + b2
exp_scores = np.exp(scores)
probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
data_loss = np.mean(-np.log(probs[np.arange(X.shape[0]), y]))
loss = data_loss + 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)
# backward
dscores = probs.copy()
dscores[np.arange(X.shape[0]), y] -= 1
dscores = dscores / X.shape[0]
dW2 = hidden.T @ dscores
db2 = np.sum(dscores, axis=0)
dhidden = dscores @ W2.T
dpre = dhidden * (hidden > 0)
dW1 = X.T @ dpre
db1 = np.sum(dpre, axis=0)
dW2 = dW2 + reg * W2
dW1 = dW1 + reg * W1
# update
W1 = W1 - step_size * dW1
b1 = b1 - step_size * db1
W2 = W2 - step_size * dW2
b2 = b2 - step_size * db2
""",
    "two sigmoids and squares": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 3))
T = rng.random((5, 2))
W1 = rng.standard_normal((3, 4))
W2 = rng.standard_normal((4, 2))
eta = 0.5
net1 = X @ W1
out1 = 1 / (1 + np.exp(-net1))
net2 = out1 @ W2
out2 = 1 / (1 + np.exp(-net2))
E = 0.5 * np.sum((out2 - T) ** 2)
# backward
dE_dout2 = out2 - T
dE_dnet2 = dE_dout2 * out2 * (1 - out2)
dE_dW2 = out1.T @ dE_dnet2
dE_dout1 = dE_dnet2 @ W2.T
dE_dnet1 = dE_dout1 * out1 * (1 - out1)
dE_dW1 = X.T @ dE_dnet1
# update
W1 -= eta * dE_dW1
W2 -= eta * dE_dW2
""",
    "three tanh layers": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 3))
y = rng.standard_normal((5, 2))
W1 = rng.standard_normal((3, 4)) * 0.5
b1 = rng.standard_normal(4) * 0.1
W2 = rng.standard_normal((4, 4)) * 0.5
b2 = rng.standard_normal(4) * 0.1
W3 = rng.standard_normal((4, 2)) * 0.5
b3 = rng.standard_normal(2) * 0.1
lr = 0.1
a1 = X @ W1 + b1
h1 = np.tanh(a1)
a2 = h1 @ W2 + b2
h2 = np.tanh(a2)
y_pred = h2 @ W3 + b3
loss = np.mean((y_pred - y) ** 2)
# backward
dy_pred = 2 * (y_pred - y) / y.size
dW3 = h2.T @ dy_pred
db3 = dy_pred.sum(axis=0)
dh2 = dy_pred @ W3.T
da2 = dh2 * (1 - h2 ** 2)
dW2 = h1.T @ da2
db2 = da2.sum(axis=0)
dh1 = da2 @ W2.T
da1 = dh1 * (1 - h1 ** 2)
dW1 = X.T @ da1
db1 = da1.sum(axis=0)
# update
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
W3 -= lr * dW3
b3 -= lr * db3
""",
    "leaky relu": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 3))
y = rng.standard_normal((6, 1))
W1 = rng.standard_normal((3, 5))
b1 = rng.standard_normal(5)
W2 = rng.standard_normal((5, 1))
lr = 0.1
z1 = X @ W1 + b1
h1 = np.where(z1 > 0, z1, 0.01 * z1)
out = h1 @ W2
loss = 0.5 * np.mean((out - y) ** 2)
# backward
dout = (out - y) / X.shape[0]
dW2 = h1.T @ dout
dh1 = dout @ W2.T
dz1 = dh1 * np.where(z1 > 0, 1, 0.01)
dW1 = X.T @ dz1
db1 = np.sum(dz1, axis=0)
# update
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
""",
    "dropout": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 4))
y = (rng.random((6, 1)) < 0.5).astype(float)
W1 = rng.standard_normal((4, 6))
b1 = rng.standard_normal(6)
W2 = rng.standard_normal((6, 1))
b2 = rng.standard_normal(1)
lr = 0.1
mask1 = (rng.random((6, 6)) < 0.6) / 0.6
a1 = X @ W1 + b1
h1 = np.tanh(a1)
d1 = h1 * mask1
z2 = d1 @ W2 + b2
p = 1 / (1 + np.exp(-z2))
loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
# backward
dz2 = (p - y) / y.shape[0]
dW2 = d1.T @ dz2
db2 = dz2.sum(axis=0)
dd1 = dz2 @ W2.T
dh1 = dd1 * mask1
da1 = dh1 * (1 - h1 ** 2)
dW1 = X.T @ da1
db1 = da1.sum(axis=0)
# update
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
""",
    "tied autoencoder": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 4))
W = rng.standard_normal((4, 3)) * 0.5
b = rng.standard_normal(3) * 0.1
c = rng.standard_normal(4) * 0.1
lr = 0.1
a = X @ W + b
h = np.tanh(a)
R = h @ W.T + c
loss = 0.5 * np.sum((R - X) ** 2)
# backward
dR = R - X
dc = dR.sum(axis=0)
dh = dR @ W
da = dh * (1 - h ** 2)
db = da.sum(axis=0)
dW = X.T @ da + dR.T @ h
# update
W -= lr * dW
b -= lr * db
c -= lr * dc
""",
    "residual block": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 4))
y = rng.standard_normal((5, 4))
W0 = rng.standard_normal((4, 4)) * 0.5
W1 = rng.standard_normal((4, 4)) * 0.5
W2 = rng.standard_normal((4, 4)) * 0.5
lr = 0.1
s = X @ W0
a = s @ W1
h = np.tanh(a)
out = h @ W2 + s
loss = 0.5 * np.mean((out - y) ** 2)
# backward
dout = (out - y) / y.size
dW2 = h.T @ dout
dh = dout @ W2.T
da = dh * (1 - h ** 2)
dW1 = s.T @ da
ds = da @ W1.T + dout
dW0 = X.T @ ds
# update
W0 -= lr * dW0
W1 -= lr * dW1
W2 -= lr * dW2
""",
    "two heads": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 3))
t = rng.standard_normal((5, 2))
y = (rng.random((5, 1)) < 0.5).astype(float)
W = rng.standard_normal((3, 4))
U = rng.standard_normal((4, 2))
V = rng.standard_normal((4, 1))
lr = 0.1
a = X @ W
h = np.tanh(a)
r = h @ U
s = h @ V
p = 1 / (1 + np.exp(-s))
mse = np.mean((r - t) ** 2)
bce = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
loss = mse + 0.5 * bce
# backward
dr = 2 * (r - t) / t.size
ds = 0.5 * (p - y) / y.size
dU = h.T @ dr
dV = h.T @ ds
dh = dr @ U.T + ds @ V.T
da = dh * (1 - h ** 2)
dW = X.T @ da
# update
W -= lr * dW
U -= lr * dU
V -= lr * dV
""",
    "gated unit": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((5, 3))
y = rng.standard_normal((5, 4))
Wg = rng.standard_normal((3, 4))
Wc = rng.standard_normal((3, 4))
lr = 0.1
zg = X @ Wg
g = 1 / (1 + np.exp(-zg))
zc = X @ Wc
c = np.tanh(zc)
out = g * c
loss = 0.5 * np.sum((out - y) ** 2)
# backward
dout = out - y
dg = dout * c
dc = dout * g
dzg = dg * g * (1 - g)
dzc = dc * (1 - c ** 2)
dWg = X.T @ dzg
dWc = X.T @ dzc
# update
Wg -= lr * dWg
Wc -= lr * dWc
""",
    "poisson regression": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 3)) * 0.5
k = rng.integers(0, 5, 6).astype(float)
w = rng.standard_normal(3) * 0.5
b = 0.2
lr = 0.05
eta = X @ w + b
rate = np.exp(eta)
loss = np.mean(rate - k * eta)
# backward
deta = (rate - k) / k.size
dw = X.T @ deta
db = deta.sum()
# update
w = w - lr * dw
b = b - lr * db
""",
    "ridge": """
import numpy as np
rng = np.random.default_rng(SEED)
X = rng.standard_normal((6, 3))
y = rng.standard_normal(6)
w = rng.standard_normal(3)
lam = 0.3
lr = 0.05
residual = X @ w - y
loss = 0.5 * np.mean(residual ** 2) + lam * np.sum(w ** 2)
# backward
n = y.shape[0]
dresidual = residual / n
dw = X.T @ dresidual + 2 * lam * w
# update
w = w - lr * dw
""",
}
