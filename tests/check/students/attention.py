import numpy as np

rng = np.random.default_rng(5)
T, d = 5, 4
x = rng.normal(size=(T, d))
target = rng.normal(size=(T, d))
Wq = rng.normal(size=(d, d)) / 2
Wk = rng.normal(size=(d, d)) / 2
Wv = rng.normal(size=(d, d)) / 2

Q = x @ Wq
K = x @ Wk
V = x @ Wv
S = Q @ K.T / np.sqrt(d)
S = S - S.max(axis=-1, keepdims=True)
A = np.exp(S) / np.exp(S).sum(axis=-1, keepdims=True)
O = A @ V
L = 0.5 * np.sum((O - target) ** 2)

dO = O - target
dA = dO @ V.T
dV = A.T @ dO
dS = A * (dA - np.sum(dA * A, axis=-1, keepdims=True))
dQ = dS @ K
dK = dS.T @ Q / np.sqrt(d)
dWq = x.T @ dQ
dWk = x.T @ dK
dWv = x.T @ dV

for W, g in ((Wq, dWq), (Wk, dWk), (Wv, dWv)):
    W -= 0.1 * g
