import numpy as np

corpus = "the quick brown fox jumps over the lazy dog".split()
vocab = sorted(set(corpus))
ix = {w: i for i, w in enumerate(vocab)}
pairs = []
for pos, word in enumerate(corpus):
    for nb in range(max(0, pos - 1), min(len(corpus), pos + 2)):
        if nb != pos:
            pairs.append((ix[word], ix[corpus[nb]]))

np.random.seed(0)
dim = 3
W_in = np.random.uniform(-0.5, 0.5, (len(vocab), dim))
W_out = np.random.uniform(-0.5, 0.5, (dim, len(vocab)))
loss = 0.0
for center, context in pairs:
    hidden = W_in[center]
    u = np.dot(hidden, W_out)
    loss += -u[context] + np.log(np.sum(np.exp(u)))
print("average", loss / len(pairs))
