import numpy as np

rng = np.random.default_rng(64)
b, n, d, heads = 2, 3, 4, 2
k = d // heads
Wq, Wk, Wv = (rng.normal(size=(d, heads, k)) * 0.6 for _ in range(3))
Wo = rng.normal(size=(heads, k, d)) * 0.6
seq = rng.normal(size=(b, n, d))
goal = rng.normal(size=(b, n, d))
eta = 0.05

for it in range(2):
    q = np.einsum("bnd,dhk->bhnk", seq, Wq)
    kk = np.einsum("bnd,dhk->bhnk", seq, Wk)
    v = np.einsum("bnd,dhk->bhnk", seq, Wv)
    s = np.einsum("bhik,bhjk->bhij", q, kk) / np.sqrt(k)
    s = np.where(np.tril(np.ones((n, n), bool)), s, -1e9)
    a = np.exp(s - s.max(-1, keepdims=True))
    a /= a.sum(-1, keepdims=True)
    mixed = np.einsum("bhij,bhjk->bhik", a, v)
    out = np.einsum("bhnk,hkd->bnd", mixed, Wo)
    diff = out - goal
    loss = (diff ** 2).sum() / b

    g_out = 2 * diff / b
    g_Wo = np.einsum("bhnk,bnd->hkd", mixed, g_out)
    g_mixed = np.einsum("bnd,hkd->bhnk", g_out, Wo)
    g_v = np.einsum("bhij,bhik->bhjk", a, g_mixed)
    g_a = np.einsum("bhik,bhjk->bhij", g_mixed, v)
    g_s = a * (g_a - np.einsum("bhij,bhij->bhi", g_a, a)[..., None]) / np.sqrt(k)
    g_q = np.einsum("bhij,bhjk->bhik", g_s, kk)
    g_k = np.einsum("bhij,bhik->bhjk", g_s, q)
    Wo -= eta * g_Wo
    Wv -= eta * np.einsum("bnd,bhnk->dhk", seq, g_v)
    Wq -= eta * np.einsum("bnd,bhnk->dhk", seq, g_q)
    Wk -= eta * np.einsum("bnd,bhnk->dhk", seq, g_k)
