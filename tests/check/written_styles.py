"""Two right networks, each written in three styles; a test plants its mistake by replacing a piece of text."""

REGRESSION = {
    "plain": """
import numpy as np
rng = np.random.default_rng(3)
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
W1 = rng.standard_normal((3, 4))
b1 = np.zeros(4)
W2 = rng.standard_normal((4, 1))
b2 = np.zeros(1)
lr = 0.1
a1 = X @ W1 + b1
h = np.tanh(a1)
p = h @ W2 + b2
loss = np.mean((p - y) ** 2)
dp = 2 * (p - y) / len(y)
dW2 = h.T @ dp
db2 = dp.sum(axis=0)
dh = dp @ W2.T
da1 = dh * (1 - h ** 2)
dW1 = X.T @ da1
db1 = da1.sum(axis=0)
W1 -= lr * dW1
b1 -= lr * db1
W2 -= lr * dW2
b2 -= lr * db2
""",
    "functions": """
import numpy as np

def init(rng):
    return {"W1": rng.standard_normal((3, 4)), "b1": np.zeros(4),
            "W2": rng.standard_normal((4, 1)), "b2": np.zeros(1)}

def forward(X, params):
    h = np.tanh(X @ params["W1"] + params["b1"])
    p = h @ params["W2"] + params["b2"]
    return p, (X, h)

def mse(p, y):
    return np.mean((p - y) ** 2)

def backward(p, y, cache, params):
    X, h = cache
    dp = 2 * (p - y) / len(y)
    grads = {}
    grads["dW2"] = h.T @ dp
    grads["db2"] = np.sum(dp, axis=0)
    da = (dp @ params["W2"].T) * (1 - h ** 2)
    grads["dW1"] = X.T @ da
    grads["db1"] = np.sum(da, axis=0)
    return grads

rng = np.random.default_rng(3)
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
params = init(rng)
for epoch in range(5):
    p, cache = forward(X, params)
    loss = mse(p, y)
    grads = backward(p, y, cache, params)
    for key in params:
        params[key] -= 0.1 * grads["d" + key]
""",
    "class": """
import numpy as np

class Network:
    def __init__(self, rng):
        self.W1 = rng.standard_normal((3, 4))
        self.b1 = np.zeros(4)
        self.W2 = rng.standard_normal((4, 1))
        self.b2 = np.zeros(1)

    def forward(self, X):
        self.X = X
        self.h = np.tanh(X @ self.W1 + self.b1)
        return self.h @ self.W2 + self.b2

    def backward(self, dp):
        self.dW2 = self.h.T @ dp
        self.db2 = dp.sum(axis=0)
        da = dp @ self.W2.T * (1 - self.h ** 2)
        self.dW1 = self.X.T @ da
        self.db1 = da.sum(axis=0)

    def step(self, lr):
        self.W1 = self.W1 - lr * self.dW1
        self.b1 = self.b1 - lr * self.db1
        self.W2 = self.W2 - lr * self.dW2
        self.b2 = self.b2 - lr * self.db2

rng = np.random.default_rng(3)
X = rng.standard_normal((8, 3))
y = rng.standard_normal((8, 1))
net = Network(rng)
for epoch in range(5):
    p = net.forward(X)
    loss = ((p - y) ** 2).mean()
    net.backward(2 * (p - y) / len(y))
    net.step(0.1)
""",
}

CLASSIFIER = {
    "plain": """
import numpy as np
rng = np.random.default_rng(5)
X = rng.standard_normal((9, 3))
labels = rng.integers(0, 4, 9)
Y = np.eye(4)[labels]
W = rng.standard_normal((3, 4))
b = np.zeros(4)
z = X @ W + b
e = np.exp(z - np.max(z, axis=1, keepdims=True))
p = e / np.sum(e, axis=1, keepdims=True)
loss = -np.mean(np.sum(Y * np.log(p), axis=1))
dz = (p - Y) / len(X)
dW = X.T @ dz
db = dz.sum(axis=0)
W -= 0.5 * dW
b -= 0.5 * db
""",
    "functions": """
import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def cross_entropy(p, labels):
    n = p.shape[0]
    return -np.sum(np.log(p[np.arange(n), labels])) / n

def gradients(X, p, labels):
    n = p.shape[0]
    dz = p.copy()
    dz[np.arange(n), labels] -= 1
    dz /= n
    return X.T @ dz, dz.sum(axis=0)

rng = np.random.default_rng(5)
X = rng.standard_normal((9, 3))
labels = rng.integers(0, 4, 9)
W = rng.standard_normal((3, 4))
b = np.zeros(4)
for epoch in range(4):
    p = softmax(X @ W + b)
    loss = cross_entropy(p, labels)
    dW, db = gradients(X, p, labels)
    W -= 0.5 * dW
    b -= 0.5 * db
""",
    "features first": """
import numpy as np
rng = np.random.default_rng(5)
X = rng.standard_normal((3, 9))
labels = rng.integers(0, 4, 9)
Y = (np.arange(4)[:, None] == labels).astype(float)
W = rng.standard_normal((4, 3))
b = np.zeros((4, 1))
z = W @ X + b
z = z - np.max(z, axis=0)
logp = z - np.log(np.sum(np.exp(z), axis=0))
loss = -np.sum(Y * logp) / X.shape[1]
dz = (np.exp(logp) - Y) / X.shape[1]
dW = dz @ X.T
db = dz.sum(axis=1, keepdims=True)
W -= 0.5 * dW
b -= 0.5 * db
""",
}
