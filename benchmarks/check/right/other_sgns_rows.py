import numpy as np

rng = np.random.default_rng(300)
corpus = "the quick brown fox jumps over the lazy dog the fox".split()
vocab = {w: i for i, w in enumerate(dict.fromkeys(corpus))}
ids = [vocab[w] for w in corpus]
dim, window, neg, starting_alpha = 3, 2, 3, 0.05
syn0 = rng.uniform(-0.5, 0.5, (len(vocab), dim))
syn1 = rng.normal(scale=0.2, size=(len(vocab), dim))
alpha = starting_alpha
done = 0

for pos, token in enumerate(ids[:4]):
    lo, hi = max(0, pos - window), min(len(ids), pos + window + 1)
    context = [ids[k] for k in range(lo, hi) if k != pos]

    # CBOW: the mean of the context predicts the token among sampled others
    neu1 = np.mean([syn0[c] for c in context], axis=0)
    neu1e = np.zeros(dim)
    samples = [(token, 1)] + [(int(k), 0) for k in rng.integers(0, len(vocab), neg)]
    touched = {}
    for target, label in samples:
        p = 1 / (1 + np.exp(-np.dot(neu1, syn1[target])))
        g = alpha * (label - p)
        neu1e += g * syn1[target]
        touched[target] = touched.get(target, 0) + g * neu1
    for target, change in touched.items():
        syn1[target] += change
    for c in context:
        syn0[c] += neu1e / len(context)
    done += 1
    alpha = starting_alpha * (1 - done / 100)
