import numpy as np

words = ["emma", "olivia", "ava", "isabella", "sophia", "mia", "luna", "amelia"]
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0
vocab_size = len(stoi)
block_size = 3

def build_dataset(words):
    X, Y = [], []
    for w in words:
        context = [0] * block_size
        for ch in w + ".":
            ix = stoi[ch]
            X.append(context)
            Y.append(ix)
            context = context[1:] + [ix]
    return np.array(X), np.array(Y)

X, Y = build_dataset(words)
g = np.random.default_rng(2147483647)
n_embd, n_hidden, batch_size = 4, 16, 12
C = g.standard_normal((vocab_size, n_embd))
W1 = g.standard_normal((n_embd * block_size, n_hidden)) * (5/3) / (n_embd * block_size)**0.5
b1 = g.standard_normal(n_hidden) * 0.01
W2 = g.standard_normal((n_hidden, vocab_size)) * 0.01
b2 = np.zeros(vocab_size)
parameters = [C, W1, b1, W2, b2]
print(sum(p.size for p in parameters))

lossi = []
for i in range(5000):
    ix = g.integers(0, X.shape[0], batch_size)
    Xb, Yb = X[ix], Y[ix]
    emb = C[Xb]
    embcat = emb.reshape(emb.shape[0], -1)
    hpreact = embcat @ W1 + b1
    h = np.tanh(hpreact)
    logits = h @ W2 + b2
    logit_maxes = logits.max(1, keepdims=True)
    norm_logits = logits - logit_maxes
    counts = np.exp(norm_logits)
    counts_sum = counts.sum(1, keepdims=True)
    counts_sum_inv = counts_sum**-1
    probs = counts * counts_sum_inv
    logprobs = np.log(probs)
    loss = -logprobs[range(batch_size), Yb].mean()

    dlogits = probs.copy()
    dlogits[range(batch_size), Yb] -= 1
    dlogits /= batch_size
    dh = dlogits @ W2.T
    dW2 = h.T @ dlogits
    db2 = dlogits.sum(0)
    dhpreact = (1.0 - h**2) * dh
    dembcat = dhpreact @ W1.T
    dW1 = embcat.T @ dhpreact
    db1 = dhpreact.sum(0)
    demb = dembcat.reshape(emb.shape)
    dC = np.zeros_like(C)
    for k in range(Xb.shape[0]):
        for j in range(Xb.shape[1]):
            dC[Xb[k, j]] += demb[k, j]
    grads = [dC, dW1, db1, dW2, db2]
    lr = 0.1 if i < 3000 else 0.01
    for p, grad in zip(parameters, grads):
        p += -lr * grad
    if i % 1000 == 0:
        print(f"{i:7d}/{5000:7d}: {loss:.4f}")
    lossi.append(np.log10(loss))
