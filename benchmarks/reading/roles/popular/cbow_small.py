import numpy as np
text = "the quick brown fox jumps over the lazy dog and the quick cat".split()
vocab = sorted(set(text))
idx = {w: i for i, w in enumerate(vocab)}
V, D = len(vocab), 4
rng = np.random.RandomState(0)
emb = rng.randn(V, D) * 0.1
out = rng.randn(D, V) * 0.1
lr = 0.05
pairs = [([idx[text[i - 1]], idx[text[i + 1]]], idx[text[i]]) for i in range(1, len(text) - 1)]
for epoch in range(3):
    total = 0.0
    for ctx, centre in pairs:
        h = emb[ctx].mean(axis=0)
        s = h @ out
        p = np.exp(s - s.max())
        p /= p.sum()
        total -= np.log(p[centre])
        ds = p.copy()
        ds[centre] -= 1
        dh = out @ ds
        out -= lr * np.outer(h, ds)
        for c in ctx:
            emb[c] -= lr * dh / len(ctx)
    print(epoch, total / len(pairs))
