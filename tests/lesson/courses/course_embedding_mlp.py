"""Bengio's network, as in makemore part 3: embedding, concatenation, tanh, softmax."""
import numpy as np

words = ["emma", "ava", "mia"]
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0
block_size = 2
X, Y = [], []
for w in words:
    context = [0] * block_size
    for ch in w + ".":
        ix = stoi[ch]
        X.append(context)
        Y.append(ix)
        context = context[1:] + [ix]
X, Y = np.array(X), np.array(Y)
V = len(stoi)
rng = np.random.RandomState(1)
C = rng.randn(V, 3)
W1 = rng.randn(6, 5) * 0.4
b1 = rng.randn(5) * 0.01
W2 = rng.randn(5, V) * 0.1
b2 = np.zeros(V)

emb = C[X]
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
loss = -logprobs[range(len(Y)), Y].mean()
