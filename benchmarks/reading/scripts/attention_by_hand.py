import numpy as np

rng = np.random.default_rng(55)
T, d = 5, 4
X = rng.normal(size=(T, d))
Y = np.roll(X, 1, axis=0)
Wq, Wk, Wv = (rng.normal(size=(d, d)) * 0.4 for _ in range(3))
lr = 0.1
mask = np.triu(np.full((T, T), -1e9), k=1)

for step in range(10):
    Q, K, V = X @ Wq, X @ Wk, X @ Wv
    S = Q @ K.T / np.sqrt(d) + mask
    A = np.exp(S - S.max(axis=-1, keepdims=True))
    A /= A.sum(axis=-1, keepdims=True)
    out = A @ V
    loss = ((out - Y) ** 2).mean()

    dout = 2 * (out - Y) / out.size
    dV = A.T @ dout
    dA = dout @ V.T
    dS = A * (dA - (dA * A).sum(axis=-1, keepdims=True)) / np.sqrt(d)
    dWq = X.T @ (dS @ K)
    dWk = X.T @ (dS.T @ Q)
    dWv = X.T @ dV
    for W, g in ((Wq, dWq), (Wk, dWk), (Wv, dWv)):
        W -= lr * g
    print(step, loss)
