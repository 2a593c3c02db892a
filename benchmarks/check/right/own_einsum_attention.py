import numpy as np

rng = np.random.default_rng(5)
B, T, D, Hd = 2, 3, 4, 2
X = rng.normal(size=(B, T, D))
Y = rng.normal(size=(B, T, D))
Wq, Wk, Wv = (rng.normal(size=(D, Hd)) * 0.5 for _ in range(3))
Wo = rng.normal(size=(Hd, D)) * 0.5
for it in range(2):
    Q = np.einsum("btd,dh->bth", X, Wq)
    K = np.einsum("btd,dh->bth", X, Wk)
    V = np.einsum("btd,dh->bth", X, Wv)
    S = np.einsum("bth,bsh->bts", Q, K) / np.sqrt(Hd)
    E = np.exp(S - S.max(-1, keepdims=True))
    A = E / E.sum(-1, keepdims=True)
    C = np.einsum("bts,bsh->bth", A, V)
    O = np.einsum("bth,hd->btd", C, Wo)
    loss = np.mean((O - Y) ** 2)
    dO = 2 * (O - Y) / O.size
    dWo = np.einsum("bth,btd->hd", C, dO)
    dC = np.einsum("btd,hd->bth", dO, Wo)
    dA = np.einsum("bth,bsh->bts", dC, V)
    dV = np.einsum("bts,bth->bsh", A, dC)
    dS = A * (dA - np.einsum("bts,bts->bt", A, dA)[..., None]) / np.sqrt(Hd)
    dQ = np.einsum("bts,bsh->bth", dS, K)
    dK = np.einsum("bts,bth->bsh", dS, Q)
    dWq, dWk, dWv = (np.einsum("btd,bth->dh", X, d) for d in (dQ, dK, dV))
    for W, dW in ((Wq, dWq), (Wk, dWk), (Wv, dWv), (Wo, dWo)):
        W -= 0.1 * dW
